//! Link policies as people choose them, and what they are stored as.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::model::{Component, Language, LinkPolicy, ReleaseId, Revision, RevisionId};
use crate::service::Session;
use crate::store::{Connection, components, heads, releases};

/// A link policy, with the version named as people name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "follow", rename_all = "snake_case", deny_unknown_fields)]
pub enum PolicyChoice {
    /// The branch's head.
    #[default]
    Latest,
    /// The newest approved revision.
    Approved,
    /// A release of it, taken whole.
    Release {
        /// The release's id.
        release: ReleaseId,
    },
    /// One version.
    Pinned(PinnedTo),
}

/// The version that a placement is pinned to; what it shows now when neither is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PinnedTo {
    /// The revision's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionId>,
    /// The revision's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
}

impl Session {
    /// The policy as it is stored. `now` is what the placement follows at present.
    pub(super) async fn chosen(
        &self,
        db: &impl Connection,
        child: &Component,
        choice: &PolicyChoice,
        now: &LinkPolicy,
        language: &Language,
    ) -> Result<LinkPolicy> {
        match choice {
            PolicyChoice::Latest => Ok(LinkPolicy::Latest),
            PolicyChoice::Approved => Ok(LinkPolicy::Approved),
            PolicyChoice::Release { release } => {
                let found = releases::by_id(db, *release).await?;
                if found.is_some_and(|found| found.component == child.id) {
                    return Ok(LinkPolicy::Release { release: *release });
                }
                Err(Error::invalid(format!("`{}` has no release {release}", child.key))
                    .hint("list its releases with `lcms releases`"))
            }
            PolicyChoice::Pinned(to) => {
                let revision = self.pinned(db, child, to, now, language).await?;
                let Revision { content, metadata, .. } = revision;
                Ok(LinkPolicy::Pinned { content, metadata })
            }
        }
    }

    async fn pinned(
        &self,
        db: &impl Connection,
        child: &Component,
        to: &PinnedTo,
        now: &LinkPolicy,
        language: &Language,
    ) -> Result<Revision> {
        let found = match to {
            PinnedTo { revision: Some(id), number } => components::revision(db, *id)
                .await?
                .filter(|r| r.component == child.id && number.is_none_or(|n| n == r.number)),
            PinnedTo { revision: None, number: Some(number) } => {
                components::revision_numbered(db, child.id, *number).await?
            }
            PinnedTo { revision: None, number: None } => {
                self.version_shown(db, child, now, language).await?
            }
        };
        found.ok_or_else(|| {
            Error::invalid(format!("`{}` has no such revision to be pinned to", child.key))
                .hint("look at its history with `lcms log`")
        })
    }

    /// The revision that a link policy shows; nothing when it resolves to none, or to a release.
    pub(in crate::service) async fn version_shown(
        &self,
        db: &impl Connection,
        child: &Component,
        policy: &LinkPolicy,
        language: &Language,
    ) -> Result<Option<Revision>> {
        match policy {
            LinkPolicy::Latest => match heads::of(db, &self.view, child.id, language).await? {
                Some(head) => components::revision(db, head.revision).await,
                None => Ok(None),
            },
            LinkPolicy::Approved => {
                heads::newest_approved(db, &self.view, child.id, language).await
            }
            LinkPolicy::Pinned { content, metadata } => {
                components::newest_with(db, child.id, *content, *metadata).await
            }
            LinkPolicy::Release { .. } => Ok(None),
        }
    }
}
