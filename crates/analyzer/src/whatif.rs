//! What if a policy set were another: which real calls would change their verdict.
//!
//! Each record is read once and judged by both sets, the *baseline* and the new one. It is replayed
//! once where both state the same facts and have the same catalog, which is nearly always so. A change
//! is told per principal, action and reason, with what it does ([`Effect`]): it *breaks* what AWS
//! permitted and the baseline does not refuse, and so on. Only what the record itself shows counts:
//! what other records settle of it is left open by both sets.

mod report;

pub use report::{Change, Report};

use chrono::{DateTime, Utc};
use cloudtrail::{Limits, Outcome, Record, RecordError};
use iam_policy::{ContextValue, Decision, Principal, json};

use crate::actor::Actor;
use crate::call::Call;
use crate::drift::{Deciding, Drift, reason};
use crate::evaluators::Evaluators;
use crate::finding::Code;
use crate::judge::{
    Admission, Filter, Gate, deciding, event_id, half_of, record_hash, resource_texts,
};
use crate::replay::{Replay, Request};
use crate::target::TargetSet;

/// Keys that a row which stands for several calls does not tell: whose, and when.
const HIDDEN: [&str; 6] = [
    "aws:userid",
    "aws:SourceIdentity",
    "aws:TokenIssueTime",
    "aws:MultiFactorAuthAge",
    "aws:CurrentTime",
    "aws:EpochTime",
];

/// How many of them one that stands for a single call does not tell.
const HIDDEN_OF_ONE: usize = 4;

/// What a change of a verdict does. The worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// AWS permitted the call and the baseline does not refuse it; the new set does.
    Breaks,
    /// AWS permitted the call and the baseline does not refuse it; whether the new set does, the
    /// record does not tell.
    MayBreak,
    /// The baseline refuses the call; the new set does not.
    Permits,
    /// Anything else: of calls that AWS refused or that failed, or that are no longer judged.
    Other,
}

impl Effect {
    /// Every effect, the worst first.
    pub const ALL: [Self; 4] = [Self::Breaks, Self::MayBreak, Self::Permits, Self::Other];

    /// The one spelling, in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaks => "breaks",
            Self::MayBreak => "may_break",
            Self::Permits => "permits",
            Self::Other => "other",
        }
    }

    /// What it does that the decisions differ so.
    fn of(outcome: Outcome, old: Option<Decision>, new: Option<Decision>) -> Self {
        let permitted = outcome == Outcome::Succeeded && !is_denied(old);
        match new {
            _ if is_denied(old) && new == Some(Decision::Allowed) => Self::Permits,
            new if permitted && is_denied(new) => Self::Breaks,
            Some(Decision::Undetermined) if permitted => Self::MayBreak,
            _ => Self::Other,
        }
    }
}

fn is_denied(decision: Option<Decision>) -> bool {
    matches!(decision, Some(Decision::ImplicitlyDenied | Decision::ExplicitlyDenied))
}

/// One record, judged by both sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Half of the record's hash: a record is delivered at least once.
    pub record: u128,
    /// The event.
    pub event_id: String,
    /// When it happened.
    pub event_time: DateTime<Utc>,
    /// Who called.
    pub principal: String,
    /// What AWS answered.
    pub outcome: Outcome,
    /// The requests whose verdict is another.
    pub changed: Vec<Changed>,
}

/// One request, of which the sets say different things.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// What was asked for.
    pub action: String,
    /// On what.
    pub resources: Vec<String>,
    /// What the baseline says; `None` where it judges nobody of that name.
    pub old: Option<Decision>,
    /// What the new set says.
    pub new: Option<Decision>,
    /// Why the new set does not allow it, or what of it does.
    pub why: Why,
    /// The values of the failing key.
    pub observed: Vec<String>,
}

/// The reason behind the decision of the new set.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Why {
    /// What the refusal would be found as.
    pub code: Option<Code>,
    /// The condition key that fails; of an open decision the keys that are missing.
    pub key: Option<String>,
    /// What the statement asks of it.
    pub wanted: Vec<String>,
    /// The policy of the statement.
    pub policy: Option<String>,
    /// The statement: its `Sid`, else its position.
    pub statement: Option<String>,
}

/// What became of a record.
#[derive(Debug)]
pub enum Outlook {
    /// Both sets have judged it.
    Compared(Compared),
    /// Another service, no call, or not asked for.
    OutOfScope,
    /// It cannot be read.
    Rejected(RecordError),
}

/// Judges records by two sets.
#[derive(Debug)]
pub struct WhatIf<'t> {
    gate: Gate,
    old: Side<'t>,
    new: Side<'t>,
    /// Whether both sets make the same requests of a record.
    same_requests: bool,
}

#[derive(Debug)]
struct Side<'t> {
    target: &'t TargetSet,
    evaluators: Evaluators<'t>,
    replay: Replay,
}

impl<'t> Side<'t> {
    fn new(target: &'t TargetSet) -> Self {
        Self { target, evaluators: Evaluators::new(target), replay: Replay::default() }
    }

    fn replay(&mut self, record: &Record<'_>, parameters: Option<&json::Node<'_>>, actor: &Actor) {
        self.replay.replay(record, parameters, actor, &self.target.facts, &self.target.catalog);
    }
}

impl<'t> WhatIf<'t> {
    /// For two sets, the baseline first, and the calls that are asked for.
    #[must_use]
    pub fn new(old: &'t TargetSet, new: &'t TargetSet, limits: Limits, filter: Filter) -> Self {
        let same_requests = old.asks_as(new);
        let gate = Gate { limits, filter };
        Self { gate, old: Side::new(old), new: Side::new(new), same_requests }
    }

    /// Judges one record of an object that was delivered at the given time.
    pub fn record(&mut self, slice: &[u8], delivered_at: Option<DateTime<Utc>>) -> Outlook {
        let (record, actor) = match self.gate.admit(slice, delivered_at) {
            Ok(Admission::Call(record, actor)) => (record, actor),
            Ok(Admission::Filtered(_) | Admission::Other(_)) => return Outlook::OutOfScope,
            Err(error) => return Outlook::Rejected(error),
        };
        let parameters = record.request_parameters.and_then(|text| json::parse(text).ok());
        self.new.replay(&record, parameters.as_ref(), &actor);
        let new = std::mem::take(&mut self.new.replay);
        let old = (!self.same_requests).then(|| {
            self.old.replay(&record, parameters.as_ref(), &actor);
            std::mem::take(&mut self.old.replay)
        });
        let old_requests = old.as_ref().map_or(&new.requests, |old| &old.requests);
        let hash = record_hash(record.raw);
        let mut compared = Compared {
            record: half_of(&hash),
            event_id: event_id(&record, &hash),
            event_time: record.event_time,
            principal: actor.arn.clone(),
            outcome: record.outcome(),
            changed: Vec::new(),
        };
        // Of a refused call only the refused request says anything: AWS did not come to the rest.
        let reached = if compared.outcome == Outcome::Denied { 1 } else { usize::MAX };
        for (index, request) in new.requests.iter().enumerate().take(reached) {
            let same = |before: &&Request| before.context.action == request.context.action;
            let before = old_requests.get(index).filter(same).unwrap_or(request);
            compared.changed.extend(self.changed(&actor, before, request));
        }
        if let Some(old) = old {
            self.old.replay = old;
        }
        self.new.replay = new;
        Outlook::Compared(compared)
    }

    /// Judges a row of `calls`; `None` for rows that do not tell enough of the request.
    pub fn call(&mut self, call: &Call) -> Option<Compared> {
        self.row(call, &[])
    }

    /// Judges a row that stands for so many calls and hides whose they were and, of several, when: these
    /// keys are unknown.
    pub fn observed(&mut self, call: &Call, calls: u64) -> Option<Compared> {
        // Those of time stand behind.
        let hidden = if calls > 1 { HIDDEN.len() } else { HIDDEN_OF_ONE };
        self.row(call, HIDDEN.get(..hidden).unwrap_or_default())
    }

    fn row(&mut self, call: &Call, hidden: &[&str]) -> Option<Compared> {
        let actor = Actor::of(&call.record());
        // What tells a user is no session's name.
        let is_user = matches!(actor.principal, Principal::User { .. });
        let hidden = hidden.iter().filter(|key| !(is_user && **key == "aws:userid"));
        let request = |target: &TargetSet| {
            let mut request = call.request(&target.facts, &target.catalog)?;
            hidden.clone().for_each(|key| request.context.set(key, ContextValue::Unknown));
            Some(request)
        };
        let (before, request) = (request(self.old.target)?, request(self.new.target)?);
        let reached = call.outcome != Outcome::Denied || call.request_index == 0;
        let changed = if reached { self.changed(&actor, &before, &request) } else { None };
        Some(Compared {
            record: half_of(&call.record_hash),
            event_id: call.event_id.clone(),
            event_time: call.event_time,
            principal: call.principal.clone(),
            outcome: call.outcome,
            changed: changed.into_iter().collect(),
        })
    }

    fn changed(&mut self, actor: &Actor, before: &Request, request: &Request) -> Option<Changed> {
        let old_bound = self.old.evaluators.bound(actor);
        let old = self.old.evaluators.of(&old_bound);
        let old = old.map(|evaluator| evaluator.evaluate(&before.context).verdict());
        let new_bound = self.new.evaluators.bound(actor);
        let mut evaluator = self.new.evaluators.of(&new_bound);
        let evaluation = evaluator.as_mut().map(|evaluator| evaluator.evaluate(&request.context));
        let new = evaluation.as_ref().map(iam_policy::Evaluation::verdict);
        // Which kind of refusal it is is no news.
        if old == new || (is_denied(old) && is_denied(new)) {
            return None;
        }
        let (why, observed) = match (evaluator, &evaluation) {
            (Some(evaluator), Some(evaluation)) => match reason(evaluator, request, evaluation) {
                Some(drift) => Why::not_allowed(drift),
                None => (Why::by(deciding(evaluator, evaluation)), Vec::new()),
            },
            _ => Default::default(),
        };
        let resources = resource_texts(&request.context.resource);
        let action = request.context.action.clone();
        Some(Changed { action, resources, old, new, why, observed })
    }
}

impl Why {
    /// With the values observed.
    fn not_allowed(drift: Drift) -> (Self, Vec<String>) {
        let Drift { code, key, wanted, observed, statement, .. } = drift;
        (Self { code: Some(code), key, wanted, ..Self::by(statement) }, observed)
    }

    fn by(statement: Option<Deciding>) -> Self {
        let (policy, name) = statement.map(|statement| (statement.policy, statement.name)).unzip();
        Self { policy, statement: name, ..Self::default() }
    }
}

impl Changed {
    /// What it does.
    #[must_use]
    pub fn effect(&self, outcome: Outcome) -> Effect {
        Effect::of(outcome, self.old, self.new)
    }
}

#[cfg(test)]
mod tests;
