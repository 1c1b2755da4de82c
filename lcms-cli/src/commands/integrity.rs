//! Keeping the store whole: check, collection, backup, redaction.

use std::fmt::Write as _;
use std::path::Path;

use indicatif::{HumanBytes, ProgressBar};
use lcms_core::service::{
    BackupSummary, Finding, FsckReport, FsckUpdate, GcReport, Lcms, RedactionPlan, Session,
};
use lcms_core::{Error, Result};
use time::Duration;
use tokio::io::{BufReader, BufWriter};

use crate::args;
use crate::output::{Output, table};
use crate::progress;

/// Bytes read or written at a time.
const CHUNK: usize = 1 << 20;

pub(crate) async fn fsck(session: &Session, args: &args::Fsck, output: Output) -> Result<()> {
    let mut bar = ProgressBar::hidden();
    let mut watch = |update: FsckUpdate<'_>| match update {
        FsckUpdate::Begins(what, of) => {
            bar.finish_and_clear();
            bar = progress::count(output, what, of);
        }
        FsckUpdate::Done(more) => bar.inc(more),
        FsckUpdate::Found(finding) => bar.suspend(|| {
            if output.is_for_people() {
                eprintln!("{}", said(finding));
            }
        }),
    };
    let report = session.fsck(args.quick, &mut watch).await?;
    bar.finish_and_clear();
    output.print(&report, |report| summary(report, output.is_for_people()));
    if report.damaged == 0 {
        return Ok(());
    }
    Err(Error::conflict(format!("{} things are not whole", report.damaged))
        .hint("upload missing files again where you have them, or restore a backup"))
}

fn said(finding: &Finding) -> String {
    let mut line = format!("{}: {}: {}", finding.damage.as_str(), finding.subject, finding.fault);
    if !finding.belongs_to.is_empty() {
        let _ = write!(line, "\n    belongs to {}", finding.belongs_to.join(", "));
    }
    line
}

/// What was counted; with the findings, unless they were said already.
fn summary(report: &FsckReport, said_already: bool) -> String {
    let mut lines: Vec<_> =
        if said_already { Vec::new() } else { report.findings.iter().map(said).collect() };
    let counts = report.counts;
    lines.push(format!(
        "{} rows, {} documents, {} releases and {} files ({} read) looked at",
        counts.rows,
        counts.documents,
        counts.releases,
        counts.files,
        HumanBytes(counts.bytes)
    ));
    if counts.redacted > 0 {
        lines.push(format!("{} were redacted", counts.redacted));
    }
    if report.damaged == 0 {
        lines.push("everything is whole".to_owned());
    }
    lines.join("\n")
}

pub(crate) async fn gc(session: &Session, args: &args::Gc, output: Output) -> Result<()> {
    let report = session.gc(Duration::hours(args.grace.into()), args.delete).await?;
    output.print(&report, |report| {
        let GcReport { deleted, blob_count, file_count, bytes, blobs, files } = report;
        let blobs = blobs.iter().map(|blob| {
            let used = format!("last used {}", blob.last_used);
            [blob.digest.to_string(), HumanBytes(blob.stored_size).to_string(), used]
        });
        let files = files
            .iter()
            .map(|file| [file.name.clone(), HumanBytes(file.size).to_string(), String::new()]);
        let rows: Vec<_> = blobs.chain(files).collect();
        if rows.is_empty() {
            return "nothing to remove".to_owned();
        }
        let done = if *deleted { "removed" } else { "would be removed with --delete" };
        format!(
            "{}\n{blob_count} blobs and {file_count} left-over files ({}) {done}",
            table(&rows, ""),
            HumanBytes(*bytes)
        )
    });
    Ok(())
}

pub(crate) async fn backup(session: &Session, path: &Path, output: Output) -> Result<()> {
    let fault = |error| Error::internal(format!("could not write {}", path.display()), error);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let unfinished = path.with_file_name(name);
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600); // it holds what every library holds, and the tokens' hashes
    let mut file = options.open(&unfinished).await.map_err(fault)?;
    let bar = progress::steps(output);
    let (mut bytes, mut rows) = (0, 0);
    let mut watch = |more_bytes, more_rows| {
        bytes += more_bytes;
        rows += more_rows;
        bar.set_message(format!("{} of files, {rows} rows", HumanBytes(bytes)));
    };
    let written = session.backup(BufWriter::with_capacity(CHUNK, &mut file), &mut watch).await;
    bar.finish_and_clear();
    let kept = match written {
        Ok(summary) => file.sync_all().await.map(|()| summary).map_err(fault),
        Err(error) => Err(error),
    };
    match kept {
        Ok(summary) => {
            tokio::fs::rename(&unfinished, path).await.map_err(fault)?;
            output.print(&summary, |summary| said_of(summary, &path.display().to_string()));
            Ok(())
        }
        Err(error) => {
            drop(tokio::fs::remove_file(&unfinished).await); // the first failure is the one to tell
            Err(error)
        }
    }
}

pub(crate) async fn restore(lcms: &Lcms, path: &Path, output: Output) -> Result<()> {
    let fault = |error| Error::invalid(format!("cannot read {}: {error}", path.display()));
    let file = tokio::fs::File::open(path).await.map_err(fault)?;
    let bar = progress::steps(output);
    let (mut bytes, mut rows) = (0, 0);
    let mut watch = |more_bytes, more_rows| {
        bytes += more_bytes;
        rows += more_rows;
        bar.set_message(format!("{} of files, {rows} rows", HumanBytes(bytes)));
    };
    let session = lcms.operator_without_checks();
    let restoring = session.restore_backup(BufReader::with_capacity(CHUNK, file), &mut watch);
    let summary = restoring.await?;
    bar.set_message("building the index");
    lcms.indexing().rebuild().await?;
    bar.finish_and_clear();
    output.print(&summary, |summary| said_of(summary, "the restored store"));
    Ok(())
}

fn said_of(summary: &BackupSummary, place: &str) -> String {
    let rows: u64 = summary.tables.values().map(|table| table.rows).sum();
    format!(
        "{place} holds {rows} rows and {} files ({})\ndigest over all  {}",
        summary.files,
        HumanBytes(summary.bytes),
        summary.digest
    )
}

pub(crate) async fn redact(session: &Session, args: args::Redact, output: Output) -> Result<()> {
    let plan = session.redact(args.digest, args.reason).await?;
    output.print(&plan, |plan| {
        let RedactionPlan { digest, subject, revisions, releases, done } = plan;
        let mut lines = vec![format!("{} {digest}", subject.as_str())];
        lines.extend(revisions.iter().map(|used| format!("  is in {}", used.revision)));
        lines.extend(releases.iter().map(|release| {
            format!("  release {} ({}) cannot be published without it", release.id, release.digest)
        }));
        lines.push(if *done {
            "its bytes are gone; backups made before still hold them".to_owned()
        } else {
            "nothing was done: give --reason to take its bytes away for good".to_owned()
        });
        lines.join("\n")
    });
    Ok(())
}
