//! Branches: made, listed, closed, and what they change.
//!
//! A branch is one row. What it changes are the heads it has of its own, compared with what it
//! stands on. The rules of review, merging and new bases stand in `docs/decisions/0014-branches.md`.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Session;
use super::components::title_in;
use super::session::{no_branch, takes_no_edits};
use crate::error::{Error, Result};
use crate::model::{
    Base, Branch, BranchId, BranchReview, BranchState, Component, ComponentId, Content, EventKind,
    Head, Key, Kind, Language, Library, Metadata, Moment, Revision, RevisionId, Right, State,
    VersionDiff,
};
use crate::store::events::NewEvent;
use crate::store::heads::OwnHead;
use crate::store::{Connection, branches, components, documents, events, heads, libraries, now};

/// Heads of a branch that are compared at once for a page of its changes.
const HEADS: u64 = 500;

/// A branch to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBranch {
    /// Its name, unique on this server.
    pub name: Key,
    /// The moment it begins at; `main` as it is now when left out.
    #[serde(default)]
    pub from: Option<Moment>,
}

/// A branch with where it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BranchView {
    /// The branch.
    #[serde(flatten)]
    pub branch: Branch,
    /// Name of the branch it stands on; absent for `main`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_name: Option<Key>,
    /// The newest step of its review, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<BranchReview>,
    /// Where it stands: the review counts only while the branch is as it was reviewed.
    pub standing: State,
    /// Whether it was changed after the newest step of its review.
    pub review_is_stale: bool,
    /// How many component versions it changes. Lists leave it out for a branch that takes no
    /// edits any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<usize>,
}

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
    pub(super) fn of(diff: &VersionDiff) -> Self {
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
pub(super) struct Change {
    pub component: Component,
    pub language: Language,
    /// The branch's own head.
    pub head: Head,
    /// What stands below it.
    pub below: Option<Head>,
}

impl Session {
    /// Makes a branch that begins at any moment. Nothing is copied.
    ///
    /// # Errors
    /// When the name is taken, the moment does not exist, branches would stand on each other too
    /// deep, or the actor may write nowhere.
    pub async fn create_branch(&self, new: NewBranch) -> Result<BranchView> {
        self.require_somewhere(Right::Write)?;
        let begins = self.at_moment(&new.from.unwrap_or_default()).await?;
        if begins.view.layers().len() >= branches::MAX_DEPTH {
            return Err(Error::invalid(format!(
                "branches may stand on each other at most {} deep",
                branches::MAX_DEPTH
            )));
        }
        let below = begins.view.layers().first().copied();
        let below_branch = below.map_or(BranchId::MAIN, |layer| layer.branch);
        let as_of = below.and_then(|layer| layer.as_of);
        let (name, actor, time) = (new.name, self.actor.id(), now());
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let place = branches::place(tx, &name, below_branch).await?;
                    if !place.is_free {
                        return Err(Error::conflict(format!("there is a branch `{name}` already")));
                    }
                    let event = as_of.unwrap_or(place.last_event);
                    let base = Base { branch: below_branch, event };
                    let detail = serde_json::json!({
                        "branch": name, "base": base.branch, "base_event": base.event
                    });
                    let event =
                        NewEvent { detail, ..NewEvent::new(EventKind::BranchCreated, time, actor) };
                    let branch = Branch {
                        id: place.id,
                        name,
                        base: Some(base),
                        state: BranchState::Open,
                        author: Some(actor),
                        created: time,
                        event: events::append(tx, event).await?,
                    };
                    branches::insert(tx, &branch).await?;
                    Ok(BranchView {
                        branch,
                        base_name: place.below,
                        review: None,
                        standing: State::Draft,
                        review_is_stale: false,
                        changes: Some(0),
                    })
                })
            })
            .await
    }

    /// Every branch, oldest first; `main` is the first.
    ///
    /// # Errors
    /// When the actor may read nowhere.
    pub async fn branches(&self) -> Result<Vec<BranchView>> {
        self.require_somewhere(Right::Read)?;
        let all = branches::all(self.lcms.store().reader()).await?;
        let mut views = Vec::with_capacity(all.len());
        for branch in all {
            // Branches that were put away grow in number; nobody counts what they changed.
            views.push(match branch.state {
                BranchState::Open => self.branch_view(branch).await?,
                BranchState::Merged | BranchState::Closed => self.put_away(branch).await?,
            });
        }
        Ok(views)
    }

    /// One branch.
    ///
    /// # Errors
    /// When there is none of that name, or the actor may read nowhere.
    pub async fn branch_named(&self, name: &Key) -> Result<BranchView> {
        self.require_somewhere(Right::Read)?;
        let branch = branches::by_name(self.lcms.store().reader(), name).await?;
        self.branch_view(branch.ok_or_else(|| no_branch(name))?).await
    }

    async fn branch_view(&self, branch: Branch) -> Result<BranchView> {
        let db = self.lcms.store().reader();
        let changes = changes_of(db, &branch).await?;
        let mut view = self.put_away(branch).await?;
        if let Some(review) = &view.review
            && view.branch.state != BranchState::Merged
        {
            view.review_is_stale = review.digest != super::branch_reviews::digest_of(&changes);
        }
        if view.review_is_stale {
            view.standing = State::Draft;
        }
        view.changes = view.branch.base.map(|_| changes.len());
        Ok(view)
    }

    /// A branch as its review left it. A merged branch stays what it was when it was merged.
    async fn put_away(&self, branch: Branch) -> Result<BranchView> {
        let db = self.lcms.store().reader();
        let base_name = match branch.base {
            Some(base) => branches::by_id(db, base.branch).await?.map(|below| below.name),
            None => None,
        };
        let review = branches::last_review(db, branch.id).await?;
        let standing = review.as_ref().map_or(State::Draft, |review| review.state);
        Ok(BranchView {
            branch,
            base_name,
            review,
            standing,
            review_is_stale: false,
            changes: None,
        })
    }

    /// Gives a branch up; nothing of it is lost.
    ///
    /// # Errors
    /// When it is not open, or the actor neither made it nor administers every library.
    pub async fn close_branch(&self, name: &Key) -> Result<BranchView> {
        self.change_branch_state(name, BranchState::Closed).await
    }

    /// Opens a branch again that was given up.
    ///
    /// # Errors
    /// When it is not closed, or the actor neither made it nor administers every library.
    pub async fn reopen_branch(&self, name: &Key) -> Result<BranchView> {
        self.change_branch_state(name, BranchState::Open).await
    }

    async fn change_branch_state(&self, name: &Key, to: BranchState) -> Result<BranchView> {
        let (session, name, time) = (self.clone(), name.clone(), now());
        let branch = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let branch = standing_branch(tx, &name).await?;
                    if branch.author != Some(session.actor.id()) {
                        session.require_everywhere(Right::Administer)?;
                    }
                    let kind = match (branch.state, to) {
                        (BranchState::Open, BranchState::Closed) => EventKind::BranchClosed,
                        (BranchState::Closed, BranchState::Open) => EventKind::BranchReopened,
                        (BranchState::Open, _) => {
                            return Err(Error::conflict(format!("branch `{name}` is open")));
                        }
                        _ => return Err(takes_no_edits(&branch)),
                    };
                    let changed = Branch { state: to, ..branch };
                    let event = NewEvent {
                        detail: serde_json::json!({ "branch": changed.name }),
                        ..NewEvent::new(kind, time, session.actor.id())
                    };
                    let number = events::append(tx, event).await?;
                    branches::update(tx, &changed, number).await?;
                    Ok(changed)
                })
            })
            .await?;
        self.branch_view(branch).await
    }

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

    pub(super) async fn libraries_by_id(
        &self,
        db: &impl Connection,
    ) -> Result<HashMap<crate::model::LibraryId, Library>> {
        let all = libraries::all(db).await?;
        Ok(all.into_iter().map(|library| (library.id, library)).collect())
    }

    /// Refuses unless the actor holds a right in the library of each of these components.
    pub(super) async fn require_for_all<'c>(
        &self,
        db: &impl Connection,
        components: impl Iterator<Item = &'c Component>,
        right: Right,
    ) -> Result<()> {
        let touched: BTreeSet<_> = components.map(|component| component.library).collect();
        let libraries = self.libraries_by_id(db).await?;
        let refused: Vec<_> =
            touched.into_iter().filter(|library| !self.may(*library, right)).collect();
        if refused.is_empty() {
            return Ok(());
        }
        let (named, hidden): (Vec<_>, Vec<_>) = refused
            .iter()
            .filter_map(|id| libraries.get(id))
            .partition(|library| self.may(library.id, Right::Read));
        let mut places: Vec<_> =
            named.iter().map(|library| format!("library `{}`", library.key)).collect();
        if !hidden.is_empty() {
            places.push(format!("{} that you may not read", hidden.len()));
        }
        let name = self.actor.name();
        Err(Error::forbidden(format!("`{name}` may not {right} in {}", places.join(", ")))
            .hint(format!("an admin can grant the role `{}` there", right.given_by())))
    }
}

/// A branch other than `main`, as it stands in that transaction.
pub(super) async fn standing_branch(db: &impl Connection, name: &Key) -> Result<Branch> {
    let branch = branches::by_name(db, name).await?.ok_or_else(|| no_branch(name))?;
    if branch.base.is_none() {
        return Err(Error::invalid(format!("`{name}` stands on nothing: it is always there")));
    }
    Ok(branch)
}

/// The same, if it takes edits.
pub(super) async fn open_branch(db: &impl Connection, name: &Key) -> Result<(Branch, Base)> {
    let branch = standing_branch(db, name).await?;
    match branch.base {
        Some(base) if branch.state == BranchState::Open => Ok((branch, base)),
        _ => Err(takes_no_edits(&branch)),
    }
}

/// Everything that a branch changes, by component and language. A head of its own that is what
/// stands below is no change.
pub(super) async fn changes_of(db: &impl Connection, branch: &Branch) -> Result<Vec<Change>> {
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
pub(super) async fn heads_below(
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
pub(super) fn version_in(
    bodies: &HashMap<crate::model::Digest, Vec<u8>>,
    head: Head,
) -> Result<(Content, Metadata)> {
    documents_in(bodies, head.content, head.metadata)
}

/// Both documents with these digests among bodies that were read.
pub(super) fn documents_in(
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
pub(super) fn as_head(revision: &Revision) -> Head {
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
