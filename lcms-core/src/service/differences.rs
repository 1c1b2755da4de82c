//! What is different: between two versions of a component, and between a structure with
//! everything below it at two moments.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::Session;
use super::branches::documents_in;
use super::trees;
use crate::error::Result;
use crate::model::diff::tree::{Changed, TreeDiff};
use crate::model::{
    Component, ComponentId, Content, Digest, DocumentDiff, Key, Library, Metadata, Moment,
    Reference, Revision, Right, Target, Version, VersionDiff, View, metadata_diff,
};
use crate::store::{Connection, components, documents, heads};

/// One side of a difference.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DiffSide {
    /// Key of the component's library.
    pub library_key: Key,
    /// The component's key.
    pub key: Key,
    /// The revision.
    pub revision: Revision,
}

/// What is different between two versions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComponentDiff {
    /// The version before.
    pub before: DiffSide,
    /// The version after.
    pub after: DiffSide,
    /// What is different; empty when both are the same.
    #[serde(flatten)]
    pub diff: VersionDiff,
}

/// What is different in one component of a structure, opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenedDiff {
    /// The component.
    pub component: ComponentId,
    /// What is different in it.
    #[serde(flatten)]
    pub diff: VersionDiff,
}

/// What is different between a structure at two moments. A component that the caller may not
/// read has the key `not readable` and no title, and is never opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StructureDiff {
    /// The structure.
    pub component: ComponentId,
    /// Key of its library.
    pub library_key: Key,
    /// Its key.
    pub key: Key,
    /// What came, went, moved and changed.
    pub tree: TreeDiff,
    /// The changed documents, opened; empty unless asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<OpenedDiff>,
}

/// Stands for the key of a component that may not be read.
const NOT_READABLE: &str = "not readable";

impl Session {
    /// What is different between two revisions, of one component or of two of one kind, such as
    /// a copy and its source.
    ///
    /// # Errors
    /// When either does not exist or the actor may not read it.
    pub async fn diff(&self, before: &Reference, after: &Reference) -> Result<ComponentDiff> {
        let version = |reference: &Reference| Version::Revision(reference.revision.clone());
        let before = self.side(&before.target, &version(before)).await?;
        let after = self.side(&after.target, &version(after)).await?;
        self.diff_of(before, after).await
    }

    /// What is different between two versions of one component. Without `before` it is the
    /// revision that `after` was based on.
    ///
    /// # Errors
    /// When either does not exist or the actor may not read it.
    pub async fn diff_versions(
        &self,
        target: &Target,
        before: Option<&Version>,
        after: &Version,
    ) -> Result<ComponentDiff> {
        let after = self.side(target, after).await?;
        let before = match before {
            Some(before) => self.side(target, before).await?,
            None => {
                let db = self.lcms.store().reader();
                let parent = match after.revision.parent {
                    Some(parent) => components::revision(db, parent).await?,
                    None => None,
                };
                let revision = parent.unwrap_or_else(|| after.revision.clone());
                DiffSide { revision, ..after.clone() }
            }
        };
        self.diff_of(before, after).await
    }

    async fn side(&self, target: &Target, version: &Version) -> Result<DiffSide> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let revision = match version {
            Version::Revision(selector) => self.select(&component, &library, selector).await?,
            Version::Moment(moment) => {
                self.at_moment(moment).await?.head_revision(&component, &library).await?
            }
        };
        Ok(DiffSide { library_key: library.key, key: component.key, revision })
    }

    async fn diff_of(&self, before: DiffSide, after: DiffSide) -> Result<ComponentDiff> {
        let db = self.lcms.store().reader();
        let (old, new) = (&before.revision, &after.revision);
        let digests = [old.content, old.metadata, new.content, new.metadata];
        let bodies = documents::get_all(db, &digests).await?;
        let (a, b) = (
            documents_in(&bodies, old.content, old.metadata)?,
            documents_in(&bodies, new.content, new.metadata)?,
        );
        let diff = VersionDiff::of((&a.0, &a.1), (&b.0, &b.1));
        Ok(ComponentDiff { before, after, diff })
    }

    /// What is different between a structure with everything below it at two moments (or on two
    /// branches): components that came, went, moved and changed. Equal parts are not looked
    /// into. With `open`, changed documents are compared word by word and field by field.
    ///
    /// # Errors
    /// When the component did not stand at either moment, or the actor may not read it.
    pub async fn diff_structures(
        &self,
        target: &Target,
        before: &Moment,
        after: &Moment,
        open: bool,
    ) -> Result<StructureDiff> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let views = [self.at_moment(before).await?.view, self.at_moment(after).await?.view];
        let snapshot = self.lcms.store().snapshot().await?;
        let mut read = trees::Read::default();
        let mut sides = Vec::with_capacity(2);
        for view in &views {
            let head = heads::of(&snapshot, view, component.id, &library.language)
                .await?
                .ok_or_else(|| super::components::not_here(&component))?;
            let root = (component.id, head);
            sides.push(trees::standing(&snapshot, view, root, &library.language, &mut read).await?);
        }
        let mut tree = trees::compare(&sides[0], &sides[1])?;
        let ids = tree.components();
        let found = components::by_ids(&snapshot, &ids).await?;
        let libraries = self.libraries_by_id(&snapshot).await?;
        let titles = self.titled_in_either(&snapshot, &views[1], &views[0], &ids, &library).await?;
        tree.label(|id| match found.get(&id).filter(|it| self.may(it.library, Right::Read)) {
            Some(it) => {
                let library = libraries.get(&it.library).map(|library| library.key.as_str());
                let key = format!("{}/{}", library.unwrap_or_default(), it.key);
                (key, titles.get(&id).cloned().unwrap_or_default())
            }
            None => (NOT_READABLE.to_owned(), String::new()),
        });
        let opened = match open {
            true => self.opened(&snapshot, &tree, &found).await?,
            false => Vec::new(),
        };
        Ok(StructureDiff {
            component: component.id,
            library_key: library.key,
            key: component.key,
            tree,
            opened,
        })
    }

    async fn opened(
        &self,
        db: &impl Connection,
        tree: &TreeDiff,
        found: &HashMap<ComponentId, Component>,
    ) -> Result<Vec<OpenedDiff>> {
        type Documents = (Option<Changed<Digest>>, Option<Changed<Digest>>);
        let mut changed = BTreeMap::<ComponentId, Documents>::new();
        for change in &tree.changed {
            let Some(id) = change.path.last().map(|step| step.component) else { continue };
            let readable = found.get(&id).is_some_and(|it| self.may(it.library, Right::Read));
            if readable && (change.content.is_some() || change.metadata.is_some()) {
                changed.entry(id).or_insert((change.content.clone(), change.metadata.clone()));
            }
        }
        let digests: Vec<_> = changed
            .values()
            .flat_map(|(content, metadata)| [content, metadata])
            .flatten()
            .flat_map(|changed| [changed.before, changed.after])
            .collect();
        let bodies = documents::get_many(db, &digests).await?;
        let content =
            |digest: Digest| -> Option<Content> { Content::from_stored(bodies.get(&digest)?).ok() };
        let metadata = |digest: Digest| -> Option<Metadata> {
            serde_json::from_slice(bodies.get(&digest)?).ok()
        };
        Ok(changed
            .into_iter()
            .map(|(component, (contents, described))| {
                // A slot that shows a release changes as a whole and has no document to open.
                let texts = contents
                    .and_then(|it| Some((content(it.before)?, content(it.after)?)))
                    .map(|(before, after)| DocumentDiff::of(&before, &after));
                let fields = described
                    .and_then(|it| Some((metadata(it.before)?, metadata(it.after)?)))
                    .map(|(before, after)| metadata_diff(&before, &after));
                let diff = VersionDiff {
                    content: texts.unwrap_or_default(),
                    metadata: fields.unwrap_or_default(),
                };
                OpenedDiff { component, diff }
            })
            .filter(|opened| !opened.diff.is_empty())
            .collect())
    }

    /// Titles of components in the first view that has them.
    async fn titled_in_either(
        &self,
        db: &impl Connection,
        first: &View,
        second: &View,
        ids: &[ComponentId],
        library: &Library,
    ) -> Result<HashMap<ComponentId, String>> {
        let mut found = heads::of_many(db, first, ids, &library.language).await?;
        let missing: Vec<_> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
        found.extend(heads::of_many(db, second, &missing, &library.language).await?);
        let titles = self.titles(db, found.values().map(|head| head.content)).await?;
        Ok(found.into_iter().map(|(id, head)| (id, titles.of(head.content))).collect())
    }
}
