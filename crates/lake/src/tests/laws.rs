//! What holds of every merge, whatever is merged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analyzer::Code;
use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, prop_assert, prop_assert_eq, proptest};

use super::samples::{ENGINE, at, call, finding_about, input, judged, read, write_part};
use crate::{CallRow, DayMerge, FindingRow, InMemory, MergeInput, MergeReport};

/// One judgement of one copy of a record.
#[derive(Clone, Copy, Debug)]
struct Judged {
    event: u8,
    body: u8,
    source: u8,
    revision: u8,
    engine: u8,
}

impl Judged {
    /// The rows depend on the record and on who judged, as those of the analysis do.
    fn calls(self) -> Vec<CallRow> {
        let requests = 1 + (self.event + self.revision + self.engine) % 3;
        (0..requests).map(|index| self.call(index)).collect()
    }

    fn call(self, index: u8) -> CallRow {
        let mut row = call(&format!("event-{}", self.event));
        row.call.request_index = u32::from(index);
        row.call.action = format!("sagemaker:Action{}", (self.event + index) % 3);
        row.call.principal = format!("principal-{}", (self.event + self.body) % 2);
        row.call.event_time = at(i64::from(self.event % 2 + self.body));
        row.call.record_hash = format!("body-{}-{}", self.event, self.body);
        row.source_object = Arc::from(format!("object-{}", self.source));
        row.provenance =
            judged(u64::from(self.revision), ["0.9.0", "0.10.0"][usize::from(self.engine)]);
        row
    }

    fn findings(self) -> Vec<FindingRow> {
        let drifting = self
            .calls()
            .into_iter()
            .filter(|row| (u64::from(row.call.request_index) + row.provenance.revision) % 2 == 0);
        drifting.flat_map(|row| findings_about(&row)).collect()
    }
}

fn findings_about(call: &CallRow) -> [FindingRow; 3] {
    let mut rows = [finding_about(call), finding_about(call), finding_about(call)];
    rows[1].finding.code = Code::Network;
    rows[2].finding.wanted = vec!["something else".to_owned()];
    rows
}

/// What some files hold, per file.
fn files() -> impl Strategy<Value = Vec<Vec<Judged>>> {
    let judged = (0..4_u8, 0..2_u8, 0..3_u8, 6..8_u8, 0..2_u8).prop_map(
        |(event, body, source, revision, engine)| Judged {
            event,
            // Most events have one body.
            body: if event == 0 { body } else { 0 },
            source,
            revision,
            engine,
        },
    );
    vec(vec(judged, 0..8), 0..5)
}

/// The files of a day: calls and findings under one name.
#[derive(Clone, PartialEq)]
struct Day {
    name: String,
    calls: Bytes,
    findings: Bytes,
}

fn part(index: usize, rows: &[Judged]) -> Day {
    let calls: Vec<CallRow> = rows.iter().flat_map(|judged| judged.calls()).collect();
    let findings: Vec<FindingRow> = rows.iter().flat_map(|judged| judged.findings()).collect();
    let name = format!("part-{index}");
    Day { calls: write_part(&name, &calls), findings: write_part(&name, &findings), name }
}

fn merged(days: &[Day]) -> Day {
    let inputs = |file: fn(&Day) -> &Bytes| -> Vec<MergeInput<Bytes>> {
        days.iter().map(|day| input(&day.name, file(day).clone())).collect()
    };
    let merge = DayMerge::new(inputs(|day| &day.calls), inputs(|day| &day.findings)).unwrap();
    let (calls, report) = merge.write_calls(ENGINE, Vec::new()).unwrap();
    assert_eq!(report.rows_in, report.rows_out + report.duplicates + report.superseded);
    let (findings, _) = merge.write_findings(ENGINE, &[], Vec::new()).unwrap();
    Day { name: merge.file_name(), calls: Bytes::from(calls), findings: Bytes::from(findings) }
}

/// What a merge writes and reports that looks at so many rows at a time.
fn merged_in_passes(days: &[Day], pass_rows: u64) -> (Vec<Vec<u8>>, [MergeReport; 2]) {
    let inputs = |file: fn(&Day) -> &Bytes| -> Vec<MergeInput<Bytes>> {
        days.iter().map(|day| input(&day.name, file(day).clone())).collect()
    };
    let (calls, findings) = (inputs(|day| &day.calls), inputs(|day| &day.findings));
    let merge = DayMerge::in_passes(calls, findings, InMemory, pass_rows).unwrap();
    let (calls, of_calls) = merge.write_calls(ENGINE, Vec::new()).unwrap();
    let conflicts = &of_calls.conflict_findings;
    let (findings, of_findings) = merge.write_findings(ENGINE, conflicts, Vec::new()).unwrap();
    (vec![calls, findings], [of_calls, of_findings])
}

/// What should be kept, worked out the slow way.
fn expected(files: &[Vec<Judged>]) -> (Vec<String>, Vec<String>) {
    let all: Vec<Judged> = files.iter().flatten().copied().collect();
    let mut best = BTreeMap::new();
    for judged in &all {
        let rank = (judged.revision, judged.engine);
        let body = best.entry((judged.event, judged.body)).or_insert((rank, judged.source));
        let first_source = body.0 < rank || (body.0 == rank && body.1 > judged.source);
        if first_source {
            *body = (rank, judged.source);
        }
    }
    let kept: BTreeSet<(u8, u8, u8, u8, u8)> = best
        .into_iter()
        .map(|((event, body), ((revision, engine), source))| {
            (event, body, source, revision, engine)
        })
        .collect();
    let kept = kept.into_iter().map(|(event, body, source, revision, engine)| Judged {
        event,
        body,
        source,
        revision,
        engine,
    });
    let kept: Vec<Judged> = kept.collect();
    let calls = kept.iter().flat_map(|judged| judged.calls()).map(|row| format!("{row:?}"));
    let findings = kept.iter().flat_map(|judged| judged.findings()).map(|row| format!("{row:?}"));
    (sorted(calls), sorted(findings))
}

fn sorted(rows: impl Iterator<Item = String>) -> Vec<String> {
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows
}

fn rows(day: &Day) -> (Vec<String>, Vec<String>) {
    let calls = read::<CallRow>(&day.calls).into_iter().map(|row| format!("{row:?}"));
    let findings = read::<FindingRow>(&day.findings).into_iter().map(|row| format!("{row:?}"));
    (sorted(calls), sorted(findings))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merging_keeps_what_counts_once(files in files()) {
        let parts: Vec<Day> = files.iter().enumerate().map(|(i, rows)| part(i, rows)).collect();
        prop_assert_eq!(rows(&merged(&parts)), expected(&files));
    }

    #[test]
    fn the_order_of_files_does_not_matter(files in files(), turn in 0..5_usize) {
        let mut parts: Vec<Day> = files.iter().enumerate().map(|(i, rows)| part(i, rows)).collect();
        let expected = merged(&parts);
        let turn = turn.min(parts.len());
        parts.rotate_left(turn);
        prop_assert!(merged(&parts) == expected);
        parts.reverse();
        prop_assert!(merged(&parts) == expected);
    }

    #[test]
    fn the_number_of_passes_does_not_matter(files in files(), pass_rows in 1..20_u64) {
        let parts: Vec<Day> = files.iter().enumerate().map(|(i, rows)| part(i, rows)).collect();
        prop_assert_eq!(merged_in_passes(&parts, pass_rows), merged_in_passes(&parts, u64::MAX));
    }

    #[test]
    fn merging_twice_is_merging_once(files in files()) {
        let parts: Vec<Day> = files.iter().enumerate().map(|(i, rows)| part(i, rows)).collect();
        let once = merged(&parts);
        prop_assert!(merged(std::slice::from_ref(&once)) == once);
        let with_its_parts: Vec<Day> = parts.iter().chain([&once]).cloned().collect();
        prop_assert!(merged(&with_its_parts) == once);
    }

    #[test]
    fn merging_in_steps_is_merging_at_once(files in files(), cut in 0..5_usize) {
        let parts: Vec<Day> = files.iter().enumerate().map(|(i, rows)| part(i, rows)).collect();
        let (some, others) = parts.split_at(cut.min(parts.len()));
        let others = merged(others);
        let in_steps: Vec<Day> = some.iter().chain([&others]).cloned().collect();
        prop_assert!(merged(&in_steps) == merged(&parts));
    }
}
