//! A character stands in the text that IAM does not take.
//!
//! ## Why it matters
//!
//! Policies may contain tab, line feed, carriage return and the characters U+0020 to U+00FF. IAM
//! refuses anything else, also inside strings, and also what nobody sees: a byte order mark, a
//! zero-width space, a dash that a word processor made.
//!
//! ## Example
//!
//! ```json
//! {"Sid": "Train–models"}
//! ```
//!
//! The dash is U+2013.
//!
//! ## What to do
//!
//! Replace the character.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>

use std::collections::BTreeMap;

use super::report::{Place, Report};
use super::rule::Rule;
use super::source::{Source, is_typographic};
use crate::json::Span;
use crate::parse::PolicyErrorKind;

pub(super) const RULE: Rule =
    Rule { code: "DRF531", name: "character", source: include_str!("character.rs") };

pub(super) fn check(source: &Source<'_>, report: &mut Report<'_>) {
    let mut refused: BTreeMap<char, (Span, usize)> = BTreeMap::new();
    for (start, character) in source.original().char_indices() {
        if is_allowed(character) || source.quotes.binary_search_by_key(&start, |q| q.start).is_ok()
        {
            continue;
        }
        let end = start.saturating_add(character.len_utf8());
        let entry = refused.entry(character).or_insert((Span { start, end }, 0));
        entry.1 = entry.1.saturating_add(1);
    }
    for (character, (span, times)) in refused {
        let fault = PolicyErrorKind::Character(character.into());
        let more = if times > 1 { format!(" ({times} times)") } else { String::new() };
        let place = Place { span, pointer: String::new() };
        let added = report.error(&RULE, place, format!("{fault}{more}"));
        match character {
            '\u{feff}' => {
                added.help("save the file without a byte order mark").replace(span, "");
            }
            _ if is_typographic(character) => {
                added.help("use a straight quote, as `\\\"`");
            }
            _ => {}
        }
    }
}

fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}')
}
