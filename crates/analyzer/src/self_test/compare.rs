//! One record: what AWS said against what the snapshot says.
//!
//! What AWS said is taken for granted, and the question is only whether the snapshot can say the
//! same. So a refusal for the lack of an Allow tells that no Deny matched, whatever keys are
//! unknown, and SCPs that are not in the snapshot matter only to refusals that name them: where AWS
//! permitted a call, they did.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use cloudtrail::Outcome;
use iam_policy::{
    Decision, Evaluation, Evaluator, NamedPolicy, PolicySet, PolicySources, PolicyType, Possible,
    RequestContext, Verdict,
};
use sagemaker_catalog::catalog;

use super::{Comparison, Ours, Refused, Said};
use crate::actor::Actor;
use crate::drift::Deciding;
use crate::judge::resource_texts;
use crate::replay::refusal::Refusal;
use crate::replay::{Replay, Request};
use crate::snapshot::{Attached, Snapshot, Unattached};
use crate::target::allow_everything;

/// Types of SageMaker's resources that can have a policy of their own, by `Put…Policy` or a share of
/// AWS RAM; no snapshot holds it, and it may grant what identity policies do not.
/// <https://docs.aws.amazon.com/ram/latest/userguide/shareable.html#shareable-sagemaker>
const WITH_OWN_POLICY: [&str; 17] = [
    "action",
    "artifact",
    "context",
    "experiment",
    "experiment-trial",
    "experiment-trial-component",
    "feature-group",
    "hub",
    "hub-content",
    "lineage-group",
    "mlflow-app",
    "mlflow-tracking-server",
    "model-card",
    "model-package",
    "model-package-group",
    "partner-app",
    "pipeline",
];

/// Compares records with one snapshot; each principal's policies are compiled once.
#[derive(Debug)]
pub(crate) struct Comparer<'s> {
    snapshot: &'s Snapshot,
    principals: HashMap<String, Result<Bench, Unattached>>,
}

/// What binds one principal, compiled as it is asked for.
#[derive(Debug)]
struct Bench {
    attached: Attached,
    /// All layers, as if none of the organisation's policies were missing.
    whole: Evaluator<PolicySet>,
    /// Single layers, or single policies of them; none where the principal has no such layer.
    layers: HashMap<Question, Option<Evaluator<PolicySet>>>,
}

/// A layer, or one policy of it.
type Question = (PolicyType, Option<String>);

impl<'s> Comparer<'s> {
    pub(crate) fn new(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, principals: HashMap::new() }
    }

    /// What AWS said of a record, and how it compares; nothing where a call failed for another
    /// reason.
    pub(crate) fn compare(
        &mut self,
        actor: &Actor,
        replay: &Replay,
        outcome: Outcome,
    ) -> Option<(Said, Comparison)> {
        let said = said(outcome, replay.refusal.as_ref())?;
        let bench = match self.principals.entry(actor.key()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.snapshot.attached(actor).map(Bench::new)),
        };
        let result = match &said {
            Said::RefusedUnnamed => Comparison::NotCompared("layer_not_named"),
            Said::Refused(refused) => match (layer_of(refused), bench) {
                (None, _) => Comparison::NotCompared("layer_not_in_snapshot"),
                (_, Err(why)) => (*why).into(),
                (Some(layer), Ok(bench)) => bench.refused(replay, refused, layer),
            },
            Said::Permitted => match bench {
                Err(why) => (*why).into(),
                Ok(bench) => bench.permitted(replay),
            },
        };
        Some((said, result))
    }
}

fn said(outcome: Outcome, refusal: Option<&Refusal>) -> Option<Said> {
    match outcome {
        Outcome::Succeeded => Some(Said::Permitted),
        Outcome::Failed => None,
        Outcome::Denied => {
            let named = refusal.and_then(|refusal| {
                let (layer, explicit) = refusal.layer.zip(refusal.explicit)?;
                Some(Refused { layer, explicit, policy: refusal.policy.clone() })
            });
            Some(named.map_or(Said::RefusedUnnamed, Said::Refused))
        }
    }
}

/// The layer that a message names, where a snapshot holds such.
fn layer_of(refused: &Refused) -> Option<PolicyType> {
    match refused.layer {
        "identity-based policy" => Some(PolicyType::Identity),
        "permissions boundary" => Some(PolicyType::Boundary),
        "service control policy" => Some(PolicyType::Scp),
        _ => None,
    }
}

impl Bench {
    fn new(attached: Attached) -> Self {
        let sources = attached.sources_without(Some(PolicyType::Scp));
        let whole = Evaluator::new(PolicySet::compile(&sources));
        Self { attached, whole, layers: HashMap::new() }
    }

    /// AWS refused one of these requests; which, the record may leave open.
    fn refused(&mut self, replay: &Replay, refused: &Refused, layer: PolicyType) -> Comparison {
        let action = replay.refusal.as_ref().and_then(|refusal| refusal.action.as_deref());
        let is_candidate = |request: &&Request| {
            action.is_none_or(|action| request.context.action.eq_ignore_ascii_case(action))
        };
        let question = (layer, refused.policy.clone());
        let candidates = replay.requests.iter().filter(is_candidate);
        candidates
            .map(|request| self.refusal_of(&question, refused.explicit, &request.context))
            .reduce(better)
            .unwrap_or(Comparison::NotCompared("layer_not_named"))
    }

    fn refusal_of(
        &mut self,
        question: &Question,
        explicit: bool,
        request: &RequestContext,
    ) -> Comparison {
        if !explicit && is_only(self.whole.decide(request).possible, Decision::ExplicitlyDenied) {
            return self.disagreed(request);
        }
        let Some(evaluator) = self.evaluator(question) else { return self.disagreed(request) };
        let Verdict { possible, layer, .. } = evaluator.decide(request);
        let elsewhere = layer.is_some_and(|layer| layer != question.0);
        let (same, other) = match explicit {
            true => (
                possible.contains(Decision::ExplicitlyDenied),
                possible.contains(Decision::Allowed)
                    || possible.contains(Decision::ImplicitlyDenied),
            ),
            // That no Deny matched is what AWS said.
            false => (
                possible.contains(Decision::ImplicitlyDenied) && !elsewhere,
                possible.contains(Decision::Allowed),
            ),
        };
        match (same, other) {
            (true, false) => Comparison::Agreed,
            (true, true) => Comparison::Open(missing(&evaluator.evaluate(request))),
            (false, _) => self.disagreed(request),
        }
    }

    /// AWS permitted all of these requests.
    fn permitted(&mut self, replay: &Replay) -> Comparison {
        let mut worst = Comparison::Agreed;
        for request in &replay.requests {
            worst = match (worst, self.permission_of(request)) {
                (Comparison::Disagreed(ours), _) | (_, Comparison::Disagreed(ours)) => {
                    return Comparison::Disagreed(ours);
                }
                (Comparison::Open(why), _) | (_, Comparison::Open(why)) => Comparison::Open(why),
                (other, _) => other,
            };
        }
        worst
    }

    fn permission_of(&mut self, request: &Request) -> Comparison {
        let Verdict { possible, layer, .. } = self.whole.decide(&request.context);
        if is_only(possible, Decision::Allowed) {
            return Comparison::Agreed;
        }
        if possible.contains(Decision::Allowed) {
            return Comparison::Open(missing(&self.whole.evaluate(&request.context)));
        }
        // SCPs bind whatever the resource's policy says.
        let by_resource = possible.contains(Decision::ImplicitlyDenied)
            && layer != Some(PolicyType::Scp)
            && may_have_policy(&request.context);
        match by_resource {
            true => Comparison::Open("the resource's policy is not in the snapshot".to_owned()),
            false => self.disagreed(&request.context),
        }
    }

    fn disagreed(&mut self, request: &RequestContext) -> Comparison {
        let evaluation = self.whole.evaluate(request);
        // Beside the lack of an Allow, the Allows of other layers explain nothing.
        let by_statement =
            matches!(evaluation.decision(), Decision::Allowed | Decision::ExplicitlyDenied);
        let first = evaluation.matched.first().filter(|_| by_statement);
        let deciding = first.and_then(|statement| self.whole.set().place(*statement));
        let deciding = deciding.as_ref().map(Deciding::of);
        Comparison::Disagreed(Ours {
            action: request.action.clone(),
            decision: evaluation.decision(),
            layer: evaluation.layer,
            policy: deciding.as_ref().map(|deciding| deciding.policy.clone()),
            statement: deciding.map(|deciding| deciding.name),
            rests_on: evaluation.rests_on.iter().map(|choice| choice.name()).collect(),
        })
    }

    fn evaluator(&mut self, question: &Question) -> Option<&mut Evaluator<PolicySet>> {
        let attached = &self.attached;
        let known = self.layers.entry(question.clone());
        let known = known.or_insert_with(|| {
            let sources = sources_of(attached, question)?;
            Some(Evaluator::new(PolicySet::compile(&sources)))
        });
        known.as_mut()
    }
}

/// The policies of one layer, or one of them, beside nothing that would refuse by itself.
fn sources_of(attached: &Attached, (layer, policy): &Question) -> Option<PolicySources> {
    let all = attached.sources();
    let named = |policies: &[NamedPolicy]| {
        let Some(name) = policy else { return policies.to_vec() };
        let wanted = |policy: &&NamedPolicy| {
            // Among what is missing may be the one that is meant.
            *policy.name == **name || attached.gap(*layer).is_some_and(|g| *policy.name == *g.why)
        };
        policies.iter().filter(wanted).cloned().collect()
    };
    let is_empty = |policies: &[NamedPolicy]| policy.is_some() && policies.is_empty();
    let identity = vec![allow_everything("everything")];
    let sources = match layer {
        PolicyType::Identity => {
            let identity = named(&all.identity);
            if is_empty(&identity) {
                return None;
            }
            PolicySources { identity, ..PolicySources::default() }
        }
        PolicyType::Boundary => {
            let boundary = named(all.boundary.as_deref()?);
            if is_empty(&boundary) {
                return None;
            }
            PolicySources { identity, boundary: Some(boundary), ..PolicySources::default() }
        }
        _ => {
            let levels: Vec<Vec<NamedPolicy>> = all.scps.iter().map(|level| named(level)).collect();
            let scps: Vec<_> = levels.into_iter().filter(|level| !is_empty(level)).collect();
            if scps.is_empty() {
                return None;
            }
            PolicySources { identity, scps, ..PolicySources::default() }
        }
    };
    Some(sources)
}

/// The better of two: AWS refused for one of them, and either may be it.
fn better(one: Comparison, two: Comparison) -> Comparison {
    let rank = |comparison: &Comparison| match comparison {
        Comparison::Agreed => 0,
        Comparison::Open(_) => 1,
        Comparison::Disagreed(_) => 2,
        Comparison::NotCompared(_) => 3,
    };
    if rank(&two) < rank(&one) { two } else { one }
}

fn is_only(possible: Possible, decision: Decision) -> bool {
    possible == Possible::of(decision)
}

/// What would settle an open decision.
fn missing(evaluation: &Evaluation) -> String {
    match evaluation.needs.as_slice() {
        [] => "a question that AWS's pages leave open".to_owned(),
        needs => needs.join(", "),
    }
}

/// Whether the resource may have a policy that grants by itself. Not so a role that is passed: who
/// may pass it, its trust policy does not say.
fn may_have_policy(request: &RequestContext) -> bool {
    let sagemaker = request.action.to_lowercase().starts_with("sagemaker");
    let texts = resource_texts(&request.resource);
    let types = texts.iter().map(|arn| catalog().resource_type_of_arn(arn));
    let own = |kind: Option<&str>| kind.is_some_and(|kind| WITH_OWN_POLICY.contains(&kind));
    sagemaker && (texts.is_empty() || types.into_iter().any(own))
}
