//! The `lcms` binary: parses, calls the same services as the HTTP interface, prints.
//!
//! Exit codes: 0 done, 1 refused or failed with a reason on stderr, 2 wrong usage.

mod args;
mod commands;
mod output;
mod progress;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::FromArgMatches as _;

use args::Cli;
use output::Output;

fn main() -> ExitCode {
    let cli = match Cli::from_arg_matches(&args::command().get_matches()) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    start_logging(&cli);
    let output = Output::new(cli.global.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.failure(&lcms_core::Error::internal("could not start", error));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli, &output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.failure(&error);
            ExitCode::FAILURE
        }
    }
}

/// Logs go to stderr: warnings unless `LCMS_LOG` says otherwise; a server also says what it does.
fn start_logging(cli: &Cli) {
    use tracing_subscriber::EnvFilter;
    let usual = if cli.command.serves() { "info,sea_orm_migration=warn" } else { "warn" };
    let filter = EnvFilter::try_from_env("LCMS_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if cli.global.json && cli.command.serves() {
        subscriber.json().init();
    } else {
        subscriber.with_target(false).with_ansi(std::io::stderr().is_terminal()).init();
    }
}
