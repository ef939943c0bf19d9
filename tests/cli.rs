//! The command line: exit codes, errors, and the promise that nothing but the input shows in the
//! output.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::driftline::{Run, driftline, driftline_with_input, root};
use crate::samples::files;

/// A folder of one policy set and one trail, gone after the test.
struct Scene {
    folder: tempfile::TempDir,
}

const MANIFEST: &str = r#"schema = 1
revision = 1
name = "test"

[[binding]]
name = "everybody"
principals = ["*"]
identity = ["policy.json"]
"#;

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": "sagemaker:Describe*", "Resource": "*"}
  ]
}
"#;

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        scene.write("policies/policy-set.toml", MANIFEST.as_bytes());
        scene.write("policies/policy.json", POLICY.as_bytes());
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn analyze(&self, words: &[&str]) -> Run {
        let mut all: Vec<&OsStr> = vec!["analyze".as_ref(), "--policies".as_ref()];
        let (policies, trail) = (self.path("policies"), self.path("trail"));
        all.extend([policies.as_os_str(), "--trail".as_ref(), trail.as_os_str()]);
        all.extend(words.iter().map(OsStr::new));
        driftline(&all)
    }

    /// What is printed, without the name of the temporary folder.
    fn told(&self, text: &str) -> String {
        text.replace(&self.folder.path().display().to_string(), "SCENE")
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn record(id: u32, name: &str) -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": "arn:aws:sts::111122223333:assumed-role/Scientist/ana",
            "accountId": "111122223333",
            "sessionContext": {"sessionIssuer": {
                "type": "Role", "arn": "arn:aws:iam::111122223333:role/team/Scientist",
                "accountId": "111122223333", "userName": "Scientist"}}},
        "eventTime": "2026-06-01T12:00:00Z",
        "eventSource": "sagemaker.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "test",
        "requestParameters": {"trainingJobName": "churn-7"},
        "responseElements": null,
        "eventID": format!("00000000-0000-4000-8000-{id:012}"),
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333"
    })
}

fn trail(records: &[Value]) -> String {
    json!({ "Records": records }).to_string()
}

/// Counts of the JSON summary.
fn counts(run: &Run) -> (u64, u64, u64, u64) {
    let summary = run.json();
    let count = |member: &str| summary["records"][member].as_u64().unwrap();
    (
        count("read"),
        count("evaluated"),
        count("quarantined"),
        summary["objects"]["quarantined"].as_u64().unwrap(),
    )
}

#[test]
fn what_cannot_run_says_why_and_exits_with_2() {
    let scene = Scene::new();
    let run = scene.analyze(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    insta::assert_snapshot!("missing_folder", scene.told(&run.stderr));

    fs::create_dir_all(scene.path("trail")).unwrap();
    let run = scene.analyze(&[]);
    assert_eq!(run.code, 2);
    insta::assert_snapshot!("empty_folder", scene.told(&run.stderr));

    scene.write("trail/a.json", trail(&[record(1, "DescribeTrainingJob")]).as_bytes());
    scene.write(
        "policies/policy.json",
        b"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\n    \"Effect\": \"Allow\",\n    \"Action\": \"sagemaker:*\",\n    \"Resource\": \"*\",\n    \"Condition\": {\n      \"StringEquals\": {\"aws:RequestTag/team\": \"a\", \"aws:RequestTag/team\": \"b\"}\n    }\n  }]\n}\n",
    );
    let run = scene.analyze(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    insta::assert_snapshot!("unreadable_policy", scene.told(&run.stderr));

    scene.write("policies/policy-set.toml", MANIFEST.replace("identity", "identities").as_bytes());
    let run = scene.analyze(&[]);
    assert_eq!(run.code, 2);
    insta::assert_snapshot!("unreadable_policy_set", scene.told(&run.stderr));

    let run = scene.analyze(&["--fail-on", "terrible"]);
    assert_eq!(run.code, 2);
    assert_eq!(driftline(&["--version"]).code, 0);
    assert_eq!(driftline(&["analyse"]).code, 2);
}

#[test]
fn unreadable_input_is_quarantined_and_the_rest_is_judged() {
    let scene = Scene::new();
    let good = gzip(&trail(&[record(1, "DescribeTrainingJob")]));
    scene.write("trail/a.json.gz", &good);
    scene.write("trail/b.json.gz", &good[..good.len() - 9]);
    scene.write("trail/c.json.gz", b"this is no gzip and no JSON");
    scene.write("trail/d.json.gz", b"");
    let twice =
        trail(&[record(2, "DescribeTrainingJob")]).replace("\"test\"", "\"t\",\"userAgent\":\"u\"");
    let mixed = twice
        .replace("{\"Records\":[", &format!("{{\"Records\":[{},", record(3, "StopTrainingJob")));
    scene.write("trail/e.json.gz", &gzip(&mixed));
    let run = scene.analyze(&["--format", "json", "--out", scene.path("out").to_str().unwrap()]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(counts(&run), (3, 2, 1, 3));
    insta::assert_snapshot!("quarantined", scene.told(&run.stderr));
    let quarantine = files(&scene.path("out/lake/quarantine"));
    assert_eq!(quarantine.len(), 1);
    let lines = fs::read_to_string(&quarantine[0]).unwrap();
    let reasons: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|entry| {
            format!("{} {}", entry["object"].as_str().unwrap(), entry["reason"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        reasons,
        [
            "b.json.gz TRUNCATED_GZIP",
            "c.json.gz NOT_JSON",
            "d.json.gz EMPTY_OBJECT",
            "e.json.gz DUPLICATE_KEY"
        ]
    );
}

#[test]
#[cfg(unix)]
fn a_file_that_cannot_be_read_stops_nothing() {
    let scene = Scene::new();
    scene.write("trail/a.json", trail(&[record(1, "DescribeTrainingJob")]).as_bytes());
    std::os::unix::fs::symlink("nowhere", scene.path("trail/b.json")).unwrap();
    let run = scene.analyze(&["--format", "json"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(counts(&run), (1, 1, 0, 1));
    assert!(run.stderr.starts_with("quarantined: b.json: UNREADABLE "), "{}", run.stderr);
}

#[test]
fn the_same_file_twice_is_counted_once() {
    let scene = Scene::new();
    let text = trail(&[record(1, "DescribeTrainingJob")]);
    scene.write("one/a.json", text.as_bytes());
    scene.write("two/a.json", text.as_bytes());
    scene.write("trail/b.json", trail(&[record(2, "DescribeTrainingJob")]).as_bytes());
    let (one, two) = (scene.path("one/a.json"), scene.path("two/a.json"));
    let words = [one.to_str().unwrap(), two.to_str().unwrap(), "--format", "json"];
    assert_eq!(counts(&scene.analyze(&words)), (2, 2, 0, 0));
}

#[test]
fn a_lake_inside_the_trail_is_not_read_as_a_log() {
    let scene = Scene::new();
    scene.write("trail/a.json", trail(&[record(1, "DescribeTrainingJob")]).as_bytes());
    scene.write("trail/b.json", b"{");
    for _ in 0..3 {
        let run =
            scene.analyze(&["--format", "json", "--out", scene.path("trail").to_str().unwrap()]);
        assert_eq!((run.code, counts(&run)), (3, (1, 1, 0, 1)), "{}", run.stderr);
    }
}

#[test]
fn a_lake_refuses_verdicts_of_another_set_with_its_revision() {
    let scene = Scene::new();
    scene.write("trail/a.json", trail(&[record(1, "StopTrainingJob")]).as_bytes());
    let out = scene.path("out");
    let out = out.to_str().unwrap();
    assert_eq!(scene.analyze(&["--out", out]).code, 0);
    let wider = POLICY.replace("Describe*", "*");
    scene.write("policies/policy.json", wider.as_bytes());
    let run = scene.analyze(&["--out", out]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    insta::assert_snapshot!("same_revision", scene.told(&run.stderr));
    let raised = MANIFEST.replace("revision = 1", "revision = 2");
    scene.write("policies/policy-set.toml", raised.as_bytes());
    assert_eq!(scene.analyze(&["--out", out]).code, 0);
    let judged = files(&scene.path("out/lake/findings"));
    assert_eq!(judged, Vec::<PathBuf>::new(), "what the newer set allows is no finding any more");
}

#[test]
fn one_event_id_with_two_bodies_is_a_finding() {
    let scene = Scene::new();
    let mut forged = record(1, "DescribeTrainingJob");
    forged["sourceIPAddress"] = json!("198.51.100.9");
    scene.write("trail/a.json", trail(&[record(1, "DescribeTrainingJob")]).as_bytes());
    scene.write("trail/b.json", trail(&[forged]).as_bytes());
    // The same record written in another way is no other body.
    let pretty =
        serde_json::to_string_pretty(&json!({"Records": [record(1, "DescribeTrainingJob")]}));
    scene.write("trail/c.json", pretty.unwrap().as_bytes());
    let run = scene.analyze(&["--format", "json", "--out", scene.path("out").to_str().unwrap()]);
    let findings = run.json()["findings"].clone();
    assert_eq!(findings.as_array().unwrap().len(), 1, "{findings}");
    assert_eq!((&findings[0]["code"], &findings[0]["count"]), (&json!("DRF403"), &json!(2)));
    assert_eq!(scene.analyze(&["--fail-on", "high"]).code, 1);
}

#[test]
fn silence_is_not_compliance() {
    let scene = Scene::new();
    scene.write("trail/a.json", trail(&[record(1, "StopTrainingJob")]).as_bytes());
    let run = scene.analyze(&["--region", "us-east-1"]);
    assert!(run.stdout.contains("Nothing was judged"), "{}", run.stdout);
    assert_eq!(scene.analyze(&["--account", "12"]).code, 2);
}

#[test]
fn fail_on_makes_findings_an_exit_code() {
    let scene = Scene::new();
    scene.write("trail/a.json", trail(&[record(1, "StopTrainingJob")]).as_bytes());
    assert_eq!(scene.analyze(&[]).code, 0);
    assert_eq!(scene.analyze(&["--fail-on", "medium"]).code, 1);
    assert_eq!(scene.analyze(&["--fail-on", "critical"]).code, 0);
    scene.write("trail/b.json", b"{");
    assert_eq!(scene.analyze(&["--fail-on", "medium"]).code, 1, "1 is higher than 3");
    assert_eq!(scene.analyze(&["--fail-on", "critical"]).code, 3);
}

#[test]
fn what_is_not_asked_for_is_out_of_scope() {
    let scene = Scene::new();
    scene.write("trail/a.json", trail(&[record(1, "StopTrainingJob")]).as_bytes());
    for (words, evaluated) in [
        (["--from", "2026-06-01"], 1),
        (["--from", "2026-06-02"], 0),
        (["--to", "2026-06-01"], 0),
        (["--to", "2026-06-02"], 1),
        (["--account", "111122223333"], 1),
        (["--account", "444455556666"], 0),
        (["--region", "us-east-1"], 0),
    ] {
        let run = scene.analyze(&[words.as_slice(), &["--format", "json"]].concat());
        assert_eq!(counts(&run), (1, evaluated, 0, 0), "{words:?}");
    }
    assert_eq!(scene.analyze(&["--from", "2026-06-02", "--to", "2026-06-02"]).code, 2);
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let scene = Scene::new();
    let mut hostile = record(1, "StopTrainingJob");
    hostile["requestParameters"]["trainingJobName"] = json!("x\u{1b}[31m\u{202e}");
    hostile["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] =
        json!("arn:aws:iam::111122223333:role/\u{1b}]0;owned\u{7}");
    scene.write("trail/\u{1b}[2J.json", trail(&[hostile]).as_bytes());
    scene.write("trail/b\u{1b}.json", b"{");
    let run = scene.analyze(&[]);
    for text in [&run.stdout, &run.stderr] {
        let shown = text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}'));
        assert!(shown, "{text:?}");
    }
}

/// Every file below a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    files(folder).iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

fn samples(out: &Path, trail: &[&OsStr], jobs: &str) -> String {
    let root = root();
    let policies = root.join("samples/policy-set");
    let mut words: Vec<&OsStr> =
        ["analyze", "--format", "json", "--jobs", jobs].map(OsStr::new).into();
    words.extend(["--policies".as_ref(), policies.as_os_str(), "--out".as_ref(), out.as_os_str()]);
    words.push("--trail".as_ref());
    words.extend(trail);
    let run = driftline(&words);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

#[test]
fn neither_jobs_nor_the_order_of_files_show_in_the_output() {
    let temporary = tempfile::tempdir().unwrap();
    let trail = root().join("samples/trail");
    let one = samples(&temporary.path().join("one"), &[trail.as_os_str()], "1");
    let two = samples(&temporary.path().join("two"), &[trail.as_os_str()], "2");
    assert_eq!(one, two);
    let first = contents(&temporary.path().join("one"));
    assert!(first.len() > 30, "{}", first.len());
    assert_eq!(first, contents(&temporary.path().join("two")));

    // Single files, named on the command line: forwards and backwards.
    let every = files(&trail);
    let some: Vec<&OsStr> = every.iter().step_by(9).map(|path| path.as_os_str()).collect();
    let backwards: Vec<&OsStr> = some.iter().rev().copied().collect();
    let three = samples(&temporary.path().join("three"), &some, "2");
    assert_eq!(three, samples(&temporary.path().join("four"), &backwards, "1"));
    assert_eq!(contents(&temporary.path().join("three")), contents(&temporary.path().join("four")));

    // Again into the same folder: nothing new.
    let again = samples(&temporary.path().join("one"), &[trail.as_os_str()], "2");
    assert_eq!(again, one);
    assert_eq!(first, contents(&temporary.path().join("one")));
}

#[test]
fn a_lake_grows_by_what_is_new() {
    let temporary = tempfile::tempdir().unwrap();
    let every = files(&root().join("samples/trail"));
    let (early, late): (Vec<_>, Vec<_>) =
        every.iter().enumerate().partition(|(index, _)| index % 2 == 0);
    let paths = |files: Vec<(usize, &PathBuf)>| {
        files.into_iter().map(|(_, path)| path.clone()).collect::<Vec<_>>()
    };
    let (early, late) = (paths(early), paths(late));
    let grown = temporary.path().join("grown");
    for half in [&early, &late, &early] {
        let half: Vec<&OsStr> = half.iter().map(|path| path.as_os_str()).collect();
        samples(&grown, &half, "2");
    }
    let whole = temporary.path().join("whole");
    let every: Vec<&OsStr> = every.iter().map(|path| path.as_os_str()).collect();
    samples(&whole, &every, "2");
    let calls = |folder: &Path| {
        let mut calls = Vec::new();
        for path in files(&folder.join("lake/calls")) {
            let rows =
                lake::RowReader::<lake::CallRow>::open(fs::File::open(path).unwrap()).unwrap();
            calls.extend(rows.map(|row| row.unwrap().call));
        }
        calls
    };
    assert_eq!(calls(&grown), calls(&whole));
    for folder in ["calls", "findings", "objects"] {
        let days: Vec<String> = contents(&grown.join("lake").join(folder)).into_keys().collect();
        let mut distinct: Vec<&str> =
            days.iter().map(|path| path.split('/').next().unwrap()).collect();
        distinct.dedup();
        assert_eq!(days.len(), distinct.len(), "one file a day: {days:?}");
    }
}

#[test]
fn the_summary_of_the_samples() {
    let run =
        driftline(&["analyze", "--trail", "samples/trail", "--policies", "samples/policy-set"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("samples_summary", run.stdout);
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let run =
        driftline(&["analyze", "--trail", "samples/trail", "--policies", "samples/policy-set"]);
    for line in run.stdout.lines() {
        assert!(readme.contains(line), "README.md lacks the line {line:?}");
    }
    for code in analyzer::Code::ALL {
        let row = format!("| `{code}` | {} |", code.title());
        assert!(readme.contains(&row), "README.md lacks {row}");
    }
}

/// The case between the quotes of the README's `echo`, and what the README says it prints.
#[test]
fn the_readme_shows_what_simulate_prints() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, section) = readme.split_once("## Testing policies").unwrap();
    let case = section.split('\'').nth(1).unwrap().replace('\n', "");
    for options in [&[][..], &["--format", "text"]] {
        let run = driftline_with_input(&[&["simulate", "--cases", "-"], options].concat(), &case);
        assert_eq!(run.code, 0, "{}", run.stdout);
        assert!(section.contains(&run.stdout), "README.md lacks {}", run.stdout);
    }
    let explained = driftline_with_input(&["simulate", "--cases", "-", "--explain"], &case);
    let explained: serde_json::Value = serde_json::from_str(&explained.stdout).unwrap();
    assert_eq!(explained["explanation"]["statements"][0]["sid"], "Train");
}

#[test]
fn the_catalog_shows_an_action() {
    let run = driftline(&["catalog", "show", "CreateLabelingJob"]);
    assert_eq!(run.code, 0);
    insta::assert_snapshot!("catalog_show", run.stdout);
    let unknown = driftline(&["catalog", "show", "CreateLabellingJob"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.contains("did you mean `CreateLabelingJob`?"), "{}", unknown.stderr);
}

#[test]
fn help() {
    let verbs = [
        "analyze", "catalog", "compact", "explain", "findings", "init", "lint", "observe",
        "rejudge", "simulate", "sql", "timeline", "waive", "whatif",
    ];
    for verb in verbs {
        let run = driftline(&[verb, "--help"]);
        assert_eq!(run.code, 0);
        insta::assert_snapshot!(format!("help_{verb}"), run.stdout);
    }
}

#[test]
fn simulate_reads_standard_input_and_sets_the_exit_code() {
    let case = |expected: &str| {
        format!(
            r#"{{"name":"n","principal":"arn:aws:iam::111122223333:role/r","action":"s3:GetObject","resource":"arn:aws:s3:::b/k","identityPolicies":[],"expected":"{expected}"}}"#
        )
    };
    for (input, code, lines) in [
        (case("Denied"), 0, 1),
        (case("Allowed"), 1, 1),
        (format!("{}\n{{\n", case("Denied")), 3, 2),
        (String::new(), 0, 0),
    ] {
        let run = driftline_with_input(&["simulate", "--cases", "-"], &input);
        assert_eq!((run.code, run.stdout.lines().count()), (code, lines), "{input}");
    }
    assert_eq!(driftline(&["simulate", "--cases", "no-such-file"]).code, 2);
}
