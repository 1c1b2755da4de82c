//! Many components edited in one step: previewed, carried out in one transaction, undone in one.
//!
//! A bulk edit names components, or a search that finds them, and operations on fields of their
//! metadata, on the words of their texts, on the objectives they serve, on who looks after them and on their review. All of it is worked out before anything
//! is written, and the same working-out makes the preview; a preview's `plan` names it, so that
//! what is carried out is what somebody looked at. What was done is kept with what stood before,
//! and [`Session::undo_edit`] puts that back.

mod carry;
mod plan;
mod rewriting;
mod undo;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

pub(super) use carry::{Edit, KeptRule};
pub use undo::{EditView, UndoEdit, UndoReport};

use super::Session;
use super::search::{SearchQuery, Usage};
use crate::error::{Error, Result};
use crate::index::{Facet, Sort};
use crate::model::content::WordsReplaced;
use crate::model::{
    ComponentId, Difficulty, Digest, EditId, FieldName, Key, Kind, Language, RevisionId, State,
    Target, Transition, Violation,
};

/// Most components of one bulk edit.
pub const MOST_COMPONENTS: usize = 5000;
/// Most operations of one bulk edit.
const MOST_OPERATIONS: usize = 50;

/// Which components.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SearchWords {
    /// Words, as in a search; everything when empty.
    pub q: String,
    /// Keys of libraries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub library: Vec<Key>,
    /// Kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<Kind>,
    /// States.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub state: Vec<State>,
    /// Languages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub language: Vec<Language>,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<String>,
    /// Terms of vocabularies with what is above them: `subjects/Safety`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub term: Vec<String>,
    /// Ids of objectives that are served.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objective: Vec<ComponentId>,
    /// Names of those who look after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steward: Vec<String>,
    /// Licences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licence: Vec<String>,
    /// Programs that imported packages were made with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool: Vec<String>,
    /// How hard it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub level: Vec<Difficulty>,
    /// How many minutes it takes: `0-5`, `6-15`, `16-30`, `31-60` or `61+`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub duration: Vec<String>,
    /// Whether something holds it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub r#use: Vec<Usage>,
    /// When it is due for review: a year, or a month as `2026/2026-11`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub review: Vec<String>,
    /// Also what is local to a structure.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub local: bool,
    /// The last word may be the beginning of one, as in a search while typing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub prefix: bool,
}

impl SearchWords {
    pub(super) fn query(&self, sort: Sort, limit: usize, cursor: Option<String>) -> SearchQuery {
        fn names<T>(values: &[T], name: impl Fn(&T) -> &str) -> Vec<String> {
            values.iter().map(|value| name(value).to_owned()).collect()
        }
        let filters = BTreeMap::from([
            (Facet::Library, names(&self.library, Key::as_str)),
            (Facet::Kind, names(&self.kind, |kind| kind.as_str())),
            (Facet::State, names(&self.state, |state| state.as_str())),
            (Facet::Language, names(&self.language, Language::as_str)),
            (Facet::Tag, self.tag.clone()),
            (Facet::Term, self.term.clone()),
            (Facet::Objective, self.objective.iter().map(ToString::to_string).collect()),
            (Facet::Steward, self.steward.clone()),
            (Facet::Licence, self.licence.clone()),
            (Facet::Tool, self.tool.clone()),
            (Facet::Level, names(&self.level, |level| level.as_str())),
            (Facet::Duration, self.duration.clone()),
            (Facet::Use, names(&self.r#use, |usage| usage.as_str())),
            (Facet::Review, self.review.clone()),
        ]);
        SearchQuery {
            text: self.q.clone(),
            filters,
            local: self.local,
            prefix: self.prefix,
            sort,
            limit,
            cursor,
            ..SearchQuery::default()
        }
    }
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// A further value of a list.
    Add {
        /// `tags`, `keywords` or `audience`.
        field: FieldName,
        /// The value.
        value: String,
    },
    /// A value less in a list.
    Remove {
        /// `tags`, `keywords` or `audience`.
        field: FieldName,
        /// The value.
        value: String,
    },
    /// A value instead of whatever is there. A `steward` is named by the user's name.
    Set {
        /// The field.
        field: FieldName,
        /// The value.
        value: String,
    },
    /// No value any more.
    Unset {
        /// The field.
        field: FieldName,
    },
    /// Words instead of others, wherever the component says them.
    Replace {
        /// What is looked for; spaces and line ends alike match any of them.
        find: String,
        /// What shall stand there.
        with: String,
        /// Whether capital letters are told from small ones.
        #[serde(default)]
        match_case: bool,
        /// Whether longer words that hold these are left alone.
        #[serde(default)]
        whole_words: bool,
    },
    /// An objective served, too.
    Serve {
        /// The objective, by id or `library/key`.
        objective: Target,
    },
    /// An objective served no more.
    Unserve {
        /// The objective, by id or `library/key`.
        objective: Target,
    },
    /// A step of review, or retirement. It comes after everything else.
    Step {
        /// The step.
        step: Transition,
    },
}

/// A bulk edit.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BulkEdit {
    /// The components, by id or `library/key`.
    pub components: Vec<Target>,
    /// A search whose hits are meant too.
    pub search: Option<SearchWords>,
    /// What to do with each, in this order.
    pub operations: Vec<Operation>,
    /// Why; part of each component's history.
    pub message: String,
    /// Only say what would change.
    pub dry_run: bool,
    /// Carry out what can be, where something is refused.
    pub skip_refused: bool,
    /// The `plan` of the preview that somebody looked at; refused when it would be another now.
    pub plan: Option<Digest>,
}

/// What a bulk edit did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct BulkReport {
    /// Components looked at.
    pub found: usize,
    /// Components that change.
    pub changed: usize,
    /// Components refused.
    pub refused: usize,
    /// Components that are as wanted already.
    pub unchanged: usize,
    /// Components that are approved and become drafts.
    pub unapproved: usize,
    /// What changes and what is refused, by library and key; what is refused first. At most 500.
    pub items: Vec<BulkItem>,
    /// Names all of this, for carrying out exactly it.
    pub plan: Digest,
    /// Whether it was done.
    pub done: bool,
    /// The edit, for undoing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<EditId>,
}

/// What becomes of one component.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct BulkItem {
    /// The component.
    pub component: ComponentId,
    /// Key of its library.
    pub library_key: Key,
    /// Its key.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
    /// The revision that this is about.
    pub revision: RevisionId,
    /// The fields that change.
    pub changes: Vec<FieldChange>,
    /// The texts in which words are replaced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<WordsReplaced>,
    /// The objectives that it serves from now on, or no more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<ObjectiveChange>,
    /// The step taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<Transition>,
    /// Whether it is approved and becomes a draft.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unapproved: bool,
    /// Why nothing is done with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Violation>,
}

/// An objective that a component serves from now on, or no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ObjectiveChange {
    /// The objective.
    pub objective: ComponentId,
    /// Its title.
    pub title: String,
    /// Whether it is served from now on.
    pub serves: bool,
}

/// A field that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BulkFieldChange)]
pub struct FieldChange {
    /// The field.
    pub field: FieldName,
    /// Its values before.
    pub before: Vec<String>,
    /// Its values after.
    pub after: Vec<String>,
}

/// An edit that was made.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EditBrief {
    /// The edit.
    pub id: EditId,
    /// Who made it.
    pub actor: crate::model::UserId,
    /// Why.
    pub message: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// When it was undone.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undone: Option<OffsetDateTime>,
    /// How many components it changed.
    pub components: usize,
    /// How many vocabularies it changed.
    pub vocabularies: usize,
}

impl Session {
    /// Edits many components in one step, or says what that would do.
    ///
    /// # Errors
    /// When no component or operation is named, too many are, the plan is another by now,
    /// something is refused that is not to be skipped (with every reason), or the actor may not
    /// write.
    pub async fn bulk_edit(&self, request: BulkEdit) -> Result<BulkReport> {
        if request.operations.is_empty() || request.operations.len() > MOST_OPERATIONS {
            return Err(Error::invalid(format!(
                "a bulk edit has 1 to {MOST_OPERATIONS} operations"
            )));
        }
        let targets = self.meant(&request).await?;
        if request.dry_run {
            let snapshot = self.lcms.store().snapshot().await?;
            return Ok(self.plan_bulk(&snapshot, &targets, &request.operations).await?.report);
        }
        let session = self.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move { session.bulk_edit_in(tx, &targets, request).await })
            })
            .await
    }

    async fn bulk_edit_in(
        &self,
        tx: &crate::store::Transaction,
        targets: &[Target],
        request: BulkEdit,
    ) -> Result<BulkReport> {
        self.require_open(tx).await?;
        let plan::Plan { mut report, edits } =
            self.plan_bulk(tx, targets, &request.operations).await?;
        if request.plan.is_some_and(|plan| plan != report.plan) {
            return Err(Error::conflict("something changed since the preview; nothing was done")
                .hint("look at the preview again"));
        }
        if report.refused > 0 && !request.skip_refused {
            let refused = report.items.iter().flat_map(|item| {
                item.refused.iter().map(|it| Violation {
                    pointer: format!("/{}/{}{}", item.library_key, item.key, it.pointer),
                    ..it.clone()
                })
            });
            let message = format!(
                "{} of {} components are refused, so nothing was done",
                report.refused, report.found
            );
            return Err(Error::conflict(message)
                .with_violations(refused.collect())
                .hint("correct these, or skip what is refused"));
        }
        if edits.is_empty() {
            return Ok(report);
        }
        let said = match request.message.trim() {
            "" => "bulk edit".to_owned(),
            message => message.to_owned(),
        };
        report.edit = Some(self.carry_out(tx, edits, Vec::new(), said).await?);
        report.done = true;
        Ok(report)
    }

    /// The components that a bulk edit means, each once.
    async fn meant(&self, request: &BulkEdit) -> Result<Vec<Target>> {
        let too_many = || {
            Error::too_large(format!("a bulk edit is of at most {MOST_COMPONENTS} components"))
                .hint("narrow the search, or edit in several steps")
        };
        let mut targets = request.components.clone();
        if let Some(words) = &request.search {
            let mut cursor = None;
            loop {
                let page = self.search(words.query(Sort::Relevance, 100, cursor)).await?.page;
                if page.total > MOST_COMPONENTS as u64 {
                    return Err(too_many());
                }
                targets.extend(page.hits.iter().map(|hit| Target::Id(ComponentId(hit.component))));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        if targets.len() > MOST_COMPONENTS {
            return Err(too_many());
        }
        if targets.is_empty() && request.search.is_none() {
            return Err(Error::invalid("name components, or a search that finds them"));
        }
        Ok(targets)
    }
}
