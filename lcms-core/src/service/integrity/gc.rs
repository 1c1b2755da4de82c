//! Removing the bytes that nothing needs.
//!
//! A blob is needed when any document names it: every revision is a root, and documents are never
//! removed. One snapshot is searched for the blobs that no document names and that nobody has
//! stored or used for a while. Then their rows are removed by the writer, each only if its time is
//! still the one seen: whoever uploads such a blob again or saves a document that names it moves
//! the time on, in the writer too, so one of the two comes first and the other notices. Bytes go
//! last, and by names that are never used again.

use std::collections::HashSet;

use futures::TryStreamExt as _;
use serde::Serialize;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::error::Result;
use crate::model::{Codec, Digest, EventKind, Right};
use crate::service::blobs::LONGEST_UNRECORDED;
use crate::service::{Lcms, Session};
use crate::store::blob::{self, Aged, StoredFile};
use crate::store::events::{self, NewEvent};
use crate::store::tables::{self, Row};
use crate::store::{Connection, documents, now};

/// How long a blob that nothing names is left alone, unless said otherwise.
pub const GRACE: Duration = Duration::DAY;
/// How long a file without a row is left alone at the least, twice what a row may take.
const LEAST_FILE_AGE: Duration = LONGEST_UNRECORDED.saturating_mul(2);
const PAGE: u64 = 2000;
/// Tables whose rows may name blobs too.
const NAMING: [&str; 1] = ["package"];
/// Rows removed in one transaction, so that saves need not wait long.
const CHUNK: usize = 200;
/// Most blobs and files that a report names; all of them are counted.
const NAMED: usize = 1000;

/// A packed form of a blob that no document names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnusedBlob {
    /// Digest of the raw bytes.
    pub digest: Digest,
    /// How the bytes are held.
    pub codec: Codec,
    /// Size of the held bytes.
    pub stored_size: u64,
    /// When it was last stored or used anew.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub last_used: OffsetDateTime,
}

/// A file that has no row: what a crash or an upload given up has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftFile {
    /// Its name in the blob store.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// What is not needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct GcReport {
    /// Whether it was removed.
    pub deleted: bool,
    /// How many forms of blobs.
    pub blob_count: u64,
    /// How many left-over files.
    pub file_count: u64,
    /// Bytes of both.
    pub bytes: u64,
    /// The first thousand forms of blobs.
    pub blobs: Vec<UnusedBlob>,
    /// The first thousand left-over files.
    pub files: Vec<LeftFile>,
}

impl GcReport {
    fn add_blob(&mut self, form: &Aged) {
        self.blob_count += 1;
        self.bytes += form.blob.stored_size;
        if self.blobs.len() < NAMED {
            self.blobs.push(UnusedBlob {
                digest: form.blob.digest,
                codec: form.blob.codec,
                stored_size: form.blob.stored_size,
                last_used: form.time,
            });
        }
    }

    fn add_file(&mut self, file: &StoredFile) {
        self.file_count += 1;
        self.bytes += file.size;
        if self.files.len() < NAMED {
            self.files.push(LeftFile { name: file.name.clone(), size: file.size });
        }
    }
}

impl Session {
    /// Finds the blobs that no document names and nobody has used for as long as `grace`, and the
    /// files that have no row; removes them if `delete` says so.
    ///
    /// # Errors
    /// When the actor is not an admin of every library, or a storage does not answer.
    pub async fn gc(&self, grace: Duration, delete: bool) -> Result<GcReport> {
        self.require_everywhere(Right::Administer)?;
        let mut report = GcReport { deleted: delete, ..GcReport::default() };
        let unused = self.lcms.unused(now() - grace).await?;
        if delete {
            for chunk in unused.chunks(CHUNK) {
                for form in self.forget(chunk.to_vec()).await? {
                    self.lcms.blobs().remove(form.blob).await?;
                    report.add_blob(&form);
                }
            }
        } else {
            unused.iter().for_each(|form| report.add_blob(form));
        }
        self.lcms.sweep(now() - grace.max(LEAST_FILE_AGE), &mut report).await?;
        Ok(report)
    }

    /// Removes rows that nobody has used since; answers which.
    async fn forget(&self, forms: Vec<Aged>) -> Result<Vec<Aged>> {
        let actor = self.actor.id();
        let forgetting = self.lcms.store().writer().write(move |tx| {
            Box::pin(async move {
                let mut gone = Vec::with_capacity(forms.len());
                for form in forms {
                    if blob::forget(tx, &form).await? {
                        gone.push(form);
                    }
                }
                if !gone.is_empty() {
                    let bytes: u64 = gone.iter().map(|form| form.blob.stored_size).sum();
                    let detail = serde_json::json!({ "blobs": gone.len(), "bytes": bytes });
                    let event = NewEvent::new(EventKind::BlobsRemoved, now(), actor);
                    events::append(tx, NewEvent { detail, ..event }).await?;
                }
                Ok(gone)
            })
        });
        forgetting.await
    }
}

impl Lcms {
    /// Forms of blobs that no document names and that were last used before `cutoff`.
    async fn unused(&self, cutoff: OffsetDateTime) -> Result<Vec<Aged>> {
        let db = self.store().snapshot().await?;
        let mut unused = HashSet::new();
        let mut last = None;
        loop {
            let page = blob::page(&db, last, PAGE).await?;
            let Some(end) = page.last() else { break };
            last = Some((end.blob.digest, end.blob.codec));
            unused.extend(page.iter().filter(|form| form.time < cutoff).map(|f| f.blob.digest));
        }
        keep_named(&db, &mut unused).await?;
        let mut unused: Vec<_> = unused.into_iter().collect();
        unused.sort();
        let forms = blob::find_many(&db, &unused).await?;
        // Another form of the same blob may have been used lately.
        Ok(forms.into_iter().filter(|form| form.time < cutoff).collect())
    }

    /// Finds files without a row that were written before `cutoff`, and removes them.
    async fn sweep(&self, cutoff: OffsetDateTime, report: &mut GcReport) -> Result<()> {
        let mut files = self.blobs().files().try_chunks(500);
        while let Some(chunk) = files.try_next().await.map_err(|chunk| chunk.1)? {
            let old: Vec<_> = chunk.into_iter().filter(|file| file.modified < cutoff).collect();
            let digests: Vec<_> =
                old.iter().filter_map(|file| file.held.map(|(digest, ..)| digest)).collect();
            // The rows are read after the files were listed: a file that old gets none any more.
            let rows = blob::find_many(self.store().reader(), &digests).await?;
            let named: HashSet<_> =
                rows.iter().map(|row| (row.blob.digest, row.blob.codec, row.blob.place)).collect();
            for file in old {
                let is_ours = file.held.is_some() || file.name.starts_with(blob::STAGING);
                if is_ours && file.held.is_none_or(|held| !named.contains(&held)) {
                    if report.deleted {
                        self.blobs().remove_file(&file).await?;
                    }
                    report.add_file(&file);
                }
            }
        }
        Ok(())
    }
}

/// Takes out every digest that any document or package names. Texts are searched, not read, so that a kind of
/// document that this version does not know keeps its blobs too.
async fn keep_named(db: &impl Connection, unused: &mut HashSet<Digest>) -> Result<()> {
    let mut last = None;
    while !unused.is_empty() {
        let page = documents::page(db, last, PAGE).await?;
        let Some((end, _)) = page.last() else { break };
        last = Some(*end);
        for (_, body) in &page {
            for digest in digests_in(body) {
                unused.remove(&digest);
            }
        }
    }
    for table in tables::all(db).await?.iter().filter(|table| NAMING.contains(&&*table.name)) {
        let mut last: Option<Row> = None;
        loop {
            let page = table.page(db, last.as_ref(), PAGE).await?;
            for row in &page {
                for digest in digests_in(table.to_json(row).to_string().as_bytes()) {
                    unused.remove(&digest);
                }
                for digest in row.all_bytes().filter_map(Digest::from_raw) {
                    unused.remove(&digest);
                }
            }
            last = page.into_iter().next_back();
            if last.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// Every digest that stands in a text.
pub(super) fn digests_in(body: &[u8]) -> impl Iterator<Item = Digest> + '_ {
    const NAME: &str = "sha256:";
    let text = std::str::from_utf8(body).unwrap_or_default();
    text.match_indices(NAME).filter_map(|(at, _)| text.get(at..at + NAME.len() + 64)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_found_wherever_they_stand() {
        let [one, two] = [b"one", b"two"].map(|bytes| Digest::of_bytes(bytes));
        let text = format!(r#"{{"a":"{one}","b":["sha256:short","see {two}."],"c":"sha256:"}}"#);
        assert_eq!(digests_in(text.as_bytes()).collect::<Vec<_>>(), [one, two]);
        assert_eq!(digests_in(b"\xff").count(), 0);
    }
}
