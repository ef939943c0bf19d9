//! Calls that their own records leave undetermined, judged again with what other records say.
//!
//! A [`FactBook`] holds what records say about resources. Asked for a resource at a moment, it goes
//! through what happened to it in the order of time, from its creation on, and tells the tags and
//! properties it had. It tells nothing rather than too much:
//!
//! - of a resource whose creation was not seen, that was deleted since, or created once more while it
//!   existed;
//! - where another call changed it in the very second that is asked for, since the order within a
//!   second is not told;
//! - after a second in which several things happened to it, until it is created anew;
//! - where ARNs differ in letter case alone, or one event id has two bodies;
//! - after a call in the same account and region that changed some resource without telling which;
//! - across a day whose logs were not read, or not all of them ([`Coverage`]).
//!
//! An [`Inventory`](crate::Inventory) stands in for a creation that was not seen. It says what a resource was like when
//! it was listed, and so until something happens to it; and before, back to the last thing that
//! happened, provided that the logs reach that far. Where something happened while the listing may
//! have been under way, it says nothing of that resource.
//!
//! A [`Resolver`] takes the request of a row of `calls` ([`Call::request`]), puts these values where
//! the record left the keys open, and asks the same policies once more. Nothing else of the request
//! changes, so that what is settled here is settled by the facts. The order in which facts and calls
//! come in plays no part.

mod book;
mod coverage;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use cloudtrail::{Limits, Outcome};
use iam_policy::{ContextValue, Decision, Evaluation, KeyValue, RequestContext};

use crate::actor::Actor;
use crate::call::Call;
use crate::drift::{Answer, Deciding, is_throttled};
use crate::finding::{Code, Finding};
use crate::judge::{About, Judge, deciding};
use crate::replay::{Replay, Request, RequestKind};
use crate::resource_fact::property;
use crate::stored;
use crate::target::TargetSet;

pub use book::FactBook;
use book::{Histories, State};
pub use coverage::{Coverage, Place, ReadLog};
pub use wanted::{Oddities, OddityPass, Wanted};

/// A call that other records settle: a row of the table `resolutions`.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    /// The call's event id.
    pub event_id: String,
    /// Position of the request among those of its record.
    pub request_index: u32,
    /// When the call was completed.
    pub event_time: DateTime<Utc>,
    /// The account the call was recorded in.
    pub account: String,
    /// The region the call was made to.
    pub region: String,
    /// ARN of the identity that carries the policies.
    pub principal: String,
    /// The action IAM was asked about.
    pub action: String,
    /// The resource it was asked about.
    pub resources: Vec<String>,
    /// What AWS answered.
    pub outcome: Outcome,
    /// Whether the call's own record leaves the decision open, and it is so no more. Else facts only
    /// tell what was started.
    pub settles: bool,
    /// What the target says, now that it can be said; `None` for callers that are not judged.
    pub decision: Option<Decision>,
    /// The type of policy that settled the decision.
    pub deciding_layer: Option<String>,
    /// The policy that settled it.
    pub deciding_policy: Option<String>,
    /// The statement that settled it.
    pub deciding_statement: Option<String>,
    /// The keys that facts gave a value, sorted; a list without values stands for absent.
    pub settled: Vec<(String, Vec<String>)>,
    /// Keys that are still open, sorted.
    pub unknown_keys: Vec<String>,
    /// The events that the facts are from, sorted.
    pub fact_events: Vec<String>,
    /// Instance types of the configuration behind an endpoint, sorted.
    pub instance_types: Vec<String>,
    /// The hash of the call's record.
    pub record_hash: String,
    /// What is reported of the call now, in place of what was reported as undetermined.
    pub findings: Vec<Finding>,
}

/// Whether facts about resources may say something about a call.
#[must_use]
pub fn may_resolve(decision: Option<Decision>, kind: RequestKind, event_name: &str) -> bool {
    decision == Some(Decision::Undetermined) || uses_configuration(kind, event_name)
}

/// Whether a finding is taken back when its call is resolved.
#[must_use]
pub fn is_replaced(finding: &Finding) -> bool {
    matches!(finding.code, Code::Undetermined | Code::BlockedAttempt)
        && finding.decision == Some(Decision::Undetermined)
}

/// Whether the request is about the configuration that an endpoint is to use.
fn uses_configuration(kind: RequestKind, event_name: &str) -> bool {
    kind == RequestKind::ExtraResource && matches!(event_name, "CreateEndpoint" | "UpdateEndpoint")
}

/// What facts change about a request.
#[derive(Debug, Default)]
struct Settled {
    keys: BTreeMap<String, Vec<String>>,
    events: BTreeSet<String>,
}

/// Judges calls again, with a book of facts.
#[derive(Debug)]
pub struct Resolver<'t> {
    judge: Judge<'t>,
    book: &'t FactBook,
    histories: Histories,
}

impl<'t> Resolver<'t> {
    /// A resolver by the policy set that judged the calls.
    #[must_use]
    pub fn new(target: &'t TargetSet, book: &'t FactBook) -> Self {
        let judge = Judge::new(target, Limits::default());
        Self { judge, book, histories: Histories::default() }
    }

    /// What the facts settle about a call; `None` where they settle nothing.
    pub fn resolve(&mut self, call: &Call) -> Option<Resolution> {
        if self.book.is_empty()
            || !may_resolve(call.decision, call.request_kind, &call.event_name)
            || !self.knows_of(call)
        {
            return None;
        }
        let (target, catalog) = (self.judge.target, self.judge.catalog);
        let mut request = call.request(&target.facts, catalog)?;
        let mut settled = Settled::default();
        if call.decision == Some(Decision::Undetermined) {
            self.settle_keys(call, &mut request.context, &mut settled);
        }
        let instance_types = self.instance_types(call, &mut settled);
        if settled.events.is_empty() {
            return None;
        }
        self.judged(call, request, settled, instance_types)
    }

    fn judged(
        &mut self,
        call: &Call,
        request: Request,
        settled: Settled,
        instance_types: Vec<String>,
    ) -> Option<Resolution> {
        let record = call.record();
        let actor = Actor::of(&record);
        let bound = self.judge.evaluators.bound(&actor);
        let replay = Replay::of_one(request, instance_types);
        let request = replay.requests.first()?;
        let answer = Answer { outcome: call.outcome, throttled: is_throttled(&record) };
        let hash = call.record_hash.clone();
        let target = self.judge.target;
        let about = About::with(&record, &actor, &replay, &bound, target, answer, hash);
        let index = call.request_index;
        let mut findings: Vec<Finding> = Vec::new();
        let mut again: Option<(Evaluation, Option<Deciding>)> = None;
        let mut settles = false;
        if let Some(evaluator) = self.judge.evaluators.of(&bound) {
            let evaluation = evaluator.evaluate(&request.context);
            settles = call.decision == Some(Decision::Undetermined)
                && evaluation.verdict() != Decision::Undetermined;
            if settles {
                let drifts = about.drift(index, request, &evaluation, evaluator);
                let found = drifts.into_iter().map(|drift| about.finding(index, request, drift));
                findings.extend(found);
            }
            let deciding = deciding(evaluator, &evaluation);
            again = Some((evaluation, deciding));
        }
        let codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
        findings.extend(self.judge.record_rule_findings(&about, index, None, &codes));
        if !settles && findings.is_empty() {
            return None;
        }
        let evaluation = again.as_ref().map(|(evaluation, _)| evaluation);
        let deciding = again.as_ref().and_then(|(_, deciding)| deciding.as_ref());
        let layer = evaluation.and_then(|evaluation| evaluation.layer);
        Some(Resolution {
            event_id: call.event_id.clone(),
            request_index: call.request_index,
            event_time: call.event_time,
            account: call.account.clone(),
            region: call.region.clone(),
            principal: call.principal.clone(),
            action: call.action.clone(),
            resources: call.resources.clone(),
            outcome: call.outcome,
            settles,
            decision: evaluation.map(Evaluation::verdict),
            deciding_layer: layer.map(|layer| layer.as_str().to_owned()),
            deciding_policy: deciding.map(|deciding| deciding.policy.clone()),
            deciding_statement: deciding.map(|deciding| deciding.name.clone()),
            settled: settled.keys.into_iter().collect(),
            unknown_keys: stored::unknown_keys(&request.context, evaluation),
            fact_events: settled.events.into_iter().collect(),
            instance_types: replay.instance_types.clone(),
            record_hash: call.record_hash.clone(),
            findings,
        })
    }

    /// Whether there is any fact about what the call is about.
    fn knows_of(&self, call: &Call) -> bool {
        one_resource(call).is_some_and(|arns| arns.iter().any(|arn| self.book.knows(arn)))
            || space(call).is_some_and(|arn| self.book.knows(arn))
    }

    /// Puts the values that facts know where the record left them open.
    fn settle_keys(&mut self, call: &Call, context: &mut RequestContext, settled: &mut Settled) {
        let event = self.judge.catalog.event(&call.event_source, &call.event_name);
        // What is being created has not the tags of a namesake.
        let creates = event.action.is_some_and(|action| action.resources.iter().any(|r| r.created));
        let created = creates && call.request_kind != RequestKind::ExtraResource;
        let resource = one_resource(call).filter(|_| !created);
        if let Some(state) = resource.and_then(|arns| self.state(arns, call)) {
            settle_tags(&state, context, settled);
        }
        let has_key = event.action.is_some_and(|action| action.key(SPACE_SHARING_TYPE).is_some());
        let asks =
            [SPACE_SHARING_TYPE, OWNER_PROFILE].iter().any(|key| is_open(context.value(key)));
        if has_key
            && asks
            && let Some(arn) = space(call)
            && let Some(state) = self.state(std::slice::from_ref(arn), call)
        {
            settle_space(&state, context, settled);
        }
    }

    fn state(&mut self, arns: &[String], call: &Call) -> Option<State> {
        self.book.state(arns, call, &mut self.histories)
    }

    /// The instance types of the configuration that an endpoint starts with.
    fn instance_types(&mut self, call: &Call, settled: &mut Settled) -> Vec<String> {
        if !uses_configuration(call.request_kind, &call.event_name) {
            return Vec::new();
        }
        let state = one_resource(call).and_then(|arns| self.state(arns, call));
        let types = state.as_ref().and_then(|state| state.property(property::INSTANCE_TYPES));
        let types = types.map(<[String]>::to_vec).unwrap_or_default();
        if let Some(state) = state.filter(|_| !types.is_empty()) {
            settled.events.extend(state.events());
        }
        types
    }
}

const SPACE_SHARING_TYPE: &str = "sagemaker:SpaceSharingType";
const OWNER_PROFILE: &str = "sagemaker:OwnerUserProfileArn";
const TAG_FAMILIES: [&str; 2] = ["aws:ResourceTag/", "sagemaker:ResourceTag/"];

/// The spellings of the call's resource, if it is one.
fn one_resource(call: &Call) -> Option<&[String]> {
    let first = call.resources.first().filter(|_| call.resource_is_pattern == Some(false))?;
    let same = call.resources.iter().all(|other| other.eq_ignore_ascii_case(first));
    same.then_some(call.resources.as_slice())
}

/// The space that a call is about, or whose app it is about. Where only the call's tags tell of a
/// space, its resource does not.
fn space(call: &Call) -> Option<&String> {
    let arn = call.space_arn.as_ref()?;
    let (_, name) = arn.split_once(":space/")?;
    let resource = call.resources.first()?;
    let is_space = resource.eq_ignore_ascii_case(arn);
    let (_, app) = resource.split_once(":app/").unwrap_or_default();
    let is_app = app.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
    (is_space || is_app).then_some(arn)
}

fn is_open(value: &ContextValue) -> bool {
    !matches!(value, ContextValue::Known(_) | ContextValue::Absent)
}

fn settle_tags(state: &State, context: &mut RequestContext, settled: &mut Settled) {
    for family in TAG_FAMILIES {
        let open = context.families().any(|(prefix, value)| {
            prefix.eq_ignore_ascii_case(family) && *value == ContextValue::Unknown
        });
        if !open {
            continue;
        }
        if state.all_tags {
            context.set_family(family, ContextValue::Absent);
            // AWS's own tags come without a call.
            context.set_family(&format!("{family}aws:"), ContextValue::Unknown);
        }
        for (key, value) in tag_values(&state.tags) {
            let name = format!("{family}{key}");
            let texts = value_texts(&value);
            context.set(&name, value);
            settled.keys.insert(name, texts);
        }
        settled.events.extend(state.events());
    }
}

/// The values of tag keys, which IAM compares without case: what only differs in case may be
/// either.
fn tag_values(tags: &BTreeMap<String, (Option<String>, String)>) -> Vec<(String, ContextValue)> {
    let mut by_key: BTreeMap<String, Vec<(&str, Option<&String>)>> = BTreeMap::new();
    for (key, (value, _)) in tags {
        by_key.entry(key.to_lowercase()).or_default().push((key, value.as_ref()));
    }
    let values = by_key.into_values().filter_map(|same| {
        let (key, first) = *same.first()?;
        let one = |value: Option<&String>| value.cloned().map(KeyValue::One);
        let present: Vec<_> = same.iter().filter(|(_, value)| value.is_some()).collect();
        let value = match (present.as_slice(), same.len()) {
            ([], _) => ContextValue::Absent,
            ([_], 1) => ContextValue::Known(one(first)?),
            _ => ContextValue::OneOf(present.iter().map(|(_, value)| one(*value)).collect()),
        };
        Some((key.to_owned(), value))
    });
    values.collect()
}

fn value_texts(value: &ContextValue) -> Vec<String> {
    match value {
        ContextValue::Known(value) => value.texts().to_vec(),
        ContextValue::OneOf(candidates) => {
            candidates.iter().flatten().flat_map(|value| value.texts().to_vec()).collect()
        }
        ContextValue::Absent | ContextValue::Present | ContextValue::Unknown => Vec::new(),
    }
}

/// Sharing type and owner are fixed when a space is created.
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateSpace.html>
fn settle_space(state: &State, context: &mut RequestContext, settled: &mut Settled) {
    let properties = [
        (SPACE_SHARING_TYPE, property::SPACE_SHARING_TYPE),
        (OWNER_PROFILE, property::OWNER_USER_PROFILE_ARN),
    ];
    for (key, property) in properties {
        let Some([text]) = state.property(property) else { continue };
        if !is_open(context.value(key)) {
            continue;
        }
        let lower = text.to_lowercase();
        // The owner's ARN is made from a name, whose letter case the key may keep or not.
        let value = match key == OWNER_PROFILE && lower != *text {
            true => ContextValue::OneOf(
                [text, &lower].map(|text| Some(KeyValue::One(text.clone()))).to_vec(),
            ),
            false => ContextValue::one(text.as_str()),
        };
        context.set(key, value);
        settled.keys.insert(key.to_owned(), vec![text.clone()]);
        settled.events.extend(state.events());
    }
}

#[cfg(test)]
mod tests;
