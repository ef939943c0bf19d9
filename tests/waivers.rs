//! Waivers and baselines, on the samples: what is taken on is counted apart, comes back when it
//! expires, and what was known is not news.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::driftline::{Run, driftline, root};

/// A copy of the samples' policy set, a lake and the findings of the first run.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        copy(&root().join("samples/policy-set"), &scene.path("policies"));
        let out = scene.text("out");
        let run = scene.analyze(&["--out", &out, "--format", "json"]);
        fs::write(scene.path("findings.json"), &run.stdout).unwrap();
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn analyze(&self, words: &[&str]) -> Run {
        let policies = self.text("policies");
        let usual = ["analyze", "--trail", "samples/trail", "--policies", &policies];
        driftline(&[&usual, words].concat())
    }

    fn findings(&self, words: &[&str]) -> Run {
        let (lake, policies) = (self.text("out"), self.text("policies"));
        let usual = ["findings", "--lake", &lake, "--policies", &policies];
        driftline(&[&usual, words].concat())
    }

    fn waive(&self, expires: &str, words: &[&str]) -> Run {
        let (from, policies) = (self.text("findings.json"), self.text("policies"));
        let usual = ["waive", "--from", &from, "--policies", &policies, "--expires", expires];
        let run =
            driftline(&[&usual[..], &["--reason", "a \"r\"", "--owner", "o"], words].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        run
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The line of the summary that begins so.
fn line<'r>(run: &'r Run, word: &str) -> Option<&'r str> {
    run.stdout.lines().find(|line| line.starts_with(word))
}

/// All findings of a run can be waived.
#[test]
fn waiving_everything_leaves_nothing() {
    let scene = Scene::new();
    scene.waive("2027-01-01", &[]);
    let run = scene.analyze(&["--format", "json"]);
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["waiver"]["active"] == true));
    let all = read(&scene.path("findings.json"))["findings"].as_array().unwrap().len();
    assert_eq!(findings.len(), all, "the JSON has what is waived, too");
    // The verdicts are the same, and so is the lake.
    let out = scene.text("out");
    let again = scene.analyze(&["--out", &out]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    // Once more adds nothing.
    let before = fs::read(scene.path("policies/waivers.toml")).unwrap();
    assert!(scene.waive("2026-12-01", &[]).stdout.starts_with("0 waivers added"));
    assert_eq!(fs::read(scene.path("policies/waivers.toml")).unwrap(), before);
}

#[test]
fn a_waiver_covers_what_it_was_written_for_and_nothing_else() {
    let scene = Scene::new();
    let first = read(&scene.path("findings.json"));
    let findings = first["findings"].as_array().unwrap();
    // Half of them, so that each has a neighbour that is not.
    let ids: BTreeSet<&str> =
        findings.iter().step_by(2).map(|finding| finding["id"].as_str().unwrap()).collect();
    let list: Vec<&str> = ids.iter().copied().collect();
    scene.waive("2027-01-01", &["--id", &list.join(",")]);
    let run = scene.findings(&["--format", "json"]).json();
    let covered = run["findings"].as_array().unwrap().iter().filter(|f| !f["waiver"].is_null());
    let covered: BTreeSet<&str> = covered.map(|f| f["id"].as_str().unwrap()).collect();
    assert_eq!(covered, ids);
    // A longer waiver may follow a shorter one.
    assert!(scene.waive("2028-01-01", &["--id", list[0]]).stdout.starts_with("1 waiver added"));
}

/// What a record says must not look like an entry, nor steer a terminal.
#[test]
fn hostile_words_stay_in_their_comment() {
    let scene = Scene::new();
    let mut json = read(&scene.path("findings.json"));
    let finding = &mut json["findings"][0];
    finding["sentence"] = "x\n[[waiver]]\nid = \"E\"\u{202e}\u{1b}[31m".into();
    fs::write(scene.path("findings.json"), json.to_string()).unwrap();
    scene.waive("2027-01-01", &[]);
    let text = fs::read_to_string(scene.path("policies/waivers.toml")).unwrap();
    assert!(!text.contains(['\u{202e}', '\u{1b}']));
    assert!(!text.contains("\"E\"\n") && text.contains("[[waiver]]\\n"), "{text}");
    json["findings"][0]["id"] = "\"]\n[[waiver]]".into();
    fs::write(scene.path("findings.json"), json.to_string()).unwrap();
    let (from, policies) = (scene.text("findings.json"), scene.text("policies"));
    let words = ["waive", "--from", &from, "--policies", &policies, "--expires", "2027-01-01"];
    let run = driftline(&[&words[..], &["--reason", "r", "--owner", "o"]].concat());
    assert_eq!(run.code, 2, "{}", run.stdout);
}

#[test]
fn what_expires_comes_back_first() {
    let scene = Scene::new();
    // The samples are from May 2026.
    scene.waive("2026-05-15", &["--code", "DRF10"]);
    let run = scene.analyze(&["--fail-on", "critical"]);
    assert!(line(&run, "Waived").is_some() && line(&run, "Expired").is_some(), "{}", run.stdout);
    let list = scene.findings(&[]);
    let expired = list.stdout.find("waiver expired on 2026-05-15").unwrap();
    let first_plain = list.stdout.find("\n\n").unwrap();
    assert!(expired < first_plain, "{}", list.stdout);
    assert!(!list.stdout.contains("waived until"));
    let all = scene.findings(&["--waived"]).stdout;
    assert!(all.contains("waived until 2026-05-15: W-"), "{all}");
    // Before the day has ended all of it is covered.
    let early = scene.findings(&["--to", "2026-05-16", "--code", "DRF10", "--fail-on", "low"]);
    assert_eq!((early.code, line(&early, "No findings.").is_some()), (0, true), "{}", early.stdout);
    let late = scene.findings(&["--from", "2026-05-16", "--code", "DRF10", "--fail-on", "low"]);
    assert_eq!((late.code, line(&late, "Waived")), (1, None), "{}", late.stdout);
}

#[test]
fn what_was_found_before_is_known() {
    let scene = Scene::new();
    let baseline = scene.text("findings.json");
    let run = scene.analyze(&["--new-since", &baseline, "--fail-on", "low"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stdout.contains("No other findings."), "{}", run.stdout);
    assert!(line(&run, "Known").is_some());
    // A finding that is not in the baseline is news, and so is one that a waiver covered then.
    let mut json = read(&scene.path("findings.json"));
    let findings = json["findings"].as_array_mut().unwrap();
    let gone = findings.remove(0);
    findings[0]["waiver"] = serde_json::json!({"id": "W", "active": true, "expires": "2026-01-01"});
    let covered = findings[0]["id"].clone();
    fs::write(scene.path("baseline.json"), json.to_string()).unwrap();
    let run = scene.findings(&["--new-since", &scene.text("baseline.json"), "--format", "json"]);
    let json = run.json();
    let ids: Vec<&Value> = json["findings"].as_array().unwrap().iter().map(|f| &f["id"]).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&&gone["id"]) && ids.contains(&&covered));
    fs::write(scene.path("baseline.json"), "{\"schema\": \"other/1\", \"findings\": []}").unwrap();
    let run = scene.findings(&["--new-since", &scene.text("baseline.json")]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("other/1"), "{}", run.stderr);
}

#[test]
fn a_faulty_waiver_stops_the_run() {
    let scene = Scene::new();
    fs::write(scene.path("policies/waivers.toml"), "[[waiver]]\nid = \"W-1\"\ncode = \"DRF1\"\n")
        .unwrap();
    for run in [scene.analyze(&[]), scene.findings(&[])] {
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("at waivers.toml, line 1, column 1"), "{}", run.stderr);
    }
}
