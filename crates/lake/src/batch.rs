//! A unit of work: the rows of some objects in, the files of the lake out.
//!
//! No I/O: the command line and the functions supply bytes, a place for rows that memory has no room
//! for ([`Scratch`]), and one for the files ([`Put`]), or they take the files as they are and put them
//! themselves. The parts come first and the ledger last, since a ledger row is the mark that the rows
//! of its object are there.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::io::{self, Write};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::error::LakeError;
use crate::names::{self, WorkIdentity};
use crate::provenance::Provenance;
use crate::quarantine::{self, QuarantineEntry};
use crate::rows::{CallRow, FactRow, FindingRow, ObjectRow, TableRow};
use crate::schema::partition;
use crate::scratch::{InMemory, Scratch};
use crate::sorter::{DatedRow, MAX_WEIGHT, Sorter, sorted};
use crate::writer::TableWriter;

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

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where the files of a lake are put.
pub trait Put {
    /// What a file is written to.
    type Out: Write + Send;
    /// Why it could not be.
    type Error: From<LakeError>;

    /// Begins a file at a path below the root of the lake. Until it is [committed](Self::commit), nobody
    /// sees it.
    ///
    /// # Errors
    /// Whatever keeps it from being begun.
    fn create(&mut self, path: &str) -> Result<Self::Out, Self::Error>;

    /// Makes a file that is written visible, whole.
    ///
    /// # Errors
    /// Whatever keeps it from being there.
    fn commit(&mut self, out: Self::Out) -> Result<(), Self::Error>;
}

/// Files in memory.
#[derive(Debug, Default)]
pub(crate) struct Parts(pub(crate) Vec<Part>);

impl Put for Parts {
    type Out = Part;
    type Error = LakeError;

    fn create(&mut self, path: &str) -> Result<Part, LakeError> {
        Ok(Part { path: path.to_owned(), bytes: Vec::new() })
    }

    fn commit(&mut self, out: Part) -> Result<(), LakeError> {
        self.0.push(out);
        Ok(())
    }
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
/// Memory is bounded by rows of some tens of megabytes, beyond which they are put aside, and by a row
/// of the ledger per object.
#[derive(Debug)]
pub struct Batch<S: Scratch = InMemory> {
    work: WorkIdentity,
    provenance: Arc<Provenance>,
    /// By name and identity.
    objects: Objects,
    calls: Sorter<CallRow, S>,
    findings: Sorter<FindingRow, S>,
    facts: Sorter<FactRow, S>,
    scratch: S,
}

type Objects = BTreeMap<(String, String), Object>;

#[derive(Debug)]
struct Object {
    row: ObjectRow,
    date: Option<NaiveDate>,
    quarantine: Vec<u8>,
}

impl Batch {
    /// An empty batch, whose rows wait in memory.
    #[must_use]
    pub fn new(work: WorkIdentity) -> Self {
        Self::with_scratch(work, InMemory)
    }

    /// Writes everything down in memory. An empty batch has no files.
    ///
    /// # Errors
    /// [`LakeError::Write`] when Parquet refuses the rows.
    pub fn finish(self) -> Result<BatchOutput, LakeError> {
        self.finish_in_memory()
    }
}

impl<S: Scratch> Batch<S> {
    /// An empty batch, whose rows wait there when there are too many for memory.
    #[must_use]
    pub fn with_scratch(work: WorkIdentity, scratch: S) -> Self {
        Self::with_memory(work, scratch, MAX_WEIGHT)
    }

    /// A batch that puts the rows of each table aside above so many bytes.
    pub(crate) fn with_memory(work: WorkIdentity, scratch: S, max_weight: usize) -> Self {
        Self {
            provenance: Arc::new(work.provenance.clone()),
            work,
            objects: BTreeMap::new(),
            calls: Sorter::new(CallRow::by_day, max_weight),
            findings: Sorter::new(FindingRow::by_day, max_weight),
            facts: Sorter::new(FactRow::by_day, max_weight),
            scratch,
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
    /// [`LakeError::MixedJudgements`] when rows were judged by others than the batch says,
    /// [`LakeError::Scratch`] when rows cannot be put aside.
    pub fn add(&mut self, rows: ObjectRows) -> Result<bool, LakeError> {
        self.check(&rows)?;
        let date = date_of(&rows);
        let ObjectRows { object: row, calls, findings, facts, quarantine, .. } = rows;
        let key = (row.object.clone(), row.identity.clone());
        let btree_map::Entry::Vacant(place) = self.objects.entry(key) else { return Ok(false) };
        let quarantine = quarantine::lines(&row.object, quarantine);
        place.insert(Object { row, date, quarantine });
        calls.into_iter().try_for_each(|row| self.calls.push(row, &self.scratch))?;
        findings.into_iter().try_for_each(|row| self.findings.push(row, &self.scratch))?;
        facts.into_iter().try_for_each(|row| self.facts.push(row, &self.scratch))?;
        Ok(true)
    }

    /// Puts everything: the parts first, what could not be read, and the ledger last. An empty batch
    /// has no files.
    ///
    /// # Errors
    /// [`LakeError::Write`] when Parquet or the place refuses the rows, and what the place says.
    pub fn write<P: Put>(self, put: &mut P) -> Result<(), P::Error> {
        let (rest, part) = self.write_parts(put)?;
        rest.write_quarantine(&part, put)?;
        rest.write_ledger(&part, put)
    }

    fn finish_in_memory(self) -> Result<BatchOutput, LakeError> {
        let mut put = Parts::default();
        let (rest, part) = self.write_parts(&mut put)?;
        let parts = std::mem::take(&mut put.0);
        rest.write_quarantine(&part, &mut put)?;
        let quarantine = put.0.pop();
        rest.write_ledger(&part, &mut put)?;
        Ok(BatchOutput { parts, quarantine, ledger: put.0 })
    }

    /// The name of the part is that of the batch, and told with what is left to be written.
    fn write_parts<P: Put>(self, put: &mut P) -> Result<(Rest, String), P::Error> {
        let Self { work, objects, calls, findings, facts, scratch, .. } = self;
        let inputs = objects.keys().map(|(object, identity)| (object.as_str(), identity.as_str()));
        let batch = work.batch_hash(inputs);
        let part = names::part(&batch);
        let engine = work.provenance.engine.clone();
        write_days(calls, &scratch, (&engine, &part), put)?;
        write_days(findings, &scratch, (&engine, &part), put)?;
        write_days(facts, &scratch, (&engine, &part), put)?;
        let newest = objects.values().filter_map(|object| object.date).max().unwrap_or(UNDATED);
        Ok((Rest { batch, engine, filter: work.filter, objects, newest }, part))
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

/// What of a batch is written once its parts are.
struct Rest {
    batch: String,
    engine: String,
    filter: String,
    objects: Objects,
    /// The day of objects that tell none.
    newest: NaiveDate,
}

impl Rest {
    fn write_quarantine<P: Put>(&self, part: &str, put: &mut P) -> Result<(), P::Error> {
        let mut lines = self.objects.values().map(|object| &object.quarantine);
        if lines.all(Vec::is_empty) {
            return Ok(());
        }
        let mut out = put.create(&format!("quarantine/{}/{part}.jsonl", partition(self.newest)))?;
        for object in self.objects.values() {
            out.write_all(&object.quarantine).map_err(LakeError::Quarantine)?;
        }
        put.commit(out)
    }

    fn write_ledger<P: Put>(self, part: &str, put: &mut P) -> Result<(), P::Error> {
        let mut days: BTreeMap<NaiveDate, Vec<ObjectRow>> = BTreeMap::new();
        for Object { mut row, date, .. } in self.objects.into_values() {
            self.batch.clone_into(&mut row.batch);
            row.filter = (!self.filter.is_empty()).then(|| self.filter.clone());
            days.entry(date.unwrap_or(self.newest)).or_default().push(row);
        }
        let mut files = DayFiles::new(&self.engine, part, put);
        for (date, rows) in days {
            for row in sorted(&rows, ObjectRow::order) {
                files.push(date, row)?;
            }
        }
        files.finish()
    }
}

/// Writes a file per day.
fn write_days<R: DatedRow, S: Scratch, P: Put>(
    rows: Sorter<R, S>,
    scratch: &S,
    (engine, part): (&str, &str),
    put: &mut P,
) -> Result<(), P::Error> {
    let mut files = DayFiles::new(engine, part, put);
    rows.finish(scratch, |row: &R| files.push(row.date(), row))?;
    files.finish()
}

/// Rows by day to a file of each day: one is written at a time.
struct DayFiles<'p, R: TableRow, P: Put> {
    engine: &'p str,
    part: &'p str,
    put: &'p mut P,
    file: Option<(NaiveDate, TableWriter<R, P::Out>)>,
}

impl<'p, R: TableRow, P: Put> DayFiles<'p, R, P> {
    fn new(engine: &'p str, part: &'p str, put: &'p mut P) -> Self {
        Self { engine, part, put, file: None }
    }

    fn push(&mut self, date: NaiveDate, row: &R) -> Result<(), P::Error> {
        let file = match self.file.take() {
            Some((of, file)) if of == date => file,
            other => {
                self.file = other;
                self.end()?;
                let out = self.put.create(&R::TABLE.path(date, &names::part_file(self.part)))?;
                TableWriter::new(out, self.engine, &BTreeSet::from([self.part.to_owned()]))?
            }
        };
        Ok(self.file.insert((date, file)).1.push(row)?)
    }

    fn finish(mut self) -> Result<(), P::Error> {
        self.end()
    }

    fn end(&mut self) -> Result<(), P::Error> {
        match self.file.take() {
            Some((_, file)) => self.put.commit(file.finish()?),
            None => Ok(()),
        }
    }
}
