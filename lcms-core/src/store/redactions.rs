//! What was taken away for good: the digest stays, the bytes are gone.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait as _, QueryOrder as _};
use time::OffsetDateTime;

use super::entity::redaction;
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, unique, unreadable};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Digest, EventNumber, UserId};

/// What a digest is that of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A content or metadata document.
    Document,
    /// A file.
    Blob,
}

impl Subject {
    /// Its name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Blob => "blob",
        }
    }
}

/// A redaction of a document or a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// What was taken away.
    pub digest: Digest,
    /// What it was.
    pub subject: Subject,
    /// Why, in the words of who decided.
    pub reason: String,
    /// Who decided.
    pub actor: UserId,
    /// When.
    pub time: OffsetDateTime,
    /// The event that recorded it.
    pub event: EventNumber,
}

impl Redaction {
    /// The refusal of whoever wants the bytes of `what`.
    #[must_use]
    pub fn refusal(&self, what: &str) -> Error {
        Error::new(
            ErrorKind::Redacted,
            format!("{what} {} was redacted: {}", self.digest, self.reason),
        )
        .hint("its bytes are gone for good; save a revision that does without it")
    }
}

fn read(row: redaction::Model) -> Result<Redaction> {
    Ok(Redaction {
        digest: Digest::from_raw(&row.digest)
            .ok_or_else(|| unreadable("digest", row.digest.len()))?,
        subject: [Subject::Document, Subject::Blob]
            .into_iter()
            .find(|subject| subject.as_str() == row.subject)
            .ok_or_else(|| unreadable("redaction", &row.subject))?,
        reason: row.reason,
        actor: UserId(row.actor),
        time: from_micros(row.created),
        event: EventNumber(row.event),
    })
}

/// Records a redaction; the first one of a digest stands.
pub async fn insert(tx: &Transaction, new: &Redaction) -> Result<()> {
    let row = redaction::ActiveModel {
        digest: Set(new.digest.as_bytes().to_vec()),
        subject: Set(new.subject.as_str().to_owned()),
        reason: Set(new.reason.clone()),
        actor: Set(new.actor.0),
        created: Set(to_micros(new.time)),
        event: Set(new.event.0),
    };
    redaction::Entity::insert(row)
        .on_conflict(OnConflict::column(redaction::Column::Digest).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await
        .map_err(fault("record a redaction"))?;
    Ok(())
}

/// The redaction of a digest.
pub async fn find(db: &impl ConnectionTrait, digest: Digest) -> Result<Option<Redaction>> {
    let row = unique(redaction::Entity::find_by_id(digest.as_bytes().to_vec()), db)
        .await
        .map_err(fault("read a redaction"))?;
    row.map(read).transpose()
}

/// Every redaction, oldest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Redaction>> {
    let rows = redaction::Entity::find()
        .order_by_asc(redaction::Column::Event)
        .all(db)
        .await
        .map_err(fault("read redactions"))?;
    rows.into_iter().map(read).collect()
}
