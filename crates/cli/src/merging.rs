//! Files of a day to one, for `analyze` and `compact`: what is merged is put and read back, what it stands
//! for stays until it is removed.

use std::collections::BTreeSet;
use std::error::Error;

use analyzer::ENGINE;
use lake::{
    CallRow, DayMerge, FindingRow, MergeReport, MergedAlone, Table, TableMerge, TableRow,
    verify_merged,
};

use crate::spool::Spool;
use crate::store::{Store, folder};

/// What a merge of a day's calls and findings has put.
#[derive(Debug)]
pub(crate) struct MergedDay {
    /// The name of its files, of calls, findings and usage.
    pub(crate) name: String,
    pub(crate) calls: MergeReport,
    pub(crate) findings: MergeReport,
}

/// What is put beside merged calls and findings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Also {
    /// Use: where these are all files of the day.
    pub(crate) usage: bool,
    /// A file of no findings: where somebody will ask whether all findings are merged. Else a file
    /// without rows says nothing, and is not put.
    pub(crate) empty_findings: bool,
}

/// Merges calls and findings of a day.
pub(crate) fn merge_day<S: Store>(
    lake: &mut S,
    spool: &Spool,
    day: &str,
    (calls, findings): (&BTreeSet<String>, &BTreeSet<String>),
    also: Also,
) -> Result<MergedDay, Box<dyn Error>> {
    let merge = DayMerge::with_scratch(
        lake.inputs(Table::Calls, day, calls)?,
        lake.inputs(Table::Findings, day, findings)?,
        spool,
    )?;
    let name = merge.file_name();
    let path = |table| format!("{}/{name}", folder(table, day));
    let out = lake.create(&path(Table::Calls))?;
    let (calls_file, usage, calls) = if also.usage {
        let usage = lake.create(&path(Table::Usage))?;
        let (out, usage, report) = merge.write_calls_and_usage(ENGINE, out, usage)?;
        (out, Some(usage), report)
    } else {
        let (out, report) = merge.write_calls(ENGINE, out)?;
        (out, None, report)
    };
    let out = lake.create(&path(Table::Findings))?;
    let (findings_file, findings) = merge.write_findings(ENGINE, &calls.conflict_findings, out)?;
    // What is replaced may be among what was read.
    drop(merge);
    // Calls come last: until they are there, the parts count, which are all there.
    usage.map_or(Ok(()), |usage| put(lake, usage, calls.rows_out > 0))?;
    put(lake, findings_file, findings.rows_out > 0 || also.empty_findings)?;
    put(lake, calls_file, calls.rows_out > 0)?;
    if findings.rows_out > 0 {
        verify::<FindingRow>(lake, day, &name, findings.rows_out)?;
    }
    if calls.rows_out > 0 {
        verify::<CallRow>(lake, day, &name, calls.rows_out)?;
    }
    Ok(MergedDay { name, calls, findings })
}

/// Reads a merged file to its end: whatever else writes to a lake, nothing goes for a file that is not whole.
pub(crate) fn verify<R: TableRow>(
    lake: &impl Store,
    day: &str,
    name: &str,
    rows: u64,
) -> Result<(), Box<dyn Error>> {
    let path = format!("{}/{name}", folder(R::TABLE, day));
    Ok(verify_merged::<R, _>(&path, lake.open(&path)?, rows)?)
}

/// Merges the files of a day of a table of which repeats go away one by one. The name of the file.
pub(crate) fn merge_table<R: MergedAlone, S: Store>(
    lake: &mut S,
    spool: &Spool,
    day: &str,
    names: &BTreeSet<String>,
) -> Result<(String, MergeReport), Box<dyn Error>> {
    let all = TableMerge::<R, _, _>::with_scratch(lake.inputs(R::TABLE, day, names)?, spool)?;
    let name = all.file_name();
    let out = lake.create(&format!("{}/{name}", folder(R::TABLE, day)))?;
    let (out, report) = all.write(ENGINE, out)?;
    drop(all);
    put(lake, out, report.rows_out > 0)?;
    if report.rows_out > 0 {
        verify::<R>(lake, day, &name, report.rows_out)?;
    }
    Ok((name, report))
}

fn put<S: Store>(lake: &mut S, out: S::Out, wanted: bool) -> Result<(), Box<dyn Error>> {
    if wanted { lake.commit(out) } else { Ok(()) }
}

/// Takes files of a table's day away, but for one. How many there were.
pub(crate) fn remove<S: Store>(
    lake: &mut S,
    table: Table,
    day: &str,
    names: &BTreeSet<String>,
    kept: &str,
) -> Result<u64, Box<dyn Error>> {
    let mut removed = 0_u64;
    for name in names.iter().filter(|name| *name != kept) {
        lake.remove(&format!("{}/{name}", folder(table, day)))?;
        removed = removed.saturating_add(1);
    }
    Ok(removed)
}

/// The names of the files of a table's day.
pub(crate) fn names(
    lake: &impl Store,
    table: Table,
    day: &str,
) -> Result<BTreeSet<String>, Box<dyn Error>> {
    Ok(lake.names(&folder(table, day))?.into_iter().collect())
}
