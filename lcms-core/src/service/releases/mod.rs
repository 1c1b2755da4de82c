//! Releases: frozen closures of structural components.

mod make;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use make::{NewRelease, Untranslated};

use super::freeze::{self, FrozenRelease};
use super::{Lcms, Session};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Blob, Component, ComponentId, Digest, EventKind, Key, Label, Library, Release, ReleaseId,
    ReleaseName, ReleaseReference, ReleaseReview, Right, Target,
};
use crate::store::events::{self, NewEvent};
use crate::store::{
    Connection, Transaction, blob, channels, components, libraries, now, redactions, releases,
};

/// What a release is to be called. What is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeRelease {
    /// Its label; none when empty.
    #[serde(default)]
    pub label: Option<String>,
    /// Its notes.
    #[serde(default)]
    pub notes: Option<String>,
    /// [`Release::description`] as it was seen; when it is another by now, nothing is changed.
    #[serde(skip)]
    pub seen: Option<Digest>,
}

/// A release and what it is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReleaseView {
    /// The release.
    #[serde(flatten)]
    pub release: Release,
    /// Key of the component's library.
    pub library_key: Key,
    /// Key of the component.
    pub key: Key,
    /// Where its review stands; absent when it was never submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<ReleaseReview>,
    /// The channels that point to it.
    pub channels: Vec<Key>,
    /// Whether it was made by this request: freezing the same closure again makes none.
    pub created_now: bool,
    /// What this request allowed not to be translated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untranslated: Vec<Untranslated>,
}

/// A release in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReleaseRow {
    /// The release.
    #[serde(flatten)]
    pub release: Release,
    /// Where its review stands; absent when it was never submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<ReleaseReview>,
    /// The channels that point to it.
    pub channels: Vec<Key>,
}

/// A release as others name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReleaseBrief {
    /// Its id.
    pub id: ReleaseId,
    /// Which release of its component, from 1.
    pub number: u32,
    /// Its label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its digest.
    pub digest: Digest,
}

impl From<&Release> for ReleaseBrief {
    fn from(release: &Release) -> Self {
        Self {
            id: release.id,
            number: release.number,
            label: release.label.clone(),
            digest: release.digest,
        }
    }
}

impl Session {
    async fn shown(
        &self,
        release: Release,
        component: &Component,
        library: Library,
        created_now: bool,
    ) -> Result<ReleaseView> {
        let db = self.lcms.store().reader();
        let review = releases::reviews(db, &[release.id]).await?.remove(&release.id);
        let channels =
            channels::pointing_to(db, &[release.id]).await?.remove(&release.id).unwrap_or_default();
        let (library_key, key) = (library.key, component.key.clone());
        let untranslated = Vec::new();
        Ok(ReleaseView { release, library_key, key, review, channels, created_now, untranslated })
    }

    /// One release.
    ///
    /// # Errors
    /// When there is none, or the actor may not read its library.
    pub async fn release_by_id(&self, id: ReleaseId) -> Result<ReleaseView> {
        let (release, component, library) = self.release_with(id, Right::Read).await?;
        self.shown(release, &component, library, false).await
    }

    /// The release with that digest.
    ///
    /// # Errors
    /// When there is none, or the actor may not read its library.
    pub async fn release_by_digest(&self, digest: Digest) -> Result<ReleaseView> {
        self.find_release(&ReleaseReference::Digest(digest)).await
    }

    /// The release that a reference names.
    ///
    /// # Errors
    /// When there is none, or the actor may not read its library.
    pub async fn find_release(&self, reference: &ReleaseReference) -> Result<ReleaseView> {
        let db = self.lcms.store().reader();
        let found = match reference {
            ReleaseReference::Id(id) => Some(*id),
            ReleaseReference::Digest(digest) => {
                releases::by_digest(db, *digest).await?.map(|release| release.id)
            }
            ReleaseReference::Of(target, name) => {
                let (component, _) = self.component_with(target, Right::Read).await?;
                named(db, component.id, name).await?.map(|release| release.id)
            }
        };
        let missing = || {
            Error::not_found(format!("there is no release `{reference}`, or you may not read it"))
                .hint("list a component's releases with `lcms releases LIBRARY/KEY`")
        };
        self.release_by_id(found.ok_or_else(missing)?).await
    }

    /// A release with its component and library, if the actor holds the right there.
    pub(super) async fn release_with(
        &self,
        id: ReleaseId,
        right: Right,
    ) -> Result<(Release, Component, Library)> {
        let missing =
            || Error::not_found(format!("there is no release {id}, or you may not read it"));
        let db = self.lcms.store().reader();
        let release = releases::by_id(db, id).await?.ok_or_else(missing)?;
        let component = components::by_id(db, release.component).await?.ok_or_else(missing)?;
        let library = libraries::by_id(db, component.library).await?.ok_or_else(missing)?;
        if !self.may(library.id, Right::Read) {
            return Err(missing());
        }
        self.require(&library, right)?;
        Ok((release, component, library))
    }

    /// Releases of a component, newest first, older than number `before`.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn releases(
        &self,
        target: &Target,
        before: Option<u32>,
        limit: u64,
    ) -> Result<Vec<ReleaseRow>> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        let db = self.lcms.store().reader();
        let found = releases::list(db, component.id, before, limit.clamp(1, 200)).await?;
        let ids: Vec<_> = found.iter().map(|release| release.id).collect();
        let mut reviews = releases::reviews(db, &ids).await?;
        let mut channels = channels::pointing_to(db, &ids).await?;
        let row = |release: Release| ReleaseRow {
            review: reviews.remove(&release.id),
            channels: channels.remove(&release.id).unwrap_or_default(),
            release,
        };
        Ok(found.into_iter().map(row).collect())
    }

    /// Gives a release another label or other notes. Its digest covers neither.
    ///
    /// # Errors
    /// [`ErrorKind::StaleBase`] when it is called otherwise than was seen; when there is no such
    /// release, the label is taken, or the actor may not publish it.
    pub async fn describe_release(
        &self,
        id: ReleaseId,
        described: DescribeRelease,
    ) -> Result<ReleaseView> {
        let (release, component, library) = self.release_with(id, Right::Publish).await?;
        let clears = described.label.as_deref().is_some_and(|label| label.trim().is_empty());
        let label = read_label(described.label)?;
        let event = NewEvent {
            library: Some(library.id),
            component: Some(component.id),
            release: Some(id),
            ..NewEvent::new(EventKind::ReleaseDescribed, now(), self.actor.id())
        };
        let changed = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    // What is left out stays as it is by now.
                    let mut changed = releases::by_id(tx, id).await?.unwrap_or(release);
                    if described.seen.is_some_and(|seen| seen != changed.description()) {
                        let message = "label or notes of the release were changed meanwhile";
                        return Err(Error::new(ErrorKind::StaleBase, message)
                            .hint("read the release again, and say what it is to be called"));
                    }
                    if let Some(label) = label {
                        require_free(tx, &changed, &label).await?;
                        changed.label = Some(label.to_string());
                    } else if clears {
                        changed.label = None;
                    }
                    changed.notes = described.notes.unwrap_or(changed.notes);
                    describe(tx, changed, event).await
                })
            })
            .await?;
        self.shown(changed, &component, library, false).await
    }

    /// Everything a release holds, for publishing it.
    ///
    /// # Errors
    /// When there is no such release or the actor may not publish it.
    pub async fn frozen(&self, id: ReleaseId) -> Result<FrozenRelease> {
        let (release, ..) = self.release_with(id, Right::Publish).await?;
        freeze::read(self.lcms.store().reader(), release, self.lcms.held()).await
    }

    /// Those of these components that the actor may read, each with its library's key.
    pub(super) async fn readable_among(
        &self,
        ids: &[ComponentId],
    ) -> Result<HashMap<ComponentId, (Component, Key)>> {
        self.readable_in(self.lcms.store().reader(), ids).await
    }

    /// The same through a connection that is held already.
    pub(super) async fn readable_in(
        &self,
        db: &impl Connection,
        ids: &[ComponentId],
    ) -> Result<HashMap<ComponentId, (Component, Key)>> {
        let all = libraries::all(db).await?.into_iter();
        let readable = all.filter(|library| self.may(library.id, Right::Read));
        let keys: HashMap<_, _> = readable.map(|library| (library.id, library.key)).collect();
        let found = components::by_ids(db, ids).await?;
        Ok(found
            .into_iter()
            .filter_map(|(id, component)| {
                let library = keys.get(&component.library)?.clone();
                Some((id, (component, library)))
            })
            .collect())
    }
}

fn read_label(label: Option<String>) -> Result<Option<Label>> {
    let label = label.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
    label.map(|label| label.parse().map_err(|error| Error::invalid(format!("{error}")))).transpose()
}

/// The release of a component that a name stands for.
pub(super) async fn named(
    db: &impl Connection,
    component: ComponentId,
    name: &ReleaseName,
) -> Result<Option<Release>> {
    match name {
        ReleaseName::Number(number) => releases::by_number(db, component, *number).await,
        ReleaseName::Label(label) => releases::by_label(db, component, label.as_str()).await,
        ReleaseName::Newest => Ok(releases::list(db, component, None, 1).await?.into_iter().next()),
        ReleaseName::Channel(channel) => {
            let pointed = channels::by_name(db, component, channel).await?;
            match pointed.and_then(|channel| channel.release) {
                Some(id) => releases::by_id(db, id).await,
                None => Ok(None),
            }
        }
    }
}

/// Stores label and notes.
async fn describe(tx: &Transaction, release: Release, event: NewEvent) -> Result<Release> {
    releases::describe(tx, &release).await?;
    let detail = serde_json::json!({ "label": release.label });
    events::append(tx, NewEvent { release: Some(release.id), detail, ..event }).await?;
    Ok(release)
}

async fn require_free(tx: &Transaction, release: &Release, label: &Label) -> Result<()> {
    match releases::by_label(tx, release.component, label.as_str()).await? {
        Some(other) if other.id != release.id => Err(Error::conflict(format!(
            "release {} of this component is called `{label}` already",
            other.number
        ))
        .hint("choose another label, or give that release another one")),
        _ => Ok(()),
    }
}

impl Lcms {
    /// The packed forms of a blob that a release names.
    ///
    /// # Errors
    /// When the store cannot be read, and [`crate::ErrorKind::Redacted`] when the bytes were taken
    /// away.
    pub async fn packed_forms(&self, digest: Digest) -> Result<Vec<Blob>> {
        let db = self.store().reader();
        let forms = blob::find(db, digest).await?;
        if forms.is_empty()
            && let Some(redaction) = redactions::find(db, digest).await?
        {
            return Err(redaction.refusal("the file"));
        }
        Ok(forms)
    }
}
