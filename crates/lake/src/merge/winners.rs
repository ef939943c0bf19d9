//! The first pass of a merge: which judgement of each event counts.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parquet::file::reader::ChunkReader;
use sha2::{Digest, Sha256};

use crate::decode::RowDecoder;
use crate::error::LakeError;
use crate::provenance::Provenance;
use crate::reader::{READ_ROWS, RowReader};
use crate::rows::ReadRow;
use crate::schema::{Column, Table};

/// Which judgement of each body of each event counts.
///
/// Mostly one policy set judged all of a day, or judged all of it anew: what counts are the rows of the
/// greatest judgement of all. So only bodies are kept of which there is no such row, and event ids with
/// several bodies. Which these are is found out by looking at all rows, those of a share of the event ids
/// at a time: memory grows neither with the day nor with the number of passes.
///
/// Ids and hashes are kept as hashes of their own. By chance, two of a billion ids share 16 bytes once
/// in 10^20 days.
#[derive(Debug, Default)]
pub(super) struct Winners {
    /// The distinct judgements; what follows points into here.
    judgements: Vec<Arc<Provenance>>,
    /// The greatest of them.
    greatest: Option<Arc<Provenance>>,
    /// Distinct event ids.
    events: u64,
    /// The judgement that counts of bodies without one of the greatest.
    lesser: HashMap<(u128, u64), u32>,
    conflicting: HashSet<u128>,
}

/// What is seen of a share of the event ids, until all files are read.
#[derive(Debug)]
pub(super) struct Pass<'w> {
    winners: &'w mut Winners,
    /// The number of the pass, and of how many.
    share: (u64, u64),
    events: HashMap<u128, Event>,
    /// Bodies beyond the first of their event.
    others: HashMap<(u128, u64), u32>,
}

#[derive(Debug)]
struct Event {
    body: u64,
    judgement: u32,
}

impl Winners {
    /// Begins a pass over all files. After all passes, all judgements that count are known.
    pub(super) fn pass(&mut self, pass: u64, passes: u64) -> Pass<'_> {
        let (events, others) = (HashMap::new(), HashMap::new());
        Pass { winners: self, share: (pass, passes), events, others }
    }

    /// Whether rows of this judgement of this body count.
    pub(super) fn counts(&self, event_id: &str, record_hash: &str, judged_by: &Provenance) -> bool {
        // Mostly one policy set judged all of the day.
        if self.judgements.len() <= 1 {
            return true;
        }
        let lesser = self.lesser.get(&(short_hash(event_id), body(record_hash)));
        let judgement =
            lesser.map_or(self.greatest.as_ref(), |lesser| get(&self.judgements, *lesser));
        judgement.is_some_and(|judgement| **judgement == *judged_by)
    }

    /// Distinct event ids.
    pub(super) fn events(&self) -> u64 {
        self.events
    }

    /// Whether the event has more than one body.
    pub(super) fn is_conflicting(&self, event_id: &str) -> bool {
        !self.conflicting.is_empty() && self.conflicting.contains(&short_hash(event_id))
    }

    /// The number of a judgement. There are few, and neighbours mostly share theirs.
    fn intern(&mut self, provenance: &Arc<Provenance>) -> u32 {
        let known = self
            .judgements
            .iter()
            .rposition(|known| Arc::ptr_eq(known, provenance) || **known == **provenance);
        let index = known.unwrap_or_else(|| {
            self.judgements.push(Arc::clone(provenance));
            self.judgements.len().saturating_sub(1)
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}

impl Pass<'_> {
    /// Reads a file of calls or findings through.
    pub(super) fn read<F: ChunkReader + 'static>(
        &mut self,
        table: Table,
        file: F,
    ) -> Result<(), LakeError> {
        for row in RowReader::<Judged>::of_table(table, file, READ_ROWS)? {
            self.add(&row?);
        }
        Ok(())
    }

    fn add(&mut self, row: &Judged) {
        // Of all rows: the first pass must know which judgement is the greatest.
        let judgement = self.winners.intern(&row.provenance);
        let id = short_hash(&row.event_id);
        let (pass, passes) = self.share;
        if id.checked_rem(u128::from(passes)) != Some(u128::from(pass)) {
            return;
        }
        let body = body(&row.record_hash);
        let judgements = &self.winners.judgements;
        let greater = |best: &mut u32| {
            if get(judgements, *best) < get(judgements, judgement) {
                *best = judgement;
            }
        };
        match self.events.entry(id) {
            Entry::Vacant(event) => {
                event.insert(Event { body, judgement });
            }
            Entry::Occupied(mut event) if event.get().body == body => {
                greater(&mut event.get_mut().judgement);
            }
            Entry::Occupied(_) => {
                self.winners.conflicting.insert(id);
                greater(self.others.entry((id, body)).or_insert(judgement));
            }
        }
    }

    /// Keeps what cannot be told without, once all files are read.
    pub(super) fn finish(self) {
        let Self { winners, events, others, .. } = self;
        let seen = u64::try_from(events.len()).unwrap_or(u64::MAX);
        winners.events = winners.events.saturating_add(seen);
        winners.greatest = winners.judgements.iter().max().cloned();
        let greatest = winners.greatest.as_ref();
        let events =
            events.into_iter().map(|(id, Event { body, judgement })| ((id, body), judgement));
        let bodies = events.chain(others);
        let judgements = &winners.judgements;
        winners.lesser.extend(bodies.filter(|(_, best)| get(judgements, *best) != greatest));
    }
}

fn get(judgements: &[Arc<Provenance>], index: u32) -> Option<&Arc<Provenance>> {
    judgements.get(usize::try_from(index).unwrap_or(usize::MAX))
}

fn short_hash(text: &str) -> u128 {
    let digest = Sha256::digest(text.as_bytes());
    digest.first_chunk().copied().map(u128::from_be_bytes).unwrap_or_default()
}

/// Only bodies of one event are told apart by it.
fn body(record_hash: &str) -> u64 {
    let digest = Sha256::digest(record_hash.as_bytes());
    digest.first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default()
}

/// The columns of the first pass, which calls and findings share.
#[derive(Debug)]
struct Judged {
    event_id: String,
    record_hash: String,
    provenance: Arc<Provenance>,
}

impl ReadRow for Judged {
    fn wants(column: &Column) -> bool {
        let wanted =
            ["event_id", "record_hash", "policy_set", "revision", "verdict_hash", "engine"];
        wanted.contains(&column.name)
    }

    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        Ok(Self {
            event_id: row.text("event_id")?,
            record_hash: row.text("record_hash")?,
            provenance: row.judged_by()?,
        })
    }
}
