//! Reading a lake in a folder: the rows that count, each once.
//!
//! A day may consist of several files, as long as nobody has merged them; then they are merged in
//! memory. What other records settle takes the place of what was left open.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analyzer::ENGINE;
use analyzer::resolve::is_replaced;
use chrono::NaiveDate;
use iam_policy::Decision;
use lake::{
    Bytes, CallRow, DayMerge, FindingRow, MergeInput, Provenance, ResolutionRow,
    ResolvedFindingRow, RowReader, Table, TableRow, open_calls,
};

use crate::files::FileError;
use crate::store::{Folder, Store, date, folder};

/// A folder that holds no lake.
#[derive(Debug, thiserror::Error)]
#[error("`{}` is no lake: it has no folder `calls`, nor `lake/calls`", .0.display())]
pub(crate) struct NoLake(PathBuf);

/// A row that does not keep the whole request.
#[derive(Debug, thiserror::Error)]
#[error("the lake was written by a version that does not keep enough of a request")]
pub(crate) struct OldRow;

/// A lake to read from.
pub(crate) struct LakeReader {
    folder: Folder,
}

/// What is settled of a day: per request the decision, and who judged.
pub(crate) struct Settled(HashMap<u128, (Decision, Arc<Provenance>)>);

impl Settled {
    /// The decision on a request, if who judged it has settled it.
    pub(crate) fn decision(&self, key: u128, by: &Provenance) -> Option<Decision> {
        self.0.get(&key).filter(|(_, judge)| **judge == *by).map(|(decision, _)| *decision)
    }
}

/// The rows of one day.
pub(crate) struct Day {
    calls: Bytes,
    findings: Bytes,
}

impl LakeReader {
    /// The lake of a folder: the folder itself, or what `analyze --out` puts into it.
    pub(crate) fn open(folder: &Path) -> Result<Self, NoLake> {
        let inside = folder.join("lake");
        let is_lake = |folder: &Path| folder.join(Table::Calls.as_str()).is_dir();
        let root = match (is_lake(folder), is_lake(&inside)) {
            (true, _) => folder.to_owned(),
            (false, true) => inside,
            (false, false) => return Err(NoLake(folder.to_owned())),
        };
        Ok(Self { folder: Folder { root } })
    }

    /// Where its tables lie.
    pub(crate) fn root(&self) -> &Path {
        &self.folder.root
    }

    /// The tables without a file.
    pub(crate) fn empty_tables(&self) -> Result<Vec<Table>, FileError> {
        let mut empty = Vec::new();
        for table in Table::ALL {
            let mut files = 0_usize;
            for day in self.folder.folders(table.as_str())? {
                files = files.saturating_add(self.folder.names(&folder(table, &day))?.len());
            }
            if files == 0 {
                empty.push(table);
            }
        }
        Ok(empty)
    }

    /// The days that have calls, in order, from one to before another.
    pub(crate) fn days(
        &self,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> Result<Vec<String>, Box<dyn Error>> {
        let mut days = Vec::new();
        for day in self.folder.folders(Table::Calls.as_str())? {
            let date = date(&day)?;
            if from.is_none_or(|from| date >= from) && to.is_none_or(|to| date < to) {
                days.push(day);
            }
        }
        Ok(days)
    }

    /// The files of a table of a day.
    pub(crate) fn files(
        &self,
        table: Table,
        day: &str,
    ) -> Result<impl Iterator<Item = Result<File, FileError>>, FileError> {
        self.folder.files(table, day)
    }

    /// The rows of a table of a day, as they lie there.
    pub(crate) fn rows<R: TableRow>(&self, day: &str) -> Result<Vec<R>, Box<dyn Error>> {
        self.folder.rows(day)
    }

    /// The calls and findings of a day that count, each once.
    pub(crate) fn day(&self, day: &str) -> Result<Day, Box<dyn Error>> {
        let merge =
            DayMerge::new(self.inputs(Table::Calls, day)?, self.inputs(Table::Findings, day)?)?;
        let (calls, report) = merge.write_calls(ENGINE, Vec::new())?;
        let (findings, _) = merge.write_findings(ENGINE, &report.conflict_findings, Vec::new())?;
        Ok(Day { calls: calls.into(), findings: findings.into() })
    }

    fn inputs(&self, table: Table, day: &str) -> Result<Vec<MergeInput<File>>, FileError> {
        let names = self.folder.names(&folder(table, day))?;
        self.folder.inputs(table, day, &names)
    }

    /// What is settled of a day by other records: the decision, per request.
    pub(crate) fn settled(&self, day: &str) -> Result<Settled, Box<dyn Error>> {
        let rows = self.rows::<ResolutionRow>(day)?.into_iter();
        let by_request = rows.filter(|row| row.resolution.settles).filter_map(|row| {
            Some((row.request_key(), (row.resolution.decision?, row.provenance)))
        });
        Ok(Settled(by_request.collect()))
    }

    /// The findings of a day, given what is settled of it.
    pub(crate) fn findings(
        &self,
        day: &str,
        rows: &Day,
        settled: &Settled,
    ) -> Result<Vec<FindingRow>, Box<dyn Error>> {
        let mut findings = Vec::new();
        for row in rows.findings()? {
            let row = row?;
            let now = settled.decision(row.request_key(), &row.provenance);
            if !(is_replaced(&row.finding) && now.is_some()) {
                findings.push(row);
            }
        }
        let resolved = self.rows::<ResolvedFindingRow>(day)?.into_iter().map(|row| row.0);
        let mut resolved = resolved.peekable();
        if resolved.peek().is_some() {
            // What is settled of a judgement that no longer counts goes with it.
            let judges = rows.open_calls()?;
            let counts = |row: &FindingRow| judges.get(&row.request_key()) == Some(&row.provenance);
            findings.extend(resolved.filter(counts));
        }
        Ok(findings)
    }
}

impl Day {
    pub(crate) fn calls(&self) -> Result<RowReader<CallRow>, Box<dyn Error>> {
        Ok(RowReader::open(self.calls.clone())?)
    }

    /// Who judged the calls that facts about resources may settle, by request.
    fn open_calls(&self) -> Result<HashMap<u128, Arc<Provenance>>, Box<dyn Error>> {
        let rows = open_calls(self.calls.clone())?;
        rows.map(|row| row.map(|row| (row.request_key(), row.provenance)).map_err(Into::into))
            .collect()
    }

    fn findings(&self) -> Result<RowReader<FindingRow>, Box<dyn Error>> {
        Ok(RowReader::open(self.findings.clone())?)
    }
}
