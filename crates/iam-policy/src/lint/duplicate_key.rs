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
//! Give the key once, with a list of values: `"aws:RequestTag/team": ["vision", "nlp"]`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use super::report::{Place, Report};
use super::rule::Rule;
use crate::json::{JsonError, JsonErrorKind, Node, Span};
use crate::parse::{PolicyErrorKind, escape};

pub(super) const RULE: Rule =
    Rule { code: "DRF502", name: "duplicate-key", source: include_str!("duplicate_key.rs") };

pub(super) fn check(repeats: &[JsonError], root: &Node<'_>, report: &mut Report<'_>) {
    for repeat in repeats {
        let JsonErrorKind::DuplicateKey { key, first } = &repeat.kind else { continue };
        let (pointer, span) = place(root, repeat.offset).unwrap_or_default();
        let (first_line, first_column) = report.line_and_column(*first);
        let kind = PolicyErrorKind::DuplicateKey { key: key.clone(), first_line, first_column };
        report
            .error(&RULE, Place { span, pointer }, kind.to_string())
            .help("give one key a list of values instead");
    }
}

/// The pointer and the span of the key that begins at an offset.
fn place(node: &Node<'_>, offset: usize) -> Option<(String, Span)> {
    let below = |child: &Node<'_>, part: &str| {
        if !(child.span.start..child.span.end).contains(&offset) {
            return None;
        }
        place(child, offset).map(|(rest, span)| (format!("/{}{rest}", escape(part)), span))
    };
    let of_member = |member: &crate::json::Member<'_>| {
        let own = (format!("/{}", escape(&member.key)), member.key_span);
        let is_it = member.key_span.start == offset;
        if is_it { Some(own) } else { below(&member.node, &member.key) }
    };
    let elements = node.elements().iter().enumerate();
    let mut of_elements = elements.filter_map(|(index, child)| below(child, &index.to_string()));
    node.members().iter().find_map(of_member).or_else(|| of_elements.next())
}
