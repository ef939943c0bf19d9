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
use sagemaker_catalog::Catalog;

use crate::actor::Actor;
use crate::call::Call;
use crate::finding::Finding;
use crate::judge::{Judge, Sink, Verdict};
use crate::replay::alias::deprecated_names;
use crate::replay::{Request, RequestKind};
use crate::resolve::Resolution;
use crate::resource_fact::ResourceFact;

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
    /// What other records settle of them; only a lake holds other records.
    pub resolutions: Vec<Resolution>,
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
    /// The rows of a lake are of a version that does not keep the whole request.
    #[error("the lake was written by a version that does not keep enough of the request")]
    OldRow,
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
        let record = parse_record(slice, &self.gate.limits).map_err(ExplainError::Rejected)?;
        let actor = Actor::of(&record);
        let set = self.evaluators.bound(&actor).policies.clone().ok();
        let parameters =
            record.request_parameters.and_then(|text| iam_policy::json::parse(text).ok());
        let origins = Origins::new(
            &record,
            parameters.as_ref(),
            &self.replay,
            &self.target.facts,
            self.catalog,
        );
        let requests = explained(&self.replay.requests, set.as_ref(), &origins, &rows.findings);
        let call = rows.calls.first().ok_or(ExplainError::OutOfScope)?;
        let error_message = record.error_message.as_deref().map(str::to_owned);
        Ok(explanation(call, error_message, set.as_deref(), requests))
    }

    /// Tells about a record what its rows in a lake still tell, judged by the policies at hand. The
    /// rows are those of one record in the order of their index, with the findings about it.
    ///
    /// # Errors
    /// [`ExplainError::OutOfScope`] where there is no row, [`ExplainError::OldRow`] for rows that do
    /// not tell enough.
    pub fn explain_rows(
        &mut self,
        calls: &[Call],
        findings: &[Finding],
    ) -> Result<RecordExplanation, ExplainError> {
        let first = calls.first().ok_or(ExplainError::OutOfScope)?;
        let facts = &self.target.facts;
        let requests = calls.iter().map(|call| {
            let mut request = call.request(facts, self.catalog)?;
            set_absent_keys(&mut request, call, self.catalog);
            Some(request)
        });
        let requests: Option<Vec<Request>> = requests.collect();
        let requests = requests.ok_or(ExplainError::OldRow)?;
        let record = first.record();
        let actor = Actor::of(&record);
        let set = self.evaluators.bound(&actor).policies.clone().ok();
        let origins = Origins::of_rows(&record, facts, self.catalog);
        let requests = explained(&requests, set.as_ref(), &origins, findings);
        Ok(explanation(first, None, set.as_deref(), requests))
    }
}

/// Names the keys that the action may have and the call had not: a row leaves them out.
fn set_absent_keys(request: &mut Request, call: &Call, catalog: &Catalog) {
    let action = catalog.event(&call.event_source, &call.event_name).action;
    let of_action = matches!(request.kind, RequestKind::Primary | RequestKind::ExtraResource);
    let keys = action.filter(|_| of_action).into_iter().flat_map(|action| &action.keys);
    for key in keys.map(|rule| rule.key.as_str()).filter(|key| !key.contains("${")) {
        for name in deprecated_names(key).chain([key]) {
            if *request.context.value(name) == ContextValue::Absent {
                request.context.set(name, ContextValue::Absent);
            }
        }
    }
}

fn explanation(
    call: &Call,
    error_message: Option<String>,
    set: Option<&PolicySet>,
    requests: Vec<RequestExplanation>,
) -> RecordExplanation {
    let policies = set.into_iter().flat_map(PolicySet::policies);
    RecordExplanation {
        event_id: call.event_id.clone(),
        event_time: call.event_time,
        event_source: call.event_source.clone(),
        event_name: call.event_name.clone(),
        account: call.account.clone(),
        region: call.region.clone(),
        principal: call.principal.clone(),
        outcome: call.outcome,
        error_code: call.error_code.clone(),
        error_message,
        not_judged: call.not_judged.clone(),
        exempt: call.exempt.clone(),
        policies: policies.map(|(layer, name)| (layer, name.to_owned())).collect(),
        requests,
        resolutions: Vec::new(),
    }
}

fn explained(
    requests: &[Request],
    set: Option<&Arc<PolicySet>>,
    origins: &Origins<'_>,
    findings: &[Finding],
) -> Vec<RequestExplanation> {
    let mut evaluator = set.map(|set| Evaluator::new(Arc::clone(set)));
    let explain = |(index, request): (u32, &Request)| {
        let findings = findings.iter().filter(|finding| finding.request_index == index);
        RequestExplanation {
            kind: request.kind,
            context: request.context.clone(),
            keys: keys(request, origins),
            decided: evaluator.as_mut().map(|evaluator| decide(evaluator, &request.context)),
            findings: findings.cloned().collect(),
        }
    };
    (0_u32..).zip(requests).map(explain).collect()
}

fn decide(evaluator: &mut Evaluator<Arc<PolicySet>>, context: &RequestContext) -> Decided {
    let explanation = evaluator.explain(context);
    Decided {
        decision: explanation.evaluation.decision(),
        text: explanation.to_string(),
        json: explanation.to_json(),
    }
}

fn keys(request: &Request, origins: &Origins<'_>) -> Vec<KeyExplanation> {
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
    pub(crate) facts: Vec<ResourceFact>,
}

impl Sink for Rows {
    fn call(&mut self, call: Call) {
        self.calls.push(call);
    }

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn fact(&mut self, fact: ResourceFact) {
        self.facts.push(fact);
    }
}

#[cfg(test)]
mod tests;
