//! A component with everything in its slots as it stands now, without being released: for looking
//! at what is not finished, and for asking whether it could be published.

use super::freeze::{self, Version, Walk};
use super::{FrozenRelease, Session};
use crate::error::Result;
use crate::model::reference::Reference;
use crate::model::{Release, ReleaseId, Right};
use crate::store::now;

impl Session {
    /// What a release of this revision would hold. Nothing is stored: the release has the id of
    /// none, and the number 0.
    ///
    /// # Errors
    /// When there is no such component or revision, a slot cannot be resolved, or the actor may
    /// not read it.
    pub async fn as_it_stands(&self, reference: &Reference) -> Result<FrozenRelease> {
        let (component, library) = self.component_with(&reference.target, Right::Read).await?;
        let revision = self.select(&component, &library, &reference.revision).await?;
        let snapshot = self.lcms.store().snapshot().await?;
        let (content, metadata) = (revision.content, revision.metadata);
        let root = Version { component: component.id, content, metadata };
        let language = library.language.clone();
        let frozen = freeze::freeze(&snapshot, &self.view, root, &language, None).await?;
        let moment = freeze::moment(&snapshot, &self.view).await?;
        let release = Release {
            id: ReleaseId(uuid::Uuid::nil()),
            component: component.id,
            number: 0,
            digest: frozen.digest,
            content_root: frozen.roots.content,
            metadata_root: frozen.roots.metadata,
            language,
            branch: self.view.branch(),
            moment: Some(moment),
            label: None,
            notes: String::new(),
            author: self.actor.id(),
            created: now(),
            event: moment,
        };
        let mut walk = Walk::default();
        walk.seed(&frozen.nodes)?;
        freeze::read_from(&snapshot, release, walk, self.lcms.held()).await
    }
}
