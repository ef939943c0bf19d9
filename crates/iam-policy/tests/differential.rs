//! The evaluator against a second one, written from AWS's pages alone.
//!
//! `cargo xtask differential` does the same with a million cases. A case on which the two once
//! differed stays in `regressions.jsonl`, with the decision that is right.

#![expect(clippy::expect_used, reason = "a test says where it stopped")]

use std::collections::BTreeMap;

use iam_policy::case::run_line;
use iam_reference::{Generator, completions, decide, shrink};
use serde_json::Value;

const SEED: u64 = 20_260_101;
const CASES: u64 = 20_000;
const WITH_UNKNOWN: u64 = 2_000;

const REGRESSIONS: &str = include_str!("regressions.jsonl");

/// What the product prints for a case: the decision, or why it is no case.
fn product(case: &Value) -> String {
    let line = run_line(&case.to_string(), 1);
    let line: Value = serde_json::from_str(line.as_str()).expect("the answer is JSON");
    let text = |name: &str| line.get(name).and_then(Value::as_str).map(str::to_owned);
    text("decision").unwrap_or_else(|| format!("error: {}", text("error").unwrap_or_default()))
}

fn reference(case: &Value) -> String {
    decide(case).map_or_else(|error| format!("error: {error}"), |decision| decision.to_string())
}

/// Both read the case and give two decisions.
fn differ(case: &Value) -> bool {
    decide(case).is_ok_and(|wanted| {
        let given = product(case);
        !given.starts_with("error") && given != wanted.to_string()
    })
}

#[test]
fn both_evaluators_decide_alike() {
    let generator = Generator::new(SEED);
    let mut counts = BTreeMap::new();
    for index in 0..CASES {
        let case = generator.case(index);
        let (given, wanted) = (product(&case), reference(&case));
        if given != wanted {
            let small = shrink(case, &differ);
            let (given_small, wanted_small) = (product(&small), reference(&small));
            panic!(
                "seed {SEED}, case {index}: the product says {given}, the reference {wanted}\n\
                 shrunk: {given_small} and {wanted_small}\n{small}"
            );
        }
        let count = counts.entry(wanted).or_insert(0_u64);
        *count = count.saturating_add(1);
    }
    println!("{counts:?}");
}

/// A decision given although something is unknown is the one that every completion gives.
#[test]
fn what_is_decided_in_spite_of_unknown_values_holds_for_all_of_them() {
    let generator = Generator::new(SEED).with_unknown(true);
    let (mut open, mut excess, mut completed) = (0_u64, 0_u64, 0_usize);
    for index in 0..WITH_UNKNOWN {
        let case = generator.case(index);
        let given = product(&case);
        let complete = completions(&case);
        completed = completed.saturating_add(complete.len());
        if given == "Undetermined" {
            open = open.saturating_add(1);
            let decisions: Vec<String> = complete.iter().map(reference).collect();
            let same = decisions.iter().all(|decision| Some(decision) == decisions.first());
            excess = excess.saturating_add(u64::from(same));
            continue;
        }
        if let Some(other) = complete.iter().find(|one| reference(one) != given) {
            let small = shrink(case, &unsound);
            let (given_small, unknown) = (product(&small), &small["unknown"]);
            panic!(
                "seed {SEED}, case {index} with unknown values: the product says {given}, the \
                 reference {} for\n{other}\nshrunk: {given_small} with {unknown} unknown\n{small}",
                reference(other)
            );
        }
    }
    println!(
        "{WITH_UNKNOWN} cases, {completed} completions: {open} undetermined, {excess} of them with \
         one decision for all completions tried"
    );
}

/// The product decides, and some completion is decided otherwise.
fn unsound(case: &Value) -> bool {
    let given = product(case);
    let decided = given != "Undetermined" && !given.starts_with("error");
    decided && completions(case).iter().any(|one| decide(one).is_ok_and(|d| d.to_string() != given))
}

#[test]
fn cases_that_once_differed() {
    for (line, number) in REGRESSIONS.lines().zip(1_u64..) {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let expected = case["expected"].as_str().expect("a regression says what is right");
        assert_eq!(product(&case), expected, "line {number}, the product: {line}");
        assert_eq!(reference(&case), expected, "line {number}, the reference: {line}");
    }
}
