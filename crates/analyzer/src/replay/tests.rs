//! The rules of the replay, each on the smallest record that shows it.

use std::collections::BTreeMap;

use cloudtrail::{Limits, parse_record};
use iam_policy::{ContextValue, KeyValue, ResourceValue};
use sagemaker_catalog::catalog;

use super::{Replay, Request};
use crate::actor::Actor;
use crate::target::Facts;

/// How the ARNs of the records' own account and region begin; answers write `~` instead.
const HERE: &str = "arn:aws:sagemaker:eu-west-1:111122223333:";

const BASE: [(&str, &str); 6] = [
    ("eventVersion", r#""1.11""#),
    ("eventTime", r#""2026-06-01T12:00:00Z""#),
    ("eventSource", r#""sagemaker.amazonaws.com""#),
    ("awsRegion", r#""eu-west-1""#),
    ("recipientAccountId", r#""111122223333""#),
    ("userIdentity", ASSUMED_ROLE),
];

const ASSUMED_ROLE: &str = r#"{
    "type": "AssumedRole", "principalId": "AROAEXAMPLE:ana",
    "arn": "arn:aws:sts::111122223333:assumed-role/Scientist/ana",
    "sessionContext": {
        "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/ml/Scientist"},
        "attributes": {"creationDate": "2026-06-01T11:00:00Z", "mfaAuthenticated": "false"}}}"#;

const USER: &str = r#"{
    "type": "IAMUser", "principalId": "AIDAEXAMPLE", "userName": "eve",
    "arn": "arn:aws:iam::111122223333:user/ops/eve", "sessionContext": {"sessionIssuer": {}}}"#;

/// A record of the event, with members of the smallest one changed or (with an empty value) left
/// out.
pub(super) fn record(event: &str, changes: &[(&str, &str)]) -> String {
    let unchanged = |(key, _): &&(&str, &str)| changes.iter().all(|(changed, _)| changed != key);
    let members = BASE.iter().filter(unchanged).chain(changes).filter(|(_, json)| !json.is_empty());
    let members: Vec<String> = members.map(|(key, json)| format!("\"{key}\": {json}")).collect();
    format!("{{\"eventName\": \"{event}\", {}}}", members.join(", "))
}

/// A call that succeeded with these parameters.
pub(super) fn call(event: &str, parameters: &str) -> String {
    record(event, &[("requestParameters", parameters)])
}

/// A call that was refused with this message behind `User: …`, without parameters.
fn refused(event: &str, message: &str) -> String {
    let message = format!(
        "\"User: arn:aws:sts::111122223333:assumed-role/Scientist/ana is not authorized to perform: {message}\""
    );
    record(event, &[("errorCode", "\"AccessDenied\""), ("errorMessage", &message)])
}

fn facts() -> Facts {
    let endpoint = ("vpce-0a1b".to_owned(), "vpc-111b".to_owned());
    Facts {
        management_account: Some("999988887777".to_owned()),
        org_id: Some("o-example".to_owned()),
        vpc_endpoints: BTreeMap::from([endpoint]),
        ..Facts::default()
    }
}

/// Replays a record and asks questions about it. `requests` asks for all of them, `N …` about the
/// one of that number, else it is about the first; a question that is no word of
/// [`about_request`] is a condition key.
fn check(record: &str, questions: &[(&str, &str)]) {
    check_with(&facts(), record, questions);
}

fn check_with(facts: &Facts, record: &str, questions: &[(&str, &str)]) {
    let (replay, actor) = replayed_with(facts, record);
    for (question, wanted) in questions {
        let answer = answer(&replay, &actor, question).replace(HERE, "~");
        assert_eq!(&answer, wanted, "`{question}` of {record}");
    }
}

fn replayed_with(facts: &Facts, record: &str) -> (Replay, Actor) {
    let parsed = parse_record(record.as_bytes(), &Limits::default()).unwrap();
    let actor = Actor::of(&parsed);
    let parameters = parsed.request_parameters.and_then(|text| iam_policy::json::parse(text).ok());
    let mut replay = Replay::default();
    // Once more, on memory that has been used.
    for _ in 0..2 {
        replay.replay(&parsed, parameters.as_ref(), &actor, facts, catalog());
    }
    crate::stored::tests::check(&parsed, &actor, &replay, facts);
    (replay, actor)
}

pub(super) fn replayed(record: &str) -> Replay {
    replayed_with(&facts(), record).0
}

fn answer(replay: &Replay, actor: &Actor, question: &str) -> String {
    match question {
        "requests" => replay.requests.iter().map(line).collect::<Vec<_>>().join(" + "),
        "instance types" => replay.instance_types.join(", "),
        "omitted" => replay.omitted.to_string(),
        "profile" => replay.studio.user_profile_arn.clone().unwrap_or_default(),
        "space" => replay.studio.space_arn.clone().unwrap_or_default(),
        "domain" => replay.studio.domain_id.clone().unwrap_or_default(),
        "principal" => actor.arn.clone(),
        "standing" => format!("{:?}", actor.standing),
        "session" => actor.session_name.clone().unwrap_or_default(),
        "account" => actor.account.clone(),
        _ => {
            let numbered = question
                .split_once(' ')
                .and_then(|(number, about)| Some((number.parse::<usize>().ok()?, about)));
            let (number, about) = numbered.unwrap_or((0, question));
            about_request(&replay.requests[number], about)
        }
    }
}

fn line(request: &Request) -> String {
    let (kind, action) = (request.kind.as_str(), &request.context.action);
    format!("{kind} {action} {}", resource(&request.context.resource))
}

fn about_request(request: &Request, about: &str) -> String {
    match about {
        "action" => request.context.action.clone(),
        "resource" => resource(&request.context.resource),
        "type" => request.resource_type.clone().unwrap_or_default(),
        "derived" => request.derived_keys.join(", "),
        "management" => request.context.management_account.clone().unwrap_or_default(),
        key => context_value(request.context.value(key)),
    }
}

fn resource(value: &ResourceValue) -> String {
    match value {
        ResourceValue::Known(text) => text.clone(),
        ResourceValue::Like(text) => format!("like {text}"),
        ResourceValue::OneOf(texts) => texts.join(" | "),
        ResourceValue::Unknown => "unknown".to_owned(),
    }
}

fn context_value(value: &ContextValue) -> String {
    match value {
        ContextValue::Known(value) => key_value(value),
        ContextValue::Absent => "absent".to_owned(),
        ContextValue::Present => "present".to_owned(),
        ContextValue::Unknown => "unknown".to_owned(),
        ContextValue::OneOf(values) => {
            let shown =
                values.iter().map(|value| value.as_ref().map_or("absent".into(), key_value));
            shown.collect::<Vec<_>>().join(" | ")
        }
    }
}

/// A list in brackets, so that a key with one value and a list of one differ.
fn key_value(value: &KeyValue) -> String {
    match value {
        KeyValue::One(text) => text.clone(),
        KeyValue::Many(texts) => format!("[{}]", texts.join(", ")),
    }
}

// What the parameters say of the service's keys.

#[test]
fn instance_types_are_those_of_every_place() {
    for (event, parameters, wanted) in [
        ("CreateTrainingJob", r#"{"resourceConfig": {"instanceType": "a"}}"#, "[a]"),
        (
            "CreateTrainingJob",
            r#"{"resourceConfig": {"instanceGroups": [{"instanceType": "a"}, {"instanceType": "b"}],
                                   "instancePreferences": [{"instanceType": "c"}]}}"#,
            "[a, b, c]",
        ),
        (
            "CreateTrainingJob",
            r#"{"resourceConfig": {"instanceType": "a"},
                "profilerRuleConfigurations": [{"instanceType": "b"}]}"#,
            "[a, b]",
        ),
        ("UpdateTrainingJob", r#"{"profilerRuleConfigurations": [{"instanceType": "a"}]}"#, "[a]"),
        (
            "CreateHyperParameterTuningJob",
            r#"{"trainingJobDefinitions": [
                {"resourceConfig": {"instanceType": "a"}},
                {"hyperParameterTuningResourceConfig": {"instanceConfigs": [{"instanceType": "b"}]}}]}"#,
            "[a] | [a, b]",
        ),
        (
            "CreateProcessingJob",
            r#"{"processingResources": {"clusterConfig": {"instanceType": "a"}}}"#,
            "[a]",
        ),
        (
            "CreateEndpointConfig",
            r#"{"productionVariants": [{"instanceType": "a"}, {"instanceType": "b"}],
                "shadowProductionVariants": [{"instanceType": "c"}]}"#,
            "[a, b, c]",
        ),
        (
            "CreateCluster",
            r#"{"instanceGroups": [{"instanceType": "a"},
                                   {"instanceRequirements": {"instanceTypes": ["b", "c"]}}],
                "restrictedInstanceGroups": [{"instanceType": "d"}]}"#,
            "[a, b, c, d]",
        ),
        ("CreateApp", r#"{"resourceSpec": {"instanceType": "system"}}"#, "[system]"),
        ("CreateNotebookInstance", r#"{"instanceType": "ml.t3.medium"}"#, "[ml.t3.medium]"),
    ] {
        check(&call(event, parameters), &[("sagemaker:InstanceTypes", wanted)]);
    }
}

#[test]
fn an_instance_type_counts_once_and_its_order_is_that_of_the_record() {
    let parameters = r#"{"resourceConfig": {"instanceGroups": [
        {"instanceType": "b"}, {"instanceType": "a"}, {"instanceType": "b"}]}}"#;
    check(
        &call("CreateTrainingJob", parameters),
        &[("sagemaker:InstanceTypes", "[b, a]"), ("instance types", "a, b")],
    );
}

#[test]
fn an_instance_type_that_is_only_offered_or_hidden_is_not_used() {
    let parameters = r#"{"defaultUserSettings": {
        "studioWebPortalSettings": {"hiddenInstanceTypes": ["ml.p4d.24xlarge"]}}}"#;
    check(
        &call("UpdateDomain", parameters),
        &[("sagemaker:InstanceTypes", "absent"), ("instance types", "")],
    );
}

#[test]
fn serverless_variants_have_no_instance_type() {
    let parameters = r#"{"productionVariants": [{"serverlessConfig": {"memorySizeInMB": 2048}}]}"#;
    check(
        &call("CreateEndpointConfig", parameters),
        &[("sagemaker:InstanceTypes", "absent"), ("sagemaker:ServerlessMemorySize", "2048")],
    );
}

#[test]
fn compute_without_a_condition_key_is_seen_all_the_same() {
    let parameters = r#"{"specification": {"instanceType": "ml.g5.xlarge"}}"#;
    check(
        &call("CreateInferenceComponent", parameters),
        &[("sagemaker:InstanceTypes", "absent"), ("instance types", "ml.g5.xlarge")],
    );
}

#[test]
fn member_names_compare_without_case() {
    for parameters in [
        r#"{"resourceConfig": {"instanceType": "a"}}"#,
        r#"{"ResourceConfig": {"InstanceType": "a"}}"#,
        r#"{"resourceconfig": {"INSTANCETYPE": "a"}}"#,
    ] {
        check(&call("CreateTrainingJob", parameters), &[("sagemaker:InstanceTypes", "[a]")]);
    }
}

#[test]
fn of_a_kms_key_only_the_arn_is_comparable() {
    for (key, wanted) in [
        ("arn:aws:kms:eu-west-1:111122223333:key/1", "arn:aws:kms:eu-west-1:111122223333:key/1"),
        (
            "arn:aws-cn:kms:cn-north-1:111122223333:key/1",
            "arn:aws-cn:kms:cn-north-1:111122223333:key/1",
        ),
        ("arn:aws:kms:eu-west-1:111122223333:alias/ml", "present"),
        ("alias/ml", "present"),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", "present"),
        ("", "absent"),
    ] {
        let parameters = format!(r#"{{"resourceConfig": {{"volumeKmsKeyId": "{key}"}}}}"#);
        check(
            &call("CreateTrainingJob", &parameters),
            &[("sagemaker:VolumeKmsKeyArn", wanted), ("sagemaker:OutputKmsKeyArn", "absent")],
        );
    }
}

#[test]
fn a_kms_key_has_its_old_names_too() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
    let parameters = format!(r#"{{"outputDataConfig": {{"kmsKeyId": "{key}"}}}}"#);
    check(
        &call("CreateTrainingJob", &parameters),
        &[("sagemaker:OutputKmsKeyArn", key), ("sagemaker:OutputKmsKey", key)],
    );
    let parameters = format!(r#"{{"kmsKeyId": "{key}"}}"#);
    check(
        &call("CreateDomain", &parameters),
        &[
            ("sagemaker:VolumeKmsKeyArn", key),
            ("sagemaker:VolumeKmsKey", key),
            ("sagemaker:HomeEfsFileSystemKmsKey", key),
        ],
    );
    let parameters = format!(
        r#"{{"onlineStoreConfig": {{"securityConfig": {{"kmsKeyId": "{key}"}}}},
             "offlineStoreConfig": {{"s3StorageConfig": {{"kmsKeyId": "alias/x"}}}}}}"#
    );
    check(
        &call("CreateFeatureGroup", &parameters),
        &[
            ("sagemaker:FeatureGroupOnlineStoreKmsKey", key),
            ("sagemaker:FeatureGroupOfflineStoreKmsKey", "present"),
        ],
    );
}

#[test]
fn defaults_of_the_service_are_in_the_context_and_called_derived() {
    check(
        &call("CreateNotebookInstance", r#"{"notebookInstanceName": "n"}"#),
        &[
            ("sagemaker:DirectInternetAccess", "Enabled"),
            ("sagemaker:RootAccess", "Enabled"),
            // Whether the default is in the context is a guess.
            ("sagemaker:MinimumInstanceMetadataServiceVersion", "absent | 1"),
            (
                "derived",
                "sagemaker:DirectInternetAccess, sagemaker:MinimumInstanceMetadataServiceVersion, sagemaker:RootAccess",
            ),
        ],
    );
    check(
        &call("CreateTrainingJob", r#"{"trainingJobName": "t"}"#),
        &[
            ("sagemaker:NetworkIsolation", "false"),
            ("sagemaker:InterContainerTrafficEncryption", "false"),
            ("derived", "sagemaker:InterContainerTrafficEncryption, sagemaker:NetworkIsolation"),
        ],
    );
    check(
        &call("CreateDomain", r#"{"domainName": "d"}"#),
        &[("sagemaker:AppNetworkAccessType", "absent | PublicInternetOnly")],
    );
}

#[test]
fn what_was_sent_is_not_derived() {
    let parameters = r#"{"directInternetAccess": "Disabled", "rootAccess": "Disabled",
        "instanceMetadataServiceConfiguration": {"minimumInstanceMetadataServiceVersion": "2"}}"#;
    check(
        &call("CreateNotebookInstance", parameters),
        &[
            ("sagemaker:DirectInternetAccess", "Disabled"),
            ("sagemaker:RootAccess", "Disabled"),
            ("sagemaker:MinimumInstanceMetadataServiceVersion", "2"),
            ("derived", ""),
        ],
    );
    check(
        &call("CreateTrainingJob", r#"{"enableNetworkIsolation": true}"#),
        &[
            ("sagemaker:NetworkIsolation", "true"),
            ("derived", "sagemaker:InterContainerTrafficEncryption"),
        ],
    );
}

#[test]
fn an_update_has_no_defaults() {
    check(
        &call("UpdateNotebookInstance", r#"{"notebookInstanceName": "n"}"#),
        &[
            ("sagemaker:InstanceTypes", "absent"),
            ("sagemaker:MinimumInstanceMetadataServiceVersion", "absent"),
            ("sagemaker:RootAccess", "unknown"),
            ("sagemaker:DirectInternetAccess", "absent"),
            ("derived", ""),
        ],
    );
}

#[test]
fn empty_texts_and_lists_are_absent() {
    let parameters = r#"{"vpcConfig": {"subnets": [], "securityGroupIds": [""]}, "tags": [],
        "resourceConfig": {"instanceType": "", "volumeKmsKeyId": null}}"#;
    check(
        &call("CreateTrainingJob", parameters),
        &[
            ("sagemaker:VpcSubnets", "absent"),
            ("sagemaker:VpcSecurityGroupIds", "absent"),
            ("sagemaker:InstanceTypes", "absent"),
            ("sagemaker:VolumeKmsKeyArn", "absent"),
            ("aws:TagKeys", "absent"),
            ("aws:RequestTag/team", "absent"),
            ("requests", "primary sagemaker:CreateTrainingJob like ~training-job/*"),
        ],
    );
}

#[test]
fn a_redacted_value_leaves_the_keys_below_it_unknown_and_no_others() {
    const HIDDEN: &str = r#""HIDDEN_DUE_TO_SECURITY_REASONS""#;
    for (parameters, key) in [
        (r#"{"resourceConfig": {"instanceType": HIDDEN}}"#, "sagemaker:InstanceTypes"),
        (r#"{"resourceConfig": {"instanceGroups": HIDDEN}}"#, "sagemaker:InstanceTypes"),
        (r#"{"resourceConfig": HIDDEN}"#, "sagemaker:InstanceTypes"),
        (r#"{"resourceConfig": HIDDEN}"#, "sagemaker:VolumeKmsKeyArn"),
        (r#"{"enableNetworkIsolation": HIDDEN}"#, "sagemaker:NetworkIsolation"),
        (r#"{"vpcConfig": {"subnets": HIDDEN}}"#, "sagemaker:VpcSubnets"),
        (
            r#"{"inputDataConfig": [{"dataSource": {"fileSystemDataSource": HIDDEN}}]}"#,
            "sagemaker:FileSystemId",
        ),
        (r#"{"tags": HIDDEN}"#, "aws:TagKeys"),
        (r#"{"tags": [{"key": HIDDEN}]}"#, "aws:TagKeys"),
        (r#"{"tags": [{"key": HIDDEN, "value": "x"}]}"#, "aws:RequestTag/team"),
    ] {
        let parameters = parameters.replace("HIDDEN", HIDDEN);
        let record = call("CreateTrainingJob", &parameters);
        check(&record, &[(key, "unknown"), ("sagemaker:OutputKmsKeyArn", "absent")]);
    }
    // Of a list that shows one value it is known at least that it was sent.
    let parameters = format!(r#"{{"vpcConfig": {{"subnets": ["subnet-1", {HIDDEN}]}}}}"#);
    check(&call("CreateTrainingJob", &parameters), &[("sagemaker:VpcSubnets", "present")]);
    check(
        &call("CreateTrainingJob", &format!(r#"{{"trainingJobName": {HIDDEN}}}"#)),
        &[("resource", "like ~training-job/*")],
    );
}

#[test]
fn parameters_left_out_for_their_size_are_all_unknown() {
    for parameters in [
        r#"{"reason": "requestParameters too large", "omitted": true, "originalSize": 149893}"#,
        r#"{"reason": "requestParameters too large", "omitted": "true", "originalSize": "149893"}"#,
    ] {
        check(
            &call("CreateTrainingJob", parameters),
            &[
                ("omitted", "true"),
                ("sagemaker:InstanceTypes", "unknown"),
                ("sagemaker:NetworkIsolation", "unknown"),
                ("sagemaker:FileSystemId", "unknown"),
                ("sagemaker:VolumeKmsKey", "unknown"),
                ("aws:RequestTag/team", "unknown"),
                ("aws:TagKeys", "unknown"),
                ("aws:ResourceTag/team", "unknown"),
                ("derived", ""),
                ("requests", "primary sagemaker:CreateTrainingJob like ~training-job/*"),
            ],
        );
    }
    for (parameters, omitted) in [
        (r#"{"omitted": true}"#, "true"),
        (r#"{"Omitted": "True", "reason": "worded anew"}"#, "true"),
        (r#"{"omitted": false, "reason": "x"}"#, "false"),
    ] {
        check(&call("CreateTrainingJob", parameters), &[("omitted", omitted)]);
    }
}

#[test]
fn parameters_that_are_no_object_are_all_unknown() {
    for parameters in ["", "null", r#""HIDDEN_DUE_TO_SECURITY_REASONS""#, "[]", "7"] {
        check(
            &call("CreateNotebookInstance", parameters),
            &[
                ("omitted", "false"),
                ("sagemaker:InstanceTypes", "unknown"),
                ("sagemaker:DirectInternetAccess", "unknown"),
                ("aws:RequestTag/team", "unknown"),
                ("derived", ""),
                ("instance types", ""),
                ("requests", "primary sagemaker:CreateNotebookInstance like ~notebook-instance/*"),
            ],
        );
    }
}

#[test]
fn a_value_of_another_shape_is_unknown_not_absent() {
    for parameters in [
        r#"{"resourceConfig": {"instanceType": {"name": "ml.p4d.24xlarge"}}}"#,
        r#"{"resourceConfig": ["ml.p4d.24xlarge"]}"#,
        r#"{"resourceConfig": "ml.p4d.24xlarge"}"#,
    ] {
        check(&call("CreateTrainingJob", parameters), &[("sagemaker:InstanceTypes", "unknown")]);
    }
}

#[test]
fn the_console_keeps_what_it_does_not_use_empty() {
    // From a record of a job made in the console.
    let parameters = r#"{"resourceConfig": {"volumeKmsKeyId": "", "keepAlivePeriodInSeconds": 0},
        "outputDataConfig": {"kmsKeyId": ""}, "enableNetworkIsolation": false}"#;
    check(
        &call("CreateTrainingJob", parameters),
        &[
            ("sagemaker:VolumeKmsKeyArn", "absent"),
            ("sagemaker:OutputKmsKeyArn", "absent"),
            ("sagemaker:NetworkIsolation", "false"),
            ("derived", "sagemaker:InterContainerTrafficEncryption"),
        ],
    );
}

// Tags.

#[test]
fn tags_of_the_request_are_a_key_each_and_their_names() {
    let parameters = r#"{"tags": [{"key": "team", "value": "nlp"}, {"key": "cost", "value": ""}]}"#;
    check(
        &call("CreateModel", parameters),
        &[
            ("aws:RequestTag/team", "nlp"),
            ("aws:requesttag/TEAM", "nlp"),
            ("aws:RequestTag/cost", ""),
            ("aws:RequestTag/other", "absent"),
            ("aws:TagKeys", "[team, cost]"),
        ],
    );
    check(&call("CreateModel", r#"{"tags": [{}]}"#), &[("aws:TagKeys", "unknown")]);
    let hidden = r#"{"tags": [{"key": "team", "value": "HIDDEN_DUE_TO_SECURITY_REASONS"}]}"#;
    check(
        &call("CreateModel", hidden),
        &[("aws:RequestTag/team", "unknown"), ("aws:TagKeys", "[team]")],
    );
    check(
        &call("AddTags", r#"{"resourceArn": "arn:x", "tags": [{"key": "team", "value": "nlp"}]}"#),
        &[("aws:RequestTag/team", "nlp"), ("sagemaker:TaggingAction", "absent")],
    );
}

#[test]
fn calls_that_take_no_tags_have_none() {
    for parameters in [r#"{"endpointName": "e"}"#, ""] {
        check(
            &call("DescribeEndpoint", parameters),
            &[("aws:RequestTag/team", "absent"), ("aws:TagKeys", "absent")],
        );
    }
}

#[test]
fn a_resource_that_is_created_has_no_tags_or_those_of_the_request() {
    for (parameters, team) in [
        (r#"{"modelName": "m"}"#, "absent"),
        (r#"{"modelName": "m", "tags": [{"key": "team", "value": "nlp"}]}"#, "absent | nlp"),
        (r#"{"modelName": "m", "tags": [{"key": "team"}]}"#, "absent | "),
        (
            r#"{"modelName": "m",
                "tags": [{"key": "team", "value": "HIDDEN_DUE_TO_SECURITY_REASONS"}]}"#,
            "unknown",
        ),
        ("null", "unknown"),
    ] {
        let other = if parameters == "null" { "unknown" } else { "absent" };
        check(
            &call("CreateModel", parameters),
            &[
                ("aws:ResourceTag/team", team),
                ("sagemaker:ResourceTag/team", team),
                ("aws:ResourceTag/other", other),
                ("sagemaker:ResourceTag/other", other),
            ],
        );
    }
}

#[test]
fn the_tags_of_a_resource_that_exists_are_unknown() {
    for (event, parameters) in [
        ("DescribeEndpoint", r#"{"endpointName": "e"}"#),
        ("DeleteModel", r#"{"modelName": "m"}"#),
        ("UpdateEndpoint", r#"{"endpointName": "e", "endpointConfigName": "c"}"#),
        ("AddTags", r#"{"resourceArn": "arn:x", "tags": [{"key": "team", "value": "nlp"}]}"#),
        ("DeleteTags", r#"{"resourceArn": "arn:x", "tagKeys": ["team"]}"#),
        ("ListDomains", "{}"),
        ("InvokeEndpoint", r#"{"endpointName": "e"}"#),
    ] {
        check(
            &call(event, parameters),
            &[("aws:ResourceTag/team", "unknown"), ("sagemaker:ResourceTag/team", "unknown")],
        );
    }
}

#[test]
fn calls_that_tags_cannot_restrict_have_no_resource_tags() {
    let listed = catalog().actions().filter(|action| action.without_tag_control);
    let events: Vec<&str> = listed.map(|action| action.name.as_str()).collect();
    assert_eq!(events.len(), 24);
    for event in events {
        for parameters in ["{}", "null"] {
            check(
                &call(event, parameters),
                &[("aws:ResourceTag/team", "absent"), ("sagemaker:ResourceTag/team", "absent")],
            );
        }
    }
}

// Keys that are made from what the request says.

#[test]
fn search_shows_its_visibility_conditions_or_hides_them() {
    let parameters = r#"{"resource": "FeatureGroup", "visibilityConditions": [
        {"key": "Tags.Team/EqualsIfExists", "value": "nlp"}]}"#;
    check(
        &call("Search", parameters),
        &[
            ("sagemaker:SearchVisibilityCondition/Tags.Team/EqualsIfExists", "nlp"),
            ("sagemaker:SearchVisibilityCondition/Tags.Other/Equals", "absent"),
        ],
    );
    let key = "sagemaker:SearchVisibilityCondition/Tags.Team/EqualsIfExists";
    check(&call("Search", r#"{"resource": "FeatureGroup"}"#), &[(key, "absent")]);
    check(&call("Search", "null"), &[(key, "unknown")]);
    let hidden = r#"{"visibilityConditions": [
        {"key": "HIDDEN_DUE_TO_SECURITY_REASONS", "value": "nlp"}]}"#;
    check(&call("Search", hidden), &[(key, "unknown")]);
}

#[test]
fn the_type_of_a_workteam_is_a_part_of_its_arn() {
    for (tail, wanted) in [
        ("workteam/private-crowd/labelers", "private-crowd"),
        ("workteam/vendor-crowd/acme", "vendor-crowd"),
        ("workteam/public-crowd/default", "public-crowd"),
    ] {
        let arn = format!("{HERE}{tail}");
        let parameters = format!(r#"{{"humanTaskConfig": {{"workteamArn": "{arn}"}}}}"#);
        check(
            &call("CreateLabelingJob", &parameters),
            &[
                ("sagemaker:WorkteamType", wanted),
                ("sagemaker:WorkteamArn", &format!("~{tail}")),
                ("derived", "sagemaker:WorkteamType"),
            ],
        );
    }
    let parameters = r#"{"humanTaskConfig": {"workteamArn": "labelers"}}"#;
    check(
        &call("CreateLabelingJob", parameters),
        &[("sagemaker:WorkteamType", "unknown"), ("sagemaker:WorkteamArn", "labelers")],
    );
}

#[test]
fn the_arn_of_a_model_is_built_from_its_name_whose_letter_case_is_open() {
    for (name, wanted) in [
        ("churn", "~model/churn"),
        ("Churn", "~model/Churn | ~model/churn"),
        (
            "arn:aws:sagemaker:eu-west-1:444455556666:model/X",
            "arn:aws:sagemaker:eu-west-1:444455556666:model/X",
        ),
    ] {
        let parameters = format!(r#"{{"modelName": "{name}"}}"#);
        check(
            &call("CreateTransformJob", &parameters),
            &[("sagemaker:ModelArn", wanted), ("derived", "sagemaker:ModelArn")],
        );
    }
    check(&call("CreateTransformJob", "{}"), &[("sagemaker:ModelArn", "absent"), ("derived", "")]);
}

#[test]
fn the_arn_of_a_lifecycle_configuration_is_built_from_its_name() {
    let key = "sagemaker:NotebookInstanceLifecycleConfigArns";
    for (name, wanted) in [
        ("safe", "[~notebook-instance-lifecycle-config/safe]"),
        ("", "absent"),
        // A list with an element of open letter case is not known as a whole.
        ("Safe", "unknown"),
    ] {
        let parameters = format!(r#"{{"lifecycleConfigName": "{name}"}}"#);
        check(&call("CreateNotebookInstance", &parameters), &[(key, wanted)]);
    }
    let record = call("UpdateNotebookInstance", r#"{"lifecycleConfigName": "safe"}"#);
    check(&record, &[("derived", key)]);
}

#[test]
fn the_owner_of_a_new_space_is_built_from_two_members() {
    let key = "sagemaker:OwnerUserProfileArn";
    let owned = r#"{"domainId": "d-1", "ownershipSettings": {"ownerUserProfileName": "ana"}}"#;
    check(&call("CreateSpace", owned), &[(key, "~user-profile/d-1/ana"), ("derived", key)]);
    let without_domain = r#"{"ownershipSettings": {"ownerUserProfileName": "ana"}}"#;
    check(&call("CreateSpace", without_domain), &[(key, "unknown")]);
}

#[test]
fn what_only_the_state_of_a_resource_tells_is_unknown() {
    for (event, parameters, key) in [
        ("CreateApp", r#"{"spaceName": "s"}"#, "sagemaker:SpaceSharingType"),
        (
            "CreateApp",
            r#"{"domainId": "d", "userProfileName": "u"}"#,
            "sagemaker:OwnerUserProfileArn",
        ),
        ("DeleteSpace", r#"{"spaceName": "s"}"#, "sagemaker:OwnerUserProfileArn"),
        ("UpdateModelPackage", "{}", "sagemaker:CurrentModelLifeCycleStage"),
        ("UpdateModelPackage", "{}", "sagemaker:CurrentCustomerMetadataProperties/risk"),
        ("CreateJob", r#"{"jobConfigDocument": "{}"}"#, "sagemaker:VpcSubnets"),
        ("CreateModel", "{}", "sagemaker:DirectGatedModelAccess"),
        ("CreateTrainingJob", "{}", "sagemaker:MaxRuntimeInSeconds"),
        // Variables of the policies of Studio.
        ("CreateApp", "{}", "sagemaker:DomainId"),
        ("CreateApp", "{}", "sagemaker:UserProfileName"),
    ] {
        check(&call(event, parameters), &[(key, "unknown")]);
    }
}

#[test]
fn a_name_that_may_or_may_not_count_leaves_the_key_open() {
    let parameters = r#"{"userSettings": {"jupyterLabAppSettings": {
        "defaultResourceSpec": {"sageMakerImageArn": "arn:x"},
        "customImages": [{"imageName": "mine"}]}}}"#;
    check(&call("CreateUserProfile", parameters), &[("sagemaker:ImageArns", "present")]);
    let without = parameters.replace(r#"{"imageName": "mine"}"#, "");
    check(&call("CreateUserProfile", &without), &[("sagemaker:ImageArns", "[arn:x]")]);
}

#[test]
fn a_map_is_a_key_per_entry() {
    let parameters =
        r#"{"customerMetadataProperties": {"Risk": "low", "x": "HIDDEN_DUE_TO_SECURITY_REASONS"}}"#;
    check(
        &call("UpdateModelPackage", parameters),
        &[
            ("sagemaker:CustomerMetadataProperties/Risk", "low"),
            ("sagemaker:CustomerMetadataProperties/x", "unknown"),
            ("sagemaker:CustomerMetadataProperties/other", "absent"),
        ],
    );
    let hidden = r#"{"customerMetadataProperties": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
    let key = "sagemaker:CustomerMetadataProperties/Risk";
    check(&call("UpdateModelPackage", hidden), &[(key, "unknown")]);
    check(&call("UpdateModelPackage", "null"), &[(key, "unknown")]);
}

#[test]
fn an_offline_store_is_known_to_be_there_or_not() {
    let key = "sagemaker:FeatureGroupOfflineStoreConfig";
    let with = r#"{"offlineStoreConfig": {"s3StorageConfig": {"s3Uri": "s3://ml/x"}}}"#;
    check(
        &call("CreateFeatureGroup", with),
        &[(key, "true | false"), ("sagemaker:FeatureGroupOfflineStoreS3Uri", "s3://ml/x")],
    );
    check(&call("CreateFeatureGroup", "{}"), &[(key, "absent")]);
    check(&call("CreateFeatureGroup", "null"), &[(key, "unknown")]);
}

#[test]
fn update_record_is_authorised_as_put_record() {
    let updated = r#"{"featureGroupName": "f", "features": [{"featureName": "age"}]}"#;
    check(
        &call("UpdateRecord", updated),
        &[
            ("requests", "primary sagemaker:PutRecord ~feature-group/f"),
            ("sagemaker:IsUpdateRecord", "true"),
        ],
    );
    check(
        &call("PutRecord", r#"{"featureGroupName": "f"}"#),
        &[("action", "sagemaker:PutRecord"), ("sagemaker:IsUpdateRecord", "false")],
    );
    check(&call("UpdateRecord", "null"), &[("sagemaker:IsUpdateRecord", "true")]);
}

// Calls that are several requests.

fn channel(file_system: &str) -> String {
    format!(r#"{{"dataSource": {{"fileSystemDataSource": {file_system}}}}}"#)
}

#[test]
fn each_file_system_is_a_request_and_the_same_one_is_one() {
    let (one, two) = (
        channel(r#"{"fileSystemId": "fs-1", "fileSystemAccessMode": "ro"}"#),
        channel(r#"{"fileSystemId": "fs-2", "fileSystemAccessMode": "rw"}"#),
    );
    let bucket = r#"{"dataSource": {"s3DataSource": {"s3Uri": "s3://ml/x"}}}"#;
    let parameters = format!(
        r#"{{"trainingJobName": "t", "enableNetworkIsolation": true,
             "inputDataConfig": [{one}, {bucket}, {two}, {one}]}}"#
    );
    check(
        &call("CreateTrainingJob", &parameters),
        &[
            (
                "requests",
                "primary sagemaker:CreateTrainingJob ~training-job/t + primary sagemaker:CreateTrainingJob ~training-job/t",
            ),
            ("0 sagemaker:FileSystemId", "fs-1"),
            ("0 sagemaker:FileSystemAccessMode", "ro"),
            ("0 sagemaker:FileSystemDirectoryPath", "absent"),
            ("1 sagemaker:FileSystemId", "fs-2"),
            ("1 sagemaker:FileSystemAccessMode", "rw"),
            ("1 sagemaker:NetworkIsolation", "true"),
        ],
    );
}

#[test]
fn a_job_without_file_systems_is_one_request() {
    let parameters = r#"{"trainingJobName": "t", "inputDataConfig": [
        {"dataSource": {"s3DataSource": {"s3Uri": "s3://ml/x"}}},
        {"dataSource": {"s3DataSource": {"s3Uri": "s3://ml/y"}}}]}"#;
    check(
        &call("CreateTrainingJob", parameters),
        &[
            ("requests", "primary sagemaker:CreateTrainingJob ~training-job/t"),
            ("sagemaker:FileSystemId", "absent"),
        ],
    );
}

#[test]
fn each_model_of_the_variants_is_a_request() {
    let parameters = r#"{"endpointConfigName": "c",
        "productionVariants": [{"modelName": "a", "instanceType": "x"},
                               {"modelName": "b", "instanceType": "y"},
                               {"modelName": "a", "instanceType": "z"}],
        "shadowProductionVariants": [{"modelName": "shadow"}]}"#;
    check(
        &call("CreateEndpointConfig", parameters),
        &[
            ("0 sagemaker:ModelArn", "~model/a"),
            ("1 sagemaker:ModelArn", "~model/b"),
            ("2 sagemaker:ModelArn", "~model/shadow"),
            // A key that takes a list has the whole of it in each.
            ("2 sagemaker:InstanceTypes", "[x, y, z]"),
        ],
    );
}

#[test]
fn each_definition_of_a_tuning_job_is_a_request() {
    let parameters = r#"{"hyperParameterTuningJobName": "h", "trainingJobDefinitions": [
        {"enableNetworkIsolation": true, "outputDataConfig": {"kmsKeyId": "alias/a"},
         "stoppingCondition": {"maxRuntimeInSeconds": 60}},
        {"stoppingCondition": {"maxRuntimeInSeconds": 3600}}]}"#;
    check(
        &call("CreateHyperParameterTuningJob", parameters),
        &[
            ("0 sagemaker:NetworkIsolation", "true"),
            ("0 sagemaker:MaxRuntimeInSeconds", "60"),
            ("0 sagemaker:OutputKmsKeyArn", "present"),
            ("1 sagemaker:NetworkIsolation", "false"),
            ("1 sagemaker:MaxRuntimeInSeconds", "3600"),
            ("1 sagemaker:OutputKmsKeyArn", "absent"),
        ],
    );
}

#[test]
fn a_list_of_a_tuning_job_is_that_of_one_definition_or_of_all() {
    let parameters = r#"{"hyperParameterTuningJobName": "h", "trainingJobDefinitions": [
        {"resourceConfig": {"instanceType": "ml.m5.large"}, "vpcConfig": {"subnets": ["subnet-1"]}},
        {"resourceConfig": {"instanceType": "ml.p5.48xlarge"}}]}"#;
    check(
        &call("CreateHyperParameterTuningJob", parameters),
        &[
            ("0 sagemaker:InstanceTypes", "[ml.m5.large] | [ml.m5.large, ml.p5.48xlarge]"),
            ("0 sagemaker:VpcSubnets", "[subnet-1]"),
            ("1 sagemaker:InstanceTypes", "[ml.p5.48xlarge] | [ml.m5.large, ml.p5.48xlarge]"),
            ("1 sagemaker:VpcSubnets", "absent | [subnet-1]"),
            ("instance types", "ml.m5.large, ml.p5.48xlarge"),
        ],
    );
    let definitions = vec![r#"{"resourceConfig": {"instanceType": "ml.m5.large"}}"#; 40].join(",");
    check(
        &call(
            "CreateHyperParameterTuningJob",
            &format!(r#"{{"trainingJobDefinitions": [{definitions}]}}"#),
        ),
        &[("sagemaker:InstanceTypes", "unknown"), ("sagemaker:NetworkIsolation", "unknown")],
    );
}

#[test]
fn more_parts_than_can_be_judged_are_one_with_the_keys_unknown() {
    let variants: Vec<String> =
        (0..200).map(|number| format!(r#"{{"modelName": "m{number}"}}"#)).collect();
    let parameters =
        format!(r#"{{"endpointConfigName": "c", "productionVariants": [{}]}}"#, variants.join(","));
    check(
        &call("CreateEndpointConfig", &parameters),
        &[
            ("requests", "primary sagemaker:CreateEndpointConfig ~endpoint-config/c"),
            ("sagemaker:ModelArn", "unknown"),
        ],
    );
}

#[test]
fn each_role_in_the_parameters_is_passed_once() {
    const PASS: &str = "iam:PassRole arn:aws:iam::111122223333:role";
    let groups = r#"{"instanceGroups": [
        {"executionRole": "arn:aws:iam::111122223333:role/a"},
        {"executionRole": "arn:aws:iam::111122223333:role/b"},
        {"executionRole": "arn:aws:iam::111122223333:role/a"}]}"#;
    check(
        &call("CreateCluster", groups),
        &[
            (
                "requests",
                &format!(
                    "primary sagemaker:CreateCluster ~cluster/* + pass_role {PASS}/a + pass_role {PASS}/b"
                ),
            ),
            ("1 iam:PassedToService", "sagemaker.amazonaws.com"),
            ("1 iam:AssociatedResourceArn", "unknown"),
            ("1 iam:ResourceTag/team", "unknown"),
            ("1 aws:ResourceTag/team", "unknown"),
            ("1 aws:RequestTag/team", "absent"),
            ("1 aws:PrincipalArn", "arn:aws:iam::111122223333:role/ml/Scientist"),
            ("1 type", "role"),
        ],
    );
    check(
        &call("CreateModel", r#"{"modelName": "m", "executionRoleArn": ""}"#),
        &[("requests", "primary sagemaker:CreateModel ~model/m")],
    );
}

#[test]
fn a_redacted_role_is_passed_all_the_same() {
    let parameters = r#"{"modelName": "m", "executionRoleArn": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
    check(
        &call("CreateModel", parameters),
        &[("requests", "primary sagemaker:CreateModel ~model/m + pass_role iam:PassRole unknown")],
    );
}

#[test]
fn roles_for_other_services_are_passed_to_an_unknown_one() {
    let role = r#""arn:aws:iam::111122223333:role/r""#;
    for (event, parameters, wanted) in [
        ("CreateTrainingJob", r#"{"roleArn": ROLE}"#, "sagemaker.amazonaws.com"),
        (
            "CreateHyperParameterTuningJob",
            r#"{"trainingJobDefinitions": [{"roleArn": ROLE}]}"#,
            "sagemaker.amazonaws.com",
        ),
        (
            "CreateUserProfile",
            r#"{"userSettings": {"executionRole": ROLE}}"#,
            "sagemaker.amazonaws.com",
        ),
        (
            "CreateUserProfile",
            r#"{"userSettings": {"canvasAppSettings": {
                "timeSeriesForecastingSettings": {"amazonForecastRoleArn": ROLE}}}}"#,
            "unknown",
        ),
        (
            "CreateUserProfile",
            r#"{"userSettings": {"canvasAppSettings": {
                "emrServerlessSettings": {"executionRoleArn": ROLE}}}}"#,
            "unknown",
        ),
        (
            "CreateProcessingJob",
            r#"{"processingInputs": [{"datasetDefinition": {
                "redshiftDatasetDefinition": {"clusterRoleArn": ROLE}}}]}"#,
            "unknown",
        ),
    ] {
        check(
            &call(event, &parameters.replace("ROLE", role)),
            &[("1 action", "iam:PassRole"), ("1 iam:PassedToService", wanted)],
        );
    }
}

#[test]
fn a_role_that_is_only_referred_to_is_not_passed() {
    let parameters = r#"{"userProfileName": "u", "domainId": "d", "userSettings": {
        "canvasAppSettings": {"modelRegisterSettings": {
            "crossAccountModelRegisterRoleArn": "arn:aws:iam::444455556666:role/r"}}}}"#;
    check(
        &call("CreateUserProfile", parameters),
        &[("requests", "primary sagemaker:CreateUserProfile ~user-profile/d/u")],
    );
}

#[test]
fn a_role_in_a_member_that_the_catalog_lacks_is_passed_too() {
    const PASSED: &str = "primary sagemaker:CreateModel ~model/m + pass_role iam:PassRole arn:aws:iam::111122223333:role/r";
    const ALONE: &str = "primary sagemaker:CreateModel ~model/m";
    for (member, wanted) in [
        (r#""newConfig": {"roleARN": "ROLE"}"#, PASSED),
        (r#""steps": [{"ExecutionRoles": ["ROLE", "ROLE"]}]"#, PASSED),
        (r#""description": "ROLE""#, ALONE),
        (r#""roleArn": "not-a-role""#, ALONE),
        (r#""environment": {"EXECUTION_ROLE": "ROLE"}"#, ALONE),
        (r#""roleDescription": {"text": "ROLE"}"#, ALONE),
    ] {
        let parameters = format!(r#"{{"modelName": "m", {member}}}"#)
            .replace("ROLE", "arn:aws:iam::111122223333:role/r");
        check(&call("CreateModel", &parameters), &[("requests", wanted)]);
    }
    let read = [
        ("requestParameters", r#"{"roleArn": "arn:aws:iam::111122223333:role/r"}"#),
        ("readOnly", "true"),
    ];
    check(
        &record("ListUnheardOf", &read),
        &[("requests", "primary sagemaker:ListUnheardOf unknown")],
    );
}

#[test]
fn more_roles_than_can_be_judged_end_with_an_unknown_one() {
    let groups: Vec<String> = (0..200)
        .map(|n| format!(r#"{{"executionRole": "arn:aws:iam::111122223333:role/r{n}"}}"#))
        .collect();
    let parameters = format!(r#"{{"instanceGroups": [{}]}}"#, groups.join(","));
    check(
        &call("CreateCluster", &parameters),
        &[("128 resource", "arn:aws:iam::111122223333:role/r127"), ("129 resource", "unknown")],
    );
}

#[test]
fn instance_types_of_an_event_the_catalog_lacks_are_told_by_their_name() {
    let parameters = r#"{"a": [{"InstanceType": "ml.g5.xlarge"}], "instanceTypes": ["ml.m5.large"],
        "note": "ml.p5.48xlarge"}"#;
    check(&call("CreateUnheardOf", parameters), &[("instance types", "ml.g5.xlarge, ml.m5.large")]);
    let grown = r#"{"newConfig": {"instanceType": "ml.g5.xlarge"},
        "environment": {"instanceType": "ml.p5.48xlarge"}}"#;
    check(&call("CreateTrainingJob", grown), &[("instance types", "ml.g5.xlarge")]);
    check(&call("ListModels", grown), &[("instance types", "")]);
}

#[test]
fn a_resource_that_may_have_been_named_by_its_arn_is_unknown_when_hidden() {
    for parameters in
        [r#"{"modelPackageGroupName": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#, r#"{"omitted": true}"#]
    {
        check(
            &call("DescribeModelPackageGroup", parameters),
            &[("resource", "unknown"), ("aws:ResourceAccount", "unknown")],
        );
    }
    check(
        &call("CreateModel", r#"{"omitted": true}"#),
        &[("resource", "like ~model/*"), ("aws:ResourceAccount", "111122223333")],
    );
}

#[test]
fn the_owner_of_a_resource_is_the_account_of_its_arn() {
    let organisation = "o-example";
    for (arn, account, org) in [
        (
            "arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/g",
            "111122223333",
            organisation,
        ),
        (
            "arn:aws:sagemaker:eu-west-1:444455556666:model-package-group/g",
            "444455556666",
            "unknown",
        ),
        ("arn:aws:sagemaker:eu-west-1:aws:model-package-group/g", "unknown", "unknown"),
    ] {
        check(
            &call("DescribeModelPackageGroup", &format!(r#"{{"modelPackageGroupName": "{arn}"}}"#)),
            &[
                ("resource", &arn.replace(HERE, "~")),
                ("aws:ResourceAccount", account),
                ("aws:ResourceOrgID", org),
            ],
        );
    }
    check(&call("ListModels", "{}"), &[("aws:ResourceAccount", "111122223333")]);
}

#[test]
fn callers_of_other_types_are_who_their_arn_says() {
    for (kind, arn, principal, standing) in [
        (
            "Unknown",
            "arn:aws:sts::111122223333:assumed-role/R/s",
            "arn:aws:iam::111122223333:role/R",
            "Principal",
        ),
        (
            "Unheard",
            "arn:aws:iam::111122223333:user/ops/eve",
            "arn:aws:iam::111122223333:user/ops/eve",
            "Principal",
        ),
        ("Unheard", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root", "Root"),
        (
            "Unheard",
            "arn:aws:iam::444455556666:role/r",
            "arn:aws:iam::444455556666:role/r",
            "CrossAccount",
        ),
        (
            "Unheard",
            "arn:aws:iam::111122223333:role/a:assumed-role/b/R",
            "arn:aws:iam::111122223333:role/a:assumed-role/b/R",
            "Principal",
        ),
        ("Unheard", "something", "something", "Unidentified"),
    ] {
        let identity = format!(r#"{{"type": "{kind}", "arn": "{arn}"}}"#);
        check(
            &record("ListModels", &[("userIdentity", &identity)]),
            &[("principal", principal), ("standing", standing), ("aws:PrincipalType", "unknown")],
        );
    }
}

#[test]
fn what_is_redacted_of_an_identity_is_no_value() {
    let identity = USER
        .replace("AIDAEXAMPLE", "HIDDEN_DUE_TO_SECURITY_REASONS")
        .replace(r#""userName": "eve""#, r#""userName": "HIDDEN_DUE_TO_SECURITY_REASONS""#);
    check(
        &record("ListModels", &[("userIdentity", &identity)]),
        &[("aws:userid", "unknown"), ("aws:username", "eve")],
    );
}

#[test]
fn a_session_that_does_not_tell_of_mfa_may_have_it() {
    let silent = ASSUMED_ROLE.replace(r#", "mfaAuthenticated": "false""#, "");
    let keys = ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"];
    let unknown = keys.map(|key| (key, "unknown"));
    check(&record("ListModels", &[("userIdentity", &silent)]), &unknown);
    check(&record("ListModels", &[("userIdentity", USER)]), &unknown);
    let long_term = USER.replace(r#""userName""#, r#""accessKeyId": "AKIAEXAMPLE", "userName""#);
    let absent = keys.map(|key| (key, "absent"));
    check(&record("ListModels", &[("userIdentity", &long_term)]), &absent);
}

#[test]
fn tags_of_a_create_call_are_added_to_the_new_resource() {
    let parameters = r#"{"modelName": "m", "tags": [{"key": "team", "value": "nlp"}]}"#;
    check(
        &call("CreateModel", parameters),
        &[
            (
                "requests",
                "primary sagemaker:CreateModel ~model/m + add_tags sagemaker:AddTags ~model/m",
            ),
            ("1 sagemaker:TaggingAction", "CreateModel"),
            ("1 aws:RequestTag/team", "nlp"),
            ("1 aws:TagKeys", "[team]"),
            ("1 aws:ResourceTag/team", "absent | nlp"),
            ("1 aws:ResourceTag/other", "absent"),
            ("1 type", "model"),
            ("0 sagemaker:TaggingAction", "absent"),
        ],
    );
    let hidden = r#"{"modelName": "m", "tags": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
    check(
        &call("CreateModel", hidden),
        &[("1 action", "sagemaker:AddTags"), ("1 aws:RequestTag/team", "unknown")],
    );
    check(
        &call("AddTags", r#"{"resourceArn": "arn:x", "tags": [{"key": "team", "value": "nlp"}]}"#),
        &[("requests", "primary sagemaker:AddTags arn:x")],
    );
}

#[test]
fn an_endpoint_needs_its_configuration_too() {
    for event in ["CreateEndpoint", "UpdateEndpoint"] {
        let parameters = r#"{"endpointName": "e", "endpointConfigName": "c"}"#;
        check(
            &call(event, parameters),
            &[
                (
                    "requests",
                    &format!(
                        "primary sagemaker:{event} ~endpoint/e + extra_resource sagemaker:{event} ~endpoint-config/c"
                    ),
                ),
                ("0 type", "endpoint"),
                ("1 type", "endpoint-config"),
            ],
        );
    }
    check(
        &call("DeleteEndpoint", r#"{"endpointName": "e"}"#),
        &[("requests", "primary sagemaker:DeleteEndpoint ~endpoint/e")],
    );
}

// Resources.

#[test]
fn the_resource_is_made_from_what_the_request_names() {
    for (event, parameters, wanted) in [
        ("CreateTrainingJob", r#"{"trainingJobName": "churn-7"}"#, "~training-job/churn-7"),
        // IAM has compared such names as given and in lower case.
        ("DeleteModel", r#"{"modelName": "Churn"}"#, "~model/Churn | ~model/churn"),
        (
            "CreateApp",
            r#"{"domainId": "d-1", "userProfileName": "ana", "appType": "JupyterLab", "appName": "default"}"#,
            "~app/d-1/ana/JupyterLab/default | ~app/d-1/ana/jupyterlab/default",
        ),
        (
            "DeleteApp",
            r#"{"domainId": "d-1", "spaceName": "shared", "appType": "x", "appName": "default"}"#,
            "~app/d-1/shared/x/default",
        ),
        (
            "CreateApp",
            r#"{"domainId": "d-1", "appType": "x", "appName": "default"}"#,
            "like ~app/d-1/*/x/default",
        ),
        ("DescribePipeline", r#"{"pipelineName": "p"}"#, "~pipeline/p"),
        (
            "DescribePipeline",
            r#"{"pipelineName": "arn:aws:sagemaker:eu-west-1:444455556666:pipeline/P"}"#,
            "arn:aws:sagemaker:eu-west-1:444455556666:pipeline/P",
        ),
        (
            "AddTags",
            r#"{"resourceArn": "arn:aws:sagemaker:eu-west-1:111122223333:model/M"}"#,
            "~model/M",
        ),
        ("AddTags", r#"{"resourceArn": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#, "unknown"),
        ("DescribeTrainingJob", "{}", "like ~training-job/*"),
    ] {
        check(&call(event, parameters), &[("resource", wanted)]);
    }
}

#[test]
fn an_id_that_the_service_makes_up_is_a_star_on_creation_and_open_later() {
    for (event, parameters, wanted) in [
        ("CreateDomain", r#"{"domainName": "d"}"#, "~domain/*"),
        ("CreateCluster", r#"{"clusterName": "c"}"#, "~cluster/*"),
        ("DescribeDomain", r#"{"domainId": "d-1"}"#, "~domain/d-1"),
        ("DescribeCluster", r#"{"clusterName": "c"}"#, "like ~cluster/*"),
        (
            "DescribeCluster",
            r#"{"clusterName": "arn:aws:sagemaker:eu-west-1:111122223333:cluster/x1"}"#,
            "~cluster/x1",
        ),
        ("DeleteCluster", "{}", "like ~cluster/*"),
    ] {
        check(&call(event, parameters), &[("resource", wanted)]);
    }
    let response = format!(r#"{{"clusterArn": "{HERE}cluster/x1"}}"#);
    let updated =
        [("requestParameters", r#"{"clusterName": "c"}"#), ("responseElements", &*response)];
    check(&record("UpdateCluster", &updated), &[("resource", "~cluster/x1")]);
}

#[test]
fn a_list_is_checked_on_everything_or_on_its_family() {
    for (event, wanted) in [
        ("ListDomains", "* | ~domain/*"),
        ("ListTrainingJobs", "* | ~training-job/*"),
        ("Search", "*"),
    ] {
        for parameters in ["{}", "null"] {
            check(&call(event, parameters), &[("resource", wanted)]);
        }
    }
}

#[test]
fn an_event_the_catalog_lacks_is_judged_with_everything_unknown() {
    check(
        &call("CreateUnheardOf", r#"{"name": "x", "roleArn": "arn:aws:iam::111122223333:role/r"}"#),
        &[
            (
                "requests",
                "primary sagemaker:CreateUnheardOf unknown + pass_role iam:PassRole arn:aws:iam::111122223333:role/r",
            ),
            ("1 iam:PassedToService", "unknown"),
            ("aws:ResourceAccount", "unknown"),
            ("sagemaker:InstanceTypes", "unknown"),
            ("sagemaker:AnythingNew", "unknown"),
            ("aws:RequestTag/team", "unknown"),
            ("aws:TagKeys", "unknown"),
            ("aws:ResourceTag/team", "unknown"),
            ("sagemaker:ResourceTag/team", "unknown"),
            ("aws:RequestedRegion", "eu-west-1"),
            ("type", ""),
        ],
    );
    let sibling = [("eventSource", r#""sagemaker-tomorrow.amazonaws.com""#)];
    check(
        &record("DoThings", &sibling),
        &[("action", "sagemaker-tomorrow:DoThings"), ("sagemaker-tomorrow:Key", "unknown")],
    );
}

#[test]
fn names_of_actions_take_the_spelling_of_iam() {
    check(
        &call("createtrainingjob", r#"{"trainingJobName": "t"}"#),
        &[("requests", "primary sagemaker:CreateTrainingJob ~training-job/t")],
    );
    let metrics = [("eventSource", r#""metrics-sagemaker.amazonaws.com""#)];
    check(&record("BatchPutMetrics", &metrics), &[("action", "sagemaker:BatchPutMetrics")]);
}

#[test]
fn the_partition_is_that_of_the_region() {
    for (region, wanted) in [
        ("cn-north-1", "arn:aws-cn:sagemaker:cn-north-1:111122223333:model/m"),
        ("us-gov-west-1", "arn:aws-us-gov:sagemaker:us-gov-west-1:111122223333:model/m"),
        ("us-iso-east-1", "arn:aws-iso:sagemaker:us-iso-east-1:111122223333:model/m"),
    ] {
        let region = format!("\"{region}\"");
        let changes = [("awsRegion", &*region), ("requestParameters", r#"{"modelName": "m"}"#)];
        check(&record("DeleteModel", &changes), &[("resource", wanted)]);
    }
}

// Global keys.

#[test]
fn the_address_counts_unless_a_service_or_an_endpoint_stands_between() {
    let keys = ["aws:SourceIp", "aws:VpcSourceIp", "aws:SourceVpce", "aws:SourceVpc"];
    for (address, endpoint, wanted) in [
        ("192.0.2.7", "", ["192.0.2.7", "absent", "absent", "absent"]),
        ("2001:db8::7", "", ["2001:db8::7", "absent", "absent", "absent"]),
        ("sagemaker.amazonaws.com", "", ["unknown"; 4]),
        ("AWS Internal", "", ["unknown"; 4]),
        ("", "", ["unknown"; 4]),
        ("10.0.0.7", "vpce-0a1b", ["absent", "10.0.0.7", "vpce-0a1b", "vpc-111b"]),
        ("10.0.0.7", "vpce-other", ["absent", "10.0.0.7", "vpce-other", "unknown"]),
        ("AWS Internal", "vpce-0a1b", ["absent", "unknown", "vpce-0a1b", "vpc-111b"]),
        ("AWS Internal", "AWS Internal", ["unknown"; 4]),
    ] {
        let (address, endpoint) = (format!("\"{address}\""), format!("\"{endpoint}\""));
        let changes = [("sourceIPAddress", &*address), ("vpcEndpointId", &*endpoint)];
        let questions: Vec<(&str, &str)> = keys.into_iter().zip(wanted).collect();
        check(&record("DeleteModel", &changes), &questions);
    }
}

#[test]
fn a_service_on_the_principals_behalf_is_a_hop_of_its_own() {
    let identity = ASSUMED_ROLE.replace(
        r#""type": "AssumedRole""#,
        r#""type": "AssumedRole", "invokedBy": "cloudformation.amazonaws.com""#,
    );
    let changes = [
        ("userIdentity", &*identity),
        ("sourceIPAddress", r#""cloudformation.amazonaws.com""#),
        ("userAgent", r#""cloudformation.amazonaws.com""#),
    ];
    check(
        &record("DeleteModel", &changes),
        &[
            ("aws:ViaAWSService", "true"),
            ("aws:CalledViaLast", "cloudformation.amazonaws.com"),
            // The record shows the last hop only.
            ("aws:CalledViaFirst", "unknown"),
            ("aws:CalledVia", "unknown"),
            ("aws:SourceIp", "unknown"),
            ("aws:UserAgent", "unknown"),
            ("principal", "arn:aws:iam::111122223333:role/ml/Scientist"),
            ("standing", "Principal"),
        ],
    );
    // Whose address this is, is not told.
    let changes = [("userIdentity", &*identity), ("sourceIPAddress", "\"192.0.2.7\"")];
    check(&record("DeleteModel", &changes), &[("aws:SourceIp", "unknown")]);
    check(
        &record("DeleteModel", &[]),
        &[
            ("aws:ViaAWSService", "false"),
            ("aws:CalledVia", "absent"),
            ("aws:CalledViaFirst", "absent"),
            ("aws:CalledViaLast", "absent"),
            ("aws:PrincipalIsAWSService", "false"),
            ("aws:SourceArn", "absent"),
            ("aws:SourceAccount", "absent"),
        ],
    );
}

#[test]
fn the_session_tells_when_and_how_it_began() {
    check(
        &record("DeleteModel", &[]),
        &[
            ("aws:MultiFactorAuthPresent", "false"),
            ("aws:MultiFactorAuthAge", "absent"),
            ("aws:TokenIssueTime", "2026-06-01T11:00:00Z"),
            ("aws:SourceIdentity", "absent"),
            ("aws:FederatedProvider", "absent"),
        ],
    );
    let identity = ASSUMED_ROLE
        .replace(r#""mfaAuthenticated": "false""#, r#""mfaAuthenticated": true"#)
        .replace(r#""attributes""#, r#""sourceIdentity": "ana@example.com", "attributes""#);
    check(
        &record("DeleteModel", &[("userIdentity", &identity)]),
        &[
            ("aws:MultiFactorAuthPresent", "true"),
            ("aws:MultiFactorAuthAge", "3600"),
            ("aws:SourceIdentity", "ana@example.com"),
        ],
    );
    let identity = ASSUMED_ROLE.replace(
        r#""attributes""#,
        r#""webIdFederationData": {"federatedProvider": "accounts.google.com"}, "attributes""#,
    );
    check(
        &record("DeleteModel", &[("userIdentity", &identity)]),
        &[("aws:FederatedProvider", "accounts.google.com")],
    );
}

#[test]
fn long_term_keys_have_no_session() {
    let user = USER.replace(
        r#", "sessionContext": {"sessionIssuer": {}}"#,
        r#", "accessKeyId": "AKIAEXAMPLE""#,
    );
    for key in ["ASIAEXAMPLE", "HIDDEN_DUE_TO_SECURITY_REASONS"] {
        let temporary = user.replace("AKIAEXAMPLE", key);
        check(
            &record("DeleteModel", &[("userIdentity", &temporary)]),
            &[
                ("aws:MultiFactorAuthPresent", "unknown"),
                ("aws:TokenIssueTime", "unknown"),
                ("aws:SourceIdentity", "unknown"),
            ],
        );
    }
    check(
        &record("DeleteModel", &[("userIdentity", &user)]),
        &[
            ("aws:MultiFactorAuthPresent", "absent"),
            ("aws:MultiFactorAuthAge", "absent"),
            ("aws:TokenIssueTime", "absent"),
        ],
    );
}

#[test]
fn the_principal_is_known_with_its_path() {
    check(
        &record("DeleteModel", &[]),
        &[
            ("aws:PrincipalArn", "arn:aws:iam::111122223333:role/ml/Scientist"),
            ("aws:PrincipalType", "AssumedRole"),
            ("aws:PrincipalAccount", "111122223333"),
            ("aws:userid", "AROAEXAMPLE:ana"),
            // Only users have a name.
            ("aws:username", "absent"),
            ("aws:PrincipalTag/team", "unknown"),
        ],
    );
    check(
        &record("DeleteModel", &[("userIdentity", USER)]),
        &[
            ("aws:PrincipalArn", "arn:aws:iam::111122223333:user/ops/eve"),
            ("aws:PrincipalType", "User"),
            ("aws:userid", "AIDAEXAMPLE"),
            ("aws:username", "eve"),
        ],
    );
    let nameless = USER.replace(r#""userName": "eve","#, "");
    check(&record("DeleteModel", &[("userIdentity", &nameless)]), &[("aws:username", "eve")]);
}

#[test]
fn time_region_agent_and_transport_are_those_of_the_record() {
    let agent = r#""Boto3/1.40 md/Botocore#1.40""#;
    let changes = [("userAgent", agent), ("tlsDetails", r#"{"tlsVersion": "TLSv1.3"}"#)];
    check(
        &record("DeleteModel", &changes),
        &[
            ("aws:CurrentTime", "2026-06-01T12:00:00Z"),
            ("aws:EpochTime", "1780315200"),
            ("aws:RequestedRegion", "eu-west-1"),
            ("aws:UserAgent", "Boto3/1.40 md/Botocore#1.40"),
            ("aws:SecureTransport", "true"),
        ],
    );
    check(
        &record("DeleteModel", &[]),
        &[("aws:UserAgent", "unknown"), ("aws:SecureTransport", "unknown")],
    );
}

#[test]
fn an_agent_that_cloudtrail_cut_is_unknown() {
    for (length, wanted) in [(1023, "known"), (1024, "unknown"), (2000, "unknown")] {
        let agent = "a".repeat(length);
        let wanted = if wanted == "known" { agent.as_str() } else { "unknown" };
        let quoted = format!("\"{agent}\"");
        check(&record("DeleteModel", &[("userAgent", &quoted)]), &[("aws:UserAgent", wanted)]);
    }
}

#[test]
fn the_organisation_comes_from_the_facts() {
    let record = record("DeleteModel", &[]);
    check(
        &record,
        &[
            ("aws:PrincipalOrgID", "o-example"),
            ("aws:ResourceOrgID", "o-example"),
            ("aws:ResourceAccount", "111122223333"),
            ("management", "999988887777"),
        ],
    );
    check_with(
        &Facts::default(),
        &record,
        &[("aws:PrincipalOrgID", "unknown"), ("management", "")],
    );
}

#[test]
fn other_global_keys_are_unknown() {
    let record = record("DeleteModel", &[]);
    for key in [
        "aws:PrincipalTag/team",
        "aws:PrincipalOrgPaths",
        "aws:ResourceOrgPaths",
        "aws:Referer",
        "aws:NotInventedYet",
    ] {
        check(&record, &[(key, "unknown")]);
    }
}

// Refused calls.

#[test]
fn of_a_refused_call_without_parameters_the_message_tells_the_resource() {
    let message = format!(
        "sagemaker:CreateTrainingJob on resource: {HERE}training-job/Churn because no identity-based policy allows the sagemaker:CreateTrainingJob action"
    );
    check(
        &refused("CreateTrainingJob", &message),
        &[
            ("requests", "primary sagemaker:CreateTrainingJob ~training-job/Churn"),
            ("type", "training-job"),
            ("sagemaker:InstanceTypes", "unknown"),
            ("aws:RequestTag/team", "unknown"),
        ],
    );
    for message in ["sagemaker:CreateTrainingJob", "sagemaker:CreateTrainingJob on resource: *"] {
        check(
            &refused("CreateTrainingJob", message),
            &[("requests", "primary sagemaker:CreateTrainingJob like ~training-job/*")],
        );
    }
    let without_message = record("CreateTrainingJob", &[("errorCode", "\"AccessDenied\"")]);
    check(&without_message, &[("resource", "like ~training-job/*")]);
}

#[test]
fn a_call_refused_for_its_tags_is_about_add_tags_alone() {
    let message = format!(
        "sagemaker:AddTags on resource: {HERE}processing-job/p with an explicit deny in a service control policy"
    );
    check(
        &refused("CreateProcessingJob", &message),
        &[
            ("requests", "add_tags sagemaker:AddTags ~processing-job/p"),
            ("sagemaker:TaggingAction", "CreateProcessingJob"),
            ("aws:RequestTag/team", "unknown"),
            ("aws:ResourceTag/team", "unknown"),
            ("sagemaker:ResourceTag/team", "unknown"),
            ("type", "processing-job"),
        ],
    );
}

#[test]
fn a_call_refused_for_its_role_is_about_pass_role_alone() {
    let role = "arn:aws:iam::111122223333:role/Admin";
    let message = format!(
        "iam:PassRole on resource: {role} because no identity-based policy allows the iam:PassRole action"
    );
    check(
        &refused("CreateTrainingJob", &message),
        &[
            ("requests", &format!("pass_role iam:PassRole {role}")),
            ("iam:PassedToService", "sagemaker.amazonaws.com"),
            ("type", "role"),
        ],
    );
    // The role may be one that the user profile hands to another service.
    check(&refused("CreateUserProfile", &message), &[("iam:PassedToService", "unknown")]);
}

#[test]
fn a_call_refused_for_another_services_action_is_about_that_alone() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
    let message = format!("kms:CreateGrant on resource: {key} with an explicit deny");
    check(
        &refused("CreateNotebookInstance", &message),
        &[
            ("requests", &format!("primary kms:CreateGrant {key}")),
            ("kms:ViaService", "unknown"),
            ("aws:ResourceTag/team", "unknown"),
            ("aws:RequestTag/team", "unknown"),
            ("sagemaker:InstanceTypes", "absent"),
        ],
    );
    check(
        &refused("CreateNotebookInstance", "kms:CreateGrant on the specified resource"),
        &[("requests", "primary kms:CreateGrant unknown")],
    );
}

#[test]
fn the_refused_action_may_be_written_in_another_case() {
    let message = format!("SageMaker:createmodel on resource: {HERE}model/m");
    check(
        &refused("CreateModel", &message),
        &[("requests", "primary sagemaker:CreateModel ~model/m")],
    );
}

// Identities.

fn check_identity(identity: &str, questions: &[(&str, &str)]) {
    check(&record("DeleteModel", &[("userIdentity", identity)]), questions);
}

#[test]
fn a_role_is_its_issuer_with_the_path() {
    check_identity(
        ASSUMED_ROLE,
        &[
            ("principal", "arn:aws:iam::111122223333:role/ml/Scientist"),
            ("standing", "Principal"),
            ("session", "ana"),
        ],
    );
}

#[test]
fn a_role_without_issuer_is_the_one_its_session_names() {
    check_identity(
        r#"{"type": "AssumedRole", "arn": "arn:aws-cn:sts::111122223333:assumed-role/Scientist/ana"}"#,
        &[
            ("principal", "arn:aws-cn:iam::111122223333:role/Scientist"),
            ("standing", "Principal"),
            ("session", "ana"),
        ],
    );
    check_identity(
        r#"{"type": "AssumedRole", "principalId": "AROAEXAMPLE:ana"}"#,
        &[("principal", "AROAEXAMPLE:ana"), ("standing", "Unidentified")],
    );
}

#[test]
fn a_role_of_another_account_is_judged_there() {
    let identity = ASSUMED_ROLE.replace("111122223333", "444455556666");
    check_identity(
        &identity,
        &[
            ("principal", "arn:aws:iam::444455556666:role/ml/Scientist"),
            ("standing", "CrossAccount"),
            ("account", "111122223333"),
            ("aws:PrincipalOrgID", "unknown"),
        ],
    );
}

#[test]
fn a_user_is_itself_even_with_an_empty_issuer() {
    check_identity(
        USER,
        &[
            ("principal", "arn:aws:iam::111122223333:user/ops/eve"),
            ("standing", "Principal"),
            ("session", ""),
        ],
    );
    check_identity(r#"{"type": "IAMUser", "userName": "eve"}"#, &[("standing", "Unidentified")]);
}

#[test]
fn the_root_user_is_root() {
    check_identity(
        r#"{"type": "Root", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:root"}"#,
        &[
            ("principal", "arn:aws:iam::111122223333:root"),
            ("standing", "Root"),
            ("aws:PrincipalType", "Account"),
            ("aws:PrincipalArn", "arn:aws:iam::111122223333:root"),
            ("aws:username", "absent"),
        ],
    );
    check_identity(
        r#"{"type": "Root"}"#,
        &[("principal", "arn:aws:iam::111122223333:root"), ("standing", "Root")],
    );
    check_identity(
        r#"{"type": "Root", "accountId": "444455556666"}"#,
        &[("principal", "arn:aws:iam::444455556666:root"), ("standing", "CrossAccount")],
    );
}

#[test]
fn a_federated_user_has_the_policies_of_the_user_who_asked_for_it() {
    let federated = r#"{"type": "FederatedUser", "principalId": "111122223333:bob",
        "arn": "arn:aws:sts::111122223333:federated-user/bob", "accountId": "111122223333",
        "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ops/eve"}}}"#;
    check_identity(
        federated,
        &[
            ("principal", "arn:aws:iam::111122223333:user/ops/eve"),
            ("standing", "Principal"),
            ("aws:PrincipalArn", "arn:aws:sts::111122223333:federated-user/bob"),
            ("aws:PrincipalType", "FederatedUser"),
        ],
    );
    let by_root = federated.replace("user/ops/eve", "root");
    check_identity(&by_root, &[("standing", "Root")]);
    check_identity(
        r#"{"type": "FederatedUser", "arn": "arn:aws:sts::111122223333:federated-user/bob"}"#,
        &[("standing", "Unidentified")],
    );
}

#[test]
fn services_and_callers_from_elsewhere_are_not_judged() {
    for (identity, standing, principal) in [
        (
            r#"{"type": "AWSService", "invokedBy": "sagemaker.amazonaws.com"}"#,
            "Service",
            "sagemaker.amazonaws.com",
        ),
        (r#"{"invokedBy": "sagemaker.amazonaws.com"}"#, "Service", "sagemaker.amazonaws.com"),
        (
            r#"{"type": "AWSAccount", "principalId": "AIDAOTHER", "accountId": "444455556666"}"#,
            "CrossAccount",
            "AIDAOTHER",
        ),
        (
            r#"{"type": "SAMLUser", "principalId": "x:bob", "userName": "bob"}"#,
            "Unidentified",
            "x:bob",
        ),
        (
            r#"{"type": "WebIdentityUser", "principalId": "accounts.google.com:1", "userName": "1"}"#,
            "Unidentified",
            "accounts.google.com:1",
        ),
        (
            r#"{"type": "IdentityCenterUser", "accountId": "111122223333",
                "onBehalfOf": {"userId": "u-1"}}"#,
            "Unidentified",
            "111122223333",
        ),
        (r#"{"type": "Directory", "principalId": "d"}"#, "Unidentified", "d"),
        (r#"{"type": "Unknown", "principalId": "p"}"#, "Unidentified", "p"),
        (r#"{"type": "Tomorrow", "principalId": "p"}"#, "Unidentified", "p"),
        ("{}", "Unidentified", "unidentified"),
        ("null", "Unidentified", "unidentified"),
        ("", "Unidentified", "unidentified"),
    ] {
        check_identity(identity, &[("standing", standing), ("principal", principal)]);
    }
}

#[test]
fn the_account_is_the_one_the_call_was_recorded_in() {
    let identity = r#"{"type": "IAMUser", "accountId": "111122223333",
        "arn": "arn:aws:iam::111122223333:user/eve"}"#;
    let changes = [("recipientAccountId", ""), ("userIdentity", identity)];
    check(
        &record("DeleteModel", &changes),
        &[("account", "111122223333"), ("standing", "Principal")],
    );
}

mod values_that_look_surer_than_they_are {
    use super::*;
    #[test]
    fn delete_tags() {
        check(
            &call("DeleteTags", r#"{"resourceArn": "arn:x", "tagKeys": ["team", "cost"]}"#),
            &[("aws:TagKeys", "[team, cost]"), ("aws:RequestTag/team", "absent")],
        );
    }
    #[test]
    fn extra_tags() {
        check(
            &call(
                "CreateEndpoint",
                r#"{"endpointName": "e", "endpointConfigName": "c", "tags": [{"key":"team","value":"x"}]}"#,
            ),
            &[
                ("0 aws:ResourceTag/team", "absent | x"),
                ("1 resource", "~endpoint-config/c"),
                ("1 aws:ResourceTag/team", "unknown"),
            ],
        );
    }
    #[test]
    fn refused_other_tagkeys() {
        check(
            &refused(
                "CreateNotebookInstance",
                "kms:CreateGrant on resource: arn:aws:kms:eu-west-1:111122223333:key/1",
            ),
            &[("aws:TagKeys", "unknown")],
        );
    }
    #[test]
    fn no_session() {
        check_identity(
            r#"{"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Scientist/ana"}"#,
            &[
                ("aws:MultiFactorAuthPresent", "unknown"),
                ("aws:TokenIssueTime", "unknown"),
                ("aws:SourceIdentity", "unknown"),
                ("aws:PrincipalArn", "unknown"),
            ],
        );
    }
    #[test]
    fn definition_that_says_nothing() {
        check(
            &call(
                "CreateHyperParameterTuningJob",
                r#"{"trainingJobDefinitions": [{"enableNetworkIsolation": true}, {"resourceConfig": {"instanceType": "x"}}]}"#,
            ),
            &[
                (
                    "requests",
                    "primary sagemaker:CreateHyperParameterTuningJob like ~hyper-parameter-tuning-job/* + primary sagemaker:CreateHyperParameterTuningJob like ~hyper-parameter-tuning-job/*",
                ),
                ("1 sagemaker:NetworkIsolation", "false"),
            ],
        );
    }
    #[test]
    fn low_confidence() {
        check(
            &call(
                "CreateTrainingJob",
                r#"{"resourceConfig": {"instanceType": "a"}, "debugRuleConfigurations": [{"instanceType": "b"}]}"#,
            ),
            &[("sagemaker:InstanceTypes", "[a] | [a, b]")],
        );
    }
    #[test]
    fn zero() {
        check(
            &call("CreateTrainingJob", r#"{"resourceConfig": {"keepAlivePeriodInSeconds": 0}}"#),
            &[("sagemaker:KeepAlivePeriod", "absent | 0")],
        );
    }
    #[test]
    fn updatable() {
        check(
            &call("PutRecord", r#"{"featureGroupName": "f"}"#),
            &[("sagemaker:UpdatableFeatures", "absent")],
        );
    }
    #[test]
    fn tag_case() {
        check(
            &call(
                "CreateModel",
                r#"{"tags": [{"key": "team", "value": "a"}, {"key": "Team", "value": "b"}]}"#,
            ),
            &[("aws:RequestTag/team", "a | b")],
        );
    }
    #[test]
    fn internal() {
        let i = ASSUMED_ROLE.replace(
            r#""type": "AssumedRole""#,
            r#""type": "AssumedRole", "invokedBy": "AWS Internal""#,
        );
        check(
            &record("DeleteModel", &[("userIdentity", &i)]),
            &[("aws:CalledViaLast", "unknown"), ("aws:ViaAWSService", "unknown")],
        );
    }
    #[test]
    fn refused_second() {
        let message = format!(
            "User: u is not authorized to perform: sagemaker:CreateEndpoint on resource: {HERE}endpoint-config/c because no identity-based policy allows the sagemaker:CreateEndpoint action"
        );
        check(
            &record(
                "CreateEndpoint",
                &[
                    ("errorCode", "\"AccessDenied\""),
                    ("errorMessage", &format!("\"{message}\"")),
                    ("requestParameters", r#"{"endpointName": "e", "endpointConfigName": "c"}"#),
                ],
            ),
            &[("0 resource", "~endpoint-config/c")],
        );
    }
}

#[test]
fn facts_say_what_evidence_does_not() {
    let role =
        r#"{"modelName": "m", "executionRoleArn": "arn:aws-cn:iam::111122223333:role/Exec"}"#;
    let in_china =
        record("CreateModel", &[("requestParameters", role), ("awsRegion", "\"cn-north-1\"")]);
    check(&in_china, &[("1 iam:PassedToService", "sagemaker.amazonaws.com")]);
    let partition = ("aws-cn".to_owned(), "sagemaker.amazonaws.com.cn".to_owned());
    let stated = Facts { passed_to_service: BTreeMap::from([partition]), ..Facts::default() };
    check_with(&stated, &in_china, &[("1 iam:PassedToService", "sagemaker.amazonaws.com.cn")]);
    let elsewhere = call("CreateModel", &role.replace("aws-cn", "aws"));
    check_with(&stated, &elsewhere, &[("1 iam:PassedToService", "sagemaker.amazonaws.com")]);

    let job = call("CreateTrainingJob", r#"{"trainingJobName": "j"}"#);
    check(
        &job,
        &[
            ("sagemaker:NetworkIsolation", "false"),
            ("derived", "sagemaker:InterContainerTrafficEncryption, sagemaker:NetworkIsolation"),
        ],
    );
    let doubting = Facts { doubt_service_defaults: true, ..Facts::default() };
    check_with(&doubting, &job, &[("sagemaker:NetworkIsolation", "absent | false")]);
}

/// Sessions of Studio are all named alike: what the call names, or else Studio's tags, tell whose
/// it is.
#[test]
fn studio_is_told_by_parameters_or_by_its_tags() {
    let app = r#"{"domainId": "d-1", "spaceName": "lab", "appType": "JupyterLab",
        "appName": "default"}"#;
    let of_space = [("domain", "d-1"), ("space", "~space/d-1/lab"), ("profile", "")];
    check(&call("CreateApp", app), &of_space);
    let profile = r#"{"domainId": "d-1", "userProfileName": "ana"}"#;
    let of_profile = [("domain", "d-1"), ("space", ""), ("profile", "~user-profile/d-1/ana")];
    check(&call("CreatePresignedDomainUrl", profile), &of_profile);
    let tagged = |tags: &[(&str, &str)]| {
        let tags = tags.iter().map(|(key, value)| {
            let value = value.replace('~', HERE);
            format!(r#"{{"key": "sagemaker:{key}", "value": "{value}"}}"#)
        });
        let tags = tags.collect::<Vec<_>>().join(", ");
        call("CreateModel", &format!(r#"{{"modelName": "churn", "tags": [{tags}]}}"#))
    };
    let (space, profile) = ("~space/d-1/lab", "~user-profile/d-2/ana");
    check(&tagged(&[("space-arn", space)]), &of_space);
    let both = [("user-profile-arn", profile), ("domain-arn", "~domain/d-2")];
    let told = [("domain", "d-2"), ("space", ""), ("profile", profile)];
    check(&tagged(&both), &told);
    check(&tagged(&both[..1]), &told);
    let nothing = [("domain", ""), ("space", ""), ("profile", "")];
    check(&tagged(&[("space-arn", "lab")]), &nothing);
    check(&call("CreateModel", r#"{"modelName": "churn"}"#), &nothing);
    // A call that names a domain itself is not asked for tags, which are the caller's to choose.
    let spoofed = r#"{"domainId": "d-1", "userProfileName": "ana", "appType": "JupyterLab",
        "appName": "default", "tags": [{"key": "sagemaker:space-arn", "value": "arn:x/d-9/lab"}]}"#;
    check(&call("CreateApp", spoofed), &of_profile);
}
