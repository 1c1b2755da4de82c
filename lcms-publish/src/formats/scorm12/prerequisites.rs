//! Prerequisites: an AICC script over item identifiers. `a&b` is open when both are completed or
//! passed, `(a|b)` when one is. Headings have no status that an LMS must keep, so what a module waits
//! for is written at each of its SCOs.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Plan, Wait};

/// What the schema allows.
const LIMIT: usize = 200;

/// The scripts of a package, by identifier of the item.
pub(super) struct Prerequisites(BTreeMap<String, String>);

impl Prerequisites {
    pub(super) fn of(plan: &Plan<'_>) -> Self {
        let mut scripts = Self(BTreeMap::new());
        for (index, sco) in plan.scos.iter().enumerate() {
            let waits = plan.sequencing.of(&sco.id).opens;
            if !waits.is_empty() {
                scripts.0.insert(sco.id.clone(), script(plan, index, &waits));
            }
        }
        scripts
    }

    /// The script of an item, if it has one that fits.
    pub(super) fn script(&self, item: &str) -> Option<String> {
        self.0.get(item).filter(|script| script.len() <= LIMIT).cloned()
    }

    /// Titles of the SCOs whose script does not fit.
    pub(super) fn too_long(&self, plan: &Plan<'_>) -> Vec<String> {
        let long = |id: &str| self.0.get(id).is_some_and(|script| script.len() > LIMIT);
        let scos = plan.scos.iter().filter(|sco| long(&sco.id));
        scos.map(|sco| sco.title.clone()).collect()
    }
}

/// What waits for passed waits for the same as what waits for completed: where there is a mastery
/// score, a SCO that is done is passed or failed, and a failed one opens nothing.
fn script(plan: &Plan<'_>, own: usize, waits: &BTreeSet<Wait>) -> String {
    let id = |sco: usize| plan.scos.get(sco).map(|sco| sco.id.clone()).unwrap_or_default();
    let mut terms = BTreeSet::new();
    for wait in waits {
        match wait {
            Wait::Completed(sco) | Wait::Passed(sco) => {
                terms.insert((*sco, id(*sco)));
            }
            Wait::Objective(objective) => {
                let serving = plan.sequencing.servers(*objective);
                let serving: Vec<_> = serving.filter(|sco| *sco < own).collect();
                let first = serving.first().copied().unwrap_or_default();
                let any = serving.iter().map(|sco| id(*sco)).collect::<Vec<_>>().join("|");
                let alone = serving.len() == 1;
                terms.insert((first, if alone { any } else { format!("({any})") }));
            }
        }
    }
    terms.into_iter().map(|(_, term)| term).collect::<Vec<_>>().join("&")
}
