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
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>

use super::document::{Document, Statement};
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
    let limited = |statement: &Statement<'_>| statement.has_test(|test| test.lower_key() == KEY);
    let refused = document.denies().any(|deny| deny.covers(ACTION) && limited(deny));
    if !document.kind.grants() || refused {
        return;
    }
    for statement in document.allows().filter(|statement| !limited(statement)) {
        // `*` and `iam:*` reach far more than this, which has its own lint.
        let narrow = statement.actions().iter().filter(|pattern| {
            let all =
                matches!(pattern.reach, Reach::Everything) || pattern.word.text.ends_with(":*");
            !all && pattern.glob.matches(ACTION)
        });
        for pattern in narrow {
            let message = format!("`{}` lets a role be passed to any service", pattern.word.text);
            report
                .warn(&RULE, &pattern.word, message)
                .help("add a condition on `iam:PassedToService`");
        }
    }
}
