use std::collections::BTreeMap;

use cloudtrail::Limits;

use super::*;
use crate::judge::tests::{ALLOW, record, set};
use crate::target::{MANIFEST, load};

const DENY: &str = r#"{"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*"}"#;
const OPEN: &str = r#"{"Sid": "ByTeam", "Effect": "Allow", "Action": "*", "Resource": "*",
    "Condition": {"StringEquals": {"aws:PrincipalTag/team": "nlp"}}}"#;
const NOTHING: &str = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#;

/// A set that binds nobody.
fn nobody() -> TargetSet {
    let manifest = b"schema = 1\nrevision = 1\nname = \"nobody\"\n".to_vec();
    load(&BTreeMap::from([(MANIFEST.to_owned(), manifest)])).unwrap()
}

fn compare(old: &TargetSet, new: &TargetSet, record: &str) -> Compared {
    let mut whatif = WhatIf::new(old, new, Limits::default(), Filter::default());
    match whatif.record(record.as_bytes(), None) {
        Outlook::Compared(compared) => compared,
        other => panic!("{other:?}"),
    }
}

/// Every pair of decisions, of calls that succeeded, were refused and failed.
#[test]
fn what_a_change_does_follows_from_the_answer_and_both_decisions() {
    let sets = [
        ("allowed", set(ALLOW, "")),
        ("implicit", set(NOTHING, "")),
        ("explicit", set(DENY, "")),
        ("open", set(OPEN, "")),
        ("other open", set(&OPEN.replace("nlp", "vision"), "")),
        ("nobody", nobody()),
    ];
    let records = [
        record("DescribeModel", &[]),
        record("DescribeModel", &[("errorCode", r#""AccessDenied""#)]),
        record("DescribeModel", &[("errorCode", r#""ValidationException""#)]),
    ];
    for (old, new, wanted) in [
        ("allowed", "implicit", "breaks other other"),
        ("allowed", "explicit", "breaks other other"),
        ("allowed", "open", "may_break other other"),
        ("allowed", "nobody", "other other other"),
        ("implicit", "allowed", "permits permits permits"),
        ("explicit", "allowed", "permits permits permits"),
        ("implicit", "open", "may_permit may_permit may_permit"),
        ("implicit", "nobody", "other other other"),
        // Which refusal it is is no news.
        ("implicit", "explicit", "- - -"),
        ("explicit", "implicit", "- - -"),
        ("open", "allowed", "other other other"),
        ("open", "implicit", "breaks other other"),
        // Another doubt is news, the same is not.
        ("open", "other open", "may_break other other"),
        ("open", "nobody", "other other other"),
        ("nobody", "allowed", "other other other"),
        ("nobody", "explicit", "breaks other other"),
        ("nobody", "open", "may_break other other"),
    ] {
        let of = |name: &str| &sets.iter().find(|(known, _)| *known == name).unwrap().1;
        let effects = records.iter().map(|record| {
            let compared = compare(of(old), of(new), record);
            let effect = compared.changed.first().map(|c| c.effect(&compared));
            effect.map_or("-", Effect::as_str)
        });
        assert_eq!(effects.collect::<Vec<_>>().join(" "), wanted, "{old} to {new}");
    }
    for (name, same) in &sets {
        for record in &records {
            assert_eq!(compare(same, same, record).changed, [], "{name}");
        }
    }
}

#[test]
fn the_reason_is_that_of_the_new_set() {
    let types = r#"{"Sid": "Types", "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.c5.*"}}}"#;
    let parameters =
        r#"{"trainingJobName": "j", "resourceConfig": {"instanceType": "ml.p4d.24xlarge"}}"#;
    let call = record("CreateTrainingJob", &[("requestParameters", parameters)]);
    let compared = compare(&set(ALLOW, ""), &set(types, ""), &call);
    let changed = &compared.changed[0];
    let text = |text: &str| Some(text.to_owned());
    let why = Why {
        code: Some(Code::InstanceType),
        key: text("sagemaker:InstanceTypes"),
        wanted: vec!["ml.c5.*".to_owned()],
        policy: text("p.json"),
        statement: text("Types"),
    };
    assert_eq!(
        (&changed.why, changed.observed.as_slice()),
        (&why, &["ml.p4d.24xlarge".to_owned()][..])
    );
    assert_eq!(
        compare(&set(types, ""), &set(ALLOW, ""), &call).changed[0].why.statement,
        text("AllowAll")
    );
    let open = &compare(&set(ALLOW, ""), &set(OPEN, ""), &call).changed[0].why;
    assert_eq!(open.key, text("aws:PrincipalTag/team"));
}

/// Sets with other facts make other requests of a record, each its own.
#[test]
fn facts_may_differ() {
    let inside = r#"{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}"#;
    let known = "[facts]\nvpc_endpoints = { \"vpce-1\" = \"vpc-1\" }\n";
    let call = record("DescribeModel", &[("vpcEndpointId", r#""vpce-1""#)]);
    let compared = compare(&set(inside, ""), &set(inside, known), &call);
    let decisions = (compared.changed[0].old, compared.changed[0].new);
    assert_eq!(decisions, (Some(Decision::Undetermined), Some(Decision::Allowed)));
}

fn seen(record: u128, minute: u32, changed: Vec<Changed>) -> Compared {
    Compared {
        record,
        event_id: format!("e-{minute}"),
        event_time: format!("2026-06-01T12:{minute:02}:00Z").parse().unwrap(),
        principal: "p".to_owned(),
        outcome: Outcome::Succeeded,
        old: Stand { judged: true, ..Stand::default() },
        new: Stand { judged: true, ..Stand::default() },
        changed,
    }
}

fn change(action: &str, new: Decision) -> Changed {
    Changed {
        action: action.to_owned(),
        resources: vec![action.to_lowercase()],
        old: Some(Decision::Allowed),
        new: Some(new),
        why: Why::default(),
        observed: vec![action.to_owned()],
    }
}

#[test]
fn changes_fold_and_a_call_counts_once_by_its_worst() {
    use Decision::{ExplicitlyDenied, Undetermined};
    let mut all = vec![
        seen(1, 1, vec![change("A", ExplicitlyDenied), change("B", Undetermined)]),
        // Two requests of one call that change alike.
        seen(2, 2, vec![change("B", Undetermined), change("B", Undetermined)]),
        seen(3, 3, vec![]),
        // Delivered again.
        seen(1, 1, vec![change("A", ExplicitlyDenied), change("B", Undetermined)]),
    ];
    all.extend((10..20).map(|n| seen(u128::from(n), n, vec![change("C", ExplicitlyDenied)])));
    let shown = |report: &Report| {
        let changes = report.changes();
        let told = changes.iter().map(|c| {
            format!("{} {} {} {}", c.effect.as_str(), c.action, c.count, c.event_ids.join(","))
        });
        told.collect::<Vec<_>>()
    };
    let mut report = Report::default();
    all.iter().for_each(|compared| report.add(compared.clone()));
    let wanted =
        ["breaks C 10 e-19,e-18,e-17,e-16,e-15", "breaks A 1 e-1", "may_break B 2 e-2,e-1"];
    assert_eq!(shown(&report), wanted);
    assert_eq!((report.calls(), report.unchanged()), (13, 1));
    assert_eq!(report.with_effect(Effect::Breaks), 11);
    assert_eq!(report.with_effect(Effect::MayBreak), 1, "the other breaks by another request");
    let mut turned = Report::default();
    all.iter().rev().for_each(|compared| turned.add(compared.clone()));
    assert_eq!(report.changes(), turned.changes());
}

/// A call is refused when one of its requests is: what a set refuses already does not break, and what
/// it still refuses is not permitted.
#[test]
fn a_call_is_judged_as_a_whole() {
    let parameters = r#"{"trainingJobName": "j", "roleArn": "arn:aws:iam::111122223333:role/r"}"#;
    let call = record("CreateTrainingJob", &[("requestParameters", parameters)]);
    let no = |action: &str| {
        let deny = format!(r#"{{"Effect": "Deny", "Action": "{action}", "Resource": "*"}}"#);
        set(&format!("{ALLOW}, {deny}"), "")
    };
    let (no_job, no_role, all) = (no("sagemaker:Create*"), no("iam:PassRole"), set(ALLOW, ""));
    let check = |old: &TargetSet, new: &TargetSet, wanted: &[&str]| {
        let compared = compare(old, new, &call);
        let effects = compared.changed.iter();
        let effects = effects.map(|c| format!("{} {}", c.action, c.effect(&compared).as_str()));
        assert_eq!(effects.collect::<Vec<_>>(), wanted);
    };
    check(&no_job, &no_role, &["sagemaker:CreateTrainingJob other", "iam:PassRole other"]);
    check(&all, &no_role, &["iam:PassRole breaks"]);
    check(&no_role, &all, &["iam:PassRole permits"]);
}

/// Rows are judged as the sets would have made their requests, whoever has written them.
#[test]
fn rows_do_not_keep_the_facts_of_their_writer() {
    let to = |service: &str| format!("[facts]\npassed_to_service = {{ aws = \"{service}\" }}\n");
    let parameters =
        r#"{"notebookInstanceName": "n", "roleArn": "arn:aws:iam::111122223333:role/r"}"#;
    let record = record("CreateNotebookInstance", &[("requestParameters", parameters)]);
    let deny = |condition: &str| {
        format!(
            r#"{ALLOW}, {{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {condition}}}"#
        )
    };
    let passed = deny(r#"{"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}"#);
    let rooted = deny(r#"{"StringEquals": {"sagemaker:RootAccess": "Enabled"}}"#);
    let doubt = "[facts]\nservice_defaults = false\n";
    for (writer, new) in [
        (set(ALLOW, &to("other.amazonaws.com")), set(&passed, "")),
        (set(ALLOW, ""), set(&passed, &to("other.amazonaws.com"))),
        (set(ALLOW, ""), set(&rooted, "")),
        (set(ALLOW, ""), set(&rooted, doubt)),
    ] {
        let from_log = compare(&writer, &new, &record);
        let mut rows = crate::explain::Rows::default();
        let mut judge = crate::judge::Judge::new(&writer, Limits::default());
        judge.judge(record.as_bytes(), None, &mut rows);
        let mut whatif = WhatIf::new(&writer, &new, Limits::default(), Filter::default());
        let changed = rows.calls.iter().flat_map(|call| whatif.call(call).unwrap().changed);
        assert_eq!(changed.collect::<Vec<_>>(), from_log.changed);
    }
}

#[test]
fn rows_that_stand_for_many_count_so() {
    let mut report = Report::default();
    let row = |action: &str| seen(0, 1, vec![change(action, Decision::ExplicitlyDenied)]);
    report.add_many([row("A"), row("B")], 30);
    report.add_many([row("A")], 4);
    report.add_many([], 4);
    let counts: Vec<(&str, u64)> = report.changes().iter().map(|c| (c.action, c.count)).collect();
    assert_eq!(counts, [("A", 34), ("B", 30)]);
    assert_eq!((report.calls(), report.with_effect(Effect::Breaks)), (34, 34));
}

/// What a pack hides is unknown, not absent and not the label in its place.
#[test]
fn what_a_row_hides_leaves_open_what_asks_for_it() {
    struct First(Option<Call>);
    impl crate::judge::Sink for First {
        fn call(&mut self, call: Call) {
            self.0.get_or_insert(call);
        }
        fn finding(&mut self, _: crate::finding::Finding) {}
        fn fact(&mut self, _: crate::resource_fact::ResourceFact) {}
    }
    let allow = set(ALLOW, "");
    let mut first = First(None);
    let mut judge = crate::judge::Judge::new(&allow, Limits::default());
    judge.judge(record("DescribeModel", &[]).as_bytes(), None, &mut first);
    let call = first.0.unwrap();
    let if_key = |condition: &str| {
        let statement = format!(
            r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}"#
        );
        set(&statement, "")
    };
    for (condition, of_one, of_many) in [
        (r#"{"StringLike": {"aws:userid": "*:ana"}}"#, "may_break", "may_break"),
        (r#"{"Null": {"aws:SourceIdentity": "true"}}"#, "may_break", "may_break"),
        (r#"{"DateLessThan": {"aws:CurrentTime": "2026-06-02T00:00:00Z"}}"#, "-", "may_break"),
        (r#"{"DateLessThan": {"aws:CurrentTime": "2026-05-02T00:00:00Z"}}"#, "breaks", "may_break"),
        (r#"{"Bool": {"aws:MultiFactorAuthPresent": "false"}}"#, "-", "-"),
    ] {
        let new = if_key(condition);
        let mut whatif = WhatIf::new(&allow, &new, Limits::default(), Filter::default());
        let mut effect = |calls: u64| {
            let compared = whatif.observed(&call, calls).unwrap();
            let effect = compared.changed.first().map(|c| c.effect(&compared));
            effect.map_or("-", Effect::as_str)
        };
        assert_eq!((effect(1), effect(2)), (of_one, of_many), "{condition}");
    }
}
