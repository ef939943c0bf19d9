//! `ForAllValues` in an Allow also holds for a request that lacks the key.
//!
//! ## Why it matters
//!
//! Of no values, all match. A request that names no instance type passes the condition, and the
//! statement allows it. AWS's guide restricts instance types like that.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Allow", "Action": "sagemaker:CreateTrainingJob", "Resource": "*",
//!  "Condition": {"ForAllValues:StringLike": {"sagemaker:InstanceTypes": ["ml.c5.*"]}}}
//! ```
//!
//! ## What to do
//!
//! Add `"Null": {"sagemaker:InstanceTypes": "false"}` to the condition, or deny the action where the
//! key is missing. Where a request without the key is fine, say so with `…IfExists`: then this lint is
//! silent. About `aws:TagKeys` it is a note, for a call without tags is mostly meant to pass.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use super::document::{Document, Statement, Test};
use super::report::{Report, Severity};
use super::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "DRF517",
    name: "for-all-values-without-null-guard",
    source: include_str!("for_all_values_without_guard.rs"),
};

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in document.allows() {
        for test in statement.conditions.iter().filter(|test| test.is_for_all_values()) {
            if test.operator.if_exists || is_guarded(document, statement, test) {
                continue;
            }
            let key = &test.key.text;
            let message =
                format!("also allows requests that have no `{key}`: of no values, all match");
            // A call without tags is mostly meant to pass.
            let tags = test.lower_key() == "aws:tagkeys";
            let severity = if tags { Severity::Note } else { Severity::Warning };
            report
                .add(&RULE, severity, &test.key, message)
                .help(format!("add \"Null\": {{\"{key}\": \"false\"}} to the condition"));
        }
    }
}

/// Whether another condition of the statement demands the key, or a Deny refuses its absence.
fn is_guarded(document: &Document<'_>, statement: &Statement<'_>, test: &Test) -> bool {
    let same = |other: &Test| document.same_key(&other.key.text, &test.key.text);
    // A tag in the request makes `aws:TagKeys` exist.
    let tag_keys = test.lower_key() == "aws:tagkeys";
    let tags = |other: &Test| tag_keys && other.lower_key().starts_with("aws:requesttag/");
    let demanded = statement.has_test(|other| other.needs_key() && (same(other) || tags(other)));
    demanded
        || document
            .denies()
            .any(|deny| deny.has_test(|other| other.is_null_with("true") && same(other)))
}
