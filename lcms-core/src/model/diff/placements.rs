//! Differences of the placements of two documents.
//!
//! Placements are told apart by slot id across the whole document, so an entry that went from one
//! section to another is a move, not a removal and an addition.

use std::collections::HashMap;

use serde::{Deserialize as _, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::DocumentDiff;
use super::fields::{FieldChange, TextChange, walk};
use super::sequence::longest_increasing;
use crate::model::form::{Form, PLACEMENT, child, entries};
use crate::model::ids::SlotId;
use crate::model::reference::Target;
use crate::model::slot::{Conditions, LinkPolicy, Placement};

/// One difference of one placement. A placement that differs in several ways is listed once for
/// each.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PlacementChange {
    /// The placement's slot id.
    pub slot: SlotId,
    /// The component placed; the one after, where that differs.
    pub component: Target,
    /// What is different.
    #[serde(flatten)]
    pub what: PlacementDifference,
}

/// What is different about a placement.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum PlacementDifference {
    /// It is new.
    Added {
        /// Where it stands.
        at: Place,
        /// The placement.
        placement: Placement,
    },
    /// It is gone.
    Removed {
        /// Where it stood.
        at: Place,
        /// The placement.
        placement: Placement,
    },
    /// It stands elsewhere. Placements that only made room are not listed.
    Moved {
        /// Where it stood.
        from: Place,
        /// Where it stands.
        to: Place,
    },
    /// Another component stands in its slot.
    Component {
        /// The component before.
        before: Target,
    },
    /// Another version of the component is shown.
    Policy {
        /// The link policy before.
        before: LinkPolicy,
        /// The link policy after.
        after: LinkPolicy,
    },
    /// Other fields are replaced here, or by other values.
    Overrides {
        /// Fields, by address inside the overrides: `/title`.
        fields: Vec<FieldChange>,
        /// Replaced blocks of text, by address inside the overrides: `/blocks/returns`.
        text: Vec<TextChange>,
    },
    /// It is published under other conditions.
    Conditions {
        /// The conditions before.
        #[schema(value_type = BTreeMap<String, Vec<String>>)]
        before: Conditions,
        /// The conditions after.
        #[schema(value_type = BTreeMap<String, Vec<String>>)]
        after: Conditions,
    },
    /// Learners come to it in another way, or it counts for something else.
    Sequencing {
        /// Fields, by address inside the sequencing: `/attempt_limit`.
        fields: Vec<FieldChange>,
    },
}

/// Where a placement stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Place {
    /// Address of its list: `/placements`, `/sections/basics/entries`.
    pub list: String,
    /// Which of the list it is, from 0.
    pub index: usize,
}

/// A placement of a document.
struct Placed<'v> {
    at: Place,
    placement: Placement,
    value: &'v Value,
}

/// A slot id and which of the placements with this id it is; ids not chosen yet are all the same.
type Name = (SlotId, usize);

/// The differences of all placements of two documents of one form.
pub(super) fn changes(form: &'static Form, before: &Value, after: &Value) -> Vec<PlacementChange> {
    let (old, new) = (all(form, before), all(form, after));
    let old_by_name: HashMap<&Name, &Placed<'_>> = old.iter().map(|(n, p)| (n, p)).collect();
    let new_by_name: HashMap<&Name, &Placed<'_>> = new.iter().map(|(n, p)| (n, p)).collect();
    let mut found = Vec::new();
    for (name, placed) in &old {
        if !new_by_name.contains_key(name) {
            found.push(change(
                placed,
                PlacementDifference::Removed {
                    at: placed.at.clone(),
                    placement: placed.placement.clone(),
                },
            ));
        }
    }
    let stayed = stayed(&new, &old_by_name);
    for ((name, placed), stayed) in new.iter().zip(stayed) {
        let Some(was) = old_by_name.get(name) else {
            found.push(change(
                placed,
                PlacementDifference::Added {
                    at: placed.at.clone(),
                    placement: placed.placement.clone(),
                },
            ));
            continue;
        };
        if !stayed {
            found.push(change(
                placed,
                PlacementDifference::Moved { from: was.at.clone(), to: placed.at.clone() },
            ));
        }
        found.extend(inside(was, placed).into_iter().map(|what| change(placed, what)));
    }
    found
}

fn change(placed: &Placed<'_>, what: PlacementDifference) -> PlacementChange {
    PlacementChange {
        slot: placed.placement.id,
        component: placed.placement.component.clone(),
        what,
    }
}

/// Every placement of a document, in document order.
fn all<'v>(form: &'static Form, document: &'v Value) -> Vec<(Name, Placed<'v>)> {
    let mut found = Vec::new();
    collect(form, "", document, &mut found);
    let mut seen = HashMap::<SlotId, usize>::new();
    found
        .into_iter()
        .map(|placed| {
            let id = placed.placement.id;
            let ordinal = seen.entry(id).or_default();
            *ordinal += 1;
            ((id, *ordinal), placed)
        })
        .collect()
}

fn collect<'v>(form: &'static Form, at: &str, value: &'v Value, found: &mut Vec<Placed<'v>>) {
    match form.of_value(value) {
        Form::Placements => {
            for (index, value) in entries(Some(value)).iter().enumerate() {
                // What was written from a placement can be read as one.
                if let Ok(placement) = Placement::deserialize(value) {
                    let at = Place { list: at.to_owned(), index };
                    found.push(Placed { at, placement, value });
                }
            }
        }
        Form::Record(members) => {
            for (name, form) in *members {
                if let Some(inside) = value.get(name) {
                    collect(form, &child(at, name), inside, found);
                }
            }
        }
        Form::Keyed(keyed) => {
            let list = entries(Some(value));
            for (key, entry) in keyed.keys(list).unwrap_or_default().iter().zip(list) {
                collect(keyed.entry, &child(at, key), entry, found);
            }
        }
        _ => {}
    }
}

/// Which placements did not move: same list, and in the longest run that kept its order.
fn stayed(new: &[(Name, Placed<'_>)], old: &HashMap<&Name, &Placed<'_>>) -> Vec<bool> {
    let mut stayed = vec![false; new.len()];
    let mut lists = HashMap::<&str, Vec<(usize, usize)>>::new();
    for (n, (name, placed)) in new.iter().enumerate() {
        if let Some(was) = old.get(name)
            && was.at.list == placed.at.list
        {
            lists.entry(&placed.at.list).or_default().push((n, was.at.index));
        }
    }
    for members in lists.values() {
        let positions: Vec<usize> = members.iter().map(|(_, position)| *position).collect();
        for ((n, _), kept) in members.iter().zip(longest_increasing(&positions)) {
            stayed[*n] = kept;
        }
    }
    stayed
}

/// Differences of what a placement says.
fn inside(was: &Placed<'_>, is: &Placed<'_>) -> Vec<PlacementDifference> {
    let mut found = Vec::new();
    if was.value == is.value {
        return found;
    }
    let (old, new) = (&was.placement, &is.placement);
    if old.component != new.component {
        found.push(PlacementDifference::Component { before: old.component.clone() });
    }
    if old.policy != new.policy {
        found.push(PlacementDifference::Policy {
            before: old.policy.clone(),
            after: new.policy.clone(),
        });
    }
    if old.overrides != new.overrides {
        let mut diff = DocumentDiff::default();
        let (before, after) = (was.value.get("overrides"), is.value.get("overrides"));
        walk(PLACEMENT.member("overrides"), "", before, after, &mut diff);
        found.push(PlacementDifference::Overrides { fields: diff.fields, text: diff.text });
    }
    if old.when != new.when {
        found.push(PlacementDifference::Conditions {
            before: old.when.clone(),
            after: new.when.clone(),
        });
    }
    if old.sequencing != new.sequencing {
        let mut diff = DocumentDiff::default();
        let (before, after) = (was.value.get("sequencing"), is.value.get("sequencing"));
        walk(PLACEMENT.member("sequencing"), "", before, after, &mut diff);
        found.push(PlacementDifference::Sequencing { fields: diff.fields });
    }
    found
}
