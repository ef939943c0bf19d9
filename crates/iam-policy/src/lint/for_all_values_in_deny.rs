//! `ForAllValues` with a negated operator in a Deny refuses too little, and too much.
//!
//! ## Why it matters
//!
//! `ForAllValues:StringNotLike` holds when every value is outside the list: one good value among bad
//! ones, and the Deny does not apply. It also holds of no values, so the Deny refuses every request that
//! lacks the key.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Deny", "Action": "sagemaker:CreateEndpointConfig", "Resource": "*",
//!  "Condition": {"ForAllValues:StringNotLike": {"sagemaker:InstanceTypes": ["ml.t3.*"]}}}
//! ```
//!
//! ## What to do
//!
//! Write `ForAnyValue:StringNotLike`: it holds when some value is outside the list, and not of none.
//! Where requests without the key must be refused, add a Deny with `"Null": {"…": "true"}`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use super::document::Document;
use super::report::Report;
use super::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "DRF519",
    name: "for-all-values-negated-in-deny",
    source: include_str!("for_all_values_in_deny.rs"),
};

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in document.denies() {
        let tests = statement.conditions.iter().filter(|test| test.is_for_all_values());
        for test in tests.filter(|test| test.operator.base.is_negated()) {
            let key = &test.key.text;
            let demanded = statement.needs_key_of(test);
            let and = if demanded { "" } else { ", and also requests that have none" };
            let message = format!("denies only if every value of `{key}` is outside the list{and}");
            report
                .warn(&RULE, &test.operator_word, message)
                .help(format!("write `ForAnyValue:{}`", test.operator.base.name()));
        }
    }
}
