//! Findings folded, and told in a sentence.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail::Outcome;
use proptest::prelude::*;

use super::{Baseline, Folded, RecordCounts, Summary, Tally, sentence};
use crate::finding::{Code, Finding, Severity};
use crate::target::{WAIVERS, Waivers};

const JOB: &str = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn-7";

/// The finding of the module's example.
fn finding() -> Finding {
    Finding {
        event_id: "e-1".to_owned(),
        request_index: 0,
        code: Code::InstanceType,
        severity: Severity::High,
        finding_id: "f-1".to_owned(),
        event_time: at(0),
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        principal: "arn:aws:iam::111122223333:role/team/nlp/DataScientistNLP".to_owned(),
        session_name: Some("ana".to_owned()),
        action: "sagemaker:CreateTrainingJob".to_owned(),
        resources: vec![JOB.to_owned()],
        resource_type: Some("training-job".to_owned()),
        key: Some("sagemaker:InstanceTypes".to_owned()),
        operator: Some("ForAllValues:StringLike".to_owned()),
        iam_can_enforce: Some(true),
        wanted: vec!["ml.c5.*".to_owned()],
        observed: vec!["ml.p4d.24xlarge".to_owned()],
        policy: Some("policies/data-scientist.json".to_owned()),
        statement: Some("EnforceInstanceType".to_owned()),
        denied_by_statement: false,
        outcome: Outcome::Succeeded,
        decision: None,
        waiver: None,
    }
}

/// So many minutes after noon.
fn at(minutes: i64) -> DateTime<Utc> {
    let noon = DateTime::from_timestamp(1_780_315_200, 0).unwrap();
    noon.checked_add_signed(TimeDelta::minutes(minutes)).unwrap()
}

fn seen(finding_id: &str, event_id: &str, minutes: i64) -> Finding {
    Finding {
        finding_id: finding_id.to_owned(),
        event_id: event_id.to_owned(),
        event_time: at(minutes),
        ..finding()
    }
}

fn summary(findings: impl IntoIterator<Item = Finding>) -> Summary {
    let mut summary = Summary::default();
    findings.into_iter().for_each(|finding| summary.add(finding));
    summary
}

/// The folded findings as `ID count first-last [events]`, times in minutes after noon.
fn check(findings: impl IntoIterator<Item = Finding>, wanted: &[&str]) {
    let folded = summary(findings).findings();
    assert_eq!(folded.iter().map(show).collect::<Vec<_>>(), wanted);
}

fn show(folded: &Folded) -> String {
    let minutes = |time: DateTime<Utc>| time.signed_duration_since(at(0)).num_minutes();
    format!(
        "{} {} {}-{} [{}]",
        folded.example.finding_id,
        folded.count,
        minutes(folded.first),
        minutes(folded.last),
        folded.event_ids.join(" ")
    )
}

// Folding.

#[test]
fn repeats_of_a_finding_are_one_with_a_count() {
    check([], &[]);
    check([seen("f", "a", 5)], &["f 1 5-5 [a]"]);
    check(
        [seen("f", "b", 7), seen("f", "c", 9), seen("g", "d", 1), seen("f", "a", 5)],
        &["f 3 5-9 [a b c]", "g 1 1-1 [d]"],
    );
}

#[test]
fn the_earliest_events_are_the_samples() {
    let findings = (0..9_i64).rev().map(|minute| seen("f", &format!("e{minute}"), minute));
    check(findings, &["f 9 0-8 [e0 e1 e2 e3 e4]"]);
    // Of one time, those with the first ids.
    let findings = ["d", "f", "a", "c", "e", "b"].map(|event| seen("f", event, 0));
    check(findings, &["f 6 0-0 [a b c d e]"]);
}

#[test]
fn the_worst_come_first_then_the_most_frequent_then_by_code_and_id() {
    let of = |id: &str, code, severity| Finding { code, severity, ..seen(id, id, 0) };
    check(
        [
            of("low", Code::BlockedAttempt, Severity::Low),
            of("critical", Code::PassedRole, Severity::Critical),
            of("often", Code::Network, Severity::High),
            of("often", Code::Network, Severity::High),
            of("b", Code::InstanceType, Severity::High),
            of("a", Code::InstanceType, Severity::High),
            of("later-code", Code::Network, Severity::High),
        ],
        &[
            "critical 1 0-0 [critical]",
            "often 2 0-0 [often]",
            "a 1 0-0 [a]",
            "b 1 0-0 [b]",
            "later-code 1 0-0 [later-code]",
            "low 1 0-0 [low]",
        ],
    );
}

#[test]
fn the_example_is_the_worst_then_one_that_succeeded_then_the_earliest() {
    let example = |findings: Vec<Finding>| {
        summary(findings).findings().first().map(|folded| folded.example.event_id.clone()).unwrap()
    };
    let milder =
        Finding { severity: Severity::Medium, outcome: Outcome::Failed, ..seen("f", "milder", 0) };
    let worst = seen("f", "worst", 9);
    assert_eq!(example(vec![milder.clone(), worst.clone()]), "worst");
    let failed = Finding { outcome: Outcome::Failed, ..seen("f", "failed", 0) };
    assert_eq!(example(vec![failed, worst.clone()]), "worst");
    assert_eq!(example(vec![worst, seen("f", "earlier", 3), milder]), "earlier");
}

#[test]
fn the_worst_severity_is_that_of_any_finding() {
    assert_eq!(summary([]).worst(), None);
    let low = Finding { severity: Severity::Low, ..seen("a", "a", 0) };
    let critical = Finding { severity: Severity::Critical, ..seen("b", "b", 0) };
    assert_eq!(summary([low.clone()]).worst(), Some(Severity::Low));
    assert_eq!(summary([low.clone(), critical, low]).worst(), Some(Severity::Critical));
}

#[test]
fn each_code_and_severity_has_its_findings_and_calls() {
    let blocked =
        Finding { code: Code::BlockedAttempt, severity: Severity::Low, ..seen("c", "c", 0) };
    let by_code =
        summary([seen("a", "1", 0), seen("a", "2", 1), seen("b", "3", 0), blocked]).by_code();
    let rows: Vec<_> = by_code.into_iter().collect();
    assert_eq!(
        rows,
        [
            ((Code::InstanceType, Severity::High), Tally { findings: 2, calls: 3 }),
            ((Code::BlockedAttempt, Severity::Low), Tally { findings: 1, calls: 1 }),
        ]
    );
}

/// Waivers of the code and one type, until the day of [`at`].
fn waivers(id: &str, observed: &str) -> Waivers {
    let text = format!(
        "[[waiver]]\nid = {id:?}\ncode = \"DRF101\"\nprincipals = [\"*\"]\nobserved = [{observed:?}]\n\
         reason = \"r\"\nowner = \"o\"\nexpires = {}\n",
        at(0).date_naive()
    );
    Waivers::load(&BTreeMap::from([(WAIVERS.to_owned(), text.into_bytes())])).unwrap()
}

const NEXT_DAY: i64 = 24 * 60;

#[test]
fn what_a_waiver_covers_is_counted_apart_and_what_it_no_longer_does_comes_first() {
    let mut summary = Summary::new(waivers("W-1", "ml.p4d.24xlarge"), Baseline::default());
    let other = Finding { observed: texts(&["ml.p5.48xlarge"]), ..seen("b", "3", 0) };
    let worse = Finding { severity: Severity::Critical, ..seen("a", "1", 0) };
    for finding in [worse, seen("a", "2", NEXT_DAY), other, seen("a", "4", 2)] {
        summary.add(finding);
    }
    let folded = summary.findings();
    let shown: Vec<String> = folded.iter().map(show).collect();
    assert_eq!(shown, ["a 1 1440-1440 [2]", "b 1 0-0 [3]", "a 2 0-2 [1 4]"]);
    let states: Vec<Option<bool>> =
        folded.iter().map(|f| f.waived.as_ref().map(|waived| waived.active)).collect();
    assert_eq!(states, [Some(false), None, Some(true)]);
    // What is waived counts nowhere else.
    assert_eq!(summary.waived(), Tally { findings: 1, calls: 2 });
    assert_eq!(summary.worst(), Some(Severity::High));
    assert_eq!(
        summary.by_code().into_values().collect::<Vec<_>>(),
        [Tally { findings: 2, calls: 2 }]
    );
    assert_eq!(summary.worst_principals(1)[0].2, 2);
    let expired = summary.expired();
    let ids: Vec<(&str, Tally)> =
        expired.iter().map(|(w, tally)| (w.id.as_str(), *tally)).collect();
    assert_eq!(ids, [("W-1", Tally { findings: 1, calls: 1 })]);
}

/// Ids of an earlier run, open at a severity or waived.
fn baseline(open: &[(&str, Severity)], waived: &[&str]) -> Baseline {
    Baseline {
        open: open.iter().map(|(id, severity)| ((*id).to_owned(), *severity)).collect(),
        waived: waived.iter().map(|id| (*id).to_owned()).collect(),
    }
}

#[test]
fn what_is_known_is_only_counted() {
    let known = baseline(&[("a", Severity::High), ("gone", Severity::Low)], &[]);
    let mut summary = Summary::new(Waivers::default(), known);
    for finding in [seen("a", "1", 0), seen("a", "2", 1), seen("b", "3", 0)] {
        summary.add(finding);
    }
    assert_eq!(summary.findings().iter().map(show).collect::<Vec<_>>(), ["b 1 0-0 [3]"]);
    assert_eq!(summary.known(), Tally { findings: 1, calls: 2 });
    assert_eq!(summary.worst(), Some(Severity::High));
}

/// What only failed then and succeeds now, and what a waiver covered then and no longer does.
#[test]
fn what_became_worse_and_what_a_waiver_let_go_is_news() {
    let known = baseline(&[("a", Severity::Medium), ("b", Severity::High)], &["b"]);
    let mut summary = Summary::new(waivers("W-1", "ml.p4d.24xlarge"), known);
    let milder = Finding { severity: Severity::Medium, ..seen("a", "1", NEXT_DAY) };
    let other = Finding { observed: texts(&["ml.p5.48xlarge"]), ..seen("b", "4", 0) };
    for finding in [milder, seen("a", "2", NEXT_DAY), seen("b", "3", NEXT_DAY), other] {
        summary.add(finding);
    }
    let shown: Vec<String> = summary.findings().iter().map(show).collect();
    assert_eq!(shown, ["a 1 1440-1440 [2]", "b 1 1440-1440 [3]"]);
    assert_eq!(summary.known(), Tally { findings: 2, calls: 2 });
}

#[test]
fn the_worst_principals_are_those_of_violations() {
    let of = |principal: &str, id: &str, code, severity| Finding {
        principal: principal.to_owned(),
        code,
        severity,
        ..seen(id, id, 0)
    };
    let findings = [
        of("busy", "1", Code::Tags, Severity::Medium),
        of("busy", "1", Code::Tags, Severity::Medium),
        of("busy", "2", Code::InstanceType, Severity::High),
        of("bad", "3", Code::PassedRole, Severity::Critical),
        of("b", "4", Code::InstanceType, Severity::High),
        of("a", "5", Code::InstanceType, Severity::High),
        // Attempts and doubts are no violations.
        of("tried", "6", Code::BlockedAttempt, Severity::Low),
        of("unclear", "7", Code::Undetermined, Severity::Info),
    ];
    let summary = summary(findings);
    let worst = summary.worst_principals(9);
    let rows: Vec<_> =
        worst.iter().map(|(arn, severity, n)| (arn.as_str(), *severity, *n)).collect();
    assert_eq!(
        rows,
        [
            ("bad", Severity::Critical, 1),
            ("busy", Severity::High, 3),
            ("a", Severity::High, 1),
            ("b", Severity::High, 1),
        ]
    );
    assert_eq!(summary.worst_principals(2), worst[..2]);
}

#[test]
fn every_record_read_is_accounted_for() {
    let counts =
        RecordCounts { read: 9, evaluated: 4, out_of_scope: 3, quarantined: 2, duplicates: 1 };
    assert!(counts.is_conserved());
    assert!(RecordCounts { duplicates: 4, ..counts }.is_conserved());
    assert!(!RecordCounts { read: 8, ..counts }.is_conserved());
    assert!(!RecordCounts { quarantined: 3, ..counts }.is_conserved());
    assert!(!RecordCounts { evaluated: u64::MAX, ..counts }.is_conserved());
}

/// Findings that differ in what folding looks at; no two are one event.
fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let severity = prop::sample::select(Severity::ALL.to_vec());
    let outcome = prop::sample::select(vec![Outcome::Succeeded, Outcome::Failed]);
    let one = ("[fgh]", 0..4_i64, severity, outcome).prop_map(|(id, minute, severity, outcome)| {
        Finding { severity, outcome, ..seen(&id, "", minute) }
    });
    prop::collection::vec(one, 0..12).prop_map(|mut findings| {
        for (number, finding) in findings.iter_mut().enumerate() {
            finding.event_id = format!("e-{number}");
        }
        findings
    })
}

proptest! {
    #[test]
    fn the_order_of_adding_does_not_matter(
        (findings, shuffled) in findings().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle()))
    ) {
        let (one, other) = (summary(findings.clone()), summary(shuffled));
        prop_assert_eq!(one.findings(), other.findings());
        prop_assert_eq!(one.worst(), other.worst());
        prop_assert_eq!(one.by_code(), other.by_code());
        prop_assert_eq!(one.worst_principals(9), other.worst_principals(9));
        let calls: u64 = one.findings().iter().map(|folded| folded.count).sum();
        prop_assert_eq!(calls, u64::try_from(findings.len()).unwrap());
    }
}

// Sentences.

fn check_sentence(finding: Finding, wanted: &str) {
    assert_eq!(sentence(&finding), wanted, "{}", finding.code);
}

/// A finding about the key, with nothing observed or wanted.
fn of(code: Code, key: &str) -> Finding {
    let key = Some(key.to_owned()).filter(|key| !key.is_empty());
    Finding { code, key, wanted: Vec::new(), observed: Vec::new(), ..finding() }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn a_violation_is_told_in_a_sentence() {
    check_sentence(
        finding(),
        "training job `churn-7` by role `DataScientistNLP` used `ml.p4d.24xlarge`; statement `EnforceInstanceType` allows `ml.c5.*`",
    );
}

#[test]
fn the_outcome_is_told_when_the_call_did_not_succeed() {
    check_sentence(
        Finding { outcome: Outcome::Denied, ..finding() },
        "training job `churn-7` by role `DataScientistNLP` used `ml.p4d.24xlarge` (AWS refused); statement `EnforceInstanceType` allows `ml.c5.*`",
    );
    check_sentence(
        Finding { outcome: Outcome::Failed, ..finding() },
        "training job `churn-7` by role `DataScientistNLP` used `ml.p4d.24xlarge` (the call failed); statement `EnforceInstanceType` allows `ml.c5.*`",
    );
}

#[test]
fn the_rule_behind_it_is_a_statement_or_a_record_rule() {
    let by = "training job `churn-7` by role `DataScientistNLP` used `ml.p4d.24xlarge`";
    check_sentence(
        Finding { denied_by_statement: true, ..finding() },
        &format!("{by}; statement `EnforceInstanceType` denies it"),
    );
    let rule = Finding {
        key: Some("record_rule:instance_types".to_owned()),
        wanted: texts(&["ml.t3.*", "system"]),
        statement: None,
        ..finding()
    };
    check_sentence(rule.clone(), &format!("{by}; the record rule allows `ml.t3.*`, `system`"));
    check_sentence(Finding { wanted: Vec::new(), ..rule }, &format!("{by}; nothing allows it"));
}

#[test]
fn a_value_or_its_absence_is_told_with_its_key() {
    let job = "training job `churn-7` by role `DataScientistNLP`";
    let statement = "statement `EnforceInstanceType`";
    check_sentence(
        of(Code::Network, "sagemaker:VpcSubnets"),
        &format!("{job} came without sagemaker:VpcSubnets; {statement} does not cover it"),
    );
    let off = Finding {
        observed: texts(&["false"]),
        wanted: texts(&["true"]),
        ..of(Code::Isolation, "sagemaker:NetworkIsolation")
    };
    check_sentence(
        off,
        &format!("{job} had sagemaker:NetworkIsolation `false`; {statement} allows `true`"),
    );
}

#[test]
fn every_kind_of_value_is_used_or_had() {
    let statement = "statement `EnforceInstanceType` allows `good`";
    for (code, key, deed) in [
        (Code::InstanceType, "sagemaker:AcceleratorTypes", "used"),
        (Code::FileSystem, "sagemaker:FileSystemId", "used"),
        (Code::Image, "sagemaker:ImageArns", "used"),
        (Code::Network, "sagemaker:VpcSubnets", "had sagemaker:VpcSubnets"),
        (Code::EncryptionKey, "sagemaker:OutputKmsKeyArn", "had sagemaker:OutputKmsKeyArn"),
        (Code::RootAccess, "sagemaker:RootAccess", "had sagemaker:RootAccess"),
        (Code::Workteam, "sagemaker:WorkteamType", "had sagemaker:WorkteamType"),
        (Code::Tags, "aws:RequestTag/team", "had aws:RequestTag/team"),
        (Code::SourceNetwork, "aws:SourceIp", "had aws:SourceIp"),
        (Code::OtherCondition, "aws:RequestedRegion", "had aws:RequestedRegion"),
    ] {
        let finding =
            Finding { observed: texts(&["bad"]), wanted: texts(&["good"]), ..of(code, key) };
        let by = "training job `churn-7` by role `DataScientistNLP`";
        check_sentence(finding, &format!("{by} {deed} `bad`; {statement}"));
    }
}

#[test]
fn what_the_record_does_not_tell_is_said_to_be_open() {
    let told =
        "training job `churn-7` by role `DataScientistNLP` called `sagemaker:CreateTrainingJob`";
    for (code, statement, wanted) in [
        (Code::Undetermined, None, "the record does not tell"),
        (
            Code::Undetermined,
            Some("ByTeam"),
            "statement `ByTeam` needs aws:PrincipalTag/team, which the record does not tell",
        ),
        (Code::ParametersOmitted, None, "CloudTrail left out its parameters"),
    ] {
        let key = statement.map_or("", |_| "aws:PrincipalTag/team");
        let statement = statement.map(str::to_owned);
        check_sentence(Finding { statement, ..of(code, key) }, &format!("{told}; {wanted}"));
    }
}

#[test]
fn what_is_asked_for_is_told_by_its_operator() {
    for (operator, wanted, told) in [
        ("ForAllValues:StringNotLike", "ml.p*", "allows all but `ml.p*`"),
        ("Null", "false", "asks for sagemaker:InstanceTypes"),
        ("Null", "true", "asks for no sagemaker:InstanceTypes"),
        ("NumericLessThanEquals", "3600", "asks for NumericLessThanEquals `3600`"),
        ("StringEqualsIfExists", "ml.c5.large", "allows `ml.c5.large`"),
    ] {
        let finding =
            Finding { operator: Some(operator.to_owned()), wanted: texts(&[wanted]), ..finding() };
        let end = sentence(&finding);
        assert!(end.ends_with(&format!("statement `EnforceInstanceType` {told}")), "{end}");
    }
}

#[test]
fn a_missing_grant_names_what_grants_it() {
    let grant = Finding { outcome: Outcome::Denied, ..of(Code::MissingGrant, "") };
    assert!(sentence(&grant).ends_with("(AWS refused); statement `EnforceInstanceType` allows it"));
}

#[test]
fn an_action_that_is_not_granted_is_told_by_its_name() {
    let plain = |code| Finding { statement: None, policy: None, ..of(code, "") };
    check_sentence(
        plain(Code::ActionNotGranted),
        "training job `churn-7` by role `DataScientistNLP` called `sagemaker:CreateTrainingJob`; nothing allows it",
    );
    let denied = Finding {
        statement: Some("DenyAll".to_owned()),
        denied_by_statement: true,
        ..of(Code::ExplicitlyDenied, "")
    };
    check_sentence(
        denied,
        "training job `churn-7` by role `DataScientistNLP` called `sagemaker:CreateTrainingJob`; statement `DenyAll` denies it",
    );
    let outside = Finding {
        observed: texts(&[JOB]),
        wanted: texts(&["arn:aws:sagemaker:*:*:training-job/nlp-*"]),
        ..of(Code::ResourceOutOfScope, "")
    };
    check_sentence(
        outside,
        "training job `churn-7` by role `DataScientistNLP` called `sagemaker:CreateTrainingJob`; statement `EnforceInstanceType` allows `arn:aws:sagemaker:*:*:training-job/nlp-*`",
    );
}

#[test]
fn a_passed_role_is_told_by_its_arn() {
    let role = "arn:aws:iam::111122223333:role/Admin";
    let passed = Finding {
        action: "iam:PassRole".to_owned(),
        resources: texts(&[role]),
        resource_type: Some("role".to_owned()),
        observed: texts(&[role]),
        wanted: texts(&["arn:aws:iam::*:role/Execution"]),
        ..of(Code::PassedRole, "")
    };
    check_sentence(
        passed,
        "role `DataScientistNLP` passed `arn:aws:iam::111122223333:role/Admin`; statement `EnforceInstanceType` allows `arn:aws:iam::*:role/Execution`",
    );
}

#[test]
fn an_unbound_principal_was_not_expected() {
    check_sentence(
        Finding { statement: None, policy: None, ..of(Code::PrincipalNotBound, "") },
        "training job `churn-7` by role `DataScientistNLP` was not expected; no binding names it",
    );
}

#[test]
fn the_principal_is_told_by_kind_and_name() {
    for (principal, wanted) in [
        ("arn:aws:iam::111122223333:role/Scientist", "role `Scientist`"),
        ("arn:aws-cn:iam::111122223333:user/ops/eve", "user `eve`"),
        ("arn:aws:iam::111122223333:root", "the root user"),
        ("sagemaker.amazonaws.com", "`sagemaker.amazonaws.com`"),
        ("", "``"),
    ] {
        let finding = Finding { principal: principal.to_owned(), ..finding() };
        let sentence = sentence(&finding);
        assert!(sentence.contains(&format!(" by {wanted} used ")), "{sentence}");
    }
}

#[test]
fn a_resource_without_a_name_is_told_by_the_action() {
    for (resources, kind) in [
        (&[][..], None),
        (&["*"], None),
        (&["arn:aws:sagemaker:eu-west-1:111122223333:domain/*"], Some("domain")),
        (&["arn:aws:iam::111122223333:role/Admin"], Some("role")),
    ] {
        let finding = Finding {
            resources: texts(resources),
            resource_type: kind.map(str::to_owned),
            ..finding()
        };
        let sentence = sentence(&finding);
        assert!(sentence.starts_with("`sagemaker:CreateTrainingJob` by role"), "{sentence}");
    }
}

#[test]
fn long_lists_are_cut() {
    let finding = Finding { observed: texts(&["a", "b", "c", "d", "e"]), ..finding() };
    assert!(sentence(&finding).contains(" used `a`, `b`, `c`, `d`, …; "));
}

#[test]
fn hostile_names_are_escaped() {
    let hostile = "x\u{1b}[31m\r\n\u{202e}\u{200b}\"";
    let escaped = "x\\u{1b}[31m\\r\\n\\u{202e}\\u{200b}\\\"";
    let finding = Finding {
        principal: format!("arn:aws:iam::111122223333:role/{hostile}"),
        action: format!("sagemaker:{hostile}"),
        resources: vec![format!("arn:aws:sagemaker:eu-west-1:111122223333:training-job/{hostile}")],
        observed: texts(&[hostile]),
        wanted: texts(&[hostile]),
        statement: Some(hostile.to_owned()),
        ..finding()
    };
    check_sentence(
        finding.clone(),
        &format!(
            "training job `{escaped}` by role `{escaped}` used `{escaped}`; statement `{escaped}` allows `{escaped}`"
        ),
    );
    for code in Code::ALL {
        for observed in [texts(&[hostile]), Vec::new()] {
            let sentence = sentence(&Finding { code, observed, ..finding.clone() });
            assert!(
                !sentence.contains(|c: char| c.is_control() || c == '\u{202e}'),
                "{sentence:?}"
            );
        }
    }
}
