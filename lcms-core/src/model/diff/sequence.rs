//! Differences of two lists.

use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// What stands in `old` in one list and in `new` in the other. Between two edits at least one
/// entry is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::model) struct Edit {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

impl Edit {
    /// One edit for all that stands between the first and the last difference.
    pub(in crate::model) fn around_what_is_the_same<T: PartialEq>(
        old: &[T],
        new: &[T],
    ) -> Option<Self> {
        let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let (old_rest, new_rest) = (&old[start..], &new[start..]);
        let end =
            old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
        let edit = Self { old: start..old.len() - end, new: start..new.len() - end };
        (!edit.old.is_empty() || !edit.new.is_empty()).then_some(edit)
    }
}

/// The edits that make one list of the other: backwards, the same edits make the one of the other.
pub(in crate::model) fn edits<T: Hash + Eq + Ord>(old: &[T], new: &[T]) -> Vec<Edit> {
    // Where entries can be matched in several ways, the answer depends on which list comes first.
    if new < old {
        let turned = |Edit { old, new }: Edit| Edit { old: new, new: old };
        return edits(new, old).into_iter().map(turned).collect();
    }
    let mut edits: Vec<Edit> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (old, new) = (op.old_range(), op.new_range());
        match edits.last_mut() {
            Some(last) if last.old.end == old.start && last.new.end == new.start => {
                (last.old.end, last.new.end) = (old.end, new.end);
            }
            _ => edits.push(Edit { old, new }),
        }
    }
    edits
}

/// Which entries of a list of distinct numbers belong to its longest increasing run (not
/// necessarily neighbours). When the numbers are old positions, the others are the fewest moves
/// that explain the new order.
pub(in crate::model) fn longest_increasing(numbers: &[usize]) -> Vec<bool> {
    // For each length, the place of the smallest number that ends a run of that length.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (n, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|&end| numbers[end] < *number);
        before[n] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(n);
        } else {
            ends[length] = n;
        }
    }
    let mut kept = vec![false; numbers.len()];
    let mut place = ends.last().copied();
    while let Some(n) = place {
        kept[n] = true;
        place = before[n];
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_fewest_entries_move() {
        let moved = |numbers: &[usize]| {
            let kept = longest_increasing(numbers);
            numbers.iter().zip(kept).filter(|(_, kept)| !kept).map(|(n, _)| *n).collect::<Vec<_>>()
        };
        assert!(moved(&[0, 1, 2, 3]).is_empty());
        assert_eq!(moved(&[3, 0, 1, 2]), [3]);
        assert_eq!(moved(&[1, 2, 3, 0]), [0]);
        assert_eq!(moved(&[0, 4, 1, 2, 3]), [4]);
        assert!(moved(&[]).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn edits_make_one_list_of_the_other(
            old in prop::collection::vec(0..6_u8, 0..20),
            new in prop::collection::vec(0..6_u8, 0..20),
        ) {
            let mut made = Vec::new();
            let mut copied = 0;
            for edit in edits(&old, &new) {
                prop_assert!(made.is_empty() || copied < edit.old.start || edit.old.start == 0);
                made.extend_from_slice(&old[copied..edit.old.start]);
                made.extend_from_slice(&new[edit.new]);
                copied = edit.old.end;
            }
            made.extend_from_slice(&old[copied..]);
            let back = edits(&new, &old).into_iter().map(|edit| (edit.new, edit.old));
            let forth = edits(&old, &new).into_iter().map(|edit| (edit.old, edit.new));
            prop_assert!(back.eq(forth));
            prop_assert_eq!(made, new);
        }
    }
}
