//! What other records settle, each case a short story: calls with their second, and what the target
//! says in the end of the one that is asked for.

use cloudtrail::Limits;
use iam_policy::Decision;
use proptest::prelude::*;

use super::{Coverage, FactBook, Place, ReadLog, Resolution, Resolver};
use crate::explain::Rows;
use crate::inventory::Inventory;
use crate::judge::Judge;
use crate::judge::tests::{record, set};
use crate::target::TargetSet;

/// The second of a call, its event and its parameters.
type Scene = (u32, &'static str, &'static str);

/// What the team may do with what is tagged as the team's.
const BY_TAG: &str = r#"
    {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*",
     "Condition": {"StringEquals": {"aws:ResourceTag/team": "nlp"}}},
    {"Effect": "Allow", "Action": ["sagemaker:Create*", "sagemaker:AddTags"], "Resource": "*"}"#;

const MODEL: &str = r#"{"modelName": "churn"}"#;
const NLP: &str = r#"{"modelName": "churn", "tags": [{"key": "team", "value": "nlp"}]}"#;
const CV: &str = r#"{"modelName": "churn", "tags": [{"key": "team", "value": "cv"}]}"#;
const TAG_NLP: &str = r#"{"resourceArn": "arn:aws:sagemaker:eu-west-1:111122223333:model/churn",
    "tags": [{"key": "team", "value": "nlp"}]}"#;
const TAG_COST: &str = r#"{"resourceArn": "arn:aws:sagemaker:eu-west-1:111122223333:model/churn",
    "tags": [{"key": "cost", "value": "9"}]}"#;
const UNTAG: &str = r#"{"resourceArn": "arn:aws:sagemaker:eu-west-1:111122223333:model/churn",
    "tagKeys": ["team"]}"#;

fn text(scene: &Scene, changes: &[(&str, &str)]) -> String {
    let (second, event, parameters) = scene;
    let second_of_day = second.saturating_add(12 * 3600);
    let (hour, minute) = (second_of_day / 3600, second / 60 % 60);
    let time = format!("\"2026-06-01T{hour:02}:{minute:02}:{:02}Z\"", second % 60);
    let id = format!("\"{event}-{second}\"");
    let own = [("eventTime", time.as_str()), ("eventID", &id), ("requestParameters", parameters)];
    record(event, &[&own[..], changes].concat())
}

fn rows(set: &TargetSet, records: &[String]) -> Rows {
    let mut rows = Rows::default();
    let mut judge = Judge::new(set, Limits::default());
    for record in records {
        judge.judge(record.as_bytes(), None, &mut rows);
    }
    rows
}

fn resolutions(set: &TargetSet, rows: &Rows) -> Vec<Resolution> {
    let mut book = FactBook::default();
    rows.facts.iter().for_each(|fact| book.add(fact.clone()));
    let mut resolver = Resolver::new(set, &book);
    rows.calls.iter().filter_map(|call| resolver.resolve(call)).collect()
}

/// The verdict on the last call of the story: that of its record, and what became of it.
fn told(set: &TargetSet, records: &[String]) -> String {
    let rows = rows(set, records);
    let last = rows.calls.iter().rev().find(|call| call.request_index == 0).unwrap();
    let resolutions = resolutions(set, &rows);
    let resolution = resolutions.iter().find(|found| found.event_id == last.event_id);
    let before = last.decision.map_or("unjudged", Decision::as_str);
    let after = resolution.map_or("open".to_owned(), |found| {
        let codes: Vec<&str> = found.findings.iter().map(|finding| finding.code.as_str()).collect();
        let codes = if codes.is_empty() { String::new() } else { format!(" {}", codes.join("+")) };
        let decision = found.decision.map_or("unjudged", Decision::as_str);
        format!("{decision}{codes} by {}", found.fact_events.join(", "))
    });
    format!("{before}: {after}")
}

fn check(policy: &str, story: &[Scene], wanted: &str) {
    let records: Vec<String> = story.iter().map(|scene| text(scene, &[])).collect();
    let set = set(policy, "");
    assert_eq!(told(&set, &records), wanted, "{story:?}");
    // The order in which records come plays no part, but for which is asked for.
    let (last, before) = records.split_last().unwrap();
    let mut turned: Vec<String> = before.iter().rev().cloned().collect();
    turned.push(last.clone());
    assert_eq!(told(&set, &turned), wanted, "{story:?}, turned");
}

#[test]
fn tags_of_the_creation_settle_a_later_call() {
    let (allowed, denied) =
        ("Undetermined: Allowed by", "Undetermined: ImplicitlyDenied DRF109 by");
    let story = |create| [(1, "CreateModel", create), (9, "DeleteModel", MODEL)];
    check(BY_TAG, &story(NLP), &format!("{allowed} CreateModel-1"));
    check(BY_TAG, &story(CV), &format!("{denied} CreateModel-1"));
    check(BY_TAG, &story(MODEL), &format!("{denied} CreateModel-1"));
}

#[test]
fn tags_that_change_count_from_the_next_second_on() {
    let delete = (9, "DeleteModel", MODEL);
    let create = (1, "CreateModel", CV);
    let denied = "Undetermined: ImplicitlyDenied DRF109 by";
    for (between, wanted) in [
        ((5, "AddTags", TAG_NLP), "Undetermined: Allowed by AddTags-5, CreateModel-1".to_owned()),
        ((5, "AddTags", TAG_COST), format!("{denied} AddTags-5, CreateModel-1")),
        ((5, "DeleteTags", UNTAG), format!("{denied} CreateModel-1, DeleteTags-5")),
        ((12, "AddTags", TAG_NLP), format!("{denied} CreateModel-1")),
        // In the very second of the call, or of the creation, the order is not told.
        ((9, "AddTags", TAG_NLP), "Undetermined: open".to_owned()),
        ((1, "AddTags", TAG_NLP), "Undetermined: open".to_owned()),
    ] {
        check(BY_TAG, &[create, between, delete], &wanted);
    }
}

#[test]
fn what_was_not_seen_from_its_creation_on_settles_nothing() {
    let delete = (9, "DeleteModel", MODEL);
    check(BY_TAG, &[delete], "Undetermined: open");
    check(BY_TAG, &[(5, "AddTags", TAG_NLP), delete], "Undetermined: open");
    let gone = [(1, "CreateModel", NLP), (5, "DeleteModel", MODEL), delete];
    check(BY_TAG, &gone, "Undetermined: open");
    let again = [gone[0], gone[1], (6, "CreateModel", CV), delete];
    check(BY_TAG, &again, "Undetermined: ImplicitlyDenied DRF109 by CreateModel-6");
    let other = r#"{"modelName": "other", "tags": [{"key": "team", "value": "nlp"}]}"#;
    check(BY_TAG, &[(1, "CreateModel", other), delete], "Undetermined: open");
}

#[test]
fn facts_of_failed_calls_are_none() {
    let set = set(BY_TAG, "");
    let delete = text(&(9, "DeleteModel", MODEL), &[]);
    for (name, error, wanted) in [
        ("no error", "", "Undetermined: Allowed by CreateModel-1"),
        ("refused", r#""AccessDenied""#, "Undetermined: open"),
        ("failed", r#""ResourceLimitExceeded""#, "Undetermined: open"),
    ] {
        let create = text(&(1, "CreateModel", NLP), &[("errorCode", error)]);
        assert_eq!(told(&set, &[create, delete.clone()]), wanted, "{name}");
    }
}

/// Whoever creates on somebody's behalf may add tags: what is there counts, what is not is open.
#[test]
fn tags_that_others_may_add_are_open() {
    let set = set(BY_TAG, "");
    let delete = text(&(9, "DeleteModel", MODEL), &[]);
    let identity = |name: &str, more: &str| {
        format!(
            r#"{{"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Scientist/{name}",
                {more} "sessionContext": {{"sessionIssuer":
                {{"type": "Role", "arn": "arn:aws:iam::111122223333:role/ml/Scientist"}}}}}}"#
        )
    };
    let studio = identity("SageMaker", "");
    let stack = identity("ana", r#""invokedBy": "cloudformation.amazonaws.com","#);
    for who in [&studio, &stack] {
        for (parameters, wanted) in
            [(NLP, "Undetermined: Allowed by CreateModel-1"), (MODEL, "Undetermined: open")]
        {
            let create = text(&(1, "CreateModel", parameters), &[("userIdentity", who)]);
            assert_eq!(told(&set, &[create, delete.clone()]), wanted, "{who} {parameters}");
        }
    }
}

#[test]
fn hidden_tags_are_open() {
    let set = set(BY_TAG, "");
    let delete = text(&(9, "DeleteModel", MODEL), &[]);
    for create in [
        r#"{"modelName": "churn", "tags": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#,
        r#"{"modelName": "churn", "tags": [{"key": "team", "value": "HIDDEN_DUE_TO_SECURITY_REASONS"}]}"#,
    ] {
        let create = text(&(1, "CreateModel", create), &[]);
        assert_eq!(told(&set, &[create, delete.clone()]), "Undetermined: open");
    }
    let hidden = r#"{"resourceArn": "arn:aws:sagemaker:eu-west-1:111122223333:model/churn",
        "tags": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
    check(
        BY_TAG,
        &[(1, "CreateModel", NLP), (5, "AddTags", hidden), (9, "DeleteModel", MODEL)],
        "Undetermined: open",
    );
}

#[test]
fn the_tagging_api_changes_tags_too() {
    let set = set(BY_TAG, "");
    let create = text(&(1, "CreateModel", CV), &[]);
    let delete = text(&(9, "DeleteModel", MODEL), &[]);
    let arn = "arn:aws:sagemaker:eu-west-1:111122223333:model/churn";
    let parameters = format!(r#"{{"resourceARNList": ["{arn}"], "tags": {{"team": "nlp"}}}}"#);
    let untag = format!(r#"{{"resourceARNList": ["{arn}"], "tagKeys": ["team"]}}"#);
    let source = ("eventSource", "\"tagging.amazonaws.com\"");
    for (event, parameters, response, wanted) in [
        (
            "TagResources",
            &parameters,
            r#"{"failedResourcesMap": {}}"#,
            "Allowed by CreateModel-1, TagResources-5",
        ),
        ("TagResources", &parameters, r#"{"failedResourcesMap": {"a": {}}}"#, "open"),
        ("TagResources", &parameters, "null", "open"),
        (
            "UntagResources",
            &untag,
            r#"{"failedResourcesMap": {}}"#,
            "ImplicitlyDenied DRF109 by CreateModel-1, UntagResources-5",
        ),
        (
            "GetResources",
            &untag,
            r#"{"failedResourcesMap": {}}"#,
            "ImplicitlyDenied DRF109 by CreateModel-1",
        ),
    ] {
        let time = ("eventTime", "\"2026-06-01T12:00:05Z\"");
        let id = format!("\"{event}-5\"");
        let changes = [
            source,
            time,
            ("eventID", id.as_str()),
            ("requestParameters", parameters.as_str()),
            ("responseElements", response),
        ];
        let between = record(event, &changes);
        let records = [create.clone(), between, delete.clone()];
        assert_eq!(told(&set, &records), format!("Undetermined: {wanted}"), "{event} {response}");
    }
}

/// A name is created in one spelling, and may be used in another; two that differ in letter case
/// alone are told apart by nobody.
#[test]
fn spellings_of_a_name_are_one_resource() {
    let create = r#"{"modelName": "Churn", "tags": [{"key": "team", "value": "nlp"}]}"#;
    let delete = (9, "DeleteModel", r#"{"modelName": "Churn"}"#);
    let story = [(1, "CreateModel", create), delete];
    check(BY_TAG, &story, "Undetermined: Allowed by CreateModel-1");
    check(BY_TAG, &[story[0], (3, "CreateModel", NLP), delete], "Undetermined: open");
    check(BY_TAG, &[(1, "CreateModel", NLP), delete], "Undetermined: open");
}

#[test]
fn tag_keys_that_differ_in_case_are_one_condition_key() {
    let both = r#"{"modelName": "churn", "tags":
        [{"key": "team", "value": "nlp"}, {"key": "Team", "value": "cv"}]}"#;
    let delete = (9, "DeleteModel", MODEL);
    check(BY_TAG, &[(1, "CreateModel", both), delete], "Undetermined: open");
    let same = r#"{"modelName": "churn", "tags":
        [{"key": "team", "value": "nlp"}, {"key": "Team", "value": "nlp"}]}"#;
    check(BY_TAG, &[(1, "CreateModel", same), delete], "Undetermined: Allowed by CreateModel-1");
}

const SPACES: &str = r#"
    {"Effect": "Allow", "Action": "sagemaker:CreateSpace", "Resource": "*"},
    {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*",
     "Condition": {"StringEquals": {"sagemaker:SpaceSharingType": "Private"}}}"#;

#[test]
fn a_space_is_as_it_was_created() {
    let space = |sharing: &str| -> &'static str {
        let text = format!(
            r#"{{"domainId": "d-1", "spaceName": "lab", "spaceSharingSettings": {{"sharingType": "{sharing}"}},
                "ownershipSettings": {{"ownerUserProfileName": "ana"}}}}"#
        );
        Box::leak(text.into_boxed_str())
    };
    let of_space = r#"{"domainId": "d-1", "spaceName": "lab"}"#;
    let app =
        r#"{"domainId": "d-1", "spaceName": "lab", "appType": "JupyterLab", "appName": "default"}"#;
    for (event, parameters) in [
        ("CreateApp", app),
        ("DeleteApp", app),
        ("UpdateSpace", of_space),
        ("DeleteSpace", of_space),
    ] {
        let story = |sharing| [(1, "CreateSpace", space(sharing)), (9, event, parameters)];
        check(SPACES, &story("Private"), "Undetermined: Allowed by CreateSpace-1");
        let shared = "Undetermined: ImplicitlyDenied DRF119 by CreateSpace-1";
        check(SPACES, &story("Shared"), shared);
        check(SPACES, &[(9, event, parameters)], "Undetermined: open");
    }
    // A tag is the caller's to choose: it makes no app one of a space.
    let spoofed = r#"{"domainId": "d-1", "userProfileName": "bob", "appType": "JupyterLab",
        "appName": "default", "tags": [{"key": "sagemaker:space-arn",
        "value": "arn:aws:sagemaker:eu-west-1:111122223333:space/d-1/lab"}]}"#;
    let story = [(1, "CreateSpace", space("Private")), (9, "CreateApp", spoofed)];
    check(SPACES, &story, "Undetermined: open");
}

#[test]
fn the_owner_of_a_space_is_who_it_was_created_for() {
    let policy = r#"
        {"Effect": "Allow", "Action": "sagemaker:CreateSpace", "Resource": "*"},
        {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*", "Condition": {"ArnLike": {
         "sagemaker:OwnerUserProfileArn": "arn:aws:sagemaker:*:*:user-profile/d-1/ana"}}}"#;
    let create = r#"{"domainId": "d-1", "spaceName": "lab",
        "ownershipSettings": {"ownerUserProfileName": "ana"}}"#;
    let delete = (9, "DeleteSpace", r#"{"domainId": "d-1", "spaceName": "lab"}"#);
    let story = [(1, "CreateSpace", create), delete];
    check(policy, &story, "Undetermined: Allowed by CreateSpace-1");
    // With capitals the key may be spelt either way.
    let upper = create.replace("ana", "Ana").leak();
    check(policy, &[(1, "CreateSpace", upper), delete], "Undetermined: open");
}

#[test]
fn an_endpoint_starts_what_its_configuration_asks_for() {
    let rule = "[[record_rule]]\nprincipals = [\"*\"]\ninstance_types = [\"ml.m5.*\"]\n";
    let set = set(crate::judge::tests::ALLOW, rule);
    let config = |kind: &str| {
        format!(
            r#"{{"endpointConfigName": "c", "productionVariants":
                [{{"variantName": "a", "modelName": "churn", "instanceType": "{kind}"}}]}}"#
        )
    };
    let told = |kind: &str, event: &'static str| {
        let parameters = config(kind);
        let create: Scene = (1, "CreateEndpointConfig", parameters.leak());
        let start: Scene = (9, event, r#"{"endpointName": "e", "endpointConfigName": "c"}"#);
        let rows = rows(&set, &[text(&create, &[]), text(&start, &[])]);
        let resolutions = resolutions(&set, &rows);
        let shown = resolutions.iter().map(|found| {
            let codes: Vec<String> = found
                .findings
                .iter()
                .map(|f| format!("{} {}", f.code, f.observed.join(", ")))
                .collect();
            let decision = found.decision.map_or("unjudged", Decision::as_str);
            format!("{} {decision} {}", found.event_id, codes.join("+"))
        });
        shown.collect::<Vec<_>>()
    };
    for event in ["CreateEndpoint", "UpdateEndpoint"] {
        let none: [&str; 0] = [];
        assert_eq!(told("ml.m5.large", event), none);
        let wanted = format!("{event}-9 Allowed DRF101 ml.p4d.24xlarge");
        assert_eq!(told("ml.p4d.24xlarge", event), [wanted]);
    }
}

/// Second 30 of the story.
fn inventory(tags: &str) -> Inventory {
    let text = format!(
        r#"{{"as_of": "2026-06-01T12:00:30Z", "ResourceTagMappingList": [{{
            "ResourceARN": "arn:aws:sagemaker:eu-west-1:111122223333:model/churn",
            "Tags": {tags}, "ComplianceDetails": null}}],
            "Spaces": [{{"SpaceArn": "arn:aws:sagemaker:eu-west-1:111122223333:space/d-1/lab",
            "SpaceSharingSettings": {{"SharingType": "Private"}},
            "OwnershipSettings": {{"OwnerUserProfileName": "ana"}}}}]}}"#
    );
    Inventory::parse(&text).unwrap()
}

const TEAM_NLP: &str = r#"[{"Key": "team", "Value": "nlp"}]"#;

/// As [`check`], with an inventory that the logs reach until this second.
fn check_listed(policy: &str, tags: &str, reach: i64, story: &[Scene], wanted: &str) {
    let set = set(policy, "");
    let records: Vec<String> = story.iter().map(|scene| text(scene, &[])).collect();
    let rows = rows(&set, &records);
    let mut book = FactBook::default();
    rows.facts.iter().for_each(|fact| book.add(fact.clone()));
    book.set_inventory(inventory(tags));
    let day = rows.calls[0].event_time.date_naive();
    let start = day.and_hms_opt(12, 0, 0).unwrap().and_utc();
    let newest = start.checked_add_signed(chrono::TimeDelta::seconds(reach));
    let mut coverage = Coverage::default();
    coverage.add(&ReadLog { place: Place::default(), days: (day, day), newest, whole: true });
    book.set_coverage(coverage);
    let last = rows.calls.iter().rev().find(|call| call.request_index == 0).unwrap();
    let found = Resolver::new(&set, &book).resolve(last);
    let told = found.map_or("open".to_owned(), |found| {
        let decision = found.decision.map_or("unjudged", Decision::as_str);
        format!("{decision} by {}", found.fact_events.join(", "))
    });
    assert_eq!(told, wanted, "{story:?}, logs until {reach}");
}

/// An inventory stands in for a creation that was not seen, from then on and back to the last
/// change before.
#[test]
fn an_inventory_supplies_what_was_created_before_the_logs() {
    let describe = |second| (second, "DescribeModel", MODEL);
    fn check(tags: &str, reach: i64, story: &[Scene], wanted: &str) {
        check_listed(BY_TAG, tags, reach, story, wanted);
    }
    let allowed = "Allowed by inventory";
    check(TEAM_NLP, 5000, &[describe(40)], allowed);
    check("[]", 5000, &[describe(40)], "ImplicitlyDenied by inventory");
    check(TEAM_NLP, 5000, &[describe(20)], allowed);
    // Logs that end before the list was done say nothing of what happened until then.
    check(TEAM_NLP, 4500, &[describe(20)], "open");
    check(TEAM_NLP, 4500, &[describe(40)], "open");
    let day = 3_600 + 40;
    let tag = (day, "AddTags", TAG_COST);
    check(
        TEAM_NLP,
        5000,
        &[tag, describe(day + 9)],
        &format!("Allowed by AddTags-{day}, inventory"),
    );
    let untag = (day, "DeleteTags", UNTAG);
    let gone = format!("ImplicitlyDenied by DeleteTags-{day}, inventory");
    check(TEAM_NLP, 5000, &[untag, describe(day + 9)], &gone);
    // What changed before was so from then on.
    check(TEAM_NLP, 5000, &[(10, "AddTags", TAG_NLP), describe(20)], allowed);
    check(TEAM_NLP, 5000, &[(25, "AddTags", TAG_NLP), describe(20)], "open");
    check(TEAM_NLP, 5000, &[(10, "DeleteModel", MODEL), describe(20)], "open");
    // While it is being listed, nobody knows whether a change is in the list.
    check(TEAM_NLP, 5000, &[(31, "AddTags", TAG_COST), describe(40)], "open");
    // A creation that was seen counts until the listing.
    let cv = (1, "CreateModel", CV);
    check(TEAM_NLP, 5000, &[cv, describe(20)], "ImplicitlyDenied by CreateModel-1");
    check(TEAM_NLP, 5000, &[cv, describe(40)], allowed);
    let delete = (day, "DeleteSpace", r#"{"domainId": "d-1", "spaceName": "lab"}"#);
    check_listed(SPACES, "[]", 5000, &[delete], allowed);
}

/// A day without any log may hide a change of what is known from before.
#[test]
fn a_missing_day_of_logs_settles_nothing() {
    let set = set(BY_TAG, "");
    let of_day = |day: u32, event: &str, parameters: &str| {
        let (time, id) = (format!("\"2026-06-{day:02}T12:00:00Z\""), format!("\"{event}\""));
        let changes = [("eventTime", time.as_str()), ("eventID", &id)];
        record(event, &[&changes[..], &[("requestParameters", parameters)]].concat())
    };
    let records = [of_day(1, "CreateModel", NLP), of_day(4, "DescribeModel", MODEL)];
    let rows = rows(&set, &records);
    let mut book = FactBook::default();
    rows.facts.iter().for_each(|fact| book.add(fact.clone()));
    let here =
        || Place { account: Some("111122223333".to_owned()), region: Some("eu-west-1".to_owned()) };
    let elsewhere = Place { region: Some("us-east-1".to_owned()), ..here() };
    let log = |place: &Place, first: u32, last: u32, whole: bool| {
        let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 6, day).unwrap();
        ReadLog { place: place.clone(), days: (day(first), day(last)), newest: None, whole }
    };
    let (here, all) = (here(), Place::default());
    for (logs, settled) in [
        (vec![log(&here, 1, 4, true)], true),
        (vec![log(&all, 1, 4, true)], true),
        (vec![log(&all, 1, 2, true), log(&here, 3, 3, true), log(&here, 4, 4, true)], true),
        (vec![log(&here, 1, 2, true), log(&here, 4, 4, true)], false),
        (vec![log(&here, 2, 4, true)], false),
        (vec![log(&elsewhere, 1, 4, true)], false),
        (vec![log(&here, 1, 4, true), log(&elsewhere, 2, 2, false)], true),
        (vec![log(&here, 1, 4, true), log(&here, 2, 2, false)], false),
        (vec![log(&here, 1, 4, true), log(&all, 2, 2, false)], false),
        (Vec::new(), false),
    ] {
        let mut coverage = Coverage::default();
        logs.iter().for_each(|log| coverage.add(log));
        book.set_coverage(coverage);
        let found = Resolver::new(&set, &book).resolve(rows.calls.last().unwrap());
        assert_eq!(found.is_some(), settled, "{logs:?}");
    }
}

#[test]
fn other_files_are_no_inventory() {
    let backwards = r#"{"as_of": "2026-06-01T12:00:30Z", "until": "2026-06-01T12:00:00Z"}"#;
    for (text, wanted) in [
        (backwards, "before `as_of`"),
        ("[]", "unexpected shape"),
        ("{}", "missing field `as_of`"),
        (r#"{"as_of": "yesterday"}"#, "unlike `yesterday`"),
        (r#"{"as_of": "2026-06-01T12:00:30Z", "Spaces": [{}]}"#, "missing field `SpaceArn`"),
    ] {
        let error = Inventory::parse(text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
    assert!(Inventory::parse(r#"{"as_of": "2026-06-01T12:00:30+02:00"}"#).is_ok());
}

/// Whom no binding names is held to the rules on the record all the same.
#[test]
fn an_endpoint_of_an_unbound_principal_is_held_to_record_rules() {
    let rule = "[[record_rule]]\nprincipals = [\"*\"]\ninstance_types = [\"ml.m5.*\"]\n";
    let set = set(crate::judge::tests::ALLOW, rule);
    let stranger = r#"{"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/eve"}"#;
    let by = [("userIdentity", stranger)];
    let config = r#"{"endpointConfigName": "c", "productionVariants":
        [{"variantName": "a", "modelName": "churn", "instanceType": "ml.p4d.24xlarge"}]}"#;
    let create = text(&(1, "CreateEndpointConfig", config), &by);
    let start = r#"{"endpointName": "e", "endpointConfigName": "c"}"#;
    let found = resolutions(&set, &rows(&set, &[create, text(&(9, "CreateEndpoint", start), &by)]));
    let codes = found.iter().flat_map(|found| &found.findings).map(|finding| finding.code.as_str());
    assert_eq!(codes.collect::<Vec<_>>(), ["DRF101"]);
    assert!(found.iter().all(|found| found.decision.is_none() && !found.settles));
}

/// AWS answers a repeated request like the first one, and does nothing.
#[test]
fn what_exists_is_not_created_again() {
    let create = (1, "CreateModel", NLP);
    let delete = (9, "DeleteModel", MODEL);
    let twice = [create, (3, "AddTags", TAG_COST), (5, "CreateModel", NLP), delete];
    check(BY_TAG, &twice, "Undetermined: open");
    let thrice = [create, twice[1], twice[2], (6, "CreateModel", NLP), delete];
    check(BY_TAG, &thrice, "Undetermined: open");
}

/// A change that the record hides may be one of any resource of the account and region.
#[test]
fn a_hidden_change_opens_everything_there() {
    let set = set(BY_TAG, "");
    let create = text(&(1, "CreateModel", NLP), &[]);
    let delete = text(&(9, "DeleteModel", MODEL), &[]);
    let omitted = r#"{"omitted": true, "reason": "requestParameters too large"}"#;
    let hidden = r#"{"resourceArn": "HIDDEN_DUE_TO_SECURITY_REASONS", "tagKeys": ["team"]}"#;
    let elsewhere = [("awsRegion", r#""us-east-1""#)];
    let tagging = [("eventSource", r#""tagging.amazonaws.com""#)];
    let here: [(&str, &str); 0] = [];
    let (open, settled) = ("Undetermined: open", "Undetermined: Allowed by CreateModel-1");
    for (event, parameters, changes, wanted) in [
        ("AddTags", omitted, &here[..], open),
        ("AddTags", "null", &here, open),
        ("DeleteTags", hidden, &here, open),
        ("DeleteModel", omitted, &here, open),
        ("CreateModel", omitted, &here, open),
        ("TagResources", omitted, &tagging, open),
        ("AddTags", omitted, &elsewhere, settled),
        ("DescribeModel", omitted, &here, settled),
        ("CreateDomain", r#"{"domainName": "d"}"#, &here, settled),
    ] {
        let between = text(&(5, event, parameters), &[]);
        let between = changes.iter().fold(between, |record, (member, value)| {
            let replaced = if *member == "awsRegion" {
                "\"eu-west-1\""
            } else {
                "\"sagemaker.amazonaws.com\""
            };
            record.replacen(
                &format!("\"{member}\": {replaced}"),
                &format!("\"{member}\": {value}"),
                1,
            )
        });
        let records = [create.clone(), between, delete.clone()];
        assert_eq!(told(&set, &records), wanted, "{event} {parameters} {changes:?}");
    }
}

/// A creation is judged by the tags of its own request, whatever a namesake had.
#[test]
fn what_is_created_has_not_the_tags_of_a_namesake() {
    let policy = r#"{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "nlp"}}}"#;
    let set = set(policy, "");
    let hidden = r#"{"modelName": "churn", "tags": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
    let refused = [("errorCode", r#""AccessDenied""#)];
    let records =
        [text(&(1, "CreateModel", NLP), &[]), text(&(9, "CreateModel", hidden), &refused)];
    assert_eq!(told(&set, &records), "Undetermined: open");
}

/// An action that the catalog lacks may change tags where it deals with some.
#[test]
fn unknown_actions_may_change_tags() {
    let delete = (9, "DeleteModel", MODEL);
    let settled = "Undetermined: Allowed by CreateModel-1";
    for (event, parameters, wanted) in [
        ("RetagModel", MODEL, "Undetermined: open"),
        ("RenewModel", NLP, "Undetermined: open"),
        ("RenewModel", "null", "Undetermined: open"),
        ("RenewModel", MODEL, settled),
    ] {
        check(BY_TAG, &[(1, "CreateModel", NLP), (5, event, parameters), delete], wanted);
    }
}

#[test]
fn an_event_with_two_bodies_says_nothing() {
    let set = set(BY_TAG, "");
    let same_id = |second, event, parameters| {
        text(&(second, event, parameters), &[]).replace(&format!("{event}-{second}"), "same")
    };
    let create = same_id(1, "CreateModel", NLP);
    let delete = text(&(9, "DeleteModel", MODEL), &[]);
    assert_eq!(told(&set, &[create.clone(), delete.clone()]), "Undetermined: Allowed by same");
    let other = r#"{"modelName": "other"}"#;
    let forged = same_id(3, "CreateModel", other);
    assert_eq!(told(&set, &[create, forged, delete]), "Undetermined: open");
}

/// Versions of a model package have the tags of their group, and calls other than those for tags
/// may change some.
#[test]
fn tags_that_come_another_way_are_open() {
    let package = r#"{"modelPackageGroupName": "g"}"#;
    let arn = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/g/1";
    let set = set(BY_TAG, "");
    let response = format!(r#"{{"modelPackageArn": "{arn}"}}"#);
    let create = text(&(1, "CreateModelPackage", package), &[("responseElements", &response)]);
    let parameters = format!(r#"{{"modelPackageName": "{arn}"}}"#).leak();
    let delete = text(&(9, "DeleteModelPackage", parameters), &[]);
    assert_eq!(told(&set, &[create, delete]), "Undetermined: open");
    let retagged = r#"{"modelName": "churn", "endpointConfigName": "c",
        "tags": [{"key": "team", "value": "cv"}]}"#;
    let story =
        [(1, "CreateModel", NLP), (5, "UpdateModelCard", retagged), (9, "DeleteModel", MODEL)];
    // Which resource it is about is not told: `modelCardName` is missing.
    check(BY_TAG, &story, "Undetermined: open");
}

/// The scenes that the property test picks from.
const SCENES: [(&str, &str); 8] = [
    ("CreateModel", NLP),
    ("CreateModel", CV),
    ("CreateModel", MODEL),
    ("AddTags", TAG_NLP),
    ("AddTags", TAG_COST),
    ("DeleteTags", UNTAG),
    ("DeleteModel", MODEL),
    ("DescribeModel", MODEL),
];

/// What the tag of the team is before a second, told in the plainest way: one scene after the
/// other. `None` where this is not known.
fn team_before(scenes: &[(u32, usize)], second: u32) -> Option<Option<&'static str>> {
    let mut known: Option<Option<&'static str>> = None;
    let mut exists = false;
    for (_, scene) in scenes.iter().filter(|(at, _)| *at < second) {
        known = match scene {
            // What exists is not created.
            0..=2 if exists => None,
            0 => Some(Some("nlp")),
            1 => Some(Some("cv")),
            2 => Some(None),
            3 => known.map(|_| Some("nlp")),
            5 => known.map(|_| None),
            6 => None,
            _ => known,
        };
        exists = match scene {
            6 => false,
            7 => exists,
            _ => true,
        };
    }
    known
}

proptest! {
    /// Against a plain account of the same story, and in any order of the records.
    #[test]
    fn the_book_tells_what_happened(
        picks in prop::collection::vec(0..SCENES.len(), 1..9),
        order in prop::collection::vec(any::<u32>(), 9),
    ) {
        let scenes: Vec<(u32, usize)> = (1..).zip(picks).collect();
        let mut records: Vec<(u32, String)> = Vec::new();
        for ((second, pick), key) in scenes.iter().zip(&order) {
            let (event, parameters) = SCENES[*pick];
            records.push((*key, text(&(*second, event, parameters), &[])));
        }
        let asked: Scene = (59, "DescribeModel", MODEL);
        records.push((order[0] / 2, text(&asked, &[])));
        records.sort();
        let records: Vec<String> = records.into_iter().map(|(_, record)| record).collect();
        let set = set(BY_TAG, "");
        let found = resolutions(&set, &rows(&set, &records));
        let found = found.iter().find(|found| found.event_id == "DescribeModel-59");
        let wanted = team_before(&scenes, 59).map(|team| match team {
            Some("nlp") => Decision::Allowed,
            _ => Decision::ImplicitlyDenied,
        });
        prop_assert_eq!(found.and_then(|found| found.decision), wanted);
    }
}
