//! The `Version` is missing or not the current one.
//!
//! ## Why it matters
//!
//! A policy without `Version` is read as `2008-10-17`. There are no policy variables in that version:
//! `${aws:username}` is literal text that no resource and no value has.
//!
//! ## Example
//!
//! ```json
//! {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
//!   "Resource": "arn:aws:s3:::home/${aws:username}/*"}]}
//! ```
//!
//! ## What to do
//!
//! Begin the policy with `"Version": "2012-10-17"`. It is an error where the policy uses `${`, since
//! it then certainly does not do what it says; a warning where the element is missing.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>

use super::document::{Document, Word};
use super::report::{Report, Severity};
use super::rule::Rule;
use crate::document::Version;
use crate::json::Span;

pub(super) const RULE: Rule =
    Rule { code: "DRF507", name: "version", source: include_str!("version.rs") };

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let variable = first_variable(document).map(|word| word.text.clone());
    match &document.version {
        // The fix of a bare statement brings the version along.
        None if document.bare || document.statements.is_empty() => {}
        None => {
            let start = document.span.start.saturating_add(1);
            let severity = if variable.is_some() { Severity::Error } else { Severity::Warning };
            let message = format!("no `Version`: read as `2008-10-17`{}", literal(variable));
            report
                .add(&RULE, severity, document.place(), message)
                .help("begin with \"Version\": \"2012-10-17\"")
                .replace(Span { start, end: start }, "\"Version\": \"2012-10-17\", ");
        }
        Some(version) if version.text == Version::V2008.as_str() => {
            let severity = if variable.is_some() { Severity::Error } else { Severity::Note };
            let message = format!("`Version` is the old `2008-10-17`{}", literal(variable));
            report
                .add(&RULE, severity, version, message)
                .help("the current version is `2012-10-17`")
                .replace(version.span, "\"2012-10-17\"");
        }
        Some(_) => {}
    }
}

fn literal(variable: Option<String>) -> String {
    let text = variable.map(|text| format!(", where `{text}` is literal text and no variable"));
    text.unwrap_or_default()
}

fn first_variable<'d>(document: &'d Document<'_>) -> Option<&'d Word> {
    let words = document.statements.iter().flat_map(|statement| {
        let values = statement.conditions.iter().flat_map(|test| &test.values);
        statement.resource.iter().flat_map(|block| &block.patterns).chain(values)
    });
    words.into_iter().find(|word| word.text.contains("${"))
}
