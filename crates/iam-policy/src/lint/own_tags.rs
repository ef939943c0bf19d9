//! Access depends on tags that those who are restricted may change.
//!
//! ## Why it matters
//!
//! Whoever may tag a resource freely can give it the tag that lets them in, or take off the one that
//! keeps them out. The same holds for the tags of their own role.
//!
//! ## Example
//!
//! ```json
//! [{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"},
//!  {"Effect": "Deny", "Action": "sagemaker:*", "Resource": "*",
//!   "Condition": {"StringEquals": {"sagemaker:ResourceTag/Project": "B"}}}]
//! ```
//!
//! ## What to do
//!
//! Deny `sagemaker:AddTags` and `sagemaker:DeleteTags`, or allow them only with a condition on
//! `sagemaker:TaggingAction`, `aws:TagKeys` or the tag itself; for tags of principals `iam:TagRole` and
//! `iam:TagUser`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html>

use super::cover::Cover;
use super::document::{Document, Statement, Test, Word};
use super::names::is_resource_tag;
use super::report::Report;
use super::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "DRF527",
    name: "tag-its-own-principals-may-change",
    source: include_str!("own_tags.rs"),
};

pub(super) fn check<'d>(document: &'d Document<'_>, report: &mut Report<'_>) {
    if !document.kind.grants() {
        return;
    }
    let known = |statement: &&Statement<'_>| {
        statement.actions().iter().any(|pattern| pattern.known().next().is_some())
    };
    let tests = document.statements.iter().filter(known).flat_map(|known| &known.conditions);
    let by_resource = tests.into_iter().find(|test| is_resource_tag(&test.key.text));
    if let Some(test) = by_resource {
        tell(document, &test.key, &["sagemaker:AddTags", "sagemaker:DeleteTags"], report);
    }
    let in_resource = |statement: &'d Statement<'_>| {
        let words = statement.resource.iter().flat_map(|block| &block.patterns);
        words.into_iter().find(|word| has_principal_tag(word))
    };
    let by_principal = document.tests().find_map(|(_, test)| principal_tag(test));
    let by_principal = by_principal.or_else(|| document.statements.iter().find_map(in_resource));
    if let Some(word) = by_principal {
        tell(document, word, &["iam:TagRole", "iam:TagUser"], report);
    }
}

fn tell(document: &Document<'_>, word: &Word, tagging: &[&str], report: &mut Report<'_>) {
    let free = tagging.iter().copied().find(|action| is_free(document, &action.to_lowercase()));
    if let Some(action) = free {
        let message = format!("depends on a tag that `{action}`, allowed here too, can change");
        report.warn(&RULE, word, message).help(format!("deny or restrict `{action}`"));
    }
}

/// Whether the policy allows an action without a condition on tags, and does not deny it on the same
/// resources.
fn is_free(document: &Document<'_>, action: &str) -> bool {
    let about_tags = |statement: &Statement<'_>| {
        statement.has_test(|test| {
            let key = test.lower_key();
            let tags = ["aws:requesttag/", "aws:tagkeys", "aws:principaltag/"];
            tags.iter().any(|start| key.starts_with(start))
                || is_resource_tag(&key)
                || key.ends_with(":taggingaction")
        })
    };
    let denies: Vec<&Statement<'_>> = document
        .denies()
        .filter(|deny| {
            deny.covers(action) && (deny.conditions.is_empty() || !only_resource_tags(deny))
        })
        .collect();
    let mut cover = Cover::new();
    let mut allows = document.allows().filter(|allow| allow.covers(action) && !about_tags(allow));
    allows.any(|allow| !denies.iter().any(|deny| cover.resources(deny, allow)))
}

/// The Deny by tag that is to be protected does not protect itself.
fn only_resource_tags(statement: &Statement<'_>) -> bool {
    statement.conditions.iter().all(|test| is_resource_tag(&test.key.text))
}

fn principal_tag(test: &Test) -> Option<&Word> {
    if test.lower_key().starts_with("aws:principaltag/") {
        return Some(&test.key);
    }
    test.values.iter().find(|value| has_principal_tag(value))
}

fn has_principal_tag(word: &Word) -> bool {
    word.text.to_lowercase().contains("${aws:principaltag/")
}
