//! Where a component came from, and what was made from it.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::model::{Component, ComponentId, Key, LibraryId, Revision, RevisionId, Right, Target};
use crate::service::Session;
use crate::service::where_used::Named;
use crate::store::lineage as origins;
use crate::store::{Connection, components, heads, libraries};

/// Longest chain of copies of copies that is followed.
const MAX_CHAIN: usize = 1000;

/// Where a component came from, and what was made from it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LineageView {
    /// The component.
    pub component: ComponentId,
    /// What it is a copy of, at the version taken: that of the copy, or of the last pull. Absent
    /// when it is an original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<LineageStep>,
    /// The component at the beginning of the chain of copies; the source itself when that is an
    /// original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<LineageStep>,
    /// Whether the source has a head with other documents than the version taken.
    pub upstream_newer: bool,
    /// Its copies that you may read, oldest first, each at the version it took.
    pub copies: Vec<LineageStep>,
    /// Copies in libraries you may not read.
    pub hidden_copies: u64,
}

/// One component of a lineage.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LineageStep {
    /// The component.
    pub component: ComponentId,
    /// What it is; absent when you may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named: Option<Named>,
    /// The revision that was taken.
    pub revision: RevisionId,
    /// Its number; absent when you may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
}

impl Session {
    /// Where a component came from, which version of that it holds, and its copies.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn lineage(&self, target: &Target) -> Result<LineageView> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        let keys = self.library_keys().await?;
        let snapshot = self.lcms.store().snapshot().await?;
        let db = &snapshot;
        let mut view = LineageView {
            component: component.id,
            source: None,
            original: None,
            upstream_newer: false,
            copies: Vec::new(),
            hidden_copies: 0,
        };
        if let Some(origin) = origins::of(db, component.id).await? {
            let pulled = components::newest_taken(db, component.id, origin.source).await?;
            let taken = match pulled {
                Some(revision) => Some(revision),
                None => components::revision(db, origin.revision).await?,
            };
            let source = components::by_id(db, origin.source).await?;
            if let (Some(source), Some(taken)) = (&source, &taken)
                && self.may(source.library, Right::Read)
            {
                view.upstream_newer = self.is_behind(db, source, taken).await?;
            }
            let revision = taken.as_ref().map_or(origin.revision, |taken| taken.id);
            view.source = Some(self.step(db, origin.source, revision, &keys).await?);
            let mut first = origin;
            for _ in 0..MAX_CHAIN {
                match origins::of(db, first.source).await? {
                    Some(before) => first = before,
                    None => break,
                }
            }
            view.original = Some(self.step(db, first.source, first.revision, &keys).await?);
        }
        for copy in origins::copies(db, component.id).await? {
            let taken = components::newest_taken(db, copy.copy, component.id).await?;
            let revision = taken.map_or(copy.revision, |taken| taken.id);
            let step = self.step(db, copy.copy, revision, &keys).await?;
            match step.named {
                Some(_) => view.copies.push(step),
                None => view.hidden_copies += 1,
            }
        }
        Ok(view)
    }

    async fn is_behind(
        &self,
        db: &impl Connection,
        source: &Component,
        taken: &Revision,
    ) -> Result<bool> {
        let Some(library) = libraries::by_id(db, source.library).await? else { return Ok(false) };
        let head = heads::of(db, &self.view, source.id, &library.language).await?;
        Ok(head
            .is_some_and(|head| (head.content, head.metadata) != (taken.content, taken.metadata)))
    }

    async fn step(
        &self,
        db: &impl Connection,
        id: ComponentId,
        revision: RevisionId,
        keys: &HashMap<LibraryId, Key>,
    ) -> Result<LineageStep> {
        let component = components::by_id(db, id).await?;
        let named = match &component {
            Some(component) => self.named(db, &[component], keys).await?.remove(&id),
            None => None,
        };
        let number = match named {
            Some(_) => components::revision(db, revision).await?.map(|revision| revision.number),
            None => None,
        };
        Ok(LineageStep { component: id, named, revision, number })
    }
}
