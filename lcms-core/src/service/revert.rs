//! Going back: one component to an earlier revision, or a course with everything below it to an
//! earlier moment. Nothing is taken out of the history: a revert is new history whose documents
//! are old ones.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Session;
use super::branches::as_head;
use super::components::not_here;
use super::landing::{Landing, Occasion};
use super::save::stale;
use crate::error::{Error, Result};
use crate::model::{
    Component, ComponentId, Content, Digest, EventKind, EventNumber, Head, Key, Kind, Language,
    LinkPolicy, RevisionId, Right, Slot, Target, Version, View,
};
use crate::store::events::{self, NewEvent};
use crate::store::{Connection, Transaction, components, documents, heads};

/// How to go back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revert {
    /// What to go back to: a revision (`@3`) or a moment (`120`, a time, a branch).
    pub to: Version,
    /// Everything below it too. Needs a moment.
    #[serde(default)]
    pub deep: bool,
    /// Why, in the author's words; says what was reverted to when empty.
    #[serde(default)]
    pub message: String,
    /// Only say what would be done.
    #[serde(default)]
    pub dry_run: bool,
}

/// What becomes of one component.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RevertItem {
    /// The component.
    pub component: ComponentId,
    /// Key of its library.
    pub library_key: Key,
    /// Its key.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
    /// Language of the version.
    pub language: Language,
    /// The head before; absent when it had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<RevisionId>,
    /// The revision whose documents come back.
    pub to: RevisionId,
    /// Whether its deletion is undone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub undeleted: bool,
    /// The revision that was made; absent when only a deletion is undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionId>,
}

/// What a revert did, or would do.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct RevertReport {
    /// The components that change, by library and key. What is as it was then is left out.
    pub items: Vec<RevertItem>,
    /// How many component versions were looked at.
    pub looked_at: usize,
    /// Whether it was done; false for a dry run and when nothing is different.
    pub done: bool,
    /// The event that recorded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventNumber>,
}

/// A version to go back to.
struct Back {
    component: Component,
    language: Language,
    now: Option<Head>,
    then: Head,
}

/// What a revert will do.
struct Plan {
    root: Component,
    landings: Vec<Landing>,
    undeleted: Vec<ComponentId>,
    report: RevertReport,
    said: String,
}

impl Session {
    /// Takes a component, or a course with everything below it, back to what it was. On the
    /// branch looked at, in one transaction; only what differs gets a revision, and deletions
    /// since then are undone. What was added since falls out of the structure and stays in its
    /// library.
    ///
    /// # Errors
    /// When the revision or moment does not exist, the component was not there then, the result
    /// would break a rule, or the actor may not write all of it (the libraries are named).
    pub async fn revert(&self, target: &Target, request: Revert) -> Result<RevertReport> {
        let (component, _) = self.component_with(target, Right::Write).await?;
        if request.dry_run {
            let snapshot = self.lcms.store().snapshot().await?;
            let plan = self.plan_revert(&snapshot, component.id, &request).await?;
            self.check_landings(&snapshot, &plan.landings, &plan.undeleted).await?;
            return Ok(plan.report);
        }
        let session = self.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move { session.revert_in(tx, component.id, &request).await })
            })
            .await
    }

    async fn revert_in(
        &self,
        tx: &Transaction,
        id: ComponentId,
        request: &Revert,
    ) -> Result<RevertReport> {
        self.require_open(tx).await?;
        let Plan { root, landings, undeleted, mut report, said } =
            self.plan_revert(tx, id, request).await?;
        if report.items.is_empty() {
            return Ok(report);
        }
        let message = match request.message.trim() {
            "" => said.clone(),
            message => message.to_owned(),
        };
        let occasion = Occasion::new(self, message, serde_json::json!({ "reverted": said }));
        let detail = serde_json::json!({
            "to": said, "deep": request.deep, "components": report.items.len()
        });
        let event = NewEvent {
            library: Some(root.library),
            component: Some(root.id),
            detail,
            ..NewEvent::new(EventKind::ComponentReverted, occasion.time, occasion.actor)
        };
        let event = events::append(tx, event).await?;
        self.undelete(tx, &undeleted, &occasion).await?;
        let revisions = self.land(tx, landings, &occasion).await?;
        let made: HashMap<_, _> =
            revisions.iter().map(|it| ((it.component, &it.language), it.id)).collect();
        for item in &mut report.items {
            item.revision = made.get(&(item.component, &item.language)).copied();
        }
        report.done = true;
        report.event = Some(event);
        Ok(report)
    }

    async fn plan_revert(
        &self,
        db: &impl Connection,
        id: ComponentId,
        request: &Revert,
    ) -> Result<Plan> {
        let libraries = self.libraries_by_id(db).await?;
        let root = components::by_id(db, id).await?;
        let root = root.ok_or_else(|| Error::not_found(format!("there is no component {id}")))?;
        let library = libraries
            .get(&root.library)
            .ok_or_else(|| Error::internal("a library is gone", root.library.to_string()))?;
        let language = &library.language;
        if let Some(seen) = self.seen {
            let head = heads::of(db, &self.view, id, language).await?;
            head.filter(|head| head.revision == seen).ok_or_else(|| stale(&root, seen))?;
        }
        let mut back = Vec::new();
        let mut looked_at = 0;
        let said = match &request.to {
            Version::Revision(_) if request.deep => {
                return Err(Error::invalid("a revision is of one component")
                    .hint("name a moment to go back with everything below"));
            }
            Version::Revision(selector) => {
                let revision = self.select(&root, library, selector).await?;
                let language = &revision.language;
                let now = heads::of_many(db, &self.view, &[id], language).await?;
                let then = HashMap::from([(id, as_head(&revision))]);
                looked_at += 1;
                back.extend(differing(db, &now, then, language).await?);
                format!("reverted to @{}", revision.number)
            }
            Version::Moment(moment) => {
                let view = self.at_moment(moment).await?.view;
                let [now, then] = match request.deep {
                    true => everything_below(db, &self.view, &view, &root, language).await?,
                    false => heads::of_both(db, &self.view, &view, &[id], language).await?,
                };
                if then.is_empty() {
                    return Err(not_here(&root));
                }
                looked_at += then.len();
                let ids: Vec<_> = then.keys().copied().collect();
                back.extend(differing(db, &now, then, language).await?);
                for other in heads::languages(db, &ids).await? {
                    if other != *language {
                        let [now, then] =
                            heads::of_both(db, &self.view, &view, &ids, &other).await?;
                        looked_at += then.len();
                        back.extend(differing(db, &now, then, &other).await?);
                    }
                }
                format!("reverted to {moment}")
            }
        };
        back.sort_by(|a, b| {
            let place = |it: &Component| libraries.get(&it.library).map(|library| &library.key);
            (place(&a.component), &a.component.key, &a.language).cmp(&(
                place(&b.component),
                &b.component.key,
                &b.language,
            ))
        });
        self.require_for_all(db, back.iter().map(|it| &it.component), Right::Write).await?;
        let undeleted: BTreeSet<_> =
            back.iter().map(|it| &it.component).filter(|it| it.deleted).map(|it| it.id).collect();
        let undeleted: Vec<_> = undeleted.into_iter().collect();
        if !undeleted.is_empty() {
            self.require_main("undoing a deletion")?;
        }
        let items = back
            .iter()
            .filter_map(|it| {
                Some(RevertItem {
                    component: it.component.id,
                    library_key: libraries.get(&it.component.library)?.key.clone(),
                    key: it.component.key.clone(),
                    kind: it.component.kind,
                    language: it.language.clone(),
                    from: it.now.map(|now| now.revision),
                    to: it.then.revision,
                    undeleted: it.component.deleted,
                    revision: None,
                })
            })
            .collect();
        let landings = back
            .into_iter()
            .filter(|it| it.now.map(version) != Some(version(it.then)))
            .map(|it| Landing {
                component: Component { deleted: false, ..it.component },
                language: it.language,
                head: it.now,
                content: it.then.content,
                metadata: it.then.metadata,
                source: it.then.source,
                merge_parent: None,
                documents: Vec::new(),
            })
            .collect();
        let report = RevertReport { items, looked_at, ..RevertReport::default() };
        Ok(Plan { root, landings, undeleted, report, said })
    }
}

fn version(head: Head) -> (Digest, Digest, Option<Digest>) {
    (head.content, head.metadata, head.source)
}

/// Those versions that do not stand there now, or whose component is deleted.
async fn differing(
    db: &impl Connection,
    now: &HashMap<ComponentId, Head>,
    then: HashMap<ComponentId, Head>,
    language: &Language,
) -> Result<Vec<Back>> {
    let ids: Vec<_> = then.keys().copied().collect();
    let mut wanted: HashSet<_> = components::deleted_among(db, &ids).await?.into_iter().collect();
    wanted.extend(
        ids.iter()
            .copied()
            .filter(|id| now.get(id).copied().map(version) != then.get(id).copied().map(version)),
    );
    let wanted: Vec<_> = wanted.into_iter().collect();
    let components = components::by_ids(db, &wanted).await?;
    Ok(components
        .into_iter()
        .filter_map(|(id, component)| {
            let (now, then) = (now.get(&id).copied(), *then.get(&id)?);
            Some(Back { component, language: language.clone(), now, then })
        })
        .collect())
}

/// The versions that a structure is and was made of: what stands now and what stood then, its own
/// and, level by level, of everything in slots that followed heads then.
async fn everything_below(
    db: &impl Connection,
    now: &View,
    then: &View,
    root: &Component,
    language: &Language,
) -> Result<[HashMap<ComponentId, Head>; 2]> {
    let [mut standing, mut found] = [HashMap::new(), HashMap::new()];
    let mut level = vec![root.id];
    while !level.is_empty() {
        let [new, mut old] = heads::of_both(db, now, then, &level, language).await?;
        for (id, version) in &mut old {
            // What still stands is known to have slots or none without reading it.
            let same = new.get(id).filter(|head| head.content == version.content);
            version.slots = version.slots.or(same.and_then(|head| head.slots));
        }
        let contents: Vec<_> =
            old.values().filter(|head| !head.is_leaf()).map(|head| head.content).collect();
        let bodies = documents::get_all(db, &contents).await?;
        let mut next = HashSet::new();
        for body in bodies.values() {
            let content = Content::from_stored(body).map_err(|violations| {
                Error::internal("a stored document cannot be read", "form")
                    .with_violations(violations)
            })?;
            next.extend(
                content.slots().iter().filter(|slot| follows_heads(slot)).map(|s| s.component),
            );
        }
        standing.extend(new);
        found.extend(old);
        level = next.into_iter().filter(|id| !found.contains_key(id)).collect();
    }
    Ok([standing, found])
}

/// Whether what stands in a slot changes when the head of its component does.
fn follows_heads(slot: &Slot) -> bool {
    matches!(slot.policy, LinkPolicy::Latest | LinkPolicy::Approved)
}
