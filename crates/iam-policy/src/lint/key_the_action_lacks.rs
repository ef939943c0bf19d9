//! The requests of an action never have the condition key that is asked for.
//!
//! ## Why it matters
//!
//! What a condition makes of a missing key depends on its operator. A plain one is false: the Allow
//! never grants the action, the Deny never refuses it. A negated one, `…IfExists`, `ForAllValues` and
//! `Null` with `true` hold: the condition restricts nothing, and a Deny refuses the action always.
//!
//! Deprecated keys count as their current names. A list of actions is judged one by one. A pattern is
//! judged only when no action it matches has the key, or when that decides something: an Allow by
//! pattern that leaves most of its actions out gets a note, a Deny that refuses them all a warning.
//! `…IfExists` is taken as meant where any action of the statement has the key.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Allow", "Resource": "*",
//!  "Action": ["sagemaker:CreateTrainingJob", "sagemaker:CreateModel"],
//!  "Condition": {"StringEquals": {"sagemaker:VolumeKmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1"}}}
//! ```
//!
//! `CreateModel` has no volume, so nobody may create a model.
//!
//! ## What to do
//!
//! Put the action into a statement of its own, without the condition or with a key that it has.
//!
//! AWS: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>

use std::collections::BTreeSet;

use super::document::{Document, Statement, Test};
use super::names::{Reach, is_resource_tag, some};
use super::report::{Report, Severity};
use super::rule::Rule;
use super::unknown_key::is_unknown;
use crate::document::Effect;
use crate::vocabulary::VocabularyAction;

pub(super) const RULE: Rule = Rule {
    code: "DRF513",
    name: "key-the-action-lacks",
    source: include_str!("key_the_action_lacks.rs"),
};

/// What the actions of a statement have to do with a key.
#[derive(Default)]
struct Lacking {
    /// Actions named one by one, and patterns none of whose actions has it.
    surely: Vec<String>,
    /// Actions behind a pattern of which others have it.
    partly: BTreeSet<String>,
    /// Whether some action has it, or may.
    someone_has_it: bool,
}

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in &document.statements {
        let mut told = BTreeSet::new();
        for test in &statement.conditions {
            // Of several conditions on one key, one that is false without it decides.
            let decided = !test.needs_key()
                && statement.has_test(|other| other.needs_key() && other.is_about(test));
            let fresh = !decided && !told.contains(&test.lower_key());
            if fresh && is_judged(document, test) && check_test(document, statement, test, report) {
                told.insert(test.lower_key());
            }
        }
    }
}

fn is_judged(document: &Document<'_>, test: &Test) -> bool {
    let key = test.lower_key();
    let global =
        key.starts_with("aws:") && !key.starts_with("aws:requesttag/") && key != "aws:tagkeys";
    let services = document.vocabulary.services.values();
    let nobody_has_it = || {
        let mut actions = services.flat_map(|service| service.actions.values());
        let current = document.vocabulary.current_key(&key).unwrap_or(&key);
        document.vocabulary.key(current).is_some() && !actions.any(|action| action.has_key(current))
    };
    !global
        && !is_resource_tag(&key)
        && !is_unknown(&key, document.vocabulary)
        // Sessions have such keys whatever the action, as `sagemaker:UserProfileName`.
        && !nobody_has_it()
}

fn check_test(
    document: &Document<'_>,
    statement: &Statement<'_>,
    test: &Test,
    report: &mut Report<'_>,
) -> bool {
    let (Some(holds), Some(effect)) = (test.holds_without_key(), statement.effect) else {
        return false;
    };
    let key = document.vocabulary.current_key(&test.key.text).unwrap_or(&test.key.text);
    let lacking = lacking(statement, key);
    if test.operator.if_exists && lacking.someone_has_it {
        return false;
    }
    if !lacking.surely.is_empty() {
        let message = sentence(&lacking.surely, test, effect, holds);
        report.warn(&RULE, &test.key, message);
        return true;
    }
    let severity = match (effect, holds) {
        _ if lacking.partly.is_empty() => return false,
        (Effect::Allow, false) => Severity::Note,
        (Effect::Deny, true) => Severity::Warning,
        _ => return false,
    };
    let names: Vec<String> = lacking.partly.into_iter().collect();
    report.add(&RULE, severity, &test.key, sentence(&names, test, effect, holds));
    true
}

fn lacking(statement: &Statement<'_>, key: &str) -> Lacking {
    let mut lacking = Lacking::default();
    for pattern in statement.actions() {
        let Reach::Known { actions, .. } = &pattern.reach else {
            lacking.someone_has_it = true;
            continue;
        };
        let (with, without): (Vec<&VocabularyAction>, Vec<&VocabularyAction>) =
            actions.iter().partition(|action| action.has_key(key));
        lacking.someone_has_it |= !with.is_empty();
        if with.is_empty() && !without.is_empty() {
            lacking.surely.push(pattern.word.text.clone());
        } else {
            lacking.partly.extend(without.into_iter().map(|action| action.id.clone()));
        }
    }
    lacking
}

fn sentence(names: &[String], test: &Test, effect: Effect, holds: bool) -> String {
    let them = if names.len() == 1 { "it" } else { "them" };
    let consequence = match (effect, holds) {
        (Effect::Allow, false) => format!("this statement never allows {them}"),
        (Effect::Allow, true) => format!("this condition does not restrict {them}"),
        (Effect::Deny, false) => format!("this statement never denies {them}"),
        (Effect::Deny, true) => format!("this condition always holds for {them}"),
    };
    format!("requests of {} never have `{}`: {consequence}", some(names), test.key.text)
}
