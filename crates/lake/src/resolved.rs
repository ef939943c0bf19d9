//! What facts settle of one day's calls, as files.
//!
//! A day's file is written whole, from all calls of the day and all facts up to it. Its name says
//! from which, so that whoever has the same calls and facts has the same file, however they came.

use std::collections::BTreeSet;

use analyzer::resolve::Resolver;
use chrono::NaiveDate;

use crate::batch::Part;
use crate::error::LakeError;
use crate::names::resolved_name;
use crate::provenance::Provenance;
use crate::rows::{CallRow, FindingRow, ResolutionRow, ResolvedFindingRow, TableRow};
use crate::sorter::write_sorted;

/// What is settled of a day.
#[derive(Clone, Debug, Default)]
pub struct ResolvedDay {
    /// The calls.
    pub resolutions: Vec<ResolutionRow>,
    /// What is found of them.
    pub findings: Vec<FindingRow>,
}

impl ResolvedDay {
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
            source_object: row.source_object.clone(),
            provenance: row.provenance.clone(),
        });
    }

    /// The files of the day, made from the files of these names; none where there is nothing to
    /// say.
    ///
    /// # Errors
    /// [`LakeError::Write`] when Parquet refuses the rows.
    pub fn files(
        self,
        date: NaiveDate,
        by: &Provenance,
        inputs: &BTreeSet<String>,
    ) -> Result<Vec<Part>, LakeError> {
        let name = resolved_name(by, inputs);
        let findings: Vec<_> = self.findings.into_iter().map(ResolvedFindingRow).collect();
        let files = [file(date, &name, by, &self.resolutions)?, file(date, &name, by, &findings)?];
        Ok(files.into_iter().flatten().collect())
    }
}

fn file<R: TableRow>(
    date: NaiveDate,
    name: &str,
    by: &Provenance,
    rows: &[R],
) -> Result<Option<Part>, LakeError> {
    if rows.is_empty() {
        return Ok(None);
    }
    let bytes = write_sorted(rows, &by.engine, &BTreeSet::new())?;
    Ok(Some(Part { path: R::TABLE.path(date, name), bytes }))
}
