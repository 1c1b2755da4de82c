//! What components are called: the titles in their content documents.
//!
//! Lists name many components and show nothing else of their contents, so titles are remembered by
//! digest. A digest always has the same title; only a redaction takes one away, so it forgets them.

use std::collections::HashMap;
use std::sync::Arc;

use super::Session;
use crate::error::Result;
use crate::model::Digest;
use crate::store::{Connection, documents};

/// Titles by the digest of the content document.
#[derive(Debug, Default)]
pub(super) struct Titles(HashMap<Digest, Arc<str>>);

impl Titles {
    /// The title in a document; empty when its bytes were taken away.
    pub(super) fn of(&self, content: Digest) -> String {
        self.0.get(&content).map_or_else(String::new, |title| title.as_ref().to_owned())
    }
}

impl Session {
    /// The titles in these content documents.
    pub(super) async fn titles(
        &self,
        db: &impl Connection,
        contents: impl IntoIterator<Item = Digest>,
    ) -> Result<Titles> {
        let recent = self.lcms.recent();
        let (mut titles, unknown) = recent.titles(contents);
        if !unknown.is_empty() {
            let bodies = documents::get_many(db, &unknown).await?;
            let read = bodies.iter().filter(|(_, body)| !body.is_empty());
            let read: Vec<_> = read.map(|(id, body)| (*id, title_in(body).into())).collect();
            recent.remember_titles(&read);
            titles.extend(read);
        }
        Ok(Titles(titles))
    }
}

/// The title in the bytes of a content document; empty when these were taken away.
pub(super) fn title_in(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Titled {
        title: String,
    }
    serde_json::from_slice::<Titled>(body).map(|titled| titled.title).unwrap_or_default()
}
