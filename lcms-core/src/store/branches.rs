//! Branches and what they stand on.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _,
};

use super::entity::{branch, branch_base, branch_review};
use super::time::{from_micros, to_micros};
use super::{Transaction, by_hand, digest, fault, unique, unreadable};
use crate::error::Result;
use crate::model::{
    Base, Branch, BranchId, BranchReview, BranchState, EventNumber, Key, Layer, State, UserId, View,
};

/// Branches that may stand on each other; more would make every look-up slow.
pub const MAX_DEPTH: usize = 16;

fn read(row: &branch::Model) -> Result<Branch> {
    let base = row.base_branch.zip(row.base_event);
    Ok(Branch {
        id: BranchId(row.id),
        name: row.name.parse().map_err(|e| unreadable("branch name", e))?,
        base: base.map(|(id, event)| Base { branch: BranchId(id), event: EventNumber(event) }),
        state: BranchState::from_name(&row.state)
            .ok_or_else(|| unreadable("branch state", &row.state))?,
        author: row.author.map(UserId),
        created: from_micros(row.created),
        event: EventNumber(row.event),
    })
}

/// The branch with that name.
pub async fn by_name(db: &impl ConnectionTrait, name: &Key) -> Result<Option<Branch>> {
    let query = branch::Entity::find().filter(branch::Column::Name.eq(name.as_str()));
    let row = unique(query, db).await.map_err(fault("read a branch"))?;
    row.as_ref().map(read).transpose()
}

/// The branch with that number.
pub async fn by_id(db: &impl ConnectionTrait, id: BranchId) -> Result<Option<Branch>> {
    let row = unique(branch::Entity::find_by_id(id.0), db).await.map_err(fault("read a branch"))?;
    row.as_ref().map(read).transpose()
}

/// Every branch, oldest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Branch>> {
    let rows = branch::Entity::find()
        .order_by_asc(branch::Column::Id)
        .all(db)
        .await
        .map_err(fault("list branches"))?;
    rows.iter().map(read).collect()
}

/// The number for the next branch. Only one writer at a time has the log, so it stays free.
pub async fn next_id(tx: &Transaction) -> Result<BranchId> {
    let last = branch::Entity::find()
        .order_by_desc(branch::Column::Id)
        .limit(1)
        .one(tx)
        .await
        .map_err(fault("list branches"))?;
    Ok(BranchId(last.map_or(1, |row| row.id) + 1))
}

/// What has to be known before a branch is made.
#[derive(Clone, Debug)]
pub struct Place {
    /// The number for it, as [`next_id`].
    pub id: BranchId,
    /// Whether its name is free.
    pub is_free: bool,
    /// The name of the branch it stands on.
    pub below: Option<Key>,
    /// The newest event; 0 when there is none.
    pub last_event: EventNumber,
}

/// What has to be known before a branch of that name is made on another, asked in one request.
pub async fn place(tx: &Transaction, name: &Key, below: BranchId) -> Result<Place> {
    let sql = "SELECT MAX(id), (SELECT COUNT(*) FROM branch WHERE name = ?), \
               (SELECT name FROM branch WHERE id = ?), (SELECT MAX(number) FROM event) FROM branch";
    let values = [name.as_str().into(), below.0.into()];
    let ask = by_hand::statement(tx.get_database_backend(), sql, values);
    let answers = tx.ask("list branches", vec![ask]).await?;
    let row = answers.first().and_then(|rows| rows.first());
    let read = row.map(|row| row.try_get_many_by_index()).transpose();
    let (last, same, below, event): (Option<i32>, i64, Option<String>, Option<i64>) =
        read.map_err(fault("list branches"))?.unwrap_or_default();
    Ok(Place {
        id: BranchId(last.unwrap_or(1) + 1),
        is_free: same == 0,
        below: below
            .map(|name| name.parse())
            .transpose()
            .map_err(|e| unreadable("branch name", e))?,
        last_event: EventNumber(event.unwrap_or(0)),
    })
}

/// Stores a new branch with its first base; name and number must be free.
pub async fn insert(tx: &Transaction, new: &Branch) -> Result<()> {
    let row = branch::ActiveModel {
        id: Set(new.id.0),
        name: Set(new.name.to_string()),
        base_branch: Set(new.base.map(|base| base.branch.0)),
        base_event: Set(new.base.map(|base| base.event.0)),
        created: Set(to_micros(new.created)),
        state: Set(new.state.as_str().to_owned()),
        author: Set(new.author.map(|id| id.0)),
        event: Set(new.event.0),
    };
    let insert = branch::Entity::insert(row).build(tx.get_database_backend());
    tx.later("store a branch", insert).await?;
    remember_base(tx, new, new.event).await
}

/// Changes a branch's state and base; a new base is kept with the event that brought it.
pub async fn update(tx: &Transaction, changed: &Branch, event: EventNumber) -> Result<()> {
    branch::Entity::update_many()
        .col_expr(branch::Column::State, changed.state.as_str().into())
        .col_expr(branch::Column::BaseBranch, changed.base.map(|base| base.branch.0).into())
        .col_expr(branch::Column::BaseEvent, changed.base.map(|base| base.event.0).into())
        .filter(branch::Column::Id.eq(changed.id.0))
        .exec(tx)
        .await
        .map_err(fault("change a branch"))?;
    let known = base_at(tx, changed.id, event).await?;
    if known == changed.base { Ok(()) } else { remember_base(tx, changed, event).await }
}

async fn remember_base(tx: &Transaction, branch: &Branch, event: EventNumber) -> Result<()> {
    let Some(base) = branch.base else { return Ok(()) };
    let row = branch_base::ActiveModel {
        branch_id: Set(branch.id.0),
        event: Set(event.0),
        base_branch: Set(base.branch.0),
        base_event: Set(base.event.0),
    };
    let insert = branch_base::Entity::insert(row).build(tx.get_database_backend());
    tx.later("store a branch's base", insert).await
}

/// What a branch stood on after that event.
pub async fn base_at(
    db: &impl ConnectionTrait,
    branch: BranchId,
    event: EventNumber,
) -> Result<Option<Base>> {
    let row = branch_base::Entity::find()
        .filter(branch_base::Column::BranchId.eq(branch.0))
        .filter(branch_base::Column::Event.lte(event.0))
        .order_by_desc(branch_base::Column::Event)
        .limit(1)
        .one(db)
        .await
        .map_err(fault("read a branch's base"))?;
    Ok(row
        .map(|row| Base { branch: BranchId(row.base_branch), event: EventNumber(row.base_event) }))
}

/// What is seen on a branch, now or after an event: its own layer and those below.
pub async fn view(
    db: &impl ConnectionTrait,
    branch: &Branch,
    as_of: Option<EventNumber>,
) -> Result<View> {
    let mut layers = vec![Layer { branch: branch.id, as_of }];
    let mut base = match as_of {
        None => branch.base,
        Some(event) => base_at(db, branch.id, event).await?,
    };
    while let Some(below) = base {
        layers.push(Layer { branch: below.branch, as_of: Some(below.event) });
        if layers.len() > MAX_DEPTH {
            break;
        }
        base = base_at(db, below.branch, below.event).await?;
    }
    Ok(View::of_layers(layers))
}

/// Records where the review of a branch stands, in place of what was recorded for the same
/// digest.
pub async fn record_review(
    tx: &Transaction,
    branch: BranchId,
    review: &BranchReview,
) -> Result<()> {
    use branch_review::Column;
    let row = branch_review::ActiveModel {
        branch_id: Set(branch.0),
        digest: Set(review.digest.as_bytes().to_vec()),
        state: Set(review.state.as_str().to_owned()),
        actor: Set(review.actor.0),
        created: Set(to_micros(review.time)),
        event: Set(review.event.0),
    };
    let replace = OnConflict::columns([Column::BranchId, Column::Digest])
        .update_columns([Column::State, Column::Actor, Column::Created, Column::Event])
        .to_owned();
    branch_review::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await
        .map_err(fault("record a review"))?;
    Ok(())
}

/// The newest step in the review of a branch, whatever it was bound to.
pub async fn last_review(
    db: &impl ConnectionTrait,
    branch: BranchId,
) -> Result<Option<BranchReview>> {
    let row = branch_review::Entity::find()
        .filter(branch_review::Column::BranchId.eq(branch.0))
        .order_by_desc(branch_review::Column::Event)
        .limit(1)
        .one(db)
        .await
        .map_err(fault("read a review"))?;
    row.map(|row| {
        Ok(BranchReview {
            digest: digest(&row.digest)?,
            state: [State::Draft, State::InReview, State::Approved]
                .into_iter()
                .find(|state| state.as_str() == row.state)
                .ok_or_else(|| unreadable("review state", &row.state))?,
            actor: UserId(row.actor),
            time: from_micros(row.created),
            event: EventNumber(row.event),
        })
    })
    .transpose()
}
