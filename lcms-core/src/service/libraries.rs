//! Libraries.

use serde::Deserialize;
use utoipa::ToSchema;

use super::Session;
use crate::error::{Error, Result};
use crate::model::{EventKind, Key, Language, Library, LibraryId, Right};
use crate::store::events::{self, NewEvent};
use crate::store::{libraries, now};

/// A library to be created.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLibrary {
    /// Id, when it comes from elsewhere.
    #[serde(default)]
    pub id: Option<LibraryId>,
    /// Key, unique on this server.
    pub key: Key,
    /// Title.
    pub title: String,
    /// What belongs in it, plain text.
    #[serde(default)]
    pub description: String,
    /// Language of its content.
    #[serde(default = "Language::english")]
    pub language: Language,
}

impl Session {
    /// Creates a library.
    ///
    /// # Errors
    /// When the actor is not an admin everywhere, the title is empty, or key or id are taken.
    pub async fn create_library(&self, new: NewLibrary) -> Result<Library> {
        self.require_everywhere(Right::Administer)?;
        if new.title.trim().is_empty() {
            return Err(Error::invalid("a library needs a title"));
        }
        let created = now();
        let library = Library {
            id: new.id.unwrap_or_else(LibraryId::new),
            key: new.key,
            title: new.title,
            description: new.description,
            language: new.language,
            created,
        };
        let event = NewEvent {
            library: Some(library.id),
            ..NewEvent::new(EventKind::LibraryCreated, created, self.actor.id())
        };
        let work = library.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    if libraries::by_key(tx, &work.key).await?.is_some() {
                        return Err(Error::conflict(format!(
                            "there is a library `{}` already",
                            work.key
                        )));
                    }
                    if libraries::by_id(tx, work.id).await?.is_some() {
                        return Err(Error::conflict(format!(
                            "there is a library {} already",
                            work.id
                        )));
                    }
                    libraries::insert(tx, &work).await?;
                    events::append(tx, event).await
                })
            })
            .await?;
        Ok(library)
    }

    /// The libraries the actor may read, by key.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn libraries(&self) -> Result<Vec<Library>> {
        self.readable().await
    }

    /// One library.
    ///
    /// # Errors
    /// When there is none of that key, or the actor may not read it.
    pub async fn library(&self, key: &Key) -> Result<Library> {
        self.library_with(key, Right::Read).await
    }
}
