//! Calls that their own records leave undetermined, judged again with what other records say.
//!
//! A [`FactBook`] holds what records say about resources. Asked for a resource at a moment, it goes
//! through what happened to it in the order of time, from its creation on, and tells the tags and
//! properties it had. It tells nothing rather than too much:
//!
//! - of a resource whose creation was not seen, or that was deleted since;
//! - where another call changed it in the very second that is asked for, since the order within a
//!   second is not told;
//! - after a second in which several things happened to it, until it is created anew;
//! - where resources were created whose ARNs differ in letter case alone;
//! - where a whole day of logs is missing between what is known and the call: it may hide a change.
//!
//! An [`Inventory`] stands in for a creation that was not seen. It says what a resource was like when
//! it was listed, and so until something happens to it; and before, back to the last thing that
//! happened, provided that the logs reach that far. Where something happened while the listing may
//! have been under way, it says nothing of that resource.
//!
//! A [`Resolver`] takes the request of a row of `calls` ([`Call::request`]), puts these values where
//! the record left the keys open, and asks the same policies once more. Nothing else of the request
//! changes, so that what is settled here is settled by the facts. The order in which facts and calls
//! come in plays no part.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use cloudtrail::{Limits, Outcome};
use iam_policy::{ContextValue, Decision, Evaluator, KeyValue, RequestContext};

use crate::actor::Actor;
use crate::call::Call;
use crate::drift::{Answer, is_throttled};
use crate::finding::{Code, Finding};
use crate::inventory::{Inventory, Listed};
use crate::judge::{About, Judge, deciding};
use crate::replay::{Replay, Request, RequestKind};
use crate::resource_fact::{FactKind, ResourceFact, property};
use crate::stored;
use crate::target::TargetSet;

/// What records say about resources.
#[derive(Clone, Debug, Default)]
pub struct FactBook {
    /// By ARN in lower case; in the order of time.
    by_resource: HashMap<String, BTreeSet<Entry>>,
    /// By ARN in lower case.
    listed: HashMap<String, Listed>,
    /// When the listing began.
    listed_at: i64,
    /// Whether the logs reach the moment of the listing.
    reach_listing: bool,
    /// The days that there are logs of, if that is known.
    days: Option<BTreeSet<NaiveDate>>,
}

/// Seconds within which a listing is done.
const LISTING: i64 = 3600;

/// Stands for the inventory among the events that something is known from.
const INVENTORY: &str = "inventory";

/// A fact in its place: by time, then by what makes two of them different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    second: i64,
    event_id: String,
    record_hash: String,
    kind: FactKind,
    resource: String,
    tags: Vec<(String, Vec<String>)>,
    all_tags: bool,
    properties: Vec<(String, Vec<String>)>,
}

/// What is known of a resource at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    /// By key; `None` for a tag that was taken away.
    tags: BTreeMap<String, Option<String>>,
    /// Whether it has no other tags.
    all_tags: bool,
    properties: BTreeMap<String, Vec<String>>,
    /// The events this is known from.
    events: BTreeSet<String>,
    /// Since when it is known without a break.
    since: i64,
}

impl FactBook {
    /// Takes a fact. The same one may come any number of times.
    pub fn add(&mut self, fact: ResourceFact) {
        let ResourceFact { event_id, event_time, fact, record_hash, .. } = fact;
        let entry = Entry {
            second: event_time.timestamp(),
            event_id,
            record_hash,
            kind: fact.kind,
            resource: fact.resource,
            tags: fact.tags,
            all_tags: fact.all_tags,
            properties: fact.properties,
        };
        self.by_resource.entry(entry.resource.to_lowercase()).or_default().insert(entry);
    }

    /// Takes an inventory, in place of one from before. `newest` is the newest time of the logs, as
    /// far as it is known.
    pub fn set_inventory(&mut self, inventory: Inventory, newest: DateTime<Utc>) {
        self.listed_at = inventory.second;
        self.reach_listing = newest.timestamp() >= inventory.second;
        let mut listed = HashMap::new();
        for (arn, one) in inventory.resources {
            // Two that differ in letter case alone are told apart by nobody.
            if listed.insert(arn.to_lowercase(), one).is_some() {
                listed.insert(arn.to_lowercase(), Listed::default());
            }
        }
        self.listed = listed;
    }

    /// Tells the days that there are logs of. Where another one lies between a fact and a call, the
    /// fact says nothing about it.
    pub fn set_days(&mut self, days: BTreeSet<NaiveDate>) {
        self.days = Some(days);
    }

    /// Whether there are logs of every day between two moments.
    fn has_days(&self, one: i64, other: i64) -> bool {
        let Some(days) = &self.days else { return true };
        let day = |second| DateTime::from_timestamp(second, 0).map(|time| time.date_naive());
        let (Some(first), Some(last)) = (day(one.min(other)), day(one.max(other))) else {
            return false;
        };
        let between = last.signed_duration_since(first).num_days().saturating_sub(1).max(0);
        let bounds = (Bound::Excluded(first), Bound::Excluded(last));
        first == last || i64::try_from(days.range(bounds).count()) == Ok(between)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_resource.is_empty() && self.listed.is_empty()
    }

    /// What is known of a resource when a call met it: just before the call's own effect.
    fn state(&self, arn: &str, call: &Call) -> Option<State> {
        let arn = arn.to_lowercase();
        let none = BTreeSet::new();
        let entries = self.by_resource.get(&arn).unwrap_or(&none);
        if has_twins(entries) {
            return None;
        }
        let moment = call.event_time.timestamp();
        let listed = self.listed.get(&arn).filter(|_| self.is_quiet(entries));
        let mut known: Option<State> = None;
        let mut deleted = false;
        let mut waiting = listed.filter(|_| self.listed_at < moment);
        let own = |entry: &&Entry| {
            entry.event_id == call.event_id && entry.record_hash == call.record_hash
        };
        let mut entries_before = entries.iter().filter(|entry| !own(entry)).peekable();
        while let Some(entry) = entries_before.next().filter(|entry| entry.second <= moment) {
            if entry.second >= self.listed_at
                && let Some(listed) = waiting.take()
            {
                known = Some(State::of_listing(listed, self.listed_at, known));
            }
            let mut crowded = entry.second == moment;
            while entries_before.next_if(|next| next.second == entry.second).is_some() {
                crowded = true;
            }
            deleted = entry.kind == FactKind::Deleted;
            known = if crowded { None } else { after(known, entry) };
            if crowded && entry.second == moment {
                return None;
            }
        }
        if let Some(listed) = waiting {
            known = Some(State::of_listing(listed, self.listed_at, known));
        }
        let known = known.filter(|known| self.has_days(known.since, moment));
        known.or_else(|| {
            // What was listed later is what there was, if nothing happened since.
            let later = listed.filter(|_| self.reach_listing && moment <= self.listed_at)?;
            let quiet = !entries
                .iter()
                .any(|entry| entry.second >= moment && entry.second <= self.listed_at);
            let quiet = quiet && !deleted && self.has_days(moment, self.listed_at);
            quiet.then(|| State::of_listing(later, self.listed_at, None))
        })
    }

    /// Whether nothing happened to a resource while the listing may have been under way.
    fn is_quiet(&self, entries: &BTreeSet<Entry>) -> bool {
        let end = self.listed_at.saturating_add(LISTING);
        !entries.iter().any(|entry| (self.listed_at..=end).contains(&entry.second))
    }
}

/// Whether resources were created whose ARNs differ in letter case.
fn has_twins(entries: &BTreeSet<Entry>) -> bool {
    let mut created = entries.iter().filter(|entry| entry.kind == FactKind::Created);
    let first = created.next();
    first.is_some_and(|first| created.any(|other| other.resource != first.resource))
}

/// What is known after a fact, given what was known before.
fn after(before: Option<State>, entry: &Entry) -> Option<State> {
    if entry.kind == FactKind::Created {
        let tags = entry.tags.iter().map(tag);
        let mut state = State {
            tags: tags.collect(),
            all_tags: entry.all_tags,
            since: entry.second,
            ..State::default()
        };
        state.set_properties(entry);
        state.events.insert(entry.event_id.clone());
        return Some(state);
    }
    let mut state = before?;
    match entry.kind {
        FactKind::Created | FactKind::Deleted => return None,
        FactKind::TagsSet => state.tags.extend(entry.tags.iter().map(tag)),
        FactKind::TagsRemoved => {
            state.tags.extend(entry.tags.iter().map(|(key, _)| (key.clone(), None)));
        }
        FactKind::TagsUnknown => {
            state.tags.clear();
            state.all_tags = false;
        }
        FactKind::Changed => state.set_properties(entry),
    }
    state.events.insert(entry.event_id.clone());
    Some(state)
}

fn tag((key, values): &(String, Vec<String>)) -> (String, Option<String>) {
    (key.clone(), Some(values.first().cloned().unwrap_or_default()))
}

impl State {
    /// What is listed, and of the rest what was known before.
    fn of_listing(listed: &Listed, listed_at: i64, before: Option<Self>) -> Self {
        let mut state = before.unwrap_or_else(|| Self { since: listed_at, ..Self::default() });
        if let Some(tags) = &listed.tags {
            state.since = listed_at;
            state.tags = tags.iter().map(tag).collect();
            state.all_tags = true;
        }
        state.properties.extend(listed.properties.iter().cloned());
        state.events.insert(INVENTORY.to_owned());
        state
    }

    fn set_properties(&mut self, entry: &Entry) {
        self.properties.extend(entry.properties.iter().cloned());
    }

    fn property(&self, name: &str) -> Option<&[String]> {
        self.properties.get(name).map(Vec::as_slice)
    }
}

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
    /// What the target says, now that it can be said.
    pub decision: Decision,
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

impl Resolution {
    /// Whether the call is undetermined no more; else facts only tell what was started.
    #[must_use]
    pub fn settles(&self) -> bool {
        self.decision != Decision::Undetermined
    }
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
}

impl<'t> Resolver<'t> {
    /// A resolver by the policy set that judged the calls.
    #[must_use]
    pub fn new(target: &'t TargetSet, book: &'t FactBook) -> Self {
        Self { judge: Judge::new(target, Limits::default()), book }
    }

    /// What the facts settle about a call; `None` where they settle nothing.
    pub fn resolve(&mut self, call: &Call) -> Option<Resolution> {
        if self.book.is_empty() || !may_resolve(call.decision, call.request_kind, &call.event_name)
        {
            return None;
        }
        if !self.knows_of(call) {
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
        let bound = self.judge.matched.bound(self.judge.target, &actor);
        let set = bound.policies.as_ref().ok()?;
        let mut evaluator = Evaluator::new(Arc::clone(set));
        let evaluation = evaluator.evaluate(&request.context);
        let decision = evaluation.decision();
        let replay = Replay::of_one(request, instance_types);
        let request = replay.requests.first()?;
        let answer = Answer { outcome: call.outcome, throttled: is_throttled(&record) };
        let hash = call.record_hash.clone();
        let about = About::with(&record, &actor, &replay, &bound, self.judge.catalog, answer, hash);
        let index = call.request_index;
        let settles =
            call.decision == Some(Decision::Undetermined) && decision != Decision::Undetermined;
        let mut findings: Vec<Finding> = Vec::new();
        if settles {
            let catalog = self.judge.catalog;
            let drifts = about.drift(index, request, &evaluation, &mut evaluator, catalog);
            findings.extend(drifts.into_iter().map(|drift| about.finding(index, request, drift)));
        }
        let codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
        findings.extend(self.judge.record_rule_findings(&about, index, None, &codes));
        if !settles && findings.is_empty() {
            return None;
        }
        let deciding = deciding(&evaluator, &evaluation);
        let layer = evaluation.layer.map(|layer| layer.as_str().to_owned());
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
            decision,
            deciding_layer: layer,
            deciding_policy: deciding.as_ref().map(|deciding| deciding.policy.clone()),
            deciding_statement: deciding.map(|deciding| deciding.name),
            settled: settled.keys.into_iter().collect(),
            unknown_keys: stored::unknown_keys(&request.context, Some(&evaluation)),
            fact_events: settled.events.into_iter().collect(),
            instance_types: replay.instance_types.clone(),
            record_hash: call.record_hash.clone(),
            findings,
        })
    }

    /// Whether there is any fact about what the call is about.
    fn knows_of(&self, call: &Call) -> bool {
        let about = one_resource(call).into_iter().chain(call.space_arn.as_deref());
        about.map(str::to_lowercase).any(|arn| {
            self.book.by_resource.contains_key(&arn) || self.book.listed.contains_key(&arn)
        })
    }

    /// Puts the values that facts know where the record left them open.
    fn settle_keys(&self, call: &Call, context: &mut RequestContext, settled: &mut Settled) {
        let resource = one_resource(call);
        if let Some(state) = resource.and_then(|arn| self.book.state(arn, call)) {
            settle_tags(&state, context, settled);
        }
        let of_space = || {
            let is_space = |arn: &&str| arn.contains(":space/");
            let space = call.space_arn.as_deref().or(resource.filter(is_space));
            space.and_then(|arn| self.book.state(arn, call))
        };
        let asks =
            [SPACE_SHARING_TYPE, OWNER_PROFILE].iter().any(|key| is_open(context.value(key)));
        if asks && let Some(state) = of_space() {
            settle_space(&state, context, settled);
        }
    }

    /// The instance types of the configuration that an endpoint starts with.
    fn instance_types(&self, call: &Call, settled: &mut Settled) -> Vec<String> {
        let known = || {
            let uses = uses_configuration(call.request_kind, &call.event_name);
            let config = one_resource(call).filter(|_| uses)?;
            let state = self.book.state(config, call)?;
            let types = state.property(property::INSTANCE_TYPES)?.to_vec();
            Some((types, state.events))
        };
        let Some((types, events)) = known() else { return Vec::new() };
        settled.events.extend(events);
        types
    }
}

const SPACE_SHARING_TYPE: &str = "sagemaker:SpaceSharingType";
const OWNER_PROFILE: &str = "sagemaker:OwnerUserProfileArn";
const TAG_FAMILIES: [&str; 2] = ["aws:ResourceTag/", "sagemaker:ResourceTag/"];

/// The resource of a call, if it is one: the spellings of one name are.
fn one_resource(call: &Call) -> Option<&str> {
    let first = call.resources.first().filter(|_| call.resource_is_pattern == Some(false))?;
    let same = call.resources.iter().all(|other| other.eq_ignore_ascii_case(first));
    same.then_some(first)
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
        settled.events.extend(state.events.iter().cloned());
    }
}

/// The values of tag keys, which IAM compares without case: what only differs in case may be
/// either.
fn tag_values(tags: &BTreeMap<String, Option<String>>) -> Vec<(String, ContextValue)> {
    let mut by_key: BTreeMap<String, Vec<(&str, Option<&String>)>> = BTreeMap::new();
    for (key, value) in tags {
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
        settled.events.extend(state.events.iter().cloned());
    }
}

#[cfg(test)]
mod tests;
