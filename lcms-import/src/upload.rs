//! Files into the store.
//!
//! One thread reads the input file after file; what it reads is written while it goes on. Several files
//! are made durable at a time, so that they share the disk's flushes; how much waits is bounded.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use lcms_core::ErrorKind;
use lcms_core::model::Digest;
use lcms_core::service::{BlobUpload, Session};
use tokio::sync::mpsc;

use crate::error::ImportError;
use crate::folder::Folder;
use crate::report::Progress;

/// Bytes passed on at a time, and how many such pieces may wait.
const PIECE: usize = 256 << 10;
const WAITING: usize = 8;
/// Files that are made durable at a time, and how many bytes of them together.
const FINISHING: usize = 16;
const FINISHING_BYTES: u64 = 24 << 20;

/// A file to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) path: String,
    pub(crate) media_type: String,
    /// What it must be, if that is known.
    pub(crate) digest: Option<Digest>,
}

enum Step {
    File(usize),
    Piece(Bytes),
    End,
}

/// Sends files in their order, and remembers their digests in the folder.
pub(crate) async fn send(
    session: &Session,
    folder: &Arc<Folder>,
    files: Vec<Wanted>,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<(), ImportError> {
    let files = Arc::new(missing(session, files).await?);
    let (sender, mut steps) = mpsc::channel(WAITING);
    let reading = {
        let (folder, files) = (Arc::clone(folder), Arc::clone(&files));
        tokio::task::spawn_blocking(move || read(&folder, &files, &sender))
    };
    let mut finishing = FuturesUnordered::new();
    let mut waiting = 0;
    let mut current: Option<(usize, BlobUpload, u64)> = None;
    while let Some(step) = steps.recv().await {
        match (step, &mut current) {
            (Step::File(n), _) => {
                let file = &files[n];
                progress(Progress::Uploading { path: &file.path, number: n + 1, of: files.len() });
                current = Some((n, session.upload(&file.media_type)?, 0));
            }
            (Step::Piece(piece), Some((_, upload, size))) => {
                upload.write(&piece).await?;
                *size += piece.len() as u64;
            }
            (Step::Piece(_), None) => {}
            (Step::End, _) => {
                let Some((n, upload, size)) = current.take() else { continue };
                let (folder, file) = (Arc::clone(folder), files[n].clone());
                waiting += size;
                finishing.push(async move { finish(&folder, &file, upload).await.map(|()| size) });
                while finishing.len() >= FINISHING || waiting > FINISHING_BYTES {
                    let Some(done) = finishing.next().await else { break };
                    waiting -= done?;
                }
            }
        }
    }
    while let Some(done) = finishing.next().await {
        done?;
    }
    let read = reading.await;
    read.map_err(|error| lcms_core::Error::internal("the import was interrupted", error))?
}

async fn finish(folder: &Folder, file: &Wanted, upload: BlobUpload) -> Result<(), ImportError> {
    match upload.finish(file.digest).await {
        Ok(blob) => {
            folder.learn(&file.path, blob.digest);
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::Invalid && file.digest.is_some() => {
            Err(ImportError::Changed(file.path.clone()))
        }
        Err(error) => Err(error.into()),
    }
}

/// The files that are not known to be there already.
async fn missing(session: &Session, files: Vec<Wanted>) -> Result<Vec<Wanted>, ImportError> {
    let mut seen = HashSet::new();
    let mut missing = Vec::new();
    for file in files {
        let is_there = match file.digest {
            Some(digest) if !seen.insert(digest) => true,
            Some(digest) => match session.blob(digest).await {
                Ok(_) => true,
                Err(error) if error.kind() == ErrorKind::NotFound => false,
                Err(error) => return Err(error.into()),
            },
            None => false,
        };
        if !is_there {
            missing.push(file);
        }
    }
    Ok(missing)
}

/// Reads every file; ends early when nobody listens any more.
fn read(folder: &Folder, files: &[Wanted], to: &mpsc::Sender<Step>) -> Result<(), ImportError> {
    for (n, file) in files.iter().enumerate() {
        if to.blocking_send(Step::File(n)).is_err() {
            return Ok(());
        }
        let mut pieces = Pieces { to, held: Vec::with_capacity(PIECE) };
        folder.copy(&file.path, &mut pieces)?;
        let sent = pieces.flush().is_ok() && to.blocking_send(Step::End).is_ok();
        if !sent {
            return Ok(());
        }
    }
    Ok(())
}

/// Passes on what is written to it, in pieces.
struct Pieces<'a> {
    to: &'a mpsc::Sender<Step>,
    held: Vec<u8>,
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.held, Vec::with_capacity(PIECE));
        self.to
            .blocking_send(Step::Piece(piece.into()))
            .map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the import was given up"))
    }
}
