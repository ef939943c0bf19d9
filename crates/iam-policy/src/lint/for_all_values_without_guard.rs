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
//! key is missing: on the same resources, with no other condition. Where a request without the key is fine, say so with `…IfExists`: then this lint is
//! silent. About `aws:TagKeys` it is a note, for a call without tags is mostly meant to pass.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use std::collections::BTreeMap;

use super::cover::Cover;
use super::document::{Document, Statement, Test};
use super::report::{Report, Severity};
use super::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "DRF517",
    name: "for-all-values-without-null-guard",
    source: include_str!("for_all_values_without_guard.rs"),
};

/// Keys that each request has: the calls that `ForAllValues` stands at cannot go without them. Who
/// creates a grant says what for.
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html>
const ALWAYS_THERE: [&str; 1] = ["kms:grantoperations"];

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let mut cover = Cover::new();
    let mut denies: BTreeMap<&str, Vec<&Statement<'_>>> = BTreeMap::new();
    for deny in document.denies() {
        if let Some(key) = refused_key(deny) {
            denies.entry(key).or_default().push(deny);
        }
    }
    for statement in document.allows() {
        let mut refused: BTreeMap<&str, bool> = BTreeMap::new();
        for test in statement.conditions.iter().filter(|test| test.is_for_all_values()) {
            let always = ALWAYS_THERE.contains(&test.current.as_str());
            if test.operator.if_exists || always || is_demanded(statement, test) {
                continue;
            }
            let refused = refused.entry(&test.current).or_insert_with(|| {
                let key = &test.current;
                denies.get(key.as_str()).into_iter().flatten().any(|deny| {
                    cover.resources(deny, statement) && cover.actions(deny, statement, key)
                })
            });
            if *refused {
                continue;
            }
            let key = &test.key.text;
            let message =
                format!("also allows requests that have no `{key}`: of no values, all match");
            // A call without tags is mostly meant to pass.
            let tags = test.current == "aws:tagkeys";
            let severity = if tags { Severity::Note } else { Severity::Warning };
            report
                .add(&RULE, severity, &test.key, message)
                .help(format!("add \"Null\": {{\"{key}\": \"false\"}} to the condition"));
        }
    }
}

/// Whether another condition of the statement demands the key.
fn is_demanded(statement: &Statement<'_>, test: &Test) -> bool {
    // A tag in the request makes `aws:TagKeys` exist.
    let tags = |other: &Test| other.needs_key() && other.current.starts_with("aws:requesttag/");
    statement.needs_key_of(test) || (test.current == "aws:tagkeys" && statement.has_test(tags))
}

/// The key whose absence a Deny refuses, whatever else is so.
fn refused_key<'d>(deny: &'d Statement<'_>) -> Option<&'d str> {
    let (first, others) = deny.conditions.split_first()?;
    let absent = |test: &Test| test.is_null_with("true") && test.current == first.current;
    (absent(first) && others.iter().all(absent)).then_some(first.current.as_str())
}
