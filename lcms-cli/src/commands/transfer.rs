//! Libraries with their whole history, out and in.

use lcms_core::service::Session;
use lcms_core::service::transfer::Received;
use lcms_core::{Error, Result};
use lcms_import::{ExportOptions, Limits, TransferStep, export_folder, import_transfer};

use crate::args;
use crate::output::Output;
use crate::progress;

pub(crate) async fn export(session: &Session, args: args::Export, output: Output) -> Result<()> {
    let bar = progress::steps(output);
    bar.set_message("reading the libraries");
    let gathered = session.gather(&args.library, args.closure).await?;
    let names = match args.names {
        true => Some(
            session
                .users()
                .await?
                .into_iter()
                .map(|view| {
                    let name = view.user.display_name.unwrap_or(view.user.name.to_string());
                    (view.user.id, name)
                })
                .collect(),
        ),
        false => None,
    };
    let options = ExportOptions { without_blobs: args.no_blobs, names };
    let exported = export_folder(session, &gathered, &args.output, &options, &mut |done, of| {
        bar.set_message(format!("file {done} of {of}"));
    })
    .await;
    bar.finish_and_clear();
    let exported = exported.map_err(Error::from)?;
    let externals = gathered.objects.externals.len();
    output.print(&exported, |exported| {
        let mut text = format!(
            "{} files in {}: {} written, {} removed",
            exported.files,
            args.output.display(),
            exported.written,
            exported.removed
        );
        if externals > 0 {
            let note = "components of other libraries are referred to; --closure exports these too";
            text = format!("{text}\n{externals} {note}");
        }
        text
    });
    Ok(())
}

pub(crate) async fn import(session: &Session, args: args::Import, output: Output) -> Result<()> {
    if let Some(library) = args.library {
        return Err(Error::invalid("exported libraries name themselves")
            .hint(format!("leave out `--library {library}`")));
    }
    let bar = progress::steps(output);
    let limits = Limits::of_transfer();
    let mut say = |step: TransferStep| {
        bar.set_message(match step {
            TransferStep::Reading => "reading the folder".to_owned(),
            TransferStep::Blob { number, of } => format!("file {number} of {of}"),
            TransferStep::Storing { revisions } => format!("storing {revisions} revisions"),
        });
    };
    let received =
        import_transfer(session, &args.folder, limits, args.origin, args.dry_run, &mut say).await;
    bar.finish_and_clear();
    output.print(&received.map_err(Error::from)?, |received| describe(received, args.dry_run));
    Ok(())
}

fn describe(received: &Received, dry_run: bool) -> String {
    let mut lines = Vec::new();
    if dry_run {
        lines.push("nothing was done; an import would bring:".to_owned());
    }
    for key in &received.new_libraries {
        lines.push(format!("library {key}"));
    }
    lines.push(format!(
        "{} components, {} revisions ({} known here), {} documents, {} releases, {} review states",
        received.new_components,
        received.new_revisions,
        received.known_revisions,
        received.new_documents,
        received.new_releases,
        received.new_reviews,
    ));
    for branch in &received.new_branches {
        lines.push(format!("branch {branch}"));
    }
    if received.moved_heads > 0 {
        lines.push(format!("{} heads moved on", received.moved_heads));
    }
    for diverged in &received.diverged {
        lines.push(format!(
            "{} changed on both sides of `{}`: the other arrived on `{}`, to be merged",
            diverged.key, diverged.branch, diverged.arrived_on
        ));
    }
    for renamed in &received.renamed {
        lines.push(format!(
            "{} is called `{}` there and stays as it is",
            renamed.here, renamed.there
        ));
    }
    lines.join("\n")
}
