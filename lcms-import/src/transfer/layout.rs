//! Where everything stands, and what a folder says about itself.

use std::collections::BTreeSet;

use lcms_core::model::{Digest, Key, Language, ReleaseId, RevisionId, RuleSubject};
use lcms_core::service::transfer::External;
use serde::{Deserialize, Serialize};

/// The file that makes a folder one of these.
pub const MANIFEST: &str = "transfer.json";
/// Name and version of the format.
pub(super) const FORMAT: &str = "lcms-transfer/1";
pub(super) const ORDER: &str = "order.txt";
pub(super) const PEOPLE: &str = "people.json";
/// The folders that belong to the format; whatever else stands beside them is left alone.
pub(super) const FOLDERS: [&str; 6] =
    ["blobs/", "branches/", "documents/", "libraries/", "redactions/", "trees/"];

/// What the folder says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name and version of the format.
    pub format: String,
    /// Keys of the libraries.
    pub libraries: BTreeSet<Key>,
    /// Whether the files that documents name come along.
    pub blobs: bool,
    /// Components of other libraries that are referred to; they have to be there on arrival.
    pub externals: BTreeSet<External>,
}

pub(super) fn branch(name: &Key) -> String {
    format!("branches/{name}.json")
}

pub(super) fn library(key: &Key) -> String {
    format!("libraries/{key}/library.json")
}

/// The folder of a vocabulary, a schema or the synonyms of a library, with `/`.
pub(super) fn rule(library: &Key, subject: RuleSubject, name: &str) -> String {
    match subject {
        RuleSubject::Vocabulary => format!("libraries/{library}/vocabularies/{name}/"),
        RuleSubject::Schema => format!("libraries/{library}/schemas/{name}/"),
        RuleSubject::Synonyms => format!("libraries/{library}/synonyms/"),
    }
}

/// The file that holds the document of a rule that stands, in the rule's folder.
pub(super) fn standing(subject: RuleSubject) -> &'static str {
    match subject {
        RuleSubject::Vocabulary => "vocabulary.json",
        RuleSubject::Schema => "schema.json",
        RuleSubject::Synonyms => "synonyms.json",
    }
}

/// The folder of a component, with `/`.
pub(super) fn component(library: &Key, key: &Key) -> String {
    format!("libraries/{library}/components/{key}/")
}

pub(super) fn revision(component: &str, id: RevisionId) -> String {
    format!("{component}revisions/{id}.json")
}

pub(super) fn release(component: &str, id: ReleaseId) -> String {
    format!("{component}releases/{id}.json")
}

/// The folder of a head's documents, with `/`.
pub(super) fn head(component: &str, branch: &Key, language: &Language) -> String {
    format!("{component}heads/{branch}/{language}/")
}

fn sharded(folder: &str, digest: Digest, end: &str) -> String {
    let hex = digest.hex();
    format!("{folder}/{}/{hex}{end}", &hex[..2])
}

pub(super) fn document(digest: Digest) -> String {
    sharded("documents", digest, ".json")
}

pub(super) fn tree(digest: Digest) -> String {
    sharded("trees", digest, ".json")
}

pub(super) fn blob(digest: Digest) -> String {
    sharded("blobs", digest, "")
}

pub(super) fn redaction(digest: Digest) -> String {
    format!("redactions/{}.json", digest.hex())
}
