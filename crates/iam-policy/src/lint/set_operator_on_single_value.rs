//! `ForAllValues` or `ForAnyValue` compares a key that has one value only.
//!
//! ## Why it matters
//!
//! The set operator adds nothing for a key with one value, but changes what a missing key means:
//! `ForAllValues` then holds, `ForAnyValue` with a negated operator does not. AWS advises against it.
//!
//! ## Example
//!
//! ```json
//! "Condition": {"ForAnyValue:StringEquals": {"sagemaker:RootAccess": "Disabled"}}
//! ```
//!
//! ## What to do
//!
//! Leave the set operator out.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use super::document::Document;
use super::multivalued_key::is_multivalued;
use super::report::Report;
use super::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "DRF532",
    name: "set-operator-on-single-value",
    source: include_str!("set_operator_on_single_value.rs"),
};

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for (_, test) in document.tests().filter(|(_, test)| test.operator.set.is_some()) {
        let key = &test.key.text;
        if is_multivalued(key, document.vocabulary) == Some(false) {
            let message = format!(
                "`{key}` has one value: the set operator only changes what a missing key means"
            );
            let name = test.operator_word.text.split_once(':').map_or("", |(_, name)| name);
            report.note(&RULE, &test.operator_word, message).help(format!("write `{name}`"));
        }
    }
}
