//! The driftline command line: reads files, calls the libraries, prints, sets the exit code.
//!
//! It decides nothing about IAM: what is typed becomes values in [`args`], each verb is one module
//! under [`commands`], and [`exit_code`] says what the shell sees.

#![expect(
    clippy::disallowed_methods,
    reason = "the shell around the pure crates: files and the process belong here"
)]

mod args;
mod baseline;
mod commands;
mod exit_code;
#[cfg(test)]
mod faulty;
mod files;
mod finding_json;
mod lake_reader;
mod merging;
mod observed;
mod output;
mod policy_set;
mod ready_made;
mod sarif;
mod spool;
mod store;
mod waived;
mod workers;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};
use crate::exit_code::Exit;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error).into(),
    };
    let result = match args.command {
        Command::Analyze(args) => commands::analyze::run(&args),
        Command::Catalog(args) => commands::catalog::run(&args),
        Command::Compact(args) => commands::compact::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Findings(args) => commands::findings::run(&args),
        Command::Timeline(args) => commands::timeline::run(&args),
        Command::Waive(args) => commands::waive::run(&args),
        Command::Observe(args) => commands::observe::run(&args),
        Command::Whatif(args) => commands::whatif::run(&args),
        Command::Rejudge(args) => commands::rejudge::run(&args),
        Command::Simulate(args) => commands::simulate::run(&args),
        Command::Sql(args) => commands::sql::run(&args),
        Command::Init(args) => commands::init::run(&args),
        Command::Lint(args) => commands::lint::run(&args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::error(&*error);
            Exit::CouldNotRun.into()
        }
    }
}

/// Help and version are no errors; everything else typed wrongly is.
fn usage(error: &clap::Error) -> Exit {
    // When even the terminal is gone there is nobody to tell.
    let _ = error.print();
    if error.use_stderr() { Exit::CouldNotRun } else { Exit::Fine }
}
