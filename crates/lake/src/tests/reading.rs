//! Objects to rows: every record is accounted for.

use std::collections::BTreeMap;

use analyzer::Judge;
use analyzer::target::{self, TargetSet};
use cloudtrail::Limits;

use super::samples::{judged, work};
use crate::{Batch, ObjectRows, read_object};

fn target_set() -> TargetSet {
    let manifest = r#"
        schema = 1
        revision = 7
        name = "ml-platform"
        [[binding]]
        name = "all"
        principals = ["arn:aws:iam::*:role/*"]
        identity = ["none.json"]
    "#;
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"sagemaker:Describe*","Resource":"*"}]}"#;
    let files = [("policy-set.toml", manifest), ("none.json", policy)];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    target::load(&BTreeMap::from(files)).unwrap()
}

fn read(key: &str, bytes: &[u8]) -> ObjectRows {
    let (target, limits) = (target_set(), Limits::default());
    let mut judge = Judge::new(&target, limits.clone());
    read_object(&mut judge, &limits, &judged(7, "0.1.0"), key, bytes)
}

fn record(event_id: &str, source: &str, time: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.11","eventTime":"{time}","eventID":"{event_id}",
            "eventType":"AwsApiCall","awsRegion":"eu-west-1","eventSource":"{source}",
            "eventName":"DeleteModel","recipientAccountId":"111122223333",
            "userIdentity":{{"type":"AssumedRole","accountId":"111122223333",
                "sessionContext":{{"sessionIssuer":{{"type":"Role",
                    "arn":"arn:aws:iam::111122223333:role/DataScientist"}}}}}},
            "requestParameters":{{"modelName":"churn"}}}}"#
    )
}

const KEY: &str = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/06/01/\
                   111122223333_CloudTrail_eu-west-1_20260601T1205Z_0123456789abcdef.json.gz";

#[test]
fn each_record_is_judged_or_of_no_concern_or_quarantined() {
    let records = [
        record("1", "sagemaker.amazonaws.com", "2026-06-01T12:00:00Z"),
        record("2", "s3.amazonaws.com", "2026-06-01T12:01:00Z"),
        record("3", "sagemaker.amazonaws.com", "yesterday"),
    ];
    let rows = read(KEY, format!(r#"{{"Records":[{}]}}"#, records.join(",")).as_bytes());
    let object = &rows.object;
    assert_eq!(
        (object.read, object.evaluated, object.out_of_scope, object.quarantined),
        (3, 1, 1, 1)
    );
    assert_eq!(object.account.as_deref(), Some("111122223333"));
    assert!(object.delivered_at.is_some() && !object.object_quarantined);
    assert_eq!((rows.calls.len(), rows.findings.len()), (1, 1));
    assert_eq!(rows.findings[0].record_hash, rows.calls[0].call.record_hash);
    assert_eq!(&*rows.calls[0].source_object, KEY);
    assert_eq!(
        (rows.quarantine[0].record, rows.quarantine[0].reason.as_str()),
        (Some(2), "BAD_TIME")
    );
    assert!(rows.quarantine[0].raw.contains("yesterday"));
    let mut batch = Batch::new(work());
    batch.add(rows).unwrap();
    let parts = batch.finish().unwrap().parts;
    let tables: Vec<&str> = parts.iter().filter_map(|part| part.path.split('/').next()).collect();
    assert_eq!(tables, ["calls", "findings", "resource_facts"]);
}

#[test]
fn an_object_that_cannot_be_read_is_quarantined_whole() {
    let rows = read("notes.txt", b"not a log");
    assert!(rows.object.object_quarantined);
    assert_eq!(rows.object.reason.as_deref(), Some("NOT_JSON"));
    assert_eq!((rows.object.read, rows.calls.len()), (0, 0));
    assert_eq!((rows.quarantine[0].record, rows.quarantine[0].raw.as_str()), (None, "not a log"));
}
