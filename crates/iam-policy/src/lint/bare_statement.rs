//! A statement stands alone, without the policy around it.
//!
//! ## Why it matters
//!
//! Guides often show only the statement that matters. IAM takes it only inside a policy: an object
//! with `Version` and `Statement`.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Allow", "Action": "sagemaker:Search", "Resource": "*"}
//! ```
//!
//! ## What to do
//!
//! Put it into the `Statement` of a policy:
//! `{"Version": "2012-10-17", "Statement": [ … ]}`. The fix wraps it. The other lints are about the
//! statement as if that were done.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html>

use super::report::{Edit, Place, Report};
use super::rule::Rule;
use crate::json::{Node, Span};
use crate::parse::PolicyErrorKind;

pub(super) const RULE: Rule =
    Rule { code: "DRF504", name: "bare-statement", source: include_str!("bare_statement.rs") };

pub(super) fn report(text: &str, root: &Node<'_>, report: &mut Report<'_>) {
    let (start, end) = (root.span.start, root.span.end.min(text.len()));
    let at = |offset| Span { start: offset, end: offset };
    let place = Place { span: at(start), pointer: String::new() };
    report
        .error(&RULE, place, PolicyErrorKind::BareStatement.to_string())
        .help("wrap it: {\"Version\": \"2012-10-17\", \"Statement\": [ … ]}")
        .edits(vec![
            Edit::new(at(start), "{\"Version\": \"2012-10-17\", \"Statement\": ["),
            Edit::new(at(end), "]}"),
        ]);
}
