//! The samples: what is found is what was planted, row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use analyzer::{Call, Finding, Judge, ResourceFact, Sink, Verdict, target};
use cloudtrail::{Limits, Object, ObjectKey};
use serde_json::Value;

use crate::driftline::{driftline, root, xtask};

/// Files below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A policy set from a folder.
pub(crate) fn policy_set(folder: &Path) -> target::TargetSet {
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read(path).unwrap())
    };
    let files: BTreeMap<String, Vec<u8>> = files(folder).iter().map(read).collect();
    target::load(&files).unwrap_or_else(|error| panic!("{:?}", error.faults))
}

/// A sink that keeps everything.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) calls: Vec<Call>,
    pub(crate) findings: Vec<Finding>,
}

impl Sink for Rows {
    fn call(&mut self, call: Call) {
        self.calls.push(call);
    }

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn fact(&mut self, _fact: ResourceFact) {}
}

/// The header and the rows of the answer key.
fn answer_key(samples: &Path) -> (Value, Vec<Value>) {
    let text = std::fs::read_to_string(samples.join("answer-key.jsonl")).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    (lines.next().unwrap(), lines.collect())
}

type Planted = (String, String, String, String, String, Option<String>, Option<String>, String);

fn planted(row: &Value) -> Planted {
    let text = |member: &str| row[member].as_str().unwrap().to_owned();
    let maybe = |member: &str| row[member].as_str().map(str::to_owned);
    (
        text("event_id"),
        text("request_kind"),
        text("code"),
        text("principal"),
        text("action"),
        maybe("policy"),
        maybe("statement"),
        format!("{} {}", text("outcome"), maybe("decision").unwrap_or_default()),
    )
}

fn found(finding: &Finding, kind: &str) -> Planted {
    (
        finding.event_id.clone(),
        kind.to_owned(),
        finding.code.to_string(),
        finding.principal.clone(),
        finding.action.clone(),
        finding.policy.clone(),
        finding.statement.clone(),
        format!(
            "{} {}",
            finding.outcome,
            finding.decision.map(|decision| decision.as_str()).unwrap_or_default()
        ),
    )
}

#[test]
fn the_findings_are_the_planted_ones_none_missing_none_extra() {
    check_findings(&root().join("samples"));
}

/// The same plants in the months of other companies.
#[test]
fn they_are_so_with_other_seeds() {
    let first = std::fs::read(root().join("samples/answer-key.jsonl")).unwrap();
    for seed in ["7", "20261124"] {
        let folder = tempfile::tempdir().unwrap();
        xtask(&["samples", "--seed", seed, "--out", folder.path().to_str().unwrap()]);
        let key = std::fs::read(folder.path().join("answer-key.jsonl")).unwrap();
        assert_ne!(first, key);
        check_findings(folder.path());
    }
}

/// Where nobody has said what should be, nothing is a violation.
#[test]
fn a_set_that_binds_everybody_to_any_finds_no_violation() {
    let manifest = "schema = 1\nrevision = 1\nname = \"first run\"\n\
        [[binding]]\nname = \"everybody\"\nprincipals = [\"*\"]\nidentity = [\"@any\"]\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policy-set.toml"), manifest).unwrap();
    let policies = folder.path().to_str().unwrap();
    let analyze = ["analyze", "--trail", "samples/trail", "--format", "json", "--policies"];
    let run = driftline(&[&analyze, &[policies, "--fail-on", "high"][..]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let summary = run.json();
    let findings = summary["findings"].as_array().unwrap().iter();
    let codes: BTreeSet<&str> = findings.map(|finding| finding["code"].as_str().unwrap()).collect();
    // What AWS refused, and what CloudTrail left out.
    assert_eq!(codes, BTreeSet::from(["DRF202", "DRF204"]));
}

fn check_findings(samples: &Path) {
    let set = policy_set(&samples.join("policy-set"));
    let mut judge = Judge::new(&set, Limits::default());
    let mut rows = Rows::default();
    let (mut read, mut out_of_scope) = (0, 0);
    for path in files(&samples.join("trail")) {
        let object = Object::open(&std::fs::read(&path).unwrap(), &Limits::default()).unwrap();
        let delivered = ObjectKey::parse(path.to_str().unwrap()).unwrap().delivered_at;
        for slice in object.slices() {
            read += 1;
            match judge.judge(slice, Some(delivered), &mut rows) {
                Verdict::Evaluated { .. } => {}
                Verdict::OutOfScope { .. } => out_of_scope += 1,
                Verdict::Rejected(error) => panic!("{}: {error}", path.display()),
            }
        }
    }
    let (header, key) = answer_key(samples);
    assert_eq!(header["records"], read);
    assert_eq!(header["out_of_scope"], out_of_scope);
    let events: BTreeSet<&str> = rows.calls.iter().map(|call| call.event_id.as_str()).collect();
    assert_eq!(header["sagemaker_calls"], events.len());

    let kinds: BTreeMap<(&str, u32), &str> = rows
        .calls
        .iter()
        .map(|call| ((&*call.event_id, call.request_index), call.request_kind.as_str()))
        .collect();
    let got: BTreeSet<Planted> = rows
        .findings
        .iter()
        .map(|finding| found(finding, kinds[&(&*finding.event_id, finding.request_index)]))
        .collect();
    let wanted: BTreeSet<Planted> = key.iter().map(planted).collect();
    let missing: Vec<_> = wanted.difference(&got).collect();
    let extra: Vec<_> = got.difference(&wanted).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing {missing:#?}\nextra {extra:#?}");

    // Where the key names one condition key, it is the one reported.
    for row in key.iter().filter(|row| row["key"].is_string()) {
        let same = |finding: &&Finding| {
            row["event_id"] == *finding.event_id
                && row["code"] == finding.code.as_str()
                && row["action"] == *finding.action
        };
        let keys: Vec<_> = rows.findings.iter().filter(same).map(|f| f.key.clone()).collect();
        assert!(keys.contains(&row["key"].as_str().map(str::to_owned)), "{row}: {keys:?}");
    }
}

#[test]
fn the_summary_counts_what_was_planted_once() {
    let run = driftline(&[
        "analyze",
        "--trail",
        "samples/trail",
        "--policies",
        "samples/policy-set",
        "--format",
        "json",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let summary = run.json();
    let (header, key) = answer_key(&root().join("samples"));
    let records = &summary["records"];
    assert_eq!(records["read"], header["records"]);
    assert_eq!(records["out_of_scope"], header["out_of_scope"]);
    assert_eq!(records["quarantined"], 0);
    let evaluated = records["evaluated"].as_u64().unwrap();
    let duplicates = records["duplicates"].as_u64().unwrap();
    assert_eq!(header["sagemaker_calls"].as_u64(), Some(evaluated - duplicates));
    let count_by_code = |rows: &[Value], count: &dyn Fn(&Value) -> u64| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for row in rows {
            *counts.entry(row["code"].as_str().unwrap().to_owned()).or_default() += count(row);
        }
        counts
    };
    let folded = count_by_code(summary["findings"].as_array().unwrap(), &|finding| {
        finding["count"].as_u64().unwrap()
    });
    assert_eq!(folded, count_by_code(&key, &|_| 1));
}
