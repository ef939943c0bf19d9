//! A condition on the tags of the resource stands at calls that create the resource.
//!
//! ## Why it matters
//!
//! What is being created has no tags but those that the call brings, and the caller chooses them. A
//! Deny by tag does not refuse a call that leaves the tag out. An Allow by tag does not grant it; AWS's
//! own policies use that, so there it is a note.
//!
//! Judged are actions named one by one, and patterns that match mostly creating calls, as
//! `sagemaker:Create*`, on resources that they create: `sagemaker:CreateEndpoint` on `endpoint-config/*` asks
//! for the tags of a configuration that exists. `…IfExists` is taken as meant where the statement has other actions, too.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Deny", "Action": "sagemaker:Create*", "Resource": "*",
//!  "Condition": {"StringEquals": {"aws:ResourceTag/team": "vision"}}}
//! ```
//!
//! ## What to do
//!
//! Ask for the tags of the request: `aws:RequestTag/team`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html>

use super::document::{Document, Statement, Test};
use super::names::{ActionPattern, is_resource_tag, some};
use super::report::{Report, Severity};
use super::rule::Rule;
use crate::document::Effect;
use crate::pattern::Glob;
use crate::vocabulary::VocabularyAction;

pub(super) const RULE: Rule = Rule {
    code: "DRF514",
    name: "resource-tag-on-create",
    source: include_str!("resource_tag_on_create.rs"),
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
    let resources = resources(statement);
    let creating = patterns.iter().filter(|pattern| mostly_creates(pattern, &resources));
    let names: Vec<&str> = creating.map(|pattern| pattern.word.text.as_str()).collect();
    for test in statement.conditions.iter().filter(|test| is_resource_tag(&test.key.text)) {
        let (Some(effect), Some(holds)) = (statement.effect, test.holds_without_key()) else {
            continue;
        };
        // `…IfExists` is taken as meant where other actions have such tags.
        if names.is_empty() || (test.operator.if_exists && names.len() < patterns.len()) {
            continue;
        }
        let (severity, what) = consequence(effect, holds);
        let message = format!(
            "what {} creates has no tags but those of the call: without `{}` {what}",
            some(&names),
            test.key.text,
        );
        let help = format!("ask for `{}`", request_tag(test));
        report.add(&RULE, severity, &test.key, message).help(help);
    }
}

fn consequence(effect: Effect, holds: bool) -> (Severity, &'static str) {
    match (effect, holds) {
        (Effect::Allow, false) => (Severity::Note, "this statement does not allow it"),
        (Effect::Allow, true) => (Severity::Warning, "this statement allows it"),
        (Effect::Deny, false) => (Severity::Warning, "this statement does not deny it"),
        (Effect::Deny, true) => (Severity::Note, "this statement denies it"),
    }
}

/// So many resources are looked at; where there are more, any is taken to be among them.
const MAX_RESOURCES: usize = 64;

/// The resources of a statement, each by what follows its account; none where it may be any.
fn resources(statement: &Statement<'_>) -> Vec<Glob> {
    match statement.resources() {
        all if all.len() > MAX_RESOURCES => Vec::new(),
        some => some.iter().map(|word| tail(&word.text)).collect(),
    }
}

/// What follows the account of an ARN; anything of what is none.
fn tail(arn: &str) -> Glob {
    Glob::new(arn.splitn(6, ':').nth(5).unwrap_or("*"))
}

/// Whether more than half of what a pattern reaches creates something, among these resources if there
/// are any: beside most calls, `sagemaker:Create*` reaches a few that give a link to what exists.
fn mostly_creates(pattern: &ActionPattern<'_>, resources: &[Glob]) -> bool {
    let creates = |action: &&VocabularyAction| {
        let mut created = action.resources.iter().filter(|resource| resource.created);
        let is_meant = |arn: &Glob| resources.iter().any(|resource| resource.intersects(arn));
        created.any(|created| resources.is_empty() || is_meant(&tail(&created.arn)))
    };
    let creating = pattern.known().filter(creates).count();
    creating.saturating_mul(2) > pattern.known().count()
}

fn request_tag(test: &Test) -> String {
    let tag = test.key.text.split_once('/').map_or("", |(_, tag)| tag);
    format!("aws:RequestTag/{tag}")
}
