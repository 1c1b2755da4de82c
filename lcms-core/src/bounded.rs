//! A map that is only there to save work: it holds what fits into so many bytes, and forgets what was
//! asked for longest ago.

use std::fmt;
use std::hash::Hash;

use lru::LruCache;

/// Values by key, as many as fit.
pub struct Bounded<K: Hash + Eq, V> {
    held: LruCache<K, (V, usize)>,
    bytes: usize,
    most: usize,
}

impl<K: Hash + Eq, V> fmt::Debug for Bounded<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { held, bytes, most } = self;
        write!(f, "Bounded({} values, {bytes} of {most} bytes)", held.len())
    }
}

impl<K: Hash + Eq, V: Clone> Bounded<K, V> {
    /// An empty map that holds so many bytes at the most.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { held: LruCache::unbounded(), bytes: 0, most }
    }

    /// The value of a key, which is wanted again by this.
    pub fn get(&mut self, key: &K) -> Option<V> {
        self.held.get(key).map(|(value, _)| value.clone())
    }

    /// Takes in a value of so many bytes in place of what was asked for longest ago; not if it is
    /// more than fits at all.
    pub fn put(&mut self, key: K, value: V, bytes: usize) {
        if bytes > self.most {
            return;
        }
        self.bytes += bytes;
        if let Some((_, (_, gone))) = self.held.push(key, (value, bytes)) {
            self.bytes -= gone;
        }
        while self.bytes > self.most
            && let Some((_, (_, gone))) = self.held.pop_lru()
        {
            self.bytes -= gone;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_longest_ago_goes_when_more_comes_than_fits() {
        let mut map = Bounded::new(10);
        map.put("a", 1, 4);
        map.put("b", 2, 4);
        assert_eq!(map.get(&"a"), Some(1));
        map.put("c", 3, 4);
        assert_eq!([map.get(&"a"), map.get(&"b"), map.get(&"c")], [Some(1), None, Some(3)]);
        map.put("d", 4, 11);
        assert_eq!([map.get(&"c"), map.get(&"d")], [Some(3), None]);
    }

    #[test]
    fn a_value_in_place_of_another_counts_once() {
        let mut map = Bounded::new(10);
        for n in 0..20 {
            map.put("a", n, 6);
        }
        map.put("b", 0, 4);
        assert_eq!([map.get(&"a"), map.get(&"b")], [Some(19), Some(0)]);
        assert_eq!(format!("{map:?}"), "Bounded(2 values, 10 of 10 bytes)");
    }
}
