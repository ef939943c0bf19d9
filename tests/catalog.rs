//! A newer service reference beside a policy set: from AWS's file to other verdicts.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::driftline::{Run, driftline};

/// AWS's file with a new action, and a new key of an action that is known.
fn reference() -> Value {
    let arn = "arn:${Partition}:sagemaker:${Region}:${Account}:thing/${ThingName}";
    json!({
        "Name": "sagemaker", "Version": "v1.4",
        "Actions": [
            {
                "Name": "CreateThing", "ActionConditionKeys": ["sagemaker:ThingColour"],
                "Resources": [{"Name": "thing"}],
                "Annotations": {"Properties": {"IsWrite": true}}
            },
            {"Name": "CreateTrainingJob", "ActionConditionKeys": ["sagemaker:ThingColour"]}
        ],
        "ConditionKeys": [{"Name": "sagemaker:ThingColour", "Types": ["String"]}],
        "Resources": [{"Name": "thing", "ARNFormats": [arn]}]
    })
}

/// Trains where the colour is red, and makes things.
fn policy() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Train", "Effect": "Allow", "Action": "sagemaker:CreateTrainingJob",
         "Resource": "arn:aws:sagemaker:*:111122223333:training-job/*",
         "Condition": {"StringEquals": {"sagemaker:ThingColour": "red"}}},
        {"Sid": "Make", "Effect": "Allow", "Action": "sagemaker:CreateThing",
         "Resource": "arn:aws:sagemaker:*:111122223333:thing/*"}
    ]})
}

fn record(id: &str, event: &str) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": id, "eventTime": "2026-06-01T12:00:00Z",
        "eventSource": "sagemaker.amazonaws.com", "eventName": event, "eventType": "AwsApiCall",
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "sourceIPAddress": "203.0.113.7",
        "userIdentity": {
            "type": "IAMUser", "principalId": "AIDAEXAMPLE", "userName": "ana",
            "arn": "arn:aws:iam::111122223333:user/ana", "accountId": "111122223333"
        },
        "requestParameters": {"trainingJobName": "churn-1"}
    })
}

struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        let manifest = "schema = 1\nrevision = 1\nname = \"p\"\n[[binding]]\nname = \"b\"\n\
                        principals = [\"*\"]\nidentity = [\"p.json\"]\n";
        scene.write("set/policy-set.toml", manifest);
        scene.write("set/p.json", &policy().to_string());
        scene.write("sagemaker.json", &reference().to_string());
        scene.write("event.json", &record("e-1", "CreateTrainingJob").to_string());
        scene
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn update(&self, file: &str) -> Run {
        let out = self.path("set/catalog.json");
        driftline(&["catalog", "update", &self.path(file), "--out", &out])
    }

    fn explained(&self) -> String {
        let (event, set) = (self.path("event.json"), self.path("set"));
        let run = driftline(&["explain", "--event", &event, "--policies", &set]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stdout
    }

    fn shown(&self, action: &str) -> Run {
        driftline(&["catalog", "show", action, "--policies", &self.path("set")])
    }

    fn linted(&self) -> Run {
        driftline(&["lint", &self.path("set")])
    }
}

fn check_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn a_newer_service_reference_beside_a_policy_set_is_known_everywhere() {
    let scene = Scene::new();
    let before = scene.linted().stdout;
    assert!(before.contains("CreateThing") && before.contains("ThingColour"), "{before}");
    assert!(scene.explained().contains("ImplicitlyDenied"), "{}", scene.explained());
    let unknown = scene.shown("CreateThing");
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));

    let run = scene.update("sagemaker.json");
    assert_eq!(run.code, 0, "{}", run.stderr);
    check_has(
        &run.stdout,
        &[
            "sagemaker v1.4: 4 new, ",
            "  + action sagemaker:CreateThing\n",
            "  + condition key sagemaker:ThingColour of sagemaker:CreateTrainingJob\n",
            "  + condition key sagemaker:ThingColour\n",
            "  + resource type thing\n",
            "  - action sagemaker:CreateModel\n",
        ],
    );

    let after = scene.linted();
    assert_eq!((after.code, after.stderr.as_str()), (0, ""));
    assert!(!after.stdout.contains("CreateThing"), "{}", after.stdout);
    // The key applies, and no record shows it: what was a refusal is open.
    assert!(scene.explained().contains("Undetermined"), "{}", scene.explained());
    let shown = scene.shown("CreateThing");
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    check_has(
        &shown.stdout,
        &[
            "sagemaker:CreateThing  Write\n",
            "  thing: arn:*:sagemaker:*:*:thing/${ThingName}, ",
            "  sagemaker:ThingColour  String\n    not in the record; without it the key is unknown;",
        ],
    );
}

#[test]
fn what_an_overlay_has_cannot_fool_a_terminal() {
    let scene = Scene::new();
    let key = "sagemaker:Thing\u{1b}[2K";
    let action = json!({"access_level": "Write", "condition_keys": [key]});
    let service =
        json!({"actions": {"CreateThing": action}, "condition_keys": {key: {"type": "String"}}});
    let overlay = json!({"schema": "driftline.catalog/1", "services": {"sagemaker": service}});
    scene.write("set/catalog.json", &overlay.to_string());
    let shown = scene.shown("CreateThing");
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert!(shown.stdout.contains(r"sagemaker:Thing\u{1b}[2K"), "{}", shown.stdout);
}

#[test]
fn updates_of_several_services_stay_side_by_side() {
    let scene = Scene::new();
    let other = json!({"Name": "sagemaker-new", "Actions": [{"Name": "Ask"}]});
    scene.write("new.json", &other.to_string());
    assert_eq!(scene.update("sagemaker.json").code, 0);
    assert_eq!(scene.update("new.json").code, 0);
    let text = fs::read_to_string(scene.folder.path().join("set/catalog.json")).unwrap();
    let overlay: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(overlay["schema"], "driftline.catalog/1");
    let services: Vec<&String> = overlay["services"].as_object().unwrap().keys().collect();
    assert_eq!(services, ["sagemaker", "sagemaker-new"]);
}

#[test]
fn what_is_no_service_reference_is_refused_and_nothing_is_written() {
    let scene = Scene::new();
    let run = scene.update("set/p.json");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no file of AWS's Service Reference"), "{}", run.stderr);
    assert!(!Path::new(&scene.path("set/catalog.json")).exists());
    // A policy of that name is not overwritten.
    scene.write("set/catalog.json", &policy().to_string());
    let run = scene.update("sagemaker.json");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is no catalog of an earlier update"), "{}", run.stderr);
    assert_eq!(scene.linted().code, 2);
}
