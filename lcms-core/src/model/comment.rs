//! What people leave beside a document: comments on an exact revision, drafts of the next one,
//! and the sign-in they do it with. None of it is part of any digest.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::ids::{CommentId, ComponentId, RevisionId, SignInId, UserId};

/// Longest quotation that an anchor holds, in characters.
const MAX_QUOTE: usize = 1000;

/// The words that a comment is about. Words, not positions: so the place is found again in a
/// later revision as long as they still stand there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The words, as shown.
    #[schema(example = "restart the router twice")]
    pub quote: String,
    /// What stands just before them, to tell equal passages apart.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
}

impl Anchor {
    /// Whether it quotes something, and not too much.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.quote.trim().is_empty()
            && self.quote.chars().count() <= MAX_QUOTE
            && self.before.chars().count() <= MAX_QUOTE
    }
}

/// A comment on a revision, or a reply to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Comment {
    /// Id.
    pub id: CommentId,
    /// The component.
    pub component: ComponentId,
    /// The revision that was looked at.
    pub revision: RevisionId,
    /// The comment its thread began with; absent if it is that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<CommentId>,
    /// Who wrote it.
    pub author: UserId,
    /// What it says, as plain text.
    pub text: String,
    /// The words it is about; the whole revision when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Anchor>,
    /// When it was written.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// When it was last edited.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub edited: Option<OffsetDateTime>,
    /// When its thread was resolved.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resolved: Option<OffsetDateTime>,
    /// Who resolved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<UserId>,
}

/// Unsaved edits of one person.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Draft {
    /// The component.
    pub component: ComponentId,
    /// The revision that was being edited.
    pub base: RevisionId,
    /// What the editor held. It need not be a valid document yet.
    #[schema(value_type = Object)]
    pub content: serde_json::Value,
    /// When it was kept.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub saved: OffsetDateTime,
}

/// One browser that may act for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignIn {
    /// Id.
    pub id: SignInId,
    /// Who signed in.
    pub user: UserId,
    /// What the browser says it is.
    pub browser: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub expires: OffsetDateTime,
    /// When it was ended.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended: Option<OffsetDateTime>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_quotes_something_and_not_a_whole_chapter() {
        let anchor = |quote: &str| Anchor { quote: quote.to_owned(), before: String::new() };
        assert!(anchor("the router").is_valid());
        assert!(!anchor("  ").is_valid());
        assert!(!anchor(&"x".repeat(MAX_QUOTE + 1)).is_valid());
    }
}
