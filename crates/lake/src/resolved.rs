//! What facts settle of one day's calls, as files.
//!
//! A day's file is written whole, from all calls of the day and what all records up to it say. Its
//! name says from which, so that whoever has the same calls and facts has the same file, however
//! they came, and whoever finds another name knows that something is missing.

use std::collections::BTreeSet;

use analyzer::resolve::Resolver;
use chrono::NaiveDate;

use crate::batch::Put;
use crate::error::LakeError;
use crate::provenance::Provenance;
use crate::rows::{CallRow, FindingRow, ResolutionRow, ResolvedFindingRow, TableRow};
use crate::scratch::Scratch;
use crate::sorter::{MAX_WEIGHT, Sorter};
use crate::writer::TableWriter;

/// What is settled of a day.
#[derive(Debug)]
pub struct ResolvedDay<S: Scratch> {
    facts_hash: String,
    /// The calls.
    resolutions: Sorter<ResolutionRow, S>,
    /// What is found of them.
    findings: Sorter<ResolvedFindingRow, S>,
    scratch: S,
}

impl<S: Scratch> ResolvedDay<S> {
    /// Nothing yet, by facts of this hash. Rows wait there when there are too many for memory.
    #[must_use]
    pub fn new(facts_hash: String, scratch: S) -> Self {
        let resolutions = Sorter::new(ResolutionRow::order, MAX_WEIGHT);
        let findings = Sorter::new(ResolvedFindingRow::order, MAX_WEIGHT);
        Self { facts_hash, resolutions, findings, scratch }
    }

    /// Takes what the resolver says of a call.
    ///
    /// # Errors
    /// [`LakeError::Scratch`] when rows cannot be put aside.
    pub fn add(&mut self, resolver: &mut Resolver<'_>, row: &CallRow) -> Result<(), LakeError> {
        let Some(mut resolution) = resolver.resolve(&row.call) else { return Ok(()) };
        for finding in std::mem::take(&mut resolution.findings) {
            self.keep_finding(FindingRow {
                finding,
                record_hash: row.call.record_hash.clone(),
                source_object: row.source_object.clone(),
                provenance: row.provenance.clone(),
            })?;
        }
        self.keep(ResolutionRow {
            resolution,
            facts_hash: self.facts_hash.clone(),
            source_object: row.source_object.clone(),
            provenance: row.provenance.clone(),
        })
    }

    /// Takes what was settled of a call before.
    ///
    /// # Errors
    /// [`LakeError::Scratch`] when rows cannot be put aside.
    pub fn keep(&mut self, row: ResolutionRow) -> Result<(), LakeError> {
        self.resolutions.push(row, &self.scratch)
    }

    /// Takes what was found of a call that was settled before.
    ///
    /// # Errors
    /// [`LakeError::Scratch`] when rows cannot be put aside.
    pub fn keep_finding(&mut self, row: FindingRow) -> Result<(), LakeError> {
        self.findings.push(ResolvedFindingRow(row), &self.scratch)
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn finds_nothing(&self) -> bool {
        self.findings.is_empty()
    }

    /// Puts the files of the day under this name. That of the resolutions is the last, and is there
    /// when there are none: it is the mark that the day is settled.
    ///
    /// # Errors
    /// [`LakeError::Write`] when Parquet or the place refuses the rows, and what the place says.
    pub fn write<P: Put>(
        self,
        date: NaiveDate,
        name: &str,
        by: &Provenance,
        put: &mut P,
    ) -> Result<(), P::Error> {
        if !self.findings.is_empty() {
            write(self.findings, &self.scratch, (date, name, by), put)?;
        }
        write(self.resolutions, &self.scratch, (date, name, by), put)
    }
}

fn write<R: TableRow, S: Scratch, P: Put>(
    rows: Sorter<R, S>,
    scratch: &S,
    (date, name, by): (NaiveDate, &str, &Provenance),
    put: &mut P,
) -> Result<(), P::Error> {
    let out = put.create(&R::TABLE.path(date, name))?;
    let mut file = TableWriter::<R, _>::new(out, &by.engine, &BTreeSet::new())?;
    rows.finish(scratch, |row: &R| file.push(row))?;
    put.commit(file.finish()?)
}
