//! `cargo xtask differential`: the evaluator against the second one, on as many cases as wanted.
//!
//! A case is made from the seed and its index alone, so that neither the number of threads nor the
//! number of cases changes it. One on which the two differ is shrunk and kept in
//! `crates/iam-policy/tests/regressions.jsonl`, with what the reference says; a person then judges
//! which of the two is right.

#![expect(clippy::disallowed_methods, reason = "xtask is a shell: it keeps what it found")]
#![expect(clippy::print_stdout, reason = "what a person watches")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use iam_policy::case::run_line;
use iam_reference::{Generator, decide, shrink};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const CASES: u64 = 1_000_000;
const SEED: u64 = 20_260_101;
/// After so many cases it says how far it is.
const BLOCK: u64 = 100_000;
/// No more cases than this are shrunk and kept in one run: they mostly have one cause.
const KEPT: usize = 10;

const USAGE: &str = "usage: cargo xtask differential [--cases <number>] [--seed <number>]";

pub(crate) fn run(options: &[String]) -> Result<()> {
    let (cases, seed) = read(options)?;
    if cfg!(debug_assertions) {
        return run_optimized(options);
    }
    let threads = thread::available_parallelism().map_or(2, |threads| threads.get().max(2));
    println!("{cases} cases of seed {seed}, {threads} threads");
    let (start, generator) = (Instant::now(), Generator::new(seed));
    let mut tally = Tally::default();
    let mut from = 0;
    while from < cases {
        let to = from.saturating_add(BLOCK).min(cases);
        tally.add(block(generator, from, to, threads)?);
        from = to;
        let (seconds, differing) = (start.elapsed().as_secs(), tally.differing.len());
        println!("{to} cases, {differing} differences, {seconds} s");
    }
    for (decision, count) in &tally.decisions {
        println!("{decision}: {count}");
    }
    tally.differing.sort_unstable();
    println!("differences: {}", tally.differing.len());
    for index in tally.differing.iter().take(KEPT) {
        keep(&generator.case(*index), *index)?;
    }
    match tally.differing.len() {
        0 => Ok(()),
        count => Err(format!("{count} of {cases} cases of seed {seed} differ").into()),
    }
}

fn read(options: &[String]) -> Result<(u64, u64)> {
    let (mut cases, mut seed) = (CASES, SEED);
    let mut words = options.iter();
    while let Some(option) = words.next() {
        let number = words.next().ok_or(USAGE)?;
        let number = number.parse().map_err(|_| format!("`{number}` is no number; {USAGE}"))?;
        match option.as_str() {
            "--cases" => cases = number,
            "--seed" => seed = number,
            _ => return Err(USAGE.into()),
        }
    }
    Ok((cases, seed))
}

/// `cargo xtask` is built without optimization; a million cases want it.
fn run_optimized(options: &[String]) -> Result<()> {
    let words = ["run", "--quiet", "--release", "--package", "xtask", "--", "differential"];
    let status = Command::new("cargo").args(words).args(options).status()?;
    if status.success() { Ok(()) } else { Err("the two evaluators differ, or did not run".into()) }
}

/// What became of some cases.
#[derive(Debug, Default)]
struct Tally {
    /// How often the reference decided so.
    decisions: BTreeMap<String, u64>,
    /// The cases on which the two differ.
    differing: Vec<u64>,
}

impl Tally {
    fn count(&mut self, generator: Generator, index: u64) {
        let case = generator.case(index);
        let wanted = reference(&case);
        if product(&case) != wanted {
            self.differing.push(index);
        }
        let count = self.decisions.entry(wanted).or_default();
        *count = count.saturating_add(1);
    }

    fn add(&mut self, other: Self) {
        for (decision, more) in other.decisions {
            let count = self.decisions.entry(decision).or_default();
            *count = count.saturating_add(more);
        }
        self.differing.extend(other.differing);
    }
}

/// Some cases, dealt out to threads.
fn block(generator: Generator, from: u64, to: u64, threads: usize) -> Result<Tally> {
    let mut all = Tally::default();
    thread::scope(|scope| {
        let deal = |first: usize| {
            scope.spawn(move || {
                let mut tally = Tally::default();
                for index in (from..to).skip(first).step_by(threads) {
                    tally.count(generator, index);
                }
                tally
            })
        };
        let running: Vec<_> = (0..threads).map(deal).collect();
        for thread in running {
            all.add(thread.join().map_err(|_| "a thread panicked")?);
        }
        Ok(all)
    })
}

/// What the product prints for a case: the decision, or why it is no case.
fn product(case: &Value) -> String {
    let line = run_line(&case.to_string(), 1);
    let line: Value = serde_json::from_str(line.as_str()).unwrap_or_default();
    let text = |name: &str| line.get(name).and_then(Value::as_str).map(str::to_owned);
    text("decision").unwrap_or_else(|| format!("error: {}", text("error").unwrap_or_default()))
}

fn reference(case: &Value) -> String {
    decide(case).map_or_else(|error| format!("error: {error}"), |decision| decision.to_string())
}

/// Both read the case and give two decisions.
fn differ(case: &Value) -> bool {
    let (given, wanted) = (product(case), reference(case));
    given != wanted && !given.starts_with("error") && !wanted.starts_with("error")
}

/// Prints a case on which the two differ, as short as it gets, and adds it to the regressions.
fn keep(case: &Value, index: u64) -> Result<()> {
    let mut small = shrink(case.clone(), &differ);
    let (given, wanted) = (product(&small), reference(&small));
    println!("case {index}: the product says {given}, the reference {wanted}\n{small}");
    if let Some(members) = small.as_object_mut() {
        members.insert("name".to_owned(), case.get("name").cloned().unwrap_or_default());
        members.insert("expected".to_owned(), json!(wanted));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("no root")?;
    let path = root.join("crates/iam-policy/tests/regressions.jsonl");
    let kept = std::fs::read_to_string(&path)?;
    std::fs::write(&path, format!("{kept}{small}\n"))?;
    Ok(())
}
