//! Records that other people published, and generated trails with their answer keys, tested where
//! they lie beside the project. Where they are absent these tests say so and pass.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use analyzer::{Judge, Verdict};
use cloudtrail::{Limits, Object};
use lake::Table;
use sagemaker_catalog::Catalog;
use serde_json::Value;

use crate::driftline::{driftline, shared};
use crate::samples::{Rows, files, policy_set};

/// A set that allows everybody everything.
fn any_policy_set(folder: &Path) {
    let text = "schema = 1\nrevision = 1\nname = \"any\"\n\n[[binding]]\nname = \"everybody\"\n\
                principals = [\"*\"]\nidentity = [\"@any\"]\n";
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("policy-set.toml"), text).unwrap();
}

#[test]
fn published_records_of_many_services_are_all_accounted_for() {
    let Some(folder) = shared("data/cloudtrail") else { return };
    let temporary = tempfile::tempdir().unwrap();
    any_policy_set(temporary.path());
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

fn check_generated_trail(options: &[&str]) {
    let Some(generator) = shared("tools/gen_trail.py") else { return };
    let temporary = tempfile::tempdir().unwrap();
    let trail = temporary.path().join("trail");
    let generated = Command::new("python3")
        .arg(generator)
        .args(options)
        .arg("--out")
        .arg(&trail)
        .output()
        .unwrap();
    assert!(generated.status.success(), "{}", String::from_utf8_lossy(&generated.stderr));
    let policies = temporary.path().join("policies");
    any_policy_set(&policies);
    let out = temporary.path().join("out");
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
