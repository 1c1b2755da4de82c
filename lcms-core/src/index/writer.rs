//! Changes → commits.

use tantivy::directory::MmapDirectory;
use tantivy::indexer::IndexWriterOptions;
use tantivy::{IndexWriter, TantivyError};

use super::directory::{Index, Payload};
use super::document::Change;
use super::error::Error;
use super::schema;

/// Memory for documents not yet on disk. One thread with this much indexed faster than two.
const HEAP_BYTES: usize = 64 * 1024 * 1024;

/// The one writer of an index; see [`Index::writer`].
pub struct Writer {
    index: Index,
    /// Absent after a failed commit: what it held must not reach disk under a later position.
    engine: Option<IndexWriter>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("index", &self.index).finish_non_exhaustive()
    }
}

impl Writer {
    pub(super) fn new(index: Index) -> Result<Self, Error> {
        let engine = open(&index)?;
        // Holding the lock, nobody else can replace the index from here on.
        index.refresh()?;
        Ok(Self { index, engine: Some(engine) })
    }

    /// Applies `changes` in their order and records that everything up to event `position` is
    /// contained, in one commit: after a crash, either both are on disk or neither is. When this
    /// returns, searches of this process see it.
    ///
    /// Applying changes again is harmless. A commit costs a disk flush, so a follower of many
    /// events hands over hundreds of changes at a time.
    ///
    /// # Errors
    /// [`Error::Engine`] when the commit failed; the same changes can be applied again.
    pub fn apply(
        &mut self,
        changes: impl IntoIterator<Item = Change>,
        position: i64,
    ) -> Result<(), Error> {
        let fields = self.index.fields;
        self.commit(position, |engine| {
            for change in changes {
                match change {
                    Change::Remove(component) => {
                        engine.delete_term(fields.component_term(component));
                    }
                    Change::Upsert(document) => {
                        engine.delete_term(fields.document_term(document.id()));
                        let encoded = schema::encode(&fields, *document)
                            .map_err(|error| TantivyError::InternalError(error.to_string()))?;
                        engine.add_document(encoded)?;
                    }
                }
            }
            Ok(())
        })
    }

    /// Empties the index and sets its position to 0, in one commit.
    ///
    /// # Errors
    /// [`Error::Engine`] when the commit failed.
    pub fn clear(&mut self) -> Result<(), Error> {
        self.commit(0, |engine| engine.delete_all_documents().map(drop))
    }

    fn commit(
        &mut self,
        position: i64,
        stage: impl FnOnce(&IndexWriter) -> tantivy::Result<()>,
    ) -> Result<(), Error> {
        let mut engine = match self.engine.take() {
            Some(engine) => engine,
            None => open(&self.index)?,
        };
        let payload = Payload { position, schema: schema::VERSION }.to_string();
        stage(&engine)
            .and_then(|()| {
                let mut commit = engine.prepare_commit()?;
                commit.set_payload(&payload);
                commit.commit()
            })
            .map_err(|source| Error::engine(&self.index.dir, "be written", source))?;
        self.engine = Some(engine);
        self.index.refresh().map(drop)
    }
}

/// Takes the lock and starts the engine's writer. It opens the folder afresh: the engine keeps a
/// list of its files, and another process may have written since `index` was opened.
fn open(index: &Index) -> Result<IndexWriter, Error> {
    let options = IndexWriterOptions::builder()
        .num_worker_threads(1)
        .num_merge_threads(1)
        .memory_budget_per_thread(HEAP_BYTES)
        .build();
    MmapDirectory::open(&index.dir)
        .map_err(TantivyError::from)
        .and_then(tantivy::Index::open)
        .and_then(|mut engine| {
            engine.set_tokenizers(schema::tokenizers());
            engine.writer_with_options(options)
        })
        .map_err(|source| Error::locking(&index.dir, "be opened for writing", source))
}
