//! Which heads move, and where the others arrive.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Objects;
use crate::model::{ComponentId, Key, Language, RevisionId};

/// A head's place: component, branch and language.
pub(super) type Spot = (ComponentId, Key, Language);

/// The history of the components that arrive, there and here, by what each revision goes on from.
pub(super) type Parents = HashMap<RevisionId, [Option<RevisionId>; 2]>;

/// What is to be done about the heads that arrive.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// The branch that the new revisions of a spot are stored on.
    pub stored_on: BTreeMap<Spot, Key>,
    /// Spots whose head stays, since the other goes on from something else.
    pub diverged: BTreeSet<Spot>,
    /// Spots here whose head moves on from where it stood.
    pub moved: usize,
}

/// Decides about every head. `here` answers the head a spot has of its own.
///
/// # Errors
/// Spots whose head is known here while something before it is not.
pub(super) fn decide(
    objects: &Objects,
    new: &HashSet<RevisionId>,
    parents: &Parents,
    origin: &Key,
    here: &dyn Fn(&Spot) -> Option<RevisionId>,
    is_open: &dyn Fn(&Key) -> bool,
) -> Result<Heads, Vec<Spot>> {
    let mut heads = Heads::default();
    let arriving = objects.heads();
    let mut spots_with_new = BTreeSet::new();
    for id in new {
        if let Some(revision) = objects.revisions.get(id) {
            let (branch, language) = (revision.branch.clone(), revision.language.clone());
            spots_with_new.insert((revision.component, branch, language));
        }
    }
    let mut odd = Vec::new();
    for spot in spots_with_new {
        let Some(head) = arriving.get(&spot).filter(|head| new.contains(head)) else {
            odd.push(spot);
            continue;
        };
        let own = here(&spot);
        if own.is_none_or(|own| descends(*head, own, parents)) {
            heads.moved += usize::from(own.is_some());
            heads.stored_on.insert(spot.clone(), spot.1);
            continue;
        }
        let fits = |candidate: &Key| {
            let there = (spot.0, candidate.clone(), spot.2.clone());
            is_open(candidate) && here(&there).is_none_or(|own| descends(*head, own, parents))
        };
        let Some(branch) = candidates(origin, &spot.1).find(|candidate| fits(candidate)) else {
            odd.push(spot);
            continue;
        };
        heads.stored_on.insert(spot.clone(), branch);
        heads.diverged.insert(spot);
    }
    if odd.is_empty() { Ok(heads) } else { Err(odd) }
}

/// Names for the branch that heads of `branch` arrive on: `remote.ORIGIN`, with the branch's name
/// unless it is `main`, and a number when that is taken by something else.
fn candidates<'a>(origin: &'a Key, branch: &'a Key) -> impl Iterator<Item = Key> + 'a {
    (1..100).filter_map(move |n| {
        let mut name = format!("remote.{origin}");
        if branch.as_str() != "main" {
            name = format!("{name}.{branch}");
        }
        if n > 1 {
            name = format!("{name}-{n}");
        }
        name.parse().ok()
    })
}

/// Whether a revision goes on from another, through any number of steps.
fn descends(from: RevisionId, ancestor: RevisionId, parents: &Parents) -> bool {
    let mut seen = HashSet::from([from]);
    let mut waiting = vec![from];
    while let Some(id) = waiting.pop() {
        if id == ancestor {
            return true;
        }
        for parent in parents.get(&id).into_iter().flatten().flatten() {
            if seen.insert(*parent) {
                waiting.push(*parent);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_arriving_branches_are_keys() {
        let name = |origin: &str, branch: &str, n: usize| {
            let (origin, branch) = (origin.parse().unwrap(), branch.parse().unwrap());
            candidates(&origin, &branch).nth(n).map(|key| key.to_string())
        };
        assert_eq!(name("acme", "main", 0).unwrap(), "remote.acme");
        assert_eq!(name("acme", "spring", 0).unwrap(), "remote.acme.spring");
        assert_eq!(name("acme", "main", 1).unwrap(), "remote.acme-2");
        assert_eq!(name(&"a".repeat(100), "main", 0), None);
    }

    #[test]
    fn both_parents_lead_to_ancestors() {
        let ids: Vec<_> = (0..4).map(|_| RevisionId::new()).collect();
        let parents =
            Parents::from([(ids[1], [Some(ids[0]), None]), (ids[3], [Some(ids[2]), Some(ids[1])])]);
        assert!(descends(ids[3], ids[0], &parents));
        assert!(descends(ids[3], ids[3], &parents));
        assert!(!descends(ids[1], ids[2], &parents));
    }
}
