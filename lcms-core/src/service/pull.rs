//! Copies that take in what changed in their source, by the same merge as a branch.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Session;
use super::ancestry::Ancestry;
use super::landing::Occasion;
use super::merging::{MergeReport, Pair, Plan, Resolution, plan};
use crate::error::{Error, Result};
use crate::model::{ComponentId, Key, Right, Target};
use crate::store::{Connection, components, heads, lineage};

/// How a copy takes in what changed in its source.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PullSource {
    /// How conflicts are resolved; ours is the copy.
    pub resolutions: Vec<Resolution>,
    /// Why, in the author's words.
    pub message: String,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// A copy, and whether its source went on since.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CopyStatus {
    /// The copy.
    pub component: ComponentId,
    /// Key of its library.
    pub library_key: Key,
    /// Its key.
    pub key: Key,
    /// Whether the source has changes that the copy has not taken in.
    pub behind: bool,
}

impl Session {
    /// Merges what changed in a copy's source since into the copy. When something is left to
    /// decide, nothing is done and the report lists it.
    ///
    /// # Errors
    /// When the component is not a copy, the source may not be read or has nothing new, the
    /// result would break a rule, or the actor may not write.
    pub async fn pull(&self, target: &Target, request: PullSource) -> Result<MergeReport> {
        let (component, _) = self.component_with(target, Right::Write).await?;
        if request.dry_run {
            let snapshot = self.lcms.store().snapshot().await?;
            let plan = self.plan_pull(&snapshot, component.id, &request).await?;
            if plan.report.is_resolved() {
                self.check_landings(&snapshot, &plan.landings, &[]).await?;
            }
            return Ok(plan.report);
        }
        let session = self.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    session.require_open(tx).await?;
                    let plan = session.plan_pull(tx, component.id, &request).await?;
                    let Plan { mut report, landings, .. } = plan;
                    if !report.is_resolved() {
                        return Ok(report);
                    }
                    let message = match request.message.trim() {
                        "" => "merge of what changed in the source".to_owned(),
                        message => message.to_owned(),
                    };
                    let detail = serde_json::json!({ "pulled": true });
                    let occasion = Occasion::new(&session, message, detail);
                    let revisions = session.land(tx, landings, &occasion).await?;
                    let event = revisions.first().map(|revision| revision.event);
                    report.finish(&revisions, event.unwrap_or_default());
                    Ok(report)
                })
            })
            .await
    }

    async fn plan_pull(
        &self,
        db: &impl Connection,
        copy: ComponentId,
        request: &PullSource,
    ) -> Result<Plan> {
        let component = components::by_id(db, copy).await?;
        let component =
            component.ok_or_else(|| Error::not_found(format!("there is no component {copy}")))?;
        let origin = lineage::of(db, copy).await?.ok_or_else(|| {
            Error::invalid(format!("`{}` is no copy: there is nothing to pull", component.key))
        })?;
        let source = components::by_id(db, origin.source)
            .await?
            .filter(|source| self.may(source.library, Right::Read))
            .ok_or_else(|| {
                Error::forbidden(format!("you may not read what `{}` is a copy of", component.key))
            })?;
        let libraries = self.libraries_by_id(db).await?;
        let mut pairs = Vec::new();
        if let Some(library) = libraries.get(&component.library) {
            let language = library.language.clone();
            let ours = heads::of(db, &self.view, copy, &language).await?;
            let theirs = heads::of(db, &self.view, source.id, &language).await?;
            if let (Some(ours), Some(theirs)) = (ours, theirs) {
                let component = component.clone();
                pairs.push(Pair { component, language, ours: Some(ours), theirs });
            }
        }
        let planned = plan(db, &libraries, pairs, &[source.id], &request.resolutions, true).await?;
        if planned.report.items.is_empty() {
            return Err(Error::conflict(format!(
                "`{}` has everything that `{}` has",
                component.key, source.key
            )));
        }
        Ok(planned)
    }

    /// The copies of a component that the actor may read, and whether each has taken in what
    /// changed since.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn copies(&self, target: &Target) -> Result<Vec<CopyStatus>> {
        let (source, _) = self.component_with(target, Right::Read).await?;
        let db = self.lcms.store().reader();
        let copies: Vec<_> =
            lineage::copies(db, source.id).await?.into_iter().map(|origin| origin.copy).collect();
        let found = components::by_ids(db, &copies).await?;
        let libraries = self.libraries_by_id(db).await?;
        let mut histories = copies.clone();
        histories.push(source.id);
        let ancestry = Ancestry::read(db, &histories).await?;
        let mut statuses = Vec::with_capacity(copies.len());
        for copy in copies {
            let Some(component) = found.get(&copy).filter(|it| !it.deleted) else { continue };
            let Some(library) = libraries.get(&component.library) else { continue };
            if !self.may(library.id, Right::Read) {
                continue;
            }
            let ours = heads::of(db, &self.view, copy, &library.language).await?;
            let theirs = heads::of(db, &self.view, source.id, &library.language).await?;
            let behind = ours.zip(theirs).is_some_and(|(ours, theirs)| {
                ancestry.common(ours.revision, theirs.revision) != Some(theirs.revision)
            });
            statuses.push(CopyStatus {
                component: copy,
                library_key: library.key.clone(),
                key: component.key.clone(),
                behind,
            });
        }
        Ok(statuses)
    }
}
