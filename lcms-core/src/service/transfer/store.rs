//! What was found sound is stored, in the transaction that it was compared in.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::json;

use super::Place;
use super::check::subject;
use super::heads::Heads;
use super::log::{Log, is_newer};
use super::receive::{Decided, Known, Receiving};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Base, Branch, BranchId, BranchState, Component, ComponentId, Digest, EventKind, EventNumber,
    Key, Kind, Library, Release, Revision, RevisionId, Slot,
};
use crate::service::save::refuse_cycle;
use crate::store::events::{self, NewEvent};
use crate::store::lineage::{self, Origin};
use crate::store::redactions::{self, Redaction, Subject};
use crate::store::reviews::{self, Review};
use crate::store::{
    blob, branches, components, documents, landing, libraries, nodes, releases, transfer, usage,
};

impl Receiving<'_> {
    pub(super) async fn store(
        &mut self,
        new_libraries: Vec<Library>,
        known: &Known,
        decided: Decided<'_>,
    ) -> Result<()> {
        let Decided { new, heads, care, rules } = decided;
        let before = events::last_number(self.tx).await?;
        let tombstones = self.store_rows(new_libraries, known).await?;
        let needed = self.needed_branches(known, new);
        let log = Log::new(self, known, (new, care, &rules), &needed, before).await?;
        let branches = self.store_branches(known, heads, &needed, &log, before).await?;
        self.store_revisions(known, new, heads, &branches, &log).await?;
        self.store_releases(known, &branches, &log).await?;
        self.store_reviews(known, &log).await?;
        self.store_care(care).await?;
        self.store_rules(rules, &log).await?;
        for tombstone in tombstones {
            redactions::insert(self.tx, &Redaction { event: log.last, ..tombstone }).await?;
        }
        log.write(self.tx).await
    }

    /// The branches that something new was saved or frozen on, and those they stand on.
    fn needed_branches(&self, known: &Known, new: &HashSet<RevisionId>) -> HashSet<Key> {
        let revisions = new.iter().filter_map(|id| self.objects.revisions.get(id));
        let releases = self.objects.releases.values().filter(|it| !known.has_release(it.digest));
        let mut needed = HashSet::new();
        for mut name in revisions.map(|it| &it.branch).chain(releases.map(|it| &it.branch)) {
            while let Some(branch) = self.objects.branches.get(name)
                && needed.insert(name.clone())
            {
                name = &branch.base.branch;
            }
        }
        needed
    }

    /// Libraries, components and documents: what needs no place in the order.
    async fn store_rows(
        &mut self,
        new_libraries: Vec<Library>,
        known: &Known,
    ) -> Result<Vec<Redaction>> {
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
                owner: object.owner,
                created: object.created,
            })
            .collect();
        components::insert_many(self.tx, &new).await?;
        self.received.new_components = new.len();
        let redacted: HashSet<Digest> =
            redactions::all(self.tx).await?.into_iter().map(|it| it.digest).collect();
        self.hold_blobs(&redacted).await?;
        let (contents, metadata) = self.objects.named_documents();
        let named: Vec<_> = contents.union(&metadata).copied().collect();
        let here = transfer::stored_documents(self.tx, &named).await?;
        // What was taken away here does not come back by way of another server.
        let mut bodies: Vec<_> = self
            .documents
            .iter()
            .filter(|(digest, _)| !here.contains(digest) && !redacted.contains(digest))
            .map(|(digest, body)| (*digest, body.clone()))
            .collect();
        bodies.sort();
        self.received.new_documents = bodies.len();
        landing::put_documents(self.tx, &bodies).await?;
        let mut tombstones = Vec::new();
        for object in self.objects.redactions.values() {
            let Some(subject) = subject(&object.subject) else { continue };
            let is_here = match subject {
                Subject::Document => here.contains(&object.digest),
                Subject::Blob => !blob::find(self.tx, object.digest).await?.is_empty(),
            };
            if is_here || redacted.contains(&object.digest) {
                continue;
            }
            if subject == Subject::Document {
                landing::put_documents(self.tx, &[(object.digest, Vec::new())]).await?;
            }
            tombstones.push(Redaction {
                digest: object.digest,
                subject,
                reason: object.reason.clone(),
                actor: object.actor,
                time: object.created,
                event: EventNumber(0), // until the arrival's own is known
            });
        }
        self.received.new_redactions = tombstones.len();
        Ok(tombstones)
    }

    /// Holds the files that arriving documents name, so that none is collected as garbage.
    async fn hold_blobs(&self, redacted: &HashSet<Digest>) -> Result<()> {
        if self.dry_run {
            return Ok(()); // they are not here yet
        }
        let named: BTreeSet<Digest> = self
            .checked
            .contents
            .values()
            .flat_map(|content| content.blobs.iter().map(|(digest, _, _)| *digest))
            .filter(|it| !redacted.contains(it) && !self.objects.redactions.contains_key(it))
            .collect();
        let named: Vec<_> = named.into_iter().collect();
        match blob::hold(self.tx, &named, self.time).await?.first() {
            None => Ok(()),
            Some(gone) => {
                Err(Error::conflict(format!("there is no blob {gone} (any more)"))
                    .hint("import again"))
            }
        }
    }

    /// Branches that are not here, and those that diverged heads arrive on.
    async fn store_branches(
        &mut self,
        known: &Known,
        heads: &Heads,
        needed: &HashSet<Key>,
        log: &Log,
        before: EventNumber,
    ) -> Result<HashMap<Key, BranchId>> {
        let mut ids: HashMap<Key, BranchId> =
            known.branches.iter().map(|(name, branch)| (name.clone(), branch.id)).collect();
        let mut next = branches::next_id(self.tx).await?;
        let mut made = Vec::new();
        for place in &self.objects.order {
            let Place::Branch(name) = place else { continue };
            let is_new = needed.contains(name) && !ids.contains_key(name);
            if let Some(object) = self.objects.branches.get(name).filter(|_| is_new) {
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
        components::insert_revisions(self.tx, &stored).await?;
        self.received.new_revisions = stored.len();
        self.received.known_revisions = known.revisions.len();
        let mut newest = BTreeMap::new();
        let mut had = HashMap::new();
        for revision in stored {
            let spot = (revision.component, revision.branch.0, revision.language.to_string());
            let had_slots = had.get(&spot).copied().unwrap_or(known.heads.contains_key(&spot));
            let slots = match self.objects.is_strings(revision.component, revision.source) {
                true => Vec::new(),
                false => self.slots_of(revision.content).await?,
            };
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
        landing::set_heads(self.tx, &counted).await?;
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
        for (copy, revision) in copies {
            let Some(source) = sources.get(&revision).map(|source| source.component) else {
                continue;
            };
            let event = first.get(&copy).copied().unwrap_or(log.last);
            lineage::record(self.tx, &Origin { copy, source, revision, event }).await?;
        }
        Ok(())
    }

    async fn slots_of(&self, content: Digest) -> Result<Vec<Slot>> {
        if let Some(checked) = self.checked.contents.get(&content) {
            return Ok(checked.slots.clone());
        }
        if self.objects.redactions.contains_key(&content) {
            return Ok(Vec::new());
        }
        match documents::slots(self.tx, content).await {
            Err(error) if error.kind() == ErrorKind::Redacted => Ok(Vec::new()),
            slots => slots,
        }
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
                Kind::WebPackage => &[Kind::WebPackage],
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
            let none = HashMap::new();
            let language = &revision.language;
            match refuse_cycle(self.tx, &view, &component, &slots, &none, language).await {
                // What was taken away holds nothing.
                Err(error) if error.kind() == ErrorKind::Redacted => {}
                checked => checked?,
            }
        }
        Ok(())
    }

    async fn store_releases(
        &mut self,
        known: &Known,
        branches: &HashMap<Key, BranchId>,
        log: &Log,
    ) -> Result<()> {
        let mut numbers = HashMap::new();
        let mut stored = Vec::new();
        for place in &self.objects.order {
            let Place::Release(id) = place else { continue };
            let Some(object) =
                self.objects.releases.get(id).filter(|it| !known.has_release(it.digest))
            else {
                continue;
            };
            let Some(roots) = self.checked.trees.roots.get(&object.digest) else { continue };
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
                content_root: roots.content,
                metadata_root: roots.metadata,
                language: object.language.clone(),
                branch: branches.get(&object.branch).copied().unwrap_or(BranchId::MAIN),
                moment: None, // that of another server's log
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
                .map(|(digest, kept)| (*digest, kept.clone()))
                .collect();
            nodes::put_many(self.tx, nodes).await?;
        }
        releases::insert_many(self.tx, &stored).await?;
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
