//! A service control policy, or a level of an organisation, allows nothing.
//!
//! ## Why it matters
//!
//! Each level (root, unit, account) must allow an action, or it is refused below. A policy that only
//! denies works beside one that allows, such as AWS's `FullAWSAccess`; alone at its level it refuses
//! everything.
//!
//! ## Example
//!
//! ```json
//! {"Version": "2012-10-17", "Statement": [
//!   {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}]}
//! ```
//!
//! ## What to do
//!
//! Keep `FullAWSAccess` attached beside it. In a policy set, leave `full_access` as it is, or name a
//! policy that allows. It is a note about a single policy, a warning about a level of a policy set with
//! `full_access = false`.
//!
//! AWS: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html>

use super::document::Document;
use super::kind::PolicyKind;
use super::report::{Lint, Place, Report};
use super::rule::Rule;
use crate::json::Span;

pub(super) const RULE: Rule = Rule {
    code: "DRF525",
    name: "level-allows-nothing",
    source: include_str!("level_allows_nothing.rs"),
};

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let is_scp = document.kind == PolicyKind::Scp && !document.statements.is_empty();
    if is_scp && document.allows().next().is_none() {
        let message = "allows nothing: alone at its level it refuses everything";
        report
            .note(&RULE, document.place(), message)
            .help("keep `FullAWSAccess` attached beside it");
    }
}

/// The code of the lint about a level that allows nothing.
pub const LEVEL_ALLOWS_NOTHING: &str = RULE.code;

/// The lint about a level of a policy set whose policies all allow nothing, at its place in the text
/// that describes the set.
#[must_use]
pub fn level_allows_nothing(text: &str, span: Span) -> Vec<Lint> {
    let mut report = Report::new(text);
    let place = Place { span, pointer: String::new() };
    let message = "no policy of this level allows anything: it refuses everything";
    report
        .warn(&RULE, place, message)
        .help("leave out `full_access = false`, or name a policy that allows");
    report.finish()
}
