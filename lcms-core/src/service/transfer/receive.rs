//! What arrives: checked against what is here, then stored in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use serde_json::json;
use time::OffsetDateTime;

use super::check::{Checked, check, refused};
use super::heads::{self, Heads, Parents, Spot};
use super::{Diverged, Documents, Objects, Place, Received, Renamed};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Base, Branch, BranchId, BranchState, Codec, Component, ComponentId, Digest, EventKind,
    EventNumber, Key, Kind, Library, LibraryId, Release, ReleaseId, Revision, RevisionId, Right,
    Slot, UserId, Violation,
};
use crate::service::Session;
use crate::service::save::refuse_cycle;
use crate::store::events::{self, NewEvent};
use crate::store::reviews::{self, Review};
use crate::store::{
    Transaction, blob, branches, components, documents, libraries, now, releases, transfer, usage,
};

/// What arrives.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The objects.
    pub objects: Objects,
    /// Documents that the objects name; those that are here already may be left out.
    pub documents: Documents,
    /// Where they come from; names the branches of heads that have to be merged.
    pub origin: Key,
}

/// Carries a dry run's report out of the transaction that must not be kept.
const DRY_RUN: &str = "dry run";

impl Session {
    /// The blobs that an arrival names and that are not here, with the media types they have.
    ///
    /// # Errors
    /// When the arrival is not sound in itself, or the store cannot be read.
    pub async fn wanted_blobs(
        &self,
        arrival: &Arc<Arrival>,
    ) -> Result<BTreeMap<Digest, BTreeSet<String>>> {
        self.require_somewhere(Right::Administer)?;
        let checked = checked(arrival).await?;
        let mut wanted = BTreeMap::<_, BTreeSet<String>>::new();
        for (digest, media_type, _) in checked.contents.values().flat_map(|c| &c.blobs) {
            if !arrival.objects.redactions.contains_key(digest) {
                wanted.entry(*digest).or_default().insert(media_type.clone());
            }
        }
        let db = self.lcms.store().reader();
        let mut missing = BTreeMap::new();
        for (digest, media_types) in wanted {
            if blob::find(db, digest).await?.is_empty() {
                missing.insert(digest, media_types);
            }
        }
        Ok(missing)
    }

    /// Takes libraries in whose blobs are here, or with `dry_run` only reports what that would do.
    ///
    /// # Errors
    /// When the actor is no admin of a library that arrives (of every library, when one is new),
    /// anything is not what its digest says, ids or keys clash with what is here, or something that
    /// is referred to is missing. Nothing at all is stored then.
    pub async fn receive(&self, arrival: Arc<Arrival>, dry_run: bool) -> Result<Received> {
        self.require_somewhere(Right::Administer)?;
        let checked = checked(&arrival).await?;
        if !dry_run {
            self.pack_arriving(&arrival.objects, &checked).await?;
        }
        let session = self.clone();
        let report = Arc::new(Mutex::new(Received::default()));
        let filled = Arc::clone(&report);
        let done = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let receiving = Receiving::new(&session, tx, &arrival, &checked);
                    let received = receiving.run().await?;
                    if let Ok(mut report) = filled.lock() {
                        *report = received;
                    }
                    if dry_run { Err(Error::new(ErrorKind::Conflict, DRY_RUN)) } else { Ok(()) }
                })
            })
            .await;
        match done {
            Err(error) if !(dry_run && error.message() == DRY_RUN) => Err(error),
            _ => {
                let report = report.lock().map(|report| report.clone());
                report.map_err(|_| Error::internal("the report was lost", "poisoned"))
            }
        }
    }

    /// Makes sure that every blob is here, packed as its media types want.
    async fn pack_arriving(&self, objects: &Objects, checked: &Checked) -> Result<()> {
        let db = self.lcms.store().reader();
        let mut violations = Vec::new();
        for (document, content) in &checked.contents {
            for (digest, media_type, size) in &content.blobs {
                if objects.redactions.contains_key(digest) {
                    continue;
                }
                let at = || format!("document {document}");
                let forms = blob::find(db, *digest).await?;
                let Some(form) = forms.first().copied() else {
                    let message = format!("blob {digest} neither comes along nor is here");
                    violations.push(Violation::new(at(), "blob", message));
                    continue;
                };
                if size.is_some_and(|size| size != form.size) {
                    let message = format!("blob {digest} has {} bytes", form.size);
                    violations.push(Violation::new(at(), "blob_size", message));
                    continue;
                }
                let wanted = Codec::for_file(media_type, form.size);
                if forms.iter().all(|form| form.codec != wanted) {
                    let packed = self.lcms.blobs().repack(form, wanted).await?;
                    self.record_blob(packed).await?;
                }
            }
        }
        if violations.is_empty() { Ok(()) } else { Err(refused(violations)) }
    }
}

/// Checks away from the threads that serve others.
async fn checked(arrival: &Arc<Arrival>) -> Result<Checked> {
    let arrival = Arc::clone(arrival);
    tokio::task::spawn_blocking(move || check(&arrival.objects, &arrival.documents))
        .await
        .map_err(|error| Error::internal("the check was interrupted", error))?
}

/// An arrival on its way into the store.
struct Receiving<'a> {
    session: &'a Session,
    tx: &'a Transaction,
    objects: &'a Objects,
    documents: &'a Documents,
    origin: &'a Key,
    checked: &'a Checked,
    actor: UserId,
    time: OffsetDateTime,
    violations: Vec<Violation>,
    received: Received,
}

/// What is here already of what arrives.
#[derive(Default)]
struct Known {
    components: HashMap<ComponentId, Component>,
    revisions: HashMap<RevisionId, Revision>,
    /// Every revision here of the components that arrive.
    parents: Parents,
    releases: HashMap<ReleaseId, Release>,
    reviews: HashMap<(ComponentId, Digest, Digest), Review>,
    branches: HashMap<Key, Branch>,
    heads: HashMap<(ComponentId, i32, String), RevisionId>,
}

impl<'a> Receiving<'a> {
    fn new(
        session: &'a Session,
        tx: &'a Transaction,
        arrival: &'a Arrival,
        checked: &'a Checked,
    ) -> Self {
        Self {
            session,
            tx,
            objects: &arrival.objects,
            documents: &arrival.documents,
            origin: &arrival.origin,
            checked,
            actor: session.actor().id(),
            time: now(),
            violations: Vec::new(),
            received: Received::default(),
        }
    }

    fn refuse(&mut self, at: String, rule: &str, message: impl Into<String>) {
        self.violations.push(Violation::new(at, rule, message));
    }

    fn refuse_if_any(&mut self) -> Result<()> {
        if self.violations.is_empty() {
            return Ok(());
        }
        Err(refused(std::mem::take(&mut self.violations)))
    }

    async fn run(mut self) -> Result<Received> {
        let new_libraries = self.new_libraries().await?;
        let known = self.known().await?;
        let new: HashSet<RevisionId> = self
            .objects
            .revisions
            .keys()
            .filter(|id| !known.revisions.contains_key(id))
            .copied()
            .collect();
        self.compare_components(&known).await?;
        self.compare_revisions(&known, &new).await?;
        self.require_targets(&known).await?;
        self.require_documents().await?;
        self.refuse_if_any()?;
        let heads = self.decide_heads(&known, &new)?;
        self.store(new_libraries, &known, &new, &heads).await?;
        Ok(self.received)
    }

    /// The libraries that are not here. Those that are need an admin, and so does every library
    /// when one is new.
    async fn new_libraries(&mut self) -> Result<Vec<Library>> {
        let mut new = Vec::new();
        for object in &self.objects.libraries {
            if let Some(library) = libraries::by_id(self.tx, object.id).await? {
                self.session.require(&library, Right::Administer)?;
                continue;
            }
            self.session.require_everywhere(Right::Administer)?;
            if let Some(other) = libraries::by_key(self.tx, &object.key).await? {
                let message =
                    format!("the library `{}` here is another one ({})", other.key, other.id);
                self.refuse(format!("library {}", object.key), "key", message);
            }
            new.push(Library {
                id: object.id,
                key: object.key.clone(),
                title: object.title.clone(),
                description: object.description.clone(),
                language: object.language.clone(),
                created: object.created,
            });
        }
        Ok(new)
    }

    async fn known(&self) -> Result<Known> {
        let ids: Vec<_> = self.objects.components.keys().copied().collect();
        let found = components::by_ids(self.tx, &ids).await?;
        let here: Vec<_> = found.keys().copied().collect();
        let mut parents = Parents::new();
        for revision in transfer::revisions(self.tx, &here).await? {
            parents.insert(revision.id, [revision.parent, revision.merge_parent]);
        }
        for object in self.objects.revisions.values() {
            parents.entry(object.id).or_insert([object.parent, object.merge_parent]);
        }
        let revisions: Vec<_> = self.objects.revisions.keys().copied().collect();
        let release_ids: Vec<_> = self.objects.releases.keys().copied().collect();
        let digests: Vec<_> = self.objects.releases.values().map(|it| it.digest).collect();
        let by_id = |release: Release| (release.id, release);
        let by_pair =
            |review: Review| ((review.component, review.content, review.metadata), review);
        Ok(Known {
            revisions: components::revisions(self.tx, &revisions).await?,
            releases: transfer::known_releases(self.tx, &release_ids, &digests)
                .await?
                .into_iter()
                .map(by_id)
                .collect(),
            reviews: transfer::reviews(self.tx, &here).await?.into_iter().map(by_pair).collect(),
            branches: branches::all(self.tx)
                .await?
                .into_iter()
                .map(|branch| (branch.name.clone(), branch))
                .collect(),
            heads: transfer::own_heads(self.tx, &here).await?,
            components: found,
            parents,
        })
    }

    /// Ids have to mean the same on both sides, and new keys have to be free.
    async fn compare_components(&mut self, known: &Known) -> Result<()> {
        for (id, object) in &self.objects.components {
            let at = || format!("component {id} (`{}`)", object.key);
            if let Some(component) = known.components.get(id) {
                if (component.library, component.kind) != (object.library, object.kind) {
                    let message = format!("here it is the {} `{}`", component.kind, component.key);
                    self.refuse(at(), "id", message);
                }
                if component.key != object.key {
                    let (here, there) = (component.key.clone(), object.key.clone());
                    self.received.renamed.push(Renamed { here, there });
                }
            } else if let Some(other) =
                components::by_key(self.tx, object.library, &object.key).await?
            {
                let message = format!(
                    "here `{}` is another component ({}): rename one of them",
                    other.key, other.id
                );
                self.refuse(at(), "key", message);
            }
        }
        self.received.renamed.sort();
        Ok(())
    }

    /// A revision that is known has to be the same; what a new one goes on from has to be there.
    async fn compare_revisions(&mut self, known: &Known, new: &HashSet<RevisionId>) -> Result<()> {
        for (id, here) in &known.revisions {
            let Some(object) = self.objects.revisions.get(id) else { continue };
            let same = (here.component, here.content, here.metadata, &here.language)
                == (object.component, object.content, object.metadata, &object.language)
                && (here.parent, here.merge_parent, here.source)
                    == (object.parent, object.merge_parent, object.source);
            if !same {
                self.refuse(format!("revision {id}"), "id", "here it is another revision");
            }
        }
        let copied = self.objects.components.values().filter_map(|it| it.copied_from);
        let parents = new
            .iter()
            .filter_map(|id| self.objects.revisions.get(id))
            .flat_map(|object| [object.parent, object.merge_parent])
            .flatten();
        let outside: Vec<_> = parents
            .chain(copied)
            .filter(|id| !self.objects.revisions.contains_key(id))
            .collect::<HashSet<_>>()
            .into_iter()
            .collect();
        let found = components::revisions(self.tx, &outside).await?;
        for id in outside.iter().filter(|id| !found.contains_key(id)) {
            let message = "something goes on from it, and it neither comes along nor is here";
            self.refuse(format!("revision {id}"), "parent", message);
        }
        for object in new.iter().filter_map(|id| self.objects.revisions.get(id)) {
            let parent = object.parent.and_then(|parent| found.get(&parent));
            if parent.is_some_and(|parent| parent.component != object.component) {
                let message = "its parent is a revision of another component";
                self.refuse(format!("revision {}", object.id), "parent", message);
            }
        }
        for (id, object) in &self.objects.releases {
            let same = known.releases.get(id).is_none_or(|release| {
                (release.digest, release.component) == (object.digest, object.component)
            });
            if !same {
                self.refuse(format!("release {id}"), "id", "here it is another release");
            }
        }
        Ok(())
    }

    /// Whatever is referred to has to come along or be here, where the actor may read it.
    async fn require_targets(&mut self, known: &Known) -> Result<()> {
        let targets: BTreeSet<_> = self
            .checked
            .contents
            .values()
            .flat_map(|content| &content.refers)
            .filter(|id| !self.objects.components.contains_key(id))
            .filter(|id| !known.components.contains_key(id))
            .copied()
            .collect();
        let targets: Vec<_> = targets.into_iter().collect();
        let found = components::by_ids(self.tx, &targets).await?;
        for id in targets {
            let readable = found.get(&id).is_some_and(|c| self.session.may(c.library, Right::Read));
            if readable {
                continue;
            }
            let external = self.objects.externals.iter().find(|external| external.id == id);
            let name = external.map_or_else(
                || "it".to_owned(),
                |external| format!("`{}/{}`", external.library, external.key),
            );
            let message = format!(
                "{name} is referred to, and neither comes along nor is here: export with --closure, or import its library first"
            );
            self.refuse(format!("component {id}"), "reference", message);
        }
        Ok(())
    }

    async fn require_documents(&mut self) -> Result<()> {
        let awaited = &self.checked.awaited;
        let here = transfer::stored_documents(self.tx, awaited).await?;
        for digest in awaited.iter().filter(|digest| !here.contains(digest)) {
            let message = "it is named, and neither comes along nor is here";
            self.violations.push(Violation::new(format!("document {digest}"), "missing", message));
        }
        Ok(())
    }

    fn decide_heads(&mut self, known: &Known, new: &HashSet<RevisionId>) -> Result<Heads> {
        let here = |spot: &Spot| {
            let branch = known.branches.get(&spot.1)?;
            known.heads.get(&(spot.0, branch.id.0, spot.2.to_string())).copied()
        };
        let is_open = |name: &Key| {
            known.branches.get(name).is_none_or(|branch| branch.state == BranchState::Open)
        };
        let decided =
            heads::decide(self.objects, new, &known.parents, self.origin, &here, &is_open);
        let heads = match decided {
            Ok(heads) => heads,
            Err(odd) => {
                for (id, branch, language) in odd {
                    let at = format!("component {id}");
                    let message = format!(
                        "its history on `{branch}` ({language}) does not lead to its newest revision"
                    );
                    self.refuse(at, "history", message);
                }
                return Err(refused(std::mem::take(&mut self.violations)));
            }
        };
        self.received.moved_heads = heads.moved;
        for spot in &heads.diverged {
            let key = known.components.get(&spot.0).map(|component| component.key.clone());
            if let (Some(key), Some(branch)) = (key, heads.stored_on.get(spot)) {
                let (branch, arrived_on) = (spot.1.clone(), branch.clone());
                self.received.diverged.push(Diverged { key, branch, arrived_on });
            }
        }
        self.received.diverged.sort();
        Ok(heads)
    }

    async fn store(
        &mut self,
        new_libraries: Vec<Library>,
        known: &Known,
        new: &HashSet<RevisionId>,
        heads: &Heads,
    ) -> Result<()> {
        let before = events::last_number(self.tx).await?;
        self.store_rows(new_libraries, known).await?;
        let log = Log::new(self, known, new, before).await?;
        let branches = self.store_branches(known, heads, &log, before).await?;
        self.store_revisions(known, new, heads, &branches, &log).await?;
        self.store_releases(known, &log).await?;
        self.store_reviews(known, &log).await?;
        for digest in self.objects.redactions.values() {
            let tombstone = transfer::Redaction {
                digest: digest.digest,
                subject: digest.subject.clone(),
                reason: digest.reason.clone(),
                actor: digest.actor,
                created: digest.created,
            };
            transfer::insert_redaction(self.tx, &tombstone, log.last).await?;
        }
        log.write(self.tx).await
    }

    /// Libraries, components and documents: what needs no place in the order.
    async fn store_rows(&mut self, new_libraries: Vec<Library>, known: &Known) -> Result<()> {
        for library in new_libraries {
            libraries::insert(self.tx, &library).await?;
            let event = NewEvent {
                library: Some(library.id),
                ..NewEvent::new(EventKind::LibraryCreated, self.time, self.actor)
            };
            events::append(self.tx, event).await?;
            self.received.new_libraries.push(library.key);
        }
        let new: Vec<_> = self
            .objects
            .components
            .values()
            .filter(|object| !known.components.contains_key(&object.id))
            .map(|object| Component {
                id: object.id,
                library: object.library,
                key: object.key.clone(),
                kind: object.kind,
                retired: object.retired,
                deleted: object.deleted,
                created: object.created,
            })
            .collect();
        transfer::insert_components(self.tx, &new).await?;
        self.received.new_components = new.len();
        let redacted = transfer::redactions(self.tx).await?;
        self.received.new_redactions =
            self.objects.redactions.keys().filter(|digest| !redacted.contains_key(digest)).count();
        let named: Vec<_> = self.documents.keys().copied().collect();
        let here = transfer::stored_documents(self.tx, &named).await?;
        // What was taken away here does not come back by way of another server.
        let mut bodies: Vec<_> = self
            .documents
            .iter()
            .filter(|(digest, _)| !here.contains(digest) && !redacted.contains_key(digest))
            .map(|(digest, body)| (*digest, body.clone()))
            .collect();
        bodies.sort();
        self.received.new_documents = bodies.len();
        transfer::insert_documents(self.tx, &bodies).await
    }

    /// Branches that are not here, and those that diverged heads arrive on.
    async fn store_branches(
        &mut self,
        known: &Known,
        heads: &Heads,
        log: &Log,
        before: EventNumber,
    ) -> Result<HashMap<Key, BranchId>> {
        let mut ids: HashMap<Key, BranchId> =
            known.branches.iter().map(|(name, branch)| (name.clone(), branch.id)).collect();
        let mut next = branches::next_id(self.tx).await?;
        let mut made = Vec::new();
        for place in &self.objects.order {
            let Place::Branch(name) = place else { continue };
            if let Some(object) =
                self.objects.branches.get(name).filter(|_| !ids.contains_key(name))
            {
                ids.insert(name.clone(), next);
                made.push((next, object));
                next = BranchId(next.0 + 1);
            }
        }
        for (id, object) in made {
            let event = log.event_of(&Place::Branch(object.name.clone()));
            let below = ids.get(&object.base.branch).copied().unwrap_or(BranchId::MAIN);
            let after = object.base.after.as_ref().map_or(EventNumber(0), |it| log.event_of(it));
            let branch = Branch {
                id,
                name: object.name.clone(),
                base: Some(Base { branch: below, event: after }),
                state: object.state,
                author: object.author,
                created: object.created,
                event,
            };
            branches::insert(self.tx, &branch).await?;
            self.received.new_branches.push(branch.name);
        }
        for (spot, name) in &heads.stored_on {
            if ids.contains_key(name) {
                continue;
            }
            let below = ids.get(&spot.1).copied().unwrap_or(BranchId::MAIN);
            let event = NewEvent {
                detail: json!({"branch": name}),
                ..NewEvent::new(EventKind::BranchCreated, self.time, self.actor)
            };
            let branch = Branch {
                id: next,
                name: name.clone(),
                base: Some(Base { branch: below, event: before }),
                state: BranchState::Open,
                author: Some(self.actor),
                created: self.time,
                event: events::append(self.tx, event).await?,
            };
            branches::insert(self.tx, &branch).await?;
            ids.insert(name.clone(), next);
            self.received.new_branches.push(branch.name);
            next = BranchId(next.0 + 1);
        }
        Ok(ids)
    }

    async fn store_revisions(
        &mut self,
        known: &Known,
        new: &HashSet<RevisionId>,
        heads: &Heads,
        branches: &HashMap<Key, BranchId>,
        log: &Log,
    ) -> Result<()> {
        let mut numbers = HashMap::new();
        let mut stored = Vec::with_capacity(new.len());
        for place in &self.objects.order {
            let Place::Revision(id) = place else { continue };
            let Some(object) = self.objects.revisions.get(id).filter(|_| new.contains(id)) else {
                continue;
            };
            let spot = (object.component, object.branch.clone(), object.language.clone());
            let name = heads.stored_on.get(&spot).unwrap_or(&object.branch);
            let number = match numbers.get(&object.component) {
                Some(number) => *number,
                None if known.components.contains_key(&object.component) => {
                    components::last_number(self.tx, object.component).await?
                }
                None => 0,
            } + 1;
            numbers.insert(object.component, number);
            stored.push(Revision {
                id: *id,
                component: object.component,
                number,
                content: object.content,
                metadata: object.metadata,
                language: object.language.clone(),
                branch: branches.get(name).copied().unwrap_or(BranchId::MAIN),
                parent: object.parent,
                merge_parent: object.merge_parent,
                source: object.source,
                author: object.author,
                message: object.message.clone(),
                created: object.created,
                event: log.event_of(place),
            });
        }
        transfer::insert_revisions(self.tx, &stored).await?;
        self.received.new_revisions = stored.len();
        self.received.known_revisions = known.revisions.len();
        let mut newest = BTreeMap::new();
        let mut had = HashMap::new();
        for revision in stored {
            let spot = (revision.component, revision.branch.0, revision.language.to_string());
            let had_slots = had.get(&spot).copied().unwrap_or(known.heads.contains_key(&spot));
            let slots = self.slots_of(revision.content).await?;
            usage::record(self.tx, &revision, &slots, had_slots).await?;
            had.insert(spot.clone(), !slots.is_empty());
            newest.insert(spot, (revision, slots));
        }
        let counted: Vec<_> = newest
            .values()
            .map(|(revision, slots)| {
                (revision.clone(), u32::try_from(slots.len()).unwrap_or(u32::MAX))
            })
            .collect();
        transfer::set_heads(self.tx, &counted).await?;
        self.store_lineage(known, log).await?;
        self.refuse_cycles(known, newest.into_values()).await
    }

    async fn store_lineage(&self, known: &Known, log: &Log) -> Result<()> {
        let copies: Vec<_> = self
            .objects
            .components
            .values()
            .filter(|object| !known.components.contains_key(&object.id))
            .filter_map(|object| Some((object.id, object.copied_from?)))
            .collect();
        let sources: Vec<_> = copies.iter().map(|(_, source)| *source).collect();
        let sources = components::revisions(self.tx, &sources).await?;
        let mut first = HashMap::new();
        for place in &self.objects.order {
            if let Place::Revision(id) = place
                && let Some(revision) = self.objects.revisions.get(id)
            {
                first.entry(revision.component).or_insert_with(|| log.event_of(place));
            }
        }
        let rows: Vec<_> = copies
            .into_iter()
            .filter_map(|(component, revision)| {
                let source = sources.get(&revision)?.component;
                let event = first.get(&component).copied().unwrap_or(log.last);
                Some((transfer::Copied { component, source, revision }, event))
            })
            .collect();
        transfer::insert_copies(self.tx, &rows).await
    }

    async fn slots_of(&self, content: Digest) -> Result<Vec<Slot>> {
        if let Some(checked) = self.checked.contents.get(&content) {
            return Ok(checked.slots.clone());
        }
        if self.objects.redactions.contains_key(&content) {
            return Ok(Vec::new());
        }
        documents::slots(self.tx, content).await
    }

    /// Each side may be free of cycles and both together not: what stands now is looked at.
    async fn refuse_cycles(
        &self,
        known: &Known,
        moved: impl Iterator<Item = (Revision, Vec<Slot>)>,
    ) -> Result<()> {
        let all: HashMap<BranchId, Branch> =
            branches::all(self.tx).await?.into_iter().map(|branch| (branch.id, branch)).collect();
        let kind_of = |id: &ComponentId| {
            let arriving = self.objects.components.get(id).map(|object| object.kind);
            arriving.or_else(|| known.components.get(id).map(|component| component.kind))
        };
        let holds_its_like = |kind: Kind, slots: &[Slot]| {
            let follows: &[Kind] = match kind {
                Kind::Module => &[Kind::Module],
                Kind::Topic | Kind::Question => &[Kind::Topic, Kind::Question],
                _ => &[],
            };
            slots.iter().any(|slot| kind_of(&slot.component).is_none_or(|k| follows.contains(&k)))
        };
        for (revision, slots) in moved {
            let Some(object) = self.objects.components.get(&revision.component) else { continue };
            if !holds_its_like(object.kind, &slots) {
                continue;
            }
            let (Some(branch), Some(component)) =
                (all.get(&revision.branch), components::by_id(self.tx, revision.component).await?)
            else {
                continue;
            };
            let view = branches::view(self.tx, branch, None).await?;
            let content = documents::content(self.tx, revision.content).await?;
            refuse_cycle(self.tx, &view, &component, &content, &revision.language).await?;
        }
        Ok(())
    }

    async fn store_releases(&mut self, known: &Known, log: &Log) -> Result<()> {
        let same: HashSet<Digest> = known.releases.values().map(|it| it.digest).collect();
        let mut numbers = HashMap::new();
        let mut stored = Vec::new();
        for place in &self.objects.order {
            let Place::Release(id) = place else { continue };
            let Some(object) =
                self.objects.releases.get(id).filter(|it| !same.contains(&it.digest))
            else {
                continue;
            };
            let Some((content_root, metadata_root)) = self.checked.trees.roots.get(&object.digest)
            else {
                continue;
            };
            let number = match numbers.get(&object.component) {
                Some(number) => *number,
                None => releases::last_number(self.tx, object.component).await?,
            } + 1;
            numbers.insert(object.component, number);
            stored.push(Release {
                id: *id,
                component: object.component,
                number,
                digest: object.digest,
                content_root: *content_root,
                metadata_root: *metadata_root,
                language: object.language.clone(),
                label: object.label.clone(),
                notes: object.notes.clone(),
                author: object.author,
                created: object.created,
                event: log.event_of(place),
            });
        }
        if !stored.is_empty() {
            let nodes: Vec<_> = self
                .checked
                .trees
                .nodes
                .iter()
                .map(|(digest, body)| (*digest, body.clone()))
                .collect();
            transfer::insert_documents(self.tx, &nodes).await?;
        }
        transfer::insert_releases(self.tx, &stored).await?;
        self.received.new_releases = stored.len();
        Ok(())
    }

    async fn store_reviews(&mut self, known: &Known, log: &Log) -> Result<()> {
        for object in &self.objects.reviews {
            let pair = (object.component, object.content, object.metadata);
            if !is_newer(object.time, known.reviews.get(&pair)) {
                continue;
            }
            let review = Review {
                component: object.component,
                content: object.content,
                metadata: object.metadata,
                state: object.state,
                actor: object.actor,
                time: object.time,
                event: log.event_of(&Place::Review(pair.0, pair.1, pair.2)),
            };
            reviews::record(self.tx, &review).await?;
            self.received.new_reviews += 1;
        }
        Ok(())
    }
}

/// Whether a review that arrives takes the place of the one here: the later decision holds.
fn is_newer(time: OffsetDateTime, here: Option<&Review>) -> bool {
    here.is_none_or(|here| here.time < time)
}

/// The events of an arrival: where each object stands in the log of this server.
struct Log {
    events: HashMap<Place, EventNumber>,
    first: EventNumber,
    new: Vec<NewEvent>,
    /// The newest event, that of the arrival itself.
    last: EventNumber,
}

impl Log {
    /// Numbers what is new, in the order of what happened; what is known keeps its place.
    async fn new(
        receiving: &Receiving<'_>,
        known: &Known,
        new: &HashSet<RevisionId>,
        before: EventNumber,
    ) -> Result<Self> {
        let objects = receiving.objects;
        let mut events = HashMap::with_capacity(objects.order.len());
        let mut log = Vec::new();
        let mut places = Vec::new();
        let library = |id: ComponentId| objects.components.get(&id).map(|it| it.library);
        let blank = |kind| NewEvent::new(kind, receiving.time, receiving.actor);
        let reviews: HashMap<_, _> = objects
            .reviews
            .iter()
            .map(|review| ((review.component, review.content, review.metadata), review))
            .collect();
        let by_digest: HashMap<Digest, EventNumber> =
            known.releases.values().map(|it| (it.digest, it.event)).collect();
        for place in &objects.order {
            let event = match place {
                Place::Branch(name) => match known.branches.get(name) {
                    Some(branch) => Err(branch.event),
                    None => Ok(NewEvent {
                        detail: json!({"branch": name}),
                        ..blank(EventKind::BranchCreated)
                    }),
                },
                Place::Revision(id) => match (known.revisions.get(id), objects.revisions.get(id)) {
                    (None, Some(object)) if new.contains(id) => Ok(NewEvent {
                        library: library(object.component),
                        component: Some(object.component),
                        revision: Some(*id),
                        ..blank(match object.parent {
                            Some(_) => EventKind::RevisionSaved,
                            None => EventKind::ComponentCreated,
                        })
                    }),
                    (here, _) => Err(here.map_or(before, |revision| revision.event)),
                },
                Place::Release(id) => match objects.releases.get(id) {
                    Some(object) if !by_digest.contains_key(&object.digest) => Ok(NewEvent {
                        library: library(object.component),
                        component: Some(object.component),
                        release: Some(*id),
                        detail: json!({"digest": object.digest}),
                        ..blank(EventKind::ReleaseCreated)
                    }),
                    object => Err(object
                        .and_then(|it| by_digest.get(&it.digest))
                        .copied()
                        .unwrap_or(before)),
                },
                Place::Review(component, content, metadata) => {
                    let pair = (*component, *content, *metadata);
                    let here = known.reviews.get(&pair);
                    match reviews.get(&pair) {
                        Some(object) if is_newer(object.time, here) => Ok(NewEvent {
                            library: library(*component),
                            component: Some(*component),
                            detail: json!({"state": object.state.as_str()}),
                            ..blank(EventKind::StateChanged)
                        }),
                        _ => Err(here.map_or(before, |review| review.event)),
                    }
                }
            };
            match event {
                Ok(event) => {
                    log.push(event);
                    places.push(place.clone());
                }
                Err(known) => {
                    events.insert(place.clone(), known);
                }
            }
        }
        if log.is_empty() && receiving.received.new_redactions == 0 {
            return Ok(Self { events, first: before, new: log, last: before });
        }
        let only: Vec<LibraryId> = objects.libraries.iter().map(|library| library.id).collect();
        log.push(NewEvent {
            library: only.first().copied().filter(|_| only.len() == 1),
            detail: json!({"origin": receiving.origin, "libraries": only}),
            ..blank(EventKind::LibraryReceived)
        });
        let first = events::next_numbers(receiving.tx, log.len()).await?;
        for (number, place) in (first.0..).zip(places) {
            events.insert(place, EventNumber(number));
        }
        let last = i64::try_from(log.len()).unwrap_or(i64::MAX);
        Ok(Self { events, first, new: log, last: EventNumber(first.0 + last - 1) })
    }

    fn event_of(&self, place: &Place) -> EventNumber {
        self.events.get(place).copied().unwrap_or(self.last)
    }

    async fn write(self, tx: &Transaction) -> Result<()> {
        events::insert_many(tx, self.first, self.new).await
    }
}
