//! `iam:PassRole` is allowed without saying to which service.
//!
//! ## Why it matters
//!
//! Whoever may pass a role to any service can start an instance, a function or a job with it and act
//! with the role's permissions.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/Train"}
//! ```
//!
//! ## What to do
//!
//! Add `"Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}`.
//!
//! The condition counts if it demands the key and names services: `StringLike` with `*` and
//! `…IfExists` let every service pass. A Deny counts that covers the same roles and refuses what is
//! not listed, as `StringNotEquals` does.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>

use super::cover::{Cover, is_star};
use super::document::{Document, Statement, Test};
use super::names::Reach;
use super::report::Report;
use super::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "DRF520",
    name: "pass-role-without-service",
    source: include_str!("pass_role.rs"),
};

const ACTION: &str = "iam:passrole";
const KEY: &str = "iam:passedtoservice";

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    if !document.kind.grants() {
        return;
    }
    let denies = document.denies().filter(|deny| refuses_others(deny));
    let denies: Vec<&Statement<'_>> = denies.collect();
    let mut cover = Cover::new();
    for statement in document.allows().filter(|statement| !statement.has_test(names_services)) {
        // `*` and `iam:*` reach far more than this, which has its own lint.
        let narrow = statement.actions().iter().filter(|pattern| {
            let all =
                matches!(pattern.reach, Reach::Everything) || pattern.word.text.ends_with(":*");
            !all && pattern.glob.matches(ACTION)
        });
        let narrow: Vec<_> = narrow.collect();
        if narrow.is_empty() || denies.iter().any(|deny| cover.resources(deny, statement)) {
            continue;
        }
        for pattern in narrow {
            let message = format!("`{}` lets a role be passed to any service", pattern.word.text);
            report
                .warn(&RULE, &pattern.word, message)
                .help("add a condition on `iam:PassedToService`");
        }
    }
}

/// Whether a condition of an Allow demands the key, with services that it names.
fn names_services(test: &Test) -> bool {
    is_limit(test) && !test.operator.base.is_negated() && test.needs_key()
}

/// Whether a Deny refuses all services but those it names.
fn refuses_others(deny: &Statement<'_>) -> bool {
    let conditions = &deny.conditions;
    let negated = |test: &Test| is_limit(test) && test.operator.base.is_negated();
    deny.covers(ACTION) && !conditions.is_empty() && conditions.iter().all(negated)
}

fn is_limit(test: &Test) -> bool {
    let named = !test.values.is_empty() && !test.values.iter().any(|value| is_star(&value.text));
    test.current == KEY && named && !test.is_null() && test.operator.is_known()
}
