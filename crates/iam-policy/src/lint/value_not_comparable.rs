//! The operator cannot compare with that value.
//!
//! ## Why it matters
//!
//! `IpAddress` wants an address or a range, the `Numeric…` operators a number, `Bool` and `Null` `true`
//! or `false`. With anything else the condition never matches, or IAM refuses the policy.
//! `StringEquals` compares with any text, but there `*` and `?` are just characters.
//!
//! ## Example
//!
//! ```json
//! "Condition": {"StringEquals": {"sagemaker:InstanceTypes": "ml.t3.*"}}
//! ```
//!
//! ## What to do
//!
//! Mend the value; where wildcards are meant, use the `…Like` operator. A wildcard under a `…Equals`
//! operator is a warning, since a value may have that character; the rest is an error.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use super::document::{Document, Test};
use super::report::Report;
use super::rule::Rule;
use crate::condition::OperatorBase;

pub(super) const RULE: Rule = Rule {
    code: "DRF529",
    name: "value-not-comparable",
    source: include_str!("value_not_comparable.rs"),
};

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for (_, test) in document.tests() {
        let Some(meant) = like(test) else { continue };
        let wild = test.values.iter().find(|value| has_wildcard(&value.text));
        if let Some(value) = wild {
            let message = format!(
                "`{}` takes `{}` literally: the wildcard is just a character",
                test.operator_word.text, value.text
            );
            report.warn(&RULE, value, message).help(format!("use `{meant}`"));
        }
    }
}

/// The operator that knows wildcards, for one that does not.
fn like(test: &Test) -> Option<&'static str> {
    match test.operator.base {
        OperatorBase::StringEquals | OperatorBase::StringEqualsIgnoreCase => Some("StringLike"),
        OperatorBase::StringNotEquals | OperatorBase::StringNotEqualsIgnoreCase => {
            Some("StringNotLike")
        }
        _ => None,
    }
}

/// Wildcards outside variables, where `${*}` is the character.
fn has_wildcard(text: &str) -> bool {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if before.contains(['*', '?']) {
            return true;
        }
        rest = after.split_once('}').map_or("", |(_, tail)| tail);
    }
    rest.contains(['*', '?'])
}
