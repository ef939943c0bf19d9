//! The service has no action of that name.
//!
//! ## Why it matters
//!
//! IAM stores a policy with a misspelt action and never tells. An Allow then grants nothing; a Deny,
//! which is worse, refuses nothing. AWS's own guide says `sagemaker:CreateFlowDefiniton` once.
//!
//! Some names are no slips but names of something else: an event of CloudTrail or an operation of the
//! API that another action authorises (`UpdateRecord` is authorised as `sagemaker:PutRecord`), or a host
//! in the place of the prefix (`sagemaker-runtime:InvokeEndpoint`). Where the action that is meant is
//! known, the fix writes it.
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

use std::collections::{BTreeMap, BTreeSet};

use super::document::Document;
use super::names::{ActionPattern, Reach, Suggestions};
use super::report::Report;
use super::rule::Rule;
use crate::print::quote;
use crate::vocabulary::{Vocabulary, VocabularyService};

pub(super) const RULE: Rule =
    Rule { code: "DRF510", name: "unknown-action", source: include_str!("unknown_action.rs") };

/// The names of a service's actions, and the words they are made of.
struct Names<'v> {
    ids: Vec<&'v str>,
    words: BTreeSet<String>,
    suggestions: Suggestions,
}

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let mut by_service: BTreeMap<String, Names<'_>> = BTreeMap::new();
    for statement in &document.statements {
        for pattern in statement.action.iter().flat_map(|block| &block.patterns) {
            match &pattern.reach {
                Reach::Known { service, actions } if actions.is_empty() && !pattern.is_wild() => {
                    let names = by_service.entry(pattern.prefix().unwrap_or_default());
                    let names = names.or_insert_with(|| Names::of(service));
                    unknown(pattern, service, names, report);
                }
                Reach::Unknown => misnamed_service(pattern, document.vocabulary, report),
                _ => {}
            }
        }
    }
}

impl<'v> Names<'v> {
    fn of(service: &'v VocabularyService) -> Self {
        let ids: Vec<&str> = service.actions.values().map(|action| action.id.as_str()).collect();
        let words = ids.iter().flat_map(|id| words(id)).collect();
        Self { ids, words, suggestions: Suggestions::new() }
    }
}

fn unknown(
    pattern: &ActionPattern<'_>,
    service: &VocabularyService,
    names: &Names<'_>,
    report: &mut Report<'_>,
) {
    let word = &pattern.word;
    let name = word.text.split_once(':').map_or("", |(_, name)| name);
    let message = format!("unknown action `{}`", word.text);
    if let Some(action) = service.misnamed_actions.get(&name.to_lowercase()) {
        let message = format!("`{}` is an operation, which `{action}` authorises", word.text);
        let added = report.error(&RULE, word, message);
        added.help(format!("write `{action}`")).replace(word.span, quote(action));
        return;
    }
    match names.suggestions.nearest(&word.text, names.ids.iter().copied()) {
        Some(near) if is_slip(&word.text, &near, &names.words) => {
            let added = report.error(&RULE, word, message);
            added.help(format!("did you mean `{near}`?")).replace(word.span, quote(&near));
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
    let (Some(meant), Some((prefix, name))) = (meant, word.text.split_once(':')) else { return };
    let message = format!("`{prefix}` is a host and no IAM prefix: nothing matches");
    let added = report.error(&RULE, word, message);
    match action_of(vocabulary.services.get(meant), name) {
        Some(action) => {
            added.help(format!("write `{action}`")).replace(word.span, quote(action));
        }
        // A pattern would reach more behind the right prefix than the host ever had.
        None if pattern.is_wild() => {
            added.help(format!("list the actions, with the prefix `{meant}`"));
        }
        None => {
            added.help(format!("the prefix is `{meant}`, which has no action `{name}`"));
        }
    }
}

/// The action of that name, or that authorises the operation of that name.
fn action_of<'v>(service: Option<&'v VocabularyService>, name: &str) -> Option<&'v str> {
    let (service, name) = (service?, name.to_lowercase());
    let action = service.actions.get(&name).map(|action| action.id.as_str());
    action.or_else(|| service.misnamed_actions.get(&name).map(String::as_str))
}

/// Whether a name is a known one with a word misspelt: it has a word that no action has, one letter
/// away from the word that the near name has in its place. A plural is another name, not a slip.
fn is_slip(text: &str, near: &str, known: &BTreeSet<String>) -> bool {
    let (written, meant) = (words(text), words(near));
    let differing: Vec<(&String, &String)> =
        written.iter().zip(&meant).filter(|(one, other)| one != other).collect();
    match differing.as_slice() {
        [(one, other)] if written.len() == meant.len() => {
            let plural = |a: &str, b: &str| a.strip_suffix('s') == Some(b);
            let long = other.chars().count() >= 4;
            long && one_letter_apart(one, other)
                && !known.contains(*one)
                && !plural(one, other)
                && !plural(other, one)
        }
        _ => false,
    }
}

/// Whether one letter is too many, too few or another one.
fn one_letter_apart(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let skip_short = same.saturating_add(usize::from(short.len() == long.len()));
    short != long && short.iter().skip(skip_short).eq(long.iter().skip(same.saturating_add(1)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_is_one_letter() {
        for (one, other, wanted) in [
            ("definiton", "definition", true),
            ("modell", "model", true),
            ("modal", "model", true),
            ("mdoel", "model", false),
            ("module", "model", false),
            ("model", "model", false),
        ] {
            assert_eq!(one_letter_apart(one, other), wanted, "{one} {other}");
        }
    }
}
