//! Rules of libraries as files: the document that stands under a name that stays, so that an edit
//! shows as one; those before under their digests; and a small file for each state, which names its
//! document by digest.

use std::collections::{BTreeMap, HashMap, HashSet};

use lcms_core::model::{Digest, canonical_json};
use lcms_core::service::transfer::{Documents, Objects, RuleObject};
use serde_json::Value;

use super::{layout, lines};
use crate::error::ImportError;

/// The files of every rule, by path.
pub(super) fn files(objects: &Objects) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut standing = HashSet::new();
    let mut earlier = Vec::new();
    for ((library, subject, name), states) in objects.rule_histories() {
        let Some(library) = objects.libraries.iter().find(|it| it.id == library) else { continue };
        let folder = layout::rule(&library.key, subject, name);
        let last = states.last().map(|newest| newest.id);
        for state in states {
            let document = state.document.as_ref().map(canonical_json);
            let digest = document.as_deref().map(Digest::of_bytes);
            let named = digest.map(|digest| Value::String(digest.to_string()));
            let file = RuleObject { document: named, ..state.clone() };
            files.insert(format!("{folder}states/{}.json", state.id), lines::pretty(&file));
            let (Some(document), Some(digest)) = (document, digest) else { continue };
            let written = lines::encode(&document);
            if last == Some(state.id) {
                standing.insert(digest);
                files.insert(format!("{folder}{}", layout::standing(subject)), written);
            } else {
                earlier.push((digest, written));
            }
        }
    }
    for (digest, written) in earlier {
        if !standing.contains(&digest) {
            files.insert(layout::document(digest), written);
        }
    }
    files
}

/// States as they were read, with the paths they were read from.
#[derive(Debug, Default)]
pub(super) struct Read(Vec<(String, RuleObject)>);

impl Read {
    /// Notes a state, whose document is a digest still.
    pub(super) fn add(&mut self, path: &str, state: RuleObject) {
        self.0.push((path.to_owned(), state));
    }

    /// Puts the states together with their documents, which are no documents of revisions then.
    /// `standing` are the files that hold a rule that stands, by digest.
    pub(super) fn finish(
        self,
        objects: &mut Objects,
        documents: &mut Documents,
        standing: &HashMap<Digest, String>,
    ) -> Result<(), ImportError> {
        let mut states = Vec::with_capacity(self.0.len());
        let mut named = HashSet::new();
        for (path, mut state) in self.0 {
            let digest = state.document.take().map(serde_json::from_value::<Digest>).transpose();
            let digest = digest.map_err(|error| {
                let message = format!("its document is named by digest: {error}");
                ImportError::format(&path, None, message)
            })?;
            named.extend(digest);
            states.push((path, state, digest));
        }
        // Before a document is missed: it is the file that was changed which is to be named.
        let edited = standing.iter().filter(|(digest, _)| !named.contains(*digest));
        if let Some(path) = edited.map(|(_, path)| path).min() {
            let message = "no state has this document: files of an export are not edited by hand";
            return Err(ImportError::format(path, None, message));
        }
        for (path, mut state, digest) in states {
            let refused = |message: String| ImportError::format(&path, None, message);
            if let Some(digest) = digest {
                let body = documents
                    .get(&digest)
                    .ok_or_else(|| refused(format!("its document {digest} is missing")))?;
                let read = serde_json::from_slice(body);
                state.document =
                    Some(read.map_err(|error| refused(format!("its document {digest}: {error}")))?);
            }
            if objects.rules.insert(state.id, state).is_some() {
                return Err(refused("another file holds the same object".to_owned()));
            }
        }
        let (contents, metadata) = objects.named_documents();
        documents.retain(|digest, _| {
            !named.contains(digest) || contents.contains(digest) || metadata.contains(digest)
        });
        Ok(())
    }
}
