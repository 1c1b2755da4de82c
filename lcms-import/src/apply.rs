//! Applying what was read: files first, then everything else in one step.

use std::path::Path;

use lcms_core::ErrorKind;
use lcms_core::model::Key;
use lcms_core::service::Session;
use tokio::io::AsyncReadExt as _;

use crate::error::ImportError;
use crate::folder::{Folder, Limits};
use crate::reader::{AssetFile, Reading, read_folder};
use crate::report::{FolderReport, Progress};

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// Imports a folder into a library, or with `dry_run` only reports what that would do.
///
/// # Errors
/// When the folder is refused, the actor may not write in the library, or any component is refused.
/// Nothing is imported then; uploaded files that nothing names are collected as garbage later.
pub async fn import_folder(
    session: &Session,
    library: &Key,
    path: &Path,
    limits: Limits,
    dry_run: bool,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<FolderReport, ImportError> {
    progress(Progress::Reading);
    let (folder, format, reading) = read(path, limits).await?;
    if !dry_run {
        let of = reading.files.len();
        for (n, file) in reading.files.iter().enumerate() {
            progress(Progress::Uploading { path: &file.path, number: n + 1, of });
            upload(session, &folder, file).await?;
        }
    }
    progress(Progress::Saving { components: reading.subjects.len() });
    let message = format!("Imported from {}", folder.name());
    let report = session
        .import_translated(library, reading.subjects, reading.translations, message, dry_run)
        .await?;
    Ok(FolderReport {
        courses: reading.courses,
        skipped: reading.skipped,
        unsupported: reading.unsupported,
        ..FolderReport::new(format, dry_run, report.items)
    })
}

/// Lists and reads the folder away from the threads that serve others.
async fn read(path: &Path, limits: Limits) -> Result<(Folder, &'static str, Reading), ImportError> {
    let root = path.to_owned();
    let work = tokio::task::spawn_blocking(move || {
        let folder = Folder::open(&root, limits)?;
        let (format, reading) = read_folder(&folder)?;
        Ok((folder, format, reading))
    });
    work.await.map_err(|error| lcms_core::Error::internal("the import was interrupted", error))?
}

/// Sends one file, unless its bytes are there already.
async fn upload(session: &Session, folder: &Folder, file: &AssetFile) -> Result<(), ImportError> {
    match session.blob(file.digest).await {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let mut upload = session.upload(&file.media_type)?;
    let mut input = tokio::fs::File::from_std(folder.open_file(&file.path)?);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = input
            .read(&mut chunk)
            .await
            .map_err(|source| ImportError::Io { path: folder.root().join(&file.path), source })?;
        if read == 0 {
            break;
        }
        upload.write(&chunk[..read]).await?;
    }
    match upload.finish(Some(file.digest)).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::Invalid => {
            Err(ImportError::Changed(file.path.clone()))
        }
        Err(error) => Err(error.into()),
    }
}
