//! Published records, read in place where they are at hand. They are not part of this crate.
#![expect(clippy::disallowed_methods, reason = "reads test data")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::read_record;
use crate::{Limits, Object, Outcome, parse_record};

/// Refused are: events that are no records and never were, records whose publisher changed the
/// time or the account, and four of EC2 and S3 that have a member under two spellings.
const WANTED: [(&str, usize); 15] = [
    ("cloud-custodian-eventbridge BAD_ACCOUNT", 1),
    ("cloud-custodian-eventbridge BAD_TIME", 1),
    ("cloud-custodian-eventbridge MALFORMED_RECORD", 1),
    ("cloud-custodian-eventbridge NOT_CLOUDTRAIL", 6),
    ("cloud-custodian-eventbridge ok", 10),
    ("invictus-ir-aws-dataset DUPLICATE_KEY", 4),
    ("invictus-ir-aws-dataset ok", 1488),
    ("ocsf-examples ok", 3),
    ("otrf-security-datasets BAD_TIME", 51),
    ("panther-analysis-tests BAD_ACCOUNT", 1),
    ("panther-analysis-tests BAD_TIME", 41),
    ("panther-analysis-tests ok", 24),
    ("sagemaker ok", 5),
    ("stratus-red-team ok", 169),
    ("traildiscover ok", 156),
];

fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cloudtrail");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

#[test]
fn nothing_of_the_published_records_is_lost() {
    let files = corpus();
    if files.is_empty() {
        eprintln!("skipped: no published records beside this repository");
        return;
    }
    let verdicts: Vec<_> = files.iter().flat_map(|(name, bytes)| tally(name, bytes)).collect();
    let verdicts: Vec<_> = verdicts.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    assert_eq!(verdicts, WANTED);
}

/// How many lines of the file were read, and how many refused for which reason.
fn tally(name: &str, bytes: &[u8]) -> BTreeMap<String, usize> {
    let limits = Limits::default();
    let object = Object::open(bytes, &limits).unwrap();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    assert_eq!(object.len(), lines, "{name}");
    let mut tally = BTreeMap::new();
    for slice in object.slices() {
        let refused = read_record(slice, &limits).err();
        let verdict = refused.map_or("ok", |error| error.reason.as_str());
        let count: &mut usize = tally.entry(format!("{name} {verdict}")).or_default();
        *count = count.saturating_add(1);
    }
    tally
}

#[test]
fn the_refused_calls_among_them_are_seen() {
    let limits = Limits::default();
    let denied = |bytes: &[u8]| {
        let object = Object::open(bytes, &limits).unwrap();
        let records = object.slices().filter_map(|slice| parse_record(slice, &limits).ok());
        records.filter(|record| record.outcome() == Outcome::Denied).count()
    };
    let total: usize = corpus().iter().map(|(_, bytes)| denied(bytes)).sum();
    assert!([0, 161].contains(&total), "{total}");
}
