//! `lcms-bench`: measures, prints one table, and says whether the targets are met.
//!
//! Exit codes: 0 everything was measured, 1 something could not be (or, with `--strict`, a target
//! is missed), 2 wrong usage.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lcms_bench::{Bench, Error, Report, Result, Scenario, Size, Volumes};
use lcms_core::model::ReleaseId;

/// Measures lcms beside its peers and physical limits.
#[derive(Parser, Debug)]
#[command(name = "lcms-bench", args_conflicts_with_subcommands = true)]
struct Cli {
    /// How much: 1k, 100k or 1m components, and the other volumes to match.
    #[arg(long, default_value = "1k")]
    size: Size,
    /// Only these scenarios.
    #[arg(long, value_delimiter = ',', num_args = 1..)]
    only: Vec<Scenario>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Exit with 1 when a target is missed.
    #[arg(long)]
    strict: bool,
    /// Where to work; on the disk that is to be measured. The folder of this program if left out.
    #[arg(long)]
    folder: Option<PathBuf>,
    #[command(subcommand)]
    child: Option<Child>,
}

/// What this program does when it starts itself.
#[derive(Subcommand, Debug)]
enum Child {
    #[command(name = "child-serve", hide = true)]
    Serve { data: PathBuf },
    #[command(name = "child-upload", hide = true)]
    Upload { data: PathBuf, bytes: u64 },
    #[command(name = "child-import", hide = true)]
    Import { data: PathBuf, package: PathBuf },
    #[command(name = "child-publish", hide = true)]
    Publish { data: PathBuf, release: ReleaseId, file: PathBuf },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let strict = cli.strict;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let measured = runtime
        .map_err(|source| Error::Io { what: "start".to_owned(), source })
        .and_then(|runtime| runtime.block_on(run(cli)));
    match measured {
        Ok(Some(report)) if strict && !report.meets_every_target() => {
            eprintln!("a target is missed");
            ExitCode::FAILURE
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<Option<Report>> {
    match cli.child {
        Some(Child::Serve { data }) => lcms_bench::serve(&data).await.map(|()| None),
        Some(Child::Upload { data, bytes }) => {
            lcms_bench::upload(&data, bytes).await.map(|()| None)
        }
        Some(Child::Import { data, package }) => {
            lcms_bench::import(&data, &package).await.map(|()| None)
        }
        Some(Child::Publish { data, release, file }) => {
            lcms_bench::publish(&data, release, &file).await.map(|()| None)
        }
        None => {
            let program = std::env::current_exe()
                .map_err(|source| Error::Io { what: "find this program".to_owned(), source })?;
            let beside = program.parent().map(PathBuf::from);
            let folder = cli.folder.or(beside).unwrap_or_else(std::env::temp_dir);
            let bench = Bench::new(Volumes::of(cli.size), program, &folder)?;
            let chosen = if cli.only.is_empty() { Scenario::ALL.to_vec() } else { cli.only };
            let lines = bench.run(&chosen, |message| eprintln!("… {message}")).await?;
            let report = Report::of(cli.size, lines);
            if cli.json {
                println!("{}", serde_json::to_string_pretty(&report).unwrap_or_default());
            } else {
                print!("{report}");
            }
            Ok(Some(report))
        }
    }
}
