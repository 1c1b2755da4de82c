//! Targets and what was live in them from – to.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use time::OffsetDateTime;

use super::entity::{deployment, target};
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, optional_digest, unique, unreadable};
use crate::error::Result;
use crate::model::{
    ComponentId, Deployment, DeploymentId, EventNumber, Key, LmsTarget, ReleaseId, TargetId, UserId,
};

fn read_target(row: target::Model) -> Result<LmsTarget> {
    Ok(LmsTarget {
        id: TargetId(row.id),
        key: row.key.parse().map_err(|e| unreadable("target key", e))?,
        title: row.title,
        platform: row.platform,
        url: row.url,
        notes: row.notes,
        retired: row.retired,
        created: from_micros(row.created),
    })
}

fn read(row: deployment::Model) -> Result<Deployment> {
    let channel = row.channel.map(|name| name.parse()).transpose();
    Ok(Deployment {
        id: DeploymentId(row.id),
        target: TargetId(row.target_id),
        component: ComponentId(row.component_id),
        release: ReleaseId(row.release_id),
        package: optional_digest(row.package.as_deref())?,
        channel: channel.map_err(|e| unreadable("channel name", e))?,
        note: row.note,
        since: from_micros(row.since),
        since_actor: UserId(row.since_actor),
        until: row.until.map(from_micros),
        until_actor: row.until_actor.map(UserId),
        event: EventNumber(row.event),
    })
}

/// Stores a new target; its key must be free.
pub async fn insert_target(tx: &Transaction, new: &LmsTarget) -> Result<()> {
    let row = target::ActiveModel {
        id: Set(new.id.0),
        key: Set(new.key.to_string()),
        title: Set(new.title.clone()),
        platform: Set(new.platform.clone()),
        url: Set(new.url.clone()),
        notes: Set(new.notes.clone()),
        retired: Set(new.retired),
        created: Set(to_micros(new.created)),
    };
    target::Entity::insert(row).exec_without_returning(tx).await.map_err(fault("add a target"))?;
    Ok(())
}

/// Changes everything of a target but its id and age.
pub async fn update_target(tx: &Transaction, changed: &LmsTarget) -> Result<()> {
    target::Entity::update_many()
        .col_expr(target::Column::Key, Expr::value(changed.key.as_str()))
        .col_expr(target::Column::Title, Expr::value(changed.title.as_str()))
        .col_expr(target::Column::Platform, Expr::value(changed.platform.as_str()))
        .col_expr(target::Column::Url, Expr::value(changed.url.as_str()))
        .col_expr(target::Column::Notes, Expr::value(changed.notes.as_str()))
        .col_expr(target::Column::Retired, Expr::value(changed.retired))
        .filter(target::Column::Id.eq(changed.id.0))
        .exec(tx)
        .await
        .map_err(fault("change a target"))?;
    Ok(())
}

/// The target with that key.
pub async fn target(db: &impl ConnectionTrait, key: &Key) -> Result<Option<LmsTarget>> {
    let query = target::Entity::find().filter(target::Column::Key.eq(key.as_str()));
    unique(query, db).await.map_err(fault("read a target"))?.map(read_target).transpose()
}

/// Every target, by key.
pub async fn targets(db: &impl ConnectionTrait) -> Result<Vec<LmsTarget>> {
    let rows = target::Entity::find()
        .order_by_asc(target::Column::Key)
        .all(db)
        .await
        .map_err(fault("list targets"))?;
    rows.into_iter().map(read_target).collect()
}

/// Stores a new deployment.
pub async fn insert(tx: &Transaction, new: &Deployment) -> Result<()> {
    let row = deployment::ActiveModel {
        id: Set(new.id.0),
        target_id: Set(new.target.0),
        component_id: Set(new.component.0),
        release_id: Set(new.release.0),
        package: Set(new.package.map(|digest| digest.as_bytes().to_vec())),
        channel: Set(new.channel.as_ref().map(ToString::to_string)),
        note: Set(new.note.clone()),
        since: Set(to_micros(new.since)),
        since_actor: Set(new.since_actor.0),
        until: Set(new.until.map(to_micros)),
        until_actor: Set(new.until_actor.map(|id| id.0)),
        event: Set(new.event.0),
    };
    deployment::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map_err(fault("record a deployment"))?;
    Ok(())
}

/// Notes until when a deployment was live.
pub async fn end(
    tx: &Transaction,
    id: DeploymentId,
    until: OffsetDateTime,
    actor: UserId,
) -> Result<()> {
    deployment::Entity::update_many()
        .col_expr(deployment::Column::Until, Expr::value(to_micros(until)))
        .col_expr(deployment::Column::UntilActor, Expr::value(actor.0))
        .filter(deployment::Column::Id.eq(id.0))
        .filter(deployment::Column::Until.is_null())
        .exec(tx)
        .await
        .map_err(fault("end a deployment"))?;
    Ok(())
}

/// The deployment with that id.
pub async fn by_id(db: &impl ConnectionTrait, id: DeploymentId) -> Result<Option<Deployment>> {
    let row = unique(deployment::Entity::find_by_id(id.0), db)
        .await
        .map_err(fault("read a deployment"))?;
    row.map(read).transpose()
}

/// Which deployments to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in this target.
    pub target: Option<TargetId>,
    /// Only of this component.
    pub component: Option<ComponentId>,
    /// Only of these releases.
    pub releases: Option<Vec<ReleaseId>>,
    /// Only those that were live then.
    pub at: Option<OffsetDateTime>,
    /// Only those that are live.
    pub live: bool,
    /// Only those that were started before this event.
    pub before: Option<EventNumber>,
}

/// Deployments, the newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter,
    limit: u64,
) -> Result<Vec<Deployment>> {
    let mut query =
        deployment::Entity::find().order_by_desc(deployment::Column::Event).limit(limit);
    if let Some(target) = filter.target {
        query = query.filter(deployment::Column::TargetId.eq(target.0));
    }
    if let Some(component) = filter.component {
        query = query.filter(deployment::Column::ComponentId.eq(component.0));
    }
    if let Some(at) = filter.at.map(to_micros) {
        let not_over = deployment::Column::Until.is_null().or(deployment::Column::Until.gt(at));
        query = query.filter(deployment::Column::Since.lte(at)).filter(not_over);
    }
    if filter.live {
        query = query.filter(deployment::Column::Until.is_null());
    }
    if let Some(before) = filter.before {
        query = query.filter(deployment::Column::Event.lt(before.0));
    }
    let Some(releases) = &filter.releases else {
        let rows = query.all(db).await.map_err(fault("list deployments"))?;
        return rows.into_iter().map(read).collect();
    };
    let mut found = Vec::new();
    for chunk in releases.chunks(500) {
        let of_these = deployment::Column::ReleaseId.is_in(chunk.iter().map(|id| id.0));
        let rows = query.clone().filter(of_these).all(db).await;
        for row in rows.map_err(fault("list deployments"))? {
            found.push(read(row)?);
        }
    }
    found.sort_by_key(|deployment| std::cmp::Reverse(deployment.event));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}
