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

use std::collections::HashMap;
use std::rc::Rc;

use super::budget::Budget;
use super::document::{Document, Statement, Test, Word};
use super::multivalued_key::holds_one_value;
use super::names::{ActionPattern, some};
use super::report::Report;
use super::rule::Rule;
use crate::condition::OperatorBase;
use crate::document::Effect;
use crate::pattern::Glob;
use crate::vocabulary::{Vocabulary, VocabularyAction};

pub(super) const RULE: Rule = Rule {
    code: "DRF523",
    name: "statement-never-matches",
    source: include_str!("never_matches.rs"),
};

/// Steps of comparing patterns in one document: about 0.1 s.
const STEPS: usize = 10_000_000;

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let mut budget = Budget::new(STEPS);
    let mut arns = Arns::new(document.vocabulary);
    for statement in &document.statements {
        if !contradiction(document, statement, &mut budget, report) {
            resources(statement, &mut arns, report);
        }
    }
}

fn contradiction(
    document: &Document<'_>,
    statement: &Statement<'_>,
    budget: &mut Budget,
    report: &mut Report<'_>,
) -> bool {
    let tests = &statement.conditions;
    if tests.len() > 100 {
        return false;
    }
    for (index, later) in tests.iter().enumerate() {
        for earlier in tests.iter().take(index) {
            if earlier.current != later.current {
                continue;
            }
            let why = if absent_and_present(earlier, later) {
                "must be missing and must have a value"
            } else if disjoint(document, earlier, later, budget) {
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
fn disjoint(document: &Document<'_>, one: &Test, other: &Test, budget: &mut Budget) -> bool {
    // An operator or a key that is repeated in one object is another lint.
    let apart = one.operator_word.text != other.operator_word.text;
    let demanded = one.needs_key() || other.needs_key();
    let single = holds_one_value(&one.current, document.vocabulary);
    let size = |test: &Test| -> usize {
        test.values.iter().map(|value| value.text.len().saturating_add(1)).sum()
    };
    if !apart || !demanded || !single || !budget.spend(size(one).saturating_mul(size(other))) {
        return false;
    }
    let (Some(first), Some(second)) = (texts(one), texts(other)) else { return false };
    let meet = |glob: &Glob| second.iter().any(|candidate| candidate.intersects(glob));
    !first.iter().any(meet)
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

fn resources(statement: &Statement<'_>, arns: &mut Arns<'_>, report: &mut Report<'_>) {
    let patterns = statement.distinct_actions();
    if !patterns.iter().any(|pattern| pattern.known().next().is_some()) {
        return;
    }
    let Some(fits) = arns.of_all(statement.resources()) else { return };
    let listed = arns.union(fits.iter().flat_map(|fits| fits.iter().copied()));
    let fits_any = |pattern: &ActionPattern<'_>| {
        pattern.known().flat_map(|action| arns.of_action(action)).any(|arn| listed.has(*arn))
    };
    let judged = patterns.iter().copied().filter(|pattern| pattern.known().next().is_some());
    let misfits: Vec<&ActionPattern<'_>> = judged.filter(|pattern| !fits_any(pattern)).collect();
    if let Some(effect) = statement.effect {
        let (only_star, others): (Vec<_>, Vec<_>) =
            misfits.iter().copied().partition(|pattern| takes_only_star(pattern));
        misfit(&only_star, "of no resource type: with these resources", effect, report);
        misfit(&others, "checked against no resource of this list:", effect, report);
    }
    // An unknown name may be the one that the resource is for.
    let all_known = patterns.iter().all(|pattern| pattern.known().next().is_some());
    let reached = statement.reached();
    if !all_known || misfits.len() >= patterns.len() || reached.is_empty() {
        return;
    }
    let reached = reached.iter().flat_map(|action| arns.of_action(action)).copied();
    let reached = arns.union(reached);
    let idle = statement.resources().iter().zip(&fits);
    let idle = idle.filter(|(_, fits)| !fits.iter().any(|arn| reached.has(*arn)));
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

/// The parts of an ARN that tell resource types apart, the service and the name. `None` for what has
/// not all six parts. The names behind hold no colon, so that a wildcard in the region or the account
/// cannot stand for more than that.
fn parts(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let (scheme, service) = (parts.next()?, parts.nth(1)?);
    let tail = parts.nth(2)?;
    (scheme == "arn").then_some((service, tail))
}

/// The ARN patterns of all known actions, and which of them the resources of a policy meet.
struct Arns<'v> {
    /// The patterns by service, each with its number.
    by_service: Vec<(Glob, Vec<(usize, Glob)>)>,
    numbers: HashMap<&'v str, usize>,
    of_actions: HashMap<*const VocabularyAction, Vec<usize>>,
    /// What each text meets; `None` for what is no ARN or too dear to find out.
    met: HashMap<String, Option<Rc<[usize]>>>,
    budget: Budget,
}

/// A set of ARN patterns.
struct ArnSet(Vec<bool>);

impl ArnSet {
    fn has(&self, arn: usize) -> bool {
        self.0.get(arn).copied().unwrap_or(false)
    }
}

impl<'v> Arns<'v> {
    fn new(vocabulary: &'v Vocabulary) -> Self {
        let mut services: Vec<(&str, Vec<(usize, Glob)>)> = Vec::new();
        let (mut numbers, mut of_actions) = (HashMap::new(), HashMap::new());
        let known = vocabulary.services.values().flat_map(|service| service.actions.values());
        for action in known {
            let arns = action.resources.iter().map(|resource| &resource.arn).chain(&action.family);
            let mut own = Vec::new();
            for arn in arns {
                let next = numbers.len();
                let number = *numbers.entry(arn.as_str()).or_insert(next);
                own.push(number);
                let Some((service, tail)) = parts(arn).filter(|_| number == next) else { continue };
                let tail = (number, Glob::new(tail));
                match services.iter_mut().find(|(known, _)| *known == service) {
                    Some((_, tails)) => tails.push(tail),
                    None => services.push((service, vec![tail])),
                }
            }
            of_actions.insert(std::ptr::from_ref(action), own);
        }
        let by_service = services.into_iter();
        Self {
            by_service: by_service.map(|(service, tails)| (Glob::new(service), tails)).collect(),
            numbers,
            of_actions,
            met: HashMap::new(),
            budget: Budget::new(STEPS),
        }
    }

    fn of_action(&self, action: &VocabularyAction) -> &[usize] {
        self.of_actions.get(&std::ptr::from_ref(action)).map_or(&[], Vec::as_slice)
    }

    fn union(&self, arns: impl Iterator<Item = usize>) -> ArnSet {
        let mut set = vec![false; self.numbers.len()];
        for arn in arns {
            set.get_mut(arn).into_iter().for_each(|has| *has = true);
        }
        ArnSet(set)
    }

    /// What each resource meets; `None` where one is `*` or no ARN, so that anything may fit.
    fn of_all(&mut self, words: &[Word]) -> Option<Vec<Rc<[usize]>>> {
        let each = words.iter().map(|word| self.of(&word.text));
        each.collect::<Option<Vec<_>>>().filter(|each| !each.is_empty())
    }

    fn of(&mut self, text: &str) -> Option<Rc<[usize]>> {
        if let Some(met) = self.met.get(text) {
            return met.clone();
        }
        let met = self.meet(text);
        self.met.insert(text.to_owned(), met.clone());
        met
    }

    fn meet(&mut self, text: &str) -> Option<Rc<[usize]>> {
        let text = without_variables(text);
        let (service, tail) = parts(&text)?;
        let (service, tail) = (Glob::new(service), Glob::new(tail));
        let mut met = Vec::new();
        for (known, tails) in &self.by_service {
            if !self.budget.spend(service.symbols().len()) {
                return None;
            }
            if !service.intersects(known) {
                continue;
            }
            for (number, known) in tails {
                if !self.budget.spend(tail.symbols().len().saturating_mul(known.symbols().len())) {
                    return None;
                }
                met.extend(tail.intersects(known).then_some(*number));
            }
        }
        Some(met.into())
    }
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
