//! What is written is what is read.

use std::fmt::Debug;
use std::sync::Arc;

use analyzer::Code;
use analyzer::Severity;
use analyzer::replay::RequestKind;
use cloudtrail::Outcome;
use iam_policy::Decision;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::samples::{
    at, call, fact, finding, full_call, judged, object, read, resolution, write, write_as_is,
};
use crate::{
    CallRow, FindingRow, ObjectRow, ROW_GROUP_ROWS, ResolvedFindingRow, RowReader, TableRow,
};

fn check<R: TableRow + PartialEq + Debug>(rows: &[R]) {
    assert_eq!(read::<R>(&write_as_is(rows)), rows);
}

#[test]
fn calls_with_nothing_and_with_everything() {
    check::<CallRow>(&[]);
    check(&[call("a"), full_call("b"), call("c")]);
}

#[test]
fn every_word_of_calls() {
    let mut rows = vec![call("a"); 4];
    rows[0].call.decision = Some(Decision::Allowed);
    rows[1].call.decision = Some(Decision::ImplicitlyDenied);
    rows[2].call.decision = Some(Decision::ExplicitlyDenied);
    rows[0].call.outcome = Outcome::Failed;
    rows[1].call.request_kind = RequestKind::AddTags;
    rows[2].call.request_kind = RequestKind::ExtraResource;
    check(&rows);
}

#[test]
fn every_code_and_severity_of_findings() {
    let mut rows: Vec<FindingRow> = Code::ALL.map(|code| finding("e", code)).to_vec();
    for (row, severity) in rows.iter_mut().zip(Severity::ALL) {
        row.finding.severity = severity;
    }
    let full = &mut rows[0].finding;
    full.session_name = Some("zoë".to_owned());
    full.resources = vec!["*".to_owned()];
    full.resource_type = Some("training-job".to_owned());
    full.key = Some("sagemaker:InstanceTypes".to_owned());
    full.wanted = vec!["ml.m5.*".to_owned(), "ml.c5.*".to_owned()];
    full.observed = vec!["ml.p4d.24xlarge".to_owned()];
    full.policy = Some("ml.json".to_owned());
    full.statement = Some("3".to_owned());
    full.denied_by_statement = true;
    full.decision = Some(Decision::ImplicitlyDenied);
    full.waiver = Some("W-1".to_owned());
    check(&rows);
}

#[test]
fn facts_of_every_kind_and_resolutions() {
    let facts = analyzer::FactKind::ALL.map(|kind| {
        let mut row = fact("e");
        row.fact.fact.kind = kind;
        row
    });
    check(&facts);
    check(&[resolution("a"), resolution("b")]);
    check(&[ResolvedFindingRow(finding("e", Code::Tags))]);
}

#[test]
fn objects_with_nothing_and_with_everything() {
    let full = ObjectRow {
        delivered_at: Some(at(60)),
        account: Some("111122223333".to_owned()),
        region: Some("eu-west-1".to_owned()),
        container: Some("records".to_owned()),
        read: 6,
        evaluated: 3,
        out_of_scope: 2,
        quarantined: 1,
        duplicates: 4,
        object_quarantined: true,
        reason: Some("NOT_JSON".to_owned()),
        warnings: vec!["PLAIN_JSON".to_owned(), "TRAILING_DATA".to_owned()],
        batch: "0123".to_owned(),
        oldest_event: Some(at(-60)),
        newest_event: Some(at(60)),
        filter: Some("region=eu-west-1".to_owned()),
        ..object("b")
    };
    check(&[object("a"), full]);
}

#[test]
fn rows_of_several_row_groups_and_judgements() {
    let rows: Vec<CallRow> = (0..50_000)
        .map(|index| {
            let mut row = if index % 3 == 0 { full_call("x") } else { call("y") };
            row.call.event_id = format!("{index:08}");
            row.source_object = Arc::from(format!("object-{}", index / 1000));
            row.provenance = judged(index / 20_000, "0.1.0");
            row
        })
        .collect();
    let file = write_as_is(&rows);
    let reader = SerializedFileReader::new(file.clone()).unwrap();
    let groups = reader.metadata().row_groups().iter().map(|group| group.num_rows());
    assert_eq!(groups.collect::<Vec<_>>(), [20_000, 20_000, 10_000]);
    assert_eq!(reader.metadata().row_group(0).num_rows(), i64::try_from(ROW_GROUP_ROWS).unwrap());
    // Not `assert_eq`: nobody reads a difference of that length.
    assert!(read::<CallRow>(&file) == rows);
}

#[test]
fn neighbours_share_what_they_have_in_common() {
    let rows = read::<CallRow>(&write(&[call("a"), call("b"), call("c")]));
    assert!(Arc::ptr_eq(&rows[0].provenance, &rows[2].provenance));
    assert!(Arc::ptr_eq(&rows[0].source_object, &rows[2].source_object));
}

/// Arrow counts the text of an array with 31 bits; one value repeated is small in the file and
/// large in memory.
#[test]
fn a_long_text_in_every_row() {
    let agent = "x".repeat(400_000);
    let row = |index: usize| {
        let mut row = call(&format!("{index:05}"));
        row.call.user_agent = Some(agent.clone());
        row
    };
    let mut writer =
        crate::TableWriter::new(Vec::new(), "0.1.0", &std::collections::BTreeSet::new()).unwrap();
    (0..6000).for_each(|index| writer.push(&row(index)).unwrap());
    let file = bytes::Bytes::from(writer.finish().unwrap());
    assert!(file.len() < 10_000_000, "{}", file.len());
    let rows = RowReader::<CallRow>::open(file).unwrap().map(Result::unwrap);
    assert_eq!(rows.filter(|row| row.call.user_agent.as_deref() == Some(&agent)).count(), 6000);
}

#[test]
fn counts_beyond_what_a_column_holds_are_the_largest() {
    let mut row = object("a");
    row.bytes = u64::MAX;
    let rows = read::<ObjectRow>(&write(&[row]));
    assert_eq!(rows[0].bytes, i64::MAX.unsigned_abs());
}

#[test]
fn files_are_packed_and_say_what_they_are() {
    let file = write(&[call("a"), full_call("b")]);
    let reader = SerializedFileReader::new(file).unwrap();
    let group = reader.metadata().row_group(0);
    for column in group.columns() {
        assert_eq!(column.compression(), Compression::ZSTD(ZstdLevel::default()));
        assert!(column.statistics().is_some(), "{}", column.column_path());
        let looked_up = ["event_id", "principal"].contains(&column.column_path().string().as_str());
        assert_eq!(column.bloom_filter_offset().is_some(), looked_up, "{}", column.column_path());
    }
    let metadata = reader.metadata().file_metadata();
    assert_eq!(metadata.created_by(), Some("driftline version 1 (build 0)"));
    let pairs = metadata.key_value_metadata().unwrap();
    let names: Vec<&str> = pairs.iter().map(|pair| pair.key.as_str()).collect();
    assert_eq!(names, ["driftline.schema", "driftline.engine", "driftline.parts"]);
}
