//! Which things of a list stand in another order: as few as possible are called moved.

use std::collections::{BTreeSet, HashMap};

/// Of the things in both lists, those outside one longest sequence that kept its order.
pub(super) fn moved<'a>(before: &[&'a str], after: &[&'a str]) -> BTreeSet<&'a str> {
    let places: HashMap<_, _> = before.iter().enumerate().map(|(n, id)| (*id, n)).collect();
    let common: Vec<_> =
        after.iter().filter_map(|id| places.get(id).map(|place| (*id, *place))).collect();
    let kept = longest_increasing(&common.iter().map(|(_, place)| *place).collect::<Vec<_>>());
    let moved = common.iter().enumerate().filter(|(n, _)| !kept.contains(n));
    moved.map(|(_, (id, _))| *id).collect()
}

/// Indices of a longest increasing subsequence.
fn longest_increasing(values: &[usize]) -> BTreeSet<usize> {
    // Per length, the index that ends such a sequence with the smallest value.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous = vec![None; values.len()];
    for (n, value) in values.iter().enumerate() {
        let length = ends.partition_point(|end| values[*end] < *value);
        previous[n] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(n);
        } else {
            ends[length] = n;
        }
    }
    let mut kept = BTreeSet::new();
    let mut at = ends.last().copied();
    while let Some(n) = at {
        kept.insert(n);
        at = previous[n];
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn as_few_as_possible_are_called_moved() {
        let cases: [(&str, &str, &str); 6] = [
            ("abcd", "abcd", ""),
            ("abcd", "bcda", "a"),
            ("abcd", "dabc", "d"),
            ("abcd", "axcyd", ""),
            ("abcdef", "acbdfe", "ce"),
            ("ab", "cd", ""),
        ];
        for (before, after, wanted) in cases {
            let list =
                |text: &'static str| (0..text.len()).map(|n| &text[n..=n]).collect::<Vec<_>>();
            let found: String = moved(&list(before), &list(after)).into_iter().collect();
            assert_eq!(found.len(), wanted.len(), "{before} {after}: {found}");
            if wanted.len() == 1 {
                assert_eq!(found, wanted);
            }
        }
    }
}
