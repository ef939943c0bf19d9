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
//! reached by a pattern, a warning where they are named. `…IfExists` is taken as meant where tags can
//! restrict other actions of the statement.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html>

use super::document::{Document, Statement};
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
    for statement in &document.statements {
        if statement.has_test(|test| is_resource_tag(&test.key.text)) {
            check_statement(statement, report);
        }
    }
}

fn check_statement(statement: &Statement<'_>, report: &mut Report<'_>) {
    let patterns = statement.distinct_actions();
    let named = patterns.iter().filter(|pattern| !pattern.is_wild());
    let named = named.flat_map(|pattern| pattern.known());
    let named: Vec<&str> =
        named.filter(|action| action.without_tag_control).map(|a| a.id.as_str()).collect();
    let reached = statement.reached().iter().filter(|action| action.without_tag_control);
    let reached: Vec<&str> = reached.map(|action| action.id.as_str()).collect();
    let unknown = patterns.iter().any(|pattern| pattern.known().next().is_none());
    let others = unknown || reached.len() < statement.reached().len();
    let (severity, names) = match (named.is_empty(), reached.is_empty()) {
        (false, _) => (Severity::Warning, named),
        (true, false) => (Severity::Note, reached),
        (true, true) => return,
    };
    let names = some(&names);
    for test in statement.conditions.iter().filter(|test| is_resource_tag(&test.key.text)) {
        let (Some(effect), Some(holds)) = (statement.effect, test.holds_without_key()) else {
            continue;
        };
        // `…IfExists` is taken as meant where tags can restrict other actions.
        if test.operator.if_exists && others {
            continue;
        }
        let consequence = match (effect, holds) {
            (Effect::Allow, false) => "this statement does not allow them",
            (Effect::Deny, false) => "this statement does not deny them",
            (_, true) => "this condition always holds for them",
        };
        let message = format!("tags cannot restrict {names}: {consequence}");
        report.add(&RULE, severity, &test.key, message);
    }
}
