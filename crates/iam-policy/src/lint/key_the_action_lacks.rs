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
//! Judged are the keys of services whose names are known, tags of the request, and
//! `iam:PassedToService`, which only `iam:PassRole` has. Sessions and other services may bring keys
//! along (`lambda:SourceFunctionArn`, `saml:sub`), and of those nothing is said.
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

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::budget::Budget;
use super::document::{Document, Statement, Test};
use super::names::{Reach, is_resource_tag, some};
use super::report::{Report, Severity};
use super::rule::Rule;
use crate::document::Effect;
use crate::vocabulary::{Vocabulary, VocabularyAction};

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

/// A key that only `iam:PassRole` has.
const OF_PASS_ROLE: &str = "iam:PassedToService";

/// Comparisons of an action with a key in one document.
const STEPS: usize = 2_000_000;

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let mut holders = Holders {
        vocabulary: document.vocabulary,
        of_keys: HashMap::new(),
        budget: Budget::new(STEPS),
    };
    for statement in &document.statements {
        let mut told = BTreeSet::new();
        let mut by_key: BTreeMap<String, Option<Lacking>> = BTreeMap::new();
        for test in &statement.conditions {
            // Of several conditions on one key, one that is false without it decides.
            let decided = !test.needs_key() && statement.needs_key_of(test);
            if decided || told.contains(&test.current) {
                continue;
            }
            let Some(key) = judged_key(test, document.vocabulary) else { continue };
            let lacking =
                by_key.entry(key.clone()).or_insert_with(|| holders.lacking(statement, &key));
            let Some(lacking) = lacking else { continue };
            if check_test(lacking, statement, test, report) {
                told.insert(test.current.clone());
            }
        }
    }
}

/// The key as actions list it, if it is known which actions have it.
fn judged_key(test: &Test, vocabulary: &Vocabulary) -> Option<String> {
    let key = test.current.as_str();
    if key.strip_prefix("aws:requesttag/").is_some_and(|tag| !tag.is_empty()) {
        return Some("aws:RequestTag/${TagKey}".to_owned());
    }
    if key == "aws:tagkeys" {
        return Some("aws:TagKeys".to_owned());
    }
    if key.eq_ignore_ascii_case(OF_PASS_ROLE) {
        return Some(OF_PASS_ROLE.to_owned());
    }
    let (prefix, _) = key.split_once(':')?;
    if is_resource_tag(key) || !vocabulary.services.contains_key(prefix) {
        return None;
    }
    vocabulary.key(key).map(|known| known.name.clone())
}

/// Which actions have a key.
struct Holders<'v> {
    vocabulary: &'v Vocabulary,
    of_keys: HashMap<String, Rc<HashSet<*const VocabularyAction>>>,
    budget: Budget,
}

impl Holders<'_> {
    fn of(&mut self, key: &str) -> Rc<HashSet<*const VocabularyAction>> {
        if let Some(known) = self.of_keys.get(key) {
            return Rc::clone(known);
        }
        let actions = self.vocabulary.services.values();
        let actions = actions.flat_map(|service| service.actions.values());
        let holders = actions.filter(|action| action.has_key(key)).map(std::ptr::from_ref);
        let holders = Rc::new(holders.collect());
        self.of_keys.insert(key.to_owned(), Rc::clone(&holders));
        holders
    }

    /// `None` where no action has the key (sessions have such keys whatever the action, as
    /// `sagemaker:UserProfileName`), or where it is too dear to find out.
    fn lacking(&mut self, statement: &Statement<'_>, key: &str) -> Option<Lacking> {
        let holders = self.of(key);
        if holders.is_empty() && key != OF_PASS_ROLE {
            return None;
        }
        let mut lacking = Lacking::default();
        for pattern in statement.distinct_actions() {
            let Reach::Known { actions, .. } = &pattern.reach else {
                lacking.someone_has_it = true;
                continue;
            };
            if !self.budget.spend(actions.len().saturating_add(1)) {
                return None;
            }
            let has_it =
                |action: &&VocabularyAction| holders.contains(&std::ptr::from_ref(*action));
            let someone = actions.iter().any(&has_it);
            lacking.someone_has_it |= someone;
            if !someone && !actions.is_empty() {
                lacking.surely.push(pattern.word.text.clone());
            } else {
                let without = actions.iter().filter(|action| !has_it(action));
                lacking.partly.extend(without.map(|action| action.id.clone()));
            }
        }
        Some(lacking)
    }
}

fn check_test(
    lacking: &Lacking,
    statement: &Statement<'_>,
    test: &Test,
    report: &mut Report<'_>,
) -> bool {
    let (Some(holds), Some(effect)) = (test.holds_without_key(), statement.effect) else {
        return false;
    };
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
    let names: Vec<&String> = lacking.partly.iter().collect();
    report.add(&RULE, severity, &test.key, sentence(&names, test, effect, holds));
    true
}

fn sentence<T: AsRef<str>>(names: &[T], test: &Test, effect: Effect, holds: bool) -> String {
    let them = if names.len() == 1 { "it" } else { "them" };
    let consequence = match (effect, holds) {
        (Effect::Allow, false) => format!("this statement never allows {them}"),
        (Effect::Allow, true) => format!("this condition does not restrict {them}"),
        (Effect::Deny, false) => format!("this statement never denies {them}"),
        (Effect::Deny, true) => format!("this condition always holds for {them}"),
    };
    format!("requests of {} never have `{}`: {consequence}", some(names), test.key.text)
}
