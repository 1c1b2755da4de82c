//! Documents that releases hold, read once.
//!
//! Documents never change, and the next release of a course holds nearly all of the last one's. What was
//! redacted meanwhile is not answered from here.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::build::Version;
use crate::Bounded;
use crate::error::{Error, Result};
use crate::model::{Content, Digest, Metadata, SlotRole};
use crate::store::{Connection, documents, redactions};

/// Most bytes of documents that are remembered.
const MOST: usize = 64 << 20;
/// What a document takes beside its text.
const FRAME: usize = 1 << 10;

/// A content document and its metadata.
#[derive(Debug, PartialEq)]
pub struct Documents {
    /// The content document.
    pub content: Content,
    /// The metadata document.
    pub metadata: Metadata,
    /// How each of its slots holds a component, in document order.
    pub(super) roles: Vec<SlotRole>,
}

impl Documents {
    /// These documents.
    #[must_use]
    pub fn new(content: Content, metadata: Metadata) -> Self {
        let roles = content.slots().into_iter().map(|slot| slot.role).collect();
        Self { content, metadata, roles }
    }

    fn read(content: &[u8], metadata: &[u8], version: &Version) -> Result<Self> {
        let damaged = |what: String| Error::internal("the release cannot be read", what);
        let content = Content::from_stored(content)
            .map_err(|violations| damaged(format!("{}: {violations:?}", version.content)))?;
        let metadata =
            serde_json::from_slice(metadata).map_err(|error| damaged(error.to_string()))?;
        Ok(Self::new(content, metadata))
    }
}

/// Digests of a content document and of its metadata.
type Pair = (Digest, Digest);

/// What was read before.
#[derive(Debug)]
pub(in crate::service) struct Held(Mutex<Bounded<Pair, Arc<Documents>>>);

impl Default for Held {
    fn default() -> Self {
        Self(Mutex::new(Bounded::new(MOST)))
    }
}

impl Held {
    /// The documents of these versions, by their digests.
    ///
    /// # Errors
    /// When one is missing, redacted or unreadable.
    pub(super) async fn read<'v>(
        &self,
        db: &impl Connection,
        versions: impl Iterator<Item = &'v Version>,
    ) -> Result<HashMap<Pair, Arc<Documents>>> {
        let gone: HashSet<_> = redactions::all(db).await?.into_iter().map(|r| r.digest).collect();
        let mut found = HashMap::new();
        let mut missing = HashMap::new();
        {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for version in versions {
                let pair = (version.content, version.metadata);
                let is_gone = gone.contains(&pair.0) || gone.contains(&pair.1);
                match held.get(&pair).filter(|_| !is_gone) {
                    Some(documents) => drop(found.insert(pair, documents)),
                    None => drop(missing.insert(pair, *version)),
                }
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let digests: HashSet<_> =
            missing.keys().flat_map(|(content, metadata)| [*content, *metadata]).collect();
        let bodies = documents::get_all(db, &digests.into_iter().collect::<Vec<_>>()).await?;
        let body = |digest: Digest| bodies.get(&digest).ok_or_else(|| documents::missing(digest));
        for (pair, version) in missing {
            let (content, metadata) = (body(pair.0)?, body(pair.1)?);
            let documents = Arc::new(Documents::read(content, metadata, &version)?);
            let bytes = 2 * (content.len() + metadata.len()) + FRAME;
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            held.put(pair, Arc::clone(&documents), bytes);
            found.insert(pair, documents);
        }
        Ok(found)
    }
}
