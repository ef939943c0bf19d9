//! What facts settle of one day's calls, as files.
//!
//! A day's file is written whole, from all calls of the day and what all records up to it say. Its
//! name says from which, so that whoever has the same calls and facts has the same file, however
//! they came, and whoever finds another name knows that something is missing.

use std::collections::BTreeSet;

use analyzer::resolve::Resolver;
use chrono::NaiveDate;

use crate::batch::Part;
use crate::error::LakeError;
use crate::provenance::Provenance;
use crate::rows::{CallRow, FindingRow, ResolutionRow, ResolvedFindingRow, TableRow};
use crate::sorter::write_sorted;

/// What is settled of a day.
#[derive(Clone, Debug)]
pub struct ResolvedDay {
    facts_hash: String,
    /// The calls.
    pub resolutions: Vec<ResolutionRow>,
    /// What is found of them.
    pub findings: Vec<FindingRow>,
}

impl ResolvedDay {
    /// Nothing yet, by facts of this hash.
    #[must_use]
    pub fn new(facts_hash: String) -> Self {
        Self { facts_hash, resolutions: Vec::new(), findings: Vec::new() }
    }

    /// Takes what the resolver says of a call.
    pub fn add(&mut self, resolver: &mut Resolver<'_>, row: &CallRow) {
        let Some(mut resolution) = resolver.resolve(&row.call) else { return };
        let findings = std::mem::take(&mut resolution.findings);
        self.findings.extend(findings.into_iter().map(|finding| FindingRow {
            finding,
            record_hash: row.call.record_hash.clone(),
            source_object: row.source_object.clone(),
            provenance: row.provenance.clone(),
        }));
        self.resolutions.push(ResolutionRow {
            resolution,
            facts_hash: self.facts_hash.clone(),
            source_object: row.source_object.clone(),
            provenance: row.provenance.clone(),
        });
    }

    /// The files of the day under this name, to be put in their order. That of the resolutions is the
    /// last, and is there when there are none: it is the mark that the day is settled.
    ///
    /// # Errors
    /// [`LakeError::Write`] when Parquet refuses the rows.
    pub fn files(
        self,
        date: NaiveDate,
        name: &str,
        by: &Provenance,
    ) -> Result<Vec<Part>, LakeError> {
        let findings: Vec<_> = self.findings.into_iter().map(ResolvedFindingRow).collect();
        let mut files = Vec::new();
        if !findings.is_empty() {
            files.push(file(date, name, by, &findings)?);
        }
        files.push(file(date, name, by, &self.resolutions)?);
        Ok(files)
    }
}

fn file<R: TableRow>(
    date: NaiveDate,
    name: &str,
    by: &Provenance,
    rows: &[R],
) -> Result<Part, LakeError> {
    let bytes = write_sorted(rows, &by.engine, &BTreeSet::new())?;
    Ok(Part { path: R::TABLE.path(date, name), bytes })
}
