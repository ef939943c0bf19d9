//! Merging, case by case.

use std::collections::BTreeSet;

use analyzer::Code;
use bytes::Bytes;

use super::samples::{
    ENGINE, call, finding, finding_about, input, judged, object, object_rows, read, work, write,
    write_as_is, write_part,
};
use crate::{
    Batch, CallRow, Conflict, DayMerge, FindingRow, LakeError, MergeInput, MergeReport, ObjectRow,
    Part, Provenance, Table, TableMerge, TableRow, file_info, is_merged, merged_name,
};
use std::sync::Arc;

/// A call read from an object and judged by a revision.
fn copy(event_id: &str, source: &str, revision: u64) -> CallRow {
    let mut row = call(event_id);
    row.source_object = Arc::from(source);
    row.provenance = judged(revision, ENGINE);
    row
}

/// The same event with another body: another principal, so that it sorts apart.
fn forged(event_id: &str, source: &str) -> CallRow {
    let mut row = copy(event_id, source, 7);
    row.call.principal = "arn:aws:iam::111122223333:role/Nobody".to_owned();
    row.call.record_hash = "forged".to_owned();
    row
}

fn request(mut row: CallRow, index: u32) -> CallRow {
    row.call.request_index = index;
    row
}

fn by(mut row: CallRow, provenance: &Arc<Provenance>) -> CallRow {
    row.provenance = Arc::clone(provenance);
    row
}

fn day(calls: &[&[CallRow]], findings: &[&[FindingRow]]) -> DayMerge<Bytes> {
    fn inputs<R: TableRow>(files: &[&[R]]) -> Vec<MergeInput<Bytes>> {
        let named = files.iter().enumerate();
        let named = named.map(|(index, rows)| (format!("part-{index}"), rows));
        named.map(|(name, rows)| input(&name, write_part(&name, rows))).collect()
    }
    DayMerge::new(inputs(calls), inputs(findings)).unwrap()
}

/// What is written, and the report but for the number of events.
fn calls(merge: &DayMerge<Bytes>) -> (Vec<CallRow>, MergeReport) {
    let (file, mut report) = merge.write_calls(ENGINE, Vec::new()).unwrap();
    report.events = 0;
    (read(&Bytes::from(file)), report)
}

fn findings(merge: &DayMerge<Bytes>) -> (Vec<FindingRow>, MergeReport) {
    let (file, report) = merge.write_findings(ENGINE, &[], Vec::new()).unwrap();
    (read(&Bytes::from(file)), report)
}

fn objects(files: Vec<MergeInput<Bytes>>) -> (Vec<ObjectRow>, MergeReport) {
    let (file, report) =
        TableMerge::<ObjectRow, _>::new(files).unwrap().write(ENGINE, Vec::new()).unwrap();
    (read(&Bytes::from(file)), report)
}

fn counts(rows_in: u64, rows_out: u64, duplicates: u64, superseded: u64) -> MergeReport {
    MergeReport { rows_in, rows_out, duplicates, superseded, ..MergeReport::default() }
}

#[test]
fn nothing_merges_to_nothing() {
    assert_eq!(calls(&day(&[], &[])), (Vec::new(), counts(0, 0, 0, 0)));
    assert_eq!(calls(&day(&[&[], &[]], &[])), (Vec::new(), counts(0, 0, 0, 0)));
    assert_eq!(objects(Vec::new()).0, []);
}

#[test]
fn of_copies_the_one_whose_object_sorts_first_is_kept() {
    let merge = day(&[&[copy("1", "b", 7), copy("2", "b", 7)], &[copy("1", "a", 7)]], &[]);
    let expected = vec![copy("1", "a", 7), copy("2", "b", 7)];
    assert_eq!(calls(&merge), (expected, counts(3, 2, 1, 0)));
}

#[test]
fn copies_within_one_file_go_too() {
    let merge = day(&[&[copy("1", "a", 7), copy("1", "a", 7), copy("1", "b", 7)]], &[]);
    assert_eq!(calls(&merge), (vec![copy("1", "a", 7)], counts(3, 1, 2, 0)));
}

#[test]
fn a_newer_revision_wins_whole_events_even_with_fewer_requests() {
    let old = [copy("1", "a", 7), request(copy("1", "a", 7), 1), copy("2", "a", 7)];
    let new = [copy("1", "z", 8)];
    let expected = vec![copy("1", "z", 8), copy("2", "a", 7)];
    assert_eq!(calls(&day(&[&old, &new], &[])), (expected, counts(4, 2, 0, 2)));
}

#[test]
fn a_newer_engine_wins_where_revisions_are_equal() {
    let (old, new) = (judged(7, "0.9.0"), judged(7, "0.10.0"));
    let files = [by(copy("1", "a", 7), &old), by(copy("1", "b", 7), &new)];
    let merge = day(&[&files[..1], &files[1..]], &[]);
    assert_eq!(calls(&merge), (files[1..].to_vec(), counts(2, 1, 0, 1)));
}

#[test]
fn an_older_finding_goes_when_a_newer_policy_set_has_none() {
    let old = [finding_about(&copy("1", "a", 7)), finding_about(&copy("2", "a", 7))];
    let merge = day(&[&[copy("1", "a", 7), copy("2", "a", 7)], &[copy("1", "a", 8)]], &[&old]);
    assert_eq!(findings(&merge), (old[1..].to_vec(), counts(2, 1, 0, 1)));
}

#[test]
fn findings_of_copies_are_one() {
    let copies = [finding_about(&copy("1", "a", 7)), finding_about(&copy("1", "b", 7))];
    let merge = day(&[], &[&copies[1..], &copies[..1], &copies[..1]]);
    assert_eq!(findings(&merge), (copies[..1].to_vec(), counts(3, 1, 2, 0)));
}

/// One statement may want two things of one key.
#[test]
fn different_findings_about_one_key_of_one_copy_are_kept() {
    let wants = |source: &str, wanted: &str| {
        let mut row = finding_about(&copy("1", source, 7));
        row.finding.key = Some("aws:SourceIp".to_owned());
        row.finding.wanted = vec![wanted.to_owned()];
        row
    };
    let of = |source| [wants(source, "10.0.0.0/8"), wants(source, "192.168.0.0/16")];
    let merge = day(&[], &[&of("b"), &of("a"), &of("a")]);
    assert_eq!(findings(&merge), (of("a").to_vec(), counts(6, 2, 4, 0)));
}

#[test]
fn findings_of_several_codes_and_keys_are_kept() {
    let mut rows = vec![finding("1", Code::InstanceType), finding("1", Code::Network)];
    rows.push(finding("1", Code::Network));
    rows[2].finding.key = Some("sagemaker:VpcSubnets".to_owned());
    let merge = day(&[], &[&rows]);
    assert_eq!(findings(&merge), (rows, counts(3, 3, 0, 0)));
}

#[test]
fn what_is_not_waived_in_one_run_is_not_waived() {
    let mut waived = finding("1", Code::Image);
    waived.finding.waiver = Some("W-1".to_owned());
    let merge = day(&[], &[&[waived], &[finding("1", Code::Image)]]);
    assert_eq!(findings(&merge).0, [finding("1", Code::Image)]);
}

#[test]
fn two_bodies_of_one_event_are_both_kept_and_reported() {
    let files = [[copy("1", "a", 7)], [forged("1", "b")]];
    let (rows, report) = calls(&day(&[&files[0], &files[1], &[copy("2", "a", 7)]], &[]));
    assert_eq!(rows.len(), 3);
    let conflict = Conflict {
        event_id: "1".to_owned(),
        hashes: vec!["body-of-1".to_owned(), "forged".to_owned()],
    };
    let found = report.conflict_findings.clone();
    let hashes: Vec<&str> = found.iter().map(|row| row.record_hash.as_str()).collect();
    assert_eq!(hashes, ["body-of-1", "forged"]);
    assert_eq!(
        report,
        MergeReport {
            conflicts: vec![conflict],
            conflict_findings: found.clone(),
            ..counts(3, 3, 0, 0)
        }
    );

    // They are written with the other findings, once, however often the day is merged.
    let of_calls = day(&[&files[0], &files[1]], &[&[finding("1", Code::Image)]]);
    let (file, _) = of_calls.write_findings(ENGINE, &found, Vec::new()).unwrap();
    let written: Vec<FindingRow> = read(&Bytes::from(file));
    let codes: Vec<Code> = written.iter().map(|row| row.finding.code).collect();
    assert_eq!(codes.iter().filter(|code| **code == Code::ConflictingRecords).count(), 2);
    let again = day(&[&files[0], &files[1]], &[&written]);
    let (file, report) = again.write_findings(ENGINE, &found, Vec::new()).unwrap();
    assert_eq!((read::<FindingRow>(&Bytes::from(file)), report.duplicates), (written, 2));
}

/// A forged record judged later must not push the genuine one out.
#[test]
fn each_body_has_its_own_judgement() {
    let mut later = forged("1", "b");
    later.provenance = judged(8, ENGINE);
    let again = [copy("1", "a", 6), forged("1", "b")];
    let (rows, report) = calls(&day(&[&[copy("1", "a", 7)], &[later.clone()], &again], &[]));
    assert_eq!(rows, [copy("1", "a", 7), later]);
    assert_eq!((report.superseded, report.conflicts.len()), (2, 1));
}

#[test]
fn events_are_counted_once() {
    let requests = [copy("1", "a", 7), request(copy("1", "a", 7), 1), copy("2", "a", 7)];
    let merge = day(&[&requests, &[copy("1", "b", 8), forged("1", "c")]], &[]);
    assert_eq!(merge.write_calls(ENGINE, Vec::new()).unwrap().1.events, 2);
}

#[test]
fn objects_keep_their_greatest_judgement() {
    let row = |name: &str, revision, evaluated, batch: &str| ObjectRow {
        provenance: judged(revision, ENGINE),
        evaluated,
        batch: batch.to_owned(),
        ..object(name)
    };
    let files = [
        input("x", write_part("part-x", &[row("a", 7, 9, "x"), row("b", 7, 1, "x")])),
        input("y", write_part("part-y", &[row("a", 8, 1, "y"), row("b", 7, 2, "y")])),
        input("z", write_part("part-z", &[row("a", 8, 1, "z"), row("b", 7, 2, "a")])),
    ];
    let merge = TableMerge::<ObjectRow, _>::new(files.to_vec()).unwrap();
    let (file, report) = merge.write(ENGINE, Vec::new()).unwrap();
    let file = Bytes::from(file);
    assert_eq!(read::<ObjectRow>(&file), [row("a", 8, 1, "y"), row("b", 7, 2, "a")]);
    assert_eq!(report, counts(6, 2, 4, 0));
    assert_eq!(merge.file_name(), merged_name(merge.parts()));
    let parts = file_info(Table::Objects, &file).unwrap().parts.unwrap();
    assert_eq!(parts.into_iter().collect::<Vec<_>>(), ["part-x", "part-y", "part-z"]);
}

#[test]
fn one_object_with_two_contents_is_two() {
    let other = ObjectRow { identity: "other".to_owned(), ..object("a") };
    let file = write(&[object("a"), other.clone()]);
    assert_eq!(objects(vec![input("p", file)]).0, [object("a"), other]);
}

#[test]
fn merged_files_say_what_they_stand_for() {
    let merge = day(&[&[copy("1", "a", 7)], &[copy("2", "a", 7)]], &[&[]]);
    let parts = BTreeSet::from(["part-0".to_owned(), "part-1".to_owned()]);
    assert_eq!(merge.parts(), &parts);
    assert_eq!(merge.file_name(), merged_name(&parts));
    assert!(is_merged(&merge.file_name()));
    for file in [
        merge.write_calls("9.9.9", Vec::new()).unwrap().0,
        merge.write_findings("9.9.9", &[], Vec::new()).unwrap().0,
    ] {
        let table = if file.len() > 5000 { Table::Calls } else { Table::Findings };
        let info = file_info(table, &Bytes::from(file)).unwrap();
        assert_eq!((info.parts, info.engine.as_deref()), (Some(parts.clone()), Some("9.9.9")));
    }
}

/// What batches write is what merging reads: names come from the metadata, not from the caller.
#[test]
fn parts_of_batches_merge_under_their_own_names() {
    let batch = |object: &str| {
        let mut batch = Batch::new(work());
        batch.add(object_rows(object, vec![call("1")])).unwrap();
        batch.finish().unwrap().parts
    };
    let renamed = |part: &Part| input("copy of something", Bytes::from(part.bytes.clone()));
    let (one, two) = (batch("a"), batch("b"));
    let merge =
        DayMerge::new(vec![renamed(&two[0]), renamed(&one[0])], vec![renamed(&one[1])]).unwrap();
    let stem = |part: &Part| {
        let name = part.path.rsplit('/').next().unwrap();
        name.strip_suffix(".parquet").unwrap().to_owned()
    };
    assert_eq!(merge.parts(), &BTreeSet::from([stem(&one[0]), stem(&two[0])]));
    assert_eq!(calls(&merge).1, counts(2, 1, 1, 0));
}

#[test]
fn more_files_than_are_open_at_a_time() {
    let files: Vec<[CallRow; 2]> = (0..300)
        .map(|index| {
            [copy(&format!("{:03}", index % 100), &format!("{index:03}"), 7), copy("x", "x", 7)]
        })
        .collect();
    let slices: Vec<&[CallRow]> = files.iter().map(|rows| &rows[..]).collect();
    let (rows, report) = calls(&day(&slices, &[]));
    let mut expected: Vec<CallRow> = files[..100].iter().map(|rows| rows[0].clone()).collect();
    expected.push(copy("x", "x", 7));
    assert!(rows == expected);
    assert_eq!(report, counts(600, 101, 499, 0));
}

/// Files of others say nothing of parts; they are known by their names.
#[test]
fn a_file_that_does_not_say_stands_for_itself() {
    let file = super::foreign::written_by_others(&write(&[copy("1", "a", 7)]));
    let merge = DayMerge::new(vec![input("export-1.parquet", file)], Vec::new()).unwrap();
    assert_eq!(merge.parts(), &BTreeSet::from(["export-1".to_owned()]));
    assert_eq!(calls(&merge).0, [copy("1", "a", 7)]);
}

#[test]
fn files_that_cannot_be_merged_are_named() {
    let error = |file: Bytes| {
        let good = input("good", write(&[copy("5", "a", 7)]));
        let merge = DayMerge::new(vec![good, input("bad", file)], Vec::new());
        merge.and_then(|merge| merge.write_calls(ENGINE, Vec::new())).unwrap_err()
    };
    assert_eq!(error(Bytes::from_static(b"oh")).to_string(), "cannot merge `bad`");
    assert_eq!(error(write(&[finding("1", Code::Image)])).to_string(), "cannot merge `bad`");
    let unsorted = error(write_as_is(&[call("9"), call("1")]));
    assert_eq!(unsorted.to_string(), "the rows of `bad` are not sorted");
    assert!(matches!(unsorted, LakeError::Unsorted { .. }));
}
