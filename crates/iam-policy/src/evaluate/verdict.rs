//! The layers put together: any Deny wins, then every layer that is there must allow.

use crate::decision::{Decision, Possible};
use crate::document::Effect;
use crate::logic::Match;
use crate::policy_set::{CompiledStatement, PolicySet, PolicyType, StatementRef};
use crate::principal::{Named, Principal};
use crate::resource::Target;
use crate::service_rule::ServiceRules;

use super::binding::Binding;

/// The decision for one request and what settled it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The decisions still open.
    pub possible: Possible,
    /// As in [`Evaluation::layer`](crate::Evaluation::layer).
    pub layer: Option<PolicyType>,
    /// The first of [`Evaluation::matched`](crate::Evaluation::matched).
    pub statement: Option<StatementRef>,
}

impl Verdict {
    /// The decision, or that there are several.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.possible.decision()
    }

    /// What is known when one of two is the case, but not which.
    pub(super) fn either(self, other: Self) -> Self {
        if self.possible == other.possible {
            return self;
        }
        Self { possible: self.possible.or(other.possible), layer: None, statement: None }
    }
}

/// What one layer says.
#[derive(Clone, Copy, Debug)]
pub(super) struct LayerAnswer {
    pub(super) deny: Match,
    pub(super) allow: Match,
    /// Allows of a resource-based policy that name the principal itself, or everybody.
    allow_exactly: Match,
    /// Allows of a resource-based policy that name the principal's role.
    allow_as_role: Match,
}

impl LayerAnswer {
    pub(super) const SILENT: Self = Self {
        deny: Match::No,
        allow: Match::No,
        allow_exactly: Match::No,
        allow_as_role: Match::No,
    };

    pub(super) fn add(
        &mut self,
        statement: &CompiledStatement,
        matches: Match,
        principal: &Principal,
    ) {
        if statement.effect == Effect::Deny {
            self.deny = self.deny.or(matches);
            return;
        }
        self.allow = self.allow.or(matches);
        // Each way of naming is answered by itself: that one is sure makes no other so.
        let (exactly, as_role) = match &statement.principal {
            Some(block) if !block.negated => (
                block.named_as(principal, Named::Exactly),
                block.named_as(principal, Named::AsRole),
            ),
            Some(_) => (Match::Yes, Match::No),
            None => (Match::No, Match::No),
        };
        self.allow_exactly = self.allow_exactly.or(matches.and(exactly));
        self.allow_as_role = self.allow_as_role.or(matches.and(as_role));
    }

    /// Whether anything that its Allows grant is open.
    pub(super) fn is_open(&self) -> bool {
        [self.allow, self.allow_exactly, self.allow_as_role].contains(&Match::Unknown)
    }
}

/// Everything the layers say together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) possible: Possible,
    pub(super) deny: Match,
    pub(super) always_allowed: bool,
    gates: Gates,
    binding: Binding,
}

impl Outcome {
    pub(super) fn new(
        set: &PolicySet,
        answers: &[LayerAnswer],
        rules: ServiceRules,
        binding: Binding,
        target: Target<'_>,
    ) -> Self {
        let binding_answers =
            set.layers.iter().zip(answers).filter(|(layer, _)| binding.binds(layer.policy_type));
        let deny = Match::any(binding_answers.map(|(layer, answer)| match layer.policy_type {
            PolicyType::Rcp => answer.deny.and(binding.rcps_apply),
            _ => answer.deny,
        }));
        let gates = Gates::new(set, answers, &binding, rules, target);
        let always_allowed = rules.always_allowed;
        let possible = match always_allowed {
            true => Possible::of(Decision::Allowed),
            false => possible(deny, gates.all()),
        };
        Self { possible, deny, always_allowed, gates, binding }
    }

    pub(super) fn binds(&self, set: &PolicySet, layer: usize) -> bool {
        set.layers.get(layer).is_some_and(|layer| self.binding.binds(layer.policy_type))
    }

    /// Whether a rule of the service hangs on which resource it is.
    pub(super) fn resource_decides(&self) -> bool {
        self.gates.of(PolicyType::Service) == Some(Match::Unknown)
    }

    /// The layer that settled the decision.
    pub(super) fn layer(&self, set: &PolicySet, answers: &[LayerAnswer]) -> Option<PolicyType> {
        if self.always_allowed {
            return Some(PolicyType::Service);
        }
        if self.deny == Match::Yes {
            let layers = set.layers.iter().zip(answers).map(|(layer, a)| (layer.policy_type, a));
            let mut binding = layers.filter(|(policy_type, _)| self.binding.binds(*policy_type));
            return binding.find(|(_, answer)| answer.deny == Match::Yes).map(|(layer, _)| layer);
        }
        match self.gates.first_closed() {
            None if self.binding.is_root && !self.gates.by_resource => None,
            None if self.gates.by_resource => Some(PolicyType::Resource),
            None => Some(PolicyType::Identity),
            closed => closed,
        }
    }
}

fn possible(deny: Match, allow: Match) -> Possible {
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
    possible.unwrap_or(Possible::of(Decision::Undetermined))
}

/// In the order of asking.
const TYPES: [PolicyType; 8] = [
    PolicyType::Identity,
    PolicyType::Resource,
    PolicyType::Boundary,
    PolicyType::Session,
    PolicyType::Endpoint,
    PolicyType::Scp,
    PolicyType::Rcp,
    PolicyType::Service,
];

/// Per policy type, whether it lets the request pass; nothing where it is not asked.
///
/// Inside one account a resource-based policy may stand in for the identity-based ones; one that
/// names a user or a session itself, or everybody, passes boundary and session policies too, one
/// that names the role does not.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
#[derive(Clone, Copy, Debug)]
struct Gates {
    passes: [Option<Match>; 8],
    /// The resource's policy grants what the principal's own policies do not.
    by_resource: bool,
}

impl Gates {
    fn new(
        set: &PolicySet,
        answers: &[LayerAnswer],
        binding: &Binding,
        rules: ServiceRules,
        target: Target<'_>,
    ) -> Self {
        let answer_of = |policy_type: PolicyType| {
            let mut layers = set.layers.iter().zip(answers);
            layers.find(|(layer, _)| layer.policy_type == policy_type).map(|(_, answer)| *answer)
        };
        let resource = answer_of(PolicyType::Resource);
        let granted = resource.unwrap_or(LayerAnswer::SILENT);
        // Every role and key has a policy: where none is given, the question is about the others.
        let needs_own_policy = resource.map_or(Match::No, |_| rules.needs_own_policy(target));
        let own = match answer_of(PolicyType::Identity) {
            _ if binding.is_root => Match::Yes,
            Some(answer) if binding.has_identity => answer.allow,
            _ => Match::No,
        };
        // What lets the principal pass without policies of its own, and without a boundary's
        // consent.
        let here = !binding.cross_account;
        let exactly = granted.allow_exactly.and(here);
        let mut gates = Self { passes: [None; 8], by_resource: false };
        let beyond = if binding.has_identity {
            let instead = exactly.or(granted.allow_as_role.and(here));
            gates.by_resource = own != Match::Yes && instead == Match::Yes;
            gates.set(PolicyType::Identity, own.or(instead));
            exactly
        } else {
            // Nobody can attach a policy to a service or an anonymous caller.
            gates.by_resource = true;
            granted.allow.and(here)
        };
        gates.set_resource(granted.allow, binding, needs_own_policy);
        if binding.federated && answer_of(PolicyType::Session).is_none() {
            gates.set(PolicyType::Session, beyond);
        }
        for policy_type in [PolicyType::Boundary, PolicyType::Session] {
            if let (Some(answer), true) = (answer_of(policy_type), binding.binds(policy_type)) {
                gates.set(policy_type, answer.allow.or(beyond));
            }
        }
        if let Some(answer) = answer_of(PolicyType::Endpoint) {
            gates.set(PolicyType::Endpoint, answer.allow);
        }
        if binding.scps {
            let levels = set.layers.iter().zip(answers);
            let levels = levels.filter(|(layer, _)| layer.policy_type == PolicyType::Scp);
            gates.set(PolicyType::Scp, Match::all(levels.map(|(_, answer)| answer.allow)));
        }
        if let Some(refuses) = rules.refuses(target) {
            gates.set(PolicyType::Service, !refuses);
        }
        gates
    }

    /// The resource's policy must allow across accounts, and where the resource is a role or a key.
    fn set_resource(&mut self, allow: Match, binding: &Binding, needs_own_policy: Match) {
        let no_identity = Match::from(!binding.has_identity);
        let needed = binding.cross_account.or(needs_own_policy).or(no_identity);
        if needed != Match::No {
            self.set(PolicyType::Resource, allow.or(!needed));
        }
    }

    fn set(&mut self, policy_type: PolicyType, passes: Match) {
        if let Some(gate) = self.passes.get_mut(policy_type as usize) {
            *gate = Some(passes);
        }
    }

    fn of(&self, policy_type: PolicyType) -> Option<Match> {
        self.passes.get(policy_type as usize).copied().flatten()
    }

    fn all(&self) -> Match {
        Match::all(self.passes.iter().flatten().copied())
    }

    fn first_closed(&self) -> Option<PolicyType> {
        TYPES.into_iter().find(|policy_type| self.of(*policy_type) == Some(Match::No))
    }
}
