//! `cargo xtask …`: the chores of the project that are not the product.

mod catalog;
mod differential;
mod docs;
mod samples;
mod test;

use std::error::Error;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <verb>

catalog [--check] [--packages <folder>]
                    make the catalog's data from its pinned packages; or compare them
docs [--check]      write the pages of lints; or compare them
differential [--cases <number>] [--seed <number>]
                    the evaluator against a second one, on a million generated cases
samples [--check | --seed <number> --out <folder>]
                    write the sample trail, policy set and answer key; or compare them; or write
                    those of another company
trino               the SQL of the lake on a real Trino; takes JDK 24 or newer and 820 MB
test                everything: format, lints, unit, property, golden and end-to-end tests";

#[expect(clippy::print_stderr, reason = "where a command says what went wrong")]
fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), Box<dyn Error>> {
    match words.split_first() {
        Some((verb, options)) if verb == "catalog" => catalog::run(options),
        Some((verb, options)) if verb == "docs" => docs::run(options),
        Some((verb, options)) if verb == "differential" => differential::run(options),
        Some((verb, options)) if verb == "samples" => samples::run(options),
        Some((verb, [])) if verb == "test" => test::run(),
        Some((verb, [])) if verb == "trino" => test::sql::trino(),
        _ => Err(USAGE.into()),
    }
}
