//! What one record leaves open and others settle: tags, endpoint configurations, spaces. The lake
//! holds the same whether the files come in one run, in another order or one at a time.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use lake::{ReadRow, ResolutionRow, ResolvedFindingRow, RowReader, TableRow};
use serde_json::{Value, json};

use crate::driftline::driftline;

const ACCOUNT: &str = "111122223333";

/// Days that the records lie on, and files they lie in.
const DAYS: usize = 3;
const FILES: usize = 7;

/// A generator of numbers that is the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

fn record(second: usize, event: &str, parameters: &Value) -> Value {
    let day = second * DAYS / 86_400 + 1;
    let of_day = second * DAYS % 86_400;
    let (hour, minute) = (of_day / 3600, of_day % 3600 / 60);
    let time = format!("2026-06-{day:02}T{hour:02}:{minute:02}:{:02}Z", of_day % 60);
    json!({
        "eventVersion": "1.11", "eventID": format!("{event}-{second}"), "eventTime": time,
        "eventSource": "sagemaker.amazonaws.com", "eventName": event, "eventType": "AwsApiCall",
        "awsRegion": "eu-west-1", "recipientAccountId": ACCOUNT,
        "sourceIPAddress": "203.0.113.7", "userAgent": "Boto3/1.38",
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:ana", "accountId": ACCOUNT,
            "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/Scientist/ana"),
            "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "accountId": ACCOUNT,
                    "arn": format!("arn:aws:iam::{ACCOUNT}:role/ml/Scientist")},
                "attributes": {"creationDate": "2026-06-01T00:00:00Z", "mfaAuthenticated": "false"}
            }
        },
        "requestParameters": parameters
    })
}

/// Models with tags that change, endpoints with configurations, spaces: each created, changed and
/// used some time later.
fn planted(numbers: &mut Numbers) -> Vec<Value> {
    let mut records = Vec::new();
    let team = |numbers: &mut Numbers| ["nlp", "cv"][numbers.below(2)];
    for number in 0..24 {
        let start = numbers.below(40_000);
        let mut at = start;
        let mut later = |numbers: &mut Numbers| {
            at += 1 + numbers.below(8_000);
            at
        };
        let model = format!("model-{number}");
        let arn = format!("arn:aws:sagemaker:eu-west-1:{ACCOUNT}:model/{model}");
        let tags = json!([{"key": "team", "value": team(numbers)}]);
        records.push(record(start, "CreateModel", &json!({"modelName": model, "tags": tags})));
        if numbers.below(2) == 0 {
            let tags = json!([{"key": "team", "value": team(numbers)}]);
            let parameters = json!({"resourceArn": arn, "tags": tags});
            records.push(record(later(numbers), "AddTags", &parameters));
        }
        records.push(record(later(numbers), "DeleteModel", &json!({"modelName": model})));
        let (config, endpoint) = (format!("config-{number}"), format!("endpoint-{number}"));
        let kind = ["ml.m5.large", "ml.p4d.24xlarge"][numbers.below(2)];
        let variant = json!({"variantName": "a", "modelName": model, "instanceType": kind});
        let parameters = json!({"endpointConfigName": config, "productionVariants": [variant]});
        records.push(record(later(numbers), "CreateEndpointConfig", &parameters));
        let parameters = json!({"endpointName": endpoint, "endpointConfigName": config});
        records.push(record(later(numbers), "CreateEndpoint", &parameters));
        let space = format!("space-{number}");
        let sharing = ["Private", "Shared"][numbers.below(2)];
        let parameters = json!({"domainId": "d-1", "spaceName": space,
            "spaceSharingSettings": {"sharingType": sharing}});
        records.push(record(later(numbers), "CreateSpace", &parameters));
        let parameters = json!({"domainId": "d-1", "spaceName": space});
        records.push(record(later(numbers), "DeleteSpace", &parameters));
    }
    records
}

fn write_policy_set(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let manifest = "schema = 1\nrevision = 1\nname = \"test\"\n\n[[binding]]\nname = \"b\"\n\
        principals = [\"arn:aws:iam::*:role/ml/*\"]\nidentity = [\"p.json\"]\n\n[[record_rule]]\n\
        principals = [\"*\"]\ninstance_types = [\"ml.m5.*\", \"ml.p4d.*\"]\n\n[[record_rule]]\n\
        principals = [\"*/ml/Scientist\"]\ninstance_types = [\"ml.m5.*\"]\n";
    let manifest = manifest.replace("\"*/ml/Scientist\"", "\"arn:aws:iam::*:role/ml/*\"");
    fs::write(folder.join("policy-set.toml"), manifest).unwrap();
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Make", "Effect": "Allow", "Action": ["sagemaker:Create*", "sagemaker:AddTags"],
         "Resource": "*"},
        {"Sid": "OwnTeam", "Effect": "Allow", "Action": "sagemaker:DeleteModel", "Resource": "*",
         "Condition": {"StringEquals": {"aws:ResourceTag/team": "nlp"}}},
        {"Sid": "OwnSpace", "Effect": "Allow", "Action": "sagemaker:DeleteSpace", "Resource": "*",
         "Condition": {"StringEquals": {"sagemaker:SpaceSharingType": "Private"}}}
    ]});
    fs::write(folder.join("p.json"), policy.to_string()).unwrap();
}

/// Puts each record in one of the files, whatever its day.
fn write_trail(folder: &Path, records: &[Value], numbers: &mut Numbers) -> Vec<PathBuf> {
    fs::create_dir_all(folder).unwrap();
    let mut files = vec![Vec::new(); FILES];
    for record in records {
        files[numbers.below(FILES)].push(record);
    }
    let written = files.iter().enumerate().map(|(number, records)| {
        let path = folder.join(format!("{number}.json"));
        fs::write(&path, json!({"Records": records}).to_string()).unwrap();
        path
    });
    written.collect()
}

fn rows<R: TableRow + ReadRow>(lake: &Path) -> Vec<R> {
    let mut rows = Vec::new();
    let Ok(days) = fs::read_dir(lake.join(R::TABLE.as_str())) else { return rows };
    for day in days {
        for file in fs::read_dir(day.unwrap().path()).unwrap() {
            let file = File::open(file.unwrap().path()).unwrap();
            rows.extend(RowReader::<R>::open(file).unwrap().map(|row| row.unwrap()));
        }
    }
    rows
}

/// What the lake says is settled, without where its records were read.
fn settled(out: &Path) -> BTreeSet<String> {
    let lake = out.join("lake");
    let mut lines = BTreeSet::new();
    for row in rows::<ResolutionRow>(&lake) {
        let one = row.resolution;
        let line = format!(
            "{} {} {} {:?} {:?} {:?}",
            one.event_id,
            one.request_index,
            one.decision.map_or("unjudged", |decision| decision.as_str()),
            one.settled,
            one.fact_events,
            one.instance_types
        );
        assert!(lines.insert(line), "twice: {}", one.event_id);
    }
    for ResolvedFindingRow(row) in rows::<ResolvedFindingRow>(&lake) {
        let one = row.finding;
        lines
            .insert(format!("{} {} {} {:?}", one.event_id, one.code, one.finding_id, one.observed));
    }
    lines
}

fn analyze(trail: &[PathBuf], policies: &Path, out: &Path, jobs: &str) -> Value {
    let mut words = vec!["analyze".into(), "--format".into(), "json".into(), "--trail".into()];
    words.extend(trail.iter().map(|path| path.clone().into_os_string()));
    for (option, value) in [("--policies", policies), ("--out", out), ("--jobs", Path::new(jobs))] {
        words.extend([option.into(), value.as_os_str().to_owned()]);
    }
    let run = driftline(&words);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.json()
}

#[test]
fn planted_joins_resolve_alike_however_the_files_come() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut numbers = Numbers(7);
    let records = planted(&mut numbers);
    let files = write_trail(&at("trail"), &records, &mut numbers);
    write_policy_set(&at("policies"));
    let policies = at("policies");

    let summary = analyze(&[at("trail")], &policies, &at("one"), "1");
    let wanted = settled(&at("one"));
    // Each model and each space is settled, and each endpoint of a type that is not allowed.
    let of = |start: &str| wanted.iter().filter(|line| line.starts_with(start)).count();
    assert!(of("DeleteModel") >= 24 && of("DeleteSpace") >= 24, "{wanted:#?}");
    assert!(of("CreateEndpoint-") >= 10, "{wanted:#?}");
    assert!(summary["resolved"]["Allowed"].as_u64().unwrap() > 20, "{summary}");
    assert!(summary["resolved"]["ImplicitlyDenied"].as_u64().unwrap() > 10, "{summary}");
    let open = |summary: &Value| {
        let findings = summary["findings"].as_array().unwrap().iter();
        findings.filter(|finding| finding["code"] == "DRF203").count()
    };
    assert_eq!(open(&summary), 0, "{summary}");

    assert_eq!(analyze(&[at("trail")], &policies, &at("two"), "2"), summary);
    assert_eq!(settled(&at("two")), wanted);

    // The same files under other names come in another order.
    let shuffled: Vec<PathBuf> = files.iter().rev().cloned().collect();
    for (number, file) in shuffled.iter().enumerate() {
        fs::create_dir_all(at("shuffled")).unwrap();
        fs::copy(file, at("shuffled").join(format!("{number}.json"))).unwrap();
    }
    assert_eq!(analyze(&[at("shuffled")], &policies, &at("three"), "2"), summary);
    assert_eq!(settled(&at("three")), wanted);

    for file in &shuffled {
        analyze(std::slice::from_ref(file), &policies, &at("four"), "1");
    }
    assert_eq!(settled(&at("four")), wanted);
}

/// With a newer policy set in the lake, what it judged anew is settled by it. What an older one settled
/// of the rest is open again, since more was read meanwhile and that set is not at hand to ask.
#[test]
fn a_newer_policy_set_settles_its_own_calls() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut numbers = Numbers(11);
    let records = planted(&mut numbers);
    let files = write_trail(&at("trail"), &records, &mut numbers);
    write_policy_set(&at("policies"));
    analyze(&[at("trail")], &at("policies"), &at("out"), "2");
    let before = settled(&at("out"));

    let manifest = at("policies").join("policy-set.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("revision = 1", "revision = 2")).unwrap();
    let revisions = || -> BTreeSet<u64> {
        let rows = rows::<ResolutionRow>(&at("out").join("lake"));
        rows.iter().map(|row| row.provenance.revision).collect()
    };
    analyze(&files[..1], &at("policies"), &at("out"), "2");
    let after = settled(&at("out"));
    assert!(!after.is_empty() && after.is_subset(&before) && after != before);
    assert_eq!(revisions(), BTreeSet::from([2]));
    analyze(&[at("trail")], &at("policies"), &at("out"), "2");
    assert_eq!(settled(&at("out")), before);
    assert_eq!(revisions(), BTreeSet::from([2]));
}

/// One model that is created for a team, changes hands on the next day, and is deleted on the third:
/// a file per day.
fn changing_hands(folder: &Path) -> [PathBuf; 3] {
    let second = |day: usize| (day * 86_400 + 3_600) / DAYS;
    let tags = |team: &str| json!([{"key": "team", "value": team}]);
    let model = json!({"modelName": "m"});
    let mut create = json!({"modelName": "m", "tags": tags("nlp")});
    create["executionRoleArn"] = Value::Null;
    let arn = format!("arn:aws:sagemaker:eu-west-1:{ACCOUNT}:model/m");
    let records = [
        record(second(0), "CreateModel", &create),
        record(second(1), "AddTags", &json!({"resourceArn": arn, "tags": tags("cv")})),
        record(second(2), "DeleteModel", &model),
    ];
    fs::create_dir_all(folder).unwrap();
    let mut files = records.iter().enumerate().map(|(day, record)| {
        let path = folder.join(format!("{day}.json"));
        fs::write(&path, json!({"Records": [record]}).to_string()).unwrap();
        path
    });
    std::array::from_fn(|_| files.next().unwrap())
}

/// What is settled of the deletion.
fn deletion(out: &Path) -> Option<String> {
    let rows = rows::<ResolutionRow>(&out.join("lake")).into_iter().map(|row| row.resolution);
    let mut deletions = rows.filter(|one| one.event_id.starts_with("DeleteModel"));
    let decision = deletions.next()?.decision?;
    assert!(deletions.next().is_none());
    Some(decision.as_str().to_owned())
}

/// Runs one after the other into one lake, each with some files and further words, and tells what is
/// settled of the deletion in the end.
fn told_after(runs: &[(&[usize], &[&str])], change: impl Fn(&Path, usize)) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let files = changing_hands(&at("trail"));
    write_policy_set(&at("policies"));
    for (number, (which, more)) in runs.iter().enumerate() {
        change(folder.path(), number);
        let mut words: Vec<String> = vec!["analyze".into(), "--trail".into()];
        words.extend(which.iter().map(|file| files[*file].to_str().unwrap().to_owned()));
        for (option, name) in [("--policies", "policies"), ("--out", "out")] {
            words.extend([option.to_owned(), at(name).to_str().unwrap().to_owned()]);
        }
        words.extend(more.iter().map(|word| word.replace("~", folder.path().to_str().unwrap())));
        let run = driftline(&words);
        assert!([0, 3].contains(&run.code), "{}", run.stderr);
    }
    deletion(&at("out"))
}

/// Whatever hides the change of hands, the deletion is not settled by what was before it.
#[test]
fn what_was_not_read_settles_nothing() {
    let nothing = |_: &Path, _: usize| {};
    let denied = Some("ImplicitlyDenied".to_owned());
    let all: &[usize] = &[0, 1, 2];
    assert_eq!(told_after(&[(all, &[])], nothing), denied);
    assert_eq!(told_after(&[(&[2], &[]), (&[0], &[]), (&[1], &[])], nothing), denied);
    // A day that is missing, or that a filter left out, in one run or between two.
    assert_eq!(told_after(&[(&[0, 2], &[])], nothing), None);
    let split: [(&[usize], &[&str]); 2] =
        [(all, &["--to", "2026-06-02"]), (all, &["--from", "2026-06-03"])];
    assert_eq!(told_after(&split, nothing), None);
    let elsewhere: [(&[usize], &[&str]); 2] = [(&[0, 2], &[]), (&[1], &["--region", "us-east-1"])];
    assert_eq!(told_after(&elsewhere, nothing), None);
    // Later the whole is read.
    let again: [(&[usize], &[&str]); 3] = [split[0], split[1], (all, &[])];
    assert_eq!(told_after(&again, nothing), denied);
    // A file or a record that is unreadable.
    let spoilt = |text: &'static str| {
        move |folder: &Path, _: usize| fs::write(folder.join("trail/1.json"), text).unwrap()
    };
    assert_eq!(told_after(&[(all, &[])], spoilt("not a log")), None);
    let bad = r#"{"Records": [{"eventTime": "2026-06-02T01:00:00Z", "eventName": "AddTags"}]}"#;
    assert_eq!(told_after(&[(all, &[])], spoilt(bad)), None);
}

/// What an earlier revision settled by what was known then does not stand when more is known.
#[test]
fn what_is_known_later_takes_back_what_was_settled() {
    let newer = |folder: &Path, number: usize| {
        let manifest = folder.join("policies/policy-set.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        if number == 1 {
            fs::write(manifest, text.replace("revision = 1", "revision = 2")).unwrap();
        }
    };
    // The second day is empty at first, and the change of hands comes with a newer policy set.
    let empty_day = |folder: &Path, number: usize| {
        newer(folder, number);
        if number == 0 {
            let other = record((86_400 + 60) / DAYS, "ListModels", &json!({}));
            let path = folder.join("trail/0.json");
            let mut file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            file["Records"].as_array_mut().unwrap().push(other);
            fs::write(path, file.to_string()).unwrap();
        }
    };
    let first: (&[usize], &[&str]) = (&[0, 2], &[]);
    assert_eq!(told_after(&[first], empty_day).as_deref(), Some("Allowed"));
    assert_eq!(told_after(&[first, (&[1], &[])], empty_day), None);
    // A run that was stopped before it came to this is made good by the next one.
    let stopped = |folder: &Path, number: usize| {
        if number == 1 {
            fs::remove_dir_all(folder.join("out/lake/resolutions")).unwrap();
            fs::remove_dir_all(folder.join("out/lake/resolved_findings")).unwrap();
        }
    };
    let all: (&[usize], &[&str]) = (&[0, 1, 2], &[]);
    let denied = Some("ImplicitlyDenied");
    assert_eq!(told_after(&[all, (&[0], &[])], stopped).as_deref(), denied);
}

/// What lies before the logs is supplied by an inventory.
#[test]
fn an_inventory_settles_what_was_created_before_the_logs() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut records = Vec::new();
    let mut tags = Vec::new();
    for (number, team) in ["nlp", "cv"].into_iter().enumerate() {
        let model = format!("model-{number}");
        records.push(record(100 + number, "DeleteModel", &json!({"modelName": model})));
        tags.push(
            json!({"ResourceARN": format!("arn:aws:sagemaker:eu-west-1:{ACCOUNT}:model/{model}"),
            "Tags": [{"Key": "team", "Value": team}]}),
        );
    }
    // The logs go on when the lists are done.
    records.push(record(2_000, "CreateModel", &json!({"modelName": "later"})));
    let all = json!({"Records": records}).to_string();
    fs::create_dir_all(at("trail")).unwrap();
    fs::write(at("trail").join("all.json"), all).unwrap();
    write_policy_set(&at("policies"));
    let inventory = json!({"as_of": "2026-06-01T00:00:00Z", "until": "2026-06-01T00:01:00Z",
        "ResourceTagMappingList": tags});
    fs::write(at("inventory.json"), inventory.to_string()).unwrap();
    let path = |name: &str| at(name).to_str().unwrap().to_owned();
    let (trail, policies, inventory) = (path("trail"), path("policies"), path("inventory.json"));
    let words = ["analyze", "--trail", &trail, "--policies", &policies, "--format", "json"];
    assert_eq!(driftline(&words).json()["resolved"], json!({}));
    let with = [&words[..], &["--inventory", &inventory]].concat();
    let summary = driftline(&with).json();
    assert_eq!(summary["resolved"], json!({"Allowed": 1, "ImplicitlyDenied": 1}));
    assert_eq!(summary["findings"][0]["code"], "DRF109");
    fs::write(at("inventory.json"), "{}").unwrap();
    let run = driftline(&with);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("missing field `as_of`"), "{}", run.stderr);
}

/// `findings` and `timeline` tell what the summary of the run told, given what is settled.
#[test]
fn findings_and_timeline_tell_what_is_settled() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut numbers = Numbers(3);
    let records = planted(&mut numbers);
    write_trail(&at("trail"), &records, &mut numbers);
    write_policy_set(&at("policies"));
    let summary = analyze(&[at("trail")], &at("policies"), &at("out"), "2");
    let out = at("out").to_str().unwrap().to_owned();
    let run = |words: &[&str]| driftline(&[&[words[0], "--lake", &out], &words[1..]].concat());
    let all = run(&["findings", "--format", "json"]).json();
    assert_eq!(all["schema"], "driftline.findings/1");
    assert_eq!(all["findings"], summary["findings"]);

    let some = run(&["findings", "--code", "DRF101", "--format", "json"]).json();
    let codes = some["findings"].as_array().unwrap().iter().map(|one| &one["code"]);
    assert!(codes.clone().count() > 0 && codes.into_iter().all(|code| code == "DRF101"));
    for nothing in [
        &["findings", "--code", "DRF2"][..],
        &["findings", "--principal", "arn:aws:iam::*:user/*"],
        &["findings", "--action", "s3:*"],
        &["findings", "--resource", "arn:aws:s3:*"],
        &["findings", "--account", "444455556666"],
        &["findings", "--region", "us-east-1"],
        &["findings", "--from", "2026-06-05"],
        &["findings", "--to", "2026-06-01"],
        &["findings", "--severity", "critical"],
        &["findings", "--id", "x"],
    ] {
        let run = run(nothing);
        assert_eq!((run.code, run.stdout.as_str()), (0, "No findings.\n"), "{nothing:?}");
    }
    assert_eq!(run(&["findings", "--fail-on", "low"]).code, 1);

    let lines = run(&["timeline", "--session", "ana", "--format", "json"]).stdout;
    let moments: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(moments.len() > records.len());
    let times: Vec<&str> = moments.iter().map(|one| one["event_time"].as_str().unwrap()).collect();
    assert!(times.is_sorted());
    assert!(moments.iter().all(|one| one["decision"] != "Undetermined"), "{lines}");
    let drifts = moments.iter().filter(|one| !one["codes"].as_array().unwrap().is_empty());
    let calls: u64 =
        summary["findings"].as_array().unwrap().iter().map(|f| f["count"].as_u64().unwrap()).sum();
    assert_eq!(u64::try_from(drifts.count()).unwrap(), calls);
    let model = "arn:aws:sagemaker:eu-west-1:111122223333:model/model-7";
    let of_model = run(&["timeline", "--resource", model]).stdout;
    let events: Vec<&str> =
        of_model.lines().filter_map(|line| line.split_whitespace().nth(3)).collect();
    assert_eq!(events.first(), Some(&"sagemaker:CreateModel"), "{of_model}");
    assert_eq!(events.last(), Some(&"sagemaker:DeleteModel"), "{of_model}");
    let nobody = run(&["timeline", "--access-key", "AKIANOBODY"]);
    assert_eq!((nobody.code, nobody.stdout.as_str()), (0, ""));
    assert!(nobody.stderr.contains("no call of that kind"), "{}", nobody.stderr);
    assert_eq!(run(&["timeline"]).code, 2);
}
