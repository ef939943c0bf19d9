//! What an evaluator keeps between questions, so that it need not ask for memory again.

use std::collections::HashMap;
use std::ops::Range;

use crate::condition::pass::Pass;
use crate::document::Effect;
use crate::logic::Match;
use crate::policy_set::{CompiledStatement, Covering, PolicySet, PolicyType};
use crate::service_rule::ServiceRules;

use super::verdict::LayerAnswer;

/// Names of actions come from whoever wrote the log: beyond this many, all are forgotten.
const MAX_ACTIONS: usize = 4096;

/// Beyond so many statements of known actions, too: 8 MB.
const MAX_COVERING: usize = 1 << 20;

/// Answers found so far, and room for more.
#[derive(Debug)]
pub(super) struct Memory {
    actions: HashMap<Box<str>, Known>,
    /// The action asked for last, since callers often ask for one several times in a row.
    last_action: String,
    last: Known,
    /// The lists of all known actions, one behind the other.
    covering: Vec<Covering>,
    patterns: Answers,
    conditions: Answers,
    /// One per layer.
    pub(super) answers: Box<[LayerAnswer]>,
    pub(super) voices: Vec<Voice>,
    pub(super) pass: Pass,
}

/// What is known of an action: the places of its statements in [`Memory::covering`], and what its
/// service decides.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) covering: Range<usize>,
    pub(super) rules: ServiceRules,
}

/// A statement that has a say, and whether it matches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    pub(super) statement: u32,
    pub(super) layer: usize,
    pub(super) effect: Effect,
    pub(super) matches: Match,
}

/// An answer per pattern or condition, forgotten all at once by moving on to another round.
#[derive(Debug)]
struct Answers {
    round: u32,
    given: Box<[(u32, Match)]>,
}

impl Memory {
    pub(super) fn new(set: &PolicySet) -> Self {
        Self {
            actions: HashMap::new(),
            last_action: String::new(),
            last: Known::default(),
            covering: Vec::new(),
            patterns: Answers::new(set.patterns.len()),
            conditions: Answers::new(set.conditions.len()),
            answers: set.layers.iter().map(|l| LayerAnswer::silent(l.policy_type)).collect(),
            voices: Vec::new(),
            pass: Pass::default(),
        }
    }

    pub(super) fn forget_request(&mut self) {
        self.conditions.forget();
        self.forget_resource();
    }

    pub(super) fn forget_resource(&mut self) {
        self.patterns.forget();
    }

    /// What was heard for another resource.
    pub(super) fn forget_answers(&mut self) {
        self.voices.clear();
        for answer in &mut self.answers {
            *answer = LayerAnswer::silent(answer.policy_type);
        }
    }

    /// Whether what the statement says changes nothing: where a Deny surely matches, nothing else
    /// in its layer counts, and one sure Allow is enough, if it does not matter whom it names.
    #[inline]
    pub(super) fn heard_enough(&self, statement: &CompiledStatement) -> bool {
        let Some(answer) = self.answers.get(statement.layer) else { return false };
        answer.deny == Match::Yes
            || answer.allow == Match::Yes
                && statement.effect == Effect::Allow
                && statement.policy_type != PolicyType::Resource
    }

    pub(super) fn pattern(&self, index: usize) -> Option<Match> {
        self.patterns.get(index)
    }

    pub(super) fn note_pattern(&mut self, index: usize, answer: Match) -> Match {
        self.patterns.note(index, answer)
    }

    pub(super) fn condition(&self, index: usize) -> Option<Match> {
        self.conditions.get(index)
    }

    pub(super) fn note_condition(&mut self, index: usize, answer: Match) -> Match {
        self.conditions.note(index, answer)
    }

    pub(super) fn covering(&self, position: usize) -> Option<Covering> {
        self.covering.get(position).copied()
    }

    #[inline]
    /// What is known of an action, found out at its first sight.
    pub(super) fn action(&mut self, set: &PolicySet, action: &str) -> Known {
        if self.last_action != action || action.is_empty() {
            self.look_up(set, action);
        }
        self.last.clone()
    }

    #[inline(never)]
    fn look_up(&mut self, set: &PolicySet, action: &str) {
        self.last = match self.actions.get(action) {
            Some(known) => known.clone(),
            None => self.find_out(set, action),
        };
        self.last_action.clear();
        self.last_action.push_str(action);
    }

    fn find_out(&mut self, set: &PolicySet, action: &str) -> Known {
        if self.actions.len() >= MAX_ACTIONS || self.covering.len() >= MAX_COVERING {
            self.actions.clear();
            self.covering.clear();
        }
        let start = self.covering.len();
        self.covering.extend(set.statements_for(action));
        let covering = start..self.covering.len();
        let known = Known { covering, rules: ServiceRules::of(action) };
        self.actions.insert(action.into(), known.clone());
        known
    }
}

impl Answers {
    fn new(count: usize) -> Self {
        Self { round: 1, given: vec![(0, Match::Unknown); count].into() }
    }

    fn forget(&mut self) {
        self.round = self.round.checked_add(1).unwrap_or_else(|| {
            self.given.fill((0, Match::Unknown));
            1
        });
    }

    fn get(&self, index: usize) -> Option<Match> {
        let (round, answer) = self.given.get(index)?;
        (*round == self.round).then_some(*answer)
    }

    fn note(&mut self, index: usize, answer: Match) -> Match {
        if let Some(given) = self.given.get_mut(index) {
            *given = (self.round, answer);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy_set::PolicySources;

    #[test]
    fn answers_are_forgotten_by_rounds_also_when_the_count_of_rounds_ends() {
        let mut answers = Answers::new(2);
        assert_eq!(answers.note(1, Match::Yes), Match::Yes);
        assert_eq!(
            (answers.get(0), answers.get(1), answers.get(2)),
            (None, Some(Match::Yes), None)
        );
        answers.round = u32::MAX;
        answers.note(0, Match::No);
        answers.forget();
        assert_eq!((answers.round, answers.get(0), answers.get(1)), (1, None, None));
    }

    #[test]
    fn only_so_many_actions_are_remembered() {
        let set = PolicySet::compile(&PolicySources::default());
        let mut memory = Memory::new(&set);
        for number in 0..=MAX_ACTIONS {
            memory.action(&set, &format!("s:Action{number}"));
        }
        assert_eq!(memory.actions.len(), 1);
    }
}
