//! Everything checked.
//!
//! Beside: `git fsck` of a repository that holds the same documents, each as a file of one commit,
//! packed by `git fast-import`. It hashes and parses them too, and checks what they name; rows,
//! where-used and files beside them are checked by ours only.

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use lcms_core::service::Settings;
use lcms_core::store::{Store, documents};

use super::{Bench, remove};
use crate::error::{Error, Result};
use crate::measure::{Stopwatch, in_turn};
use crate::program;
use crate::report::{Figure, Line, Target};

const PAGE: u64 = 2_000;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let lcms = bench.open().await?;
    let repository = bench.path("checked.git");
    let count = into_git(bench, &repository).await?;
    let session = lcms.operator_without_checks();
    let (ours, git) = in_turn(
        bench.volumes.rounds,
        async || {
            let watch = Stopwatch::own()?;
            let report = session.fsck(false, &mut |_| {}).await?;
            let cost = watch.stop()?;
            if report.damaged > 0 || report.counts.documents != count as u64 {
                return Err(Error::wrong(report.findings.first()));
            }
            Ok(cost)
        },
        async || program::run("git", &["fsck", "--full", "--no-progress"], &repository),
    )
    .await?;
    remove(&repository)?;
    let name = |what| format!("fsck: {count} documents, {what}");
    Ok(vec![
        Line::new(name("wall"), Figure::rate(count, ours.wall))
            .beside("git fsck", Figure::rate(count, git.wall))
            .target(Target::RatioAtLeast(1.0)),
        Line::new(name("per CPU second"), Figure::rate(count, ours.cpu))
            .beside("git fsck", Figure::rate(count, git.cpu)),
    ])
}

/// Puts every document of the corpus into a repository; answers how many there are.
async fn into_git(bench: &Bench, repository: &Path) -> Result<usize> {
    let fault = |error| Error::Program {
        program: "git fast-import".to_owned(),
        reason: format!("could not write to it: {error}"),
    };
    std::fs::create_dir(repository).map_err(Error::file(repository))?;
    program::run("git", &["init", "-q", "--bare", "."], repository)?;
    let mut import = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(repository)
        .stdin(Stdio::piped())
        .spawn()
        .map_err(fault)?;
    let input = import.stdin.take().ok_or_else(|| fault(std::io::ErrorKind::BrokenPipe.into()))?;
    let mut input = BufWriter::new(input);
    let data = bench.data(|_| {}).await?;
    let store = Store::open(&Settings::in_folder(data).database).await?;
    let (mut names, mut last) = (Vec::new(), None);
    loop {
        let page = documents::page(store.reader(), last, PAGE).await?;
        let Some((end, _)) = page.last() else { break };
        last = Some(*end);
        for (digest, body) in page {
            names.push(digest.hex());
            write!(input, "blob\nmark :{}\ndata {}\n", names.len(), body.len()).map_err(fault)?;
            input.write_all(&body).and_then(|()| input.write_all(b"\n")).map_err(fault)?;
        }
    }
    write!(input, "commit refs/heads/main\ncommitter x <x@x> 0 +0000\ndata 0\n").map_err(fault)?;
    for (number, name) in names.iter().enumerate() {
        let (folder, rest) = name.split_at(2);
        writeln!(input, "M 100644 :{} {folder}/{rest}", number + 1).map_err(fault)?;
    }
    drop(input.into_inner().map_err(|error| fault(error.into_error()))?);
    let status = import.wait().map_err(fault)?;
    if status.success() { Ok(names.len()) } else { Err(Error::wrong(status)) }
}
