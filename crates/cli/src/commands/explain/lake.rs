//! A call out of a lake: what its rows keep of it, judged by the policies at hand, and what facts
//! about resources settle of what the record left open.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use analyzer::resolve::Resolution;
use analyzer::target::TargetSet;
use analyzer::{Call, Finding, Judge, RecordExplanation};
use cloudtrail::Limits;
use lake::{
    CallRow, FindingRow, ReadRow, ResolutionRow, ResolvedFindingRow, RowReader, Table, TableRow,
    calls_of_event,
};

use super::ExplainError;
use crate::output::{self, visible};
use crate::store::{Folder, Store};

/// Tells about the records with the id: one, or several that are told apart by their hashes.
pub(super) fn explain(
    folder: &Path,
    id: &str,
    target: &TargetSet,
) -> Result<Vec<RecordExplanation>, Box<dyn Error>> {
    let lake = open(folder)?;
    let days = days_of(&lake, id)?;
    let mut bodies: BTreeMap<String, Vec<CallRow>> = BTreeMap::new();
    for row in rows::<CallRow>(&lake, &days)? {
        if row.call.event_id == id {
            bodies.entry(row.call.record_hash.clone()).or_default().push(row);
        }
    }
    let mut judge = Judge::new(target, Limits::default());
    let mut explained = Vec::new();
    for (hash, mut rows) in bodies {
        rows.sort_by_key(|row| row.call.request_index);
        rows.dedup_by_key(|row| row.call.request_index);
        note_other_judgement(&rows, target);
        let calls: Vec<Call> = rows.into_iter().map(|row| row.call).collect();
        let mut explanation = judge.explain_rows(&calls, &findings(&lake, &days, id, &hash)?)?;
        explanation.resolutions = resolutions(&lake, &days, id, &hash)?;
        explained.push(explanation);
    }
    if explained.is_empty() {
        return Err(ExplainError::NoSuchCall(id.to_owned()).into());
    }
    Ok(explained)
}

/// The lake of a folder: the folder itself, or what `analyze --out` puts into it.
fn open(folder: &Path) -> Result<Folder, ExplainError> {
    let inside = folder.join("lake");
    let is_lake = |folder: &Path| folder.join(Table::Calls.as_str()).is_dir();
    match (is_lake(folder), is_lake(&inside)) {
        (true, _) => Ok(Folder { root: folder.to_owned() }),
        (false, true) => Ok(Folder { root: inside }),
        (false, false) => Err(ExplainError::NoLake(folder.to_owned())),
    }
}

/// The days that have calls of the event. Two records of one id may lie on different days.
fn days_of(lake: &Folder, id: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut days = BTreeSet::new();
    for day in lake.folders(Table::Calls.as_str())? {
        for name in lake.names(&format!("{}/{day}", Table::Calls))? {
            if calls_of_event(lake.open(&format!("{}/{day}/{name}", Table::Calls))?, id)? {
                days.insert(day.clone());
            }
        }
    }
    Ok(days)
}

fn rows<R: TableRow + ReadRow>(
    lake: &Folder,
    days: &BTreeSet<String>,
) -> Result<Vec<R>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for day in days {
        for name in lake.names(&format!("{}/{day}", R::TABLE))? {
            let file = lake.open(&format!("{}/{day}/{name}", R::TABLE))?;
            for row in RowReader::<R>::open(file)? {
                rows.push(row?);
            }
        }
    }
    Ok(rows)
}

/// What is found of the record: where facts settle a request, what they find in place of doubts.
fn findings(
    lake: &Folder,
    days: &BTreeSet<String>,
    id: &str,
    hash: &str,
) -> Result<Vec<Finding>, Box<dyn Error>> {
    let about = |row: &FindingRow| row.finding.event_id == id && row.record_hash == hash;
    let settled: BTreeSet<u32> = resolutions(lake, days, id, hash)?
        .iter()
        .filter(|one| one.settles())
        .map(|one| one.request_index)
        .collect();
    let own = rows::<FindingRow>(lake, days)?.into_iter().filter(|row| {
        let replaced = analyzer::resolve::is_replaced(&row.finding)
            && settled.contains(&row.finding.request_index);
        about(row) && !replaced
    });
    let resolved = rows::<ResolvedFindingRow>(lake, days)?.into_iter().map(|row| row.0);
    Ok(own.chain(resolved.filter(about)).map(|row| row.finding).collect())
}

fn resolutions(
    lake: &Folder,
    days: &BTreeSet<String>,
    id: &str,
    hash: &str,
) -> Result<Vec<Resolution>, Box<dyn Error>> {
    let rows = rows::<ResolutionRow>(lake, days)?.into_iter().map(|row| row.resolution);
    Ok(rows.filter(|one| one.event_id == id && one.record_hash == hash).collect())
}

/// The lake's verdict may be another one than that of the policies at hand.
fn note_other_judgement(rows: &[CallRow], target: &TargetSet) {
    let Some(row) = rows.first().filter(|row| row.provenance.verdict_hash != target.hash) else {
        return;
    };
    output::note(&format!(
        "note: the lake was judged by `{}`, revision {}; the decisions below are those of `{}`, revision {}",
        visible(&row.provenance.policy_set),
        row.provenance.revision,
        visible(&target.name),
        target.revision
    ));
}
