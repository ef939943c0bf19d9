//! A resource control policy names a service that such policies do not cover.
//!
//! ## Why it matters
//!
//! Resource control policies apply to the actions of some services only. SageMaker and IAM are not
//! among them. A statement about another service protects nothing.
//!
//! The list is AWS's as of 26 September 2026, 62 prefixes.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Deny", "Principal": "*", "Action": "sagemaker:*", "Resource": "*"}
//! ```
//!
//! ## What to do
//!
//! Use a service control policy. AWS adds services to the list; where it has since, the warning is out
//! of date.
//!
//! AWS: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>

use super::document::Document;
use super::kind::PolicyKind;
use super::report::Report;
use super::rule::Rule;
use crate::rcp::COVERED;

pub(super) const RULE: Rule = Rule {
    code: "DRF526",
    name: "rcp-uncovered-service",
    source: include_str!("rcp_uncovered_service.rs"),
};

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    if document.kind != PolicyKind::Rcp {
        return;
    }
    let actions = document.statements.iter().flat_map(|statement| statement.actions());
    for pattern in actions {
        let Some(prefix) = pattern.prefix() else { continue };
        if !prefix.contains(['*', '?']) && !COVERED.contains(&prefix.as_str()) {
            let message = format!("resource control policies do not cover `{prefix}`");
            report.warn(&RULE, &pattern.word, message).help("use a service control policy");
        }
    }
}
