//! What records say about resources, put in order.
//!
//! A fact takes some hundred bytes of memory, so whoever has very many fills a book with those that some
//! calls ask for ([`Wanted`](super::Wanted)), settles these calls, and begins another.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate};

use super::coverage::{Asked, Coverage, DELIVERY};
use crate::call::Call;
use crate::inventory::{Inventory, Listed};
use crate::resource_fact::{FactKind, ResourceFact, is_whole_account};

/// What records say about resources.
#[derive(Clone, Debug, Default)]
pub struct FactBook {
    /// By ARN in lower case.
    resources: HashMap<String, Resource>,
    /// By the beginning of ARNs of an account and region: when something happened to some resource
    /// there, which one the record does not tell.
    blind: HashMap<String, BTreeSet<i64>>,
    /// The body of each event that says something; two make it say nothing.
    bodies: HashMap<String, Option<String>>,
    /// By ARN in lower case.
    listed: HashMap<String, (String, Listed)>,
    listing: (i64, i64),
    coverage: Option<Coverage>,
}

/// What happened to a resource.
#[derive(Clone, Debug, Default)]
struct Resource {
    /// Its ARN, and one that differs in letter case alone.
    spellings: Vec<String>,
    /// As they came. Most resources have one or two.
    entries: Vec<Entry>,
}

/// A fact in its place: by time, then by what makes two of them different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    second: i64,
    event_id: String,
    record_hash: String,
    kind: FactKind,
    tags: Vec<(String, Vec<String>)>,
    all_tags: bool,
    properties: Vec<(String, Vec<String>)>,
}

/// Stands for the inventory among the events that something is known from.
const INVENTORY: &str = "inventory";

/// More tags than this are too many to keep: a resource has 50 at most.
const MOST_TAGS: usize = 256;

/// What is known of a resource at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// By key, the value and the event that says so; no value for a tag that was taken away.
    pub(super) tags: BTreeMap<String, (Option<String>, String)>,
    /// Whether it has no other tags.
    pub(super) all_tags: bool,
    properties: BTreeMap<String, (Vec<String>, String)>,
    /// The event that all else goes back to.
    origin: String,
    /// Since when it is known without a break.
    since: i64,
}

/// What is known of a resource from a second on.
#[derive(Clone, Debug)]
struct Step {
    second: i64,
    /// Whether several things happened in this second.
    crowded: bool,
    /// The event, where it is one, and its record.
    event_id: String,
    record_hash: String,
    after: Option<State>,
    deleted: bool,
}

/// The steps of the resources that were asked for.
#[derive(Debug, Default)]
pub(super) struct Histories {
    steps: HashMap<String, Vec<Step>>,
    asked: Asked,
}

impl FactBook {
    /// Takes a fact. The same one may come any number of times.
    pub fn add(&mut self, fact: ResourceFact) {
        let ResourceFact { event_id, event_time, fact, record_hash, .. } = fact;
        let second = event_time.timestamp();
        let body = self.bodies.entry(event_id.clone());
        let body = body.or_insert_with(|| Some(record_hash.clone()));
        if body.as_ref() != Some(&record_hash) {
            // One of them may be a forgery.
            *body = None;
        }
        if is_whole_account(&fact.resource) {
            self.blind.entry(place_of(&fact.resource)).or_default().insert(second);
            return;
        }
        let known = self.resources.entry(fact.resource.to_lowercase()).or_default();
        if known.spellings.len() <= 1 && !known.spellings.contains(&fact.resource) {
            known.spellings.push(fact.resource);
        }
        known.entries.push(Entry {
            second,
            event_id,
            record_hash,
            kind: fact.kind,
            tags: fact.tags,
            all_tags: fact.all_tags,
            properties: fact.properties,
        });
    }

    /// Takes note that an event has two bodies: it says nothing.
    pub fn dispute(&mut self, event_id: String) {
        self.bodies.insert(event_id, None);
    }

    /// Takes an inventory, in place of one from before.
    pub fn set_inventory(&mut self, inventory: Inventory) {
        self.listing = (inventory.second, inventory.until);
        let listed = inventory.resources.into_iter();
        self.listed = HashMap::new();
        for (arn, one) in listed {
            let lower = arn.to_lowercase();
            // Two that differ in letter case alone are told apart by nobody.
            let twice = self.listed.contains_key(&lower);
            self.listed.insert(lower, (arn, if twice { Listed::default() } else { one }));
        }
    }

    /// Tells which logs were read. Until it is told, all are taken to be.
    pub fn set_coverage(&mut self, coverage: Coverage) {
        self.coverage = Some(coverage);
    }

    /// Whether nothing is known of any resource.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.listed.is_empty()
    }

    /// Whether anything is known of a resource.
    pub(super) fn knows(&self, arn: &str) -> bool {
        let arn = arn.to_lowercase();
        self.resources.contains_key(&arn) || self.listed.contains_key(&arn)
    }

    /// What is known of a resource when a call met it: just before the call's own effect.
    pub(super) fn state(
        &self,
        spellings: &[String],
        call: &Call,
        histories: &mut Histories,
    ) -> Option<State> {
        let arn = spellings.first()?.to_lowercase();
        let resource = self.resources.get(&arn);
        let listed = self.listed.get(&arn);
        let known = resource.into_iter().flat_map(|resource| &resource.spellings);
        let all: BTreeSet<&String> = known.chain(listed.map(|(arn, _)| arn)).collect();
        // One name in two spellings may be two resources. What the call gave comes first.
        if all.len() != 1 || all.first().copied() != spellings.first() {
            return None;
        }
        if !histories.steps.contains_key(&arn) {
            let usable = self.is_listing_done(&arn, &mut histories.asked);
            let listed = listed.filter(|_| usable).map(|(_, listed)| listed);
            let steps = self.steps(resource, listed);
            histories.steps.insert(arn.clone(), steps);
        }
        let steps = histories.steps.get(&arn)?;
        let moment = call.event_time.timestamp();
        let before = steps.partition_point(|step| step.second < moment);
        let now = steps.get(before).filter(|step| step.second == moment);
        if now.is_some_and(|step| step.crowded || !step.is_of(call)) {
            return None;
        }
        let last = before.checked_sub(1).and_then(|last| steps.get(last));
        let known = last.and_then(|step| step.after.clone());
        let known =
            known.filter(|known| self.holds(&arn, known.since, moment, &mut histories.asked));
        known.or_else(|| {
            // What was listed later is what there was, if nothing happened since.
            let (begun, _) = self.listing;
            let (_, later) = listed.filter(|_| now.is_none() && moment < begun)?;
            let next_is_listing = steps.get(before).is_some_and(|step| {
                step.second == begun && step.event_id == INVENTORY && !step.crowded
            });
            let deleted = last.is_some_and(|step| step.deleted);
            let quiet = next_is_listing && !deleted;
            let holds = quiet && self.holds(&arn, moment, begun, &mut histories.asked);
            holds.then(|| State::of_listing(later, begun, None))
        })
    }

    /// Whether the logs tell all that happened while the inventory was made.
    fn is_listing_done(&self, arn: &str, asked: &mut Asked) -> bool {
        let (begun, until) = self.listing;
        let (account, region) = owner(arn);
        let coverage = self.coverage.as_ref();
        coverage.is_none_or(|coverage| coverage.reaches(account, region, until))
            && self.holds(arn, begun, until, asked)
    }

    /// Whether nothing can have happened unseen to a resource between two moments.
    fn holds(&self, arn: &str, from: i64, to: i64, asked: &mut Asked) -> bool {
        let blind = self.blind.get(&place_of(arn));
        if blind.is_some_and(|seconds| seconds.range(from..=to).next().is_some()) {
            return false;
        }
        let Some(coverage) = &self.coverage else { return true };
        // The last of a day's logs come on the next.
        let last = day(to.saturating_add(DELIVERY));
        let (Some(first), Some(last)) = (day(from), last) else { return false };
        asked.is_whole(coverage, owner(arn), first, last)
    }

    fn steps(&self, resource: Option<&Resource>, listed: Option<&Listed>) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let mut entries: Vec<&Entry> = resource.iter().flat_map(|known| &known.entries).collect();
        entries.sort();
        entries.dedup();
        let (begun, until) = self.listing;
        // Whether a change while the list was made is in the list, nobody knows.
        let unsettled = entries.iter().any(|entry| (begun..=until).contains(&entry.second));
        let mut listed = listed.filter(|listed| **listed != Listed::default() && !unsettled);
        let mut state: Option<State> = None;
        // Whether it exists, for all that is known.
        let mut exists = false;
        for entry in entries {
            if entry.second > begun
                && let Some(listed) = listed.take()
            {
                state = Some(State::of_listing(listed, begun, state));
                exists = true;
                steps.push(Step::of_listing(begun, state.clone()));
            }
            if let Some(step) = steps.last_mut().filter(|step| step.second == entry.second) {
                (step.crowded, step.after) = (true, None);
                (state, exists) = (None, true);
                continue;
            }
            let sure = self.bodies.get(&entry.event_id).is_some_and(Option::is_some);
            state = if sure { after(state, entry, exists) } else { None };
            exists = !sure || entry.kind != FactKind::Deleted;
            steps.push(Step {
                second: entry.second,
                crowded: false,
                event_id: entry.event_id.clone(),
                record_hash: entry.record_hash.clone(),
                after: state.clone(),
                deleted: !exists,
            });
        }
        if let Some(listed) = listed {
            let state = State::of_listing(listed, begun, state);
            steps.push(Step::of_listing(begun, Some(state)));
        }
        steps
    }
}

impl Step {
    fn of_listing(second: i64, after: Option<State>) -> Self {
        let (event_id, record_hash) = (INVENTORY.to_owned(), String::new());
        Self { second, crowded: false, event_id, record_hash, after, deleted: false }
    }

    fn is_of(&self, call: &Call) -> bool {
        self.event_id == call.event_id && self.record_hash == call.record_hash
    }
}

/// What is known after a fact, given what was known before.
fn after(before: Option<State>, entry: &Entry, exists: bool) -> Option<State> {
    if entry.kind == FactKind::Created {
        // What exists is not created: either its end was not seen, or the call was a repeat that
        // AWS answers as if it had done something.
        if exists {
            return None;
        }
        let mut state = State {
            all_tags: entry.all_tags,
            origin: entry.event_id.clone(),
            since: entry.second,
            ..State::default()
        };
        state.set(entry);
        return Some(state);
    }
    let mut state = before?;
    match entry.kind {
        FactKind::Created | FactKind::Deleted => return None,
        FactKind::TagsUnknown => {
            state.tags.clear();
            state.all_tags = false;
        }
        FactKind::TagsRemoved => {
            for (key, _) in &entry.tags {
                state.tags.insert(key.clone(), (None, entry.event_id.clone()));
            }
        }
        FactKind::TagsSet | FactKind::Changed => state.set(entry),
    }
    (state.tags.len() <= MOST_TAGS).then_some(state)
}

impl State {
    /// What is listed, and of the rest what was known before.
    fn of_listing(listed: &Listed, since: i64, before: Option<Self>) -> Self {
        let origin = || INVENTORY.to_owned();
        let mut state =
            before.unwrap_or_else(|| Self { since, origin: origin(), ..Self::default() });
        if let Some(tags) = &listed.tags {
            (state.since, state.origin, state.all_tags) = (since, origin(), true);
            // What else was known is not known without a break.
            state.properties.clear();
            let tags = tags.iter().map(|tag| (tag.0.clone(), (value(tag), origin())));
            state.tags = tags.collect();
        }
        let properties = listed.properties.iter();
        state
            .properties
            .extend(properties.map(|(name, values)| (name.clone(), (values.clone(), origin()))));
        state
    }

    fn set(&mut self, entry: &Entry) {
        let event = || entry.event_id.clone();
        let tags = entry.tags.iter().map(|tag| (tag.0.clone(), (value(tag), event())));
        self.tags.extend(tags);
        let properties = entry.properties.iter();
        self.properties
            .extend(properties.map(|(name, values)| (name.clone(), (values.clone(), event()))));
    }

    pub(super) fn property(&self, name: &str) -> Option<&[String]> {
        self.properties.get(name).map(|(values, _)| values.as_slice())
    }

    /// The events that say so.
    pub(super) fn events(&self) -> BTreeSet<String> {
        let tags = self.tags.values().map(|(_, event)| event);
        let properties = self.properties.values().map(|(_, event)| event);
        std::iter::once(&self.origin).chain(tags).chain(properties).cloned().collect()
    }
}

fn value((_, values): &(String, Vec<String>)) -> Option<String> {
    Some(values.first().cloned().unwrap_or_default())
}

fn day(second: i64) -> Option<NaiveDate> {
    DateTime::from_timestamp(second, 0).map(|time| time.date_naive())
}

/// Account and region of an ARN.
fn owner(arn: &str) -> (&str, &str) {
    let mut parts = arn.split(':').skip(3);
    let region = parts.next().unwrap_or_default();
    (parts.next().unwrap_or_default(), region)
}

/// What all ARNs of an account and region begin with, in lower case.
fn place_of(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').take(5).collect();
    parts.join(":").to_lowercase()
}
