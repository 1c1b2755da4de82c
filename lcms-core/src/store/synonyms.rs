//! The synonyms of libraries, as people wrote them: states of a rule like others.

use sea_orm::ConnectionTrait;

use super::library_rules;
use crate::error::Result;
use crate::model::rules::SYNONYMS;
use crate::model::{EventNumber, LibraryId, RuleSubject, SynonymList};

/// The synonyms of a library; an empty list when none were written.
pub async fn of(db: &impl ConnectionTrait, library: LibraryId) -> Result<SynonymList> {
    let states = library_rules::history(db, library, RuleSubject::Synonyms, SYNONYMS).await?;
    let text = states.into_iter().next().and_then(|newest| newest.body);
    Ok(SynonymList { text: text.unwrap_or_default() })
}

/// Every library's, each with the event that it was written by.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<(LibraryId, EventNumber, SynonymList)>> {
    let newest = library_rules::newest_about(db, RuleSubject::Synonyms).await?;
    let list = |of: library_rules::RuleVersion| {
        (of.library, of.event, SynonymList { text: of.body.unwrap_or_default() })
    };
    Ok(newest.into_iter().map(list).collect())
}
