//! The service has no action of that name.
//!
//! ## Why it matters
//!
//! IAM stores a policy with a misspelt action and never tells. An Allow then grants nothing; a Deny,
//! which is worse, refuses nothing. AWS's own guide says `sagemaker:CreateFlowDefiniton` once.
//!
//! Some names are no slips but names of something else: an event of CloudTrail or an operation of the
//! API that another action authorises (`UpdateRecord` is authorised as `sagemaker:PutRecord`), or a host
//! in the place of the prefix (`sagemaker-runtime:InvokeEndpoint`).
//!
//! ## Example
//!
//! ```json
//! "Action": ["sagemaker:CreateFlowDefiniton"]
//! ```
//!
//! ## What to do
//!
//! Use the action that was meant. It is an error, with a fix, where a word in the name is misspelt by
//! one letter; else a warning: AWS adds actions every week, and the catalog may be older than this one.
//!
//! AWS: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>

use std::collections::BTreeSet;

use super::document::Document;
use super::names::{ActionPattern, Reach};
use super::report::Report;
use super::rule::Rule;
use crate::json::Span;
use crate::nearest::nearest;
use crate::vocabulary::{Vocabulary, VocabularyService};

pub(super) const RULE: Rule =
    Rule { code: "DRF510", name: "unknown-action", source: include_str!("unknown_action.rs") };

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in &document.statements {
        for pattern in statement.action.iter().flat_map(|block| &block.patterns) {
            match &pattern.reach {
                Reach::Known { service, actions } if actions.is_empty() && !pattern.is_wild() => {
                    unknown(pattern, service, report);
                }
                Reach::Unknown => misnamed_service(pattern, document.vocabulary, report),
                _ => {}
            }
        }
    }
}

fn unknown(pattern: &ActionPattern<'_>, service: &VocabularyService, report: &mut Report<'_>) {
    let word = &pattern.word;
    let name = word.text.split_once(':').map_or("", |(_, name)| name);
    let message = format!("unknown action `{}`", word.text);
    if let Some(action) = service.misnamed_actions.get(&name.to_lowercase()) {
        let message = format!("`{}` is an operation, which `{action}` authorises", word.text);
        let added = report.error(&RULE, word, message);
        added.help(format!("write `{action}`")).replace(word.span, quoted(action));
        return;
    }
    let names: Vec<&str> = service.actions.values().map(|action| action.id.as_str()).collect();
    let near = nearest(&word.text, names.iter().copied());
    match near {
        Some(near) if is_slip(&word.text, near, &names) => {
            let added = report.error(&RULE, word, message);
            added.help(format!("did you mean `{near}`?")).replace(word.span, quoted(near));
        }
        near => {
            let help = near.map(|near| format!("did you mean `{near}`?"));
            report.warn(&RULE, word, message).maybe_help(help);
        }
    }
}

fn misnamed_service(pattern: &ActionPattern<'_>, vocabulary: &Vocabulary, report: &mut Report<'_>) {
    let word = &pattern.word;
    let meant = pattern.prefix().and_then(|prefix| vocabulary.misnamed_services.get(&prefix));
    if let (Some(meant), Some((prefix, name))) = (meant, word.text.split_once(':')) {
        let end = word.span.start.saturating_add(prefix.len()).saturating_add(1);
        let prefix_span = Span { start: word.span.start.saturating_add(1), end };
        report
            .error(&RULE, word, format!("`{prefix}` is a host and no IAM prefix: nothing matches"))
            .help(format!("write `{meant}:{name}`"))
            .replace(prefix_span, meant.as_str());
    }
}

/// Whether a name is a known one with a word misspelt: it has a word that no action has, one letter
/// away from the word that the near name has in its place. A plural is another name, not a slip.
fn is_slip(text: &str, near: &str, names: &[&str]) -> bool {
    let (written, meant) = (words(text), words(near));
    let known: BTreeSet<String> = names.iter().flat_map(|name| words(name)).collect();
    let differing: Vec<(&String, &String)> =
        written.iter().zip(&meant).filter(|(one, other)| one != other).collect();
    match differing.as_slice() {
        [(one, other)] if written.len() == meant.len() => {
            let plural = |a: &str, b: &str| a.strip_suffix('s') == Some(b);
            let long = other.chars().count() >= 4;
            long && !known.contains(*one) && !plural(one, other) && !plural(other, one)
        }
        _ => false,
    }
}

/// The words of a name in camel case, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for character in name.chars() {
        match words.last_mut() {
            Some(last) if !character.is_uppercase() => last.push(character),
            _ => words.push(character.to_lowercase().to_string()),
        }
    }
    words
}

fn quoted(text: &str) -> String {
    crate::print::quote(text)
}
