//! Merging a branch into its base, and a newer base into a branch.
//!
//! Each is one transaction that does everything or nothing. What is asked for is decided by
//! [`merging`](super::merging), checked by [`landing`](super::landing), and written with one event
//! for the merge and one for each revision. With `dry_run` the same is decided on a snapshot.

use serde::Deserialize;
use utoipa::ToSchema;

use super::Session;
use super::branches::{Change, changes_of, heads_below, open_branch};
use super::landing::Occasion;
use super::merging::{MergeItem, MergeReport, Pair, Plan, Resolution, plan};
use super::session::takes_no_edits;
use crate::error::{Error, Result};
use crate::model::{
    At, Base, Branch, BranchReview, BranchState, ComponentId, EventKind, Head, Key, Revision,
    Right, State,
};
use crate::store::events::{self, NewEvent};
use crate::store::{Connection, Transaction, branches, components, heads, landing, now, reviews};

/// How a branch is merged into its base.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MergeBranch {
    /// How conflicts are resolved.
    pub resolutions: Vec<Resolution>,
    /// Why, in the author's words.
    pub message: String,
    /// Merge without an approval of exactly what is merged. Only admins may.
    pub without_approval: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// How a branch is put on a newer base.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateBranch {
    /// The moment of the base that the branch shall stand on; now when left out.
    pub to: Option<At>,
    /// How conflicts are resolved; ours is the branch.
    pub resolutions: Vec<Resolution>,
    /// Why, in the author's words.
    pub message: String,
    /// Only say what would be done.
    pub dry_run: bool,
}

impl Session {
    /// Merges a branch into the branch it stands on, and ends it. When something is left to
    /// decide, nothing is done and the report lists it.
    ///
    /// # Errors
    /// When the branch changes nothing or takes no edits, its approval is missing or stale, the
    /// result would break a rule, or the actor lacks a right.
    pub async fn merge_branch(&self, name: &Key, request: MergeBranch) -> Result<MergeReport> {
        self.require_somewhere(Right::Read)?;
        if request.dry_run {
            let snapshot = self.lcms.store().snapshot().await?;
            let merge = self.plan_merge(&snapshot, name, &request).await?;
            let Plan { report, landings, .. } = merge.plan;
            if report.is_resolved() {
                merge.onto.check_landings(&snapshot, &landings, &[]).await?;
            }
            return self.readable_part(&snapshot, report).await;
        }
        let (session, name) = (self.clone(), name.clone());
        self.lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { session.merge_in(tx, &name, request).await }))
            .await
    }

    async fn plan_merge(
        &self,
        db: &impl Connection,
        name: &Key,
        request: &MergeBranch,
    ) -> Result<Merge> {
        let (branch, base) = open_branch(db, name).await?;
        let below = branches::by_id(db, base.branch).await?;
        let below = below
            .ok_or_else(|| Error::internal("a branch's base is gone", base.branch.0.to_string()))?;
        if below.state != BranchState::Open {
            return Err(takes_no_edits(&below));
        }
        let changes = changes_of(db, &branch).await?;
        if changes.is_empty() {
            return Err(Error::conflict(format!("branch `{name}` changes nothing"))
                .hint("close it to put it away"));
        }
        let view = branches::view(db, &below, None).await?;
        let onto = Self { view: view.into(), ..self.clone() };
        let own: Vec<_> = changes.iter().map(Change::own).collect();
        let standing = heads_below(db, &onto.view, &own).await?;
        let pairs: Vec<_> = changes
            .iter()
            .map(|change| Pair {
                component: change.component.clone(),
                language: change.language.clone(),
                ours: standing.get(&(change.component.id, change.language.clone())).copied(),
                theirs: change.head,
            })
            .collect();
        // What was changed below since the branch was put on its base.
        let moved: Vec<_> = changes
            .iter()
            .zip(&pairs)
            .filter(|(change, pair)| {
                let version = |head: Head| (head.content, head.metadata, head.source);
                pair.ours.map(version) != change.below.map(version)
            })
            .map(|(change, _)| change.component.clone())
            .collect();
        let libraries = self.libraries_by_id(db).await?;
        let plan = plan(db, &libraries, pairs, &[], &request.resolutions, false).await?;
        Ok(Merge { branch, below, onto, changes, moved, plan })
    }

    async fn merge_in(
        &self,
        tx: &Transaction,
        name: &Key,
        request: MergeBranch,
    ) -> Result<MergeReport> {
        let merge = self.plan_merge(tx, name, &request).await?;
        let touched = || merge.changes.iter().map(|change| &change.component);
        self.require_for_all(tx, touched(), Right::Write).await?;
        let approval = if request.without_approval {
            self.require_for_all(tx, touched(), Right::Administer).await?;
            None
        } else {
            Some(merge.approval(tx).await?)
        };
        let Merge { branch, below, onto, changes, plan, .. } = merge;
        let Plan { mut report, landings, undeleted } = plan;
        if !report.is_resolved() {
            return Ok(report);
        }
        let message = match request.message.trim() {
            "" => format!("merge of branch {name}"),
            message => message.to_owned(),
        };
        let detail = serde_json::json!({ "branch": name, "into": below.name });
        let occasion = Occasion::new(self, message, detail.clone());
        self.undelete(tx, &undeleted, &occasion).await?;
        let revisions = onto.land(tx, landings, &occasion).await?;
        if let Some(approval) = approval {
            approve_as_one(tx, &changes, &revisions, &approval).await?;
        }
        let event = NewEvent {
            detail,
            ..NewEvent::new(EventKind::BranchMerged, occasion.time, occasion.actor)
        };
        let event = events::append(tx, event).await?;
        let merged = Branch { state: BranchState::Merged, ..branch };
        branches::update(tx, &merged, event).await?;
        report.finish(&revisions, event);
        Ok(report)
    }

    /// Puts a branch on a newer moment of its base. What was changed below is merged into what
    /// the branch changed; everything else just shows through. When something is left to decide,
    /// nothing is done and the report lists it.
    ///
    /// # Errors
    /// When the branch takes no edits, the moment is not newer than its base, the result would
    /// break a rule, or the actor lacks the right to write.
    pub async fn update_branch(&self, name: &Key, request: UpdateBranch) -> Result<MergeReport> {
        self.require_somewhere(Right::Write)?;
        if request.dry_run {
            let snapshot = self.lcms.store().snapshot().await?;
            let update = self.plan_update(&snapshot, name, &request).await?;
            let Plan { report, landings, .. } = update.plan;
            if report.is_resolved() {
                update.onto.check_landings(&snapshot, &landings, &[]).await?;
            }
            return self.readable_part(&snapshot, report).await;
        }
        let (session, name) = (self.clone(), name.clone());
        self.lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { session.update_in(tx, &name, request).await }))
            .await
    }

    async fn plan_update(
        &self,
        db: &impl Connection,
        name: &Key,
        request: &UpdateBranch,
    ) -> Result<Update> {
        let (branch, base) = open_branch(db, name).await?;
        let last = events::last_number(db).await?;
        let event = match request.to {
            None => last,
            Some(At::Event(event)) => event.min(last),
            Some(At::Time(time)) => events::last_at(db, time).await?,
        };
        if event <= base.event {
            return Err(Error::conflict(format!(
                "branch `{name}` stands on event {} already",
                base.event
            )));
        }
        let below = branches::by_id(db, base.branch).await?;
        let below = below
            .ok_or_else(|| Error::internal("a branch's base is gone", base.branch.0.to_string()))?;
        let before = branches::view(db, &below, Some(base.event)).await?;
        let after = branches::view(db, &below, Some(event)).await?;
        let moved = Branch { base: Some(Base { event, ..base }), ..branch };
        let view = branches::view(db, &moved, None).await?;
        let onto = Self { view: view.into(), ..self.clone() };
        let own = heads::own(db, moved.id, None, None).await?;
        let (old, mut new) =
            (heads_below(db, &before, &own).await?, heads_below(db, &after, &own).await?);
        new.retain(|key, head| old.get(key).is_none_or(|old| old.revision != head.revision));
        let ids: Vec<_> = new.keys().map(|(id, _)| *id).collect();
        let found = components::by_ids(db, &ids).await?;
        let pairs: Vec<_> = own
            .into_iter()
            .filter_map(|own| {
                let theirs = *new.get(&(own.component, own.language.clone()))?;
                // What was deleted is in conflict when the branch is merged.
                let component = found.get(&own.component).filter(|it| !it.deleted)?.clone();
                Some(Pair { component, language: own.language, ours: Some(own.head), theirs })
            })
            .collect();
        let libraries = self.libraries_by_id(db).await?;
        let plan = plan(db, &libraries, pairs, &[], &request.resolutions, true).await?;
        Ok(Update { branch: moved, below, onto, plan })
    }

    async fn update_in(
        &self,
        tx: &Transaction,
        name: &Key,
        request: UpdateBranch,
    ) -> Result<MergeReport> {
        let Update { branch, below, onto, plan } = self.plan_update(tx, name, &request).await?;
        let Plan { mut report, landings, .. } = plan;
        let touched = landings.iter().map(|landing| &landing.component);
        self.require_for_all(tx, touched, Right::Write).await?;
        if !report.is_resolved() {
            return self.readable_part(tx, report).await;
        }
        let message = match request.message.trim() {
            "" => format!("merge of {} into branch {name}", below.name),
            message => message.to_owned(),
        };
        let detail = serde_json::json!({
            "branch": name,
            "base": branch.base.map(|base| base.branch),
            "base_event": branch.base.map(|base| base.event),
        });
        let occasion = Occasion::new(self, message, serde_json::json!({ "update_of": name }));
        let event = NewEvent {
            detail,
            ..NewEvent::new(EventKind::BranchUpdated, occasion.time, occasion.actor)
        };
        let event = events::append(tx, event).await?;
        branches::update(tx, &branch, event).await?;
        let revisions = onto.land(tx, landings, &occasion).await?;
        report.finish(&revisions, event);
        Ok(report)
    }

    /// Undoes deletions that stood in the way, with an event for each.
    pub(super) async fn undelete(
        &self,
        tx: &Transaction,
        components: &[ComponentId],
        occasion: &Occasion,
    ) -> Result<()> {
        if components.is_empty() {
            return Ok(());
        }
        let found = components::by_ids(tx, components).await?;
        landing::undelete(tx, components).await?;
        let first = events::next_numbers(tx, components.len()).await?;
        let log = components.iter().map(|id| NewEvent {
            library: found.get(id).map(|component| component.library),
            component: Some(*id),
            detail: occasion.detail.clone(),
            ..NewEvent::new(EventKind::ComponentRestored, occasion.time, occasion.actor)
        });
        events::insert_many(tx, first, log.collect()).await
    }

    /// The report without what is in libraries that the actor may not read.
    async fn readable_part(
        &self,
        db: &impl Connection,
        mut report: MergeReport,
    ) -> Result<MergeReport> {
        let libraries = self.libraries_by_id(db).await?;
        let readable = |item: &MergeItem| {
            libraries.values().any(|it| it.key == item.library_key && self.may(it.id, Right::Read))
        };
        let all = report.items.len();
        report.items.retain(readable);
        report.not_readable = all - report.items.len();
        Ok(report)
    }
}

/// A branch on the way into its base.
struct Merge {
    branch: Branch,
    below: Branch,
    /// A handle that looks at the base.
    onto: Session,
    changes: Vec<Change>,
    /// What was changed below since.
    moved: Vec<crate::model::Component>,
    plan: Plan,
}

/// A branch on the way to a newer base.
struct Update {
    /// With its new base.
    branch: Branch,
    below: Branch,
    /// A handle that looks at the branch on its new base.
    onto: Session,
    plan: Plan,
}

impl Merge {
    /// The approval of exactly what the merge will make.
    async fn approval(&self, db: &impl Connection) -> Result<BranchReview> {
        let name = &self.branch.name;
        let digest = super::branch_reviews::digest_of(&self.changes);
        let last = branches::last_review(db, self.branch.id).await?;
        let approval = match last {
            Some(review) if review.digest == digest && review.state == State::Approved => review,
            Some(review) if review.digest != digest => {
                return Err(Error::conflict(format!(
                    "branch `{name}` was changed after its review at event {}",
                    review.event
                ))
                .hint("submit it and have it approved as it is now"));
            }
            _ => {
                return Err(Error::conflict(format!("branch `{name}` is not approved"))
                    .hint("submit it and have it approved"));
            }
        };
        if self.moved.is_empty() {
            return Ok(approval);
        }
        let names: Vec<_> = self.moved.iter().take(10).map(|it| format!("`{}`", it.key)).collect();
        let more = if self.moved.len() > 10 { " and others" } else { "" };
        Err(Error::conflict(format!(
            "the approval of branch `{name}` is stale: {}{more} changed on `{}` since, so the \
             result is not what was approved",
            names.join(", "),
            self.below.name
        ))
        .hint(format!("`lcms branch update {name}` takes these changes in; then review it again")))
    }
}

/// Approves what landed as it was approved on the branch.
async fn approve_as_one(
    tx: &Transaction,
    changes: &[Change],
    landed: &[Revision],
    approval: &BranchReview,
) -> Result<()> {
    let approved: std::collections::HashSet<_> = changes
        .iter()
        .map(|change| (change.component.id, change.head.content, change.head.metadata))
        .collect();
    let pairs: std::collections::BTreeSet<_> = landed
        .iter()
        .map(|revision| (revision.component, revision.content, revision.metadata))
        .filter(|pair| approved.contains(pair))
        .collect();
    let records: Vec<_> = pairs
        .into_iter()
        .map(|(component, content, metadata)| reviews::Review {
            component,
            content,
            metadata,
            state: State::Approved,
            actor: approval.actor,
            time: now(),
            event: approval.event,
        })
        .collect();
    reviews::record_many(tx, &records).await
}

impl MergeReport {
    pub(super) fn finish(&mut self, revisions: &[Revision], event: crate::model::EventNumber) {
        for item in &mut self.items {
            let made = revisions
                .iter()
                .find(|it| it.component == item.component && it.language == item.language);
            item.revision = made.map(|revision| revision.id);
        }
        self.done = true;
        self.event = Some(event);
    }
}

impl Change {
    fn own(&self) -> heads::OwnHead {
        heads::OwnHead {
            component: self.component.id,
            language: self.language.clone(),
            head: self.head,
        }
    }
}
