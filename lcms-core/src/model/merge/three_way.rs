//! Three lists: where one side changed the base, where both did.
//!
//! Each side's edits of the base are found by themselves, so the result does not depend on which
//! side is which. Edits of different places follow each other, even without an entry between them;
//! edits of the same place clash.

use std::hash::Hash;
use std::ops::Range;

use super::engine::Sides;
use crate::model::diff::sequence::{Edit, edits};

/// Ranges of the three lists that stand for each other.
pub(super) type Ranges = Sides<Range<usize>>;

/// A part of the merged list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The same on all sides.
    Same(Ranges),
    /// What ours says; theirs left it alone or says the same.
    Ours(Range<usize>),
    /// What theirs says; ours left it alone.
    Theirs(Range<usize>),
    /// Both changed it, differently.
    Clash(Ranges),
}

impl Eq for Ranges {}

/// Merges three lists. Two edits side by side clash when they bring an entry in common that tells
/// something (`telling`): then both say the same thing in two places.
pub(super) fn three_way<T: Hash + Eq + Ord>(
    base: &[T],
    ours: &[T],
    theirs: &[T],
    telling: impl Fn(&T) -> bool,
) -> Vec<Piece> {
    let sides = [(edits(base, ours), ours), (edits(base, theirs), theirs)];
    let mut next = [0, 0];
    // How far each side has been read; all stand for the same place.
    let mut at = Sides { base: 0, ours: 0, theirs: 0 };
    let mut pieces = Vec::new();
    while let Some(group) = Group::next(&sides, &mut next, &telling) {
        let unchanged = group.hull.start - at.base;
        if unchanged > 0 {
            pieces.push(Piece::Same(at.map(|start| start..start + unchanged)));
        }
        let start = at.map(|at| at + unchanged);
        let end = Sides {
            base: group.hull.end,
            ours: group.end(0, start.base, start.ours),
            theirs: group.end(1, start.base, start.theirs),
        };
        let (in_ours, in_theirs) = (start.ours..end.ours, start.theirs..end.theirs);
        pieces.push(
            if group.edits[1].is_empty() || ours[in_ours.clone()] == theirs[in_theirs.clone()] {
                Piece::Ours(in_ours)
            } else if group.edits[0].is_empty() {
                Piece::Theirs(in_theirs)
            } else {
                Piece::Clash(Sides { base: group.hull.clone(), ours: in_ours, theirs: in_theirs })
            },
        );
        at = end;
    }
    let rest = base.len() - at.base;
    if rest > 0 {
        pieces.push(Piece::Same(at.map(|start| start..start + rest)));
    }
    pieces
}

/// Edits of both sides that touch the same part of the base.
struct Group {
    hull: Range<usize>,
    edits: [Vec<Edit>; 2],
}

impl Group {
    fn next<T: PartialEq>(
        sides: &[(Vec<Edit>, &[T]); 2],
        next: &mut [usize; 2],
        telling: &impl Fn(&T) -> bool,
    ) -> Option<Self> {
        let edit = |side: usize, next: &[usize; 2]| sides[side].0.get(next[side]);
        let first = match (edit(0, next), edit(1, next)) {
            (None, None) => return None,
            (Some(_), None) => 0,
            (None, Some(_)) => 1,
            // An insertion stands before what begins at its place.
            (Some(a), Some(b)) => usize::from((b.old.start, b.old.end) < (a.old.start, a.old.end)),
        };
        let mut group =
            Self { hull: edit(first, next)?.old.clone(), edits: [Vec::new(), Vec::new()] };
        let take = |side: usize, group: &mut Self, next: &mut [usize; 2]| {
            if let Some(edit) = sides[side].0.get(next[side]) {
                group.hull.start = group.hull.start.min(edit.old.start);
                group.hull.end = group.hull.end.max(edit.old.end);
                group.edits[side].push(edit.clone());
                next[side] += 1;
            }
        };
        take(first, &mut group, next);
        loop {
            let joins = |side: usize| {
                edit(side, next).is_some_and(|edit| {
                    overlap(&group.hull, &edit.old)
                        || touch(&group.hull, &edit.old)
                            && group.brings_the_same(sides, side, edit, telling)
                })
            };
            match (joins(0), joins(1)) {
                (true, _) => take(0, &mut group, next),
                (_, true) => take(1, &mut group, next),
                _ => return Some(group),
            }
        }
    }

    /// Whether an edit of one side brings an entry that an edit of the other side in this group
    /// brings too.
    fn brings_the_same<T: PartialEq>(
        &self,
        sides: &[(Vec<Edit>, &[T]); 2],
        side: usize,
        edit: &Edit,
        telling: &impl Fn(&T) -> bool,
    ) -> bool {
        let new = &sides[side].1[edit.new.clone()];
        let other = 1 - side;
        self.edits[other]
            .iter()
            .flat_map(|edit| &sides[other].1[edit.new.clone()])
            .any(|entry| telling(entry) && new.contains(entry))
    }

    /// Where the group ends on a side, when it began at `start` there.
    fn end(&self, side: usize, base_start: usize, start: usize) -> usize {
        let (mut base, mut here) = (base_start, start);
        for edit in &self.edits[side] {
            here += edit.old.start - base + edit.new.len();
            base = edit.old.end;
        }
        here + self.hull.end - base
    }
}

/// Whether two ranges of the base are about the same place: they share an entry, an insertion is
/// inside the other, or both are insertions at one place.
fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => a.start == b.start,
        _ => a.start < b.end && b.start < a.end,
    }
}

fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start <= b.end && b.start <= a.end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The merged letters; a clash as `<ours|theirs>`.
    fn merged(base: &str, ours: &str, theirs: &str) -> String {
        let [base, ours, theirs] = [base, ours, theirs].map(|s| s.chars().collect::<Vec<_>>());
        let text = |list: &[char], range: Range<usize>| list[range].iter().collect::<String>();
        three_way(&base, &ours, &theirs, |_| true)
            .into_iter()
            .map(|piece| match piece {
                Piece::Same(same) => {
                    assert_eq!(text(&base, same.base), text(&theirs, same.theirs));
                    text(&ours, same.ours)
                }
                Piece::Ours(range) => text(&ours, range),
                Piece::Theirs(range) => text(&theirs, range),
                Piece::Clash(clash) => {
                    format!("<{}|{}>", text(&ours, clash.ours), text(&theirs, clash.theirs))
                }
            })
            .collect()
    }

    #[test]
    fn edits_of_different_places_merge() {
        assert_eq!(merged("abcdef", "aBcdef", "abcdEf"), "aBcdEf");
        assert_eq!(merged("abc", "Abc", "aBc"), "ABc", "side by side");
        assert_eq!(merged("abc", "bc", "ab"), "b", "both ends taken away");
        assert_eq!(merged("ab", "xab", "aby"), "xaby");
        assert_eq!(merged("ab", "axb", "aB"), "axB", "an insertion beside a change");
    }

    #[test]
    fn edits_of_one_place_clash() {
        assert_eq!(merged("abc", "aXc", "aYc"), "a<X|Y>c");
        assert_eq!(merged("ab", "axb", "ayb"), "a<x|y>b");
        assert_eq!(merged("abcd", "aXYd", "abZd"), "a<XY|bZ>d");
        assert_eq!(merged("abcd", "ad", "abxcd"), "a<|bxc>d", "into what was taken away");
    }

    #[test]
    fn the_same_edit_on_both_sides_is_one() {
        assert_eq!(merged("abc", "aXc", "aXc"), "aXc");
        assert_eq!(merged("ab", "axb", "axb"), "axb");
    }

    #[test]
    fn the_same_entry_in_two_neighbouring_edits_is_not_doubled() {
        assert_eq!(merged("ab", "axb", "axB"), "a<xb|xB>");
    }
}
