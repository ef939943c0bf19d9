//! Changes folded for people: per principal, action and reason.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use cloudtrail::Outcome;
use iam_policy::Decision;

use super::{Changed, Compared, Effect, Why};

/// How many event ids a change keeps as samples.
const SAMPLES: usize = 5;

/// What would change, of all records that were compared. Neither their order nor how often one was
/// delivered matters.
#[derive(Clone, Debug, Default)]
pub struct Report {
    seen: HashSet<u128>,
    calls: u64,
    /// Those that neither set judges.
    unjudged: u64,
    /// Those whose verdicts stay, and that both leave undetermined.
    undetermined: u64,
    /// Calls by their worst effect.
    by_effect: BTreeMap<Effect, u64>,
    changes: BTreeMap<Key, Folded>,
}

/// What makes changes the same thing again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    effect: Effect,
    principal: String,
    action: String,
    outcome: Outcome,
    old: Option<Decision>,
    new: Option<Decision>,
    why: Why,
}

#[derive(Clone, Debug)]
struct Folded {
    count: u64,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    /// The values observed, some of them.
    observed: BTreeSet<String>,
    events: BTreeSet<(DateTime<Utc>, String, Vec<String>)>,
}

/// A change of verdict, and the calls it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'r> {
    /// What it does.
    pub effect: Effect,
    /// Who called.
    pub principal: &'r str,
    /// What was asked for.
    pub action: &'r str,
    /// What AWS answered.
    pub outcome: Outcome,
    /// What the baseline says; `None` where it judges nobody of that name.
    pub old: Option<Decision>,
    /// What the new set says.
    pub new: Option<Decision>,
    /// Why.
    pub why: &'r Why,
    /// Values of the key that were observed, sorted; a few where there are many.
    pub observed: Vec<&'r str>,
    /// How many calls.
    pub count: u64,
    /// The earliest.
    pub first: DateTime<Utc>,
    /// The latest.
    pub last: DateTime<Utc>,
    /// Some of the events, latest first.
    pub event_ids: Vec<&'r str>,
    /// The resources of the latest.
    pub resources: &'r [String],
}

impl Report {
    /// Adds the record of a log; one that was delivered before is passed over.
    pub fn add(&mut self, compared: Compared) {
        if self.seen.insert(compared.record) {
            self.add_requests(compared, 1);
        }
    }

    /// Adds all rows of one record: what is compared of each of its requests.
    pub fn add_rows(&mut self, rows: impl IntoIterator<Item = Compared>) {
        if let Some(whole) = whole(rows) {
            self.add(whole);
        }
    }

    /// Adds the rows of one record that stands for so many calls.
    pub fn add_many(&mut self, rows: impl IntoIterator<Item = Compared>, calls: u64) {
        if let Some(whole) = whole(rows) {
            self.add_requests(whole, calls);
        }
    }

    fn add_requests(&mut self, compared: Compared, calls: u64) {
        add(&mut self.calls, calls);
        let effects = compared.changed.iter().map(|changed| changed.effect(&compared));
        let effects: Vec<Effect> = effects.collect();
        match effects.iter().min() {
            Some(worst) => add(self.by_effect.entry(*worst).or_default(), calls),
            None if !compared.old.judged && !compared.new.judged => add(&mut self.unjudged, calls),
            None if compared.new.open && !compared.new.refuses => {
                add(&mut self.undetermined, calls);
            }
            None => {}
        }
        let Compared { event_id, event_time, principal, outcome, changed, .. } = compared;
        let mut counted: BTreeSet<Key> = BTreeSet::new();
        for (changed, effect) in changed.into_iter().zip(effects) {
            let Changed { action, resources, old, new, why, observed } = changed;
            let principal = principal.clone();
            let key = Key { effect, principal, action, outcome, old, new, why };
            // A call has as many requests as it has roles and variants.
            if counted.insert(key.clone()) {
                let event = (event_time, event_id.clone(), resources);
                self.changes
                    .entry(key)
                    .or_insert_with(|| Folded::new(event_time))
                    .add(event, observed, calls);
            }
        }
    }

    /// How many calls were compared.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How many calls a change has this as its worst effect on.
    #[must_use]
    pub fn with_effect(&self, effect: Effect) -> u64 {
        self.by_effect.get(&effect).copied().unwrap_or_default()
    }

    /// How many calls neither set judges.
    #[must_use]
    pub fn unjudged(&self) -> u64 {
        self.unjudged
    }

    /// How many calls both sets leave undetermined, for the same reasons.
    #[must_use]
    pub fn undetermined(&self) -> u64 {
        self.undetermined
    }

    /// How many calls keep their verdicts, those without one included.
    #[must_use]
    pub fn unchanged(&self) -> u64 {
        self.calls.saturating_sub(self.by_effect.values().sum())
    }

    /// The changes: what breaks first, the most frequent in front.
    #[must_use]
    pub fn changes(&self) -> Vec<Change<'_>> {
        let mut changes: Vec<Change<'_>> = self.changes.iter().map(Change::of).collect();
        // The order of the keys stays where the rest is equal.
        changes.sort_by_key(|change| (change.effect, std::cmp::Reverse(change.count)));
        changes
    }
}

impl Folded {
    fn new(time: DateTime<Utc>) -> Self {
        let (observed, events) = (BTreeSet::new(), BTreeSet::new());
        Self { count: 0, first: time, last: time, observed, events }
    }

    fn add(
        &mut self,
        event: (DateTime<Utc>, String, Vec<String>),
        observed: Vec<String>,
        calls: u64,
    ) {
        add(&mut self.count, calls);
        self.first = self.first.min(event.0);
        self.last = self.last.max(event.0);
        self.events.insert(event);
        // What happened last is the best proof that it is still done.
        if self.events.len() > SAMPLES {
            self.events.pop_first();
        }
        self.observed.extend(observed);
        while self.observed.len() > SAMPLES {
            self.observed.pop_last();
        }
    }
}

impl<'r> Change<'r> {
    fn of((key, folded): (&'r Key, &'r Folded)) -> Self {
        let latest = folded.events.last();
        Self {
            effect: key.effect,
            principal: &key.principal,
            action: &key.action,
            outcome: key.outcome,
            old: key.old,
            new: key.new,
            why: &key.why,
            observed: folded.observed.iter().map(String::as_str).collect(),
            count: folded.count,
            first: folded.first,
            last: folded.last,
            event_ids: folded.events.iter().rev().map(|(_, id, _)| id.as_str()).collect(),
            resources: latest.map_or(&[], |(_, _, resources)| resources.as_slice()),
        }
    }
}

/// What is compared of a record, out of what is of its rows.
fn whole(rows: impl IntoIterator<Item = Compared>) -> Option<Compared> {
    rows.into_iter().reduce(|mut whole, row| {
        whole.changed.extend(row.changed);
        whole.old = whole.old.and(row.old);
        whole.new = whole.new.and(row.new);
        whole
    })
}

fn add(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}
