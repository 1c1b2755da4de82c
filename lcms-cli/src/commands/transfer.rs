//! Libraries with their whole history, out and in.

use lcms_core::model::Key;
use lcms_core::service::Session;
use lcms_core::service::transfer::{Received, RuleConflict, RuleName};
use lcms_core::{Error, Result};
use lcms_import::{
    Crossed, ExportOptions, Limits, Remote, SyncOptions, SyncStep, TransferStep, export_folder,
    export_zip, import_transfer, pull, push,
};
use serde::Serialize;

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
    let mut say = |done, of| bar.set_message(format!("file {done} of {of}"));
    let exported = match args.output.extension().is_some_and(|end| end == "zip") {
        true => export_zip(session, &gathered, &args.output, &options, &mut say).await,
        false => export_folder(session, &gathered, &args.output, &options, &mut say).await,
    };
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
        import_transfer(session, &args.source, limits, args.origin, args.dry_run, &mut say).await;
    bar.finish_and_clear();
    output.print(&received.map_err(Error::from)?, |received| describe(received, args.dry_run));
    Ok(())
}

/// What crossed in each direction that was asked for.
#[derive(Serialize)]
struct Exchanged {
    #[serde(skip_serializing_if = "Option::is_none")]
    pulled: Option<Crossed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pushed: Option<Crossed>,
}

pub(crate) async fn sync(session: &Session, args: args::Sync, output: Output) -> Result<()> {
    let remote = Remote::new(&args.server, args.token)?;
    let bar = progress::steps(output);
    let mut say = |step: SyncStep| {
        bar.set_message(match step {
            SyncStep::Comparing => "comparing".to_owned(),
            SyncStep::Objects(count) => format!("{count} objects"),
            SyncStep::Blob { number, of } => format!("file {number} of {of}"),
            SyncStep::Storing => "storing".to_owned(),
        });
    };
    let (library, dry_run, whole) = (args.library, args.dry_run, args.whole);
    let options = |origin| SyncOptions { library: library.clone(), origin, dry_run, whole };
    let mut exchanged = Exchanged { pulled: None, pushed: None };
    if !args.push {
        exchanged.pulled = Some(pull(session, &remote, &options(args.origin), &mut say).await?);
    }
    if !args.pull {
        exchanged.pushed = Some(push(session, &remote, &options(args.called), &mut say).await?);
    }
    bar.finish_and_clear();
    output.print(&exchanged, |exchanged| {
        let directions = [("here", &exchanged.pulled), ("there", &exchanged.pushed)];
        let said = directions.into_iter().filter_map(|(side, crossed)| {
            let crossed = crossed.as_ref()?;
            let news = crossed.received.as_ref().filter(|received| !received.brought_nothing());
            let Some(received) = news else {
                let mut lines = vec![format!("nothing is missing {side}")];
                lines.extend(crossed.received.as_ref().map(describe_rules).unwrap_or_default());
                return Some(lines.join("\n"));
            };
            Some(format!(
                "missing {side}: {} objects, {} documents, {} files ({} bytes)\n{}",
                crossed.objects,
                crossed.documents,
                crossed.blobs,
                crossed.blob_bytes,
                describe(received, dry_run)
            ))
        });
        said.collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

/// What became of vocabularies, schemas, synonyms and of who looks after what.
fn describe_rules(received: &Received) -> Vec<String> {
    let name = |rule: &RuleName| format!("{} `{}` of {}", rule.subject, rule.name, rule.library);
    let keys = |keys: &[Key]| keys.iter().map(Key::as_str).collect::<Vec<_>>().join(", ");
    let mut lines = Vec::new();
    if received.new_rules > 0 {
        lines.push(format!("{} states of vocabularies, schemas, synonyms", received.new_rules));
    }
    for rule in &received.merged_rules {
        lines.push(format!("{}: changed on both sides and merged", name(rule)));
    }
    for RuleConflict { rule, because } in &received.rule_conflicts {
        let because = because.join("; ");
        lines.push(format!(
            "{}: changed on both sides, stays as it is here ({because})",
            name(rule)
        ));
    }
    if received.new_care > 0 {
        lines.push(format!("{} components with who looks after them", received.new_care));
    }
    for (said, of) in [
        ("looked after as was decided there, later", &received.care_replaced),
        ("looked after otherwise there, but here it was decided later", &received.care_kept),
        ("looked after by somebody who is no user here", &received.unknown_stewards),
    ] {
        if !of.is_empty() {
            lines.push(format!("{said}: {}", keys(of)));
        }
    }
    lines
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
    lines.extend(describe_rules(received));
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
