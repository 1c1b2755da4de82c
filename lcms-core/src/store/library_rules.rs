//! Vocabularies, metadata schemas and synonyms of libraries: every state that each ever had.

use sea_orm::sea_query::{Expr, Func};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use time::OffsetDateTime;

use super::entity::library_rule;
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, listed, unique, unreadable};
use crate::error::Result;
use crate::model::{EventNumber, LibraryId, RuleSubject, RuleVersionId, UserId};

/// One state of a vocabulary, a schema or a list of synonyms.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleVersion {
    /// What names this state.
    pub id: RuleVersionId,
    /// The library.
    pub library: LibraryId,
    /// What it is about.
    pub subject: RuleSubject,
    /// Which of them.
    pub name: String,
    /// Its place among the states, from 1.
    pub number: u32,
    /// The document, as [`RuleSubject::body_of`] writes it; absent when this state is to be gone.
    pub body: Option<String>,
    /// Who did it.
    pub author: UserId,
    /// Why.
    pub message: String,
    /// When.
    pub created: OffsetDateTime,
    /// The event that recorded it.
    pub event: EventNumber,
}

fn read(row: library_rule::Model) -> Result<RuleVersion> {
    let subject = RuleSubject::from_name(&row.subject);
    Ok(RuleVersion {
        id: RuleVersionId(row.id),
        library: LibraryId(row.library_id),
        subject: subject.ok_or_else(|| unreadable("subject of a rule", &row.subject))?,
        name: row.name,
        number: u32::try_from(row.number).unwrap_or_default(),
        body: row.body,
        author: UserId(row.author),
        message: row.message,
        created: from_micros(row.created),
        event: EventNumber(row.event),
    })
}

/// Stores a new state, which is the newest from now on.
pub async fn put(tx: &Transaction, new: &RuleVersion) -> Result<()> {
    use library_rule::Column;
    library_rule::Entity::update_many()
        .col_expr(Column::Newest, false.into())
        .filter(Column::LibraryId.eq(new.library.0))
        .filter(Column::Subject.eq(new.subject.as_str()))
        .filter(Column::Name.eq(&new.name))
        .filter(Column::Newest.eq(true))
        .exec(tx)
        .await
        .map_err(fault("store a library's rule"))?;
    let row = library_rule::ActiveModel {
        id: Set(new.id.0),
        library_id: Set(new.library.0),
        subject: Set(new.subject.as_str().to_owned()),
        name: Set(new.name.clone()),
        number: Set(i32::try_from(new.number).unwrap_or(i32::MAX)),
        body: Set(new.body.clone()),
        newest: Set(true),
        author: Set(new.author.0),
        message: Set(new.message.clone()),
        created: Set(to_micros(new.created)),
        event: Set(new.event.0),
    };
    library_rule::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a library's rule"))?;
    Ok(())
}

/// The newest state of everything of a library, also of what is gone, by subject and name.
pub async fn newest(db: &impl ConnectionTrait, library: LibraryId) -> Result<Vec<RuleVersion>> {
    use library_rule::Column;
    let rows = library_rule::Entity::find()
        .filter(Column::LibraryId.eq(library.0))
        .filter(Column::Newest.eq(true))
        .order_by_asc(Column::Subject)
        .order_by_asc(Column::Name)
        .all(db)
        .await
        .map_err(fault("read a library's rules"))?;
    rows.into_iter().map(read).collect()
}

/// Every state of one of them, newest first.
pub async fn history(
    db: &impl ConnectionTrait,
    library: LibraryId,
    subject: RuleSubject,
    name: &str,
) -> Result<Vec<RuleVersion>> {
    use library_rule::Column;
    let rows = library_rule::Entity::find()
        .filter(Column::LibraryId.eq(library.0))
        .filter(Column::Subject.eq(subject.as_str()))
        .filter(Column::Name.eq(name))
        .order_by_desc(Column::Number)
        .all(db)
        .await
        .map_err(fault("read a rule's history"))?;
    rows.into_iter().map(read).collect()
}

/// Every state of everything of a library, oldest first.
pub async fn all(db: &impl ConnectionTrait, library: LibraryId) -> Result<Vec<RuleVersion>> {
    use library_rule::Column;
    let rows = library_rule::Entity::find()
        .filter(Column::LibraryId.eq(library.0))
        .order_by_asc(Column::Event)
        .all(db)
        .await
        .map_err(fault("read a library's rules"))?;
    rows.into_iter().map(read).collect()
}

/// The newest state of everything about a subject, of every library.
pub async fn newest_about(
    db: &impl ConnectionTrait,
    subject: RuleSubject,
) -> Result<Vec<RuleVersion>> {
    use library_rule::Column;
    let rows = library_rule::Entity::find()
        .filter(Column::Subject.eq(subject.as_str()))
        .filter(Column::Newest.eq(true))
        .order_by_asc(Column::LibraryId)
        .all(db)
        .await
        .map_err(fault("read the rules of libraries"))?;
    rows.into_iter().map(read).collect()
}

/// Those of these states that are there.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[RuleVersionId]) -> Result<Vec<RuleVersion>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let rows = library_rule::Entity::find()
            .filter(library_rule::Column::Id.is_in(listed(chunk.iter().map(|id| id.0))))
            .all(db)
            .await
            .map_err(fault("read rules of libraries"))?;
        for row in rows {
            found.push(read(row)?);
        }
    }
    Ok(found)
}

/// The state with that id.
pub async fn by_id(db: &impl ConnectionTrait, id: RuleVersionId) -> Result<Option<RuleVersion>> {
    let row = unique(library_rule::Entity::find_by_id(id.0), db).await;
    row.map_err(fault("read a library's rule"))?.map(read).transpose()
}

/// The event that last changed anything of a library's rules; absent when it never had any.
pub async fn last_event(
    db: &impl ConnectionTrait,
    library: LibraryId,
) -> Result<Option<EventNumber>> {
    let newest: Option<Option<i64>> = library_rule::Entity::find()
        .select_only()
        .expr(Func::max(Expr::col(library_rule::Column::Event)))
        .filter(library_rule::Column::LibraryId.eq(library.0))
        .into_tuple()
        .one(db)
        .await
        .map_err(fault("read a library's rules"))?;
    Ok(newest.flatten().map(EventNumber))
}
