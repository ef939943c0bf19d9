//! A wildcard grants actions that change who may do what.
//!
//! ## Why it matters
//!
//! Whoever may attach policies, write them, or change a trust policy can give themselves everything
//! else. A pattern such as `iam:*` includes those actions, and an Allow with `NotAction` includes those
//! of every service it does not list.
//!
//! Judged are policies that grant, not boundaries and organisation policies; and the actions that AWS
//! puts into the class "Permissions management", of IAM and of the services whose names are known.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}
//! ```
//!
//! ## What to do
//!
//! List the actions that are needed. Where administrators are meant, keep it and say so in the `Sid`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>

use super::document::{Block, Document, Statement};
use super::names::{ActionPattern, Reach, some};
use super::report::Report;
use super::rule::Rule;
use crate::vocabulary::AccessLevel;

pub(super) const RULE: Rule = Rule {
    code: "DRF522",
    name: "wildcard-grants-permission-management",
    source: include_str!("permission_management.rs"),
};

/// Actions of IAM in AWS's class "Permissions management": what hands out permissions, and what takes
/// away a policy, for that may be one that denies.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>
const OF_IAM: [&str; 23] = [
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeleteAccountPasswordPolicy",
    "iam:DeleteGroupPolicy",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DeleteUserPermissionsBoundary",
    "iam:DeleteUserPolicy",
    "iam:DetachGroupPolicy",
    "iam:DetachRolePolicy",
    "iam:DetachUserPolicy",
    "iam:PutGroupPolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
];

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    if !document.kind.grants() {
        return;
    }
    for statement in document.allows() {
        match &statement.action {
            Some(Block { negated: true, .. }) => all_but(statement, report),
            Some(Block { patterns, .. }) => {
                patterns.iter().for_each(|pattern| by_pattern(pattern, report));
            }
            None => {}
        }
    }
}

fn all_but(statement: &Statement<'_>, report: &mut Report<'_>) {
    let reached = OF_IAM.iter().filter(|action| statement.covers(&action.to_lowercase()));
    let reached: Vec<&str> = reached.copied().collect();
    let first = statement.action.as_ref().and_then(|block| block.patterns.first());
    if let (false, Some(first)) = (reached.is_empty(), first) {
        let message = format!("`NotAction` in an Allow grants {}", some(&reached));
        report.warn(&RULE, &first.word, message);
    }
}

fn by_pattern(pattern: &ActionPattern<'_>, report: &mut Report<'_>) {
    if !pattern.is_wild() {
        return;
    }
    if matches!(pattern.reach, Reach::Everything) {
        let message = "`*` grants every action, also those that change permissions";
        report.warn(&RULE, &pattern.word, message);
        return;
    }
    let of_iam = OF_IAM.iter().filter(|action| pattern.glob.matches(&action.to_lowercase()));
    let known = pattern.known().filter(|a| a.access_level == AccessLevel::PermissionsManagement);
    let reached: Vec<&str> =
        of_iam.copied().chain(known.map(|action| action.id.as_str())).collect();
    if !reached.is_empty() {
        let message = format!("`{}` grants {}", pattern.word.text, some(&reached));
        report.warn(&RULE, &pattern.word, message);
    }
}
