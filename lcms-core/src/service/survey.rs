//! Everything that is said of many components at once: what reports, bulk edits and vocabularies
//! look at.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Session;
use crate::error::{Error, Result};
use crate::model::{Care, Component, ComponentId, Head, Language, Library, Metadata, State};
use crate::store::components::{ListFilter, Local};
use crate::store::{Connection, care, components, documents, heads, reviews};

/// Far more components than a library has.
const ALL: u64 = 1 << 31;

/// A component as it stands, with what is said of it.
#[derive(Clone, Debug)]
pub(super) struct Surveyed {
    pub component: Component,
    pub language: Language,
    pub head: Head,
    pub metadata: Arc<Metadata>,
    pub care: Care,
    pub state: State,
}

impl Session {
    /// Everything in a library that has a version here and is not deleted, by key.
    pub(super) async fn survey_all(
        &self,
        db: &impl Connection,
        library: &Library,
    ) -> Result<Vec<Surveyed>> {
        let filter = ListFilter {
            libraries: vec![library.id],
            kind: None,
            deleted: false,
            local: Local::With,
            after: None,
            limit: ALL,
        };
        let found = components::list(db, &filter).await?;
        self.survey(db, library, found).await
    }

    /// These components of a library; those without a version here are left out.
    pub(super) async fn survey(
        &self,
        db: &impl Connection,
        library: &Library,
        found: Vec<Component>,
    ) -> Result<Vec<Surveyed>> {
        let ids: Vec<ComponentId> = found.iter().map(|component| component.id).collect();
        let heads = heads::of_many(db, &self.view, &ids, &library.language).await?;
        let states = reviews::states_of(db, &heads).await?;
        let mut cared = care::of_many(db, &ids).await?;
        let digests: HashSet<_> = heads.values().map(|head| head.metadata).collect();
        let digests: Vec<_> = digests.into_iter().collect();
        let mut metadata = HashMap::new();
        for (digest, body) in documents::get_many(db, &digests).await? {
            // What was redacted says nothing any more.
            let read = match body.as_slice() {
                b"" => Metadata::default(),
                body => serde_json::from_slice(body).map_err(|error| {
                    Error::internal(format!("document {digest} cannot be read"), error)
                })?,
            };
            metadata.insert(digest, Arc::new(read));
        }
        let surveyed = found.into_iter().filter_map(|component| {
            let head = *heads.get(&component.id)?;
            let state = match states.get(&component.id) {
                _ if component.retired => State::Retired,
                state => state.copied().unwrap_or(State::Draft),
            };
            Some(Surveyed {
                language: library.language.clone(),
                head,
                metadata: Arc::clone(metadata.get(&head.metadata)?),
                care: cared.remove(&component.id).unwrap_or_default(),
                state,
                component,
            })
        });
        Ok(surveyed.collect())
    }
}
