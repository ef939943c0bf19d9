//! A unit of work: the rows of some objects in, the files of the lake out.
//!
//! No I/O: the command line and the functions supply bytes and put results. They put the parts
//! first and the ledger last, since a ledger row is the mark that the rows of its object are there.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::error::LakeError;
use crate::names::{self, WorkIdentity};
use crate::provenance::Provenance;
use crate::quarantine::{self, QuarantineEntry};
use crate::rows::{CallRow, FactRow, FindingRow, ObjectRow, TableRow};
use crate::schema::partition;
use crate::sorter::{MAX_WEIGHT, Sorter};

/// The day of objects that tell no time, in batches that tell none: before every event that is
/// accepted, and where tables still look.
pub const UNDATED: NaiveDate = match NaiveDate::from_ymd_opt(2013, 1, 1) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// All that came of one object.
#[derive(Clone, Debug)]
pub struct ObjectRows {
    /// Its row of the ledger.
    pub object: ObjectRow,
    /// Its judged requests.
    pub calls: Vec<CallRow>,
    /// Its findings.
    pub findings: Vec<FindingRow>,
    /// What its records say about resources.
    pub facts: Vec<FactRow>,
    /// What of it could not be read.
    pub quarantine: Vec<QuarantineEntry>,
}

/// A file to be put below the root of the lake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where: `calls/dt=2026-06-01/part-….parquet`.
    pub path: String,
    /// What.
    pub bytes: Vec<u8>,
}

/// The files of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchOutput {
    /// Calls, findings and facts, to be put before the ledger, in any order.
    pub parts: Vec<Part>,
    /// What could not be read, to be put before the ledger too.
    pub quarantine: Option<Part>,
    /// The ledger, to be put last.
    pub ledger: Vec<Part>,
}

/// Collects what came of objects, then writes it down.
///
/// The same objects give the same bytes under the same names, in whatever order they are added.
/// Memory is bounded by the rows of some hundred megabytes; beyond that they are packed.
#[derive(Debug)]
pub struct Batch {
    work: WorkIdentity,
    provenance: Arc<Provenance>,
    /// By name and identity.
    objects: Objects,
    calls: Sorter<CallRow>,
    findings: Sorter<FindingRow>,
    facts: Sorter<FactRow>,
}

type Objects = BTreeMap<(String, String), Object>;

#[derive(Debug)]
struct Object {
    row: ObjectRow,
    date: Option<NaiveDate>,
    quarantine: Vec<u8>,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new(work: WorkIdentity) -> Self {
        Self::with_memory(work, MAX_WEIGHT)
    }

    /// A batch that packs the rows of each table above so many bytes.
    pub(crate) fn with_memory(work: WorkIdentity, max_weight: usize) -> Self {
        Self {
            provenance: Arc::new(work.provenance.clone()),
            work,
            objects: BTreeMap::new(),
            calls: Sorter::new(max_weight),
            findings: Sorter::new(max_weight),
            facts: Sorter::new(max_weight),
        }
    }

    /// Who judges, to be shared by all rows that are added.
    #[must_use]
    pub fn provenance(&self) -> &Arc<Provenance> {
        &self.provenance
    }

    /// Adds what came of an object; says whether it was taken. The same object with the same
    /// content is taken once, however often a queue delivers it.
    ///
    /// # Errors
    /// [`LakeError::Unbalanced`] when records are unaccounted for,
    /// [`LakeError::MixedJudgements`] when rows were judged by others than the batch says.
    pub fn add(&mut self, rows: ObjectRows) -> Result<bool, LakeError> {
        self.check(&rows)?;
        let date = date_of(&rows);
        let ObjectRows { object: row, calls, findings, facts, quarantine, .. } = rows;
        let key = (row.object.clone(), row.identity.clone());
        let btree_map::Entry::Vacant(place) = self.objects.entry(key) else { return Ok(false) };
        let quarantine = quarantine::lines(&row.object, quarantine);
        place.insert(Object { row, date, quarantine });
        calls.into_iter().try_for_each(|row| self.calls.push(row.date(), row))?;
        findings.into_iter().try_for_each(|row| self.findings.push(row.date(), row))?;
        facts.into_iter().try_for_each(|row| self.facts.push(row.date(), row))?;
        Ok(true)
    }

    /// Writes everything down. An empty batch has no files.
    ///
    /// # Errors
    /// [`LakeError::Write`] when Parquet refuses the rows.
    pub fn finish(self) -> Result<BatchOutput, LakeError> {
        let Self { work, objects, calls, findings, facts, .. } = self;
        let inputs = objects.keys().map(|(object, identity)| (object.as_str(), identity.as_str()));
        let batch = work.batch_hash(inputs);
        let engine = &work.provenance.engine;
        let mut parts = files(calls, engine, &batch)?;
        parts.extend(files(findings, engine, &batch)?);
        parts.extend(files(facts, engine, &batch)?);
        let newest = objects.values().filter_map(|object| object.date).max().unwrap_or(UNDATED);
        let quarantine = quarantine_part(&objects, newest, &batch);
        let ledger = files(ledger(objects, newest, &batch, &work.filter)?, engine, &batch)?;
        Ok(BatchOutput { parts, quarantine, ledger })
    }

    fn check(&self, rows: &ObjectRows) -> Result<(), LakeError> {
        let (read, accounted) = (rows.object.read, rows.object.accounted());
        let object = || rows.object.object.clone();
        if read != accounted {
            return Err(LakeError::Unbalanced { object: object(), read, accounted });
        }
        let ours = |provenance: &Arc<Provenance>| {
            Arc::ptr_eq(provenance, &self.provenance) || **provenance == *self.provenance
        };
        let all_ours = ours(&rows.object.provenance)
            && rows.calls.iter().all(|row| ours(&row.provenance))
            && rows.findings.iter().all(|row| ours(&row.provenance))
            && rows.facts.iter().all(|row| ours(&row.provenance));
        if all_ours { Ok(()) } else { Err(LakeError::MixedJudgements { object: object() }) }
    }
}

/// The day of an object, if anything tells.
fn date_of(rows: &ObjectRows) -> Option<NaiveDate> {
    let newest_call = || rows.calls.iter().map(|row| row.call.event_time).max();
    let time = rows.object.delivered_at.or(rows.object.newest_event).or_else(newest_call)?;
    // The name of an object may tell any time; nothing goes where no table looks.
    Some(time.date_naive()).filter(|date| *date >= UNDATED)
}

/// The sorted file of each day.
fn files<R: TableRow>(rows: Sorter<R>, engine: &str, batch: &str) -> Result<Vec<Part>, LakeError> {
    let part = names::part(batch);
    let file_name = names::part_file(&part);
    let days = rows.finish(engine, &BTreeSet::from([part]))?.into_iter();
    let parts = days.map(|(date, bytes)| Part { path: R::TABLE.path(date, &file_name), bytes });
    Ok(parts.collect())
}

fn ledger(
    objects: Objects,
    undated: NaiveDate,
    batch: &str,
    filter: &str,
) -> Result<Sorter<ObjectRow>, LakeError> {
    let mut ledger = Sorter::new(MAX_WEIGHT);
    for Object { mut row, date, .. } in objects.into_values() {
        batch.clone_into(&mut row.batch);
        row.filter = (!filter.is_empty()).then(|| filter.to_owned());
        ledger.push(date.unwrap_or(undated), row)?;
    }
    Ok(ledger)
}

fn quarantine_part(objects: &Objects, date: NaiveDate, batch: &str) -> Option<Part> {
    let bytes: Vec<u8> =
        objects.values().flat_map(|object| object.quarantine.iter().copied()).collect();
    let path = format!("quarantine/{}/{}.jsonl", partition(date), names::part(batch));
    (!bytes.is_empty()).then_some(Part { path, bytes })
}
