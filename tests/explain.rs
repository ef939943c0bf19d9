//! `driftline explain` over the samples: what it says of a value's origin is so.

use std::collections::BTreeSet;

use analyzer::{ExplainError, Judge, KeyExplanation, Origin, RecordExplanation};
use cloudtrail::{Limits, Object};
use iam_policy::ContextValue;
use iam_policy::json::{self, Node};
use sagemaker_catalog::{Found, ParameterPath, Texts};

use crate::driftline::{driftline, driftline_with_input, root};
use crate::samples::{Rows, files, policy_set};

/// Of the samples' records every so many: there are thousands, and they resemble each other.
const STEP: usize = 11;

/// Keys whose member holds the value in another form: a date as seconds, a type as AWS's key spells
/// it, a flag as the presence of a member.
const IN_ANOTHER_FORM: [&str; 9] = [
    "aws:EpochTime",
    "aws:MultiFactorAuthAge",
    "aws:PrincipalAccount",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalType",
    "aws:SecureTransport",
    "aws:ViaAWSService",
    "aws:CalledViaLast",
    "aws:username",
];

/// Every record of the samples that is a call of SageMaker, with its text.
fn explained(mut check: impl FnMut(&str, &RecordExplanation)) -> usize {
    let set = policy_set(&root().join("samples/policy-set"));
    let mut judge = Judge::new(&set, Limits::default());
    let (mut count, mut number) = (0, 0);
    for path in files(&root().join("samples/trail")) {
        let bytes = std::fs::read(path).unwrap();
        let Ok(object) = Object::open(&bytes, &Limits::default()) else { continue };
        for slice in object.slices() {
            number += 1;
            if number % STEP != 0 {
                continue;
            }
            match judge.explain(slice, None) {
                Ok(explanation) => {
                    count += 1;
                    check(std::str::from_utf8(slice).unwrap(), &explanation);
                }
                Err(ExplainError::OutOfScope) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    count
}

/// The texts at a list of paths from the root of the record.
fn texts_at(record: &Node<'_>, members: &str) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for member in members.split(", ") {
        // Of a tag both halves feed keys.
        let halves = ["", ".key", ".value"].map(|half| format!("{member}{half}"));
        for path in halves {
            let path: ParameterPath = path.parse().unwrap();
            texts.extend(Texts::of([&path], record).values.iter().map(ToString::to_string));
        }
    }
    texts
}

fn is_there(record: &Node<'_>, member: &str) -> bool {
    let path: ParameterPath = member.parse().unwrap();
    path.first(record).and_then(Found::text).is_some()
}

fn check_key(record: &Node<'_>, key: &KeyExplanation) {
    match (&key.origin, &key.value) {
        (Origin::Record(members), ContextValue::Known(value)) => {
            let found = texts_at(record, members);
            let other_form = IN_ANOTHER_FORM.contains(&key.key.as_str());
            let there = value.texts().iter().all(|text| found.contains(text));
            assert!(other_form || there, "{key:?}: found {found:?}");
        }
        (Origin::NotSent(members) | Origin::Default(members), _) => {
            for member in members {
                assert!(!is_there(record, member), "{key:?}: {member} was sent");
            }
        }
        (Origin::Untold(_), ContextValue::Known(_) | ContextValue::Absent)
        | (Origin::Record(_), ContextValue::Unknown) => {
            panic!("the origin does not fit the value: {key:?}")
        }
        _ => {}
    }
}

#[test]
fn what_is_said_of_an_origin_is_so() {
    let mut kinds = BTreeSet::new();
    let count = explained(|text, explanation| {
        let record = json::parse(text).unwrap();
        for key in explanation.requests.iter().flat_map(|request| &request.keys) {
            kinds.insert(key.origin.kind());
            check_key(&record, key);
        }
    });
    assert!(count > 400, "{count}");
    for kind in ["record", "derived", "not_sent", "rule", "untold"] {
        assert!(kinds.contains(kind), "no origin is `{kind}`");
    }
}

/// What the rows of a call tell, its record told.
#[test]
fn rows_tell_what_their_record_told() {
    let set = policy_set(&root().join("samples/policy-set"));
    let mut judge = Judge::new(&set, Limits::default());
    let count = explained(|text, by_record| {
        let mut rows = Rows::default();
        judge.judge(text.as_bytes(), None, &mut rows);
        let by_rows = judge.explain_rows(&rows.calls, &rows.findings).unwrap();
        assert_eq!(by_rows.policies, by_record.policies, "{text}");
        assert_eq!(by_rows.requests.len(), by_record.requests.len(), "{text}");
        for (row, record) in by_rows.requests.iter().zip(&by_record.requests) {
            assert_eq!(row.decided, record.decided, "{text}");
            assert_eq!(row.findings.len(), record.findings.len(), "{text}");
            assert_eq!(row.context.action, record.context.action, "{text}");
            assert_eq!(row.context.resource, record.context.resource, "{text}");
            for key in &row.keys {
                let told = record.context.value(key.key.strip_suffix('*').unwrap_or(&key.key));
                assert_eq!(&key.value, told, "{key:?} of {text}");
                // A value is from one of the members that the record names, or from them all.
                let same = record.keys.iter().find(|other| other.key == key.key);
                if let Some(same) = same.filter(|same| matches!(same.origin, Origin::Fact(_))) {
                    assert_eq!(key.origin, same.origin, "{text}");
                }
            }
        }
    });
    assert!(count > 400, "{count}");
}

#[test]
fn a_call_is_told_from_a_lake() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let trail = ["--trail", "samples/trail", "--policies", "samples/policy-set"];
    let run = driftline(&[&["analyze"], &trail[..], &["--out", out]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let id = planted("DRF101");
    let lake = ["explain", "--policies", "samples/policy-set", "--event-id", &id, "--lake", out];
    let by_rows = driftline(&lake);
    assert_eq!(by_rows.code, 0, "{}", by_rows.stderr);
    insta::assert_snapshot!("lake", by_rows.stdout);
    let missing = ["explain", "--policies", "samples/policy-set", "--event-id", "x", "--lake", out];
    let run = driftline(&missing);
    assert_eq!(run.code, 2);
    assert_eq!(run.stderr.trim(), "error: no call with the eventID `x` was found");
    let elsewhere = root().join("samples");
    let elsewhere = elsewhere.to_str().unwrap();
    let run = driftline(&[&missing[..6], &[elsewhere]].concat());
    assert!(run.code == 2 && run.stderr.contains("is no lake"), "{}", run.stderr);
}

/// What is told as a case of `simulate` comes out as it was decided, where the case can say all
/// that is known.
#[test]
fn a_request_is_told_as_a_case() {
    let id = planted("DRF101");
    let run = driftline(&[&SOURCE[..], &["--event-id", &id, "--format", "json"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let request = &told["requests"][0];
    let unknown: Vec<&serde_json::Value> = request["unknown"].as_array().unwrap().iter().collect();
    // A case has no families of keys.
    let unknown: Vec<_> =
        unknown.iter().filter(|key| !key.as_str().unwrap().ends_with('*')).collect();
    let policy = root().join("samples/policy-set/policies/data-scientist.json");
    let policy: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(policy).unwrap()).unwrap();
    let case = serde_json::json!({
        "principal": request["principal"], "action": request["action"],
        "resource": request["resource"], "context": request["context"], "unknown": unknown,
        "identityPolicies": [policy], "expected": request["decision"],
    });
    let run = driftline_with_input(&["simulate", "--cases", "-"], &case.to_string());
    assert_eq!(run.code, 0, "{}", run.stdout);
}

const SOURCE: [&str; 5] =
    ["explain", "--trail", "samples/trail", "--policies", "samples/policy-set"];

/// The first event that was planted for a code.
fn planted(code: &str) -> String {
    let key = std::fs::read_to_string(root().join("samples/answer-key.jsonl")).unwrap();
    let entries = key.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut planted = entries.filter(|entry| entry["code"] == code);
    planted.next().unwrap()["event_id"].as_str().unwrap().to_owned()
}

#[test]
fn one_call_is_told_in_text() {
    let run = driftline(&[&SOURCE[..], &["--event-id", &planted("DRF101")]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    insta::assert_snapshot!("text", run.stdout);
}

#[test]
fn a_call_that_is_not_there_is_an_error() {
    let run = driftline(&[&SOURCE[..], &["--event-id", "no-such-call"]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert_eq!(run.stderr.trim(), "error: no call with the eventID `no-such-call` was found");
    let none = driftline(&["explain", "--policies", "samples/policy-set"]);
    assert_eq!(none.code, 2);
    let empty = ["explain", "--event", "-", "--policies", "samples/policy-set"];
    let run = driftline_with_input(&empty, "{\"Records\":[]}");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("holds 0 records"), "{}", run.stderr);
}
