//! The walk over three documents of one form.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::three_way::{Piece, three_way};
use super::{Choice, Choices, Conflict, ConflictKind, text};
use crate::model::digest::canonical_json;
use crate::model::form::{Form, child, entries};

/// One thing on three sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sides<B, S = B> {
    pub base: B,
    pub ours: S,
    pub theirs: S,
}

impl<T> Sides<T> {
    pub(super) fn map<U>(self, mut each: impl FnMut(T) -> U) -> Sides<U> {
        Sides { base: each(self.base), ours: each(self.ours), theirs: each(self.theirs) }
    }
}

impl<T: PartialEq> Sides<T> {
    /// What to take when at most one side changed.
    pub(super) fn unopposed(self) -> Result<T, Self> {
        if self.ours == self.theirs || self.base == self.theirs {
            Ok(self.ours)
        } else if self.base == self.ours {
            Ok(self.theirs)
        } else {
            Err(self)
        }
    }
}

/// A value on three sides, where there is one.
pub(super) type Values<'v> = Sides<Option<&'v Value>>;

/// Merges and collects what could not be merged.
pub(super) struct Engine<'c> {
    choices: &'c Choices,
    used: BTreeSet<String>,
    conflicts: Vec<Conflict>,
}

impl<'c> Engine<'c> {
    pub(super) fn new(choices: &'c Choices) -> Self {
        Self { choices, used: BTreeSet::new(), conflicts: Vec::new() }
    }

    /// The conflicts that are left, and the choices that nothing asked for.
    pub(super) fn finish(self) -> (Vec<Conflict>, Vec<String>) {
        let unused =
            self.choices.keys().filter(|pointer| !self.used.contains(*pointer)).cloned().collect();
        (self.conflicts, unused)
    }

    /// The merge of a value. An object or list that is not there is an empty one.
    pub(super) fn value(
        &mut self,
        form: &'static Form,
        at: &str,
        sides: Values<'_>,
    ) -> Option<Value> {
        let sides = match sides.unopposed() {
            Ok(value) => return value.cloned(),
            Err(sides) => sides,
        };
        match form {
            Form::Record(_) | Form::Map(_) => Some(self.object(form, at, sides)),
            Form::Tagged(tag, _) => self.tagged(form, tag, at, sides),
            Form::Text => self.text(at, sides),
            Form::Placements | Form::Keyed(_) | Form::Names => {
                form.keyed().and_then(|keyed| self.list(&keyed, at, sides))
            }
            Form::Set => Some(set(sides)),
            Form::Sequence(form) => Some(self.sequence(form, at, sides.map(entries))),
            Form::Value | Form::Prose | Form::Follows(_) => self.settle_values(at, sides),
        }
    }

    /// Records a conflict about whole values, unless a choice settles it.
    pub(super) fn settle_values(&mut self, at: &str, sides: Values<'_>) -> Option<Value> {
        self.settle(at.to_owned(), sides.map(|side| side.cloned()))
    }

    /// Records a conflict, unless a choice settles it, and answers what to take.
    pub(super) fn settle(&mut self, pointer: String, sides: Sides<Option<Value>>) -> Option<Value> {
        let kind = match sides {
            Sides { base: None, .. } => ConflictKind::Added,
            Sides { ours: Some(_), theirs: Some(_), .. } => ConflictKind::Changed,
            _ => ConflictKind::Removed,
        };
        self.settle_as(kind, pointer, sides)
    }

    /// The same, for a conflict whose kind its values do not tell.
    pub(super) fn settle_as(
        &mut self,
        kind: ConflictKind,
        pointer: String,
        sides: Sides<Option<Value>>,
    ) -> Option<Value> {
        if let Some(choice) = self.choice(&pointer) {
            return choice.of(sides);
        }
        let Sides { base, ours, theirs } = sides;
        let kept = ours.clone();
        self.conflicts.push(Conflict { pointer, kind, base, ours, theirs, violations: Vec::new() });
        kept
    }

    /// The choice for a conflict at this pointer, if one was made.
    pub(super) fn choice(&mut self, pointer: &str) -> Option<&'c Choice> {
        let choice = self.choices.get(pointer)?;
        self.used.insert(pointer.to_owned());
        Some(choice)
    }

    /// Puts one conflict in the place of all at or below its pointer.
    pub(super) fn supersede(&mut self, pointer: &str, conflict: Option<Conflict>) {
        self.conflicts.retain(|other| {
            let below = other.pointer.strip_prefix(pointer);
            !below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#']))
        });
        self.conflicts.extend(conflict);
    }

    fn object(&mut self, form: &'static Form, at: &str, sides: Values<'_>) -> Value {
        let objects = sides.map(|side| side.and_then(Value::as_object));
        let names: BTreeSet<&String> = [objects.base, objects.ours, objects.theirs]
            .into_iter()
            .flatten()
            .flat_map(Map::keys)
            .collect();
        let member = |name: &str| objects.map(|object| object.and_then(|o| o.get(name)));
        let mut merged = Map::new();
        for name in names {
            let value = match form.member(name) {
                Form::Follows(leader) => {
                    // Which side the leader took is known: it has been or can be merged alone.
                    self.following(&child(at, leader), member(leader), member(name))
                }
                inside => {
                    let (at, sides) = (child(at, name), member(name));
                    match sides.unopposed() {
                        Ok(value) => value.cloned(),
                        // A name that comes or goes is a statement: a condition that one side took
                        // away is not one without values.
                        Err(
                            Sides { base: None, .. }
                            | Sides { ours: None, .. }
                            | Sides { theirs: None, .. },
                        ) if matches!(form, Form::Map(_)) => self.settle_values(&at, sides),
                        Err(sides) => self.value(inside, &at, sides),
                    }
                }
            };
            if let Some(value) = value {
                merged.insert(name.clone(), value);
            }
        }
        Value::Object(merged)
    }

    /// A member that is a function of another one: it comes from the side that one comes from.
    fn following(
        &mut self,
        leader_at: &str,
        leader: Values<'_>,
        follower: Values<'_>,
    ) -> Option<Value> {
        if leader.ours == leader.theirs || leader.base == leader.theirs {
            return follower.ours.cloned();
        }
        if leader.base == leader.ours {
            return follower.theirs.cloned();
        }
        match self.choices.get(leader_at) {
            Some(Choice::Base) => follower.base,
            Some(Choice::Theirs) => follower.theirs,
            Some(Choice::Ours | Choice::Value(_)) | None => follower.ours,
        }
        .cloned()
    }

    /// An object whose members depend on its tag: merged by member while both sides have the same
    /// tag, whole otherwise.
    fn tagged(
        &mut self,
        form: &'static Form,
        tag: &str,
        at: &str,
        sides: Values<'_>,
    ) -> Option<Value> {
        let tags = sides.map(|side| side.and_then(|value| value.get(tag)));
        match sides.ours {
            Some(ours) if tags.ours == tags.theirs => {
                let base = sides.base.filter(|_| tags.base == tags.ours);
                Some(self.object(form.of_value(ours), at, Sides { base, ..sides }))
            }
            _ => self.settle_values(at, sides),
        }
    }

    fn text(&mut self, at: &str, sides: Values<'_>) -> Option<Value> {
        let texts = sides.map(|side| side.and_then(Value::as_str));
        let Sides { base: Some(base), ours: Some(ours), theirs: Some(theirs) } = texts else {
            return self.settle_values(at, sides);
        };
        let merged = text::merge(Sides { base, ours, theirs }, &mut |lines, sides| {
            let value = |text: String| (!text.is_empty()).then_some(Value::String(text));
            let pointer = format!("{at}#L{lines}");
            let kept = self.settle(pointer, sides.map(value));
            kept.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
        });
        Some(Value::String(merged))
    }

    /// A list whose entries have no keys: by place, entries against each other where as many stand
    /// on all sides.
    pub(super) fn sequence(
        &mut self,
        form: &'static Form,
        at: &str,
        lists: Sides<&[Value]>,
    ) -> Value {
        let bytes = lists.map(|list| list.iter().map(canonical_json).collect::<Vec<_>>());
        let mut merged = Vec::new();
        for piece in three_way(&bytes.base, &bytes.ours, &bytes.theirs, |_| true) {
            match piece {
                Piece::Same(same) => merged.extend_from_slice(&lists.ours[same.ours]),
                Piece::Ours(ours) => merged.extend_from_slice(&lists.ours[ours]),
                Piece::Theirs(theirs) => merged.extend_from_slice(&lists.theirs[theirs]),
                Piece::Clash(clash) => {
                    let (base, ours) = (&lists.base[clash.base.clone()], &lists.ours[clash.ours]);
                    let theirs = &lists.theirs[clash.theirs];
                    if base.len() == ours.len() && ours.len() == theirs.len() {
                        for (n, place) in clash.base.enumerate() {
                            let at = child(at, &place.to_string());
                            let entry =
                                Sides { base: &base[n], ours: &ours[n], theirs: &theirs[n] };
                            merged.extend(self.value(form, &at, entry.map(Some)));
                        }
                    } else {
                        let pointer = format!("{at}#{}", text::lines(&clash.base));
                        let sides = Sides { base, ours, theirs }.map(|s| Some(s.to_vec().into()));
                        let kept = self.settle(pointer, sides);
                        merged.extend_from_slice(entries(kept.as_ref()));
                    }
                }
            }
        }
        merged.into()
    }
}

impl Choice {
    /// What was chosen.
    pub(super) fn of(&self, sides: Sides<Option<Value>>) -> Option<Value> {
        match self {
            Self::Base => sides.base,
            Self::Ours => sides.ours,
            Self::Theirs => sides.theirs,
            Self::Value(value) => Some(value.clone()).filter(|value| !value.is_null()),
        }
    }
}

/// What both have, what ours added and what theirs added.
fn set(sides: Values<'_>) -> Value {
    let sets = sides
        .map(|side| entries(side).iter().filter_map(Value::as_str).collect::<BTreeSet<&str>>());
    let mut merged: BTreeSet<&str> = &sets.ours & &sets.theirs;
    merged.extend(&sets.ours - &sets.base);
    merged.extend(&sets.theirs - &sets.base);
    merged.into_iter().collect()
}
