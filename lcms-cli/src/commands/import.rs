//! Folders, archives and files in.

use std::time::Duration;

use indicatif::ProgressBar;
use lcms_core::model::Key;
use lcms_core::service::Session;
use lcms_core::{Error, ErrorKind, Result};
use lcms_import::{
    Folder, FolderReport, ImportError, ImportOptions, Limits, Progress, Watch, import_folder,
    library_of,
};

use crate::args;
use crate::output::Output;
use crate::progress;

pub(crate) async fn import(session: &Session, args: args::Import, output: Output) -> Result<()> {
    if args.watch {
        return watch(session, &args, output).await;
    }
    let folder = open(&args).await?;
    let library = library(session, &args, &folder, output).await?;
    let report = run(session, &library, folder, options(&args), output).await?;
    output.print(&report, ToString::to_string);
    Ok(())
}

fn options(args: &args::Import) -> ImportOptions {
    ImportOptions { dry_run: args.dry_run, split: args.split }
}

/// Imports whenever the folder changes, until it is told to stop. What is refused is said, and the next
/// change is tried.
async fn watch(session: &Session, args: &args::Import, output: Output) -> Result<()> {
    let every = Duration::from_secs(args.every);
    let (path, name) = (args.source.clone(), args.name.clone());
    if !path.is_dir() {
        let message = format!("`{}` is no folder", path.display());
        return Err(Error::invalid(message).hint("only folders are watched; import a file once"));
    }
    let mut watch = Watch::new(path, name, Limits::default(), every);
    loop {
        let changed = tokio::select! {
            changed = watch.next() => changed.map_err(Error::from),
            stop = tokio::signal::ctrl_c() => {
                return stop.map_err(|error| Error::internal("cannot hear Ctrl-C", error));
            }
        };
        let imported = async {
            let folder = changed?;
            let library = library(session, args, &folder, output).await?;
            run(session, &library, folder, options(args), output).await
        };
        match imported.await {
            Ok(report) => output.print(&report, ToString::to_string),
            Err(error) => output.failure(&error),
        }
    }
}

/// Opens what is to be imported.
async fn open(args: &args::Import) -> Result<Folder> {
    let (source, name, commit) = (args.source.clone(), args.name.clone(), args.commit.clone());
    let limits = Limits::default();
    listed(move || match (commit, name) {
        (Some(commit), name) => Folder::open_commit(&source, name.as_deref(), &commit, limits),
        (None, Some(name)) => Folder::open_named(&source, &name, limits),
        (None, None) => Folder::open(&source, limits),
    })
    .await
}

/// Lists a folder, away from the threads that serve others.
pub(super) async fn listed(
    list: impl FnOnce() -> std::result::Result<Folder, ImportError> + Send + 'static,
) -> Result<Folder> {
    let listed = tokio::task::spawn_blocking(list).await;
    let listed = listed.map_err(|error| Error::internal("the import was interrupted", error))?;
    listed.map_err(Error::from)
}

/// Imports with progress.
pub(super) async fn run(
    session: &Session,
    library: &Key,
    folder: Folder,
    options: ImportOptions,
    output: Output,
) -> Result<FolderReport> {
    let bar = progress::steps(output);
    let report =
        import_folder(session, library, folder, options, &mut |step| say(&bar, step)).await;
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
