//! What can be told about an arrival without asking the store: that everything is what its digest
//! says, and that the objects agree with each other.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::trees::{self, Rebuilt};
use super::{Documents, Objects, Place, TreeChild};
use crate::error::{Error, Result};
use crate::model::content::MAX_DOCUMENT_BYTES;
use crate::model::{
    ComponentId, Content, Digest, Key, Kind, Metadata, Slot, State, Target, Violation,
};
use crate::service::save::blob_uses;
use crate::store::branches::MAX_DEPTH;
use crate::store::redactions::Subject;

/// Most violations that are reported at once.
const MOST: usize = 100;

/// Most bytes of the document of a rule.
const MAX_RULE_BYTES: usize = 16 << 20;

/// A content document that keeps the rules.
#[derive(Debug)]
pub(super) struct CheckedContent {
    pub kind: Kind,
    pub slots: Vec<Slot>,
    /// Every component it refers to, links included.
    pub refers: Vec<ComponentId>,
    /// The blobs it names, with their media types and the sizes it claims.
    pub blobs: Vec<(Digest, String, Option<u64>)>,
}

/// An arrival that is sound in itself.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub contents: HashMap<Digest, CheckedContent>,
    pub trees: Rebuilt,
    /// Documents that are named and do not come along: they have to be here.
    pub awaited: Vec<Digest>,
}

/// Collects what is wrong.
#[derive(Default)]
struct Faults(Vec<Violation>);

impl Faults {
    fn add(&mut self, at: impl Into<String>, rule: &str, message: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push(Violation::new(at, rule, message));
        }
    }
}

/// The refusal of an arrival, with every reason.
pub(super) fn refused(violations: Vec<Violation>) -> Error {
    Error::violations("nothing was imported", violations)
}

/// Checks an arrival.
///
/// # Errors
/// Every rule it breaks, by the name of the object.
pub(super) fn check(objects: &Objects, documents: &Documents) -> Result<Checked> {
    let mut faults = Faults::default();
    let mut checked = Checked::default();
    check_documents(objects, documents, &mut checked, &mut faults);
    check_components(objects, &mut faults);
    check_branches(objects, &mut faults);
    check_order(objects, &mut faults);
    check_revisions(objects, &checked, &mut faults);
    check_releases(objects, &checked, &mut faults);
    check_care(objects, &mut faults);
    check_rules(objects, &mut faults);
    for (digest, redaction) in &objects.redactions {
        if redaction.digest != *digest || subject(&redaction.subject).is_none() {
            faults.add(format!("redaction {digest}"), "subject", "it is of no document or blob");
        }
    }
    match trees::rebuild(&objects.trees) {
        Ok(rebuilt) => checked.trees = rebuilt,
        Err(violations) => faults.0.extend(violations),
    }
    if faults.0.is_empty() { Ok(checked) } else { Err(refused(faults.0)) }
}

/// What a tombstone is of, by its name.
pub(super) fn subject(name: &str) -> Option<Subject> {
    [Subject::Document, Subject::Blob].into_iter().find(|subject| subject.as_str() == name)
}

fn check_documents(
    objects: &Objects,
    documents: &Documents,
    checked: &mut Checked,
    faults: &mut Faults,
) {
    let (contents, metadata) = objects.named_documents();
    let strings = objects.strings();
    for (digest, body) in documents {
        let at = || format!("document {digest}");
        if body.len() > MAX_DOCUMENT_BYTES {
            faults.add(at(), "size", format!("a document has at most {MAX_DOCUMENT_BYTES} bytes"));
            continue;
        }
        if Digest::of_bytes(body) != *digest {
            faults.add(at(), "digest", "the document is not what its digest says");
            continue;
        }
        let named = (contents.contains(digest), metadata.contains(digest));
        if named == (false, false) {
            faults.add(at(), "stray", "nothing names this document");
        }
        if named.0 {
            let read = match strings.get(digest) {
                Some(sources) => {
                    read_strings(body, sources.iter().filter_map(|source| documents.get(source)))
                }
                None => read_content(body),
            };
            match read {
                Ok(content) => {
                    checked.contents.insert(*digest, content);
                }
                Err(violations) => {
                    for v in violations {
                        faults.add(format!("{}{}", at(), v.pointer), &v.rule, v.message);
                    }
                }
            }
        }
        if named.1 {
            let read = serde_json::from_slice(body)
                .map_err(|e| vec![Violation::new("", "json", e.to_string())])
                .and_then(Metadata::parse);
            match read {
                Ok(read) if Digest::of_document(&read).0 == *digest => {}
                Ok(_) => faults.add(at(), "form", "it is not in the form that is stored"),
                Err(violations) => {
                    for v in violations {
                        faults.add(format!("{}{}", at(), v.pointer), &v.rule, v.message);
                    }
                }
            }
        }
    }
    let there = |digest: &&Digest| {
        !documents.contains_key(*digest) && !objects.redactions.contains_key(*digest)
    };
    checked.awaited = contents.iter().chain(&metadata).filter(there).copied().collect();
}

type Read = std::result::Result<CheckedContent, Vec<Violation>>;

fn one(rule: &str, message: &str) -> Vec<Violation> {
    vec![Violation::new("", rule, message)]
}

/// Reads a content document that somebody else says is stored: it has to keep every rule, and to
/// be written as it would be stored here.
fn read_content(body: &[u8]) -> Read {
    let value: serde_json::Value = serde_json::from_slice(body)
        .map_err(|e| vec![Violation::new("", "json", e.to_string())])?;
    let kind = value
        .get("kind")
        .and_then(serde_json::Value::as_str)
        .and_then(|kind| kind.parse().ok())
        .ok_or_else(|| one("kind", "it names no known kind"))?;
    checked_content(body, &Content::parse(kind, value)?)
}

/// Reads the strings of a structure: what they lack to keep every rule is their source's. Of
/// sources that come along each has to have what they belong to.
fn read_strings<'d>(body: &[u8], sources: impl Iterator<Item = &'d Vec<u8>>) -> Read {
    let content = Content::from_stored(body)?;
    if content.strings() != content {
        return Err(one("strings", "a translated structure holds strings and nothing else"));
    }
    for source in sources {
        let source = Content::from_stored(source)?;
        if source.kind() != content.kind() {
            return Err(one("kind", "it is of another kind than what it was made from"));
        }
        let value = serde_json::to_value(&content).unwrap_or_default();
        Content::parse_translation(&source, value)?;
    }
    checked_content(body, &content)
}

fn checked_content(body: &[u8], content: &Content) -> Read {
    if Digest::of_document(content).1 != body || content.lacks_slot_ids() {
        return Err(one("form", "it is not in the form that is stored"));
    }
    let kind = content.kind();
    let mut refers = Vec::new();
    for used in content.uses() {
        match used.target {
            Target::Id(id) => refers.push(id),
            Target::Key { .. } => {
                return Err(vec![used.violation("reference", "references are stored as ids")]);
            }
        }
    }
    let blobs = blob_uses(content)
        .into_iter()
        .map(|(_, digest, media_type, size)| (digest, media_type, size))
        .collect();
    Ok(CheckedContent { kind, slots: content.slots(), refers, blobs })
}

fn check_components(objects: &Objects, faults: &mut Faults) {
    let mut libraries = HashSet::new();
    let mut keys = HashSet::new();
    for library in &objects.libraries {
        if library.title.trim().is_empty() {
            faults.add(format!("library {}", library.key), "title", "a library needs a title");
        }
        if !libraries.insert(library.id) || !keys.insert(&library.key) {
            faults.add(format!("library {}", library.key), "unique", "it is there twice");
        }
    }
    let mut taken = HashMap::new();
    for (id, component) in &objects.components {
        if component.id != *id || !libraries.contains(&component.library) {
            faults.add(format!("component {id}"), "library", "its library does not come along");
        }
        let owner = component.owner.map(|owner| objects.components.get(&owner));
        let fits = owner.is_none_or(|owner| {
            owner.is_some_and(|it| it.library == component.library && it.kind.is_structural())
        });
        if !fits {
            let message = "it is local to no structure of its library";
            faults.add(format!("component {id}"), "owner", message);
        }
        if let Some(other) = taken.insert((component.library, &component.key), id) {
            let message = format!("`{}` is also the key of component {other}", component.key);
            faults.add(format!("component {id}"), "key", message);
        }
    }
}

fn is_main(name: &Key) -> bool {
    name.as_str() == "main"
}

fn check_branches(objects: &Objects, faults: &mut Faults) {
    for name in objects.branches.keys() {
        let mut below = name;
        let mut depth = 0;
        while !is_main(below) {
            let Some(branch) = objects.branches.get(below).filter(|b| b.name == *below) else {
                faults.add(format!("branch {name}"), "base", format!("there is no `{below}`"));
                break;
            };
            depth += 1;
            if depth >= MAX_DEPTH {
                let message = format!("fewer than {MAX_DEPTH} branches may stand on each other");
                faults.add(format!("branch {name}"), "base", message);
                break;
            }
            below = &branch.base.branch;
        }
        if is_main(name) {
            faults.add("branch main", "base", "`main` stands on nothing");
        }
    }
}

/// Every object has to stand in the order once, and whatever it goes on from before it.
fn check_order(objects: &Objects, faults: &mut Faults) {
    let mut places = HashMap::with_capacity(objects.order.len());
    for (n, place) in objects.order.iter().enumerate() {
        if places.insert(place, n).is_some() {
            faults.add("order", "unique", format!("`{place}` stands there twice"));
        }
    }
    let revisions = objects.revisions.keys().map(|id| Place::Revision(*id));
    let releases = objects.releases.keys().map(|id| Place::Release(*id));
    let branches = objects.branches.keys().map(|name| Place::Branch(name.clone()));
    let reviews = objects.reviews.iter().map(|r| Place::Review(r.component, r.content, r.metadata));
    let rules = objects.rules.keys().map(|id| Place::Rule(*id));
    let mut wanted = 0;
    for place in revisions.chain(releases).chain(branches).chain(reviews).chain(rules) {
        wanted += 1;
        if !places.contains_key(&place) {
            faults.add("order", "missing", format!("`{place}` is missing"));
        }
    }
    if places.len() > wanted {
        faults.add("order", "unknown", "it names objects that do not come along");
    }
    for revision in objects.revisions.values() {
        let own = places.get(&Place::Revision(revision.id));
        for parent in [revision.parent, revision.merge_parent].into_iter().flatten() {
            if places.get(&Place::Revision(parent)) >= own && own.is_some() {
                let message = format!("revision {parent} comes later and cannot be its parent");
                faults.add(format!("revision {}", revision.id), "parent", message);
            }
        }
    }
    for branch in objects.branches.values() {
        let known = branch.base.after.as_ref().is_none_or(|after| places.contains_key(after));
        if !known {
            let message = "what it stands on is not in the order";
            faults.add(format!("branch {}", branch.name), "base", message);
        }
    }
}

fn check_revisions(objects: &Objects, checked: &Checked, faults: &mut Faults) {
    for (id, revision) in &objects.revisions {
        let at = || format!("revision {id}");
        let Some(component) = objects.components.get(&revision.component) else {
            faults.add(at(), "component", "its component does not come along");
            continue;
        };
        if revision.id != *id {
            faults.add(at(), "id", "it says another id");
        }
        if !is_main(&revision.branch) && !objects.branches.contains_key(&revision.branch) {
            faults.add(at(), "branch", format!("there is no branch `{}`", revision.branch));
        }
        if let Some(content) = checked.contents.get(&revision.content)
            && content.kind != component.kind
        {
            let message =
                format!("it is a {} and its component a {}", content.kind, component.kind);
            faults.add(at(), "kind", message);
        }
        let parent = revision.parent.and_then(|parent| objects.revisions.get(&parent));
        if parent.is_some_and(|parent| parent.component != revision.component) {
            faults.add(at(), "parent", "its parent is a revision of another component");
        }
    }
    for review in &objects.reviews {
        if !objects.components.contains_key(&review.component) {
            let at = format!("review of {}", review.component);
            faults.add(at, "component", "its component does not come along");
        }
        if review.state == State::Retired {
            let at = format!("review of {}", review.component);
            faults.add(at, "state", "documents are draft, in_review or approved");
        }
    }
}

fn check_care(objects: &Objects, faults: &mut Faults) {
    for (id, care) in &objects.care {
        if care.component != *id || !objects.components.contains_key(id) {
            faults.add(format!("care of {id}"), "component", "its component does not come along");
        }
    }
}

/// Every state has to be one that could have been put in place here.
fn check_rules(objects: &Objects, faults: &mut Faults) {
    for (id, rule) in &objects.rules {
        let at = || format!("rule {id} ({} `{}`)", rule.subject, rule.name);
        if rule.id != *id || objects.libraries.iter().all(|library| library.id != rule.library) {
            faults.add(at(), "library", "its library does not come along");
        }
        if !rule.subject.takes_name(&rule.name) {
            faults.add(at(), "name", "nothing of that subject has such a name");
        }
        let Some(document) = &rule.document else { continue };
        if document.to_string().len() > MAX_RULE_BYTES {
            faults.add(at(), "size", format!("a rule has at most {MAX_RULE_BYTES} bytes"));
            continue;
        }
        match rule.subject.settled(document.clone()) {
            Ok(settled) if settled == *document => {}
            Ok(_) => faults.add(at(), "form", "it is not in the form that is kept"),
            Err(violations) => {
                for v in violations {
                    faults.add(format!("{}{}", at(), v.pointer), &v.rule, v.message);
                }
            }
        }
    }
}

fn check_releases(objects: &Objects, checked: &Checked, faults: &mut Faults) {
    let mut digests = BTreeMap::new();
    for (id, release) in &objects.releases {
        let at = || format!("release {id}");
        let component = objects.components.get(&release.component);
        if release.id != *id || !component.is_some_and(|component| component.kind.is_structural()) {
            faults.add(at(), "component", "it is of no structural component that comes along");
        }
        let root = objects.trees.get(&release.digest);
        if root.is_none_or(|tree| tree.component != release.component) {
            faults.add(at(), "tree", "its tree is missing, or is of another component");
        }
        if !is_main(&release.branch) && !objects.branches.contains_key(&release.branch) {
            faults.add(at(), "branch", format!("there is no branch `{}`", release.branch));
        }
        if let Some(other) = digests.insert(release.digest, id) {
            faults.add(at(), "digest", format!("release {other} has the same digest"));
        }
    }
    // The slots of a frozen node are those of its document.
    for (name, tree) in &objects.trees {
        let Some(content) = checked.contents.get(&tree.content) else { continue };
        let held = |child: &TreeChild| match child {
            TreeChild::Leaf { component, .. } => Some(*component),
            TreeChild::Tree { tree } => objects.trees.get(tree).map(|tree| tree.component),
        };
        let frozen = tree.slots.iter().map(|slot| (slot.id, held(&slot.holds)));
        let written = content.slots.iter().map(|slot| (slot.id, Some(slot.component)));
        if !frozen.eq(written) {
            let message = "its slots are not those of its document";
            faults.add(format!("tree {name}"), "slots", message);
        }
    }
}
