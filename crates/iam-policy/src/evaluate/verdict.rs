//! The layers put together: any Deny wins, then every layer that is there must allow.

use crate::decision::{Decision, Possible};
use crate::document::Effect;
use crate::logic::Match;
use crate::policy_set::{CompiledStatement, PolicyType, StatementRef};
use crate::principal::{Named, Principal};
use crate::request::RequestContext;
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
    pub(super) policy_type: PolicyType,
    pub(super) deny: Match,
    pub(super) allow: Match,
    /// Allows of a resource-based policy that name the principal itself, or everybody.
    allow_exactly: Match,
    /// Allows of a resource-based policy that name the principal's role.
    allow_as_role: Match,
}

impl LayerAnswer {
    pub(super) fn silent(policy_type: PolicyType) -> Self {
        let (deny, allow, allow_exactly, allow_as_role) =
            (Match::No, Match::No, Match::No, Match::No);
        Self { policy_type, deny, allow, allow_exactly, allow_as_role }
    }

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
            None => return,
        };
        self.allow_exactly = self.allow_exactly.or(matches.and(exactly));
        self.allow_as_role = self.allow_as_role.or(matches.and(as_role));
    }

    /// Whether anything that its Allows grant is open.
    pub(super) fn is_open(&self) -> bool {
        [self.allow, self.allow_exactly, self.allow_as_role].contains(&Match::Unknown)
    }
}

fn answer_of(policy_type: PolicyType, answers: &[LayerAnswer]) -> Option<&LayerAnswer> {
    answers.iter().find(|answer| answer.policy_type == policy_type)
}

/// What is asked of the layers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'r> {
    pub(super) request: &'r RequestContext,
    pub(super) target: Target<'r>,
    pub(super) rules: ServiceRules,
    pub(super) binding: Binding,
}

/// Everything the layers say together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) possible: Possible,
    /// The layer that settled it, where one did.
    pub(super) layer: Option<PolicyType>,
    pub(super) deny: Match,
    pub(super) rules: ServiceRules,
    binding: Binding,
}

impl Outcome {
    pub(super) fn new(answers: &[LayerAnswer], question: &Question<'_>) -> Self {
        let Question { rules, binding, .. } = *question;
        let (deny, denying) = binding.denies(answers);
        let (possible, layer) = if rules.always_allowed {
            (Possible::of(Decision::Allowed), Some(PolicyType::Service))
        } else if deny == Match::Yes {
            (Possible::of(Decision::ExplicitlyDenied), denying)
        } else {
            let gates = Gates::new(answers, question);
            let settled = deny == Match::No && gates.allow != Match::Unknown;
            let layer = if settled { gates.settling(binding) } else { None };
            (Possible::after(deny, gates.allow), layer)
        };
        Self { possible, layer, deny, rules, binding }
    }

    pub(super) fn binds(&self, layer: &LayerAnswer) -> bool {
        self.binding.binds(layer.policy_type)
    }
}

impl Binding {
    /// Whether a Deny matches in a layer that has a say, and the first such layer where it surely
    /// does.
    fn denies(&self, answers: &[LayerAnswer]) -> (Match, Option<PolicyType>) {
        let mut denies = Match::No;
        for answer in answers {
            if answer.deny == Match::No || !self.binds(answer.policy_type) {
                continue;
            }
            denies = denies.or(match answer.policy_type {
                PolicyType::Rcp => answer.deny.and(self.rcps_apply),
                _ => answer.deny,
            });
            if denies == Match::Yes {
                return (denies, Some(answer.policy_type));
            }
        }
        (denies, None)
    }
}

/// Whether all that must allow does. Each type of policies that is asked is a gate.
///
/// Inside one account a resource-based policy may stand in for the identity-based ones; one that
/// names a user or a session itself, or everybody, passes boundary and session policies too, one
/// that names the role does not.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
#[derive(Clone, Copy, Debug)]
struct Gates {
    allow: Match,
    /// In the order of asking, the first that does not let the request pass.
    closed: Option<PolicyType>,
    /// The resource's policy grants what the principal's own policies do not.
    by_resource: bool,
}

impl Gates {
    fn new(answers: &[LayerAnswer], question: &Question<'_>) -> Self {
        let Question { request, target, rules, binding } = question;
        let mut gates = Self { allow: Match::Yes, closed: None, by_resource: false };
        let resource = answer_of(PolicyType::Resource, answers);
        let own = match answer_of(PolicyType::Identity, answers) {
            _ if binding.is_root => Match::Yes,
            Some(answer) if binding.has_identity => answer.allow,
            _ => Match::No,
        };
        if resource.is_none() && binding.has_identity && own == Match::No {
            // No other gate comes before this one.
            gates.pass(PolicyType::Identity, own);
            return gates;
        }
        let cross_account = binding.cross_account(request);
        // What lets the principal pass without policies of its own, and without a boundary's
        // consent.
        let here = !cross_account;
        let granted = |granted: fn(&LayerAnswer) -> Match| resource.map_or(Match::No, granted);
        let beyond = if binding.has_identity {
            let exactly = granted(|resource| resource.allow_exactly).and(here);
            let instead = exactly.or(granted(|resource| resource.allow_as_role).and(here));
            gates.by_resource = own != Match::Yes && instead == Match::Yes;
            gates.pass(PolicyType::Identity, own.or(instead));
            exactly
        } else {
            // Nobody can attach a policy to a service or an anonymous caller.
            gates.by_resource = true;
            granted(|resource| resource.allow).and(here)
        };
        // Every role and key has a policy: where none is given, the question is about the others.
        let needs_own_policy = resource.map_or(Match::No, |_| rules.needs_own_policy(*target));
        // The resource's policy must allow across accounts, and where the resource is a role or a
        // key.
        let needed = cross_account.or(needs_own_policy).or(Match::from(!binding.has_identity));
        gates.pass(PolicyType::Resource, granted(|resource| resource.allow).or(!needed));
        gates.pass_layers(answers, binding, beyond);
        if let Some(refuses) = rules.refuses(*target) {
            gates.pass(PolicyType::Service, !refuses);
        }
        gates
    }

    /// The gates besides the principal's own policies and the resource's.
    fn pass_layers(&mut self, answers: &[LayerAnswer], binding: &Binding, beyond: Match) {
        if binding.federated && answer_of(PolicyType::Session, answers).is_none() {
            self.pass(PolicyType::Session, beyond);
        }
        for answer in answers {
            let passes = match answer.policy_type {
                PolicyType::Boundary | PolicyType::Session => answer.allow.or(beyond),
                PolicyType::Endpoint | PolicyType::Scp => answer.allow,
                _ => continue,
            };
            if binding.binds(answer.policy_type) {
                self.pass(answer.policy_type, passes);
            }
        }
    }

    fn pass(&mut self, gate: PolicyType, passes: Match) {
        self.allow = self.allow.and(passes);
        if passes == Match::No {
            // The types are ordered as they are asked.
            self.closed = Some(self.closed.map_or(gate, |closed| closed.min(gate)));
        }
    }

    /// The layer that settles what no Deny does.
    fn settling(&self, binding: Binding) -> Option<PolicyType> {
        match self.closed {
            None if self.by_resource => Some(PolicyType::Resource),
            None if binding.is_root => None,
            None => Some(PolicyType::Identity),
            closed => closed,
        }
    }
}
