//! `analyze --snapshot` as a user runs it.

use serde_json::{Value, json};

use crate::driftline::{Run, driftline};

const SAMPLES: [&str; 5] =
    ["analyze", "--trail", "samples/trail", "--policies", "samples/policy-set"];

fn samples(words: &[&str]) -> Run {
    driftline(&[&SAMPLES[..], words].concat())
}

/// The part of a summary that tells of AWS's answers.
fn section(text: &str) -> String {
    let (_, rest) = text.split_once("AWS's own answers").expect("a section");
    let (section, _) = rest.split_once("\n\n").expect("a section ends with an empty line");
    format!("AWS's own answers{section}")
}

#[test]
fn the_samples_are_tested_by_awss_answers() {
    let run = samples(&["--snapshot", "samples/snapshot"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    insta::assert_snapshot!("self_test_text", section(&run.stdout));
}

#[test]
fn the_self_test_changes_nothing_else_and_no_chance_shows() {
    let plain = samples(&["--format", "json"]).json();
    assert!(plain.get("self_test").is_none());
    let with = ["--format", "json", "--snapshot", "samples/snapshot", "--jobs"];
    let one = samples(&[&with[..], &["1"]].concat());
    let four = samples(&[&with[..], &["4"]].concat());
    assert_eq!(one.stdout, four.stdout);
    let mut rest = one.json();
    rest.as_object_mut().unwrap().remove("self_test");
    assert_eq!(rest, plain);
    assert!(!samples(&[]).stdout.contains("AWS's own answers"));
}

fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn analyze(folder: &tempfile::TempDir, words: &[&str]) -> Run {
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (trail, policies, snapshot) = (path("trail"), path("policies"), path("snapshot"));
    let given = ["analyze", "--trail", &trail, "--policies", &policies, "--snapshot", &snapshot];
    driftline(&[&given[..], words].concat())
}

fn record(id: u32, account: &str, role: &str, refusal: Option<&str>) -> Value {
    let mut record = json!({
        "eventVersion": "1.11", "eventTime": format!("2026-06-0{id}T12:00:00Z"),
        "eventSource": "sagemaker.amazonaws.com", "eventName": "StopTrainingJob",
        "awsRegion": "eu-west-1", "eventType": "AwsApiCall", "recipientAccountId": account,
        "eventID": format!("00000000-0000-4000-8000-{id:012}"),
        "userIdentity": {"type": "AssumedRole", "accountId": account,
            "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/s"),
            "sessionContext": {"sessionIssuer": {"type": "Role",
                "arn": format!("arn:aws:iam::{account}:role/{role}")}}},
        "requestParameters": {"trainingJobName": "churn-7"},
    });
    if let Some(why) = refusal {
        record["errorCode"] = "AccessDenied".into();
        record["errorMessage"] = format!(
            "User: arn:aws:sts::{account}:assumed-role/{role}/s is not authorized to perform: \
             sagemaker:StopTrainingJob on resource: \
             arn:aws:sagemaker:eu-west-1:{account}:training-job/churn-7 {why}"
        )
        .into();
    }
    record
}

/// Two accounts, one of them with a policy that cannot be read, and no organisation.
fn two_accounts() -> tempfile::TempDir {
    let (one, two) = ("111122223333", "444455556666");
    let stop = json!({"Statement": [
        {"Sid": "Stop", "Effect": "Allow", "Action": "sagemaker:Stop*", "Resource": "*"}]});
    let role = |account: &str, documents: &[Value]| {
        let inline = documents.iter().map(|d| json!({"PolicyName": "p", "PolicyDocument": d}));
        json!({"RoleDetailList": [{"RoleName": "R", "Arn": format!("arn:aws:iam::{account}:role/R"),
            "RolePolicyList": inline.collect::<Value>()}]})
    };
    let denied = "because no identity-based policy allows the sagemaker:StopTrainingJob action";
    let records = json!({"Records": [
        record(1, one, "R", None), record(2, one, "R", Some(denied)),
        record(3, one, "R", Some("with an explicit deny in a service control policy")),
        record(4, one, "R", Some("because no session policy allows the action")),
        record(5, two, "R", None), record(6, two, "R", Some(denied)),
        record(7, two, "Gone", None), record(8, "777788889999", "R", Some("with an explicit deny")),
    ]});
    let manifest = "schema = 1\nrevision = 1\nname = \"test\"\n[[binding]]\nname = \"all\"\n\
                    principals = [\"*\"]\nidentity = [\"@any\"]\n";
    folder(&[
        ("trail/a.json", records.to_string()),
        // Delivered again.
        ("trail/b.json", format!(" {records}")),
        ("policies/policy-set.toml", manifest.to_owned()),
        ("snapshot/one.json", role(one, &[stop]).to_string()),
        ("snapshot/two.json", role(two, &[json!({"Statement": 7})]).to_string()),
    ])
}

#[test]
fn each_kind_of_answer_is_counted_and_told() {
    let folder = two_accounts();
    let run = analyze(&folder, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(
        run.stderr,
        "warning: in the snapshot, policy inline/p of arn:aws:iam::444455556666:role/R cannot be \
         read: `Statement` wants an object or a list of objects, not a number\n"
    );
    insta::assert_snapshot!("self_test_two_accounts_text", section(&run.stdout));
    let json = analyze(&folder, &["--format", "json"]).json();
    let json = serde_json::to_string_pretty(&json["self_test"]).unwrap();
    insta::assert_snapshot!("self_test_two_accounts_json", json);
}

#[test]
fn a_snapshot_with_a_fault_stops_the_run() {
    let folder = two_accounts();
    std::fs::write(folder.path().join("snapshot/one.json"), "{\"RoleDetailList\": [{}]}").unwrap();
    let run = analyze(&folder, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    let told = run.stderr.replace(&folder.path().display().to_string(), "SCENE");
    insta::assert_snapshot!("unreadable_snapshot", told);
}
