//! What stands in the files of assets: captions, and the text of documents.
//!
//! Files are hostile: only such whose type says that they hold text are opened, up to a size, and of
//! each only so much is kept. A file whose bytes are damaged or were taken away has no text; a storage
//! that does not answer makes the index wait, since what it lacks it would lack for good.

use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::error::{Error, Result};
use crate::index::{Attached, Source};
use crate::model::content::Asset;
use crate::model::timed_text::{cue_text, decoded};
use crate::model::{Blob, Content, Digest};
use crate::store::Connection;
use crate::store::blob::{self, BlobStore};

/// Largest file of captions or plain text that is opened: a hundred hours of speech.
const LARGEST_TEXT: u64 = 8 << 20;
/// Largest document that is opened.
const LARGEST_DOCUMENT: u64 = 32 << 20;
/// Most text kept of the files of one component, in bytes: what a snippet looks through.
const MOST_TEXT: usize = 256 << 10;
/// Files read at the same time.
const AT_ONCE: usize = 4;

/// Reads the words of documents. What a server knows of formats is not the business of this crate: it
/// is handed over when the store is opened.
pub trait ReadWords: Debug + Send + Sync {
    /// Whether files of this media type are read.
    fn reads(&self, media_type: &str) -> bool;

    /// The words of a file, blocks as lines; `None` when it cannot be read. Blocks the thread, for a
    /// time that grows with the file and no faster.
    fn words(&self, media_type: &str, bytes: &[u8]) -> Option<String>;
}

/// What a file of an asset is read as.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// WebVTT or SubRip.
    Captions,
    /// Plain text.
    Plain,
    /// A document of this media type.
    Document(String),
}

impl Form {
    /// How the asset's own file is read, if it is.
    fn of(asset: &Asset, words: Option<&dyn ReadWords>) -> Option<Self> {
        let media_type = asset.media_type.to_ascii_lowercase();
        let ending = asset.file_name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
        match (media_type.as_str(), ending.as_deref()) {
            ("text/vtt" | "application/x-subrip" | "text/srt", _) | (_, Some("vtt" | "srt")) => {
                Some(Self::Captions)
            }
            ("text/plain" | "text/markdown" | "text/csv", _) => Some(Self::Plain),
            (known, _) if words.is_some_and(|words| words.reads(known)) => {
                Some(Self::Document(media_type))
            }
            _ => None,
        }
    }

    fn source(&self) -> Source {
        match self {
            Self::Captions => Source::Captions,
            Self::Plain | Self::Document(_) => Source::File,
        }
    }

    fn largest(&self) -> u64 {
        match self {
            Self::Captions | Self::Plain => LARGEST_TEXT,
            Self::Document(_) => LARGEST_DOCUMENT,
        }
    }

    /// The text of a file. Blocks.
    fn text(&self, bytes: &[u8], words: Option<&dyn ReadWords>) -> String {
        let mut text = match self {
            Self::Captions => cue_text(bytes, MOST_TEXT),
            Self::Plain => decoded(bytes),
            Self::Document(media_type) => {
                words.and_then(|words| words.words(media_type, bytes)).unwrap_or_default()
            }
        };
        text.truncate(text.floor_char_boundary(MOST_TEXT));
        text
    }
}

/// A file that is to be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Wanted {
    blob: Digest,
    form: Form,
}

/// Where files are and who reads them.
#[derive(Clone, Debug)]
pub(in crate::service) struct Files {
    blobs: BlobStore,
    words: Option<Arc<dyn ReadWords>>,
}

/// The texts of files, by what they were read as.
#[derive(Default)]
pub(super) struct Texts(HashMap<Wanted, String>);

impl Files {
    pub(in crate::service) fn new(blobs: BlobStore, words: Option<Arc<dyn ReadWords>>) -> Self {
        Self { blobs, words }
    }

    /// The files of a version that are read, with their languages.
    fn wanted(&self, language: &str, content: &Content) -> Vec<(Wanted, String)> {
        let Content::Asset(asset) = content else { return Vec::new() };
        let own = Form::of(asset, self.words.as_deref())
            .map(|form| (Wanted { blob: asset.blob, form }, language.to_owned()));
        let tracks = asset.tracks.iter().map(|track| {
            let wanted = Wanted { blob: track.blob, form: Form::Captions };
            (wanted, track.language.to_string())
        });
        own.into_iter().chain(tracks).collect()
    }

    /// Reads the files of these versions, each once.
    ///
    /// # Errors
    /// When the storage does not answer.
    pub(super) async fn read<'a>(
        &self,
        db: &impl Connection,
        versions: impl Iterator<Item = (&'a str, &'a Content)>,
    ) -> Result<Texts> {
        let wanted: HashSet<Wanted> = versions
            .flat_map(|(language, content)| self.wanted(language, content))
            .map(|(wanted, _)| wanted)
            .collect();
        if wanted.is_empty() {
            return Ok(Texts::default());
        }
        let digests: Vec<_> = wanted.iter().map(|wanted| wanted.blob).collect();
        let there: HashMap<Digest, Blob> = blob::find_many(db, &digests)
            .await?
            .into_iter()
            .map(|aged| (aged.blob.digest, aged.blob))
            .collect();
        // What was taken away has no row; the digest of what names it stays.
        let readable = wanted.into_iter().filter_map(|wanted| {
            let blob = *there.get(&wanted.blob)?;
            (blob.size <= wanted.form.largest()).then_some((wanted, blob))
        });
        let texts = stream::iter(readable)
            .map(|(wanted, blob)| self.text(wanted, blob))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(Texts(texts))
    }

    async fn text(&self, wanted: Wanted, blob: Blob) -> Result<(Wanted, String)> {
        let bytes = match self.blobs.raw_whole(blob).await {
            Ok(bytes) => bytes,
            Err(error) => {
                // Of damaged bytes `fsck` says the same; anything else passes.
                let damage = self.blobs.damage(blob, false).await?.ok_or(error)?;
                let digest = blob.digest;
                tracing::warn!(%digest, ?damage, "a file cannot be read and is not searched");
                return Ok((wanted, String::new()));
            }
        };
        let words = self.words.clone();
        let read = tokio::task::spawn_blocking(move || {
            let text = wanted.form.text(&bytes, words.as_deref());
            (wanted, text)
        });
        read.await.map_err(|error| Error::internal("the words of a file could not be read", error))
    }
}

impl Texts {
    /// What stands in the files of a component, by all its versions in different languages; what
    /// several of them name stands once.
    pub(super) fn of<'a>(
        &self,
        files: &Files,
        versions: impl Iterator<Item = (&'a str, &'a Content)>,
    ) -> Vec<Attached> {
        let mut left = MOST_TEXT;
        let mut seen = HashSet::new();
        let mut attached = Vec::new();
        for (wanted, language) in versions.flat_map(|(by, content)| files.wanted(by, content)) {
            let Some(text) = self.0.get(&wanted).filter(|text| !text.is_empty()) else { continue };
            let file = (wanted.blob, language.clone());
            if left == 0 || !seen.insert(file) {
                continue;
            }
            let text = &text[..text.floor_char_boundary(left)];
            left -= text.len();
            let source = wanted.form.source();
            attached.push(Attached { source, language, text: text.to_owned() });
        }
        attached
    }
}
