//! The order of a merged list.
//!
//! Every pair of entries that all sides have is merged by itself: a pair that one side turned round
//! is turned round. Usually that makes an order. Where it makes a circle, or where both sides moved
//! one entry to different places, no order holds both changes. Entries that one side has alone go next to the neighbour they have there, the
//! one before if the other side did not move it away.

use std::collections::{HashMap, HashSet};

use super::engine::Sides;
use crate::model::diff::sequence::longest_increasing;

/// A merged order.
pub(super) struct Arranged {
    /// The keys that stay, in order; in the order of ours where it is contested.
    pub keys: Vec<String>,
    /// Whether both sides changed the order in ways that do not fit.
    pub contested: bool,
    /// Whether entries that each side added stand in one place, so that they could as well stand
    /// the other way round.
    pub tied: bool,
}

/// Merges three orders of the keys that stay.
pub(super) fn arrange(sides: Sides<&[String]>, stays: impl Fn(&str) -> bool) -> Arranged {
    let members = sides.map(|keys| keys.iter().map(String::as_str).collect::<HashSet<_>>());
    let shared =
        |key: &&str| stays(key) && members.ours.contains(key) && members.theirs.contains(key);
    let common =
        sides.map(|keys| keys.iter().map(String::as_str).filter(shared).collect::<Vec<_>>());
    let moved = Sides {
        base: HashSet::new(),
        ours: moved(&common.base, &common.ours),
        theirs: moved(&common.base, &common.theirs),
    };
    let (skeleton, contested) = match (&common, moved.ours.is_empty(), moved.theirs.is_empty()) {
        (common, _, _) if common.ours == common.theirs => (common.ours.clone(), false),
        (common, _, _) if common.base == common.theirs => (common.ours.clone(), false),
        (common, _, _) if common.base == common.ours => (common.theirs.clone(), false),
        _ => match pairwise(&common, &moved) {
            Some(order) if !pulled_apart(&common, &moved) => (order, false),
            _ => (common.ours.clone(), true),
        },
    };
    let places: HashMap<&str, usize> =
        skeleton.iter().enumerate().map(|(place, key)| (*key, place)).collect();
    let ours = insertions(sides.ours, &places, &moved.theirs, &stays);
    let theirs = insertions(sides.theirs, &places, &moved.ours, &stays);
    let mut keys = Vec::new();
    let mut tied = false;
    for gap in 0..=skeleton.len() {
        let (ours, theirs) = (&ours[gap], &theirs[gap]);
        tied |= !ours.is_empty() && !theirs.is_empty();
        // Slot ids are ordered by time: what was added first stands first. Any rule would do that
        // does not ask which side is which.
        let (first, second) =
            if ours.first() <= theirs.first() { (ours, theirs) } else { (theirs, ours) };
        keys.extend(first.iter().chain(second).map(|key| (*key).to_owned()));
        keys.extend(skeleton.get(gap).map(|key| (*key).to_owned()));
    }
    Arranged { keys, contested, tied }
}

/// The fewest keys whose moves explain the order of a side.
fn moved<'k>(base: &[&'k str], side: &[&'k str]) -> HashSet<&'k str> {
    let places: HashMap<&str, usize> =
        base.iter().enumerate().map(|(place, key)| (*key, place)).collect();
    let (keys, positions): (Vec<&str>, Vec<usize>) =
        side.iter().filter_map(|key| Some((*key, *places.get(key)?))).unzip();
    keys.into_iter()
        .zip(longest_increasing(&positions))
        .filter_map(|(key, stayed)| (!stayed).then_some(key))
        .collect()
}

/// The order in which every pair stands as the side says that turned it round; `None` if there is
/// none.
fn pairwise<'k>(
    common: &Sides<Vec<&'k str>>,
    moved: &Sides<HashSet<&str>>,
) -> Option<Vec<&'k str>> {
    let places = |keys: &[&'k str]| -> HashMap<&'k str, usize> {
        keys.iter().enumerate().map(|(place, key)| (*key, place)).collect()
    };
    let places = Sides {
        base: places(&common.base),
        ours: places(&common.ours),
        theirs: places(&common.theirs),
    };
    let row = |key: &'k str| Row {
        key,
        base: places.base.get(key).copied(),
        ours: places.ours[key],
        theirs: places.theirs[key],
    };
    // Two keys that nobody moved stand as in the base on all sides; only the others need a look at
    // every key.
    let firm = |row: &Row<'_>| {
        row.base.is_some() && !moved.ours.contains(row.key) && !moved.theirs.contains(row.key)
    };
    let (firm, loose): (Vec<_>, Vec<_>) = common.ours.iter().map(|key| row(key)).partition(firm);
    let mut order: Vec<Option<&str>> = vec![None; common.ours.len()];
    let mut put = |row: &Row<'k>, before: usize| {
        let place = order.get_mut(before)?;
        // How many stand before each is 0, 1, 2, … exactly if this is an order.
        place.replace(row.key).is_none().then_some(())
    };
    for (n, row) in firm.iter().enumerate() {
        put(row, n + row.followed(&loose)?)?;
    }
    for row in &loose {
        put(row, row.followed(&firm)? + row.followed(&loose)?)?;
    }
    order.into_iter().collect()
}

/// Where a key stands on all sides.
struct Row<'k> {
    key: &'k str,
    base: Option<usize>,
    ours: usize,
    theirs: usize,
}

impl Row<'_> {
    /// How many of these keys stand before this one; `None` where that cannot be told.
    fn followed(&self, others: &[Self]) -> Option<usize> {
        let mut before = 0;
        for other in others {
            let in_ours = other.ours < self.ours;
            let in_theirs = other.theirs < self.theirs;
            before += usize::from(match (other.base, self.base) {
                _ if in_ours == in_theirs => in_ours,
                // One of them turned the pair round: it is not as in the base.
                (Some(other), Some(base)) => base < other,
                // Both added one of the pair, and disagree.
                _ => return None,
            });
        }
        Some(before)
    }
}

/// Whether a key that both sides moved has come to stand in different places among those that
/// neither moved.
fn pulled_apart(common: &Sides<Vec<&str>>, moved: &Sides<HashSet<&str>>) -> bool {
    let standing = |side: &[&str]| {
        let mut before = 0;
        let mut found = HashMap::new();
        for key in side {
            match (moved.ours.contains(key), moved.theirs.contains(key)) {
                (false, false) => before += 1,
                (true, true) => {
                    found.insert((*key).to_owned(), before);
                }
                _ => {}
            }
        }
        found
    };
    standing(&common.ours) != standing(&common.theirs)
}

/// The keys that one side has alone, by the gap of the skeleton they go to; gap 0 is before its
/// first key.
fn insertions<'k>(
    side: &'k [String],
    skeleton: &HashMap<&str, usize>,
    moved_by_other: &HashSet<&str>,
    stays: &impl Fn(&str) -> bool,
) -> Vec<Vec<&'k str>> {
    let mut gaps = vec![Vec::new(); skeleton.len() + 1];
    let next_in_skeleton = |from: usize| {
        side[from..].iter().map(String::as_str).find(|key| skeleton.contains_key(key))
    };
    let mut before: Option<&str> = None;
    let mut after: Option<(usize, Option<&str>)> = None;
    for (n, key) in side.iter().map(String::as_str).enumerate() {
        if skeleton.contains_key(key) {
            (before, after) = (Some(key), None);
        } else if stays(key) {
            let (_, after) = *after.get_or_insert_with(|| (n, next_in_skeleton(n)));
            let firm = |key: &&str| !moved_by_other.contains(key);
            let gap = match (before.filter(firm), after.filter(firm), before) {
                (Some(before), ..) | (None, None, Some(before)) => skeleton[before] + 1,
                (None, Some(after), _) => skeleton[after],
                (None, None, None) => 0,
            };
            gaps[gap].push(key);
        }
    }
    gaps
}

/// Puts keys in a chosen order. A key that was not chosen follows the one it followed.
pub(super) fn rearrange(keys: Vec<String>, chosen: &[&str]) -> Vec<String> {
    let ranks: HashMap<&str, usize> =
        chosen.iter().enumerate().map(|(rank, key)| (*key, rank + 1)).collect();
    let mut rank = 0;
    let mut ranked: Vec<(usize, String)> = keys
        .into_iter()
        .map(|key| {
            rank = ranks.get(key.as_str()).copied().unwrap_or(rank);
            (rank, key)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, key)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The merged letters; `!` before a contested order, `?` before a tied one.
    fn merged(base: &str, ours: &str, theirs: &str) -> String {
        let keys = |letters: &str| letters.chars().map(String::from).collect::<Vec<_>>();
        let [base, ours, theirs] = [base, ours, theirs].map(keys);
        let arrange = |ours: &[String], theirs: &[String]| {
            arrange(Sides { base: &*base, ours, theirs }, |key| {
                let key = key.to_owned();
                // What one side removed is gone.
                !base.contains(&key) || ours.contains(&key) && theirs.contains(&key)
            })
        };
        let result = arrange(&ours, &theirs);
        let swapped = arrange(&theirs, &ours);
        assert_eq!((result.contested, result.tied), (swapped.contested, swapped.tied));
        assert!(result.contested || result.keys == swapped.keys, "whichever side is ours");
        let mark = if result.contested {
            "!"
        } else if result.tied {
            "?"
        } else {
            ""
        };
        format!("{mark}{}", result.keys.concat())
    }

    #[test]
    fn moves_of_different_entries_both_hold() {
        assert_eq!(merged("abcde", "eabcd", "bcdea"), "ebcda");
        assert_eq!(merged("abcd", "adbc", "acbd"), "adcb");
        assert_eq!(merged("abcdef", "bacdef", "abcdfe"), "bacdfe");
        assert_eq!(merged("abcd", "bcda", "bcda"), "bcda", "the same move");
    }

    #[test]
    fn moves_that_contradict_are_contested() {
        assert_eq!(merged("abcde", "bcade", "bcdea"), "!bcade", "one entry to two places");
        assert_eq!(merged("abcd", "bacd", "bcda"), "bcda", "b before a holds both");
    }

    #[test]
    fn what_was_added_stays_beside_its_neighbour() {
        assert_eq!(merged("abc", "axbc", "abcy"), "axbcy");
        assert_eq!(merged("abc", "xabc", "abc"), "xabc");
        assert_eq!(merged("abc", "abx", "abcy"), "?abxy", "c is gone and x came");
        assert_eq!(merged("abcd", "abxcd", "acdb"), "axcdb", "b was moved away, c was not");
        assert_eq!(merged("ab", "axyb", "azb"), "?axyzb");
        assert_eq!(merged("", "ab", "ba"), "!ab", "both added both");
        assert_eq!(merged("", "a", "b"), "?ab");
    }

    #[test]
    fn a_chosen_order_takes_along_what_it_does_not_name() {
        let keys = ["x", "a", "y", "b"].map(str::to_owned).to_vec();
        assert_eq!(rearrange(keys, &["b", "a", "gone"]), ["x", "b", "a", "y"]);
    }
}
