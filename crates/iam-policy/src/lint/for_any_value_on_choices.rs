//! `ForAnyValue` on values of choice in an Allow lets anything pass beside one good value.
//!
//! ## Why it matters
//!
//! One matching value suffices. A request with `ml.t3.medium` and `ml.p5.48xlarge` has one that matches
//! `ml.t3.*`, so the statement allows both.
//!
//! Judged are keys whose values the caller chooses; `aws:TagKeys` only with several values or a
//! wildcard.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Allow", "Action": "sagemaker:CreateEndpointConfig", "Resource": "*",
//!  "Condition": {"ForAnyValue:StringLike": {"sagemaker:InstanceTypes": ["ml.t3.*", "ml.m5.*"]}}}
//! ```
//!
//! ## What to do
//!
//! Write `ForAllValues:` and add `"Null": {"sagemaker:InstanceTypes": "false"}`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use super::document::{Document, Statement, Test};
use super::report::Report;
use super::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "DRF518",
    name: "for-any-value-on-choices",
    source: include_str!("for_any_value_on_choices.rs"),
};

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in document.allows() {
        for test in statement.conditions.iter().filter(|test| is_choice(document, statement, test))
        {
            let key = &test.key.text;
            let message = format!("one value of `{key}` that matches lets all the others pass");
            report
                .warn(&RULE, &test.operator_word, message)
                .help("write `ForAllValues:`, with `Null` `false` on the key beside it");
        }
    }
}

fn is_choice(document: &Document<'_>, statement: &Statement<'_>, test: &Test) -> bool {
    let current = document.vocabulary.current_key(&test.key.text).unwrap_or(&test.key.text);
    let chosen = document.vocabulary.key(current).is_some_and(|key| key.multivalued);
    let wild = test.values.iter().any(|value| value.text.contains(['*', '?']));
    // One tag among others is mostly meant; of what is chosen otherwise each value counts.
    let listed = test.current != "aws:tagkeys" || wild || test.values.len() > 1;
    let guarded = statement.has_for_all_values_of(test);
    let positive = test.operator.is_known() && !test.operator.base.is_negated();
    test.is_for_any_value() && positive && chosen && listed && !guarded
}
