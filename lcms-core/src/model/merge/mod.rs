//! Three-way merge of documents.
//!
//! [`merge`] takes a base and two versions made from it, *ours* and *theirs*. What one side left
//! alone follows the other: long texts by block and line, placements and other entries with ids
//! one by one, sets as sets, everything else field by field. What both sides changed in ways that
//! do not fit is a [`Conflict`]: the merged document keeps ours there, so it is a document that
//! could be saved, and nothing is lost unseen. A merge that would break a rule of the kind is a
//! conflict as well.
//!
//! Conflicts are resolved by merging again with a [`Choice`] for each: a choice counts only where
//! there still is a conflict, so one that was made against older versions cannot undo a merge that
//! has become clean. The rules stand in `docs/decisions/0011-diff-and-merge.md`.

mod engine;
mod list;
mod order;
mod repair;
#[cfg(test)]
mod tests;
mod text;
mod three_way;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::content::Content;
use super::form::{Form, METADATA, of_kind, of_rule, to_value};
use super::metadata::Metadata;
use super::rules::RuleSubject;
use super::violation::Violation;
use engine::{Engine, Sides};

/// Two changes of one thing that do not fit together.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Conflict {
    /// Address of what is in conflict: a JSON pointer in which an entry of a list is named by its
    /// id, such as `/interaction/choices/b/text`. `#L3-5` after it are lines of the base's text
    /// (`#L3+`: after line 3), `#2-4` entries of the base's list without ids, `#order` is the
    /// order of a list. The same whichever side is ours.
    pub pointer: String,
    /// How the changes are at odds.
    pub kind: ConflictKind,
    /// What both sides began with; left out when there was nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub base: Option<Value>,
    /// What we have, and the merged document keeps; left out when there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub ours: Option<Value>,
    /// What they have; left out when there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub theirs: Option<Value>,
    /// What is wrong with the merge of both, for [`ConflictKind::Invalid`]. Pointers count in that
    /// merge.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
}

/// How two changes are at odds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Both changed it, differently.
    Changed,
    /// Both added it, differently.
    Added,
    /// One removed it, the other changed it.
    Removed,
    /// Both changed the order of a list, and no order holds both changes. The values are lists of
    /// ids.
    Order,
    /// Each side is right by itself, together they break a rule of the kind.
    Invalid,
}

/// How a conflict is resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MergeChoice)]
pub enum Choice {
    /// What both sides began with.
    Base,
    /// Our side.
    Ours,
    /// Their side.
    Theirs,
    /// Something else; `null` for nothing.
    Value(Value),
}

/// Choices by the pointer of the conflict they resolve.
pub type Choices = BTreeMap<String, Choice>;

/// A merged document.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged<D> {
    /// The document; ours at every conflict that is not resolved. Valid if ours is.
    pub document: D,
    /// The conflicts that are not resolved, in document order; those about rules last.
    pub conflicts: Vec<Conflict>,
    /// Choices that no conflict asked for.
    pub unused: Vec<String>,
}

impl<D> Merged<D> {
    /// Whether nothing is left to decide.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.conflicts.is_empty() && self.unused.is_empty()
    }
}

/// Merges two content documents. Without a base, whatever differs is in conflict.
#[must_use]
pub fn merge(
    base: Option<&Content>,
    ours: &Content,
    theirs: &Content,
    choices: &Choices,
) -> Merged<Content> {
    let kind = ours.kind();
    let same_kind = [base, Some(theirs)].into_iter().flatten().all(|side| side.kind() == kind);
    let rules = Rules {
        // Documents of two kinds have nothing in common that could be merged.
        form: if same_kind { of_kind(kind) } else { &Form::Value },
        read: &|value| Content::parse(kind_of(&value).unwrap_or(kind), value),
    };
    rules.merge(base, ours, theirs, choices)
}

fn kind_of(value: &Value) -> Option<super::Kind> {
    value.get("kind")?.as_str()?.parse().ok()
}

/// Merges two metadata documents. Without a base, whatever differs is in conflict; sets are then
/// united.
#[must_use]
pub fn merge_metadata(
    base: Option<&Metadata>,
    ours: &Metadata,
    theirs: &Metadata,
    choices: &Choices,
) -> Merged<Metadata> {
    let rules = Rules { form: &METADATA, read: &Metadata::parse };
    rules.merge(base, ours, theirs, choices)
}

/// Merges two documents of a library's rules about one subject: vocabularies term by term, schemas
/// field by field, synonyms line by line. Without a base, whatever differs is in conflict.
#[must_use]
pub fn merge_rule(
    subject: RuleSubject,
    base: Option<&Value>,
    ours: &Value,
    theirs: &Value,
) -> Merged<Value> {
    let rules = Rules { form: of_rule(subject), read: &|value| subject.settled(value) };
    rules.merge(base, ours, theirs, &Choices::new())
}

/// Reads and checks a document.
type Read<'r, D> = &'r dyn Fn(Value) -> Result<D, Vec<Violation>>;

/// What a document's kind says about it.
struct Rules<'r, D> {
    form: &'static Form,
    read: Read<'r, D>,
}

impl<D: Serialize + Clone + PartialEq> Rules<'_, D> {
    fn merge(&self, base: Option<&D>, ours: &D, theirs: &D, choices: &Choices) -> Merged<D> {
        let values =
            Sides { base: base.map(to_value), ours: to_value(ours), theirs: to_value(theirs) };
        let sides = Sides {
            base: values.base.as_ref(),
            ours: Some(&values.ours),
            theirs: Some(&values.theirs),
        };
        let mut engine = Engine::new(choices);
        let merged = engine.value(self.form, "", sides).unwrap_or(Value::Null);
        // What one side wrote as a whole is that side's document, whatever rules came since.
        let document = if merged == values.ours {
            ours.clone()
        } else if merged == values.theirs {
            theirs.clone()
        } else {
            repair::valid(self, &mut engine, merged, sides).unwrap_or_else(|| ours.clone())
        };
        let (conflicts, unused) = engine.finish();
        Merged { document, conflicts, unused }
    }
}
