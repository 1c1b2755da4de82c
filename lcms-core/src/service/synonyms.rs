//! The synonyms of a library, and those of all libraries as the index wants them.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use utoipa::ToSchema;

use super::Session;
use super::rules::{Change, put, standing};
use crate::error::{Error, ErrorKind, Result};
use crate::index::Synonyms;
use crate::model::rules::SYNONYMS;
use crate::model::{Digest, EventNumber, Key, LibraryId, Right, RuleSubject, SynonymList};
use crate::store::{Connection, synonyms};

/// What a library's synonyms become.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSynonyms {
    /// One entry a line: `a, b` (each finds the other) or `a => b` (who asks for a also finds b).
    pub text: String,
    /// The list that was seen; refused when it is another by now.
    #[serde(skip)]
    pub seen: Option<Digest>,
}

/// The lists as they were last read, made ready to be searched by.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Read>);

#[derive(Debug, Default)]
struct Read {
    /// The newest event when they were read: a list that is changed leaves one.
    at: EventNumber,
    /// Which lists, and the event that each was written by.
    versions: Vec<(LibraryId, EventNumber)>,
    synonyms: Arc<Synonyms>,
}

impl Known {
    /// The synonyms of every library after the event `last`, the newest that `db` sees; read anew
    /// when one was changed.
    pub(super) async fn now(
        &self,
        db: &impl Connection,
        last: EventNumber,
    ) -> Result<Arc<Synonyms>> {
        {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.at == last && last != EventNumber::default() {
                return Ok(Arc::clone(&known.synonyms));
            }
        }
        let lists = synonyms::all(db).await?;
        let versions: Vec<_> = lists.iter().map(|(library, event, _)| (*library, *event)).collect();
        {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.versions == versions {
                known.at = last;
                return Ok(Arc::clone(&known.synonyms));
            }
        }
        let mut all = Synonyms::default();
        for (library, _, list) in lists {
            // What was stored was read before.
            let rules = SynonymList::parse(&list.text).map(|(_, rules)| rules).unwrap_or_default();
            for (asked, found) in rules.iter().flat_map(|rule| rule.pairs()) {
                all.add(library.0, asked, found);
            }
        }
        let all = Arc::new(all);
        let read = Read { at: last, versions, synonyms: Arc::clone(&all) };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(all)
    }
}

impl Session {
    /// The synonyms of a library.
    ///
    /// # Errors
    /// When there is no such library, or the actor may not read it.
    pub async fn synonyms(&self, library: &Key) -> Result<SynonymList> {
        let library = self.library_with(library, Right::Read).await?;
        synonyms::of(self.lcms.store().reader(), library.id).await
    }

    /// Replaces the synonyms of a library; searches use them at once.
    ///
    /// # Errors
    /// [`ErrorKind::StaleBase`] when the list is another than was seen; every line that is no
    /// entry; when there is no such library, or the actor may not write in it.
    pub async fn set_synonyms(&self, library: &Key, change: ChangeSynonyms) -> Result<SynonymList> {
        let library = self.library_with(library, Right::Write).await?;
        let (list, _) = SynonymList::parse(&change.text)
            .map_err(|found| Error::violations("some lines are no synonyms", found))?;
        let (actor, kept) = (self.actor.id(), list.clone());
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let (stands, _) =
                        standing(tx, library.id, RuleSubject::Synonyms, SYNONYMS).await?;
                    let text = stands.as_ref().and_then(|stands| stands.body.clone());
                    let before = SynonymList { text: text.unwrap_or_default() };
                    if change.seen.is_some_and(|seen| seen != before.state()) {
                        let message =
                            format!("the synonyms of `{}` were changed meanwhile", library.key);
                        return Err(Error::new(ErrorKind::StaleBase, message)
                            .hint("read them again, and change what is there now"));
                    }
                    if before == kept {
                        return Ok(());
                    }
                    let change = Change {
                        library: library.id,
                        subject: RuleSubject::Synonyms,
                        name: SYNONYMS.to_owned(),
                        body: Some(kept.text),
                        message: String::new(),
                    };
                    put(tx, change, stands.map(|stands| stands.id), actor).await.map(drop)
                })
            })
            .await?;
        Ok(list)
    }
}
