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
use crate::scratch::{InMemory, Scratch};
use crate::usage::UsageWriter;
use crate::writer::TableWriter;
use input::{Opened, about, open, share};
use winners::Winners;

/// Rows of calls and findings that the first pass looks at a time, where days have more.
const PASS_ROWS: u64 = 250_000;

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

/// The merge of one day's calls and findings: opened and read through, ready to be written.
///
/// Memory does not grow with the day where one policy set judged it: the first pass looks at so many
/// rows at a time, the second reads some files side by side and puts groups of them aside
/// where there are more.
#[derive(Debug)]
pub struct DayMerge<F, S = InMemory> {
    calls: Vec<Opened<F>>,
    findings: Vec<Opened<F>>,
    parts: BTreeSet<String>,
    winners: Winners,
    scratch: S,
}

impl<F: ChunkReader + 'static> DayMerge<F> {
    /// Opens the files of one day, all of them, and finds out which judgement of each event counts.
    /// What has to be put aside stays in memory.
    ///
    /// # Errors
    /// [`LakeError::Input`] names the file that could not be read.
    pub fn new(calls: Vec<MergeInput<F>>, findings: Vec<MergeInput<F>>) -> Result<Self, LakeError> {
        Self::with_scratch(calls, findings, InMemory)
    }
}

impl<F: ChunkReader + 'static, S: Scratch> DayMerge<F, S> {
    /// Opens the files of one day, all of them, and finds out which judgement of each event counts.
    ///
    /// # Errors
    /// [`LakeError::Input`] names the file that could not be read.
    pub fn with_scratch(
        calls: Vec<MergeInput<F>>,
        findings: Vec<MergeInput<F>>,
        scratch: S,
    ) -> Result<Self, LakeError> {
        Self::in_passes(calls, findings, scratch, PASS_ROWS)
    }

    /// Looks at about so many rows in each pass.
    pub(crate) fn in_passes(
        calls: Vec<MergeInput<F>>,
        findings: Vec<MergeInput<F>>,
        scratch: S,
        pass_rows: u64,
    ) -> Result<Self, LakeError> {
        let (calls, findings) = (share(calls), share(findings));
        let (mut parts, call_rows) = about(Table::Calls, &calls)?;
        let (mut parts_of_findings, finding_rows) = about(Table::Findings, &findings)?;
        parts.append(&mut parts_of_findings);
        let passes = call_rows.saturating_add(finding_rows).div_ceil(pass_rows.max(1)).max(1);
        let mut winners = Winners::default();
        for pass in 0..passes {
            let mut scan = winners.pass(pass, passes);
            for (table, inputs) in [(Table::Calls, &calls), (Table::Findings, &findings)] {
                for input in inputs {
                    let scanned = scan.read(table, input.file.clone());
                    scanned.map_err(|error| input.failed(error))?;
                }
            }
            scan.finish();
        }
        Ok(Self { calls, findings, parts, winners, scratch })
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
        let (out, mut report) = self.merged(&self.calls, none, (counts, keep), (engine, out))?;
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
        let keep = |_: &FindingRow| Ok(());
        self.merged(&self.findings, conflicts.to_vec(), (counts, keep), (engine, out))
    }

    fn merged<R: TableRow, W: Write + Send>(
        &self,
        inputs: &[Opened<F>],
        more: Vec<R>,
        judge: (impl FnMut(&R) -> bool, impl FnMut(&R) -> Result<(), LakeError>),
        (engine, out): (&str, W),
    ) -> Result<(W, MergeReport), LakeError> {
        let sources = open(inputs, &self.scratch)?;
        write_merged(sources, more, judge, engine, &self.parts, out)
    }
}

/// The merge of one day of a table of which repeats go away one by one: the ledger, of each object
/// and content the greatest judgement; facts, what each record says once.
#[derive(Debug)]
pub struct TableMerge<R, F, S = InMemory> {
    files: Vec<Opened<F>>,
    parts: BTreeSet<String>,
    scratch: S,
    row: std::marker::PhantomData<fn() -> R>,
}

impl<R: MergedAlone, F: ChunkReader + 'static> TableMerge<R, F> {
    /// Opens the files of one day, all of them. What has to be put aside stays in memory.
    ///
    /// # Errors
    /// [`LakeError::Input`] names the file that could not be read.
    pub fn new(files: Vec<MergeInput<F>>) -> Result<Self, LakeError> {
        Self::with_scratch(files, InMemory)
    }
}

impl<R: MergedAlone, F: ChunkReader + 'static, S: Scratch> TableMerge<R, F, S> {
    /// Opens the files of one day, all of them.
    ///
    /// # Errors
    /// [`LakeError::Input`] names the file that could not be read.
    pub fn with_scratch(files: Vec<MergeInput<F>>, scratch: S) -> Result<Self, LakeError> {
        let files = share(files);
        let (parts, _) = about(R::TABLE, &files)?;
        Ok(Self { files, parts, scratch, row: std::marker::PhantomData })
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
        let sources = open(&self.files, &self.scratch)?;
        let judge = (|_: &R| true, |_: &R| Ok(()));
        write_merged(sources, Vec::new(), judge, engine, &self.parts, out)
    }
}

/// Rows of which repeats follow the one that counts.
pub trait MergedAlone: TableRow {}

impl MergedAlone for ObjectRow {}
impl MergedAlone for FactRow {}

/// Writes the rows that count, each once. Those that are written are handed on too.
fn write_merged<R: TableRow, W: Write + Send>(
    mut sources: Vec<Source<R>>,
    mut more: Vec<R>,
    (mut counts, mut keep): (impl FnMut(&R) -> bool, impl FnMut(&R) -> Result<(), LakeError>),
    engine: &str,
    parts: &BTreeSet<String>,
    out: W,
) -> Result<(W, MergeReport), LakeError> {
    let mut report = MergeReport::default();
    let mut writer = TableWriter::<R, W>::new(out, engine, parts)?;
    let mut kept: Option<R> = None;
    more.sort_by(R::order);
    let more = Box::new(more.into_iter().map(Ok));
    sources.push(Source { name: "rows of this merge".to_owned(), rows: more });
    for row in SortedRows::new(sources, R::order)? {
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
