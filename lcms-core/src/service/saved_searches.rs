//! Searches that people keep, and the feeds of what is new in them.
//!
//! A kept search belongs to whoever kept it. A shared one is seen by everybody who signs in, and
//! finds for each of them what they may read. Its feed is read by a program that cannot sign in,
//! with a secret that opens nothing but this one feed and shows what its owner may read now. Like a
//! draft, a kept search is nobody's content: it leaves no event and travels with no library.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::bulk::SearchWords;
use super::search::SearchQuery;
use super::{Actor, Lcms, Session};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{Hit, Note, SearchPage, Sort};
use crate::model::{Digest, Right, Rights, SavedSearchId, UserId};
use crate::store::saved_searches::{self, KeptSearch};
use crate::store::{accounts, now, webhooks};

/// Most searches that one person keeps.
const MOST: usize = 500;
/// Longest name, in characters.
const MOST_CHARACTERS: usize = 200;
/// Entries of a feed.
const ENTRIES: usize = 50;

/// A search to be kept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSavedSearch {
    /// What to call it.
    pub name: String,
    /// What is looked for.
    #[serde(default)]
    pub search: SearchWords,
    /// Whether others see it too.
    #[serde(default)]
    pub shared: bool,
}

/// A search that somebody keeps.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SavedSearch {
    /// The search.
    pub id: SavedSearchId,
    /// Whose it is.
    pub owner: UserId,
    /// What it is called.
    pub name: String,
    /// What is looked for.
    pub search: SearchWords,
    /// Whether others see it too.
    pub shared: bool,
    /// Whether it is one's own.
    pub own: bool,
    /// Whether its feed can be read with a secret.
    pub has_feed: bool,
    /// Whether what it comes to find is sent somewhere; of one's own.
    pub has_webhook: bool,
    /// Up to when you have seen what it finds; when it was first kept if you never looked.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub seen: OffsetDateTime,
    /// What it finds that has a newer revision than that; when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<u64>,
    /// When it was first kept.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed: OffsetDateTime,
}

/// What is new in a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// The search.
    pub search: SavedSearch,
    /// What it finds, newest change first.
    pub hits: Vec<Hit>,
}

fn no_search(id: SavedSearchId) -> Error {
    Error::not_found(format!("there is no saved search {id}, or it is somebody else's"))
}

/// What a kept search looks for.
pub(super) fn words_of(kept: &KeptSearch) -> Result<SearchWords> {
    serde_json::from_str(&kept.body).map_err(|error| {
        Error::internal(format!("saved search {} cannot be read by this version", kept.id), error)
    })
}

fn view(kept: &KeptSearch, seen_by: UserId, seen: Option<OffsetDateTime>) -> Result<SavedSearch> {
    let search = words_of(kept)?;
    Ok(SavedSearch {
        id: kept.id,
        owner: kept.user,
        name: kept.name.clone(),
        search,
        shared: kept.shared,
        own: kept.user == seen_by,
        has_feed: kept.feed.is_some(),
        has_webhook: false,
        seen: seen.unwrap_or(kept.created),
        new: None,
        created: kept.created,
        changed: kept.changed,
    })
}

fn written(new: &NewSavedSearch) -> Result<(String, String)> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARACTERS {
        let message = format!("a saved search has a name of 1 to {MOST_CHARACTERS} characters");
        return Err(Error::invalid(message));
    }
    let body = serde_json::to_string(&new.search)
        .map_err(|error| Error::internal("a search cannot be written", error))?;
    Ok((name.to_owned(), body))
}

impl Session {
    /// The searches that the actor keeps, and those that others share, by name; with how much is
    /// new in each when `news` are asked for.
    ///
    /// # Errors
    /// When the actor may read nothing, or store or index cannot be read.
    pub async fn saved_searches(&self, news: bool) -> Result<Vec<SavedSearch>> {
        self.require_somewhere(Right::Read)?;
        let me = self.actor.id();
        let db = self.lcms.store().reader();
        let kept = saved_searches::seen_by(db, me).await?;
        let seen = saved_searches::seen_of(db, me).await?;
        let told: HashSet<_> =
            webhooks::all(db).await?.into_iter().map(|webhook| webhook.search).collect();
        let mut views = Vec::with_capacity(kept.len());
        for kept in &kept {
            let mut view = view(kept, me, seen.get(&kept.id).copied())?;
            view.has_webhook = view.own && told.contains(&kept.id);
            if news {
                view.new = Some(self.new_in(&view).await?);
            }
            views.push(view);
        }
        Ok(views)
    }

    /// How much a search finds that is newer than what was seen in it.
    async fn new_in(&self, search: &SavedSearch) -> Result<u64> {
        let all = search.search.query(Sort::Updated, 1, None);
        let new = SearchQuery { since: Some(search.seen), ..all.clone() };
        let page = self.search(new).await?.page;
        // Among what is new nothing may be as it was asked for; what is only similar counts when the
        // search finds nothing else at all.
        let reach = |page: &SearchPage| {
            let further = |note: &&Note| matches!(note, Note::Similar | Note::Degraded);
            page.notes.iter().find(further).cloned()
        };
        if reach(&page).is_some() && reach(&page) != reach(&self.search(all).await?.page) {
            return Ok(0);
        }
        Ok(page.total)
    }

    /// Notes that the actor has seen what a search finds now.
    ///
    /// # Errors
    /// When there is no such search, the actor is no user, or store or index cannot be read.
    pub async fn see_saved_search(&self, id: SavedSearchId) -> Result<SavedSearch> {
        let mut search = self.saved_search(id).await?;
        // What the index does not contain yet was not seen, so the clock is not asked.
        let found = self.search(search.search.query(Sort::Updated, 1, None)).await?;
        search.new = Some(0);
        let Some(newest) = found.page.hits.first().map(|hit| hit.updated) else {
            return Ok(search);
        };
        if newest <= search.seen {
            return Ok(search);
        }
        search.seen = newest;
        let user = self.actor.id();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    // It may have been thrown away meanwhile.
                    saved_searches::by_id(tx, id).await?.ok_or_else(|| no_search(id))?;
                    if accounts::user(tx, user).await?.is_none() {
                        return Err(Error::invalid("only a user keeps searches"));
                    }
                    saved_searches::mark_seen(tx, user, id, newest).await
                })
            })
            .await?;
        Ok(search)
    }

    /// One of them.
    ///
    /// # Errors
    /// When there is none, or it is somebody else's and not shared.
    pub async fn saved_search(&self, id: SavedSearchId) -> Result<SavedSearch> {
        self.require_somewhere(Right::Read)?;
        let me = self.actor.id();
        let db = self.lcms.store().reader();
        let kept = saved_searches::by_id(db, id).await?;
        let kept = kept.filter(|kept| kept.shared || kept.user == me);
        let seen = saved_searches::seen_of(db, me).await?.get(&id).copied();
        let mut view = view(&kept.ok_or_else(|| no_search(id))?, me, seen)?;
        view.has_webhook = view.own && webhooks::of(db, id).await?.is_some();
        Ok(view)
    }

    /// Keeps a search.
    ///
    /// # Errors
    /// When it has no name, the actor keeps too many, is no user, or may read nothing.
    pub async fn save_search(&self, new: NewSavedSearch) -> Result<SavedSearch> {
        self.require_somewhere(Right::Read)?;
        let (name, body) = written(&new)?;
        let (user, time) = (self.actor.id(), now());
        let kept = KeptSearch {
            id: SavedSearchId::new(),
            user,
            name,
            body,
            shared: new.shared,
            created: time,
            changed: time,
            feed: None,
        };
        let stored = kept.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    if accounts::user(tx, user).await?.is_none() {
                        return Err(Error::invalid("only a user keeps searches"));
                    }
                    let all = saved_searches::seen_by(tx, user).await?;
                    if all.iter().filter(|kept| kept.user == user).count() >= MOST {
                        return Err(Error::conflict(format!("you keep {MOST} searches already")));
                    }
                    saved_searches::insert(tx, &stored).await
                })
            })
            .await?;
        view(&kept, user, None)
    }

    /// Changes a search that the actor keeps.
    ///
    /// # Errors
    /// When it has no name, or is not the actor's.
    pub async fn change_saved_search(
        &self,
        id: SavedSearchId,
        new: NewSavedSearch,
    ) -> Result<SavedSearch> {
        let (name, body) = written(&new)?;
        let shared = new.shared;
        let changed =
            self.change_kept(id, move |kept| KeptSearch { name, body, shared, ..kept }).await?;
        if let Some(kept) = saved_searches::by_id(self.lcms.store().reader(), id).await? {
            self.lcms.start_over(&kept).await?;
        }
        Ok(changed)
    }

    /// Throws a search away that the actor keeps. Its feed and its webhook end.
    ///
    /// # Errors
    /// When it is not the actor's.
    pub async fn delete_saved_search(&self, id: SavedSearchId) -> Result<()> {
        let me = self.actor.id();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let kept = saved_searches::by_id(tx, id).await?;
                    kept.filter(|kept| kept.user == me).ok_or_else(|| no_search(id))?;
                    webhooks::close(tx, id).await?;
                    saved_searches::delete(tx, id).await
                })
            })
            .await
    }

    /// Makes a secret that this search's feed is read with, in place of the one before. It is not
    /// kept and shown only now.
    ///
    /// # Errors
    /// When the search is not the actor's.
    pub async fn open_feed(&self, id: SavedSearchId) -> Result<String> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)
            .map_err(|error| Error::internal("could not make a secret", error.to_string()))?;
        let secret = format!("feed_{}", hex::encode(random));
        let feed = Some(Digest::of_bytes(secret.as_bytes()));
        self.change_kept(id, move |kept| KeptSearch { feed, ..kept }).await?;
        Ok(secret)
    }

    /// Ends a search's feed: the secret opens nothing any more.
    ///
    /// # Errors
    /// When the search is not the actor's.
    pub async fn close_feed(&self, id: SavedSearchId) -> Result<SavedSearch> {
        self.change_kept(id, |kept| KeptSearch { feed: None, ..kept }).await
    }

    async fn change_kept(
        &self,
        id: SavedSearchId,
        change: impl FnOnce(KeptSearch) -> KeptSearch + Send + 'static,
    ) -> Result<SavedSearch> {
        let me = self.actor.id();
        let changed = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let kept = saved_searches::by_id(tx, id).await?;
                    let kept = kept.filter(|kept| kept.user == me).ok_or_else(|| no_search(id))?;
                    let changed = KeptSearch { changed: now(), ..change(kept) };
                    saved_searches::update(tx, &changed).await?;
                    Ok(changed)
                })
            })
            .await?;
        let db = self.lcms.store().reader();
        let seen = saved_searches::seen_of(db, me).await?;
        let mut view = view(&changed, me, seen.get(&id).copied())?;
        view.has_webhook = webhooks::of(db, id).await?.is_some();
        Ok(view)
    }
}

impl Lcms {
    /// What is new in a kept search, for whoever has the secret of its feed: what its owner may
    /// read now, newest change first, at most 50.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] when the secret is not that of this feed, or its owner may
    /// not act any more.
    pub async fn feed(&self, id: SavedSearchId, secret: &str) -> Result<Feed> {
        let refuse = || Error::new(ErrorKind::Unauthenticated, "the feed's secret is not valid");
        let db = self.store().reader();
        let given = Digest::of_bytes(secret.as_bytes());
        let kept = saved_searches::by_id(db, id).await?;
        let kept = kept.filter(|kept| kept.feed == Some(given)).ok_or_else(refuse)?;
        let session = self.reading_for(kept.user).await?.ok_or_else(refuse)?;
        let search = view(&kept, kept.user, None)?;
        let found = session.search(search.search.query(Sort::Updated, ENTRIES, None)).await?;
        Ok(Feed { search, hits: found.page.hits })
    }

    /// A handle that reads what this user may read now; `None` for somebody who may not act.
    pub(super) async fn reading_for(&self, user: UserId) -> Result<Option<Session>> {
        let db = self.store().reader();
        let user = accounts::user(db, user).await?.filter(|user| !user.disabled);
        let Some(user) = user else { return Ok(None) };
        let grants = accounts::grants(db, user.id).await?;
        let actor = Actor::of(&user, grants, Rights::from([Right::Read]));
        Ok(Some(self.act_as(Arc::new(actor))))
    }
}
