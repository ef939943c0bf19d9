//! The answers of a run, counted and folded.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};

use super::{Answer, Comparison, Ours, Refused, Said};

/// How many event ids a folded disagreement keeps as samples.
const SAMPLES: usize = 5;

/// How AWS's answers compare with the snapshot's; each record counts once.
#[derive(Clone, Debug, Default)]
pub struct SelfTest {
    /// The records counted. Membership only: nothing walks through them.
    seen: HashSet<u128>,
    refused: Counts,
    permitted: Counts,
    by_layer: BTreeMap<(&'static str, bool), Counts>,
    /// What would settle the open ones.
    missing: BTreeMap<String, u64>,
    disagreements: BTreeMap<(Said, String, Ours), Folded>,
}

/// How many answers compare how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The snapshot says the same.
    pub agreed: u64,
    /// It may say the same.
    pub open: u64,
    /// It cannot say the same.
    pub disagreed: u64,
    /// It cannot be asked, by reason.
    pub not_compared: BTreeMap<&'static str, u64>,
}

/// The refusals by one layer, of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerCounts {
    /// The layer, as AWS's messages name it.
    pub layer: &'static str,
    /// Whether a Deny statement refused.
    pub explicit: bool,
    /// How they compare.
    pub counts: Counts,
}

/// Answers that contradict the snapshot in the same way.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// ARN of the principal.
    pub principal: String,
    /// What AWS said: the refusal, or none where it permitted the call.
    pub refused: Option<Refused>,
    /// What the snapshot says.
    pub ours: Ours,
    /// How many records.
    pub count: u64,
    /// The earliest.
    pub first: DateTime<Utc>,
    /// The latest.
    pub last: DateTime<Utc>,
    /// Some of the events, earliest first.
    pub event_ids: Vec<String>,
}

#[derive(Clone, Debug)]
struct Folded {
    count: u64,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    events: BTreeSet<(DateTime<Utc>, String)>,
}

impl Counts {
    fn add(&mut self, result: &Comparison) {
        let count = match result {
            Comparison::Agreed => &mut self.agreed,
            Comparison::Open(_) => &mut self.open,
            Comparison::Disagreed(_) => &mut self.disagreed,
            Comparison::NotCompared(why) => self.not_compared.entry(why).or_default(),
        };
        *count = count.saturating_add(1);
    }

    /// How many were compared: all but those that could not be asked.
    #[must_use]
    pub fn compared(&self) -> u64 {
        self.agreed.saturating_add(self.open).saturating_add(self.disagreed)
    }

    /// How many there were.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.not_compared.values().fold(self.compared(), |sum, count| sum.saturating_add(*count))
    }
}

impl SelfTest {
    /// Adds an answer; the order of adding does not matter, and a record that was delivered again
    /// counts once.
    pub fn add(&mut self, answer: Answer) {
        if !self.seen.insert(answer.record) {
            return;
        }
        match &answer.said {
            Said::Permitted => self.permitted.add(&answer.result),
            Said::RefusedUnnamed => self.refused.add(&answer.result),
            Said::Refused(refused) => {
                self.refused.add(&answer.result);
                let key = (refused.layer, refused.explicit);
                self.by_layer.entry(key).or_default().add(&answer.result);
            }
        }
        match answer.result {
            Comparison::Open(why) => {
                let count = self.missing.entry(why).or_default();
                *count = count.saturating_add(1);
            }
            Comparison::Disagreed(ours) => {
                let folded = self.disagreements.entry((answer.said, answer.principal, ours));
                let folded = folded.or_insert_with(|| Folded::new(answer.event_time));
                folded.add(answer.event_time, answer.event_id);
            }
            Comparison::Agreed | Comparison::NotCompared(_) => {}
        }
    }

    /// The refusals.
    #[must_use]
    pub fn refused(&self) -> &Counts {
        &self.refused
    }

    /// The calls that AWS permitted.
    #[must_use]
    pub fn permitted(&self) -> &Counts {
        &self.permitted
    }

    /// The refusals whose layer is named, by layer and kind.
    #[must_use]
    pub fn by_layer(&self) -> Vec<LayerCounts> {
        let layers = self.by_layer.iter();
        layers
            .map(|(&(layer, explicit), counts)| LayerCounts {
                layer,
                explicit,
                counts: counts.clone(),
            })
            .collect()
    }

    /// What would settle the open ones, and how many: the most first.
    #[must_use]
    pub fn missing(&self) -> Vec<(&str, u64)> {
        let mut missing: Vec<(&str, u64)> =
            self.missing.iter().map(|(why, count)| (why.as_str(), *count)).collect();
        // What counts alike stays in the order of the alphabet.
        missing.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        missing
    }

    /// The disagreements, refusals first, the most frequent first.
    #[must_use]
    pub fn disagreements(&self) -> Vec<Disagreement> {
        let folded = self.disagreements.iter();
        let mut all: Vec<Disagreement> = folded
            .map(|((said, principal, ours), folded)| Disagreement {
                principal: principal.clone(),
                refused: match said {
                    Said::Refused(refused) => Some(refused.clone()),
                    Said::RefusedUnnamed | Said::Permitted => None,
                },
                ours: ours.clone(),
                count: folded.count,
                first: folded.first,
                last: folded.last,
                event_ids: folded.events.iter().map(|(_, id)| id.clone()).collect(),
            })
            .collect();
        all.sort_by_key(|one| (one.refused.is_none(), std::cmp::Reverse(one.count)));
        all
    }
}

impl Folded {
    fn new(time: DateTime<Utc>) -> Self {
        Self { count: 0, first: time, last: time, events: BTreeSet::new() }
    }

    fn add(&mut self, time: DateTime<Utc>, event_id: String) {
        self.count = self.count.saturating_add(1);
        self.first = self.first.min(time);
        self.last = self.last.max(time);
        self.events.insert((time, event_id));
        if self.events.len() > SAMPLES {
            self.events.pop_last();
        }
    }
}
