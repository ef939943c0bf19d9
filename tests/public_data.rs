//! Records that other people published, and generated trails with their answer keys, tested where
//! they lie beside the project. Where they are absent these tests say so and pass.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use analyzer::replay::RequestKind;
use analyzer::{Judge, Verdict};
use cloudtrail::{Limits, Object};
use iam_policy::ContextValue;
use lake::Table;
use sagemaker_catalog::{Catalog, catalog};
use serde_json::Value;

use crate::driftline::{driftline, shared};
use crate::samples::{Rows, files, policy_set};

/// A set that allows everybody everything.
pub(crate) fn any_policy_set(folder: &Path, revision: u64) {
    let text = format!(
        "schema = 1\nrevision = {revision}\nname = \"any\"\n\n[[binding]]\nname = \"everybody\"\n\
         principals = [\"*\"]\nidentity = [\"@any\"]\n"
    );
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("policy-set.toml"), text).unwrap();
}

#[test]
fn published_records_of_many_services_are_all_accounted_for() {
    let Some(folder) = shared("data/cloudtrail") else { return };
    let temporary = tempfile::tempdir().unwrap();
    any_policy_set(temporary.path(), 1);
    let set = policy_set(temporary.path());
    let limits = Limits::default();
    let mut judge = Judge::new(&set, limits.clone());
    let mut rows = Rows::default();
    let (mut lines, mut accounted, mut sagemaker) = (0, 0, 0);
    for path in files(&folder).iter().filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
    {
        let bytes = std::fs::read(path).unwrap();
        lines += bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
        let object = Object::open(&bytes, &limits).unwrap();
        for slice in object.slices() {
            accounted += 1;
            let before = rows.calls.len();
            let verdict = judge.judge(slice, None, &mut rows);
            let source = serde_json::from_slice::<Value>(slice).ok();
            let source = source.and_then(|v| v["eventSource"].as_str().map(str::to_owned));
            let Some(source) = source.filter(|source| Catalog::is_sagemaker_source(source)) else {
                continue;
            };
            sagemaker += 1;
            match verdict {
                Verdict::Evaluated { .. } => assert!(rows.calls.len() > before, "{source}"),
                Verdict::OutOfScope { .. } => panic!("{source} is SageMaker's"),
                Verdict::Rejected(error) => assert!(!error.detail.is_empty()),
            }
        }
    }
    assert_eq!(lines, 1961);
    assert_eq!(accounted, lines);
    assert!(sagemaker >= 5, "{sagemaker}");
}

/// One line of the generator's `counts.tsv`: principal, event source, event name, error code.
type Group = (String, String, String, String);

/// What the generator says of the calls to SageMaker, events of endpoints left out.
fn expected_counts(folder: &Path) -> BTreeMap<Group, u64> {
    let text = std::fs::read_to_string(folder.join("counts.tsv")).unwrap();
    let mut counts = BTreeMap::new();
    for line in text.lines() {
        let [principal, source, name, error, count] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        if Catalog::is_sagemaker_source(source) && error != "VpceAccessDenied" {
            let group = [principal, source, name, error].map(str::to_owned);
            counts.insert(group.into(), count.parse().unwrap());
        }
    }
    counts
}

/// A folder with a generated trail and a set that allows everybody everything.
struct Generated {
    folder: tempfile::TempDir,
}

impl Generated {
    fn new(options: &[&str]) -> Option<Self> {
        let generator = shared("tools/gen_trail.py")?;
        let generated = Self { folder: tempfile::tempdir().unwrap() };
        let mut command = Command::new("python3");
        command.arg(generator).args(options).arg("--out").arg(generated.trail());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        any_policy_set(&generated.policies(), 1);
        Some(generated)
    }

    fn trail(&self) -> PathBuf {
        self.folder.path().join("trail")
    }

    fn policies(&self) -> PathBuf {
        self.folder.path().join("policies")
    }
}

fn check_generated_trail(options: &[&str]) {
    let Some(generated) = Generated::new(options) else { return };
    let (trail, policies) = (generated.trail(), generated.policies());
    let out = generated.folder.path().join("out");
    let words = ["analyze", "--format", "json", "--trail"].map(std::ffi::OsStr::new);
    let mut words = words.to_vec();
    words.extend([trail.as_os_str(), "--policies".as_ref(), policies.as_os_str()]);
    words.extend(["--out".as_ref(), out.as_os_str()]);
    let run = driftline(&words);
    assert_eq!(run.code, 0, "{}", run.stderr);

    let manifest = std::fs::read(trail.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let records = &run.json()["records"];
    assert_eq!(records["read"], manifest["records"], "{options:?}");
    assert_eq!(records["quarantined"], 0);

    let mut counts: BTreeMap<Group, u64> = BTreeMap::new();
    let mut types = BTreeSet::new();
    for path in files(&out.join("lake").join(Table::Calls.as_str())) {
        let file = std::fs::File::open(path).unwrap();
        for call in lake::RowReader::<lake::CallRow>::open(file).unwrap() {
            let call = call.unwrap().call;
            types.extend(call.instance_types);
            if call.request_index == 0 {
                let error = call.error_code.unwrap_or_default();
                let group = (call.principal, call.event_source, call.event_name, error);
                *counts.entry(group).or_default() += 1;
            }
        }
    }
    let expected = expected_counts(&trail);
    let differing: Vec<_> = expected
        .iter()
        .filter(|(group, count)| counts.get(*group) != Some(count))
        .take(10)
        .collect();
    assert_eq!(counts.len(), expected.len(), "{options:?}");
    assert!(differing.is_empty(), "{options:?}: {differing:#?}");
    let wanted = manifest["instance_types"].as_object().unwrap().keys().cloned();
    assert_eq!(types, wanted.collect::<BTreeSet<_>>(), "{options:?}");
}

#[test]
fn a_generated_trail_gives_the_counts_of_its_answer_key() {
    check_generated_trail(&["--events", "4000"]);
}

#[test]
fn so_does_the_trail_of_an_organisation_with_digests_beside_it() {
    check_generated_trail(&[
        "--events",
        "3000",
        "--seed",
        "11",
        "--org",
        "o-abc123defg",
        "--digest",
    ]);
}

#[test]
#[ignore = "takes minutes without optimisation"]
fn so_do_large_trails() {
    check_generated_trail(&["--events", "200000"]);
    check_generated_trail(&["--events", "50000", "--seed", "23", "--org", "o-xyz", "--digest"]);
    let spread = ["--events", "30000", "--seed", "5", "--accounts", "7", "--roles", "40"];
    let noisy = ["--days", "4", "--dup", "0.05", "--denied", "0.2", "--drift", "0.2"];
    check_generated_trail(&[spread, noisy].concat());
}

/// Keys that a record gives without any doubt, where it has parameters.
const CLEAN: [&str; 24] = [
    "sagemaker:InstanceTypes",
    "sagemaker:AcceleratorTypes",
    "sagemaker:VpcSubnets",
    "sagemaker:VpcSecurityGroupIds",
    "sagemaker:NetworkIsolation",
    "sagemaker:InterContainerTrafficEncryption",
    "sagemaker:VolumeKmsKeyArn",
    "sagemaker:OutputKmsKeyArn",
    "sagemaker:AuthMode",
    "sagemaker:FeatureGroupOfflineStoreS3Uri",
    "sagemaker:FeatureGroupOfflineStoreConfig",
    "sagemaker:FeatureGroupOnlineStoreKmsKeyArn",
    "sagemaker:FeatureGroupOfflineStoreKmsKeyArn",
    "sagemaker:ImageArns",
    "sagemaker:ImageVersionArns",
    "sagemaker:StudioLifecycleConfigArns",
    "sagemaker:WorkteamArn",
    "sagemaker:WorkteamType",
    "sagemaker:CustomerMetadataProperties/${MetadataKey}",
    "sagemaker:CustomerMetadataPropertiesToRemove",
    "sagemaker:ModelLifeCycle:Stage",
    "sagemaker:ModelLifeCycle:StageStatus",
    "aws:RequestTag/${TagKey}",
    "aws:TagKeys",
];

/// Records without parameters, or with some that CloudTrail left out, tell nothing.
fn shows_parameters(record: &Value) -> bool {
    let parameters = &record["requestParameters"];
    parameters.is_object() && parameters.get("omitted").is_none()
}

fn check_clean_keys(options: &[&str]) {
    let Some(generated) = Generated::new(options) else { return };
    let set = policy_set(&generated.policies());
    let limits = Limits::default();
    let mut judge = Judge::new(&set, limits.clone());
    let (mut records, mut values) = (0, 0);
    for path in files(&generated.trail()) {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(object) = Object::open(&bytes, &limits) else { continue };
        for slice in object.slices() {
            let mut rows = Rows::default();
            judge.judge(slice, None, &mut rows);
            let own = rows.calls.iter().filter(|call| {
                call.request_kind == RequestKind::Primary && !call.action.starts_with("iam:")
            });
            let record: Value = serde_json::from_slice(slice).unwrap();
            if !shows_parameters(&record) {
                continue;
            }
            records += 1;
            for call in own {
                let request = call.request(&set.facts, catalog()).unwrap();
                let event = catalog().event(&call.event_source, &call.event_name);
                let keys = event.action.into_iter().flat_map(|action| &action.keys);
                for rule in keys.filter(|rule| CLEAN.contains(&rule.key.as_str())) {
                    let key = rule.key.replace("${TagKey}", "x").replace("${MetadataKey}", "x");
                    let value = request.context.value(&key);
                    values += 1;
                    assert_ne!(value, &ContextValue::Unknown, "{key} of {record:#}");
                }
            }
        }
    }
    assert!(records > 500 && values > 2_000, "{records} records, {values} values");
}

#[test]
fn no_clean_key_of_a_generated_trail_is_unknown() {
    check_clean_keys(&["--events", "4000", "--seed", "3"]);
}

#[test]
#[ignore = "takes minutes without optimisation"]
fn nor_of_a_large_one() {
    check_clean_keys(&["--events", "200000"]);
}
