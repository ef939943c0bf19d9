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

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};

use crate::condition::eval::Target;
use crate::decision::{Decision, Possible};
use crate::document::Effect;
use crate::explain::{NearMiss, near_miss};
use crate::logic::Match;
use crate::pattern::Glob;
use crate::policy_set::{CompiledStatement, PolicySet, PolicyType, StatementRef};
use crate::principal::{Named, Principal};
use crate::request::{RequestContext, ResourceValue};

/// The answer for one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The decisions still open.
    pub possible: Possible,
    /// The type of policy that settled it: of the Deny, or the one that does not allow; the
    /// identity-based policies for an allowed request. `None` while undetermined.
    pub layer: Option<PolicyType>,
    /// The statements that surely match and have the effect of the decision: Deny for an explicit
    /// denial, Allow otherwise.
    pub matched: Vec<StatementRef>,
    /// While undetermined: the statements that leave it open, in order.
    pub open: Vec<StatementRef>,
    /// While undetermined: the keys that would settle it, as the policies spell them, sorted;
    /// `resource` when the resource would.
    pub needs: Vec<String>,
}

impl Evaluation {
    /// The decision, or that there are several.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.possible.decision()
    }
}

/// Evaluates requests against one set (`&PolicySet`, or an owner such as `Arc<PolicySet>`),
/// keeping its memory between them.
#[derive(Debug)]
pub struct Evaluator<S> {
    set: S,
    memory: Memory,
}

/// What was found out about the request at hand, and which statements cover which actions.
#[derive(Debug)]
struct Memory {
    by_action: HashMap<Box<str>, Box<[u32]>>,
    patterns: Vec<Option<Match>>,
    conditions: Vec<Option<Match>>,
}

/// One question to one set.
pub(crate) struct Run<'s, 'm> {
    set: &'s PolicySet,
    memory: &'m mut Memory,
}

/// What one layer says.
#[derive(Clone, Copy, Debug)]
struct LayerAnswer {
    deny: Match,
    allow: Match,
    /// Allows of a resource-based policy that name the principal itself, or everybody.
    allow_exactly: Match,
    /// Allows of a resource-based policy that name the principal's role.
    allow_as_role: Match,
}

const SILENT: LayerAnswer = LayerAnswer {
    deny: Match::No,
    allow: Match::No,
    allow_exactly: Match::No,
    allow_as_role: Match::No,
};

/// A statement that has a say, and whether it matches.
struct Voice {
    statement: u32,
    layer: usize,
    effect: Effect,
    matches: Match,
}

impl<S: Borrow<PolicySet>> Evaluator<S> {
    /// An evaluator for a set.
    pub fn new(set: S) -> Self {
        let policies = set.borrow();
        let memory = Memory {
            by_action: HashMap::new(),
            patterns: vec![None; policies.patterns.len()],
            conditions: vec![None; policies.conditions.len()],
        };
        Self { set, memory }
    }

    /// The set this evaluator judges by.
    #[must_use]
    pub fn set(&self) -> &PolicySet {
        self.set.borrow()
    }

    /// Evaluates one request.
    pub fn evaluate(&mut self, request: &RequestContext) -> Evaluation {
        self.run().evaluate(request)
    }

    /// The Allow statement that came closest in the layer that did not allow.
    pub fn near_miss(&mut self, request: &RequestContext, layer: PolicyType) -> NearMiss<'_> {
        near_miss(&mut self.run(), request, layer)
    }

    fn run(&mut self) -> Run<'_, '_> {
        self.memory.conditions.fill(None);
        Run { set: self.set.borrow(), memory: &mut self.memory }
    }
}

impl<'s> Run<'s, '_> {
    pub(crate) fn set(&self) -> &'s PolicySet {
        self.set
    }

    fn evaluate(&mut self, request: &RequestContext) -> Evaluation {
        if request.action.eq_ignore_ascii_case("sts:GetCallerIdentity") {
            // Allowed whatever the policies say, even against a Deny.
            // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
            return settled(Decision::Allowed, Some(PolicyType::Identity), Vec::new());
        }
        match &request.resource {
            ResourceValue::Known(text) => self.evaluate_target(request, Target::Text(text)),
            ResourceValue::Like(pattern) => {
                self.evaluate_target(request, Target::Like(&Glob::new(pattern)))
            }
            ResourceValue::Unknown => self.evaluate_target(request, Target::Unknown),
            ResourceValue::OneOf(texts) => self.evaluate_alternatives(request, texts),
        }
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
        Evaluation { possible, layer: None, matched: Vec::new(), open, needs: tidy(needs) }
    }

    fn evaluate_target(&mut self, request: &RequestContext, target: Target<'_>) -> Evaluation {
        self.memory.patterns.fill(None);
        let mut answers = vec![SILENT; self.set.layers.len()];
        let voices = self.hear(request, target, &mut answers);
        let verdict = Verdict::new(self.set, request, &answers);
        match verdict.possible.decision() {
            Decision::Undetermined => {
                let (open, needs) = self.needs(&voices, &answers, &verdict, request, target);
                let possible = verdict.possible;
                Evaluation { possible, layer: None, matched: Vec::new(), open, needs }
            }
            decision => {
                let effect = match decision {
                    Decision::ExplicitlyDenied => Effect::Deny,
                    _ => Effect::Allow,
                };
                let matched = voices
                    .iter()
                    .filter(|voice| voice.matches == Match::Yes && voice.effect == effect)
                    .filter(|voice| verdict.binds(voice.layer));
                let matched = matched.map(|voice| StatementRef(voice.statement)).collect();
                settled(decision, verdict.layer(self.set), matched)
            }
        }
    }

    fn hear(
        &mut self,
        request: &RequestContext,
        target: Target<'_>,
        answers: &mut [LayerAnswer],
    ) -> Vec<Voice> {
        let set = self.set;
        let mut voices = Vec::new();
        for index in self.statements_for(&request.action) {
            let position = usize::try_from(index).unwrap_or(usize::MAX);
            let Some(statement) = set.statements.get(position) else { continue };
            let matches = self.statement_matches(statement, request, target);
            if matches == Match::No {
                continue;
            }
            let (layer, effect) = (statement.layer, statement.effect);
            if let Some(answer) = answers.get_mut(layer) {
                answer.add(statement, matches, &request.principal);
            }
            voices.push(Voice { statement: index, layer, effect, matches });
        }
        voices
    }

    /// The statements whose action element covers the action. Owned, since judging them needs the
    /// memory of the evaluator.
    fn statements_for(&mut self, action: &str) -> Box<[u32]> {
        if let Some(statements) = self.memory.by_action.get(action) {
            return statements.clone();
        }
        let statements = self.set.statements_for(action);
        self.memory.by_action.insert(action.into(), statements.clone());
        statements
    }

    fn statement_matches(
        &mut self,
        statement: &CompiledStatement,
        request: &RequestContext,
        target: Target<'_>,
    ) -> Match {
        let principal = self.principal_matches(statement, &request.principal);
        let mut matches = principal.and(self.resource_matches(statement, request, target));
        for condition in &statement.conditions {
            if matches == Match::No {
                break;
            }
            matches = matches.and(self.condition_holds(*condition, request));
        }
        matches
    }

    fn principal_matches(&self, statement: &CompiledStatement, principal: &Principal) -> Match {
        let Some(block) = &statement.principal else {
            // Only policies of resources must say whom they mean.
            return Match::from(statement.policy_type != PolicyType::Resource);
        };
        // A Deny with NotPrincipal hits everybody who has a permissions boundary.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        if block.negated && statement.effect == Effect::Deny && self.set.has_boundary() {
            return Match::Yes;
        }
        block.matches(principal)
    }

    pub(crate) fn resource_matches(
        &mut self,
        statement: &CompiledStatement,
        request: &RequestContext,
        target: Target<'_>,
    ) -> Match {
        let Some(resource) = &statement.resource else { return Match::Yes };
        let mut covered = Match::No;
        let mut nameless = false;
        for &pattern in &resource.patterns {
            covered = covered.or(self.pattern_matches(pattern, request, target));
            nameless |= resource.negated && self.lacks_value(pattern, request);
        }
        match (resource.negated, covered) {
            (false, covered) => covered,
            // A variable without value under NotResource: that it "will not match any resource"
            // may mean that the statement applies to all or that it never does. A Deny that does
            // not apply, or an Allow that does, would be a guess.
            (true, Match::No) if nameless => Match::Unknown,
            (true, covered) => !covered,
        }
    }

    fn lacks_value(&self, pattern: usize, request: &RequestContext) -> bool {
        let pattern = self.set.patterns.get(pattern);
        pattern.is_some_and(|pattern| pattern.valueless(request).next().is_some())
    }

    fn pattern_matches(
        &mut self,
        pattern: usize,
        request: &RequestContext,
        target: Target<'_>,
    ) -> Match {
        let (Some(memory), Some(compiled)) =
            (self.memory.patterns.get_mut(pattern), self.set.patterns.get(pattern))
        else {
            return Match::Unknown;
        };
        *memory.get_or_insert_with(|| compiled.matches(target, request))
    }

    pub(crate) fn condition_holds(&mut self, condition: usize, request: &RequestContext) -> Match {
        let (Some(memory), Some(compiled)) =
            (self.memory.conditions.get_mut(condition), self.set.conditions.get(condition))
        else {
            return Match::Unknown;
        };
        *memory.get_or_insert_with(|| compiled.holds(request))
    }

    pub(crate) fn forget_resource(&mut self) {
        self.memory.patterns.fill(None);
    }

    /// The statements that leave the decision open, and their unsettled parts, which would settle
    /// it.
    fn needs(
        &mut self,
        voices: &[Voice],
        answers: &[LayerAnswer],
        verdict: &Verdict,
        request: &RequestContext,
        target: Target<'_>,
    ) -> (Vec<StatementRef>, Vec<String>) {
        let set = self.set;
        let mut open = Vec::new();
        let mut needs = Vec::new();
        for voice in voices.iter().filter(|voice| voice.matches == Match::Unknown) {
            let answer = answers.get(voice.layer).copied().unwrap_or(SILENT);
            let matters = verdict.binds(voice.layer)
                && match voice.effect {
                    Effect::Deny => verdict.deny == Match::Unknown,
                    Effect::Allow => answer.allow == Match::Unknown,
                };
            let position = usize::try_from(voice.statement).unwrap_or(usize::MAX);
            let Some(statement) = set.statements.get(position).filter(|_| matters) else {
                continue;
            };
            open.push(StatementRef(voice.statement));
            if self.resource_matches(statement, request, target) == Match::Unknown {
                needs.extend(self.resource_needs(statement, request));
            }
            for &condition in &statement.conditions {
                if self.condition_holds(condition, request) == Match::Unknown {
                    let compiled = set.conditions.get(condition);
                    let keys = compiled.into_iter().flat_map(|c| c.unsettled(request));
                    needs.extend(keys.map(str::to_owned));
                }
            }
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
        let excluded = statement.resource.iter().filter(|resource| resource.negated);
        let excluded = excluded.flat_map(|resource| &resource.patterns);
        let excluded = excluded.filter_map(|&pattern| self.set.patterns.get(pattern));
        needs.extend(excluded.flat_map(|pattern| pattern.valueless(request)).map(str::to_owned));
        let open = matches!(request.resource, ResourceValue::Like(_) | ResourceValue::Unknown);
        if open || needs.is_empty() {
            needs.push("resource".to_owned());
        }
        needs
    }
}

impl LayerAnswer {
    fn add(&mut self, statement: &CompiledStatement, matches: Match, principal: &Principal) {
        if statement.effect == Effect::Deny {
            self.deny = self.deny.or(matches);
            return;
        }
        self.allow = self.allow.or(matches);
        let named = match &statement.principal {
            Some(block) if !block.negated => block.names(principal),
            Some(_) => Named::Exactly,
            None => Named::No,
        };
        match named {
            Named::Exactly => self.allow_exactly = self.allow_exactly.or(matches),
            Named::AsRole => self.allow_as_role = self.allow_as_role.or(matches),
            Named::Account | Named::No => {}
        }
    }
}

/// The layers put together.
struct Verdict {
    possible: Possible,
    deny: Match,
    /// Per layer type, whether it lets the request pass; in the order of asking.
    gates: BTreeMap<PolicyType, Match>,
    /// Per layer, whether it binds the principal, and its Deny.
    layers: Vec<(bool, Match)>,
}

impl Verdict {
    fn new(set: &PolicySet, request: &RequestContext, answers: &[LayerAnswer]) -> Self {
        let binding = Binding::of(request);
        let layers: Vec<(bool, Match)> = set
            .layers
            .iter()
            .zip(answers)
            .map(|(layer, answer)| (binding.binds(layer.policy_type), answer.deny))
            .collect();
        let deny = Match::any(layers.iter().filter(|(binds, _)| *binds).map(|(_, deny)| *deny));
        let gates = gates(set, answers, &binding);
        let allow = Match::all(gates.values().copied());
        let mut possible = None;
        for (open, decision) in [
            (deny != Match::No, Decision::ExplicitlyDenied),
            (deny != Match::Yes && allow != Match::No, Decision::Allowed),
            (deny != Match::Yes && allow != Match::Yes, Decision::ImplicitlyDenied),
        ] {
            if open {
                let this = Possible::of(decision);
                possible = Some(possible.map_or(this, |others: Possible| others.or(this)));
            }
        }
        // One of the three is open whatever the two matches are.
        let possible = possible.unwrap_or(Possible::of(Decision::Undetermined));
        Self { possible, deny, gates, layers }
    }

    fn binds(&self, layer: usize) -> bool {
        self.layers.get(layer).is_some_and(|(binds, _)| *binds)
    }

    /// The layer that settled the decision.
    fn layer(&self, set: &PolicySet) -> Option<PolicyType> {
        if self.deny == Match::Yes {
            let mut layers = set.layers.iter().zip(&self.layers);
            let denying = layers.find(|(_, (binds, deny))| *binds && *deny == Match::Yes);
            return denying.map(|(layer, _)| layer.policy_type);
        }
        let closed = self.gates.iter().find(|(_, gate)| **gate == Match::No);
        Some(closed.map_or(PolicyType::Identity, |(policy_type, _)| *policy_type))
    }
}

/// Which layers have a say over the principal of a request.
struct Binding {
    /// The principal has policies of its own: it is a role, user or session.
    has_identity: bool,
    is_root: bool,
    cross_account: bool,
    scps: bool,
    rcps: bool,
}

impl Binding {
    fn of(request: &RequestContext) -> Self {
        let principal = &request.principal;
        let is_root = matches!(principal, Principal::Root { .. });
        let has_identity = !matches!(principal, Principal::Service { .. } | Principal::Anonymous);
        let service_linked = principal.is_service_linked_role();
        let cross_account = match (&request.resource_account, principal.account()) {
            (Some(owner), Some(own)) => owner != own,
            _ => false,
        };
        let managed_here = |account: Option<&str>| {
            account.is_some() && account == request.management_account.as_deref()
        };
        // SCPs go by the account of the caller, RCPs by that of the resource.
        // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
        let owner = request.resource_account.as_deref().or(principal.account());
        Self {
            has_identity,
            is_root,
            cross_account,
            scps: has_identity && !service_linked && !managed_here(principal.account()),
            rcps: !service_linked && !managed_here(owner),
        }
    }

    fn binds(&self, policy_type: PolicyType) -> bool {
        match policy_type {
            PolicyType::Identity | PolicyType::Boundary | PolicyType::Session => {
                self.has_identity && !self.is_root
            }
            PolicyType::Resource | PolicyType::Endpoint => true,
            PolicyType::Scp => self.scps,
            PolicyType::Rcp => self.rcps,
        }
    }
}

/// Per policy type, whether it lets the request pass.
///
/// Inside one account a resource-based policy may stand in for the identity-based ones; one that
/// names a user or a session itself, or everybody, passes boundary and session policies too, one
/// that names the role does not.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
fn gates(
    set: &PolicySet,
    answers: &[LayerAnswer],
    binding: &Binding,
) -> BTreeMap<PolicyType, Match> {
    let answer_of = |policy_type: PolicyType| {
        let mut layers = set.layers.iter().zip(answers);
        layers.find(|(layer, _)| layer.policy_type == policy_type).map(|(_, answer)| *answer)
    };
    let resource = answer_of(PolicyType::Resource);
    let granted = resource.unwrap_or(SILENT);
    let mut gates = BTreeMap::new();
    let own = match answer_of(PolicyType::Identity) {
        _ if binding.is_root => Match::Yes,
        Some(answer) if binding.has_identity => answer.allow,
        _ => Match::No,
    };
    // What lets the principal pass without policies of its own, and without a boundary's consent.
    let (instead, beyond) = if binding.cross_account {
        (Match::No, Match::No)
    } else if binding.has_identity {
        (granted.allow_exactly.or(granted.allow_as_role), granted.allow_exactly)
    } else {
        (granted.allow, granted.allow)
    };
    gates.insert(PolicyType::Identity, own.or(instead));
    if binding.cross_account {
        gates.insert(PolicyType::Resource, granted.allow);
    }
    for policy_type in [PolicyType::Boundary, PolicyType::Session] {
        if let (Some(answer), true) = (answer_of(policy_type), binding.binds(policy_type)) {
            gates.insert(policy_type, answer.allow.or(beyond));
        }
    }
    if let Some(answer) = answer_of(PolicyType::Endpoint) {
        gates.insert(PolicyType::Endpoint, answer.allow);
    }
    if binding.scps {
        let levels = set.layers.iter().zip(answers);
        let levels = levels.filter(|(layer, _)| layer.policy_type == PolicyType::Scp);
        gates.insert(PolicyType::Scp, Match::all(levels.map(|(_, answer)| answer.allow)));
    }
    gates
}

fn settled(
    decision: Decision,
    layer: Option<PolicyType>,
    matched: Vec<StatementRef>,
) -> Evaluation {
    let (open, needs) = (Vec::new(), Vec::new());
    Evaluation { possible: Possible::of(decision), layer, matched, open, needs }
}

/// Sorted, each name once; names compare without case.
fn tidy(mut needs: Vec<String>) -> Vec<String> {
    needs.sort_by(|a, b| a.to_lowercase().cmp(&b.to_lowercase()).then_with(|| a.cmp(b)));
    needs.dedup_by(|next, kept| next.eq_ignore_ascii_case(kept));
    needs
}

#[cfg(test)]
mod tests;
