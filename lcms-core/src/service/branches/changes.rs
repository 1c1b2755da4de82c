//! What a branch changes: the heads it has of its own, beside those of what it stands on.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::model::{
    Branch, Component, ComponentId, Content, Head, Key, Kind, Language, Metadata, Revision,
    RevisionId, Right, VersionDiff,
};
use crate::service::Session;
use crate::service::session::no_branch;
use crate::service::titles::title_in;
use crate::store::heads::OwnHead;
use crate::store::{Connection, branches, components, documents, heads};

/// Heads of a branch that are compared at once for a page of its changes.
const HEADS: u64 = 500;
/// One component that a branch changes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BranchChange {
    /// The component.
    pub component: ComponentId,
    /// Key of its library.
    pub library_key: Key,
    /// Its key.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
    /// Language of the version.
    pub language: Language,
    /// Title on the branch.
    pub title: String,
    /// Head on the branch.
    pub revision: RevisionId,
    /// What the branch changed it from; absent when it was made on the branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<RevisionId>,
    /// What is different; absent when it was made on the branch or one side was redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<DiffSummary>,
}

/// How much is different between two versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DiffSummary {
    /// Long texts that changed.
    pub texts: usize,
    /// Other fields that changed, came or went.
    pub fields: usize,
    /// Entries of lists that moved.
    pub moved: usize,
    /// Placements that changed, came, went or moved.
    pub placements: usize,
    /// Fields of the metadata.
    pub metadata: usize,
}

impl DiffSummary {
    pub(in crate::service) fn of(diff: &VersionDiff) -> Self {
        Self {
            texts: diff.content.text.len(),
            fields: diff.content.fields.len(),
            moved: diff.content.moved.len(),
            placements: diff.content.placements.len(),
            metadata: diff.metadata.len(),
        }
    }
}

/// A page of what a branch changes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BranchChanges {
    /// Changes, by component id.
    pub items: Vec<BranchChange>,
    /// How many more on this page are in libraries that the caller may not read.
    pub not_readable: usize,
    /// Pass as `after` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<ComponentId>,
}

/// A version that a branch changes.
#[derive(Clone, Debug)]
pub(in crate::service) struct Change {
    pub component: Component,
    pub language: Language,
    /// The branch's own head.
    pub head: Head,
    /// What stands below it.
    pub below: Option<Head>,
}

impl Session {
    /// A page of what a branch changes, compared with what it stands on.
    ///
    /// # Errors
    /// When there is no such branch or the actor may read nowhere.
    pub async fn branch_changes(
        &self,
        name: &Key,
        after: Option<ComponentId>,
        limit: u64,
    ) -> Result<BranchChanges> {
        self.require_somewhere(Right::Read)?;
        let db = self.lcms.store().reader();
        let branch = branches::by_name(db, name).await?.ok_or_else(|| no_branch(name))?;
        let limit = usize::try_from(limit.clamp(1, 200)).unwrap_or(200);
        let mut found = changes_after(db, &branch, after, limit).await?;
        let mut end = limit.min(found.len());
        // The versions of one component stay on one page.
        while end > 0 && end < found.len() && found[end].component.id == found[end - 1].component.id
        {
            end += 1;
        }
        let next = (end < found.len()).then(|| found[end - 1].component.id);
        found.truncate(end);
        let all = found.len();
        found.retain(|change| self.may(change.component.library, Right::Read));
        let not_readable = all - found.len();
        let items = self.described(db, found).await?;
        Ok(BranchChanges { items, not_readable, next })
    }

    async fn described(
        &self,
        db: &impl Connection,
        changes: Vec<Change>,
    ) -> Result<Vec<BranchChange>> {
        let digests: Vec<_> = changes
            .iter()
            .flat_map(|change| std::iter::once(change.head).chain(change.below))
            .flat_map(|head| [head.content, head.metadata])
            .collect();
        let mut bodies = documents::get_many(db, &digests).await?;
        bodies.retain(|_, body| !body.is_empty()); // what was redacted is not compared
        let known =
            |head: Head| bodies.contains_key(&head.content) && bodies.contains_key(&head.metadata);
        let libraries = self.libraries_by_id(db).await?;
        let mut items = Vec::with_capacity(changes.len());
        for Change { component, language, head, below } in changes {
            let Some(library) = libraries.get(&component.library) else { continue };
            let summary = match below {
                Some(below) if known(below) && known(head) => {
                    let (old, new) = (version_in(&bodies, below)?, version_in(&bodies, head)?);
                    let diff = VersionDiff::of((&old.0, &old.1), (&new.0, &new.1));
                    Some(DiffSummary::of(&diff))
                }
                _ => None,
            };
            items.push(BranchChange {
                component: component.id,
                library_key: library.key.clone(),
                key: component.key,
                kind: component.kind,
                language,
                title: bodies.get(&head.content).map(|body| title_in(body)).unwrap_or_default(),
                revision: head.revision,
                base: below.map(|below| below.revision),
                summary,
            });
        }
        Ok(items)
    }
}

/// Everything that a branch changes, by component and language. A head of its own that is what
/// stands below is no change.
pub(in crate::service) async fn changes_of(
    db: &impl Connection,
    branch: &Branch,
) -> Result<Vec<Change>> {
    changes_among(db, branch, heads::own(db, branch.id, None, None).await?).await
}

/// As [`changes_of`], after that component; more than `most` of them when there are, with all
/// those of the last component.
async fn changes_after(
    db: &impl Connection,
    branch: &Branch,
    mut after: Option<ComponentId>,
    most: usize,
) -> Result<Vec<Change>> {
    let mut found = Vec::new();
    while found.len() <= most {
        let mut own = heads::own(db, branch.id, after, Some(HEADS)).await?;
        let is_last = (own.len() as u64) < HEADS;
        // The heads of the last component may go on in the next batch.
        if let Some(cut) = own.last().map(|own| own.component).filter(|_| !is_last)
            && own[0].component != cut
        {
            own.retain(|own| own.component != cut);
        }
        after = own.last().map(|own| own.component);
        found.extend(changes_among(db, branch, own).await?);
        if is_last {
            break;
        }
    }
    Ok(found)
}

/// Those of a branch's own heads that are not what stands below.
async fn changes_among(
    db: &impl Connection,
    branch: &Branch,
    own: Vec<OwnHead>,
) -> Result<Vec<Change>> {
    let Some(base) = branch.base else { return Ok(Vec::new()) };
    if own.is_empty() {
        return Ok(Vec::new());
    }
    let below = branches::by_id(db, base.branch)
        .await?
        .ok_or_else(|| Error::internal("a branch's base is gone", base.branch.0.to_string()))?;
    let view = branches::view(db, &below, Some(base.event)).await?;
    let below = heads_below(db, &view, &own).await?;
    let ids: Vec<_> = own.iter().map(|own| own.component).collect();
    let found = components::by_ids(db, &ids).await?;
    Ok(own
        .into_iter()
        .filter_map(|own| {
            let below = below.get(&(own.component, own.language.clone())).copied();
            let pair = |head: Head| (head.content, head.metadata, head.source);
            let changed = below.is_none_or(|below| pair(below) != pair(own.head));
            let component = found.get(&own.component)?.clone();
            changed.then_some(Change { component, language: own.language, head: own.head, below })
        })
        .collect())
}

/// What another view has where a branch has heads of its own.
pub(in crate::service) async fn heads_below(
    db: &impl Connection,
    view: &crate::model::View,
    own: &[OwnHead],
) -> Result<HashMap<(ComponentId, Language), Head>> {
    let mut found = HashMap::with_capacity(own.len());
    let languages: BTreeSet<_> = own.iter().map(|own| &own.language).collect();
    for language in languages {
        let ids: Vec<_> =
            own.iter().filter(|own| own.language == *language).map(|own| own.component).collect();
        let heads = heads::of_many(db, view, &ids, language).await?;
        found.extend(heads.into_iter().map(|(id, head)| ((id, language.clone()), head)));
    }
    Ok(found)
}

/// Both documents of a version among bodies that were read.
pub(in crate::service) fn version_in(
    bodies: &HashMap<crate::model::Digest, Vec<u8>>,
    head: Head,
) -> Result<(Content, Metadata)> {
    documents_in(bodies, head.content, head.metadata)
}

/// Both documents with these digests among bodies that were read.
pub(in crate::service) fn documents_in(
    bodies: &HashMap<crate::model::Digest, Vec<u8>>,
    content: crate::model::Digest,
    metadata: crate::model::Digest,
) -> Result<(Content, Metadata)> {
    let body = |digest| bodies.get(&digest).ok_or_else(|| documents::missing(digest));
    let unreadable = |what: String| Error::internal("a stored document cannot be read", what);
    let read = Content::from_stored(body(content)?).map_err(|v| unreadable(format!("{v:?}")))?;
    let described =
        serde_json::from_slice(body(metadata)?).map_err(|error| unreadable(error.to_string()))?;
    Ok((read, described))
}

/// The digests of a revision as a head's.
pub(in crate::service) fn as_head(revision: &Revision) -> Head {
    Head {
        branch: revision.branch,
        revision: revision.id,
        number: revision.number,
        content: revision.content,
        metadata: revision.metadata,
        source: revision.source,
        slots: None,
    }
}
