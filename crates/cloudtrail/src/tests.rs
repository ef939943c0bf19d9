//! Tests of the crate as its users see it: bytes in, verdicts out.

mod catalogue;
mod containers;
mod corpus;
mod hostile;
mod identities;
mod keys;
mod outcomes;
mod records;

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::{Limits, Object, RecordError, Warning, check, parse_record};

const BASE: [(&str, &str); 4] = [
    ("eventVersion", r#""1.11""#),
    ("eventTime", r#""2026-06-01T12:00:00Z""#),
    ("eventSource", r#""sagemaker.amazonaws.com""#),
    ("eventName", r#""CreateTrainingJob""#),
];

/// The smallest good record, with members changed, added, or (with an empty value) left out.
fn record(changes: &[(&str, &str)]) -> String {
    let unchanged = |(key, _): &&(&str, &str)| changes.iter().all(|(changed, _)| changed != key);
    let members = BASE.iter().filter(unchanged).chain(changes).filter(|(_, json)| !json.is_empty());
    let members: Vec<_> = members.map(|(key, json)| format!("\"{key}\":{json}")).collect();
    format!("{{{}}}", members.join(","))
}

fn good() -> String {
    record(&[])
}

/// A log file as CloudTrail writes it, before compression.
fn log_file(records: &[impl AsRef<str>]) -> Vec<u8> {
    let records: Vec<_> = records.iter().map(AsRef::as_ref).collect();
    format!("{{\"Records\":[{}]}}", records.join(",")).into_bytes()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn read_record(slice: &[u8], limits: &Limits) -> Result<(), RecordError> {
    check(&parse_record(slice, limits)?)
}

/// The reason the object is refused for, or one word per slice (`ok` or the reason), and then the
/// warnings, but for that of plain JSON.
fn read(bytes: &[u8], limits: &Limits) -> String {
    let object = match Object::open(bytes, limits) {
        Ok(object) => object,
        Err(error) => return error.reason.to_string(),
    };
    let words = object.slices().map(|slice| match read_record(slice, limits) {
        Ok(()) => "ok",
        Err(error) => error.reason.as_str(),
    });
    let warnings = object.warnings().iter().filter(|warning| **warning != Warning::PlainJson);
    words.chain(warnings.map(|warning| warning.as_str())).collect::<Vec<_>>().join(" ")
}
