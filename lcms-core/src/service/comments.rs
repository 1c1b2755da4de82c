//! Comments: what reviewers say about an exact revision, in threads that can be resolved.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Session;
use crate::error::{Error, Result};
use crate::model::{
    Anchor, Comment, CommentId, Component, EventKind, Library, Reference, Right, Target,
};
use crate::store::events::{self, NewEvent};
use crate::store::{comments, components, now};

/// Most characters in a comment.
const MAX_TEXT: usize = 10_000;

/// A comment to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// What it says, as plain text.
    #[schema(example = "Is this still so since the March update?")]
    pub text: String,
    /// The words it is about; the whole revision when left out. A reply has none of its own.
    #[serde(default)]
    pub anchor: Option<Anchor>,
    /// The comment to reply to.
    #[serde(default)]
    pub reply_to: Option<CommentId>,
}

/// What is to become of a comment; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeComment {
    /// Another text; only its author may change it.
    pub text: Option<String>,
    /// Whether its thread is resolved.
    pub resolved: Option<bool>,
}

/// A comment with the number of the revision it is on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CommentView {
    /// The comment.
    #[serde(flatten)]
    pub comment: Comment,
    /// Number of its revision.
    pub number: u32,
}

fn checked(text: &str) -> Result<String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Error::invalid("a comment says something")),
        length if length > MAX_TEXT => {
            Err(Error::invalid(format!("a comment has at most {MAX_TEXT} characters")))
        }
        _ => Ok(text.to_owned()),
    }
}

impl Session {
    /// The comments on every revision of a component, oldest first.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn comments(&self, target: &Target) -> Result<Vec<CommentView>> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        let db = self.lcms.store().reader();
        let mut views = Vec::new();
        for comment in comments::of_component(db, component.id).await? {
            views.push(self.shown_comment(comment).await?);
        }
        Ok(views)
    }

    /// Comments on the revision that the reference names.
    ///
    /// # Errors
    /// When there is no such revision, the text is empty, or the actor may neither review nor
    /// write in the library.
    pub async fn add_comment(&self, on: &Reference, new: NewComment) -> Result<CommentView> {
        let (component, library) = self.component_with(&on.target, Right::Read).await?;
        self.may_comment(&library)?;
        let text = checked(&new.text)?;
        if new.anchor.as_ref().is_some_and(|anchor| !anchor.is_valid()) {
            return Err(Error::invalid("an anchor quotes 1 to 1000 characters"));
        }
        let revision = self.select(&component, &library, &on.revision).await?;
        let mut comment = Comment {
            id: CommentId::new(),
            component: component.id,
            revision: revision.id,
            thread: None,
            author: self.actor.id(),
            text,
            anchor: new.anchor,
            created: now(),
            edited: None,
            resolved: None,
            resolved_by: None,
        };
        if let Some(to) = new.reply_to {
            let (first, ..) = self.comment_with(to).await?;
            if first.component != component.id {
                return Err(Error::invalid("the reply is to a comment on another component"));
            }
            comment.thread = Some(first.thread.unwrap_or(first.id));
            comment.revision = first.revision;
            comment.anchor = None;
        }
        let event = self.comment_event(EventKind::CommentAdded, &comment, &library);
        let work = comment.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    comments::insert(tx, &work).await?;
                    events::append(tx, event).await
                })
            })
            .await?;
        self.shown_comment(comment).await
    }

    /// Edits, resolves or opens a comment again.
    ///
    /// # Errors
    /// When there is no such comment, the text is another's, or the actor may not comment.
    pub async fn change_comment(
        &self,
        id: CommentId,
        change: ChangeComment,
    ) -> Result<CommentView> {
        let (mut comment, _, library) = self.comment_with(id).await?;
        self.may_comment(&library)?;
        if let Some(text) = change.text {
            if comment.author != self.actor.id() {
                return Err(Error::forbidden("only its author may edit a comment"));
            }
            comment.text = checked(&text)?;
            comment.edited = Some(now());
        }
        if let Some(resolved) = change.resolved {
            if comment.thread.is_some() {
                return Err(Error::invalid("a reply is resolved with the comment it answers")
                    .hint("resolve the comment that the thread began with"));
            }
            comment.resolved = resolved.then(now);
            comment.resolved_by = resolved.then(|| self.actor.id());
        }
        let event = self.comment_event(EventKind::CommentChanged, &comment, &library);
        let work = comment.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    comments::update(tx, &work).await?;
                    events::append(tx, event).await
                })
            })
            .await?;
        self.shown_comment(comment).await
    }

    /// Deletes a comment, and with the first of a thread its replies.
    ///
    /// # Errors
    /// When there is no such comment, or it is another's and the actor no admin of the library.
    pub async fn delete_comment(&self, id: CommentId) -> Result<()> {
        let (comment, _, library) = self.comment_with(id).await?;
        if comment.author != self.actor.id() {
            self.require(&library, Right::Administer)?;
        }
        let event = self.comment_event(EventKind::CommentChanged, &comment, &library);
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    comments::delete(tx, id).await?;
                    events::append(tx, event).await
                })
            })
            .await?;
        Ok(())
    }

    /// Who writes may answer, who reviews may ask.
    fn may_comment(&self, library: &Library) -> Result<()> {
        if self.may(library.id, Right::Write) {
            return Ok(());
        }
        self.require(library, Right::Review)
    }

    async fn comment_with(&self, id: CommentId) -> Result<(Comment, Component, Library)> {
        let missing = || Error::not_found(format!("there is no comment {id}"));
        let db = self.lcms.store().reader();
        let comment = comments::by_id(db, id).await?.ok_or_else(missing)?;
        let target = Target::Id(comment.component);
        let found = self.component_with(&target, Right::Read).await;
        let (component, library) = found.map_err(|_| missing())?;
        Ok((comment, component, library))
    }

    fn comment_event(&self, kind: EventKind, comment: &Comment, library: &Library) -> NewEvent {
        NewEvent {
            library: Some(library.id),
            component: Some(comment.component),
            revision: Some(comment.revision),
            detail: serde_json::json!({ "comment": comment.id }),
            ..NewEvent::new(kind, now(), self.actor.id())
        }
    }

    async fn shown_comment(&self, comment: Comment) -> Result<CommentView> {
        let db = self.lcms.store().reader();
        let revision = components::revision(db, comment.revision).await?;
        Ok(CommentView { comment, number: revision.map_or(0, |revision| revision.number) })
    }
}
