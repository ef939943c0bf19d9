//! Many files of one day to one. The only place where rows go away.
//!
//! Delivery is at least once, objects are read again after a failure, and days are judged again
//! with a newer policy set, so a day's files hold rows that say the same. Merging keeps:
//!
//! - of the judgements of one event, all rows of the greatest one ([`Provenance`]'s order) and none
//!   of the others, even where it has fewer rows. That takes a first pass over calls *and*
//!   findings: what a newer policy set allows has no finding left to say so;
//! - of the copies of a record, one: that of the object whose name sorts first;
//! - of one event id with two bodies, both. They are reported; one of them may be a forgery.
//!
//! What is kept depends on the set of rows alone: not on the order of files, nor on what was
//! merged before.
//!
//! [`Provenance`]: crate::Provenance

mod input;
mod plan;
mod verify;
mod winners;

pub use input::MergeInput;
pub(crate) use input::Shared;
pub use plan::{DayFile, MergePlan, Waiting, plan_merge};
pub use verify::verify_merged;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use parquet::file::reader::ChunkReader;

use crate::error::LakeError;
use crate::kway::{SortedRows, Source};
use crate::names::merged_name;
use crate::rows::{CallRow, FactRow, FindingRow, ObjectRow, TableRow};
use crate::schema::Table;
use crate::usage::UsageWriter;
use crate::writer::TableWriter;
use input::{Opened, open, parts_of, share};
use winners::Winners;

/// What a merge did: `rows_in = rows_out + duplicates + superseded`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MergeReport {
    /// Rows read.
    pub rows_in: u64,
    /// Rows kept.
    pub rows_out: u64,
    /// Rows that another one repeats.
    pub duplicates: u64,
    /// Rows that a greater judgement replaces.
    pub superseded: u64,
    /// Distinct event ids. Only calls report them.
    pub events: u64,
    /// Events with more than one body, by event id. Only calls report them.
    pub conflicts: Vec<Conflict>,
    /// A finding (`DRF403`) per body of those events, to be written with the others.
    pub conflict_findings: Vec<FindingRow>,
}

/// One event id with several bodies: `DRF403`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The event.
    pub event_id: String,
    /// The hashes of the bodies, sorted.
    pub hashes: Vec<String>,
}

/// The merge of one day's calls and findings: opened and read through once, ready to be written.
///
/// The first pass costs about 40 to 80 bytes of memory per distinct event, the second some
/// megabytes per file, of 64 files at most.
#[derive(Debug)]
pub struct DayMerge<F> {
    calls: Vec<Opened<F>>,
    findings: Vec<Opened<F>>,
    parts: BTreeSet<String>,
    winners: Winners,
}

impl<F: ChunkReader + 'static> DayMerge<F> {
    /// Opens the files of one day, all of them, and finds out which judgement of each event counts.
    ///
    /// # Errors
    /// [`LakeError::Input`] names the file that could not be read.
    pub fn new(calls: Vec<MergeInput<F>>, findings: Vec<MergeInput<F>>) -> Result<Self, LakeError> {
        let (calls, findings) = (share(calls), share(findings));
        let mut parts = BTreeSet::new();
        let mut winners = Winners::default();
        for (table, inputs) in [(Table::Calls, &calls), (Table::Findings, &findings)] {
            parts.append(&mut parts_of(table, inputs)?);
            for input in inputs {
                let scanned = winners.scan(table, input.file.clone());
                scanned.map_err(|error| input.failed(error))?;
            }
        }
        Ok(Self { calls, findings, parts, winners })
    }

    /// The parts that the merged files stand for.
    #[must_use]
    pub fn parts(&self) -> &BTreeSet<String> {
        &self.parts
    }

    /// The name of the merged files, that of calls and that of findings.
    #[must_use]
    pub fn file_name(&self) -> String {
        merged_name(&self.parts)
    }

    /// Writes the calls that count. `engine` is the version of the engine that writes.
    ///
    /// # Errors
    /// [`LakeError::Input`] and [`LakeError::Unsorted`] name the file that could not be merged;
    /// [`LakeError::Write`] when `out` refuses.
    pub fn write_calls<W: Write + Send>(
        &self,
        engine: &str,
        out: W,
    ) -> Result<(W, MergeReport), LakeError> {
        self.write_kept(engine, out, |_| Ok(()))
    }

    /// Writes the calls that count, and to `usage` what was asked for how often.
    ///
    /// # Errors
    /// As [`Self::write_calls`].
    pub fn write_calls_and_usage<W: Write + Send, U: Write + Send>(
        &self,
        engine: &str,
        out: W,
        usage: U,
    ) -> Result<(W, U, MergeReport), LakeError> {
        let mut used = UsageWriter::new(usage, engine, &self.parts)?;
        let (out, report) = self.write_kept(engine, out, |row| used.push(row))?;
        Ok((out, used.finish()?, report))
    }

    fn write_kept<W: Write + Send>(
        &self,
        engine: &str,
        out: W,
        keep: impl FnMut(&CallRow) -> Result<(), LakeError>,
    ) -> Result<(W, MergeReport), LakeError> {
        let mut bodies = BTreeMap::<String, BTreeSet<String>>::new();
        let mut findings = Vec::new();
        let counts = |row: &CallRow| {
            let (id, hash) = (&row.call.event_id, &row.call.record_hash);
            let counts = self.winners.counts(id, hash, &row.provenance);
            if counts && self.winners.is_conflicting(id) {
                bodies.entry(id.clone()).or_default().insert(hash.clone());
                if row.call.request_index == 0 {
                    findings.push(FindingRow::conflict(row));
                }
            }
            counts
        };
        let none = Vec::new();
        let merged = write_merged(&self.calls, none, counts, keep, engine, &self.parts, out);
        let (out, mut report) = merged?;
        let conflicts = bodies
            .into_iter()
            .map(|(event_id, hashes)| Conflict { event_id, hashes: hashes.into_iter().collect() });
        report.events = self.winners.events();
        report.conflicts = conflicts.collect();
        report.conflict_findings = findings;
        Ok((out, report))
    }

    /// Writes the findings that count, and those that the calls of the same merge reported.
    ///
    /// # Errors
    /// As [`Self::write_calls`].
    pub fn write_findings<W: Write + Send>(
        &self,
        engine: &str,
        conflicts: &[FindingRow],
        out: W,
    ) -> Result<(W, MergeReport), LakeError> {
        let counts = |row: &FindingRow| {
            self.winners.counts(&row.finding.event_id, &row.record_hash, &row.provenance)
        };
        let conflicts = conflicts.to_vec();
        let keep = |_: &FindingRow| Ok(());
        write_merged(&self.findings, conflicts, counts, keep, engine, &self.parts, out)
    }
}

/// The merge of one day of a table of which repeats go away one by one: the ledger, of each object
/// and content the greatest judgement; facts, what each record says once.
#[derive(Debug)]
pub struct TableMerge<R, F> {
    files: Vec<Opened<F>>,
    parts: BTreeSet<String>,
    row: std::marker::PhantomData<fn() -> R>,
}

impl<R: MergedAlone, F: ChunkReader + 'static> TableMerge<R, F> {
    /// Opens the files of one day, all of them.
    ///
    /// # Errors
    /// [`LakeError::Input`] names the file that could not be read.
    pub fn new(files: Vec<MergeInput<F>>) -> Result<Self, LakeError> {
        let files = share(files);
        let parts = parts_of(R::TABLE, &files)?;
        Ok(Self { files, parts, row: std::marker::PhantomData })
    }

    /// The parts that the merged file stands for.
    #[must_use]
    pub fn parts(&self) -> &BTreeSet<String> {
        &self.parts
    }

    /// The name of the merged file.
    #[must_use]
    pub fn file_name(&self) -> String {
        merged_name(&self.parts)
    }

    /// Writes the rows that count. What a greater judgement replaces is reported as a duplicate.
    ///
    /// # Errors
    /// As [`DayMerge::write_calls`].
    pub fn write<W: Write + Send>(
        &self,
        engine: &str,
        out: W,
    ) -> Result<(W, MergeReport), LakeError> {
        // The greatest judgement comes first in order, so what it replaces repeats it.
        let (counts, keep) = (|_: &R| true, |_: &R| Ok(()));
        write_merged(&self.files, Vec::new(), counts, keep, engine, &self.parts, out)
    }
}

/// Rows of which repeats follow the one that counts.
pub trait MergedAlone: TableRow {}

impl MergedAlone for ObjectRow {}
impl MergedAlone for FactRow {}

fn write_merged<R: TableRow, F: ChunkReader + 'static, W: Write + Send>(
    inputs: &[Opened<F>],
    mut more: Vec<R>,
    mut counts: impl FnMut(&R) -> bool,
    mut keep: impl FnMut(&R) -> Result<(), LakeError>,
    engine: &str,
    parts: &BTreeSet<String>,
    out: W,
) -> Result<(W, MergeReport), LakeError> {
    let mut report = MergeReport::default();
    let mut writer = TableWriter::<R, W>::new(out, engine, parts)?;
    let mut kept: Option<R> = None;
    let mut sources = open(inputs)?;
    more.sort_by(R::order);
    let more = Box::new(more.into_iter().map(Ok));
    sources.push(Source { name: "rows of this merge".to_owned(), rows: more });
    for row in SortedRows::<R>::new(sources)? {
        let row = row?;
        report.rows_in = report.rows_in.saturating_add(1);
        if !counts(&row) {
            report.superseded = report.superseded.saturating_add(1);
        } else if kept.as_ref().is_some_and(|kept| row.repeats(kept)) {
            report.duplicates = report.duplicates.saturating_add(1);
        } else {
            writer.push(&row)?;
            keep(&row)?;
            kept = Some(row);
        }
    }
    report.rows_out = writer.rows();
    Ok((writer.finish()?, report))
}
