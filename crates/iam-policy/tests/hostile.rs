//! Whatever the input, there is an answer and no panic.
//!
//! The inputs are our cases with pieces of text exchanged, doubled, dropped and replaced by what
//! tends to break parsers.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers, in a test")]

use iam_policy::case::{Detail, run_line_in};
use iam_policy::{Dialect, Glob, parse, print};
use proptest::prelude::*;

const CASES: &str = include_str!("../../../tests/cases/evaluator.jsonl");

const PIECES: [&str; 24] = [
    "",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "-1e999",
    "${",
    "}}",
    "*",
    "?",
    ":",
    "arn:aws:",
    "é",
    "\u{202e}",
    "ForAllValues:",
    "IfExists",
    "0.0.0.0/0",
    "unknown",
];

/// A change at a place, which is taken modulo the length.
#[derive(Clone, Debug)]
struct Change {
    at: usize,
    drop: usize,
    piece: &'static str,
    /// Take so much of what stands here instead of the piece.
    copy_from: Option<usize>,
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop::sample::select(PIECES.to_vec());
    (any::<usize>(), 0_usize..12, piece, prop::option::of(any::<usize>()))
        .prop_map(|(at, drop, piece, copy_from)| Change { at, drop, piece, copy_from })
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for change in changes {
        let at = change.at % (characters.len() + 1);
        let end = (at + change.drop).min(characters.len());
        let piece: Vec<char> = match change.copy_from {
            Some(from) => {
                let from = from % (characters.len() + 1);
                characters.iter().skip(from).take(20).copied().collect()
            }
            None => change.piece.chars().collect(),
        };
        characters.splice(at..end, piece);
    }
    characters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_case_gives_a_line(
        line in prop::sample::select(CASES.lines().collect::<Vec<_>>()),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let line = changed(line, &changes);
        for detail in [Detail::Decision, Detail::Explained] {
            let result = run_line_in(&line, 1, detail);
            let json: Result<serde_json::Value, _> = serde_json::from_str(result.as_str());
            prop_assert!(json.is_ok(), "{}", result.as_str());
        }
        prop_assert!(!run_line_in(&line, 1, Detail::Text).as_str().is_empty());
    }

    #[test]
    fn any_text_is_a_policy_or_has_a_place(text in "\\PC{0,200}") {
        for dialect in [Dialect::Identity, Dialect::Resource, Dialect::Lenient] {
            match parse(&text, dialect) {
                Ok(document) => prop_assert!(!print(&document).is_empty()),
                Err(errors) => prop_assert!(errors.iter().all(|error| error.line > 0)),
            }
        }
    }

    #[test]
    fn globs_of_any_text_answer(one in "\\PC{0,30}", two in "[a*?é]{0,30}", text in "\\PC{0,30}") {
        let (one, two) = (Glob::new(&one), Glob::new(&two));
        if one.includes(&two) && two.matches(&text) {
            prop_assert!(one.matches(&text));
        }
        if one.matches(&text) && two.matches(&text) {
            prop_assert!(one.intersects(&two));
        }
    }
}
