//! What the samples promise, checked on the generated text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::write::{self, Files};
use super::{generate, policies, trail};

/// Every code that a policy set like this one can give, and that is not about the trail itself.
const CODES: [&str; 22] = [
    "DRF101", "DRF102", "DRF103", "DRF104", "DRF105", "DRF106", "DRF107", "DRF108", "DRF109",
    "DRF110", "DRF111", "DRF112", "DRF113", "DRF114", "DRF115", "DRF116", "DRF119", "DRF120",
    "DRF201", "DRF202", "DRF203", "DRF204",
];

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("what the generator writes is JSON")
}

/// All records, with duplicates.
fn records(files: &Files) -> Vec<Value> {
    let logs = files.iter().filter(|(path, _)| path.starts_with("trail/"));
    logs.flat_map(|(_, text)| match json(text)["Records"].take() {
        Value::Array(records) => records,
        other => panic!("records are a list, not {other}"),
    })
    .collect()
}

/// The header and the rows of the answer key.
fn answer_key(files: &Files) -> (Value, Vec<Value>) {
    let mut lines = files["answer-key.jsonl"].lines().map(json);
    (lines.next().expect("the key has a header"), lines.collect())
}

fn is_sagemaker_call(record: &Value) -> bool {
    let source = record["eventSource"].as_str().unwrap_or_default();
    record["eventType"] == "AwsApiCall"
        && ["sagemaker.amazonaws.com", "metrics-sagemaker.amazonaws.com"].contains(&source)
}

#[test]
fn generating_twice_gives_the_same() {
    assert!(generate() == generate());
}

#[test]
fn the_committed_samples_are_the_generated_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    let differing = write::differing(&root, &generate()).unwrap();
    assert!(differing.is_empty(), "run `cargo xtask samples`: {differing:?}");
}

#[test]
fn the_samples_stay_small() {
    let files = generate();
    assert!((8_000..15_000).contains(&records(&files).len()));
    let sizes = files.iter().map(|(path, text)| match path.ends_with(".gz") {
        true => trail::compress(text).unwrap().len(),
        false => text.len(),
    });
    assert!(sizes.sum::<usize>() < 2_000_000);
}

#[test]
fn the_header_counts_the_trail() {
    let files = generate();
    let (header, _) = answer_key(&files);
    let records = records(&files);
    let ids = |records: &mut dyn Iterator<Item = &Value>| {
        records.map(|record| record["eventID"].to_string()).collect::<BTreeSet<_>>().len()
    };
    let sagemaker = || records.iter().filter(|record| is_sagemaker_call(record));
    assert_eq!(header["records"], records.len());
    assert_eq!(header["unique_events"], ids(&mut records.iter()));
    assert_eq!(header["sagemaker_calls"], ids(&mut sagemaker()));
    assert_eq!(header["out_of_scope"], records.len() - sagemaker().count());
    assert_eq!(header["duplicates"], sagemaker().count() - ids(&mut sagemaker()));
    let logs = files.keys().filter(|path| path.starts_with("trail/")).count();
    assert_eq!(header["files"], logs);
}

#[test]
fn a_second_delivery_says_the_same() {
    let mut seen: BTreeMap<String, Value> = BTreeMap::new();
    for record in records(&generate()) {
        let id = record["eventID"].to_string();
        let first = seen.entry(id).or_insert_with(|| record.clone());
        assert_eq!(*first, record);
    }
}

#[test]
fn every_code_is_planted_at_least_twice() {
    let (_, rows) = answer_key(&generate());
    for code in CODES {
        let of_code = rows.iter().filter(|row| row["code"] == code);
        let events: BTreeSet<String> = of_code.map(|row| row["event_id"].to_string()).collect();
        assert!(events.len() >= 2, "{code} is planted {} times", events.len());
    }
    let known = |row: &Value| CODES.contains(&row["code"].as_str().unwrap_or_default());
    assert!(rows.iter().all(known));
}

#[test]
fn the_headline_is_there() {
    let files = generate();
    let records = records(&files);
    let is_churn_7 = |record: &&Value| {
        record["requestParameters"]["trainingJobName"] == "churn-7" && record["errorCode"].is_null()
    };
    let record = records.iter().find(is_churn_7).unwrap();
    let (_, rows) = answer_key(&files);
    let row = rows.iter().find(|row| row["event_id"] == record["eventID"]).unwrap();
    assert_eq!(row["code"], "DRF101");
    assert_eq!(row["principal"], "arn:aws:iam::111122223333:role/team/nlp/DataScientistNLP");
    assert_eq!(row["statement"], "EnforceInstanceType");
    let resources = &record["requestParameters"]["resourceConfig"];
    assert_eq!(resources["instanceType"], "ml.p4d.24xlarge");
}

#[test]
fn planted_events_are_in_the_trail() {
    let files = generate();
    let sagemaker: BTreeMap<String, Value> = records(&files)
        .into_iter()
        .filter(is_sagemaker_call)
        .map(|record| (record["eventID"].to_string(), record))
        .collect();
    let (_, rows) = answer_key(&files);
    for row in rows {
        let record = &sagemaker[&row["event_id"].to_string()];
        let identity = &record["userIdentity"];
        let issuer = &identity["sessionContext"]["sessionIssuer"]["arn"];
        let principal = if issuer.is_null() { &identity["arn"] } else { issuer };
        assert_eq!(row["principal"], *principal);
        let outcome = match record["errorCode"].as_str() {
            None => "succeeded",
            Some("AccessDenied") => "denied",
            Some(_) => "failed",
        };
        assert_eq!(row["outcome"], outcome);
    }
}

/// A refusal is always a finding: either blocked, or missing a grant.
#[test]
fn every_refusal_is_in_the_key() {
    let files = generate();
    let (_, rows) = answer_key(&files);
    let planted: BTreeSet<String> = rows.iter().map(|row| row["event_id"].to_string()).collect();
    let refused = records(&files)
        .into_iter()
        .filter(|record| is_sagemaker_call(record) && record["errorCode"] == "AccessDenied");
    for record in refused {
        assert!(planted.contains(&record["eventID"].to_string()), "{record}");
    }
}

#[test]
fn policies_are_as_iam_accepts_them() {
    for (path, text) in policies::files().into_iter().filter(|(path, _)| path.ends_with(".json")) {
        let policy = json(&text);
        assert_eq!(policy["Version"], "2012-10-17", "{path}");
        let statements = policy["Statement"].as_array().unwrap();
        let sids: BTreeSet<&str> =
            statements.iter().map(|statement| statement["Sid"].as_str().unwrap()).collect();
        assert_eq!(sids.len(), statements.len(), "{path}: one Sid for each statement");
        // The size IAM allows a managed policy, which does not count white space.
        assert!(policy.to_string().len() <= 6_144, "{path}");
    }
}

#[test]
fn the_policy_set_names_each_policy_and_no_other() {
    let files = policies::files();
    let (_, toml) = files.iter().find(|(path, _)| *path == "policy-set.toml").unwrap();
    let named: BTreeSet<&str> =
        toml.split('"').filter(|word| word.starts_with("policies/")).collect();
    let written: BTreeSet<&str> =
        files.iter().map(|(path, _)| *path).filter(|path| *path != "policy-set.toml").collect();
    assert_eq!(named, written);
}

#[test]
fn statements_of_the_key_are_in_the_policies() {
    let files = generate();
    let (_, rows) = answer_key(&files);
    for row in rows.iter().filter(|row| !row["statement"].is_null()) {
        let policy = &files[&format!("policy-set/{}", row["policy"].as_str().unwrap())];
        let policy = json(policy);
        let mut statements = policy["Statement"].as_array().unwrap().iter();
        let statement = statements.find(|statement| statement["Sid"] == row["statement"]).unwrap();
        if let Some(key) = row["key"].as_str() {
            assert!(statement["Condition"].to_string().contains(key), "{row}");
        }
    }
}

#[test]
fn nothing_of_this_machine_gets_in() {
    let here = env!("CARGO_MANIFEST_DIR");
    assert!(generate().values().all(|text| !text.contains(here)));
}

#[test]
fn the_small_parts_write_what_readers_expect() {
    use super::json::object;
    use super::moment::{Moment, is_weekend};
    use super::random::Random;

    assert_eq!(Moment::new(7, 9, 5).after(61).to_string(), "2026-05-07T09:06:01Z");
    assert_eq!(Moment::new(7, 23, 49).after(3600).to_string(), "2026-05-07T23:50:00Z");
    assert_eq!([1, 2, 3, 4].map(is_weekend), [false, true, true, false]);

    let id = Random::stream("a label").uuid();
    assert_eq!(id, Random::stream("a label").uuid());
    assert_ne!(id, Random::stream("another label").uuid());
    assert_eq!((id.len(), id.as_bytes()[14]), (36, b'4'));

    let value = object! { "b": vec!["x\"y"], "a": object! {} };
    assert_eq!(value.to_string(), r#"{"b":["x\"y"],"a":{}}"#);
    assert_eq!(value.pretty(), "{\n  \"b\": [\n    \"x\\\"y\"\n  ],\n  \"a\": {}\n}\n");
}
