//! Pages of components.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::model::{
    Component, Head, Key, Kind, Library, LibraryId, RevisionId, Right, State, Target,
};
use crate::service::Session;
use crate::store::components::{self, ListFilter, Local};
use crate::store::{heads, reviews};

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct ListComponents {
    /// Only this library.
    pub library: Option<Key>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// The deleted ones instead.
    pub deleted: bool,
    /// Also what is local to a structure.
    pub local: bool,
    /// Only what is local to this structure.
    pub owner: Option<Target>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// At most so many; 1 to 200.
    pub limit: u64,
}

/// A page of components.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComponentList {
    /// Components by library and key.
    pub items: Vec<ComponentRow>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A component in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComponentRow {
    /// The component.
    #[serde(flatten)]
    pub component: Component,
    /// Key of its library.
    pub library_key: Key,
    /// Title of its head.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// Its head's id.
    pub revision: RevisionId,
}

impl Session {
    /// A page of components.
    ///
    /// # Errors
    /// When the library does not exist or may not be read, or the cursor is not one of ours.
    pub async fn components(&self, list: &ListComponents) -> Result<ComponentList> {
        let libraries = match &list.library {
            Some(key) => vec![self.library_with(key, Right::Read).await?],
            None => self.readable().await?,
        };
        let limit = list.limit.clamp(1, 200);
        let local = match &list.owner {
            Some(owner) => Local::To(self.component_with(owner, Right::Read).await?.0.id),
            None if list.local => Local::With,
            None => Local::Without,
        };
        let filter = ListFilter {
            libraries: libraries.iter().map(|library| library.id).collect(),
            kind: list.kind,
            deleted: list.deleted,
            local,
            after: list.cursor.as_deref().map(read_cursor).transpose()?,
            limit: limit + 1,
        };
        let db = self.lcms.store().reader();
        let mut found = components::list(db, &filter).await?;
        let more = found.len() as u64 > limit;
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = found.last().filter(|_| more).map(|c| format!("{}/{}", c.library, c.key));
        let items = self.rows(found, &libraries).await?;
        Ok(ComponentList { items, next })
    }

    async fn rows(&self, found: Vec<Component>, of: &[Library]) -> Result<Vec<ComponentRow>> {
        let db = self.lcms.store().reader();
        let libraries: HashMap<_, _> = of.iter().map(|library| (library.id, library)).collect();
        let mut found_heads = HashMap::<_, Head>::new();
        for library in of {
            let ids: Vec<_> =
                found.iter().filter(|c| c.library == library.id).map(|c| c.id).collect();
            found_heads.extend(heads::of_many(db, &self.view, &ids, &library.language).await?);
        }
        let states = reviews::states_of(db, &found_heads).await?;
        let titles = self.titles(db, found_heads.values().map(|head| head.content)).await?;
        let mut rows = Vec::with_capacity(found.len());
        for component in found {
            let Some(library) = libraries.get(&component.library) else { continue };
            let Some(head) = found_heads.get(&component.id) else { continue };
            let state = match states.get(&component.id) {
                _ if component.retired => State::Retired,
                state => state.copied().unwrap_or(State::Draft),
            };
            let (library_key, revision) = (library.key.clone(), head.revision);
            let title = titles.of(head.content);
            rows.push(ComponentRow { component, library_key, title, state, revision });
        }
        Ok(rows)
    }
}

fn read_cursor(cursor: &str) -> Result<(LibraryId, Key)> {
    let parts = cursor.split_once('/');
    let read = parts.and_then(|(library, key)| Some((library.parse().ok()?, key.parse().ok()?)));
    read.ok_or_else(|| Error::invalid("the cursor is not one that a list gave out"))
}
