//! What if a policy set were another: which real calls would change their verdict.
//!
//! Each record is read once and judged by both sets, the *baseline* and the new one. It is replayed
//! once where both state the same facts and have the same catalog, which is nearly always so. A change
//! is told per principal, action and reason, with what it does ([`Effect`]): it *breaks* what AWS
//! permitted and the baseline does not refuse, and so on. A call is refused when one of its requests is.
//! Only what the record itself shows counts: what other records settle of it is left open by both sets.

mod rejudge;
mod report;

pub use rejudge::Rejudge;
pub use report::{Change, Report};

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use cloudtrail::{Limits, Outcome, Record, RecordError};
use iam_policy::{ContextValue, Decision, json, print_statement};

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

/// Keys of sessions that a row of a pack does not tell.
const HIDDEN: [&str; 4] =
    ["aws:userid", "aws:SourceIdentity", "aws:TokenIssueTime", "aws:MultiFactorAuthAge"];

/// Keys that one which stands for several calls does not tell.
const HIDDEN_TIMES: [&str; 2] = ["aws:CurrentTime", "aws:EpochTime"];

/// What a change of a verdict does. The worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// AWS permitted the call and the baseline does not refuse it; the new set does.
    Breaks,
    /// AWS permitted the call and the baseline does not refuse it; whether the new set does hangs on
    /// something that the record does not tell, and that the baseline does not ask for.
    MayBreak,
    /// The baseline refuses the call; the new set does not.
    Permits,
    /// The baseline refuses the call; whether the new set does, the record does not tell.
    MayPermit,
    /// Anything else: of calls that AWS refused or that failed, that are no longer judged, or that one
    /// set refuses for another request of theirs.
    Other,
}

impl Effect {
    /// The one spelling, in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaks => "breaks",
            Self::MayBreak => "may_break",
            Self::Permits => "permits",
            Self::MayPermit => "may_permit",
            Self::Other => "other",
        }
    }
}

fn is_denied(decision: Option<Decision>) -> bool {
    matches!(decision, Some(Decision::ImplicitlyDenied | Decision::ExplicitlyDenied))
}

/// What a set says of a whole call: all of its requests must be allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stand {
    /// Whether it judges the caller.
    pub judged: bool,
    /// Whether it refuses some request.
    pub refuses: bool,
    /// Whether some request is undetermined.
    pub open: bool,
}

impl Stand {
    fn add(&mut self, decision: Option<Decision>) {
        self.judged |= decision.is_some();
        self.refuses |= is_denied(decision);
        self.open |= decision == Some(Decision::Undetermined);
    }

    /// Of all requests together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            judged: self.judged || other.judged,
            refuses: self.refuses || other.refuses,
            open: self.open || other.open,
        }
    }
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
    /// What the baseline says of it.
    pub old: Stand,
    /// What the new set says of it.
    pub new: Stand,
    /// The requests whose verdict, or doubt, is another.
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
            old: Stand::default(),
            new: Stand::default(),
            changed: Vec::new(),
        };
        // Of a refused call only the refused request says anything: AWS did not come to the rest.
        let reached = if compared.outcome == Outcome::Denied { 1 } else { usize::MAX };
        for (index, request) in new.requests.iter().enumerate().take(reached) {
            let same = |before: &&Request| is_same(before, request);
            let before = old_requests.get(index).filter(same);
            let before = before.or_else(|| old_requests.iter().find(same)).unwrap_or(request);
            self.compare(&actor, before, request, &mut compared);
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
        // Long-term credentials are no session: a user's id tells nobody's name.
        let long_term = call.access_key_id.as_deref().is_some_and(|id| id.starts_with("AKIA"));
        let mut hidden: Vec<&str> = Vec::new();
        hidden.extend(HIDDEN.iter().filter(|_| !long_term));
        hidden.extend(HIDDEN_TIMES.iter().filter(|_| calls > 1));
        self.row(call, &hidden)
    }

    fn row(&mut self, call: &Call, hidden: &[&str]) -> Option<Compared> {
        let actor = Actor::of(&call.record());
        let request = |target: &TargetSet| {
            let mut request = call.request_by(target)?;
            hidden.iter().for_each(|key| request.context.set(key, ContextValue::Unknown));
            Some(request)
        };
        let (before, request) = (request(self.old.target)?, request(self.new.target)?);
        let mut compared = Compared::row(call);
        if is_reached(call) {
            self.compare(&actor, &before, &request, &mut compared);
        }
        Some(compared)
    }

    /// Judges a request by both sets, the baseline as it makes it.
    fn compare(
        &mut self,
        actor: &Actor,
        before: &Request,
        request: &Request,
        compared: &mut Compared,
    ) {
        let (old, doubts) = self.old.verdict(actor, before);
        self.new.compare(actor, request, (old, Some(doubts)), compared);
    }
}

/// Whether two sets mean the same request of a record.
fn is_same(before: &Request, request: &Request) -> bool {
    before.kind == request.kind
        && before.context.action == request.context.action
        && before.context.resource == request.context.resource
}

/// Of a refused call only the refused request says anything: AWS did not come to the rest.
fn is_reached(call: &Call) -> bool {
    call.outcome != Outcome::Denied || call.request_index == 0
}

impl Compared {
    /// Of a row of `calls`, with nothing compared yet.
    fn row(call: &Call) -> Self {
        Self {
            record: half_of(&call.record_hash),
            event_id: call.event_id.clone(),
            event_time: call.event_time,
            principal: call.principal.clone(),
            outcome: call.outcome,
            old: Stand::default(),
            new: Stand::default(),
            changed: Vec::new(),
        }
    }
}

/// What an open decision hangs on: keys that are missing, and statements that may match.
type Doubts = BTreeSet<String>;

impl Side<'_> {
    /// Judges a request, and compares that with a decision and, where they are known, its doubts.
    fn compare(
        &mut self,
        actor: &Actor,
        request: &Request,
        (old, old_doubts): (Option<Decision>, Option<Doubts>),
        compared: &mut Compared,
    ) {
        let (new, doubts) = self.verdict(actor, request);
        compared.old.add(old);
        compared.new.add(new);
        // Which kind of refusal it is is no news; another doubt is.
        let same = old == new || (is_denied(old) && is_denied(new));
        if same && old_doubts.is_none_or(|old_doubts| old_doubts == doubts) {
            return;
        }
        let (why, observed) = self.why(actor, request);
        let resources = resource_texts(&request.context.resource);
        let action = request.context.action.clone();
        compared.changed.push(Changed { action, resources, old, new, why, observed });
    }

    fn verdict(&mut self, actor: &Actor, request: &Request) -> (Option<Decision>, Doubts) {
        let bound = self.evaluators.bound(actor);
        let Some(evaluator) = self.evaluators.of(&bound) else { return (None, Doubts::new()) };
        let evaluation = evaluator.evaluate(&request.context);
        let verdict = evaluation.verdict();
        let mut doubts = Doubts::new();
        if verdict == Decision::Undetermined {
            let places = evaluation.open.iter().filter_map(|open| evaluator.set().place(*open));
            doubts.extend(places.map(|place| print_statement(place.statement)));
            doubts.extend(evaluation.needs.iter().cloned());
        }
        (Some(verdict), doubts)
    }

    /// Why it does not allow a request, with the values observed; or what allows it.
    fn why(&mut self, actor: &Actor, request: &Request) -> (Why, Vec<String>) {
        let bound = self.evaluators.bound(actor);
        let Some(evaluator) = self.evaluators.of(&bound) else { return Default::default() };
        let evaluation = evaluator.evaluate(&request.context);
        match reason(evaluator, request, &evaluation) {
            Some(drift) => Why::not_allowed(drift),
            None => (Why::by(deciding(evaluator, &evaluation)), Vec::new()),
        }
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
    /// What it does to the call. A call whose other requests a set refuses is refused, whatever becomes
    /// of this one.
    #[must_use]
    pub fn effect(&self, call: &Compared) -> Effect {
        let permitted = call.outcome == Outcome::Succeeded && !call.old.refuses;
        let refused = is_denied(self.old) && !call.new.refuses;
        match self.new {
            new if permitted && is_denied(new) => Effect::Breaks,
            Some(Decision::Undetermined) if permitted => Effect::MayBreak,
            Some(Decision::Allowed) if refused && !call.new.open => Effect::Permits,
            Some(_) if refused => Effect::MayPermit,
            _ => Effect::Other,
        }
    }
}

#[cfg(test)]
mod tests;
