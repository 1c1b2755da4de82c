//! What leaves: everything that libraries are, read in one snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    BaseObject, BranchObject, CareObject, ComponentObject, Documents, External, LibraryObject,
    Objects, Place, RedactionObject, ReleaseObject, ReviewObject, RevisionObject, RuleObject,
    Scope, trees,
};
use crate::error::{Error, Result};
use crate::model::{
    Branch, BranchId, Care, Component, ComponentId, Content, Digest, EventNumber, Key, Library,
    LibraryId, Release, Right,
};
use crate::service::Session;
use crate::store::library_rules::RuleVersion;
use crate::store::redactions::Subject;
use crate::store::{
    Connection, branches, care, components, documents, libraries, library_rules, lineage,
    redactions, releases, transfer,
};

/// Documents read at a time.
const BATCH: usize = 500;

/// What leaves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gathered {
    /// The objects.
    pub objects: Objects,
    /// The blobs that their documents name and that are there.
    pub blobs: BTreeSet<Digest>,
}

impl Session {
    /// Everything that these libraries are; with `closure`, also every library that they refer to.
    ///
    /// # Errors
    /// When there is no such library, or the actor may not read it or one that is referred to.
    pub async fn gather(&self, keys: &[Key], closure: bool) -> Result<Gathered> {
        let mut waiting = Vec::new();
        for key in keys {
            waiting.push(self.library_with(key, Right::Read).await?);
        }
        let db = self.lcms.store().snapshot().await?;
        let mut gathering = Gathering::default();
        while let Some(library) = waiting.pop() {
            if gathering.libraries.iter().any(|known| known.id == library.id) {
                continue;
            }
            gathering.add(&db, library).await?;
            if !waiting.is_empty() {
                continue;
            }
            gathering.find_externals(&db).await?;
            if closure {
                for id in gathering.outside.values().map(|component| component.library) {
                    let library = libraries::by_id(&db, id).await?.ok_or_else(|| {
                        Error::internal("a component's library is gone", id.to_string())
                    })?;
                    self.require(&library, Right::Read)?;
                    waiting.push(library);
                }
            }
        }
        gathering.finish(&db).await
    }

    /// The part of a library that a scope names, as [`Session::gather`] reads the whole: these
    /// components with all their history, the structures they are local to, and of branches the
    /// components that name the places which these stand on.
    pub(super) async fn gather_part(&self, library: &Key, scope: &Scope) -> Result<Gathered> {
        scope.require_sound()?;
        let library = self.library_with(library, Right::Read).await?;
        let db = self.lcms.store().snapshot().await?;
        let mut gathering = Gathering::default();
        gathering.add_library(&db, &library, scope.rules).await?;
        let all: HashMap<BranchId, Branch> =
            branches::all(&db).await?.into_iter().map(|branch| (branch.id, branch)).collect();
        let mut wanted = scope.components.clone();
        while !wanted.is_empty() {
            let ids: Vec<_> = std::mem::take(&mut wanted).into_iter().collect();
            let mut found: Vec<_> = components::by_ids(&db, &ids).await?.into_values().collect();
            found.retain(|component| component.library == library.id);
            wanted.extend(found.iter().filter_map(|component| component.owner));
            gathering.add_components(&db, &library, found).await?;
            if wanted.is_empty() {
                for base in gathering.bases(&all) {
                    wanted.extend(transfer::newest_placed(&db, library.id, base).await?);
                }
            }
            wanted.retain(|id| !gathering.objects.components.contains_key(id));
        }
        gathering.load_trees(&db).await?;
        // Only a file that was taken away has to be looked for in documents.
        let redacted = redactions::all(&db).await?;
        if redacted.iter().any(|redaction| redaction.subject == Subject::Blob) {
            gathering.look_into_documents(&db).await?;
        }
        gathering.finish(&db).await
    }

    /// Documents by digest; those that are not there, or were redacted, are left out. As with a blob, whoever knows a
    /// digest has seen the document or something that names it.
    ///
    /// # Errors
    /// When the actor may read nowhere.
    pub async fn documents(&self, digests: &[Digest]) -> Result<Documents> {
        self.require_somewhere(Right::Read)?;
        let mut found = documents::get_many(self.lcms.store().reader(), digests).await?;
        found.retain(|_, body| !body.is_empty());
        Ok(found)
    }
}

/// What was gathered so far.
#[derive(Default)]
struct Gathering {
    libraries: Vec<Library>,
    objects: Objects,
    order: Vec<(EventNumber, Place)>,
    /// Branches, and what was saved or frozen on them.
    on: BTreeMap<BranchId, Vec<Place>>,
    releases: Vec<Release>,
    /// Content documents that were looked into.
    seen: BTreeSet<Digest>,
    referred: BTreeSet<ComponentId>,
    outside: HashMap<ComponentId, crate::model::Component>,
    blobs: BTreeSet<Digest>,
}

impl Gathering {
    async fn add(&mut self, db: &impl Connection, library: Library) -> Result<()> {
        let found = transfer::components(db, library.id).await?;
        self.add_components(db, &library, found).await?;
        self.add_library(db, &library, true).await?;
        self.libraries.push(library);
        Ok(())
    }

    async fn add_library(
        &mut self,
        db: &impl Connection,
        library: &Library,
        rules: bool,
    ) -> Result<()> {
        self.objects.libraries.push(LibraryObject {
            id: library.id,
            key: library.key.clone(),
            title: library.title.clone(),
            description: library.description.clone(),
            language: library.language.clone(),
            created: library.created,
        });
        if rules {
            for rule in library_rules::all(db, library.id).await? {
                self.order.push((rule.event, Place::Rule(rule.id)));
                self.objects.rules.insert(rule.id, rule_object(rule)?);
            }
        }
        Ok(())
    }

    async fn add_components(
        &mut self,
        db: &impl Connection,
        library: &Library,
        found: Vec<Component>,
    ) -> Result<()> {
        let ids: Vec<_> = found.iter().map(|component| component.id).collect();
        let copied: HashMap<_, _> = lineage::of_many(db, &ids)
            .await?
            .into_iter()
            .map(|origin| (origin.copy, origin))
            .collect();
        for component in found {
            let copied_from = copied.get(&component.id).map(|copied| copied.revision);
            self.referred.extend(copied.get(&component.id).map(|copied| copied.source));
            let object = ComponentObject {
                id: component.id,
                library: component.library,
                key: component.key,
                kind: component.kind,
                retired: component.retired,
                deleted: component.deleted,
                owner: component.owner,
                created: component.created,
                copied_from,
            };
            self.objects.components.insert(object.id, object);
        }
        for revision in components::revisions_of(db, &ids).await? {
            self.order.push((revision.event, Place::Revision(revision.id)));
            self.on.entry(revision.branch).or_default().push(Place::Revision(revision.id));
            let object = RevisionObject {
                id: revision.id,
                component: revision.component,
                content: revision.content,
                metadata: revision.metadata,
                language: revision.language,
                branch: library.key.clone(), // until the branches' names are known
                parent: revision.parent,
                merge_parent: revision.merge_parent,
                source: revision.source,
                author: revision.author,
                created: revision.created,
                message: revision.message,
            };
            self.objects.revisions.insert(object.id, object);
        }
        for review in transfer::reviews(db, &ids).await? {
            let place = Place::Review(review.component, review.content, review.metadata);
            self.order.push((review.event, place));
            self.objects.reviews.push(ReviewObject {
                component: review.component,
                content: review.content,
                metadata: review.metadata,
                state: review.state,
                actor: review.actor,
                time: review.time,
            });
        }
        for (id, said) in care::said_of(db, &ids).await? {
            let Care { steward, review_by } = said.care;
            let object = CareObject { component: id, steward, review_by, time: said.time };
            self.objects.care.insert(id, object);
        }
        for release in releases::of_many(db, &ids).await? {
            self.order.push((release.event, Place::Release(release.id)));
            self.on.entry(release.branch).or_default().push(Place::Release(release.id));
            let object = ReleaseObject {
                id: release.id,
                component: release.component,
                digest: release.digest,
                language: release.language.clone(),
                branch: library.key.clone(), // until the branches' names are known
                label: release.label.clone(),
                notes: release.notes.clone(),
                author: release.author,
                created: release.created,
            };
            self.objects.releases.insert(release.id, object);
            self.releases.push(release);
        }
        Ok(())
    }

    async fn load_trees(&mut self, db: &impl Connection) -> Result<()> {
        self.objects.trees = trees::of_releases(db, &self.releases).await?;
        Ok(())
    }

    /// The events that the branches which anything stands on stand on, down to `main`.
    fn bases(&self, all: &HashMap<BranchId, Branch>) -> BTreeSet<EventNumber> {
        let mut bases = BTreeSet::new();
        let mut waiting: Vec<_> = self.on.keys().copied().collect();
        while let Some(id) = waiting.pop() {
            if let Some(base) = all.get(&id).and_then(|branch| branch.base) {
                bases.insert(base.event);
                waiting.push(base.branch);
            }
        }
        bases
    }

    /// Looks into the content documents for blobs and for components that they refer to.
    async fn look_into_documents(&mut self, db: &impl Connection) -> Result<()> {
        let (contents, _) = self.objects.named_documents();
        let new: Vec<_> = contents.difference(&self.seen).copied().collect();
        for batch in new.chunks(BATCH) {
            for body in documents::get_many(db, batch).await?.into_values() {
                let Ok(content) = Content::from_stored(&body) else { continue };
                self.blobs.extend(content.blobs());
                self.referred.extend(content.uses().iter().filter_map(|used| used.target.id()));
            }
        }
        self.seen.extend(new);
        Ok(())
    }

    /// Looks for components of other libraries.
    async fn find_externals(&mut self, db: &impl Connection) -> Result<()> {
        self.load_trees(db).await?;
        self.look_into_documents(db).await?;
        let frozen = self.objects.trees.values().flat_map(|tree| {
            let held = tree.slots.iter().filter_map(|slot| match slot.holds {
                super::TreeChild::Leaf { component, .. } => Some(component),
                super::TreeChild::Tree { .. } => None,
            });
            held.chain([tree.component])
        });
        self.referred.extend(frozen);
        let outside: Vec<_> = self
            .referred
            .iter()
            .filter(|id| !self.objects.components.contains_key(id))
            .copied()
            .collect();
        self.outside = components::by_ids(db, &outside).await?;
        Ok(())
    }

    async fn finish(mut self, db: &impl Connection) -> Result<Gathered> {
        let keys: HashMap<LibraryId, Key> = libraries::all(db)
            .await?
            .into_iter()
            .map(|library| (library.id, library.key))
            .collect();
        for component in self.outside.values() {
            if let Some(library) = keys.get(&component.library) {
                self.objects.externals.insert(External {
                    library: library.clone(),
                    key: component.key.clone(),
                    id: component.id,
                    kind: component.kind,
                });
            }
        }
        self.add_branches(db).await?;
        self.order.sort();
        self.objects.order = self.order.into_iter().map(|(_, place)| place).collect();
        self.objects.libraries.sort_by(|a, b| a.key.cmp(&b.key));
        self.objects
            .reviews
            .sort_by_key(|review| (review.component, review.content, review.metadata));
        let (contents, metadata) = self.objects.named_documents();
        for found in redactions::all(db).await? {
            let digest = found.digest;
            let named = contents.contains(&digest) || metadata.contains(&digest);
            if named || self.blobs.remove(&digest) {
                let object = RedactionObject {
                    digest,
                    subject: found.subject.as_str().to_owned(),
                    reason: found.reason,
                    actor: found.actor,
                    created: found.time,
                };
                self.objects.redactions.insert(digest, object);
            }
        }
        Ok(Gathered { objects: self.objects, blobs: self.blobs })
    }

    /// Names the branches that things were saved and frozen on, and adds them with those they stand on.
    async fn add_branches(&mut self, db: &impl Connection) -> Result<()> {
        let all: HashMap<BranchId, Branch> =
            branches::all(db).await?.into_iter().map(|branch| (branch.id, branch)).collect();
        let gone = |id: BranchId| Error::internal("a branch is gone", id.0.to_string());
        let mut waiting = Vec::new();
        for (id, places) in std::mem::take(&mut self.on) {
            let branch = all.get(&id).ok_or_else(|| gone(id))?;
            for place in places {
                let name = match place {
                    Place::Revision(id) => {
                        self.objects.revisions.get_mut(&id).map(|it| &mut it.branch)
                    }
                    Place::Release(id) => {
                        self.objects.releases.get_mut(&id).map(|it| &mut it.branch)
                    }
                    Place::Branch(_) | Place::Review(..) | Place::Rule(_) => None,
                };
                if let Some(name) = name {
                    *name = branch.name.clone();
                }
            }
            waiting.push(branch);
        }
        let mut added = Vec::new();
        while let Some(branch) = waiting.pop() {
            let Some(base) = branch.base else { continue };
            if added.iter().any(|(known, _): &(&Branch, _)| known.id == branch.id) {
                continue;
            }
            let below = all.get(&base.branch).ok_or_else(|| gone(base.branch))?;
            self.order.push((branch.event, Place::Branch(branch.name.clone())));
            added.push((branch, (below.name.clone(), base.event)));
            waiting.push(below);
        }
        self.order.sort();
        for (branch, (below, event)) in added {
            let then = self.order.partition_point(|(number, _)| *number <= event);
            let after = then.checked_sub(1).map(|place| self.order[place].1.clone());
            let object = BranchObject {
                name: branch.name.clone(),
                base: BaseObject { branch: below, after },
                state: branch.state,
                author: branch.author,
                created: branch.created,
            };
            self.objects.branches.insert(branch.name.clone(), object);
        }
        Ok(())
    }
}

fn rule_object(rule: RuleVersion) -> Result<RuleObject> {
    let RuleVersion { id, library, subject, name, body, author, created, message, .. } = rule;
    let document = body.as_deref().map(|body| subject.document_of(body)).transpose();
    let document = document.map_err(|error| {
        Error::internal(format!("the {subject} `{name}` cannot be read"), error)
    })?;
    Ok(RuleObject { id, library, subject, name, document, author, created, message })
}
