use chrono::NaiveDate;

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/team/nlp/DataScientistNLP";
const JOB: &str = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/llm-7";

fn load(text: &str) -> Result<Waivers, Vec<TargetFault>> {
    Waivers::load(&BTreeMap::from([(WAIVERS.to_owned(), text.as_bytes().to_vec())]))
}

/// A waiver with these lines in place of, or beside, the usual ones.
fn waiver(id: &str, lines: &str) -> String {
    let usual = [
        ("code", r#""DRF101""#),
        ("principals", r#"["arn:aws:iam::*:role/team/nlp/*"]"#),
        ("reason", r#""a trial""#),
        ("owner", r#""nlp""#),
        ("expires", "2026-06-10"),
    ];
    let given = |word: &str| lines.lines().any(|line| line.starts_with(word));
    let usual = usual.into_iter().filter(|(word, _)| !given(word));
    let usual: Vec<String> = usual.map(|(word, value)| format!("{word} = {value}\n")).collect();
    format!("[[waiver]]\nid = \"{id}\"\n{}{lines}\n", usual.concat())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What covers a training job on two types, seen on a day.
fn check(waivers: &str, seen: &str, wanted: Option<(&str, bool)>) {
    let observed = ["ml.p4d.24xlarge", "ml.p5.48xlarge"].map(str::to_owned);
    let subject = Subject {
        finding_id: "f-1",
        code: Code::InstanceType,
        principal: ROLE,
        action: "sagemaker:CreateTrainingJob",
        resources: &[JOB.to_owned()],
        key: Some("sagemaker:InstanceTypes"),
        observed: &observed,
        day: day(seen),
    };
    let waived = load(waivers).unwrap().of(subject);
    let found = waived.as_ref().map(|waived| (waived.id.as_str(), waived.active));
    assert_eq!(found, wanted, "{waivers}");
}

#[test]
fn a_waiver_covers_what_all_its_members_match() {
    let covered = Some(("W", true));
    for (lines, wanted) in [
        ("", covered),
        ("code = \"DRF105\"", None),
        ("principals = [\"arn:aws:iam::*:role/team/vision/*\"]", None),
        (
            "principals = [\"arn:aws:iam::444455556666:role/*\", \"arn:aws:iam::*:role/*NLP\"]",
            covered,
        ),
        ("principals = [\"*\"]", covered),
        ("findings = [\"f-0\", \"f-1\"]", covered),
        ("findings = [\"f-2\"]", None),
        ("action = \"SageMaker:createtrainingjob\"", covered),
        ("action = \"sagemaker:Create*\"", covered),
        ("action = \"sagemaker:CreateEndpoint*\"", None),
        ("resource = \"arn:aws:sagemaker:*:*:training-job/llm-*\"", covered),
        ("resource = \"arn:aws:sagemaker:*:*:training-job/LLM-*\"", None),
        ("observed = [\"ml.p4d.24xlarge\", \"ml.p5.48xlarge\"]", covered),
        ("observed = [\"ml.p*\"]", covered),
        // One value that nobody has taken on is enough.
        ("observed = [\"ml.p4d.24xlarge\"]", None),
        ("observed = []", None),
        ("key = \"SageMaker:instancetypes\"", covered),
        ("key = \"sagemaker:AcceleratorTypes\"", None),
    ] {
        check(&waiver("W", lines), "2026-06-10", wanted);
    }
}

#[test]
fn what_a_waiver_asks_for_must_be_known_of_the_finding() {
    let subject = |text: &str| {
        let waivers = load(&waiver("W", text)).unwrap();
        let none: [String; 0] = [];
        waivers.of(Subject {
            finding_id: "f-1",
            code: Code::InstanceType,
            principal: ROLE,
            action: "sagemaker:CreateTrainingJob",
            resources: &none,
            key: None,
            observed: &none,
            day: day("2026-06-10"),
        })
    };
    assert!(subject("").is_some());
    assert_eq!(subject("resource = \"*\""), None);
    assert_eq!(subject("key = \"sagemaker:InstanceTypes\""), None);
    assert_eq!(subject("observed = [\"*\"]"), None);
    assert!(subject("observed = []").is_some());
}

#[test]
fn a_waiver_covers_events_before_the_end_of_its_day() {
    let text = waiver("W", "");
    check(&text, "2026-06-10", Some(("W", true)));
    check(&text, "2026-06-11", Some(("W", false)));
    check(&text, "2025-01-01", Some(("W", true)));
}

#[test]
fn of_waivers_that_overlap_the_first_in_force_counts_or_the_one_that_expired_last() {
    let early = waiver("early", "expires = 2026-06-01");
    let late = waiver("late", "expires = 2026-06-20");
    let late_too = waiver("late-too", "expires = 2026-06-20");
    let all = [early.clone(), late.clone(), late_too].concat();
    check(&all, "2026-05-30", Some(("early", true)));
    check(&all, "2026-06-05", Some(("late", true)));
    check(&all, "2026-06-21", Some(("late", false)));
    check(&[late, early].concat(), "2026-06-21", Some(("late", false)));
}

/// By ids, nobody need be named.
#[test]
fn findings_may_be_named_by_id_alone() {
    let text = "[[waiver]]\nid = \"W\"\ncode = \"DRF101\"\nfindings = [\"f-1\"]\nreason = \"r\"\n\
                owner = \"o\"\nexpires = 2026-06-10\n";
    check(text, "2026-06-10", Some(("W", true)));
    check(&text.replace("f-1", "f-2"), "2026-06-10", None);
}

/// A resource whose name the record does not show is a pattern, which is more than a name.
#[test]
fn a_name_that_is_not_known_is_covered_only_by_all_names() {
    let covers = |resource: &str| {
        let waivers = load(&waiver("W", &format!("resource = {resource:?}"))).unwrap();
        let resources = ["arn:aws:sagemaker:eu-west-1:111122223333:training-job/*".to_owned()];
        let subject = Subject {
            finding_id: "f-1",
            code: Code::InstanceType,
            principal: ROLE,
            action: "sagemaker:CreateTrainingJob",
            resources: &resources,
            key: None,
            observed: &[],
            day: day("2026-06-10"),
        };
        waivers.of(subject).is_some()
    };
    assert!(covers("arn:aws:sagemaker:*:*:training-job/*"));
    assert!(!covers("arn:aws:sagemaker:*:*:training-job/?"));
    assert!(!covers("arn:aws:sagemaker:*:*:training-job/llm-*"));
}

/// The only fault of a file, as `LINE:COLUMN MESSAGE (HELP)`.
fn fault(text: &str) -> String {
    let faults = load(text).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    let TargetFault { file, line, column, message, help } = &faults[0];
    assert_eq!(file, WAIVERS);
    format!("{line}:{column} {message} ({})", help.as_deref().unwrap_or_default())
}

#[test]
fn a_fault_has_its_place_and_what_to_do() {
    for (text, wanted) in [
        (
            waiver("W", "observd = [\"x\"]"),
            "8:1 unknown field `observd`, expected one of `id`, `code`, `principals`, `findings`, `action`, \
             `resource`, `key`, `observed`, `reason`, `owner`, `approved_by`, `expires` (did you mean \
             `observed`?)",
        ),
        (
            waiver("W", "code = \"DRF1O1\""),
            "7:8 there is no finding `DRF1O1` (docs/findings has a page for each code)",
        ),
        (
            waiver("W", "principals = [\"DataScientist\"]"),
            "7:15 `DataScientist` is no ARN pattern (such as `arn:aws:iam::*:role/team/*`; the path \
             is part of it)",
        ),
        (
            waiver("W", "principals = []"),
            "7:14 `principals` is empty: this waiver is about nobody ()",
        ),
        (waiver("W", "findings = []"), "8:12 `findings` is empty: this waiver is about nothing ()"),
        (waiver("W", "reason = \" \""), "7:10 `reason` is empty ()"),
        (
            waiver("W", "expires = 2026-06-10T12:00:00Z"),
            "7:11 `expires` wants a day (such as `expires = 2026-12-31`)",
        ),
        ([waiver("W", ""), waiver("W", "")].concat(), "10:6 two waivers have the id `W` ()"),
        (
            "[[waiver]]\nid = \"W\"\ncode = \"DRF101\"\nreason = \"r\"\nowner = \"o\"\n\
             expires = 2026-06-10\n"
                .to_owned(),
            "2:6 this waiver is about nobody (name `principals`, or the ids of `findings`)",
        ),
        ("[[waiver]]\nid = \"W\"\n".to_owned(), "1:1 missing field `code` ()"),
    ] {
        assert_eq!(fault(&text), wanted);
    }
    assert_eq!(load("").unwrap().ids().count(), 0);
    assert_eq!(Waivers::load(&BTreeMap::new()).unwrap().ids().count(), 0);
}
