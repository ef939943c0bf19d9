//! The same key stands twice in one JSON object.
//!
//! ## Why it matters
//!
//! Most JSON readers silently keep the last one. The other condition, or the other list of actions,
//! is not in force, and nobody is told. AWS's own sample for `sagemaker:Search` loses a domain that
//! way.
//!
//! ## Example
//!
//! ```json
//! "StringEquals": {
//!   "aws:RequestTag/team": "vision",
//!   "aws:RequestTag/team": "nlp"
//! }
//! ```
//!
//! ## What to do
//!
//! Give the key once, with a list of values: `"aws:RequestTag/team": ["vision", "nlp"]`; an operator
//! once, with all its keys.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use std::collections::BTreeMap;

use super::document::inside;
use super::report::{Place, Report};
use super::rule::Rule;
use crate::json::{JsonError, JsonErrorKind, Node};
use crate::parse::PolicyErrorKind;
use crate::places::Places;

pub(super) const RULE: Rule =
    Rule { code: "DRF502", name: "duplicate-key", source: include_str!("duplicate_key.rs") };

pub(super) fn check(text: &str, repeats: &[JsonError], root: &Node<'_>, report: &mut Report<'_>) {
    let firsts: Vec<usize> = repeats.iter().filter_map(first_of).collect();
    if firsts.is_empty() {
        return;
    }
    let firsts = Places::of(text, firsts.into_iter());
    let mut places = repeats.iter().map(|repeat| (repeat.offset, Place::default())).collect();
    find(root, "", &mut places);
    for repeat in repeats {
        let JsonErrorKind::DuplicateKey { key, first } = &repeat.kind else { continue };
        let (first_line, first_column) = firsts.get(*first);
        let kind = PolicyErrorKind::DuplicateKey { key: key.clone(), first_line, first_column };
        let place = places.remove(&repeat.offset).unwrap_or_default();
        let help = help(&place.pointer);
        report.error(&RULE, place, kind.to_string()).help(help);
    }
}

fn first_of(repeat: &JsonError) -> Option<usize> {
    match repeat.kind {
        JsonErrorKind::DuplicateKey { first, .. } => Some(first),
        _ => None,
    }
}

/// What fits there: a condition key and a list of patterns take several values, an operator several
/// keys.
fn help(pointer: &str) -> &'static str {
    let parts: Vec<&str> =
        pointer.split('/').filter(|part| part.parse::<usize>().is_err()).collect();
    match parts.as_slice() {
        ["", "Statement", "Condition", _, _] | ["", "Condition", _, _] => {
            "give one key a list of values instead"
        }
        ["", "Statement", "Condition", _] | ["", "Condition", _] => {
            "give one operator all the keys instead"
        }
        [.., "Action" | "NotAction" | "Resource" | "NotResource"] => {
            "give one key a list of values instead"
        }
        _ => "keep one of them",
    }
}

/// Fills in where the keys that begin at those offsets stand, in one walk.
fn find(node: &Node<'_>, pointer: &str, places: &mut BTreeMap<usize, Place>) {
    // Nothing to look for inside: its path need not be made.
    if places.range(node.span.start..node.span.end).next().is_none() {
        return;
    }
    for member in node.members() {
        let (start, end) = (member.key_span.start, member.node.span.end);
        if places.range(start..end).next().is_none() {
            continue;
        }
        let pointer = inside(pointer, &member.key);
        find(&member.node, &pointer, places);
        if let Some(place) = places.get_mut(&start) {
            *place = Place { span: member.key_span, pointer };
        }
    }
    for (index, element) in node.elements().iter().enumerate() {
        find(element, &inside(pointer, &index.to_string()), places);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_fits_what_is_repeated() {
        for (pointer, wanted) in [
            ("/Statement/0/Condition/StringEquals/aws:a", "give one key a list of values instead"),
            ("/Statement/Condition/StringEquals/aws:a", "give one key a list of values instead"),
            ("/Statement/0/Action", "give one key a list of values instead"),
            ("/Resource", "give one key a list of values instead"),
            ("/Statement/0/Condition/Bool", "give one operator all the keys instead"),
            ("/Statement/0/Effect", "keep one of them"),
            ("/Statement/0/Condition", "keep one of them"),
            ("/Version", "keep one of them"),
        ] {
            assert_eq!(help(pointer), wanted, "{pointer}");
        }
    }
}
