//! The whole way in the partitions of China and GovCloud: a call that its policy allows, and one of
//! which a role and an instance type are not.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::driftline::driftline;

const ACCOUNT: &str = "111122223333";

fn record(partition: &str, region: &str, id: &str, instance: &str, role: &str) -> Value {
    let suffix = if partition == "aws-cn" { ".cn" } else { "" };
    json!({
        "eventVersion": "1.11", "eventID": id, "eventTime": "2026-06-01T12:00:00Z",
        "eventSource": "sagemaker.amazonaws.com", "eventName": "CreateTrainingJob",
        "eventType": "AwsApiCall", "awsRegion": region, "recipientAccountId": ACCOUNT,
        "sourceIPAddress": "203.0.113.7", "userAgent": "Boto3/1.38",
        "tlsDetails": {
            "clientProvidedHostHeader": format!("api.sagemaker.{region}.amazonaws.com{suffix}")
        },
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:ana", "accountId": ACCOUNT,
            "arn": format!("arn:{partition}:sts::{ACCOUNT}:assumed-role/Scientist/ana"),
            "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role", "principalId": "AROAEXAMPLE", "accountId": ACCOUNT,
                    "userName": "Scientist",
                    "arn": format!("arn:{partition}:iam::{ACCOUNT}:role/ml/Scientist")
                },
                "attributes": {"creationDate": "2026-06-01T11:00:00Z", "mfaAuthenticated": "false"}
            }
        },
        "requestParameters": {
            "trainingJobName": "churn-1", "resourceConfig": {"instanceType": instance},
            "roleArn": format!("arn:{partition}:iam::{ACCOUNT}:role/{role}")
        }
    })
}

fn policy(partition: &str) -> Value {
    let service = if partition == "aws-cn" {
        "sagemaker.amazonaws.com.cn"
    } else {
        "sagemaker.amazonaws.com"
    };
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Train", "Effect": "Allow", "Action": "sagemaker:CreateTrainingJob",
         "Resource": format!("arn:{partition}:sagemaker:*:{ACCOUNT}:training-job/*"),
         "Condition": {"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.c5.*"},
                       "Null": {"sagemaker:InstanceTypes": "false"}}},
        {"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole",
         "Resource": format!("arn:{partition}:iam::{ACCOUNT}:role/Exec"),
         "Condition": {"StringEquals": {"iam:PassedToService": service}}}
    ]})
}

fn check(partition: &str, region: &str) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let manifest = format!(
        "schema = 1\nrevision = 1\nname = \"p\"\n[[binding]]\nname = \"b\"\n\
         principals = [\"arn:{partition}:iam::*:role/ml/*\"]\nidentity = [\"p.json\"]\n\
         [facts]\npassed_to_service = {{ aws-cn = \"sagemaker.amazonaws.com.cn\" }}\n"
    );
    write("set/policy-set.toml", manifest);
    write("set/p.json", policy(partition).to_string());
    let records = [
        record(partition, region, "e-fine", "ml.c5.xlarge", "Exec"),
        record(partition, region, "e-type", "ml.p4d.24xlarge", "Exec"),
        record(partition, region, "e-role", "ml.c5.xlarge", "Admin"),
    ];
    write("trail/log.json", json!({"Records": records}).to_string());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let run = driftline(&[
        "analyze",
        "--trail",
        &path("trail"),
        "--policies",
        &path("set"),
        "--format",
        "json",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let summary = run.json();
    assert_eq!(summary["records"]["evaluated"], 3, "{summary}");
    let findings = summary["findings"].as_array().unwrap().iter();
    let mut found: Vec<(String, String, String)> = findings
        .map(|finding| {
            let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
            let event = text(&finding["event_ids"][0]);
            (text(&finding["code"]), event, text(&finding["principal"]))
        })
        .collect();
    found.sort_unstable();
    let principal = format!("arn:{partition}:iam::{ACCOUNT}:role/ml/Scientist");
    let wanted = [("DRF101", "e-type"), ("DRF113", "e-role")];
    let wanted = wanted.map(|(code, id)| (code.to_owned(), id.to_owned(), principal.clone()));
    assert_eq!(found, wanted);
    explained(folder.path(), partition);
}

/// What is told of the call names the partition's resources.
fn explained(folder: &Path, partition: &str) {
    let path = |name: &str| folder.join(name).display().to_string();
    let run = driftline(&[
        "explain",
        "--trail",
        &path("trail"),
        "--policies",
        &path("set"),
        "--event-id",
        "e-fine",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let job = format!("CreateTrainingJob on arn:{partition}:sagemaker:");
    assert!(run.stdout.contains(&job), "{}", run.stdout);
    assert_eq!(run.stdout.matches("\nAllowed by the identity-based policies").count(), 2);
}

#[test]
fn calls_in_china_are_judged_by_its_arns() {
    check("aws-cn", "cn-north-1");
}

#[test]
fn calls_in_govcloud_are_judged_by_its_arns() {
    check("aws-us-gov", "us-gov-west-1");
}
