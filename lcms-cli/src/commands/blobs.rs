//! Files in and out.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::TryStreamExt as _;
use futures::stream::BoxStream;
use indicatif::ProgressBar;
use lcms_core::model::Digest;
use lcms_core::service::Session;
use lcms_core::{Error, Result};
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufWriter};

use crate::args;
use crate::output::Output;
use crate::progress;

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

pub(crate) async fn run(session: &Session, command: args::Blob, output: Output) -> Result<()> {
    match command {
        args::Blob::Put { file, media_type } => put(session, &file, media_type, output).await,
        args::Blob::Get { digest, output: file } => get(session, digest, file, output).await,
    }
}

async fn put(
    session: &Session,
    path: &Path,
    media_type: Option<String>,
    output: Output,
) -> Result<()> {
    let fault = |error| Error::invalid(format!("cannot read {}: {error}", path.display()));
    let media_type =
        media_type.unwrap_or_else(|| lcms_import::media_type(&path.to_string_lossy()).to_owned());
    let mut file = tokio::fs::File::open(path).await.map_err(fault)?;
    let length = file.metadata().await.map_err(fault)?.len();
    let bar = progress::bytes(output, length);
    let mut upload = session.upload(&media_type)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk).await.map_err(fault)?;
        if read == 0 {
            break;
        }
        upload.write(&chunk[..read]).await?;
        bar.inc(read as u64);
    }
    let blob = upload.finish(None).await?;
    bar.finish_and_clear();
    output.print(&blob, |blob| blob.digest.to_string());
    Ok(())
}

async fn get(
    session: &Session,
    digest: Digest,
    file: Option<PathBuf>,
    output: Output,
) -> Result<()> {
    let blob = session.blob(digest).await?;
    let bytes = session.blob_bytes(digest, 0..blob.size).await?;
    match file {
        Some(path) => write_file(&path, bytes, blob.size, output).await,
        None => print(bytes).await,
    }
}

/// Writes a stream to standard output. Nothing else runs meanwhile, so blocking is no harm.
async fn print(mut bytes: BoxStream<'static, Result<Bytes>>) -> Result<()> {
    use std::io::Write as _;
    let fault = |error| Error::internal("could not write to standard output", error);
    while let Some(chunk) = bytes.try_next().await? {
        std::io::stdout().write_all(&chunk).map_err(fault)?;
    }
    std::io::stdout().flush().map_err(fault)
}

/// Writes a stream to a file.
async fn write_file(
    path: &Path,
    bytes: BoxStream<'static, Result<Bytes>>,
    length: u64,
    output: Output,
) -> Result<()> {
    make_file(path, length, output, async |file, bar| {
        let mut file = BufWriter::with_capacity(CHUNK, tokio::fs::File::from_std(file));
        copy(bytes, &mut file, |n| bar.inc(n)).await?;
        Ok(file.into_inner().into_std().await)
    })
    .await
}

/// Makes a file, with a bar that `write` moves: complete and durable under its name, or not at all.
pub(crate) async fn make_file(
    path: &Path,
    length: u64,
    output: Output,
    write: impl AsyncFnOnce(std::fs::File, ProgressBar) -> Result<std::fs::File>,
) -> Result<()> {
    let fault = |error| Error::internal(format!("could not write {}", path.display()), error);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let unfinished = path.with_file_name(name);
    let file = std::fs::File::create(&unfinished).map_err(fault)?;
    let bar = progress::bytes(output, length);
    let written = write(file, bar.clone()).await;
    bar.finish_and_clear();
    let written = match written {
        Ok(file) => tokio::fs::File::from_std(file).sync_all().await.map_err(fault),
        Err(error) => Err(error),
    };
    match written {
        Ok(()) => tokio::fs::rename(&unfinished, path).await.map_err(fault),
        Err(error) => {
            drop(tokio::fs::remove_file(&unfinished).await); // the first failure is the one to tell
            Err(error)
        }
    }
}

async fn copy(
    mut bytes: BoxStream<'static, Result<Bytes>>,
    out: &mut (impl AsyncWrite + Unpin),
    mut progress: impl FnMut(u64),
) -> Result<()> {
    let fault = |error| Error::internal("could not write", error);
    while let Some(chunk) = bytes.try_next().await? {
        out.write_all(&chunk).await.map_err(fault)?;
        progress(chunk.len() as u64);
    }
    out.flush().await.map_err(fault)
}
