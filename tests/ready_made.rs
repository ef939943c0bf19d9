//! The ready-made policies: each permits and refuses what its cases say, and lint finds no fault.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::driftline::{driftline, driftline_with_input, root};

struct System {
    name: String,
    about: toml::Table,
    policies: BTreeMap<String, Value>,
}

fn systems() -> Vec<System> {
    let folders = fs::read_dir(root().join("samples/policies")).unwrap();
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    let read = |path: PathBuf| {
        let about = fs::read_to_string(path.join("about.toml")).unwrap();
        let about: toml::Table = about.parse().unwrap();
        let files = tables(&about, "policy").map(|policy| policy["file"].as_str().unwrap());
        let policies = files.map(|file| {
            let text = fs::read_to_string(path.join(file)).unwrap();
            (file.to_owned(), serde_json::from_str(&text).unwrap())
        });
        let policies = policies.collect();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        System { name, about, policies }
    };
    folders.into_iter().map(read).collect()
}

fn tables<'t>(about: &'t toml::Table, name: &str) -> impl Iterator<Item = &'t toml::Table> {
    about[name].as_array().unwrap().iter().map(|entry| entry.as_table().unwrap())
}

/// The case as `driftline simulate` takes it: its policies where their kind belongs, and beside what
/// only denies a policy that allows everything.
fn case(system: &System, case: &toml::Table) -> Value {
    let mut line = Map::new();
    line.insert("principal".to_owned(), "arn:aws:iam::111122223333:role/DataScientist".into());
    line.insert("context".to_owned(), json!({}));
    for (member, value) in case.iter().filter(|(member, _)| *member != "policies") {
        line.insert(member.clone(), serde_json::to_value(value).unwrap());
    }
    let name = format!("{}: {}", system.name, case["name"].as_str().unwrap());
    line.insert("name".to_owned(), name.into());
    let (mut identity, mut endpoint, mut allows) = (Vec::new(), Vec::new(), false);
    for file in case["policies"].as_array().unwrap() {
        let file = file.as_str().unwrap();
        let policy = &system.policies[file];
        let statements = policy["Statement"].as_array().unwrap();
        allows |= statements.iter().any(|statement| statement["Effect"] == "Allow");
        let said = tables(&system.about, "policy").find(|said| said["file"].as_str() == Some(file));
        let named = json!({"name": file, "policy": policy});
        match said.unwrap()["kind"].as_str().unwrap() {
            "identity" => identity.push(named),
            "endpoint" => endpoint.push(named),
            "resource" | "trust" => {
                line.insert("resourcePolicy".to_owned(), named);
                line.insert("resourceAccount".to_owned(), "111122223333".into());
            }
            other => panic!("{other}"),
        }
    }
    if !allows || !endpoint.is_empty() {
        let all = json!({"Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
        identity.push(json!({"name": "everything", "policy": all}));
    }
    line.insert("identityPolicies".to_owned(), identity.into());
    if !endpoint.is_empty() {
        line.insert("endpointPolicies".to_owned(), endpoint.into());
    }
    Value::Object(line)
}

#[test]
fn each_permits_and_refuses_what_its_cases_say() {
    let mut lines = String::new();
    let mut count = 0;
    for system in systems() {
        // What each policy is shown to permit, and to refuse.
        let mut shown: BTreeMap<&str, [bool; 2]> = BTreeMap::new();
        for entry in tables(&system.about, "case") {
            let permitted = entry["expected"].as_str() == Some("Allowed");
            for file in entry["policies"].as_array().unwrap() {
                shown.entry(file.as_str().unwrap()).or_default()[usize::from(permitted)] = true;
            }
            lines.push_str(&format!("{}\n", case(&system, entry)));
            count += 1;
        }
        let files: Vec<&str> = system.policies.keys().map(String::as_str).collect();
        assert_eq!(shown.keys().copied().collect::<Vec<_>>(), files, "{}", system.name);
        assert!(shown.values().all(|both| *both == [true, true]), "{}: {shown:?}", system.name);
    }
    assert!(count > 500);
    let run = driftline_with_input(&["simulate", "--cases", "-"], &lines);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout.lines().count(), count);
}

#[test]
fn lint_finds_no_fault() {
    let run = driftline(&["lint", "samples/policies", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let last = driftline(&["lint", "samples/policies"]).stdout;
    let last = last.lines().last().unwrap();
    assert!(last.contains("0 errors, 0 warnings"), "{last}");
}

#[test]
fn init_lists_them() {
    let all = driftline(&["init", "--list"]);
    assert_eq!(all.code, 0, "{}", all.stderr);
    for system in systems() {
        let title = system.about["title"].as_str().unwrap();
        let listed = |line: &str| line.starts_with(&system.name) && line.ends_with(title);
        assert!(all.stdout.lines().any(listed), "{}", system.name);
    }
    let one = driftline(&["init", "--list", "training-in-vpc"]);
    insta::assert_snapshot!("init_list", one.stdout);
    let unknown = driftline(&["init", "--list", "training-in-vcp"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `training-in-vpc`?"), "{}", unknown.stderr);
}

#[test]
fn a_blank_set_finds_no_violation_and_guards_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (blank, guarded) = (path("blank"), path("guarded"));
    assert_eq!(driftline(&["init", &blank]).code, 0);
    let violations = |set: &str| {
        let words = ["analyze", "--trail", "samples/trail", "--format", "json", "--policies", set];
        let run = driftline(&words);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let findings = run.json()["findings"].as_array().unwrap().clone();
        let codes = findings.iter().map(|f| f["code"].as_str().unwrap().to_owned());
        codes.filter(|code| code.starts_with("DRF1")).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(violations(&blank).is_empty());
    let run = driftline(&["init", &guarded, "--with", "training-in-vpc,network-isolation"]);
    assert!(run.stdout.contains("- the subnets in `sagemaker:VpcSubnets`"), "{}", run.stdout);
    assert_eq!(violations(&guarded), ["DRF102", "DRF103"].map(str::to_owned).into());
    // What is there is not changed.
    let again = driftline(&["init", &blank]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("is there already"), "{}", again.stderr);
    let edited = path("edited/training-in-vpc");
    fs::create_dir_all(&edited).unwrap();
    fs::write(format!("{edited}/deny.json"), "mine").unwrap();
    let run = driftline(&["init", &path("edited"), "--with", "training-in-vpc"]);
    assert_eq!(run.code, 2);
    assert_eq!(fs::read_to_string(format!("{edited}/deny.json")).unwrap(), "mine");
    assert!(!folder.path().join("edited/policy-set.toml").exists());
    assert_eq!(driftline(&["init"]).code, 2);
    assert_eq!(driftline(&["init", &path("x"), "--with", "nothing"]).code, 2);
}

/// The proposal loads, binds the callers in families, and its guards refuse nothing that was done.
#[test]
fn a_proposal_is_a_policy_set_whose_guards_pass() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (out, set) = (path("out"), path("proposed"));
    let trail = ["analyze", "--trail", "samples/trail", "--policies"];
    let run = driftline(&[&trail[..], &["samples/policy-set", "--out", &out]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let init = ["init", &set, "--from-snapshot", "samples/snapshot", "--lake", &out];
    let run = driftline(&init);
    assert_eq!(run.code, 0, "{}", run.stderr);
    insta::assert_snapshot!("init_proposed", run.stdout.replace(&set, "SET"));
    let text = fs::read_to_string(folder.path().join("proposed/policy-set.toml")).unwrap();
    insta::assert_snapshot!("init_proposed_set", text);
    let snapshot = ["--snapshot", "samples/snapshot", "--format", "json"];
    let run = driftline(&[&trail[..], &[&set], &snapshot].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    for finding in findings.iter().filter(|finding| finding["outcome"] == "succeeded") {
        let policy = finding["policy"].as_str().unwrap_or_default();
        assert!(!policy.ends_with("/deny.json"), "{finding}");
        // Everybody who called is bound.
        assert_ne!(finding["code"], "DRF120", "{finding}");
    }
    // The proposal needs both.
    assert_eq!(driftline(&["init", &path("y"), "--from-snapshot", "samples/snapshot"]).code, 2);
}
