//! The objects, each in the form that is written and sent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use time::OffsetDateTime;

use crate::model::content::is_default;
use crate::model::{
    BranchState, ComponentId, Conditions, Day, Digest, Key, Kind, Language, LibraryId, Overrides,
    ReleaseId, RevisionId, RuleSubject, RuleVersionId, SlotId, State, UserId,
};

/// A library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryObject {
    /// Id.
    pub id: LibraryId,
    /// Key on the server it comes from.
    pub key: Key,
    /// Title.
    pub title: String,
    /// What belongs in it, plain text.
    pub description: String,
    /// Language of its content.
    pub language: Language,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
}

/// A component, without its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentObject {
    /// Id.
    pub id: ComponentId,
    /// Its library.
    pub library: LibraryId,
    /// Its key.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
    /// Not for new use.
    pub retired: bool,
    /// Deleted; can be restored.
    pub deleted: bool,
    /// The structure it is local to; absent when it belongs to the library.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ComponentId>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// The revision that it was copied from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_from: Option<RevisionId>,
}

/// An entry in a component's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevisionObject {
    /// Id.
    pub id: RevisionId,
    /// The component.
    pub component: ComponentId,
    /// Digest of the content document.
    pub content: Digest,
    /// Digest of the metadata document.
    pub metadata: Digest,
    /// Language of the document.
    pub language: Language,
    /// Name of the branch it was saved on.
    pub branch: Key,
    /// The revision it was based on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RevisionId>,
    /// The revision whose changes it also takes in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_parent: Option<RevisionId>,
    /// Of a translation: digest of the content it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Digest>,
    /// Who saved it: an opaque id.
    pub author: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// Why, in the author's words.
    pub message: String,
}

/// Where a pair of documents of a component stands in review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewObject {
    /// The component.
    pub component: ComponentId,
    /// Digest of the content document reviewed.
    pub content: Digest,
    /// Digest of the metadata document reviewed.
    pub metadata: Digest,
    /// Draft, in review or approved.
    pub state: State,
    /// Who decided: an opaque id.
    pub actor: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
}

/// A state of a library's vocabulary, metadata schema or synonyms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleObject {
    /// Id.
    pub id: RuleVersionId,
    /// The library.
    pub library: LibraryId,
    /// What it is about.
    pub subject: RuleSubject,
    /// Which of these: a vocabulary's key, a kind or `all`, `synonyms`.
    pub name: String,
    /// The document; absent when it was taken away with this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Value>,
    /// Who put it in place: an opaque id.
    pub author: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// Why, in the author's words.
    pub message: String,
}

/// Who looks after a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CareObject {
    /// The component.
    pub component: ComponentId,
    /// Who: an opaque id; absent when nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steward: Option<UserId>,
    /// The last day before it counts as stale; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Day>,
    /// When that was said.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
}

/// A branch that something here was saved or frozen on, or that such a branch stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchObject {
    /// Its name.
    pub name: Key,
    /// What it stands on.
    pub base: BaseObject,
    /// Whether it takes edits.
    pub state: BranchState,
    /// Who made it: an opaque id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<UserId>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
}

/// What a branch stands on: another branch as it was after something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseObject {
    /// Name of the branch below.
    pub branch: Key,
    /// The newest of the objects then; absent when there was none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Place>,
}

/// A release. Its digest names the root of its tree among [`Objects::trees`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseObject {
    /// Id.
    pub id: ReleaseId,
    /// The component frozen.
    pub component: ComponentId,
    /// One digest over the closure.
    pub digest: Digest,
    /// Language frozen.
    pub language: Language,
    /// Name of the branch it was frozen on.
    pub branch: Key,
    /// Name given to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Why, in the author's words.
    pub notes: String,
    /// Who froze it: an opaque id.
    pub author: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
}

/// A frozen component with what its slots hold: the lock list of a release, level by level. Its
/// name is the digest that a release of just this component would have. Releases share the trees
/// that did not change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeObject {
    /// The component.
    pub component: ComponentId,
    /// Digest of its content document.
    pub content: Digest,
    /// Digest of its metadata document.
    pub metadata: Digest,
    /// Its slots, in document order.
    pub slots: Vec<TreeSlot>,
}

/// A frozen slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeSlot {
    /// Its id.
    pub id: SlotId,
    /// Fields replaced here.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overrides: Overrides,
    /// When it is published.
    #[serde(default, skip_serializing_if = "is_default")]
    pub conditions: Conditions,
    /// The version it holds.
    pub holds: TreeChild,
}

/// What a frozen slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum TreeChild {
    /// A component that has slots itself.
    Tree {
        /// The digest that names it among [`Objects::trees`].
        tree: Digest,
    },
    /// A component without slots.
    Leaf {
        /// The component.
        component: ComponentId,
        /// Digest of its content document.
        content: Digest,
        /// Digest of its metadata document.
        metadata: Digest,
    },
}

/// A tombstone: the bytes under this digest were taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedactionObject {
    /// The digest, which remains.
    pub digest: Digest,
    /// What it was of.
    pub subject: String,
    /// Why, for whoever meets the gap.
    pub reason: String,
    /// Who decided: an opaque id.
    pub actor: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
}

/// A component that is referred to and does not travel: it has to be there on arrival.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct External {
    /// Key of its library.
    pub library: Key,
    /// Its key.
    pub key: Key,
    /// Its id.
    pub id: ComponentId,
    /// What it is.
    pub kind: Kind,
}

/// One object in the order of what happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A branch was made.
    Branch(Key),
    /// A revision was saved.
    Revision(RevisionId),
    /// A component's pair of documents was given its review state.
    Review(ComponentId, Digest, Digest),
    /// A release was frozen.
    Release(ReleaseId),
    /// A vocabulary, schema or list of synonyms was put in place or taken away.
    Rule(RuleVersionId),
}

/// A line that names no object.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` names no object: expected `branch NAME`, `revision ID`, `release ID`, `rule ID` or `review COMPONENT CONTENT METADATA`"
)]
pub struct PlaceError(String);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Branch(name) => write!(f, "branch {name}"),
            Self::Revision(id) => write!(f, "revision {id}"),
            Self::Review(id, content, metadata) => write!(f, "review {id} {content} {metadata}"),
            Self::Release(id) => write!(f, "release {id}"),
            Self::Rule(id) => write!(f, "rule {id}"),
        }
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || PlaceError(text.chars().take(120).collect());
        let words: Vec<_> = text.split(' ').collect();
        let place = match words.as_slice() {
            ["branch", name] => Self::Branch(name.parse().map_err(|_| refuse())?),
            ["revision", id] => Self::Revision(id.parse().map_err(|_| refuse())?),
            ["release", id] => Self::Release(id.parse().map_err(|_| refuse())?),
            ["rule", id] => Self::Rule(id.parse().map_err(|_| refuse())?),
            ["review", id, content, metadata] => Self::Review(
                id.parse().map_err(|_| refuse())?,
                content.parse().map_err(|_| refuse())?,
                metadata.parse().map_err(|_| refuse())?,
            ),
            _ => return Err(refuse()),
        };
        Ok(place)
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Everything that travels, apart from the bytes of documents and blobs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Objects {
    /// The libraries, by key.
    pub libraries: Vec<LibraryObject>,
    /// Their components.
    pub components: BTreeMap<ComponentId, ComponentObject>,
    /// Every revision of them.
    pub revisions: BTreeMap<RevisionId, RevisionObject>,
    /// Review states of their documents.
    pub reviews: Vec<ReviewObject>,
    /// Who looks after them.
    pub care: BTreeMap<ComponentId, CareObject>,
    /// Every state of the libraries' vocabularies, schemas and synonyms.
    pub rules: BTreeMap<RuleVersionId, RuleObject>,
    /// Branches, apart from `main`.
    pub branches: BTreeMap<Key, BranchObject>,
    /// Their releases.
    pub releases: BTreeMap<ReleaseId, ReleaseObject>,
    /// What the releases froze.
    pub trees: BTreeMap<Digest, TreeObject>,
    /// Tombstones of what the objects name.
    pub redactions: BTreeMap<Digest, RedactionObject>,
    /// Components of other libraries that are referred to.
    pub externals: BTreeSet<External>,
    /// Branches, revisions, reviews, releases and rules, each once, in the order of what happened.
    pub order: Vec<Place>,
}

impl Objects {
    /// The newest revision per component, branch and language, in the order given.
    #[must_use]
    pub fn heads(&self) -> BTreeMap<(ComponentId, Key, Language), RevisionId> {
        let mut heads = BTreeMap::new();
        for place in &self.order {
            if let Place::Revision(id) = place
                && let Some(revision) = self.revisions.get(id)
            {
                let (branch, language) = (revision.branch.clone(), revision.language.clone());
                heads.insert((revision.component, branch, language), *id);
            }
        }
        heads
    }

    /// The states of each rule by library, subject and name, in the order given.
    #[must_use]
    pub fn rule_histories(&self) -> BTreeMap<(LibraryId, RuleSubject, &str), Vec<&RuleObject>> {
        let mut histories = BTreeMap::<_, Vec<_>>::new();
        for place in &self.order {
            if let Place::Rule(id) = place
                && let Some(rule) = self.rules.get(id)
            {
                let of = (rule.library, rule.subject, rule.name.as_str());
                histories.entry(of).or_default().push(rule);
            }
        }
        histories
    }

    /// Whether a revision made from `source` is the strings of a structure alone.
    pub(super) fn is_strings(&self, component: ComponentId, source: Option<Digest>) -> bool {
        let component = self.components.get(&component);
        source.is_some() && component.is_some_and(|component| component.kind.is_structural())
    }

    /// The content documents that are strings of a structure alone, each with the documents it
    /// was made from.
    pub(super) fn strings(&self) -> BTreeMap<Digest, BTreeSet<Digest>> {
        let mut strings = BTreeMap::<_, BTreeSet<_>>::new();
        let mut whole = BTreeSet::new();
        for revision in self.revisions.values() {
            match revision.source {
                Some(source) if self.is_strings(revision.component, revision.source) => {
                    strings.entry(revision.content).or_default().insert(source);
                }
                _ => drop(whole.insert(revision.content)),
            }
        }
        whole.extend(self.trees.values().map(|tree| tree.content));
        strings.retain(|digest, _| !whole.contains(digest));
        strings
    }

    /// The documents that revisions and frozen trees name: content documents, then metadata
    /// documents.
    #[must_use]
    pub fn named_documents(&self) -> (BTreeSet<Digest>, BTreeSet<Digest>) {
        let mut contents = BTreeSet::new();
        let mut metadata = BTreeSet::new();
        let mut name = |content, other| {
            contents.insert(content);
            metadata.insert(other);
        };
        for revision in self.revisions.values() {
            name(revision.content, revision.metadata);
        }
        for tree in self.trees.values() {
            name(tree.content, tree.metadata);
            for slot in &tree.slots {
                if let TreeChild::Leaf { content, metadata, .. } = slot.holds {
                    name(content, metadata);
                }
            }
        }
        (contents, metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_lines_and_read_back() {
        let digest = Digest::of_bytes(b"x");
        for place in [
            Place::Branch("spring".parse().unwrap()),
            Place::Revision(RevisionId::new()),
            Place::Release(ReleaseId::new()),
            Place::Rule(RuleVersionId::new()),
            Place::Review(ComponentId::new(), digest, Digest::of_bytes(b"y")),
        ] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for bad in ["", "branch", "branch A", "revision 7", "review 1 2 3", "main x y"] {
            assert!(bad.parse::<Place>().is_err(), "{bad}");
        }
    }
}
