//! Lakes of earlier versions, which stay readable for good.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;

use lake::{CallRow, FindingRow, ObjectRow, RowReader, TableRow};

use crate::driftline::{driftline, root};
use crate::public_data::any_policy_set;
use crate::samples::files;

/// A lake and the logs it was made from, by the first version of the tables.
const FIRST: &str = "tests/data/lake-1";

/// The rows of a table, by their place in the order of the table.
fn rows<R: TableRow>(lake: &Path) -> Vec<R> {
    let mut rows = Vec::new();
    for path in files(&lake.join(R::TABLE.as_str())) {
        let reader = RowReader::<R>::open(std::fs::File::open(path).unwrap()).unwrap();
        rows.extend(reader.map(|row| row.unwrap()));
    }
    rows.sort_by(R::order);
    rows
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let path = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(&file, path).unwrap();
    }
}

#[test]
fn a_lake_of_the_first_version_tells_what_it_told() {
    let run = driftline(&["findings", "--lake", FIRST]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("first_lake_findings", run.stdout);
}

/// Judged again, it holds what a new lake holds: no row twice, none lost.
#[test]
fn a_lake_of_the_first_version_is_merged_with_new_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    copy(&root().join(FIRST).join("lake"), &old.join("lake"));
    let (trail, any) = (format!("{FIRST}/trail"), folder.path().join("any"));
    // Above that of the old lake.
    any_policy_set(&any, 99);
    let policies = any.display().to_string();
    for out in [&old, &new] {
        let out = out.display().to_string();
        let words = ["analyze", "--trail", &trail, "--policies", &policies, "--out", &out];
        assert_eq!(driftline(&words).code, 0);
    }
    let (old, new) = (old.join("lake"), new.join("lake"));
    assert!(!rows::<CallRow>(&new).is_empty());
    assert_eq!(rows::<CallRow>(&old), rows::<CallRow>(&new));
    assert_eq!(rows::<FindingRow>(&old), rows::<FindingRow>(&new));
    assert_eq!(rows::<ObjectRow>(&old), rows::<ObjectRow>(&new));
}

/// Names of sessions, addresses and user agents of a row, wherever they stand.
fn hidden_texts(rows: &[CallRow]) -> BTreeSet<String> {
    let texts = rows.iter().flat_map(|row| {
        let call = &row.call;
        let address = call.source_ip.clone().filter(|ip| ip.parse::<IpAddr>().is_ok());
        let name = call.session_name.clone();
        [name, call.source_identity.clone(), address, call.user_agent.clone()]
    });
    // Services are nobody.
    texts.flatten().filter(|text| !text.ends_with(".amazonaws.com")).collect()
}

/// All texts of the rows that hold none of what policies are about.
fn shown_texts(lake: &Path) -> String {
    let mut text = String::new();
    for row in rows::<CallRow>(lake) {
        let call = row.call;
        let columns = [call.session_name, call.source_identity, call.source_ip, call.user_agent];
        for column in columns.into_iter().chain([call.caller_arn, call.caller_id]).flatten() {
            text.push_str(&column);
            text.push('\n');
        }
    }
    for row in rows::<FindingRow>(lake) {
        let one = row.finding;
        let key = one.key.unwrap_or_default();
        text.push_str(&format!("{:?}\n", one.session_name));
        if ["aws:SourceIp", "aws:VpcSourceIp", "aws:UserAgent"].contains(&key.as_str()) {
            text.push_str(&format!("{:?}\n", one.observed));
        }
    }
    text
}

#[test]
fn a_redacted_lake_names_no_session_and_judges_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(folder.path().join("key"), "a secret of enough bytes\n").unwrap();
    let words = ["analyze", "--trail", "samples/trail", "--policies", "samples/policy-set"];
    let redact = ["--redact", &path("key")];
    let plain = driftline(&[&words[..], &["--out", &path("plain")]].concat());
    let hidden = driftline(&[&words[..], &["--out", &path("hidden")], &redact].concat());
    assert_eq!((plain.code, hidden.code), (0, 0), "{}", hidden.stderr);
    let lake = |name: &str| folder.path().join(name).join("lake");
    let (plain, hidden) = (rows::<CallRow>(&lake("plain")), rows::<CallRow>(&lake("hidden")));
    assert_eq!(plain.len(), hidden.len());
    let verdict = |row: &CallRow| (row.call.event_id.clone(), row.call.decision);
    let verdicts = |rows: &[CallRow]| rows.iter().map(verdict).collect::<Vec<_>>();
    assert_eq!(verdicts(&plain), verdicts(&hidden));
    let shown = shown_texts(&lake("hidden"));
    let shown: BTreeSet<&str> = shown.split(['\n', '/', ':', '"']).collect();
    let told: Vec<String> = hidden_texts(&plain)
        .into_iter()
        .filter(|text| shown.contains(text.rsplit(['/', ':']).next().unwrap_or(text)))
        .collect();
    assert_eq!(told, Vec::<String>::new());
    assert!(hidden_texts(&plain).len() > 20);

    // What is hidden is open, not something else: nothing that was allowed is refused.
    let words = ["rejudge", "--policies", "samples/policy-set", "--format", "json", "--lake"];
    let again = driftline(&[&words[..], &[&path("hidden")]].concat());
    assert_eq!((again.code, again.json()["calls"]["breaks"].clone()), (0, 0.into()));
    assert_eq!(again.json()["calls"]["permits"], 0);

    // A lake is redacted by one key, or not at all.
    std::fs::write(folder.path().join("other"), "another secret of enough bytes").unwrap();
    let words = ["analyze", "--trail", "samples/trail", "--policies", "samples/policy-set"];
    for (out, key) in [("hidden", Some("other")), ("hidden", None), ("plain", Some("key"))] {
        let key = key.map(&path);
        let redact = key.iter().flat_map(|key| ["--redact", key]).collect::<Vec<_>>();
        let run = driftline(&[&words[..], &["--out", &path(out)], &redact].concat());
        assert_eq!(run.code, 2, "{out}");
        assert!(run.stderr.contains("redacted by another key"), "{}", run.stderr);
    }
    std::fs::write(folder.path().join("short"), "short").unwrap();
    let (out, key) = (path("new"), path("short"));
    let words = [&words[..], &["--out", &out, "--redact", &key]].concat();
    assert!(driftline(&words).stderr.contains("too short"));
}
