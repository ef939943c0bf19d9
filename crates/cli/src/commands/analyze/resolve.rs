//! What facts about resources settle, once a run has written its calls and facts.
//!
//! Only days from the first one on that the run has written to can have changed: a fact says
//! something about later calls alone, and so does a day of logs that was missing. Each of them is settled anew from all calls of the day and all
//! facts of the lake, so files may come in any order, in one run or in many.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

use analyzer::resolve::{FactBook, Resolver, is_replaced};
use analyzer::target::TargetSet;
use analyzer::{Inventory, InventoryError};
use chrono::NaiveDate;
use iam_policy::Decision;
use lake::{
    Bytes, FactRow, FindingRow, Part, Provenance, ResolutionRow, ResolvedDay, ResolvedFindingRow,
    RowReader, Table, open_calls, resolved_name,
};

use super::days::{RequestId, Written, folder, id_of_call, remove};
use super::provenance;
use crate::files::FileError;
use crate::store::Store;

/// What is settled in the days that a run has written to, and later.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    decisions: BTreeMap<RequestId, Decision>,
    pub(super) findings: Vec<FindingRow>,
}

pub(super) fn request_id(row: &FindingRow) -> RequestId {
    (row.finding.event_id.clone(), row.finding.request_index, row.record_hash.clone())
}

impl Resolved {
    /// Whether a finding is about a call that was open and is so no more.
    pub(super) fn replaces(&self, row: &FindingRow) -> bool {
        let decision = self.decisions.get(&request_id(row));
        is_replaced(&row.finding) && decision.is_some_and(|now| *now != Decision::Undetermined)
    }

    /// How many of these requests were settled, by what the target says now.
    pub(super) fn count(&self, requests: &BTreeSet<RequestId>) -> BTreeMap<&'static str, u64> {
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        let settled = self.decisions.iter().filter(|(id, _)| requests.contains(*id));
        for (_, decision) in settled {
            let count = counts.entry(decision.as_str()).or_default();
            *count = count.saturating_add(1);
        }
        counts
    }

    fn add(&mut self, day: &ResolvedDay) {
        let decisions = day.resolutions.iter().map(|row| {
            let one = &row.resolution;
            let id = (one.event_id.clone(), one.request_index, one.record_hash.clone());
            (id, one.decision)
        });
        self.decisions.extend(decisions);
        self.findings.extend(day.findings.iter().cloned());
    }
}

/// Why an inventory cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {source}", path.display())]
struct InventoryFileError {
    path: PathBuf,
    source: InventoryError,
}

pub(super) fn read_inventory(path: &Path) -> Result<Inventory, Box<dyn Error>> {
    let read = std::fs::read_to_string(path);
    let text = read.map_err(|source| FileError::Read { path: path.to_owned(), source })?;
    let wrong = |source| InventoryFileError { path: path.to_owned(), source };
    Ok(Inventory::parse(&text).map_err(wrong)?)
}

/// Settles the days that a run may have changed; with an inventory that may be any.
pub(super) fn resolve<S: Store>(
    lake: &mut S,
    written: &Written,
    target: &TargetSet,
    inventory: Option<&Inventory>,
) -> Result<Resolved, Box<dyn Error>> {
    let mut resolved = Resolved::default();
    let tables = [Table::Calls, Table::ResourceFacts, Table::Objects];
    let changed = tables.into_iter().flat_map(|table| written.days(table)).min();
    let Some(first) = changed.map(str::to_owned) else { return Ok(resolved) };
    let mut days = lake.folders(Table::Calls.as_str())?;
    let mut book = facts(lake)?;
    book.set_days(days_with_logs(lake)?);
    match (inventory, days.last()) {
        (Some(inventory), Some(newest)) => {
            // How far into the day the logs reach is not told by the name of its folder.
            let end = date(newest)?.and_hms_opt(23, 59, 59).unwrap_or_default();
            book.set_inventory(inventory.clone(), end.and_utc());
        }
        _ => days.retain(|day| *day >= first),
    }
    let by = provenance(target);
    for day in days {
        let settled = settle(lake, &day, &by, target, &book)?;
        resolved.add(&settled);
        put(lake, &day, settled, &by, inventory)?;
    }
    Ok(resolved)
}

/// The date of a folder.
fn date(day: &str) -> Result<NaiveDate, chrono::ParseError> {
    day.strip_prefix("dt=").unwrap_or(day).parse()
}

/// All facts of the lake.
fn facts<S: Store>(lake: &S) -> Result<FactBook, Box<dyn Error>> {
    let mut book = FactBook::default();
    for day in lake.folders(Table::ResourceFacts.as_str())? {
        for name in lake.names(&folder(Table::ResourceFacts, &day))? {
            let file = lake.open(&format!("{}/{name}", folder(Table::ResourceFacts, &day)))?;
            for row in RowReader::<FactRow>::open(file)? {
                book.add(row?.fact);
            }
        }
    }
    Ok(book)
}

/// The days that the lake knows something of, if only that log files were delivered.
fn days_with_logs<S: Store>(lake: &S) -> Result<BTreeSet<NaiveDate>, Box<dyn Error>> {
    let mut days = BTreeSet::new();
    for table in [Table::Calls, Table::Objects] {
        for day in lake.folders(table.as_str())? {
            days.insert(date(&day)?);
        }
    }
    Ok(days)
}

/// What is settled of a day: by this policy set anew, by others as it was.
fn settle<S: Store>(
    lake: &S,
    day: &str,
    by: &Provenance,
    target: &TargetSet,
    book: &FactBook,
) -> Result<ResolvedDay, Box<dyn Error>> {
    let mut settled = ResolvedDay::default();
    let mut resolver = Resolver::new(target, book);
    let mut others = BTreeSet::new();
    for name in lake.names(&folder(Table::Calls, day))? {
        let file = lake.open(&format!("{}/{name}", folder(Table::Calls, day)))?;
        for row in open_calls(file)? {
            let row = row?;
            if *row.provenance == *by {
                settled.add(&mut resolver, &row);
            } else {
                others.insert(id_of_call(&row));
            }
        }
    }
    if !others.is_empty() {
        keep_of_others(lake, day, &others, by, &mut settled)?;
    }
    Ok(settled)
}

/// Keeps what another policy set has settled of calls that are still its own: that set is not at
/// hand to ask again.
fn keep_of_others<S: Store>(
    lake: &S,
    day: &str,
    others: &BTreeSet<RequestId>,
    by: &Provenance,
    settled: &mut ResolvedDay,
) -> Result<(), Box<dyn Error>> {
    for name in lake.names(&folder(Table::Resolutions, day))? {
        let file = lake.open(&format!("{}/{name}", folder(Table::Resolutions, day)))?;
        for row in RowReader::<ResolutionRow>::open(file)? {
            let row = row?;
            let one = &row.resolution;
            let id = (one.event_id.clone(), one.request_index, one.record_hash.clone());
            if *row.provenance != *by && others.contains(&id) {
                settled.resolutions.push(row);
            }
        }
    }
    for name in lake.names(&folder(Table::ResolvedFindings, day))? {
        let file = lake.open(&format!("{}/{name}", folder(Table::ResolvedFindings, day)))?;
        for row in RowReader::<ResolvedFindingRow>::open(file)? {
            let ResolvedFindingRow(row) = row?;
            if *row.provenance != *by && others.contains(&request_id(&row)) {
                settled.findings.push(row);
            }
        }
    }
    Ok(())
}

/// Puts what is settled of a day, and takes away what was there before.
fn put<S: Store>(
    lake: &mut S,
    day: &str,
    settled: ResolvedDay,
    by: &Provenance,
    inventory: Option<&Inventory>,
) -> Result<(), Box<dyn Error>> {
    let mut inputs: BTreeSet<String> =
        lake.names(&folder(Table::Calls, day))?.into_iter().collect();
    inputs.extend(days_with_logs(lake)?.into_iter().map(|day| day.to_string()));
    inputs.extend(inventory.map(|inventory| inventory.hash().to_owned()));
    let mut days = lake.folders(Table::ResourceFacts.as_str())?;
    days.retain(|facts| facts.as_str() <= day);
    for facts in days {
        inputs.extend(lake.names(&folder(Table::ResourceFacts, &facts))?);
    }
    let name = resolved_name(by, &inputs);
    let mut kept: BTreeSet<Table> = BTreeSet::new();
    for Part { path, bytes } in settled.files(date(day)?, by, &inputs)? {
        let tables = [Table::Resolutions, Table::ResolvedFindings];
        kept.extend(tables.into_iter().filter(|table| path.starts_with(&format!("{table}/"))));
        lake.put(&path, Bytes::from(bytes))?;
    }
    for table in [Table::Resolutions, Table::ResolvedFindings] {
        let names = lake.names(&folder(table, day))?.into_iter().collect();
        let keep = if kept.contains(&table) { name.as_str() } else { "" };
        remove(lake, table, day, &names, keep)?;
    }
    Ok(())
}
