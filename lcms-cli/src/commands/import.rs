//! Folders, archives and files in.

use std::path::PathBuf;

use indicatif::ProgressBar;
use lcms_core::model::Key;
use lcms_core::service::Session;
use lcms_core::{Error, ErrorKind, Result};
use lcms_import::{Folder, FolderReport, Limits, Progress, import_folder, library_of};

use crate::args;
use crate::output::Output;
use crate::progress;

pub(crate) async fn import(session: &Session, args: args::Import, output: Output) -> Result<()> {
    let folder = open(args.source.clone(), args.name.clone()).await?;
    let library = library(session, &args, &folder, output).await?;
    let report = run(session, &library, folder, args.dry_run, output).await?;
    output.print(&report, ToString::to_string);
    Ok(())
}

/// Lists what is imported, away from the threads that serve others.
pub(super) async fn open(source: PathBuf, name: Option<String>) -> Result<Folder> {
    let listing = tokio::task::spawn_blocking(move || match name {
        Some(name) => Folder::open_named(&source, &name, Limits::default()),
        None => Folder::open(&source, Limits::default()),
    });
    let listed =
        listing.await.map_err(|error| Error::internal("the import was interrupted", error))?;
    listed.map_err(Error::from)
}

/// Imports with progress.
pub(super) async fn run(
    session: &Session,
    library: &Key,
    folder: Folder,
    dry_run: bool,
    output: Output,
) -> Result<FolderReport> {
    let bar = progress::steps(output);
    let report =
        import_folder(session, library, folder, dry_run, &mut |step| say(&bar, step)).await;
    bar.finish_and_clear();
    report.map_err(Error::from)
}

fn say(bar: &ProgressBar, step: Progress<'_>) {
    bar.set_message(match step {
        Progress::Reading => "reading".to_owned(),
        Progress::Uploading { path, number, of } => format!("file {number} of {of}: {path}"),
        Progress::Saving { components } => format!("saving {components} components"),
    });
}

/// The library to import into: the one named, or the one that the folder describes, created when
/// it is not there yet.
async fn library(
    session: &Session,
    args: &args::Import,
    folder: &Folder,
    output: Output,
) -> Result<Key> {
    let head = library_of(folder).map_err(Error::from)?;
    let key = match (&args.library, &head) {
        (Some(key), _) => key.clone(),
        (None, Some(head)) => head.key.clone(),
        (None, None) => {
            return Err(Error::invalid(format!("`{}` does not name a library", folder.name()))
                .hint("say which with --library KEY"));
        }
    };
    match session.library(&key).await {
        Ok(_) => Ok(key),
        Err(error) if error.kind() == ErrorKind::NotFound => match head {
            Some(head) if head.key == key && !args.dry_run => {
                session.create_library(head).await?;
                if output.is_for_people() {
                    eprintln!("created library {key}");
                }
                Ok(key)
            }
            Some(_) if args.dry_run => {
                Err(Error::not_found(format!("there is no library `{key}`"))
                    .hint(format!("a dry run creates nothing: `lcms library create {key}` first")))
            }
            _ => Err(Error::not_found(format!("there is no library `{key}`"))
                .hint(format!("create it with `lcms library create {key}`"))),
        },
        Err(error) => Err(error),
    }
}
