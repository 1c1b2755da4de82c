//! Merge of lists whose entries have keys: which entries there are, what each says, their order.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::ConflictKind;
use super::engine::{Engine, Sides, Values};
use super::order::{self, Arranged};
use crate::model::form::{Form, Keyed, Order, child, entries};

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
        let mut merged = self.entries_of(keyed, at, lists, &keys);
        let order = self.order_of(keyed, at, &keys, &merged);
        Some(order.iter().filter_map(|key| merged.remove(key)).collect())
    }

    /// The entries that stay, by key.
    fn entries_of(
        &mut self,
        keyed: &Keyed,
        at: &str,
        lists: Sides<&[Value]>,
        keys: &Sides<Vec<String>>,
    ) -> HashMap<String, Value> {
        let by_key = |keys: &'_ [String], list| -> HashMap<String, &'_ Value> {
            keys.iter().cloned().zip(list).collect()
        };
        let sides = Sides {
            base: by_key(&keys.base, lists.base),
            ours: by_key(&keys.ours, lists.ours),
            theirs: by_key(&keys.theirs, lists.theirs),
        };
        let mut merged = HashMap::new();
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
                        self.settle_values(&at, entry)
                    }
                }
            };
            if let Some(kept) = kept {
                merged.insert(key.clone(), kept);
            }
        }
        merged
    }

    /// The keys of the entries that stay, in order.
    fn order_of(
        &mut self,
        keyed: &Keyed,
        at: &str,
        keys: &Sides<Vec<String>>,
        stay: &HashMap<String, Value>,
    ) -> Vec<String> {
        if keyed.order == Order::Sorted {
            let mut sorted: Vec<String> = stay.keys().cloned().collect();
            sorted.sort();
            return sorted;
        }
        let sides = Sides { base: &*keys.base, ours: &*keys.ours, theirs: &*keys.theirs };
        let Arranged { keys: arranged, contested, tied } =
            order::arrange(sides, |key| stay.contains_key(key));
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
