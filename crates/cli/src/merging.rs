//! Files of a day to one, for `analyze` and `compact`: what is merged is put, what it stands for stays
//! until it is removed.

use std::collections::BTreeSet;
use std::error::Error;

use analyzer::ENGINE;
use lake::{DayMerge, MergeReport, MergedAlone, Table, TableMerge};

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

/// Merges calls and findings of a day, and counts use.
///
/// A file without rows says nothing and is not put; but where somebody will ask whether all findings
/// are merged, one of no findings is (`always`).
pub(crate) fn merge_day<S: Store>(
    lake: &mut S,
    spool: &Spool,
    day: &str,
    (calls, findings): (&BTreeSet<String>, &BTreeSet<String>),
    always: bool,
) -> Result<MergedDay, Box<dyn Error>> {
    let merge = DayMerge::with_scratch(
        lake.inputs(Table::Calls, day, calls)?,
        lake.inputs(Table::Findings, day, findings)?,
        spool,
    )?;
    let name = merge.file_name();
    let path = |table| format!("{}/{name}", folder(table, day));
    let (out, usage) = (lake.create(&path(Table::Calls))?, lake.create(&path(Table::Usage))?);
    let (calls_file, usage, calls) = merge.write_calls_and_usage(ENGINE, out, usage)?;
    let out = lake.create(&path(Table::Findings))?;
    let (findings_file, findings) = merge.write_findings(ENGINE, &calls.conflict_findings, out)?;
    // What is replaced may be among what was read.
    drop(merge);
    // Calls come last: until they are there, the parts count, which are all there.
    put(lake, usage, calls.rows_out > 0)?;
    put(lake, findings_file, findings.rows_out > 0 || always)?;
    put(lake, calls_file, calls.rows_out > 0)?;
    Ok(MergedDay { name, calls, findings })
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
