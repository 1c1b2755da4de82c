//! Releases: frozen closures of structural components.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::components::not_here;
use super::freeze::{self, FrozenRelease};
use super::{Lcms, Session};
use crate::error::{Error, Result};
use crate::model::{Blob, Digest, EventKind, Key, Library, Release, ReleaseId, Right, Target};
use crate::store::events::{self, NewEvent};
use crate::store::{blob, components, documents, heads, libraries, now, redactions, releases};

/// A release to be made.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRelease {
    /// Name given to it, such as `2026.1`.
    #[serde(default)]
    pub label: Option<String>,
    /// Why, in the author's words.
    #[serde(default)]
    pub notes: String,
}

/// A release and what it is of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleaseView {
    /// The release.
    #[serde(flatten)]
    pub release: Release,
    /// Key of the component's library.
    pub library_key: Key,
    /// Key of the component.
    pub key: Key,
    /// Whether it was made by this request: freezing the same closure again makes none.
    pub created_now: bool,
}

impl Session {
    /// Freezes a structural component as it stands, with everything in its slots.
    ///
    /// # Errors
    /// When the component is not structural, a slot cannot be resolved, or the actor may not
    /// publish.
    pub async fn release(&self, target: &Target, new: NewRelease) -> Result<ReleaseView> {
        let (component, library) = self.component_with(target, Right::Publish).await?;
        let name = format!("{}/{}", library.key, component.key);
        if !component.kind.is_structural() {
            return Err(Error::invalid(format!(
                "`{name}` is a {}: only courses, modules, lessons and assessments are released",
                component.kind
            )));
        }
        if component.deleted {
            return Err(Error::conflict(format!("`{name}` is deleted; restore it first")));
        }
        let label = new.label.filter(|label| !label.trim().is_empty());
        let snapshot = self.lcms.store().snapshot().await?;
        let head = heads::of(&snapshot, &self.view, component.id, &library.language)
            .await?
            .ok_or_else(|| not_here(&component))?;
        let root = (component.id, head.content, head.metadata);
        let frozen = freeze::freeze(&snapshot, &self.view, root, &library.language).await?;
        drop(snapshot);
        let actor = self.actor.id();
        let time = now();
        let language = library.language.clone();
        let (id, library_id) = (component.id, library.id);
        let (release, created_now) = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(same) = releases::by_digest(tx, frozen.digest).await? {
                        return Ok((same, false));
                    }
                    for (digest, body) in frozen.documents {
                        documents::put(tx, digest, body).await?;
                    }
                    let release = Release {
                        id: ReleaseId::new(),
                        component: id,
                        number: releases::last_number(tx, id).await? + 1,
                        digest: frozen.digest,
                        content_root: frozen.content_root,
                        metadata_root: frozen.metadata_root,
                        language,
                        label,
                        notes: new.notes,
                        author: actor,
                        created: time,
                        event: events::next_number(tx).await?,
                    };
                    releases::insert(tx, &release).await?;
                    let event = NewEvent {
                        library: Some(library_id),
                        component: Some(id),
                        revision: Some(head.revision),
                        release: Some(release.id),
                        detail: serde_json::json!({ "digest": release.digest }),
                        ..NewEvent::new(EventKind::ReleaseCreated, time, actor)
                    };
                    events::insert(tx, release.event, event).await?;
                    Ok((release, true))
                })
            })
            .await?;
        Ok(ReleaseView { release, library_key: library.key, key: component.key, created_now })
    }

    /// One release.
    ///
    /// # Errors
    /// When there is none, or the actor may not read its library.
    pub async fn release_by_id(&self, id: ReleaseId) -> Result<ReleaseView> {
        self.release_with(id, Right::Read).await.map(|(view, _)| view)
    }

    /// The release with that digest.
    ///
    /// # Errors
    /// When there is none, or the actor may not read its library.
    pub async fn release_by_digest(&self, digest: Digest) -> Result<ReleaseView> {
        let missing = || Error::not_found(format!("there is no release with digest {digest}"));
        let found = releases::by_digest(self.lcms.store().reader(), digest).await?;
        self.release_by_id(found.ok_or_else(missing)?.id).await
    }

    async fn release_with(&self, id: ReleaseId, right: Right) -> Result<(ReleaseView, Library)> {
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
        let view = ReleaseView {
            release,
            library_key: library.key.clone(),
            key: component.key,
            created_now: false,
        };
        Ok((view, library))
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
    ) -> Result<Vec<Release>> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        releases::list(self.lcms.store().reader(), component.id, before, limit.clamp(1, 200)).await
    }

    /// Everything a release holds, for publishing it.
    ///
    /// # Errors
    /// When there is no such release or the actor may not publish it.
    pub async fn frozen(&self, id: ReleaseId) -> Result<FrozenRelease> {
        let (view, _) = self.release_with(id, Right::Publish).await?;
        freeze::read(self.lcms.store().reader(), view.release).await
    }

    /// Records that a package was made of a release.
    ///
    /// # Errors
    /// When there is no such release or the actor may not publish it.
    pub async fn record_package(&self, id: ReleaseId, detail: serde_json::Value) -> Result<()> {
        let (view, library) = self.release_with(id, Right::Publish).await?;
        let event = NewEvent {
            library: Some(library.id),
            component: Some(view.release.component),
            release: Some(id),
            detail,
            ..NewEvent::new(EventKind::PackagePublished, now(), self.actor.id())
        };
        self.lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { events::append(tx, event).await }))
            .await?;
        Ok(())
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
