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
//! Use the new name, here `sagemaker:VolumeKmsKeyArn`.
//!
//! AWS: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>

use super::document::Document;
use super::report::Report;
use super::rule::Rule;
use crate::print::quote;

pub(super) const RULE: Rule =
    Rule { code: "DRF512", name: "deprecated-key", source: include_str!("deprecated_key.rs") };

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for (_, test) in document.tests() {
        let Some(current) = document.vocabulary.current_key(&test.key.text) else { continue };
        report
            .warn(&RULE, &test.key, format!("`{}` is deprecated", test.key.text))
            .help(format!("use `{current}`"))
            .replace(test.key.span, quote(current));
    }
}
