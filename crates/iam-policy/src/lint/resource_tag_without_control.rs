//! A condition on resource tags stands at calls that tags cannot restrict.
//!
//! ## Why it matters
//!
//! AWS lists 24 SageMaker calls, most of them `List…` and also `Search`, `DescribeImageVersion` and
//! `DeleteImageVersion`, that tag-based policies do not restrict: their requests have no resource tags.
//! A Deny by tag lets them through, and an Allow by tag does not grant them.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Deny", "Action": "sagemaker:*", "Resource": "*",
//!  "Condition": {"StringEquals": {"sagemaker:ResourceTag/Project": "B"}}}
//! ```
//!
//! ## What to do
//!
//! Grant or refuse these calls in a statement without tag conditions. It is a note where the calls are
//! reached by a pattern, a warning where they are named.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html>

use super::document::Document;
use super::names::{is_resource_tag, some};
use super::report::{Report, Severity};
use super::rule::Rule;
use crate::document::Effect;

pub(super) const RULE: Rule = Rule {
    code: "DRF515",
    name: "resource-tag-without-control",
    source: include_str!("resource_tag_without_control.rs"),
};

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for (statement, test) in document.tests().filter(|(_, test)| is_resource_tag(&test.key.text)) {
        let (Some(effect), false) = (statement.effect, test.operator.if_exists) else { continue };
        let named = statement.actions().iter().filter(|pattern| !pattern.is_wild());
        let named = named.flat_map(|pattern| pattern.known());
        let named: Vec<&str> =
            named.filter(|action| action.without_tag_control).map(|a| a.id.as_str()).collect();
        let reached = statement.reached().into_iter().filter(|action| action.without_tag_control);
        let reached: Vec<&str> = reached.map(|action| action.id.as_str()).collect();
        let (severity, names) = match (named.is_empty(), reached.is_empty()) {
            (false, _) => (Severity::Warning, named),
            (true, false) => (Severity::Note, reached),
            (true, true) => continue,
        };
        let message = format!(
            "tags cannot restrict {}: {}",
            some(&names),
            match (effect, test.needs_key()) {
                (Effect::Allow, true) => "this statement does not allow them",
                (Effect::Deny, true) => "this statement does not deny them",
                (_, false) => "this condition always holds for them",
            }
        );
        report.add(&RULE, severity, &test.key, message);
    }
}
