//! The evaluator against a second one, written from AWS's pages alone.
//!
//! `cargo xtask differential` does the same with a million cases. A case on which the two once
//! differed stays in `regressions.jsonl`, with the decision that is right.

#![expect(clippy::expect_used, reason = "a test says where it stopped")]

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::PolicySet;
use iam_policy::case::{Case, run_line};
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

/// The decisions that the product leaves open.
fn possible(case: &Value) -> Vec<String> {
    let line = run_line(&case.to_string(), 1);
    let line: Value = serde_json::from_str(line.as_str()).expect("the answer is JSON");
    let open = line.get("possible").and_then(Value::as_array).into_iter().flatten();
    let open: Vec<String> = open.filter_map(Value::as_str).map(str::to_owned).collect();
    if open.is_empty() { vec![product(case)] } else { open }
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

/// Every completion of what is unknown gives one of the decisions left open.
#[test]
fn what_is_left_open_holds_every_completion() {
    let generator = Generator::new(SEED).with_unknown(true);
    let (mut open, mut excess, mut completed) = (0_u64, 0_u64, 0_usize);
    for index in 0..WITH_UNKNOWN {
        let case = generator.case(index);
        let given = possible(&case);
        let completions = completions(&case);
        let decisions: BTreeSet<String> = completions.iter().map(reference).collect();
        completed = completed.saturating_add(completions.len());
        open = open.saturating_add(u64::from(given.len() > 1));
        excess = excess.saturating_add(u64::from(given.len() > decisions.len()));
        if let Some(other) = decisions.iter().find(|decision| !given.contains(decision)) {
            let small = shrink(case, &unsound);
            panic!(
                "seed {SEED}, case {index} with unknown values: {other} is not in {given:?}\n\
                 shrunk: {:?}\n{small}",
                possible(&small)
            );
        }
    }
    println!(
        "{WITH_UNKNOWN} cases, {completed} completions: {open} undetermined, {excess} of them with a \
         decision that no completion tried gives"
    );
}

/// Some completion gives a decision that is not left open.
fn unsound(case: &Value) -> bool {
    let given = possible(case);
    let readable = !given.iter().any(|decision| decision.starts_with("error"));
    readable
        && completions(case)
            .iter()
            .any(|one| decide(one).is_ok_and(|decision| !given.contains(&decision.to_string())))
}

/// `decide` goes shorter ways than `evaluate`, most of all where only the principal's own policies
/// have a say, and comes to the same.
#[test]
fn deciding_and_evaluating_come_to_the_same() {
    for generator in [Generator::new(SEED), Generator::new(SEED).with_unknown(true)] {
        for index in 0..WITH_UNKNOWN {
            let mut case = generator.case(index);
            assert_decided_as_evaluated(&case);
            let members = case.as_object_mut().expect("a case is an object");
            members.retain(|name, _| {
                name == "identityPolicies" || !(name.ends_with("olicies") || name.ends_with("cps"))
            });
            for layer in ["permissionBoundaries", "resourcePolicy"] {
                members.remove(layer);
            }
            assert_decided_as_evaluated(&case);
        }
    }
}

fn assert_decided_as_evaluated(case: &Value) {
    let line = case.to_string();
    let Ok(case) = Case::parse(&line) else { return };
    let set = PolicySet::compile(&case.sources);
    let mut evaluator = set.evaluator();
    let evaluation = evaluator.evaluate(&case.request);
    let verdict = evaluator.decide(&case.request);
    assert_eq!(verdict.possible, evaluation.possible, "{line}");
    assert_eq!(verdict.layer, evaluation.layer, "{line}");
    assert_eq!(verdict.statement, evaluation.matched.first().copied(), "{line}");
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
