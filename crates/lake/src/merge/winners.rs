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

/// The greatest judgement of each body of each event.
///
/// Ids and hashes are kept as hashes of their own, 16 and 8 bytes: an entry takes 32 bytes, and
/// the map up to twice that. By chance, two of a billion ids share 16 bytes once in 10^20 days.
#[derive(Debug, Default)]
pub(super) struct Winners {
    /// The distinct judgements; what follows points into here.
    judgements: Vec<Arc<Provenance>>,
    events: HashMap<u128, Event>,
    /// Bodies beyond the first of their event.
    others: HashMap<(u128, u64), u32>,
    conflicting: HashSet<u128>,
}

#[derive(Debug)]
struct Event {
    body: u64,
    judgement: u32,
}

impl Winners {
    /// Reads a file of calls or findings through.
    pub(super) fn scan<F: ChunkReader + 'static>(
        &mut self,
        table: Table,
        file: F,
    ) -> Result<(), LakeError> {
        for row in RowReader::<Judged>::of_table(table, file, READ_ROWS)? {
            self.add(&row?);
        }
        Ok(())
    }

    /// Whether rows of this judgement of this body count.
    pub(super) fn counts(&self, event_id: &str, record_hash: &str, judged_by: &Provenance) -> bool {
        // Mostly one policy set judged all of the day.
        self.judgements.len() <= 1
            || self
                .judgement_of(short_hash(event_id), body(record_hash))
                .is_some_and(|judgement| **judgement == *judged_by)
    }

    /// Distinct event ids.
    pub(super) fn events(&self) -> u64 {
        u64::try_from(self.events.len()).unwrap_or(u64::MAX)
    }

    /// Whether the event has more than one body.
    pub(super) fn is_conflicting(&self, event_id: &str) -> bool {
        !self.conflicting.is_empty() && self.conflicting.contains(&short_hash(event_id))
    }

    fn add(&mut self, row: &Judged) {
        let judgement = self.intern(&row.provenance);
        let (id, body) = (short_hash(&row.event_id), body(&row.record_hash));
        let judgements = &self.judgements;
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
                self.conflicting.insert(id);
                greater(self.others.entry((id, body)).or_insert(judgement));
            }
        }
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

    fn judgement_of(&self, id: u128, body: u64) -> Option<&Arc<Provenance>> {
        let event = self.events.get(&id)?;
        let judgement =
            if event.body == body { event.judgement } else { *self.others.get(&(id, body))? };
        get(&self.judgements, judgement)
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
