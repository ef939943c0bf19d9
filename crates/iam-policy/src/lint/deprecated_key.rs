//! The condition key has a new name.
//!
//! ## Why it matters
//!
//! AWS calls the old name deprecated and lists it at no action any more. Requests may still have it,
//! but nobody promises for how long.
//!
//! ## Example
//!
//! ```json
//! "Condition": {"ArnEquals": {"sagemaker:VolumeKmsKey": "arn:aws:kms:eu-west-1:111122223333:key/1"}}
//! ```
//!
//! ## What to do
//!
//! Use the new name, here `sagemaker:VolumeKmsKeyArn`. There is no fix where the operator has the new
//! name already: then put the values together.
//!
//! AWS: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>

use std::collections::BTreeMap;

use super::document::{Document, Test};
use super::report::Report;
use super::rule::Rule;
use crate::print::quote;

pub(super) const RULE: Rule =
    Rule { code: "DRF512", name: "deprecated-key", source: include_str!("deprecated_key.rs") };

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in &document.statements {
        let mut times: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        let place = |test: &Test| test.operator_word.span.start;
        for test in &statement.conditions {
            let times = times.entry((place(test), &test.current)).or_default();
            *times = times.saturating_add(1);
        }
        for test in &statement.conditions {
            let Some(current) = document.vocabulary.current_key(&test.key.text) else { continue };
            let added = report
                .warn(&RULE, &test.key, format!("`{}` is deprecated", test.key.text))
                .help(format!("use `{current}`"));
            // Beside the new name, or another spelling of the old one, it would stand twice.
            if times.get(&(place(test), test.current.as_str())) == Some(&1) {
                added.replace(test.key.span, quote(current));
            }
        }
    }
}
