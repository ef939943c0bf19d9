//! `driftline whatif` on the samples: from logs, a lake and a pack, the same; against two runs of
//! `analyze`, the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use analyzer::Judge;
use cloudtrail::{Limits, Object};
use iam_policy::Decision;
use serde_json::{Value, json};

use crate::driftline::{Run, driftline, root};
use crate::samples::{Rows, files, policy_set};

/// The samples' policy set, edited, and a lake by the one it was.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        for file in files(&root().join("samples/policy-set")) {
            let below = file.strip_prefix(root().join("samples/policy-set")).unwrap();
            let text = fs::read_to_string(&file).unwrap();
            let text = text.replace("ml.g5.*", "ml.g4dn.*").replace("revision = 3", "revision = 4");
            let path = scene.path("new").join(below);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn lake(&self) -> String {
        let out = self.text("out");
        let words = ["analyze", "--trail", "samples/trail", "--policies", "samples/policy-set"];
        assert_eq!(driftline(&[&words, &["--out", &out][..]].concat()).code, 0);
        out
    }

    fn whatif(&self, words: &[&str]) -> Run {
        let new = self.text("new");
        let usual = ["whatif", "--baseline", "samples/policy-set", "--policies", &new];
        driftline(&[&usual[..], words].concat())
    }
}

#[test]
fn logs_a_lake_and_a_pack_tell_the_same() {
    let scene = Scene::new();
    let logs = scene.whatif(&["--trail", "samples/trail", "--format", "json"]);
    assert_eq!(logs.code, 1, "{}", logs.stderr);
    for jobs in ["1", "3"] {
        let again = scene.whatif(&["--trail", "samples/trail", "--format", "json", "--jobs", jobs]);
        assert_eq!(again.stdout, logs.stdout);
    }
    let lake = scene.lake();
    let from_lake = scene.whatif(&["--lake", &lake, "--format", "json"]);
    assert_eq!(from_lake.stdout, logs.stdout);
    let pack = scene.text("observed.jsonl");
    assert_eq!(driftline(&["observe", "--lake", &lake, "--out", &pack]).code, 0);
    let from_pack = scene.whatif(&["--observed", &pack, "--format", "json"]);
    // A pack keeps the latest call of those that asked the same, and of the others how many.
    let told = |run: &Run| {
        let mut json = run.json();
        for change in json["changes"].as_array_mut().unwrap() {
            let change = change.as_object_mut().unwrap();
            change.remove("event_ids");
            change.remove("first");
        }
        json
    };
    assert_eq!(told(&from_pack), told(&logs));
}

/// What is told is what two runs of `analyze` would differ by.
#[test]
fn what_is_told_is_what_two_judges_differ_by() {
    let scene = Scene::new();
    let judged = |folder: &Path| {
        let set = policy_set(folder);
        let mut judge = Judge::new(&set, Limits::default());
        let mut rows = Rows::default();
        for path in files(&root().join("samples/trail")) {
            let object = Object::open(&fs::read(&path).unwrap(), &Limits::default()).unwrap();
            for slice in object.slices() {
                judge.judge(slice, None, &mut rows);
            }
        }
        let rows = rows.calls.into_iter();
        let rows = rows.map(|call| ((call.record_hash.clone(), call.request_index), call));
        rows.collect::<BTreeMap<_, _>>()
    };
    let old = judged(&root().join("samples/policy-set"));
    let new = judged(&scene.path("new"));
    let denied = |decision: Option<Decision>| {
        matches!(decision, Some(Decision::ImplicitlyDenied | Decision::ExplicitlyDenied))
    };
    // A call is refused when one of its requests is.
    let refused = old.iter().filter(|(_, call)| denied(call.decision));
    let refused: BTreeSet<&String> = refused.map(|((record, _), _)| record).collect();
    let mut breaks: BTreeMap<String, u64> = BTreeMap::new();
    for ((record, index), call) in &new {
        assert!(old.contains_key(&(record.clone(), *index)));
        let succeeded = call.outcome == cloudtrail::Outcome::Succeeded;
        if succeeded && !refused.contains(record) && denied(call.decision) {
            *breaks.entry(format!("{} {}", call.action, call.principal)).or_default() += 1;
        }
    }
    let json = scene.whatif(&["--trail", "samples/trail", "--format", "json"]).json();
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for change in json["changes"].as_array().unwrap().iter().filter(|c| c["effect"] == "breaks") {
        let text = |member: &str| change[member].as_str().unwrap();
        let count = change["count"].as_u64().unwrap();
        *told.entry(format!("{} {}", text("action"), text("principal"))).or_default() += count;
    }
    assert!(!told.is_empty());
    assert_eq!(told, breaks);
}

#[test]
fn text_and_sarif_are_constant() {
    let scene = Scene::new();
    let words = ["--trail", "samples/trail", "--to", "2026-05-20", "--account", "111122223333"];
    let text = scene.whatif(&words);
    assert_eq!(text.code, 1, "{}", text.stderr);
    insta::assert_snapshot!("whatif_text", text.stdout);
    let sarif = scene.whatif(&[&words[..], &["--format", "sarif"]].concat());
    let folder = format!("file://{}", scene.folder.path().display());
    let told = sarif.stdout.replace(&folder, "FOLDER");
    let mut log: Value = serde_json::from_str(&told).unwrap();
    log["runs"][0]["tool"]["driver"]["version"] = "VERSION".into();
    insta::assert_snapshot!("whatif_sarif", serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn nothing_breaks_says_so() {
    let same = ["whatif", "--baseline", "samples/policy-set", "--policies", "samples/policy-set"];
    let run = driftline(&[&same[..], &["--trail", "samples/trail"]].concat());
    assert_eq!(run.code, 0);
    let last: Vec<&str> = run.stdout.lines().skip(3).collect();
    let kept =
        "7,252 of 7,252 calls keep their verdict; 12 undetermined by both; 74 judged by neither";
    assert_eq!(last, ["0 calls would break", kept]);
    // No call at all says nothing of what breaks.
    let nobody = ["--trail", "samples/trail", "--account", "999999999999"];
    let run = driftline(&[&same[..], &nobody].concat());
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("nothing was compared"), "{}", run.stderr);
}

/// People of every kind of caller, and in tags.
#[test]
fn a_pack_hides_callers_of_every_kind() {
    let scene = Scene::new();
    let record = |id: u32, identity: Value| {
        json!({"eventVersion": "1.11", "eventTime": "2026-06-01T12:00:00Z", "eventID": format!("e-{id}"),
            "eventType": "AwsApiCall", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
            "eventSource": "sagemaker.amazonaws.com", "eventName": "CreateModel", "userIdentity": identity,
            "requestParameters": {"modelName": "m", "tags": [{"key": "owner", "value": "eve@example.com"}]}})
    };
    let issuer =
        json!({"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/r"}});
    let records = json!({"Records": [
        record(1, json!({"type": "FederatedUser", "principalId": "111122223333:ana@example.com",
            "arn": "arn:aws:sts::111122223333:federated-user/ana@example.com",
            "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:user/u"}}})),
        record(2, json!({"type": "AWSAccount", "principalId": "AROAOTHER:bob@example.com",
            "accountId": "444455556666"})),
        record(3, json!({"type": "AssumedRole", "principalId": "AROAEX:cyd@example.com",
            "sessionContext": issuer})),
        record(4, json!({"type": "AssumedRole", "principalId": "AROAEX:dan@example.com",
            "arn": "arn:aws:sts::111122223333:assumed-role/r/dan@example.com", "sessionContext": issuer})),
    ]});
    fs::create_dir_all(scene.path("trail")).unwrap();
    fs::write(scene.path("trail/a.json"), records.to_string()).unwrap();
    let (trail, out, pack) = (scene.text("trail"), scene.text("out"), scene.text("p.jsonl"));
    let words = ["analyze", "--trail", &trail, "--policies", "samples/policy-set", "--out", &out];
    assert_eq!(driftline(&words).code, 0);
    assert_eq!(driftline(&["observe", "--lake", &out, "--out", &pack]).code, 0);
    let text = fs::read_to_string(&pack).unwrap();
    assert_eq!(text.lines().count(), 5, "{text}");
    for name in ["ana", "bob", "cyd", "dan", "eve", "@"] {
        assert!(!text.contains(&format!("{name}@")) && !text.contains('@'), "{name}: {text}");
    }
    assert!(text.contains("aws:RequestTag/owner"), "the key of the tag stays: {text}");
}

#[test]
fn unreadable_input_is_told_and_the_rest_is_compared() {
    let scene = Scene::new();
    let trail = scene.path("trail");
    fs::create_dir_all(&trail).unwrap();
    fs::write(trail.join("a.json"), "{\"Records\": [{\"eventVersion\": 1}]}").unwrap();
    fs::write(trail.join("b.json"), "{").unwrap();
    let run = scene.whatif(&["--trail", trail.to_str().unwrap()]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stdout.contains("Nothing was compared"), "{}", run.stdout);
    for place in ["unreadable: a.json, record 0: ", "unreadable: b.json: "] {
        assert!(run.stderr.contains(place), "{}", run.stderr);
    }
    // A source is needed, and only one.
    assert_eq!(scene.whatif(&[]).code, 2);
    assert_eq!(scene.whatif(&["--trail", "samples/trail", "--lake", "x"]).code, 2);
}

/// No name of a session is in a pack, nor an access key.
#[test]
fn a_pack_hides_people() {
    let scene = Scene::new();
    let lake = scene.lake();
    let timeline = ["timeline", "--lake", &lake, "--principal", "*", "--format", "json"];
    let calls = driftline(&timeline).stdout;
    let calls = calls.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut hidden: Vec<String> = Vec::new();
    for call in calls {
        for member in ["session_name", "session", "access_key_id", "access_key"] {
            hidden.extend(call[member].as_str().map(str::to_owned));
        }
    }
    hidden.sort();
    hidden.dedup();
    assert!(hidden.len() > 20, "{hidden:?}");
    let pack = scene.text("observed.jsonl");
    let run = driftline(&["observe", "--lake", &lake, "--out", &pack]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = fs::read_to_string(&pack).unwrap();
    for line in text.lines().skip(1) {
        let call: Value = serde_json::from_str(line).unwrap();
        let caller = call["caller_arn"].as_str().unwrap_or_default();
        if let Some((_, session)) = caller.split_once(":assumed-role/") {
            assert!(session.ends_with("/person"), "{line}");
            assert!(call["caller_id"].is_null(), "{line}");
        }
    }
    for name in &hidden {
        let is_key = name.starts_with("AKIA") || name.starts_with("ASIA");
        assert!(!(is_key || name.contains('@')) || !text.contains(name), "{name}");
    }
    assert!(hidden.iter().any(|name| name.starts_with("ASIA")));
    // Twice is the same.
    let again = scene.text("again.jsonl");
    driftline(&["observe", "--lake", &lake, "--out", &again]);
    assert_eq!(text, fs::read_to_string(&again).unwrap());
    // What is no pack says so.
    for (content, told) in [
        ("{}\n", "no pack of observed calls"),
        ("{\"schema\":\"driftline.observed/1\",\"calls\":7}\n", "is not whole"),
        ("{\"schema\":\"driftline.observed/1\",\"calls\":1}\n{\"calls\":1}\n", "at line 2"),
    ] {
        fs::write(&pack, content).unwrap();
        let run = scene.whatif(&["--observed", &pack]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(told), "{}", run.stderr);
    }
}

/// A lake says itself what its policy set says of its calls, but for what an open decision hangs on.
#[test]
fn a_lake_is_its_own_baseline() {
    let scene = Scene::new();
    let lake = scene.lake();
    let asked = scene.whatif(&["--lake", &lake, "--format", "json"]);
    let words = ["rejudge", "--lake", &lake, "--format", "json", "--policies"];
    let again = driftline(&[&words[..], &[&scene.text("new")]].concat());
    assert_eq!((asked.code, again.code), (1, 1));
    let (asked, again) = (asked.json(), again.json());
    assert_eq!(again["schema"], "driftline.rejudge/1");
    assert_eq!(again["baseline"], json!([asked["baseline"]]));
    let other = |change: &&Value| change["old"] != change["new"];
    let changes = |json: &Value| -> Vec<Value> {
        json["changes"].as_array().unwrap().iter().filter(other).cloned().collect()
    };
    assert!(!changes(&asked).is_empty());
    assert_eq!(changes(&asked), changes(&again));

    let same = driftline(&[&words[..], &["samples/policy-set"]].concat());
    assert_eq!((same.code, same.json()["changes"].clone()), (0, json!([])));
}
