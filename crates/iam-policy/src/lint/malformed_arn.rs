//! A `Resource` is neither `*` nor a whole ARN.
//!
//! ## Why it matters
//!
//! An ARN has six parts: `arn:partition:service:region:account:resource`. IAM refuses what does not
//! begin so (in a policy of a resource that is a warning, for some services have forms of their own),
//! and what a shorter one matches is not documented. A wildcard in the service is accepted and
//! then matches less than it looks.
//!
//! ## Example
//!
//! ```json
//! "Resource": "arn:aws:sagemaker:eu-west-1"
//! ```
//!
//! ## What to do
//!
//! Write all six parts, with `*` where anything goes: `arn:aws:sagemaker:eu-west-1:111122223333:*`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

use super::document::{Document, Word};
use super::kind::PolicyKind;
use super::placeholder;
use super::report::{Report, Severity};
use super::rule::Rule;

pub(super) const RULE: Rule =
    Rule { code: "DRF528", name: "malformed-arn", source: include_str!("malformed_arn.rs") };

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let blocks = document.statements.iter().flat_map(|statement| &statement.resource);
    for word in blocks.flat_map(|block| &block.patterns) {
        if !placeholder::is_in(word) {
            judge(word, document.kind, report);
        }
    }
}

fn judge(word: &Word, kind: PolicyKind, report: &mut Report<'_>) {
    let text = word.text.as_str();
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let begins_wild = text.starts_with(['*', '?']);
    if begins_wild && text.chars().all(|character| character == '*') {
        return;
    }
    if !begins_wild && parts.first() != Some(&"arn") {
        // Some services have a short form of their own, as API Gateway's `execute-api:/stage`.
        let own = kind == PolicyKind::Resource;
        let severity = if own { Severity::Warning } else { Severity::Error };
        let message = format!("`{text}` is no ARN: IAM takes `*` or `arn:…`");
        report.add(&RULE, severity, word, message);
    } else if parts.len() < 6 {
        let message = format!("`{text}` lacks parts of an ARN: it has {} of 6", parts.len());
        report.warn(&RULE, word, message).help("write `*` for a part that may be anything");
    } else if parts.get(2).is_some_and(|service| service.contains(['*', '?'])) {
        let message = format!("`{text}` has a wildcard in the place of the service");
        report.warn(&RULE, word, message).help("name the service");
    }
}
