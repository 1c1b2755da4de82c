//! What two revisions have in common: the base of a three-way merge.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::error::Result;
use crate::model::{ComponentId, RevisionId};
use crate::store::Connection;
use crate::store::landing::{Ancestors, ancestors};

/// How revisions came from each other, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Ancestry {
    known: HashMap<RevisionId, Ancestors>,
}

/// A revision that waits to be looked at; later events first.
#[derive(PartialEq, Eq)]
struct Waiting {
    event: i64,
    revision: RevisionId,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.event, self.revision).cmp(&(other.event, other.revision))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ancestry {
    /// Reads the histories of these components, and of those that they were copied from.
    pub(super) async fn read(db: &impl Connection, components: &[ComponentId]) -> Result<Self> {
        let mut known = ancestors(db, components).await?;
        let mut read: HashSet<_> = components.iter().copied().collect();
        loop {
            let unknown: Vec<_> = known
                .values()
                .flat_map(|it| it.parents)
                .flatten()
                .filter(|id| !known.contains_key(id))
                .collect();
            if unknown.is_empty() {
                break;
            }
            let elsewhere = crate::store::components::revisions(db, &unknown).await?;
            let others: HashSet<_> = elsewhere.values().map(|r| r.component).collect();
            let others: Vec<_> = others.difference(&read).copied().collect();
            if others.is_empty() {
                break; // a parent that is not on this server
            }
            read.extend(&others);
            known.extend(ancestors(db, &others).await?);
        }
        Ok(Self { known })
    }

    /// The newest revision that both came from; either of them if it is an ancestor of the other.
    ///
    /// Revisions are visited from the latest event down. The first that both sides reach has no
    /// descendant that both reach, since a descendant's event is later.
    pub(super) fn common(&self, ours: RevisionId, theirs: RevisionId) -> Option<RevisionId> {
        const OURS: u8 = 1;
        const THEIRS: u8 = 2;
        let mut reached = HashMap::<RevisionId, u8>::new();
        let mut waiting = BinaryHeap::new();
        for (side, revision) in [(OURS, ours), (THEIRS, theirs)] {
            *reached.entry(revision).or_default() |= side;
            if let Some(it) = self.known.get(&revision) {
                waiting.push(Waiting { event: it.event, revision });
            }
        }
        while let Some(Waiting { revision, .. }) = waiting.pop() {
            let sides = reached.get(&revision).copied().unwrap_or_default();
            if sides == OURS | THEIRS {
                return Some(revision);
            }
            for parent in self.known.get(&revision).into_iter().flat_map(|it| it.parents).flatten()
            {
                let known = reached.entry(parent).or_default();
                if *known | sides == *known {
                    continue;
                }
                *known |= sides;
                if let Some(it) = self.known.get(&parent) {
                    waiting.push(Waiting { event: it.event, revision: parent });
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A history written as (revision, its parents) in the order of events.
    fn history(lines: &[(u128, &[u128])]) -> Ancestry {
        let id = |n: u128| RevisionId(uuid::Uuid::from_u128(n));
        let component = ComponentId(uuid::Uuid::nil());
        let known = lines
            .iter()
            .zip(1..)
            .map(|((revision, parents), event)| {
                let mut both = parents.iter().map(|n| id(*n));
                let parents = [both.next(), both.next()];
                (id(*revision), Ancestors { component, event, parents })
            })
            .collect();
        Ancestry { known }
    }

    fn common(ancestry: &Ancestry, a: u128, b: u128) -> Option<u128> {
        let id = |n: u128| RevisionId(uuid::Uuid::from_u128(n));
        let found = ancestry.common(id(a), id(b));
        assert_eq!(found, ancestry.common(id(b), id(a)), "whichever side is ours");
        found.map(|id| id.0.as_u128())
    }

    #[test]
    fn the_base_is_the_newest_revision_that_both_came_from() {
        let forked = history(&[(1, &[]), (2, &[1]), (3, &[2]), (4, &[2]), (5, &[4])]);
        assert_eq!(common(&forked, 3, 5), Some(2));
        assert_eq!(common(&forked, 2, 5), Some(2), "one side did nothing");
        assert_eq!(common(&forked, 5, 5), Some(5));
    }

    #[test]
    fn what_was_merged_before_is_behind_both() {
        // 5 takes 3 into the line of 4; later 6 goes on from 3 and 7 from 5.
        let merged = history(&[
            (1, &[]),
            (2, &[1]),
            (3, &[2]),
            (4, &[2]),
            (5, &[4, 3]),
            (6, &[3]),
            (7, &[5]),
        ]);
        assert_eq!(common(&merged, 6, 7), Some(3));
        assert_eq!(common(&merged, 3, 7), Some(3));
    }

    #[test]
    fn strangers_have_nothing_in_common() {
        assert_eq!(common(&history(&[(1, &[]), (2, &[])]), 1, 2), None);
    }
}
