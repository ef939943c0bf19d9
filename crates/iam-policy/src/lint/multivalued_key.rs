//! A key with several values is compared without `ForAllValues` or `ForAnyValue`.
//!
//! ## Why it matters
//!
//! For a key that holds a list, AWS demands a set operator: without one it is not said whether one value
//! must match or each. The condition may never match, and then an Allow grants nothing and a Deny
//! protects nothing.
//!
//! ## Example
//!
//! ```json
//! "Condition": {"StringEquals": {"aws:TagKeys": ["team"]}}
//! ```
//!
//! ## What to do
//!
//! Write `ForAllValues:StringEquals` where each value must be one of the list (in an Allow together
//! with `"Null": {"aws:TagKeys": "false"}`), `ForAnyValue:StringEquals` where one suffices.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use super::document::{Document, Test};
use super::report::Report;
use super::rule::Rule;
use crate::vocabulary::Vocabulary;

pub(super) const RULE: Rule = Rule {
    code: "DRF516",
    name: "multivalued-key-without-set-operator",
    source: include_str!("multivalued_key.rs"),
};

/// The global keys with several values.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const GLOBAL: [&str; 7] = [
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
    "aws:vpceorgpaths",
];

/// Whether a key can have several values; `None` where that is not known.
pub(super) fn is_multivalued(key: &str, vocabulary: &Vocabulary) -> Option<bool> {
    let lower = key.to_lowercase();
    if GLOBAL.contains(&lower.as_str()) {
        return Some(true);
    }
    let current = vocabulary.current_key(key).unwrap_or(key);
    vocabulary.key(current).map(|known| known.multivalued)
}

/// Global keys with one value, those of a whole family by their beginning.
const GLOBAL_SINGLE: [&str; 24] = [
    "aws:principaltag/",
    "aws:requesttag/",
    "aws:resourcetag/",
    "aws:currenttime",
    "aws:epochtime",
    "aws:multifactorauthpresent",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:securetransport",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:username",
    "aws:viaawsservice",
];

/// Whether a key, in lower case, is known to have one value at most.
pub(super) fn holds_one_value(key: &str, vocabulary: &Vocabulary) -> bool {
    let is_it = |known: &&str| key == *known || (known.ends_with('/') && key.starts_with(*known));
    GLOBAL_SINGLE.iter().any(is_it) || is_multivalued(key, vocabulary) == Some(false)
}

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let is_plain =
        |test: &Test| test.operator.set.is_none() && test.operator.is_known() && !test.is_null();
    for (_, test) in document.tests().filter(|(_, test)| is_plain(test)) {
        if is_multivalued(&test.key.text, document.vocabulary) == Some(true) {
            let key = &test.key.text;
            let operator = &test.operator_word.text;
            let message = format!("`{key}` has several values, `{operator}` compares with one");
            report
                .warn(&RULE, &test.key, message)
                .help(format!("write `ForAllValues:{operator}` or `ForAnyValue:{operator}`"));
        }
    }
}
