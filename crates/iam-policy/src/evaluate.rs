//! The one algorithm: statement, then policy type, then all policies in effect.
//!
//! Every question is answered with [`Match`]: yes, no, or "the unknown values decide". A request
//! whose context is complete is the special case without unknowns, so two-valued evaluation needs
//! no code of its own. The set of decisions that comes out never lacks one that some completion of
//! the unknown values gives; it may hold one too many when two unknowns hang together (a Deny and
//! an Allow that test the same unknown key).
//!
//! The order follows
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>:
//! any Deny wins; then every layer that is there must allow.
//!
//! What AWS leaves open is answered by [`Choice`](crate::Choice). To say which of them a decision
//! rests on, the request is judged again with these questions left open: where the decision stays,
//! it rests on none.
//!
//! Cost: an action that was seen before finds its statements at once; each distinct pattern and
//! condition is answered at most once per request, so a request takes time linear in the statements
//! that name its action; `pattern.rs` says what a pattern takes. [`Evaluator::decide`] asks for
//! no memory once the action was seen, unless a value or the resource is one of several, or a
//! variable stands under a numeric, date, address or Bool operator.

mod binding;
mod memory;
mod own;
mod verdict;

use std::borrow::Borrow;

use crate::choice::{Choice, Choices};
use crate::decision::{Decision, Possible};
use crate::document::Effect;
use crate::explain::{Explanation, NearMiss, explain, near_miss};
use crate::logic::Match;
use crate::pattern::Glob;
use crate::policy_set::{CompiledStatement, Covering, PolicySet, PolicyType, StatementRef};
use crate::principal::{Principal, PrincipalBlock};
use crate::request::{RequestContext, ResourceValue};
use crate::resource::Target;

use binding::{Binding, may_have_boundary};
use memory::{Memory, Voice};
pub use verdict::Verdict;
use verdict::{Outcome, Question};

/// The answer for one request, with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The decisions still open.
    pub possible: Possible,
    /// The type of policy that settled it: of the Deny, or the one that does not allow; for an allowed
    /// request that of the grant. `None` while undetermined, and for the root user, who needs no
    /// grant.
    pub layer: Option<PolicyType>,
    /// The statements that surely match and have the effect of the decision: Deny for an explicit
    /// denial, Allow otherwise.
    pub matched: Vec<StatementRef>,
    /// While undetermined: the statements that leave it open, in order.
    pub open: Vec<StatementRef>,
    /// While undetermined: the keys that would settle it, as the policies spell them, sorted;
    /// `resource` when the resource would, `principal` when more about the caller would. Empty where
    /// only AWS could: `rests_on` then says on which question.
    pub needs: Vec<String>,
    /// Where AWS's documentation is silent and another reading would leave another decision
    /// possible: what this evaluator chose.
    pub rests_on: Vec<Choice>,
}

impl Evaluation {
    /// The decision, or that there are several.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.possible.decision()
    }

    /// The decision, where it is all the same which denial it is.
    #[must_use]
    pub fn verdict(&self) -> Decision {
        self.possible.verdict()
    }

    fn settled(verdict: Verdict, matched: Vec<StatementRef>) -> Self {
        let Verdict { possible, layer, .. } = verdict;
        let (open, needs, rests_on) = (Vec::new(), Vec::new(), Vec::new());
        Self { possible, layer, matched, open, needs, rests_on }
    }
}

/// Evaluates requests against one set (`&PolicySet`, or an owner such as `Arc<PolicySet>`),
/// keeping its memory between them.
#[derive(Debug)]
pub struct Evaluator<S> {
    set: S,
    memory: Memory,
}

/// One question to one set.
pub(crate) struct Run<'s, 'm> {
    set: &'s PolicySet,
    memory: &'m mut Memory,
}

impl<S: Borrow<PolicySet>> Evaluator<S> {
    /// An evaluator for a set.
    pub fn new(set: S) -> Self {
        let memory = Memory::new(set.borrow());
        Self { set, memory }
    }

    /// The set this evaluator judges by.
    #[must_use]
    pub fn set(&self) -> &PolicySet {
        self.set.borrow()
    }

    /// The decision alone: no lists, and no memory asked for on the usual path.
    pub fn decide(&mut self, request: &RequestContext) -> Verdict {
        self.run().decide(request)
    }

    /// Evaluates one request.
    pub fn evaluate(&mut self, request: &RequestContext) -> Evaluation {
        self.run().evaluate(request)
    }

    /// The Allow statement that came closest in the layer that did not allow.
    pub fn near_miss(&mut self, request: &RequestContext, layer: PolicyType) -> NearMiss<'_> {
        near_miss(&mut self.run(), request, layer)
    }

    /// Evaluates one request and tells why it comes out so.
    pub fn explain(&mut self, request: &RequestContext) -> Explanation<'_> {
        explain(&mut self.run(), request)
    }

    fn run(&mut self) -> Run<'_, '_> {
        let mut run = Run { set: self.set.borrow(), memory: &mut self.memory };
        run.begin(Choices::default(), false);
        run
    }
}

impl<'s> Run<'s, '_> {
    pub(crate) fn set(&self) -> &'s PolicySet {
        self.set
    }

    /// Begins another walk over the policies, for this or another request.
    fn begin(&mut self, left_open: Choices, thorough: bool) {
        self.memory.pass.begin(left_open, thorough);
        self.memory.forget_request();
    }

    fn decide(&mut self, request: &RequestContext) -> Verdict {
        match &request.resource {
            ResourceValue::Known(text) => match self.decide_alone(request, text) {
                Some(verdict) => verdict,
                None => self.verdict(request, Target::Text(text)),
            },
            _ => self.decide_uncertain(request),
        }
    }

    fn decide_uncertain(&mut self, request: &RequestContext) -> Verdict {
        let target = match &request.resource {
            ResourceValue::Known(text) => Target::Text(text),
            ResourceValue::Like(pattern) => Target::Like(&Glob::new(pattern)),
            ResourceValue::Unknown => Target::Unknown,
            ResourceValue::OneOf(texts) => {
                let each = texts.iter().map(|text| self.verdict(request, Target::Text(text)));
                match each.reduce(Verdict::either) {
                    Some(either) => return either,
                    None => Target::Unknown,
                }
            }
        };
        self.verdict(request, target)
    }

    fn verdict(&mut self, request: &RequestContext, target: Target<'_>) -> Verdict {
        let outcome = self.judge(request, target);
        self.verdict_of(&outcome)
    }

    pub(crate) fn evaluate(&mut self, request: &RequestContext) -> Evaluation {
        self.begin(Choices::default(), true);
        let mut evaluation = match &request.resource {
            ResourceValue::Known(text) => self.evaluate_target(request, Target::Text(text)),
            ResourceValue::Like(pattern) => {
                self.evaluate_target(request, Target::Like(&Glob::new(pattern)))
            }
            ResourceValue::Unknown => self.evaluate_target(request, Target::Unknown),
            ResourceValue::OneOf(texts) => self.evaluate_alternatives(request, texts),
        };
        evaluation.rests_on = self.rests_on(request, evaluation.possible);
        // What was left open on the way must not answer what is asked next.
        self.begin(Choices::default(), false);
        evaluation
    }

    /// The choices without which another decision would be possible.
    fn rests_on(&mut self, request: &RequestContext, possible: Possible) -> Vec<Choice> {
        let met = self.memory.pass.met;
        if met.is_empty() {
            return Vec::new();
        }
        let (met, open) = self.leaving_open_what_is_met(met, request, possible);
        let undetermined = possible.decision() == Decision::Undetermined;
        if open == possible && !undetermined {
            return Vec::new();
        }
        let alone = |choice: &Choice| {
            let left_open = self.possible_leaving_open(Choices::of(*choice), request) != possible;
            left_open
                || (undetermined && choice.is_open() && self.matters(*choice, request, possible))
        };
        let rests_on: Vec<Choice> = met.iter().filter(alone).collect();
        if rests_on.is_empty() && open != possible { met.iter().collect() } else { rests_on }
    }

    /// Whether an answer to a question that was left open would change what is possible.
    fn matters(&mut self, choice: Choice, request: &RequestContext, possible: Possible) -> bool {
        [Match::Yes, Match::No].into_iter().any(|answer| {
            self.begin(Choices::default(), true);
            self.memory.pass.forced = Some((Choices::of(choice), answer));
            self.decide(request).possible != possible
        })
    }

    /// What is possible when all choices met are left open. Behind an open answer another choice may
    /// wait that was not asked before, so this goes on until no new one is met.
    fn leaving_open_what_is_met(
        &mut self,
        mut met: Choices,
        request: &RequestContext,
        possible: Possible,
    ) -> (Choices, Possible) {
        loop {
            let open = self.possible_leaving_open(met, request);
            let before = met;
            met.add(self.memory.pass.met);
            if open != possible || met == before {
                return (met, open);
            }
        }
    }

    fn possible_leaving_open(&mut self, choices: Choices, request: &RequestContext) -> Possible {
        self.begin(choices, true);
        self.decide(request).possible
    }

    fn evaluate_alternatives(&mut self, request: &RequestContext, texts: &[String]) -> Evaluation {
        let each: Vec<Evaluation> =
            texts.iter().map(|text| self.evaluate_target(request, Target::Text(text))).collect();
        let possible = each.iter().map(|evaluation| evaluation.possible).reduce(Possible::or);
        let Some(possible) = possible else {
            return self.evaluate_target(request, Target::Unknown);
        };
        let alike = each.iter().all(|evaluation| evaluation.possible == possible);
        if let (true, Some(first)) = (alike, each.first()) {
            return first.clone();
        }
        let mut needs: Vec<String> = vec!["resource".to_owned()];
        let mut open = Vec::new();
        for evaluation in each {
            needs.extend(evaluation.needs);
            open.extend(evaluation.open);
            // What matches one alternative only is what leaves the whole open.
            open.extend(evaluation.matched);
        }
        open.sort_unstable();
        open.dedup();
        let (matched, rests_on) = (Vec::new(), Vec::new());
        Evaluation { possible, layer: None, matched, open, needs: tidy(needs), rests_on }
    }

    fn evaluate_target(&mut self, request: &RequestContext, target: Target<'_>) -> Evaluation {
        let outcome = self.judge(request, target);
        let verdict = self.verdict_of(&outcome);
        if verdict.decision() != Decision::Undetermined {
            return Evaluation::settled(verdict, self.matched(&outcome).collect());
        }
        let (open, needs) = self.needs(&outcome, request, target);
        let possible = verdict.possible;
        let (matched, rests_on) = (Vec::new(), Vec::new());
        Evaluation { possible, layer: None, matched, open, needs, rests_on }
    }

    fn verdict_of(&self, outcome: &Outcome) -> Verdict {
        let Outcome { possible, layer, .. } = *outcome;
        let settled = possible.decision() != Decision::Undetermined;
        let statement = if settled { self.matched(outcome).next() } else { None };
        Verdict { possible, layer, statement }
    }

    /// The statements that surely match and have the effect of the decision.
    fn matched(&self, outcome: &Outcome) -> impl Iterator<Item = StatementRef> {
        let effect = match outcome.possible.decision() {
            Decision::ExplicitlyDenied => Effect::Deny,
            _ => Effect::Allow,
        };
        let voices = match outcome.rules.always_allowed {
            true => &[],
            false => self.memory.voices.as_slice(),
        };
        let sure = voices.iter().filter(move |v| v.matches == Match::Yes && v.effect == effect);
        let bound = sure.filter(move |voice| {
            self.memory.answers.get(voice.layer).is_some_and(|layer| outcome.binds(layer))
        });
        bound.map(|voice| StatementRef(voice.statement))
    }

    /// Hears every statement that has a say, and puts the layers together.
    fn judge(&mut self, request: &RequestContext, target: Target<'_>) -> Outcome {
        self.memory.forget_resource();
        self.memory.forget_answers();
        let known = self.memory.action(self.set, &request.action);
        for position in known.covering {
            if let Some(covering) = self.memory.covering(position) {
                self.hear(covering, known.rules.rcps_cover, request, target);
            }
        }
        let mut binding = Binding::of(request, self.set);
        if request.resource_account.is_none() && matches!(target, Target::Unknown) {
            self.choose_owner(request, &mut binding);
        }
        let question = Question { request, target, rules: known.rules, binding };
        Outcome::new(&self.memory.answers, &question)
    }

    /// Nothing says whose the resource is.
    #[cold]
    fn choose_owner(&mut self, request: &RequestContext, binding: &mut Binding) {
        let owner = self.memory.pass.chosen(Choice::UnknownResourceOwner, Match::No);
        binding.unknown_owner = owner;
        let managed = request.management_account.is_some();
        if owner == Match::Unknown && managed && !request.principal.is_service_linked_role() {
            (binding.rcps, binding.rcps_apply) = (true, Match::Unknown);
        }
    }

    fn hear(
        &mut self,
        covering: Covering,
        rcps_cover: bool,
        request: &RequestContext,
        target: Target<'_>,
    ) {
        let Some(statement) = self.statement(covering.statement) else { return };
        if !self.memory.pass.thorough && self.memory.heard_enough(statement) {
            return;
        }
        let matches = self.covers(covering, statement, request, target);
        if matches == Match::No {
            return;
        }
        let matches = match statement.policy_type {
            PolicyType::Rcp if !rcps_cover => {
                self.memory.pass.chosen(Choice::RcpCoverage, Match::No)
            }
            _ => matches,
        };
        if matches == Match::No {
            return;
        }
        let (layer, effect) = (statement.layer, statement.effect);
        if let Some(answer) = self.memory.answers.get_mut(layer) {
            answer.add(statement, matches, &request.principal);
        }
        let statement = covering.statement;
        self.memory.voices.push(Voice { statement, layer, effect, matches });
    }

    /// Whether the statement covers the request, its action included.
    #[inline]
    fn covers(
        &mut self,
        covering: Covering,
        statement: &CompiledStatement,
        request: &RequestContext,
        target: Target<'_>,
    ) -> Match {
        let covers = Match::from(covering.covers);
        let covers = match covering.by_choice {
            true => self.memory.pass.chosen(Choice::ActionServiceWildcard, covers),
            false => covers,
        };
        match covers {
            Match::No => Match::No,
            _ => covers.and(self.statement_matches(statement, request, target)),
        }
    }

    pub(crate) fn statement(&self, index: u32) -> Option<&'s CompiledStatement> {
        self.set.statements.get(usize::try_from(index).ok()?)
    }

    fn statement_matches(
        &mut self,
        statement: &CompiledStatement,
        request: &RequestContext,
        target: Target<'_>,
    ) -> Match {
        let mut matches = self.principal_matches(statement, &request.principal);
        if matches != Match::No {
            matches = matches.and(self.resource_matches(statement, request, target));
        }
        for condition in &statement.conditions {
            if matches == Match::No {
                break;
            }
            matches = matches.and(self.condition_holds(*condition, request));
        }
        matches
    }

    #[inline]
    pub(crate) fn principal_matches(
        &mut self,
        statement: &CompiledStatement,
        principal: &Principal,
    ) -> Match {
        match &statement.principal {
            Some(block) => self.block_matches(block, statement.effect, principal),
            // Only policies of resources must say whom they mean.
            None => Match::from(statement.policy_type != PolicyType::Resource),
        }
    }

    fn block_matches(
        &mut self,
        block: &PrincipalBlock,
        effect: Effect,
        principal: &Principal,
    ) -> Match {
        // A Deny with NotPrincipal hits everybody who has a permissions boundary.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        let boundary = self.set.has_boundary && may_have_boundary(principal);
        let spares = block.negated && effect == Effect::Deny;
        if spares && boundary {
            return Match::Yes;
        }
        let matches = block.matches(principal);
        let in_part = spares && matches == Match::No && !block.names_in_full(principal);
        match in_part {
            true => self.memory.pass.chosen(Choice::NotPrincipalInPart, matches),
            false => matches,
        }
    }

    pub(crate) fn resource_matches(
        &mut self,
        statement: &CompiledStatement,
        request: &RequestContext,
        target: Target<'_>,
    ) -> Match {
        let Some(resource) = &statement.resource else { return Match::Yes };
        if resource.all {
            return Match::Yes;
        }
        let mut covered = Match::No;
        for &pattern in &resource.patterns {
            covered = covered.or(self.pattern_matches(pattern, request, target));
            if covered == Match::Yes {
                break;
            }
        }
        match (resource.negated, covered) {
            (false, covered) => covered,
            (true, Match::No) => self.excluded(statement, &resource.patterns, request),
            (true, covered) => !covered,
        }
    }

    /// A `NotResource` covers what none of its patterns matches. What a pattern means that lacks a
    /// variable's value, or parts of the ARN, AWS does not say.
    fn excluded(
        &mut self,
        statement: &CompiledStatement,
        patterns: &[usize],
        request: &RequestContext,
    ) -> Match {
        let set = self.set;
        let mut patterns = patterns.iter().filter_map(|&pattern| set.patterns.get(pattern));
        let pass = &mut self.memory.pass;
        if patterns.clone().any(|pattern| pattern.valueless(request).next().is_some()) {
            // That the variable "will not match any resource" may mean that the statement applies
            // to all, or never. A Deny that does not apply, or an Allow that does, would be a guess.
            return pass.chosen(Choice::NotResourceWithoutValue, Match::Unknown);
        }
        if patterns.any(|pattern| pattern.is_short()) {
            let answer = match statement.effect {
                Effect::Allow => Match::No,
                Effect::Deny => Match::Unknown,
            };
            return pass.chosen(Choice::ShortArn, answer);
        }
        Match::Yes
    }

    fn pattern_matches(
        &mut self,
        pattern: usize,
        request: &RequestContext,
        target: Target<'_>,
    ) -> Match {
        if let Some(answer) = self.memory.pattern(pattern) {
            return answer;
        }
        let Some(compiled) = self.set.patterns.get(pattern) else { return Match::Unknown };
        let answer = compiled.matches(target, request, &mut self.memory.pass);
        self.memory.note_pattern(pattern, answer)
    }

    pub(crate) fn condition_holds(&mut self, condition: usize, request: &RequestContext) -> Match {
        if let Some(answer) = self.memory.condition(condition) {
            return answer;
        }
        let Some(compiled) = self.set.conditions.get(condition) else { return Match::Unknown };
        let answer = compiled.holds(request, &mut self.memory.pass);
        self.memory.note_condition(condition, answer)
    }

    pub(crate) fn forget_resource(&mut self) {
        self.memory.forget_resource();
    }

    /// The statements that cover an action, in order.
    pub(crate) fn covering(&mut self, action: &str) -> Vec<u32> {
        let known = self.memory.action(self.set, action);
        let covering = known.covering.filter_map(|position| self.memory.covering(position));
        covering.filter(|covering| covering.covers).map(|covering| covering.statement).collect()
    }

    /// The statements that leave the decision open, and their unsettled parts, which would settle
    /// it.
    fn needs(
        &mut self,
        outcome: &Outcome,
        request: &RequestContext,
        target: Target<'_>,
    ) -> (Vec<StatementRef>, Vec<String>) {
        let mut open = Vec::new();
        let mut needs = Vec::new();
        let voices = std::mem::take(&mut self.memory.voices);
        for voice in &voices {
            let Some(statement) = self.statement(voice.statement) else { continue };
            let block = statement.principal.as_ref();
            let uncertain = block.is_some_and(|block| block.is_uncertain(&request.principal));
            if voice.matches != Match::Unknown && !uncertain {
                continue;
            }
            let Some(answer) = self.memory.answers.get(voice.layer) else { continue };
            let matters = outcome.binds(answer)
                && match voice.effect {
                    Effect::Deny => outcome.deny == Match::Unknown,
                    Effect::Allow => answer.is_open(),
                };
            if !matters {
                continue;
            }
            open.push(StatementRef(voice.statement));
            if uncertain {
                needs.push("principal".to_owned());
            }
            if self.resource_matches(statement, request, target) == Match::Unknown {
                needs.extend(self.resource_needs(statement, request));
            }
            for &condition in &statement.conditions {
                if self.condition_holds(condition, request) == Match::Unknown {
                    let compiled = self.set.conditions.get(condition);
                    let keys = compiled.into_iter().flat_map(|c| c.unsettled(request));
                    needs.extend(keys.map(str::to_owned));
                }
            }
        }
        self.memory.voices = voices;
        // A rule of the service may hang on which resource it is.
        if outcome.rules.refuses(target) == Some(Match::Unknown) {
            needs.push("resource".to_owned());
        }
        (open, tidy(needs))
    }

    fn resource_needs(
        &self,
        statement: &CompiledStatement,
        request: &RequestContext,
    ) -> Vec<String> {
        let patterns = statement.resource.iter().flat_map(|resource| &resource.patterns);
        let patterns = patterns.filter_map(|&pattern| self.set.patterns.get(pattern));
        let mut needs: Vec<String> =
            patterns.flat_map(|pattern| pattern.unsettled(request)).map(str::to_owned).collect();
        if !matches!(request.resource, ResourceValue::Known(_)) {
            needs.push("resource".to_owned());
        }
        needs
    }
}

/// Sorted, each name once; names compare without case.
fn tidy(mut needs: Vec<String>) -> Vec<String> {
    needs.sort_by(|a, b| a.to_lowercase().cmp(&b.to_lowercase()).then_with(|| a.cmp(b)));
    needs.dedup_by(|next, kept| next.eq_ignore_ascii_case(kept));
    needs
}

#[cfg(test)]
mod tests;
