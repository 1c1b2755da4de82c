//! Merge of lists whose entries have keys: which entries there are, what each says, their order.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::ConflictKind;
use super::engine::{Engine, Sides, Values};
use super::order::{self, Arranged};
use crate::model::form::{Form, Keyed, Order, child, entries};

/// The entries of a merged list.
#[derive(Default)]
struct Entries {
    /// Those that stay, by key.
    merged: HashMap<String, Value>,
    /// Those of which it is in conflict whether they stay, or as what.
    disputed: HashSet<String>,
}

impl Engine<'_> {
    /// The merge of a list with keys; by place when the keys of some side do not tell its entries
    /// apart.
    pub(super) fn list(&mut self, keyed: &Keyed, at: &str, sides: Values<'_>) -> Option<Value> {
        let lists = sides.map(entries);
        let keys = lists.map(|list| keyed.keys(list));
        let Sides { base: Some(base), ours: Some(ours), theirs: Some(theirs) } = keys else {
            return Some(self.sequence(&Form::Value, at, lists));
        };
        let keys = Sides { base, ours, theirs };
        let Entries { mut merged, disputed } = self.entries_of(keyed, at, lists, &keys);
        // A disputed entry counts for the order whoever keeps it, so that choices about entries
        // neither make nor end a conflict about their order.
        let counts = |key: &str| merged.contains_key(key) || disputed.contains(key);
        let order = self.order_of(keyed, at, &keys, counts);
        Some(order.iter().filter_map(|key| merged.remove(key)).collect())
    }

    /// Which entries stay.
    fn entries_of(
        &mut self,
        keyed: &Keyed,
        at: &str,
        lists: Sides<&[Value]>,
        keys: &Sides<Vec<String>>,
    ) -> Entries {
        let by_key = |keys: &'_ [String], list| -> HashMap<String, &'_ Value> {
            keys.iter().cloned().zip(list).collect()
        };
        let sides = Sides {
            base: by_key(&keys.base, lists.base),
            ours: by_key(&keys.ours, lists.ours),
            theirs: by_key(&keys.theirs, lists.theirs),
        };
        let mut entries = Entries::default();
        let mut seen = BTreeSet::new();
        for key in keys.ours.iter().chain(&keys.theirs).chain(&keys.base) {
            if !seen.insert(key) {
                continue;
            }
            let entry = Sides {
                base: sides.base.get(key).copied(),
                ours: sides.ours.get(key).copied(),
                theirs: sides.theirs.get(key).copied(),
            };
            let kept = match entry.unopposed() {
                Ok(value) => value.cloned(),
                Err(entry) => {
                    let at = child(at, key);
                    if let Sides { base: Some(_), ours: Some(_), theirs: Some(_) } = entry {
                        self.value(keyed.entry, &at, entry)
                    } else {
                        entries.disputed.insert(key.clone());
                        self.settle_values(&at, entry)
                    }
                }
            };
            if let Some(kept) = kept {
                entries.merged.insert(key.clone(), kept);
            }
        }
        entries
    }

    /// The keys of the entries that count, in order.
    fn order_of(
        &mut self,
        keyed: &Keyed,
        at: &str,
        keys: &Sides<Vec<String>>,
        counts: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        if keyed.order == Order::Sorted {
            let all = keys.ours.iter().chain(&keys.theirs).chain(&keys.base);
            let sorted: BTreeSet<&String> = all.filter(|key| counts(key)).collect();
            return sorted.into_iter().cloned().collect();
        }
        let sides = Sides { base: &*keys.base, ours: &*keys.ours, theirs: &*keys.theirs };
        let Arranged { keys: arranged, contested, tied } = order::arrange(sides, counts);
        let undecided = contested || tied && keyed.order == Order::Meant;
        if !undecided {
            return arranged;
        }
        let list = |keys: &[String]| Some(keys.iter().cloned().collect::<Value>());
        let chosen = self.settle_as(ConflictKind::Order, format!("{at}#order"), sides.map(list));
        let chosen: Vec<&str> = entries(chosen.as_ref()).iter().filter_map(Value::as_str).collect();
        order::rearrange(arranged, &chosen)
    }
}
