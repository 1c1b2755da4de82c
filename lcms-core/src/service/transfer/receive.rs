//! What arrives: checked against what is here, then stored in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use time::OffsetDateTime;

use super::care::NewCare;
use super::check::{Checked, check, refused};
use super::heads::{self, Heads, Parents, Spot};
use super::rules::NewRules;
use super::{Diverged, Documents, Objects, Received, Renamed};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Branch, BranchState, Codec, Component, ComponentId, Digest, EventNumber, Key, Library, Release,
    ReleaseId, Revision, RevisionId, Right, RuleVersionId, UserId, Violation,
};
use crate::service::Session;
use crate::store::library_rules::RuleVersion;
use crate::store::reviews::Review;
use crate::store::{
    Transaction, blob, branches, components, libraries, library_rules, now, redactions, transfer,
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
        for redacted in redactions::all(db).await? {
            wanted.remove(&redacted.digest);
        }
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
                    let receiving = Receiving::new(&session, tx, &arrival, &checked, dry_run);
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
        let redacted: HashSet<Digest> =
            redactions::all(db).await?.into_iter().map(|redaction| redaction.digest).collect();
        let mut violations = Vec::new();
        for (document, content) in &checked.contents {
            for (digest, media_type, size) in &content.blobs {
                if objects.redactions.contains_key(digest) || redacted.contains(digest) {
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
pub(super) struct Receiving<'a> {
    pub(super) session: &'a Session,
    pub(super) tx: &'a Transaction,
    pub(super) objects: &'a Objects,
    pub(super) documents: &'a Documents,
    pub(super) origin: &'a Key,
    pub(super) checked: &'a Checked,
    pub(super) actor: UserId,
    pub(super) time: OffsetDateTime,
    pub(super) dry_run: bool,
    pub(super) violations: Vec<Violation>,
    pub(super) received: Received,
}

/// What is here already of what arrives.
#[derive(Default)]
pub(super) struct Known {
    pub(super) components: HashMap<ComponentId, Component>,
    pub(super) revisions: HashMap<RevisionId, Revision>,
    /// Every revision here of the components that arrive.
    pub(super) parents: Parents,
    pub(super) releases: HashMap<ReleaseId, Release>,
    /// The events of these releases, by the releases' digests.
    pub(super) release_digests: HashMap<Digest, EventNumber>,
    pub(super) reviews: HashMap<(ComponentId, Digest, Digest), Review>,
    pub(super) branches: HashMap<Key, Branch>,
    pub(super) heads: HashMap<(ComponentId, i32, String), RevisionId>,
    pub(super) rules: HashMap<RuleVersionId, RuleVersion>,
}

/// What was decided about an arrival.
pub(super) struct Decided<'d> {
    /// The revisions that are not here.
    pub(super) new: &'d HashSet<RevisionId>,
    pub(super) heads: &'d Heads,
    pub(super) care: &'d NewCare,
    pub(super) rules: NewRules,
}

impl Known {
    /// Whether a release with that digest is here.
    pub(super) fn has_release(&self, digest: Digest) -> bool {
        self.release_digests.contains_key(&digest)
    }
}

impl<'a> Receiving<'a> {
    fn new(
        session: &'a Session,
        tx: &'a Transaction,
        arrival: &'a Arrival,
        checked: &'a Checked,
        dry_run: bool,
    ) -> Self {
        Self {
            dry_run,
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

    pub(super) fn refuse(&mut self, at: String, rule: &str, message: impl Into<String>) {
        self.violations.push(Violation::new(at, rule, message));
    }

    pub(super) fn refuse_if_any(&mut self) -> Result<()> {
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
        let rules = self.decide_rules(&known).await?;
        let care = self.decide_care(&known).await?;
        let decided = Decided { new: &new, heads: &heads, care: &care, rules };
        self.store(new_libraries, &known, decided).await?;
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
        for revision in components::revisions_of(self.tx, &here).await? {
            parents.insert(revision.id, [revision.parent, revision.merge_parent]);
        }
        for object in self.objects.revisions.values() {
            parents.entry(object.id).or_insert([object.parent, object.merge_parent]);
        }
        let revisions: Vec<_> = self.objects.revisions.keys().copied().collect();
        let release_ids: Vec<_> = self.objects.releases.keys().copied().collect();
        let rules: Vec<_> = self.objects.rules.keys().copied().collect();
        let digests: Vec<_> = self.objects.releases.values().map(|it| it.digest).collect();
        let found_releases = transfer::known_releases(self.tx, &release_ids, &digests).await?;
        let by_id = |release: Release| (release.id, release);
        let by_pair =
            |review: Review| ((review.component, review.content, review.metadata), review);
        Ok(Known {
            revisions: components::revisions(self.tx, &revisions).await?,
            release_digests: found_releases.iter().map(|it| (it.digest, it.event)).collect(),
            releases: found_releases.into_iter().map(by_id).collect(),
            reviews: transfer::reviews(self.tx, &here).await?.into_iter().map(by_pair).collect(),
            branches: branches::all(self.tx)
                .await?
                .into_iter()
                .map(|branch| (branch.name.clone(), branch))
                .collect(),
            heads: transfer::own_heads(self.tx, &here).await?,
            rules: library_rules::by_ids(self.tx, &rules)
                .await?
                .into_iter()
                .map(|rule| (rule.id, rule))
                .collect(),
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
}
