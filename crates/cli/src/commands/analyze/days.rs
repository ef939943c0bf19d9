//! The end of a run: per day, the parts become one file, each call once.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::error::Error;

use analyzer::ENGINE;
use lake::{
    Bytes, DayMerge, FactRow, MergedAlone, ObjectRow, Provenance, RowReader, Table, TableMerge,
    is_merged, open_calls,
};

use super::{AnalyzeError, Totals};
use crate::store::{Store, folder};

/// The Parquet files that a run has put, by folder.
#[derive(Debug, Default)]
pub(super) struct Written {
    by_folder: BTreeMap<String, BTreeSet<String>>,
}

impl Written {
    pub(super) fn add(&mut self, path: &str) {
        if let Some((folder, name)) = path.rsplit_once('/')
            && name.ends_with(".parquet")
        {
            self.by_folder.entry(folder.to_owned()).or_default().insert(name.to_owned());
        }
    }

    /// The days (`dt=…`) of a table.
    pub(super) fn days(&self, table: Table) -> impl Iterator<Item = &str> {
        let prefix = format!("{table}/");
        self.by_folder.keys().filter_map(move |folder| folder.strip_prefix(&prefix))
    }

    fn names(&self, table: Table, day: &str) -> BTreeSet<String> {
        self.by_folder.get(&folder(table, day)).cloned().unwrap_or_default()
    }
}

/// What a run has found itself, whatever else the lake holds.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Its findings, each call's once; packed, by day.
    pub(super) findings: Vec<Bytes>,
    /// Its calls that facts about resources may say something about.
    pub(super) open: HashSet<u128>,
}

/// Merges the days that a run has written to.
pub(super) fn merge<S: Store>(
    lake: &mut S,
    written: &Written,
    totals: &mut Totals,
) -> Result<Own, Box<dyn Error>> {
    let mut own = Own::default();
    let mut events = 0_u64;
    // Every finding is about a call of the same day.
    for day in written.days(Table::Calls) {
        let merged = merge_day(lake, written, day)?;
        events = events.saturating_add(merged.events);
        totals.conflicts = totals.conflicts.saturating_add(merged.conflicts);
        own.findings.push(merged.findings);
        for row in open_calls(merged.calls)? {
            own.open.insert(row?.request_key());
        }
    }
    totals.records.duplicates = totals.records.evaluated.saturating_sub(events);
    for day in written.days(Table::ResourceFacts) {
        merge_table::<FactRow, S>(lake, day)?;
    }
    for day in written.days(Table::Objects) {
        merge_table::<ObjectRow, S>(lake, day)?;
    }
    Ok(own)
}

/// A lake with verdicts of another policy set of the same revision: which of them counts would be
/// left to chance. And one with rows that are redacted otherwise: which of two would stay, too.
pub(super) fn refuse_others(
    lake: &impl Store,
    ours: &Provenance,
    redaction: Option<&str>,
) -> Result<(), Box<dyn Error>> {
    for day in lake.folders(Table::Objects.as_str())? {
        for file in lake.files(Table::Objects, &day)? {
            for row in RowReader::<ObjectRow>::open(file?)? {
                let row = row?;
                if row.redaction.as_deref() != redaction {
                    return Err(AnalyzeError::OtherRedaction.into());
                }
                let theirs = row.provenance;
                if theirs.revision == ours.revision && theirs.verdict_hash != ours.verdict_hash {
                    return Err(AnalyzeError::SameRevision { revision: ours.revision }.into());
                }
            }
        }
    }
    Ok(())
}

/// What a run knows of one day: its own calls, each once, whatever else the lake holds.
struct Day {
    events: u64,
    conflicts: u64,
    calls: Bytes,
    findings: Bytes,
}

/// Merges what the run has put into a day, then that with what was there before.
fn merge_day<S: Store>(lake: &mut S, written: &Written, day: &str) -> Result<Day, Box<dyn Error>> {
    let own_calls = written.names(Table::Calls, day);
    let own_findings = written.names(Table::Findings, day);
    let own = merge_files(lake, day, &own_calls, &own_findings)?;
    let calls: BTreeSet<String> = lake.names(&folder(Table::Calls, day))?.into_iter().collect();
    let findings: BTreeSet<String> =
        lake.names(&folder(Table::Findings, day))?.into_iter().collect();
    if calls.len() > 1 || findings.len() > 1 {
        merge_files(lake, day, &calls, &findings)?;
    }
    Ok(own)
}

/// Merges some files of a day and takes them away.
fn merge_files<S: Store>(
    lake: &mut S,
    day: &str,
    calls: &BTreeSet<String>,
    findings: &BTreeSet<String>,
) -> Result<Day, Box<dyn Error>> {
    let merge = DayMerge::new(
        lake.inputs(Table::Calls, day, calls)?,
        lake.inputs(Table::Findings, day, findings)?,
    )?;
    let (merged_calls, usage, report) =
        merge.write_calls_and_usage(ENGINE, Vec::new(), Vec::new())?;
    let conflicting = &report.conflict_findings;
    let (merged_findings, found) = merge.write_findings(ENGINE, conflicting, Vec::new())?;
    let name = merge.file_name();
    drop(merge);
    let (calls_file, findings_file) = (Bytes::from(merged_calls), Bytes::from(merged_findings));
    put_merged(lake, Table::Calls, day, &name, &calls_file, report.rows_out)?;
    put_merged(lake, Table::Findings, day, &name, &findings_file, found.rows_out)?;
    put_merged(lake, Table::Usage, day, &name, &Bytes::from(usage), report.rows_out)?;
    remove(lake, Table::Calls, day, calls, &name)?;
    remove(lake, Table::Findings, day, findings, &name)?;
    let usage = lake.names(&folder(Table::Usage, day))?.into_iter().collect();
    remove(lake, Table::Usage, day, &usage, &name)?;
    let conflicts = u64::try_from(report.conflicts.len()).unwrap_or(u64::MAX);
    Ok(Day { events: report.events, conflicts, calls: calls_file, findings: findings_file })
}

fn merge_table<R: MergedAlone, S: Store>(lake: &mut S, day: &str) -> Result<(), Box<dyn Error>> {
    let names: BTreeSet<String> = lake.names(&folder(R::TABLE, day))?.into_iter().collect();
    if let (1, Some(only)) = (names.len(), names.first())
        && is_merged(only)
    {
        return Ok(());
    }
    let all = TableMerge::<R, _>::new(lake.inputs(R::TABLE, day, &names)?)?;
    let (merged, report) = all.write(ENGINE, Vec::new())?;
    let name = all.file_name();
    drop(all);
    put_merged(lake, R::TABLE, day, &name, &Bytes::from(merged), report.rows_out)?;
    remove(lake, R::TABLE, day, &names, &name)
}

/// A file without rows says nothing, and is not put.
fn put_merged<S: Store>(
    lake: &mut S,
    table: Table,
    day: &str,
    name: &str,
    bytes: &Bytes,
    rows: u64,
) -> Result<(), Box<dyn Error>> {
    if rows > 0 {
        lake.put(&format!("{}/{name}", folder(table, day)), bytes.clone())?;
    }
    Ok(())
}

pub(super) fn remove<S: Store>(
    lake: &mut S,
    table: Table,
    day: &str,
    names: &BTreeSet<String>,
    kept: &str,
) -> Result<(), Box<dyn Error>> {
    for name in names.iter().filter(|name| *name != kept) {
        lake.remove(&format!("{}/{name}", folder(table, day)))?;
    }
    Ok(())
}
