//! A `Sid` has characters that IAM does not take in one.
//!
//! ## Why it matters
//!
//! In identity policies, boundaries, session policies and those of Organizations a `Sid` has letters
//! and digits only. IAM refuses spaces, hyphens and underscores. Policies of resources may take more.
//!
//! ## Example
//!
//! ```json
//! {"Sid": "Train models"}
//! ```
//!
//! ## What to do
//!
//! Write `TrainModels`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>

use super::document::Document;
use super::kind::PolicyKind;
use super::report::Report;
use super::rule::Rule;

pub(super) const RULE: Rule =
    Rule { code: "DRF534", name: "sid-characters", source: include_str!("sid_characters.rs") };

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    if matches!(document.kind, PolicyKind::Resource | PolicyKind::Trust) {
        return;
    }
    for sid in document.statements.iter().filter_map(|statement| statement.sid.as_ref()) {
        if !sid.text.chars().all(|character| character.is_ascii_alphanumeric()) {
            let message = format!("the `Sid` `{}` may have letters and digits only", sid.text);
            report.error(&RULE, sid, message);
        }
    }
}
