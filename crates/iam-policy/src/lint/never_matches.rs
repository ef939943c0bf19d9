//! A statement, or an action in it, can never match.
//!
//! ## Why it matters
//!
//! The statement grants or refuses nothing, though it reads as if it did. There are two kinds:
//!
//! - Conditions that exclude each other: a key that must be missing and must have a value, or two
//!   operators that want different values of a key that has one.
//! - An action that is checked against no resource of the list: one that takes only `*` beside a
//!   specific ARN, or one whose resource types are others. Where only a resource of the list fits none
//!   of the actions, that is a note.
//!
//! Only actions whose names are known are judged.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Allow", "Action": "sagemaker:DescribeModel",
//!  "Resource": "arn:aws:sagemaker:*:*:endpoint/*"}
//! ```
//!
//! ## What to do
//!
//! Mend the resource or the conditions; give an action that takes only `*` a statement of its own.
//!
//! AWS: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>

use super::document::{Document, Statement, Test, Word};
use super::multivalued_key::is_multivalued;
use super::names::{ActionPattern, some};
use super::report::Report;
use super::rule::Rule;
use crate::condition::OperatorBase;
use crate::document::Effect;
use crate::pattern::Glob;
use crate::vocabulary::VocabularyAction;

pub(super) const RULE: Rule = Rule {
    code: "DRF523",
    name: "statement-never-matches",
    source: include_str!("never_matches.rs"),
};

/// More comparisons than this are not made.
const MAX_PAIRS: usize = 10_000;

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in &document.statements {
        if !contradiction(document, statement, report) {
            resources(statement, report);
        }
    }
}

fn contradiction(
    document: &Document<'_>,
    statement: &Statement<'_>,
    report: &mut Report<'_>,
) -> bool {
    let tests = &statement.conditions;
    if tests.len() > 100 {
        return false;
    }
    for (index, later) in tests.iter().enumerate() {
        for earlier in tests.iter().take(index) {
            if !document.same_key(&earlier.key.text, &later.key.text) {
                continue;
            }
            let why = if absent_and_present(earlier, later) {
                "must be missing and must have a value"
            } else if disjoint(document, earlier, later) {
                "would need two values at once"
            } else {
                continue;
            };
            let key = &later.key.text;
            report.error(&RULE, &later.key, format!("`{key}` {why}: this statement never matches"));
            return true;
        }
    }
    false
}

fn absent_and_present(one: &Test, other: &Test) -> bool {
    let pair = |absent: &Test, present: &Test| absent.is_null_with("true") && present.needs_key();
    pair(one, other) || pair(other, one)
}

/// Whether no single value passes both.
fn disjoint(document: &Document<'_>, one: &Test, other: &Test) -> bool {
    // A key that is repeated in one object is another lint.
    let apart = one.operator_word.span != other.operator_word.span;
    let demanded = one.needs_key() || other.needs_key();
    let single = is_multivalued(&one.key.text, document.vocabulary) != Some(true);
    let few = one.values.len().saturating_mul(other.values.len()) <= MAX_PAIRS;
    let (Some(first), Some(second)) = (texts(one), texts(other)) else { return false };
    let meet = |glob: &Glob| second.iter().any(|candidate| candidate.intersects(glob));
    apart && demanded && single && few && !first.iter().any(meet)
}

/// The texts that pass a positive comparison with one value, or more than pass.
fn texts(test: &Test) -> Option<Vec<Glob>> {
    if test.operator.set.is_some() || test.values.iter().any(|value| value.text.contains("${")) {
        return None;
    }
    // In lower case throughout: two texts that differ then differ in any case.
    let each = |glob: fn(&str) -> Glob| {
        test.values.iter().map(|value| glob(&value.text.to_lowercase())).collect()
    };
    match test.operator.base {
        OperatorBase::StringEquals | OperatorBase::StringEqualsIgnoreCase | OperatorBase::Bool => {
            Some(each(Glob::literal))
        }
        OperatorBase::StringLike | OperatorBase::ArnEquals | OperatorBase::ArnLike => {
            Some(each(Glob::new))
        }
        _ => None,
    }
}

fn resources(statement: &Statement<'_>, report: &mut Report<'_>) {
    let Some(globs) = arn_globs(statement.resources()) else { return };
    let judged = statement.actions().iter().filter(|pattern| pattern.known().next().is_some());
    let misfits: Vec<&ActionPattern<'_>> =
        judged.filter(|pattern| !pattern.known().any(|action| fits_any(action, &globs))).collect();
    if let Some(effect) = statement.effect {
        let (only_star, others): (Vec<_>, Vec<_>) =
            misfits.iter().copied().partition(|pattern| takes_only_star(pattern));
        misfit(&only_star, "of no resource type: with these resources", effect, report);
        misfit(&others, "checked against no resource of this list:", effect, report);
    }
    // An unknown name may be the one that the resource is for.
    let all_known = statement.actions().iter().all(|pattern| pattern.known().next().is_some());
    let reached = statement.reached();
    if !all_known || misfits.len() >= statement.actions().len() || reached.is_empty() {
        return;
    }
    let idle = statement.resources().iter().zip(&globs).filter(|(_, glob)| {
        let glob = std::slice::from_ref(*glob);
        !reached.iter().any(|action| fits_any(action, glob))
    });
    let idle: Vec<&Word> = idle.map(|(word, _)| word).collect();
    if let Some(first) = idle.first() {
        let names: Vec<&str> = idle.iter().map(|word| word.text.as_str()).collect();
        let message = format!("no action of this statement is checked against {}", some(&names));
        report.note(&RULE, *first, message);
    }
}

fn misfit(misfits: &[&ActionPattern<'_>], why: &str, effect: Effect, report: &mut Report<'_>) {
    let Some(first) = misfits.first() else { return };
    let names: Vec<&str> = misfits.iter().map(|pattern| pattern.word.text.as_str()).collect();
    let (are, them) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
    let verb = match effect {
        Effect::Allow => "allows",
        Effect::Deny => "denies",
    };
    let names = some(&names);
    let message = format!("{names} {are} {why} this statement never {verb} {them}");
    report.warn(&RULE, &first.word, message).help(own_resources(first));
}

fn takes_only_star(pattern: &ActionPattern<'_>) -> bool {
    pattern.known().all(|action| action.resources.is_empty())
}

fn own_resources(pattern: &ActionPattern<'_>) -> String {
    if takes_only_star(pattern) {
        return format!(
            "as AWS lists it, `{}` takes only `\"Resource\": \"*\"`",
            pattern.word.text
        );
    }
    let arns = pattern.known().flat_map(|action| &action.resources);
    let mut arns: Vec<&str> = arns.map(|resource| resource.arn.as_str()).collect();
    arns.dedup();
    format!("as AWS lists them, its resources are {}", some(&arns))
}

/// The parts of an ARN that tell resource types apart. The names behind hold no colon, so that a
/// wildcard in the region or the account cannot stand for more than that.
struct ArnGlob {
    service: Glob,
    tail: Glob,
}

impl ArnGlob {
    /// `None` for what has not all six parts.
    fn new(pattern: &str) -> Option<Self> {
        let mut parts = pattern.splitn(6, ':');
        let (scheme, service) = (parts.next()?, parts.nth(1)?);
        let tail = parts.nth(2)?;
        (scheme == "arn").then(|| Self { service: Glob::new(service), tail: Glob::new(tail) })
    }

    fn intersects(&self, other: &Self) -> bool {
        self.service.intersects(&other.service) && self.tail.intersects(&other.tail)
    }
}

/// The resources as globs; `None` where one is `*` or no ARN, so that anything may fit.
fn arn_globs(words: &[Word]) -> Option<Vec<ArnGlob>> {
    let globs = words.iter().map(|word| ArnGlob::new(&without_variables(&word.text)));
    globs.collect::<Option<Vec<ArnGlob>>>().filter(|globs| !globs.is_empty())
}

/// A `*` in the place of each variable.
fn without_variables(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        plain.push('*');
        rest = after.split_once('}').map_or("", |(_, tail)| tail);
    }
    plain + rest
}

fn fits_any(action: &VocabularyAction, globs: &[ArnGlob]) -> bool {
    let arns = action.resources.iter().map(|resource| &resource.arn).chain(&action.family);
    let mut arns = arns.filter_map(|arn| ArnGlob::new(arn));
    arns.any(|arn| globs.iter().any(|glob| glob.intersects(&arn)))
}
