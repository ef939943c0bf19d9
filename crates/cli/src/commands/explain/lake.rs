//! A call out of a lake: what its rows keep of it, judged by the policies at hand, and what facts
//! about resources settle of what the record left open.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use analyzer::resolve::Resolution;
use analyzer::target::TargetSet;
use analyzer::{Call, Finding, Judge, RecordExplanation};
use cloudtrail::Limits;
use lake::{CallRow, ResolutionRow, Table, calls_of_event};

use super::ExplainError;
use crate::lake_reader::LakeReader;
use crate::output::{self, visible};

/// What a lake has of one record.
#[derive(Default)]
struct Found {
    rows: Vec<CallRow>,
    findings: Vec<Finding>,
    resolutions: Vec<Resolution>,
}

/// Tells about the records with the id: one, or several that are told apart by their hashes.
pub(super) fn explain(
    folder: &Path,
    id: &str,
    target: &TargetSet,
) -> Result<Vec<RecordExplanation>, Box<dyn Error>> {
    let lake = LakeReader::open(folder)?;
    let mut bodies: BTreeMap<String, Found> = BTreeMap::new();
    for day in lake.days(None, None)? {
        if has_event(&lake, &day, id)? {
            find(&lake, &day, (id, target), &mut bodies)?;
        }
    }
    let mut judge = Judge::new(target, Limits::default());
    let mut explained = Vec::new();
    for found in bodies.into_values().filter(|found| !found.rows.is_empty()) {
        note_other_judgement(&found.rows, target);
        let calls: Vec<Call> = found.rows.into_iter().map(|row| row.call).collect();
        let mut explanation = judge.explain_rows(&calls, &found.findings)?;
        explanation.resolutions = found.resolutions;
        explained.push(explanation);
    }
    if explained.is_empty() {
        return Err(ExplainError::NoSuchCall(id.to_owned()).into());
    }
    Ok(explained)
}

fn has_event(lake: &LakeReader, day: &str, id: &str) -> Result<bool, Box<dyn Error>> {
    for file in lake.files(Table::Calls, day)? {
        if calls_of_event(file?, id)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a day has of an event, by the hash of the record. What is found and settled by other
/// policies than those at hand is left out: the decisions told are by these.
fn find(
    lake: &LakeReader,
    day: &str,
    (id, target): (&str, &TargetSet),
    bodies: &mut BTreeMap<String, Found>,
) -> Result<(), Box<dyn Error>> {
    let rows = lake.day(day)?;
    for row in rows.calls()? {
        let row = row?;
        if row.call.event_id == id {
            bodies.entry(row.call.record_hash.clone()).or_default().rows.push(row);
        }
    }
    for row in lake.findings(day, &rows, &lake.settled(day)?)? {
        if row.finding.event_id == id && row.provenance.verdict_hash == target.hash {
            bodies.entry(row.record_hash).or_default().findings.push(row.finding);
        }
    }
    for row in lake.rows::<ResolutionRow>(day)? {
        let one = row.resolution;
        if one.event_id == id && row.provenance.verdict_hash == target.hash {
            bodies.entry(one.record_hash.clone()).or_default().resolutions.push(one);
        }
    }
    for found in bodies.values_mut() {
        found.rows.sort_by_key(|row| row.call.request_index);
    }
    Ok(())
}

/// The lake's verdict may be another one than that of the policies at hand.
fn note_other_judgement(rows: &[CallRow], target: &TargetSet) {
    let Some(row) = rows.first().filter(|row| row.provenance.verdict_hash != target.hash) else {
        return;
    };
    output::note(&format!(
        "note: the lake was judged by `{}`, revision {}; the decisions below are those of `{}`, revision {}, \
         and what was found and settled by the former is left out",
        visible(&row.provenance.policy_set),
        row.provenance.revision,
        visible(&target.name),
        target.revision
    ));
}
