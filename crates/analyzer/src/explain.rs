//! What one record became: the requests, every context key with where its value comes from, the
//! policies in effect, the decisions and why.
//!
//! The record is judged by the main path, and what that made of it is told. Two things are asked
//! for afterwards, so that judging a million records pays nothing for them: the reasons, for which
//! the same evaluator takes each request once more, and where a value comes from, by the same table
//! that the replay reads ([`origin`]).

mod origin;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use cloudtrail::{Outcome, RecordError, parse_record};
use iam_policy::{ContextValue, Decision, Evaluator, PolicySet, PolicyType, RequestContext};

use crate::actor::Actor;
use crate::call::Call;
use crate::finding::Finding;
use crate::judge::{Judge, Sink, Verdict};
use crate::replay::RequestKind;

pub use origin::Origin;
use origin::Origins;

/// One record, explained.
#[derive(Clone, Debug)]
pub struct RecordExplanation {
    /// `eventID`; for a record without one, a hash of it.
    pub event_id: String,
    /// When the call was completed.
    pub event_time: DateTime<Utc>,
    /// `eventSource`.
    pub event_source: String,
    /// `eventName`.
    pub event_name: String,
    /// The account the call was recorded in.
    pub account: String,
    /// The region it was made to.
    pub region: String,
    /// ARN of the identity that carries the policies.
    pub principal: String,
    /// What AWS answered.
    pub outcome: Outcome,
    /// `errorCode`, where it failed.
    pub error_code: Option<String>,
    /// `errorMessage`, where it failed.
    pub error_message: Option<String>,
    /// Why the principal is not judged, when it is not.
    pub not_judged: Option<String>,
    /// Why the principal never violates, when it is exempt.
    pub exempt: Option<String>,
    /// The policies in effect: type and name, in the order in which they are asked.
    pub policies: Vec<(PolicyType, String)>,
    /// The requests, in the order of their index.
    pub requests: Vec<RequestExplanation>,
}

/// One request of a record, explained.
#[derive(Clone, Debug)]
pub struct RequestExplanation {
    /// How it came about.
    pub kind: RequestKind,
    /// What IAM was asked.
    pub context: RequestContext,
    /// Its keys, sorted; a family of keys ends in `*`.
    pub keys: Vec<KeyExplanation>,
    /// The decision and why; nothing where the principal is not judged.
    pub decided: Option<Decided>,
    /// What is reported of it.
    pub findings: Vec<Finding>,
}

/// A context key and where its value comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyExplanation {
    /// The key.
    pub key: String,
    /// What is known of it.
    pub value: ContextValue,
    /// Why.
    pub origin: Origin,
}

/// The decision about a request and why, in both its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// For people, a few lines.
    pub text: String,
    /// For programs, as [`iam_policy::Explanation::to_json`] prints it.
    pub json: String,
}

/// Why there is nothing to explain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The record cannot be read.
    #[error("the record is unreadable: {0}")]
    Rejected(RecordError),
    /// It is no call of SageMaker.
    #[error("the record is no call of SageMaker")]
    OutOfScope,
}

impl Judge<'_> {
    /// Judges one record and tells everything about it.
    ///
    /// # Errors
    /// [`ExplainError`] for a record that is not judged at all.
    pub fn explain(
        &mut self,
        slice: &[u8],
        delivered_at: Option<DateTime<Utc>>,
    ) -> Result<RecordExplanation, ExplainError> {
        let mut rows = Rows::default();
        match self.judge(slice, delivered_at, &mut rows) {
            Verdict::Rejected(error) => return Err(ExplainError::Rejected(error)),
            Verdict::OutOfScope { .. } => return Err(ExplainError::OutOfScope),
            Verdict::Evaluated { .. } => {}
        }
        let record = parse_record(slice, &self.limits).map_err(ExplainError::Rejected)?;
        let actor = Actor::of(&record);
        let set = self.matched.bound(self.target, &actor).policies.clone().ok();
        let parameters =
            record.request_parameters.and_then(|text| iam_policy::json::parse(text).ok());
        let origins = Origins::new(
            &record,
            parameters.as_ref(),
            &self.replay,
            &self.target.facts,
            self.catalog,
        );
        let mut evaluator = set.as_ref().map(|set| Evaluator::new(Arc::clone(set)));
        let mut requests = Vec::new();
        for (index, request) in (0_u32..).zip(&self.replay.requests) {
            let decided = evaluator.as_mut().map(|evaluator| decide(evaluator, &request.context));
            let findings = rows.findings.iter().filter(|finding| finding.request_index == index);
            requests.push(RequestExplanation {
                kind: request.kind,
                context: request.context.clone(),
                keys: keys(request, &origins),
                decided,
                findings: findings.cloned().collect(),
            });
        }
        let call = rows.calls.first().ok_or(ExplainError::OutOfScope)?;
        let policies = set.as_deref().into_iter().flat_map(PolicySet::policies);
        Ok(RecordExplanation {
            event_id: call.event_id.clone(),
            event_time: call.event_time,
            event_source: call.event_source.clone(),
            event_name: call.event_name.clone(),
            account: call.account.clone(),
            region: call.region.clone(),
            principal: call.principal.clone(),
            outcome: call.outcome,
            error_code: call.error_code.clone(),
            error_message: record.error_message.as_deref().map(str::to_owned),
            not_judged: call.not_judged.clone(),
            exempt: call.exempt.clone(),
            policies: policies.map(|(layer, name)| (layer, name.to_owned())).collect(),
            requests,
        })
    }
}

fn decide(evaluator: &mut Evaluator<Arc<PolicySet>>, context: &RequestContext) -> Decided {
    let explanation = evaluator.explain(context);
    Decided {
        decision: explanation.evaluation.decision(),
        text: explanation.to_string(),
        json: explanation.to_json(),
    }
}

fn keys(request: &crate::replay::Request, origins: &Origins<'_>) -> Vec<KeyExplanation> {
    let own = request.context.keys().map(|(key, value)| (key.to_owned(), value));
    let families = request.context.families();
    let families = families.map(|(prefix, value)| (format!("{prefix}*"), value));
    let explained = own.chain(families).map(|(key, value)| KeyExplanation {
        origin: origins.of(request, &key, value),
        value: value.clone(),
        key,
    });
    let mut keys: Vec<KeyExplanation> = explained.collect();
    keys.sort_by_key(|key| key.key.to_lowercase());
    keys
}

/// The rows of a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows {
    pub(crate) calls: Vec<Call>,
    pub(crate) findings: Vec<Finding>,
}

impl Sink for Rows {
    fn call(&mut self, call: Call) {
        self.calls.push(call);
    }

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

#[cfg(test)]
mod tests;
