//! Applying what was read: files first, then everything else in one step.

use std::sync::Arc;

use lcms_core::model::Key;
use lcms_core::service::{ImportOrder, Session};

use crate::alike::Brought;
use crate::error::ImportError;
use crate::folder::Folder;
use crate::media::media_type;
use crate::published::{self, Bill, Return};
use crate::reader::{Reading, reader_of};
use crate::report::{FolderReport, Progress};
use crate::upload::{Wanted, send};

/// How to import a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Only report what would be done.
    pub dry_run: bool,
    /// Also take a package apart into topics, questions and assets, where its structure is plain.
    pub split: bool,
}

/// Imports a folder, archive or file into a library, or with `dry_run` only reports what that would do.
///
/// # Errors
/// When the folder is refused, the actor may not write in the library, or any component is refused.
/// Nothing is imported then; uploaded files that nothing names are collected as garbage later.
pub async fn import_folder(
    session: &Session,
    library: &Key,
    folder: Folder,
    options: ImportOptions,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<FolderReport, ImportError> {
    let ImportOptions { dry_run, split } = options;
    // Asked before anything is stored.
    session.may_import(library).await?;
    progress(Progress::Reading);
    let folder = Arc::new(folder);
    let mut remarks = Vec::new();
    if let Some(bill) = apart(&folder, |folder| Ok(published::bill(folder))).await? {
        match returned(session, library, &folder, bill, dry_run).await? {
            Return::Known(report) => return Ok(*report),
            Return::Foreign(remark) => remarks.push(remark),
        }
    }
    let reader = apart(&folder, reader_of).await?;
    // What is kept whole is read once: hashed while it is stored.
    if reader.keeps_every_file() && !dry_run {
        let all = folder.all_files();
        let all = all.iter().map(|(path, _)| Wanted {
            path: (*path).to_owned(),
            media_type: media_type(path).to_owned(),
            digest: None,
        });
        send(session, &folder, all.collect(), progress).await?;
    }
    let reading = apart(&folder, move |folder| {
        let own = folder.state()?;
        let mut reading = reader.read(folder)?;
        if split {
            reader.split(folder, &mut reading)?;
        }
        Ok((reader.format(folder), reading, own))
    });
    let (format, mut reading, own): (&str, Reading, _) = reading.await?;
    reading.unsupported.splice(0..0, remarks);
    let folder = reading.overlay.take().map_or(folder, Arc::new);
    if !dry_run {
        let wanted = reading.files.iter().filter(|_| !reader.keeps_every_file());
        let wanted = wanted.map(|file| Wanted {
            path: file.path.clone(),
            media_type: file.media_type.clone(),
            digest: Some(file.digest),
        });
        send(session, &folder, wanted.collect(), progress).await?;
    }
    progress(Progress::Saving { components: reading.subjects.len() });
    let message = match own {
        Some(state) => format!("Imported from {} ({state})", folder.name()),
        None => format!("Imported from {}", folder.name()),
    };
    let brought = Brought::of(&reading.subjects);
    let order = ImportOrder { message, dry_run, reuses_assets: reader.makes_up_keys() };
    let report =
        session.import_translated(library, reading.subjects, reading.translations, order).await?;
    let alike = brought.alike(session, library, &report.items).await?;
    Ok(FolderReport {
        alike,
        courses: reading.courses,
        skipped: reading.skipped,
        unsupported: reading.unsupported,
        repaired: reading.repaired,
        ..FolderReport::new(format, dry_run, report.items)
    })
}

/// Looks whether a package of ours came back as it left.
async fn returned(
    session: &Session,
    library: &Key,
    folder: &Arc<Folder>,
    bill: Bill,
    dry_run: bool,
) -> Result<Return, ImportError> {
    let (bill, altered) = apart(folder, move |folder| {
        let altered = published::altered(folder, &bill)?;
        Ok((bill, altered))
    })
    .await?;
    match altered {
        Some(remark) => Ok(Return::Foreign(remark)),
        None => published::find(session, library, &bill, dry_run).await,
    }
}

/// Works away from the threads that serve others.
async fn apart<T: Send + 'static>(
    folder: &Arc<Folder>,
    work: impl FnOnce(&Folder) -> Result<T, ImportError> + Send + 'static,
) -> Result<T, ImportError> {
    let folder = Arc::clone(folder);
    let work = tokio::task::spawn_blocking(move || work(&folder));
    work.await.map_err(|error| lcms_core::Error::internal("the import was interrupted", error))?
}
