//! One record in, its rows out: what is found, under which code and id, and what is not.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use cloudtrail::Limits;
use iam_policy::Decision;
use proptest::prelude::*;

use super::{Filter, Judge, Verdict, catalog_hash};
use crate::explain::Rows;
use crate::finding::{Finding, Severity};
use crate::target::{MANIFEST, TargetSet, load};

/// The role of the records, bound to the policy at hand by every set of these tests.
const ROLE: &str = "arn:aws:iam::111122223333:role/ml/Scientist";

const BASE: [(&str, &str); 7] = [
    ("eventVersion", r#""1.11""#),
    ("eventID", r#""e-1""#),
    ("eventTime", r#""2026-06-01T12:00:00Z""#),
    ("eventSource", r#""sagemaker.amazonaws.com""#),
    ("awsRegion", r#""eu-west-1""#),
    ("recipientAccountId", r#""111122223333""#),
    ("userIdentity", IDENTITY),
];

const IDENTITY: &str = r#"{
    "type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Scientist/ana",
    "accessKeyId": "ASIAEXAMPLE",
    "sessionContext": {
        "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/ml/Scientist"},
        "attributes": {"creationDate": "2026-06-01T11:00:00Z", "mfaAuthenticated": "false"}}}"#;

/// A record of the event, with members of the smallest one changed or (with an empty value) left
/// out.
pub(crate) fn record(event: &str, changes: &[(&str, &str)]) -> String {
    let unchanged = |(key, _): &&(&str, &str)| changes.iter().all(|(changed, _)| changed != key);
    let members = BASE.iter().filter(unchanged).chain(changes).filter(|(_, json)| !json.is_empty());
    let members: Vec<String> = members.map(|(key, json)| format!("\"{key}\": {json}")).collect();
    format!("{{\"eventName\": \"{event}\", {}}}", members.join(", "))
}

/// A call that succeeded with these parameters.
fn call(event: &str, parameters: &str) -> String {
    record(event, &[("requestParameters", parameters)])
}

/// A call that failed with this code; the empty one is none.
fn failed(event: &str, parameters: &str, code: &str) -> String {
    let code = format!("\"{code}\"");
    record(event, &[("requestParameters", parameters), ("errorCode", &code)])
}

/// A call by the identity.
fn by(identity: &str, event: &str, parameters: &str) -> String {
    record(event, &[("requestParameters", parameters), ("userIdentity", identity)])
}

/// A set with one policy of these statements for the roles of a path, and further tables.
pub(crate) fn set(statements: &str, tables: &str) -> TargetSet {
    let manifest = format!(
        "schema = 1\nrevision = 1\nname = \"test\"\n[[binding]]\nname = \"b\"\nprincipals = [\"arn:aws:iam::*:role/ml/*\"]\nidentity = [\"p.json\"]\n{tables}"
    );
    let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    let files = BTreeMap::from([
        (MANIFEST.to_owned(), manifest.into_bytes()),
        ("p.json".to_owned(), policy.into_bytes()),
        ("allow.json".to_owned(), format!(r#"{{"Statement": {ALLOW}}}"#).into_bytes()),
        ("deny.json".to_owned(), format!(r#"{{"Statement": {DENY}}}"#).into_bytes()),
    ]);
    load(&files).unwrap()
}

pub(crate) const ALLOW: &str =
    r#"{"Sid": "AllowAll", "Effect": "Allow", "Action": "*", "Resource": "*"}"#;
const DENY: &str = r#"{"Sid": "DenyAll", "Effect": "Deny", "Action": "*", "Resource": "*"}"#;
/// Nothing in a record tells the tags of its principal.
const DEPENDS: &str = r#"{"Sid": "ByTeam", "Effect": "Allow", "Action": "*", "Resource": "*",
    "Condition": {"StringEquals": {"aws:PrincipalTag/team": "nlp"}}}"#;

/// An Allow for one action that has this condition.
fn allow_if(action: &str, condition: &str) -> String {
    format!(
        r#"{{"Sid": "Guard", "Effect": "Allow", "Action": "{action}", "Resource": "*", "Condition": {condition}}}"#
    )
}

fn judge_with(judge: &mut Judge<'_>, record: &str) -> (Verdict, Rows) {
    let mut rows = Rows::default();
    let verdict = judge.judge(record.as_bytes(), None, &mut rows);
    (verdict, rows)
}

fn rows(set: &TargetSet, record: &str) -> Rows {
    let (verdict, rows) = judge_with(&mut Judge::new(set, Limits::default()), record);
    assert!(matches!(verdict, Verdict::Evaluated { .. }), "{verdict:?} of {record}");
    rows
}

/// The findings of one record, each as `CODE severity KEY = observed`.
fn check(set: &TargetSet, record: &str, wanted: &[&str]) {
    let rows = rows(set, record);
    let shown: Vec<String> = rows.findings.iter().map(show).collect();
    assert_eq!(shown, wanted, "{record}");
    assert!(!rows.calls.is_empty(), "{record}");
}

fn show(finding: &Finding) -> String {
    let key = finding.key.as_deref().map(|key| format!(" {key}")).unwrap_or_default();
    let observed = match finding.observed.as_slice() {
        [] => String::new(),
        values => format!(" = {}", values.join(", ")),
    };
    format!("{} {}{key}{observed}", finding.code, finding.severity)
}

fn only(set: &TargetSet, record: &str) -> Finding {
    let findings = rows(set, record).findings;
    assert_eq!(findings.len(), 1, "{record}");
    findings.into_iter().next().unwrap()
}

// What AWS answered against what the target says.

#[test]
fn every_row_of_the_drift_table() {
    let (allowed, denied, open) = (set(ALLOW, ""), set(DENY, ""), set(DEPENDS, ""));
    let doubt = "aws:PrincipalTag/team";
    for (code, if_allowed, if_denied, if_open) in [
        ("", &[][..], &["DRF112 high"][..], &[format!("DRF203 info {doubt}")][..]),
        ("AccessDenied", &["DRF202 low"], &["DRF201 low"], &[format!("DRF201 low {doubt}")]),
        ("ResourceLimitExceeded", &[], &["DRF112 medium"], &[]),
        ("ValidationException", &[], &["DRF112 medium"], &[]),
        ("ThrottlingException", &[], &[], &[]),
    ] {
        let record = failed("DeleteModel", r#"{"modelName": "m"}"#, code);
        check(&allowed, &record, if_allowed);
        check(&denied, &record, if_denied);
        check(&open, &record, &if_open.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn implicit_denials_drift_as_explicit_ones_do() {
    let nothing = set(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#, "");
    let parameters = r#"{"modelName": "m"}"#;
    check(&nothing, &call("DeleteModel", parameters), &["DRF110 medium"]);
    check(&nothing, &failed("DeleteModel", parameters, "AccessDenied"), &["DRF201 low"]);
    check(&nothing, &failed("DeleteModel", parameters, "ResourceLimitExceeded"), &["DRF110 low"]);
    check(&nothing, &failed("DeleteModel", parameters, "ThrottlingException"), &[]);
}

#[test]
fn the_decision_goes_with_the_finding() {
    let parameters = r#"{"modelName": "m"}"#;
    for (statement, outcome, decision) in [
        (DENY, "", Decision::ExplicitlyDenied),
        (DEPENDS, "", Decision::Undetermined),
        (ALLOW, "AccessDenied", Decision::Allowed),
        (DENY, "AccessDenied", Decision::ExplicitlyDenied),
        (DEPENDS, "AccessDenied", Decision::Undetermined),
        (DENY, "ValidationException", Decision::ExplicitlyDenied),
    ] {
        let record = failed("DeleteModel", parameters, outcome);
        assert_eq!(only(&set(statement, ""), &record).decision, Some(decision), "{record}");
    }
}

#[test]
fn a_call_that_only_reads_is_one_severity_milder() {
    for (event, outcome, wanted) in [
        ("DeleteModel", "", "DRF112 high"),
        ("DescribeModel", "", "DRF112 medium"),
        ("ListModels", "", "DRF112 medium"),
        ("DeleteModel", "ValidationException", "DRF112 medium"),
        ("DescribeModel", "ValidationException", "DRF112 low"),
        ("DescribeModel", "AccessDenied", "DRF201 low"),
    ] {
        check(&set(DENY, ""), &failed(event, r#"{"modelName": "m"}"#, outcome), &[wanted]);
    }
}

// Codes.

/// What the target lets a role do with this condition, what it did, and what is found.
struct Condition {
    event: &'static str,
    parameters: &'static str,
    condition: &'static str,
    found: &'static str,
}

const CONDITIONS: [Condition; 21] = [
    Condition {
        event: "CreateTrainingJob",
        parameters: r#"{"resourceConfig": {"instanceType": "ml.p4d.24xlarge"}}"#,
        condition: r#"{"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.c5.*"}}"#,
        found: "DRF101 high sagemaker:InstanceTypes = ml.p4d.24xlarge",
    },
    Condition {
        event: "CreateNotebookInstance",
        parameters: r#"{"acceleratorTypes": ["ml.eia2.large"]}"#,
        condition: r#"{"ForAllValues:StringEquals": {"sagemaker:AcceleratorTypes": "ml.eia2.medium"}}"#,
        found: "DRF101 high sagemaker:AcceleratorTypes = ml.eia2.large",
    },
    Condition {
        event: "CreateTrainingJob",
        parameters: r#"{"vpcConfig": {"subnets": ["subnet-1", "subnet-9"]}}"#,
        condition: r#"{"ForAllValues:StringEquals": {"sagemaker:VpcSubnets": ["subnet-1", "subnet-2"]}}"#,
        found: "DRF102 high sagemaker:VpcSubnets = subnet-9",
    },
    Condition {
        event: "CreateTrainingJob",
        parameters: "{}",
        condition: r#"{"Null": {"sagemaker:VpcSecurityGroupIds": "false"}}"#,
        found: "DRF102 high sagemaker:VpcSecurityGroupIds",
    },
    Condition {
        event: "CreateDomain",
        parameters: r#"{"appNetworkAccessType": "PublicInternetOnly"}"#,
        condition: r#"{"StringEquals": {"sagemaker:AppNetworkAccessType": "VpcOnly"}}"#,
        found: "DRF102 high sagemaker:AppNetworkAccessType = PublicInternetOnly",
    },
    Condition {
        event: "CreateTrainingJob",
        parameters: "{}",
        condition: r#"{"Bool": {"sagemaker:NetworkIsolation": "true"}}"#,
        found: "DRF103 high sagemaker:NetworkIsolation = false",
    },
    Condition {
        event: "CreateTrainingJob",
        parameters: r#"{"enableInterContainerTrafficEncryption": false}"#,
        condition: r#"{"Bool": {"sagemaker:InterContainerTrafficEncryption": "true"}}"#,
        found: "DRF103 high sagemaker:InterContainerTrafficEncryption = false",
    },
    Condition {
        event: "CreateTrainingJob",
        parameters: r#"{"resourceConfig": {"volumeKmsKeyId": ""}}"#,
        condition: r#"{"Null": {"sagemaker:VolumeKmsKeyArn": "false"}}"#,
        found: "DRF104 high sagemaker:VolumeKmsKeyArn",
    },
    Condition {
        event: "CreateTrainingJob",
        parameters: r#"{"outputDataConfig": {"kmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/2"}}"#,
        condition: r#"{"ArnEquals": {"sagemaker:OutputKmsKey": "arn:aws:kms:eu-west-1:111122223333:key/1"}}"#,
        found: "DRF104 high sagemaker:OutputKmsKey = arn:aws:kms:eu-west-1:111122223333:key/2",
    },
    Condition {
        event: "CreateNotebookInstance",
        parameters: r#"{"notebookInstanceName": "n"}"#,
        condition: r#"{"StringEquals": {"sagemaker:DirectInternetAccess": "Disabled"}}"#,
        found: "DRF105 high sagemaker:DirectInternetAccess = Enabled",
    },
    Condition {
        event: "CreateNotebookInstance",
        parameters: r#"{"rootAccess": "Enabled"}"#,
        condition: r#"{"StringEquals": {"sagemaker:RootAccess": "Disabled"}}"#,
        found: "DRF106 high sagemaker:RootAccess = Enabled",
    },
    Condition {
        event: "CreateTrainingJob",
        parameters: r#"{"remoteDebugConfig": {"enableRemoteDebug": true}}"#,
        condition: r#"{"Bool": {"sagemaker:EnableRemoteDebug": "false"}}"#,
        found: "DRF106 high sagemaker:EnableRemoteDebug = true",
    },
    Condition {
        event: "CreateTrainingJob",
        parameters: r#"{"inputDataConfig": [{"dataSource": {"fileSystemDataSource": {"fileSystemId": "fs-9"}}}]}"#,
        condition: r#"{"StringEquals": {"sagemaker:FileSystemId": "fs-1"}}"#,
        found: "DRF107 high sagemaker:FileSystemId = fs-9",
    },
    Condition {
        event: "CreateLabelingJob",
        parameters: r#"{"humanTaskConfig": {"workteamArn": "arn:aws:sagemaker:eu-west-1:394669845002:workteam/public-crowd/default"}}"#,
        condition: r#"{"StringEquals": {"sagemaker:WorkteamType": "private-crowd"}}"#,
        found: "DRF108 high sagemaker:WorkteamType = public-crowd",
    },
    Condition {
        event: "CreateModel",
        parameters: r#"{"modelName": "m"}"#,
        condition: r#"{"StringEquals": {"aws:RequestTag/team": "nlp"}}"#,
        found: "DRF109 medium aws:RequestTag/team",
    },
    Condition {
        event: "CreateModel",
        parameters: r#"{"modelName": "m"}"#,
        condition: r#"{"StringEquals": {"aws:ResourceTag/team": "nlp"}}"#,
        found: "DRF109 medium aws:ResourceTag/team",
    },
    Condition {
        event: "CreateModel",
        parameters: r#"{"modelName": "m"}"#,
        condition: r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
        found: "DRF114 high aws:SourceIp = 192.0.2.7",
    },
    Condition {
        event: "CreateApp",
        parameters: r#"{"resourceSpec": {"sageMakerImageArn": "arn:aws:sagemaker:eu-west-1:111122223333:image/wild"}}"#,
        condition: r#"{"ForAllValues:StringLike": {"sagemaker:ImageArns": "*:image/approved"}}"#,
        found: "DRF115 medium sagemaker:ImageArns = arn:aws:sagemaker:eu-west-1:111122223333:image/wild",
    },
    Condition {
        event: "CreateFeatureGroup",
        parameters: r#"{"offlineStoreConfig": {"s3StorageConfig": {"s3Uri": "s3://elsewhere/x"}}}"#,
        condition: r#"{"StringLike": {"sagemaker:FeatureGroupOfflineStoreS3Uri": "s3://ml-*"}}"#,
        found: "DRF116 high sagemaker:FeatureGroupOfflineStoreS3Uri = s3://elsewhere/x",
    },
    Condition {
        event: "CreateTrainingJob",
        parameters: r#"{"stoppingCondition": {"maxRuntimeInSeconds": 86400}}"#,
        condition: r#"{"NumericLessThanEquals": {"sagemaker:MaxRuntimeInSeconds": "3600"}}"#,
        found: "DRF119 medium sagemaker:MaxRuntimeInSeconds = 86400",
    },
    Condition {
        event: "DeleteModel",
        parameters: r#"{"modelName": "m"}"#,
        condition: r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#,
        found: "DRF119 medium aws:MultiFactorAuthPresent = false",
    },
];

#[test]
fn the_condition_that_fails_gives_the_code() {
    for Condition { event, parameters, condition, found } in CONDITIONS {
        let set = set(&allow_if(&format!("sagemaker:{event}"), condition), "");
        let changes = [("requestParameters", parameters), ("sourceIPAddress", "\"192.0.2.7\"")];
        check(&set, &record(event, &changes), &[found]);
    }
}

#[test]
fn the_condition_of_a_deny_gives_the_code() {
    for (event, parameters, condition, found) in [
        (
            "CreateTrainingJob",
            r#"{"resourceConfig": {"instanceGroups": [{"instanceType": "ml.c5.xlarge"},
                                                      {"instanceType": "ml.p4d.24xlarge"}]}}"#,
            r#"{"ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": "ml.c5.*"}}"#,
            "DRF101 high sagemaker:InstanceTypes = ml.p4d.24xlarge",
        ),
        (
            "CreateTrainingJob",
            "{}",
            r#"{"Null": {"sagemaker:VpcSubnets": "true"}}"#,
            "DRF102 high sagemaker:VpcSubnets",
        ),
        (
            "CreateNotebookInstance",
            "{}",
            r#"{"StringEquals": {"sagemaker:DirectInternetAccess": "Enabled"}}"#,
            "DRF105 high sagemaker:DirectInternetAccess = Enabled",
        ),
        (
            "DeleteModel",
            r#"{"modelName": "m"}"#,
            r#"{"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}"#,
            "DRF119 medium aws:RequestedRegion = eu-west-1",
        ),
    ] {
        let deny = format!(
            r#"{{"Sid": "Guard", "Effect": "Deny", "Action": "sagemaker:{event}", "Resource": "*", "Condition": {condition}}}"#
        );
        let set = set(&format!("{ALLOW}, {deny}"), "");
        check(&set, &call(event, parameters), &[found]);
        let finding = only(&set, &call(event, parameters));
        assert_eq!(finding.statement.as_deref(), Some("Guard"));
        assert!(finding.denied_by_statement);
    }
}

#[test]
fn each_failing_key_gives_its_code_once() {
    let condition = r#"{
        "StringEquals": {"sagemaker:DirectInternetAccess": "Disabled", "sagemaker:RootAccess": "Disabled"},
        "Null": {"sagemaker:VpcSubnets": "false", "sagemaker:VpcSecurityGroupIds": "false"}}"#;
    let set = set(&allow_if("sagemaker:CreateNotebookInstance", condition), "");
    check(
        &set,
        &call("CreateNotebookInstance", r#"{"rootAccess": "Disabled"}"#),
        &[
            "DRF105 high sagemaker:DirectInternetAccess = Enabled",
            "DRF102 high sagemaker:VpcSubnets",
        ],
    );
}

#[test]
fn the_statement_with_the_fewest_failing_conditions_speaks() {
    let far = allow_if(
        "sagemaker:CreateTrainingJob",
        r#"{"Null": {"sagemaker:VpcSubnets": "false", "sagemaker:VolumeKmsKeyArn": "false"}}"#,
    );
    let near = allow_if(
        "sagemaker:CreateTrainingJob",
        r#"{"Bool": {"sagemaker:NetworkIsolation": "true"}, "Null": {"sagemaker:FileSystemId": "true"}}"#,
    );
    let other = allow_if("sagemaker:*", r#"{"Null": {"sagemaker:OutputKmsKeyArn": "false"}}"#);
    let record = call("CreateTrainingJob", "{}");
    check(
        &set(&format!("{}, {near}", far.replace("Guard", "Far")), ""),
        &record,
        &["DRF103 high sagemaker:NetworkIsolation = false"],
    );
    // Ties go to the first in the document.
    check(
        &set(&format!("{}, {near}", other.replace("Guard", "Other")), ""),
        &record,
        &["DRF104 high sagemaker:OutputKmsKeyArn"],
    );
}

#[test]
fn without_a_condition_to_name_the_code_tells_what_is_missing() {
    let allow = |resource: &str| {
        format!(
            r#"{{"Sid": "Own", "Effect": "Allow", "Action": "sagemaker:DeleteModel", "Resource": "{resource}"}}"#
        )
    };
    let record = call("DeleteModel", r#"{"modelName": "m"}"#);
    let model = "arn:aws:sagemaker:eu-west-1:111122223333:model/m";
    check(
        &set(&allow("arn:aws:sagemaker:*:*:model/team-*"), ""),
        &record,
        &[&format!("DRF111 medium = {model}")],
    );
    check(&set(&allow("*"), ""), &call("DeleteEndpoint", "{}"), &["DRF110 medium"]);
    check(&set(&format!("{ALLOW}, {DENY}"), ""), &record, &["DRF112 high"]);
}

#[test]
fn guardrails_and_boundaries_speak_in_their_own_name() {
    let record = call("DeleteModel", r#"{"modelName": "m"}"#);
    for (tables, wanted, policy) in [
        ("[[scp]]\naccounts = [\"*\"]\npolicies = [\"deny.json\"]\n", "DRF112 high", "deny.json"),
        ("boundary = \"deny.json\"\n", "DRF112 high", "deny.json"),
    ] {
        let set = set(ALLOW, tables);
        check(&set, &record, &[wanted]);
        assert_eq!(only(&set, &record).policy.as_deref(), Some(policy));
    }
    let closed = "[[scp]]\naccounts = [\"*\"]\npolicies = []\nfull_access = false\n";
    check(&set(ALLOW, closed), &record, &["DRF110 medium"]);
}

#[test]
fn a_role_that_may_not_be_passed_is_critical_whatever_the_reason() {
    let create = r#"{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}"#;
    let pass = |more: &str| {
        format!(
            r#"{create}, {{"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole", {more}}}"#
        )
    };
    let role = "arn:aws:iam::111122223333:role/Admin";
    let record =
        call("CreateModel", &format!(r#"{{"modelName": "m", "executionRoleArn": "{role}"}}"#));
    let found = format!("DRF113 critical = {role}");
    let by_condition = format!("DRF113 critical iam:PassedToService = {role}");
    for (statements, wanted) in [
        (create.to_owned(), &*found),
        (pass(r#""Resource": "arn:aws:iam::*:role/Execution""#), &*found),
        (
            pass(
                r#""Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}"#,
            ),
            &*by_condition,
        ),
        (
            format!(
                r#"{}, {{"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}}"#,
                pass(r#""Resource": "*""#)
            ),
            &*found,
        ),
    ] {
        check(&set(&statements, ""), &record, &[wanted]);
    }
    check(&set(&pass(r#""Resource": "*""#), ""), &record, &[]);
}

#[test]
fn each_request_of_a_record_drifts_by_itself() {
    let statements = r#"
        {"Effect": "Allow", "Action": "sagemaker:CreateEndpoint", "Resource": "*:endpoint/*"},
        {"Effect": "Allow", "Action": "sagemaker:AddTags", "Resource": "*",
         "Condition": {"StringEquals": {"sagemaker:TaggingAction": "CreateModel"}}}"#;
    let parameters = r#"{"endpointName": "e", "endpointConfigName": "c",
        "tags": [{"key": "team", "value": "nlp"}]}"#;
    let set = set(statements, "");
    let record = call("CreateEndpoint", parameters);
    check(
        &set,
        &record,
        &[
            "DRF111 medium = arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/c",
            "DRF109 medium sagemaker:TaggingAction = CreateEndpoint",
        ],
    );
    let indices: Vec<u32> = rows(&set, &record).findings.iter().map(|f| f.request_index).collect();
    assert_eq!(indices, [1, 2]);
}

#[test]
fn every_part_of_a_split_call_must_be_allowed() {
    let set = set(
        &allow_if(
            "sagemaker:CreateTrainingJob",
            r#"{"StringEquals": {"sagemaker:FileSystemId": "fs-1"}}"#,
        ),
        "",
    );
    let channel = |id: &str| {
        format!(r#"{{"dataSource": {{"fileSystemDataSource": {{"fileSystemId": "{id}"}}}}}}"#)
    };
    let parameters =
        format!(r#"{{"inputDataConfig": [{}, {}]}}"#, channel("fs-1"), channel("fs-2"));
    check(
        &set,
        &call("CreateTrainingJob", &parameters),
        &["DRF107 high sagemaker:FileSystemId = fs-2"],
    );
}

// Principals that no binding names, or that are exempt.

const STRANGER: &str = r#"{"type": "IAMUser", "userName": "eve",
    "arn": "arn:aws:iam::111122223333:user/eve"}"#;

#[test]
fn a_principal_that_no_binding_names_is_found_once_per_record() {
    let set = set(ALLOW, "");
    let parameters =
        r#"{"modelName": "m", "executionRoleArn": "arn:aws:iam::111122223333:role/r"}"#;
    let record = by(STRANGER, "CreateModel", parameters);
    check(&set, &record, &["DRF120 medium"]);
    let rows = rows(&set, &record);
    assert_eq!(rows.calls.len(), 2);
    for call in &rows.calls {
        assert_eq!(call.not_judged.as_deref(), Some("unbound"));
        assert_eq!(call.decision, None);
    }
}

#[test]
fn a_refused_call_of_a_principal_that_no_binding_names_is_no_finding() {
    let changes = [("userIdentity", STRANGER), ("errorCode", "\"AccessDenied\"")];
    check(&set(ALLOW, ""), &record("DeleteModel", &changes), &[]);
}

#[test]
fn callers_that_cannot_be_judged_do_not_drift() {
    let set = set(DENY, "");
    for (identity, why) in [
        (r#"{"type": "AWSService", "invokedBy": "sagemaker.amazonaws.com"}"#, "service"),
        (
            r#"{"type": "AssumedRole", "sessionContext": {"sessionIssuer":
                {"arn": "arn:aws:iam::111122223333:role/aws-service-role/sagemaker.amazonaws.com/R"}}}"#,
            "service_linked_role",
        ),
        (
            r#"{"type": "AssumedRole", "sessionContext": {"sessionIssuer":
                {"arn": "arn:aws:iam::444455556666:role/ml/Scientist"}}}"#,
            "cross_account",
        ),
        (r#"{"type": "AWSAccount", "accountId": "444455556666"}"#, "cross_account"),
        (r#"{"type": "Unknown"}"#, "unidentified"),
        ("null", "unidentified"),
    ] {
        let record = by(identity, "DeleteModel", r#"{"modelName": "m"}"#);
        check(&set, &record, &[]);
        let call = &rows(&set, &record).calls[0];
        assert_eq!((call.not_judged.as_deref(), call.decision), (Some(why), None));
    }
}

#[test]
fn the_root_user_drifts_against_guardrails() {
    let root =
        r#"{"type": "Root", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:root"}"#;
    let record = by(root, "DeleteModel", r#"{"modelName": "m"}"#);
    check(&set(DENY, ""), &record, &[]);
    let guardrail = "[[scp]]\naccounts = [\"*\"]\npolicies = [\"deny.json\"]\n";
    check(&set(ALLOW, guardrail), &record, &["DRF112 high"]);
    // SCPs do not bind the management account.
    let managed = format!("{guardrail}[facts]\nmanagement_account = \"111122223333\"\n");
    check(&set(ALLOW, &managed), &record, &[]);
}

#[test]
fn the_exempt_are_judged_but_never_found() {
    let exempt = "[[exempt]]\nprincipals = [\"*\"]\nreason = \"incident\"\n[[record_rule]]\nprincipals = [\"*\"]\ninstance_types = []\n";
    let set = set(DENY, exempt);
    let parameters = r#"{"resourceConfig": {"instanceType": "ml.p4d.24xlarge"}}"#;
    for record in [
        call("CreateTrainingJob", parameters),
        failed("CreateTrainingJob", parameters, "ValidationException"),
        failed("CreateTrainingJob", parameters, "AccessDenied"),
        by(STRANGER, "CreateTrainingJob", parameters),
        call("CreateTrainingJob", OMITTED),
    ] {
        check(&set, &record, &[]);
        assert_eq!(rows(&set, &record).calls[0].exempt.as_deref(), Some("incident"));
    }
    let judged = rows(&set, &call("CreateTrainingJob", parameters));
    assert_eq!(judged.calls[0].decision, Some(Decision::ExplicitlyDenied));
}

/// Where only which denial it is stays open, it is a denial all the same.
#[test]
fn a_denial_is_certain_whichever_it_is() {
    let may_deny = r#"{"Sid": "MayDeny", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "nlp"}}}"#;
    let record = call("DeleteModel", "{}");
    check(&set(may_deny, ""), &record, &["DRF110 medium"]);
    let rows = rows(&set(may_deny, ""), &record);
    assert_eq!(rows.calls[0].decision, Some(Decision::ImplicitlyDenied));
    let either = format!("{may_deny}, {ALLOW}");
    check(&set(&either, ""), &record, &["DRF203 info aws:PrincipalTag/team"]);
}

/// The set's owner says how bad a code is; that the call failed, or only reads, still makes it milder.
#[test]
fn severities_are_the_set_owners() {
    let milder = set(ALLOW_NOTHING, "[severity]\nDRF110 = \"low\"\nDRF201 = \"critical\"\n");
    let worse = set(ALLOW_NOTHING, "[severity]\nDRF110 = \"critical\"\n");
    let record = call("CreateTrainingJob", "{}");
    check(&set(ALLOW_NOTHING, ""), &record, &["DRF110 medium"]);
    check(&milder, &record, &["DRF110 low"]);
    check(&worse, &record, &["DRF110 critical"]);
    check(&worse, &failed("CreateTrainingJob", "{}", "ResourceLimitExceeded"), &["DRF110 high"]);
    check(&worse, &call("DescribeTrainingJob", "{}"), &["DRF110 high"]);
    check(&milder, &failed("CreateTrainingJob", "{}", "AccessDenied"), &["DRF201 critical"]);
    // It is the same finding all the same, and another row.
    let id = |set: &TargetSet| only(set, &record).finding_id;
    assert_eq!(id(&milder), id(&worse));
    assert_ne!(milder.hash, worse.hash);
}

const ALLOW_NOTHING: &str = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#;

// Parameters that are not there.

const OMITTED: &str = r#"{"reason": "requestParameters too large", "omitted": true}"#;

#[test]
fn parameters_left_out_are_found_whatever_the_verdict() {
    let by_types = allow_if(
        "sagemaker:CreateTrainingJob",
        r#"{"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.c5.*"}}"#,
    );
    let record = call("CreateTrainingJob", OMITTED);
    check(&set(ALLOW, ""), &record, &["DRF204 medium"]);
    check(&set(DENY, ""), &record, &["DRF112 high", "DRF204 medium"]);
    // In place of `DRF203`.
    check(&set(&by_types, ""), &record, &["DRF204 medium sagemaker:InstanceTypes"]);
    let refused = failed("CreateTrainingJob", OMITTED, "AccessDenied");
    check(&set(ALLOW, ""), &refused, &["DRF202 low"]);
    check(&set(ALLOW, ""), &failed("CreateTrainingJob", OMITTED, "ThrottlingException"), &[]);
}

#[test]
fn parameters_that_are_null_leave_the_verdict_open() {
    let set = set(
        &allow_if(
            "sagemaker:CreateTrainingJob",
            r#"{"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.c5.*"}}"#,
        ),
        "",
    );
    check(&set, &call("CreateTrainingJob", "null"), &["DRF203 info sagemaker:InstanceTypes"]);
    let redacted = r#"{"resourceConfig": {"instanceType": "HIDDEN_DUE_TO_SECURITY_REASONS"}}"#;
    check(&set, &call("CreateTrainingJob", redacted), &["DRF203 info sagemaker:InstanceTypes"]);
}

#[test]
fn a_refused_call_is_judged_by_what_was_refused() {
    let refused = |event: &str, message: &str| {
        let message = format!("\"User: u is not authorized to perform: {message}\"");
        record(event, &[("errorCode", "\"AccessDenied\""), ("errorMessage", &message)])
    };
    let role = "arn:aws:iam::111122223333:role/Admin";
    let pass = refused(
        "CreateTrainingJob",
        &format!(
            "iam:PassRole on resource: {role} because no identity-based policy allows the iam:PassRole action"
        ),
    );
    let create = r#"{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}"#;
    check(&set(create, ""), &pass, &[&format!("DRF201 low = {role}")]);
    check(&set(ALLOW, ""), &pass, &[&format!("DRF202 low = {role}")]);
    let judged = rows(&set(ALLOW, ""), &pass);
    assert_eq!(judged.calls.len(), 1);
    assert_eq!(judged.calls[0].request_kind.as_str(), "pass_role");
    assert_eq!(judged.calls[0].refused_by.as_deref(), Some("identity-based policy"));
}

#[test]
fn of_a_refused_call_the_implied_requests_are_shown_but_not_found() {
    let create = r#"{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}"#;
    let parameters =
        r#"{"modelName": "m", "executionRoleArn": "arn:aws:iam::111122223333:role/r"}"#;
    let set = set(create, "");
    let record = failed("CreateModel", parameters, "AccessDenied");
    check(&set, &record, &["DRF202 low"]);
    assert_eq!(rows(&set, &record).calls.len(), 2);
}

// Rules on the record.

fn rule(lists: &str) -> TargetSet {
    set(ALLOW, &format!("[[record_rule]]\nprincipals = [\"*\"]\n{lists}\n"))
}

#[test]
fn a_rule_on_the_record_sees_compute_that_iam_cannot() {
    let set = rule("instance_types = [\"ml.m5.*\"]");
    for (event, parameters, wanted) in [
        (
            "CreateInferenceComponent",
            r#"{"specification": {"instanceType": "ml.p4d.24xlarge"}}"#,
            &["DRF101 high record_rule:instance_types = ml.p4d.24xlarge"][..],
        ),
        (
            "CreateOptimizationJob",
            r#"{"deploymentInstanceType": "ml.g5.xlarge"}"#,
            &["DRF101 high record_rule:instance_types = ml.g5.xlarge"],
        ),
        (
            "CreateTrainingJob",
            r#"{"resourceConfig": {"instanceGroups": [
                {"instanceType": "ml.p4d.24xlarge"}, {"instanceType": "ml.m5.large"},
                {"instanceType": "ml.g5.xlarge"}, {"instanceType": "ml.g5.xlarge"}]}}"#,
            &["DRF101 high record_rule:instance_types = ml.g5.xlarge, ml.p4d.24xlarge"],
        ),
        ("CreateTrainingJob", r#"{"resourceConfig": {"instanceType": "ml.m5.large"}}"#, &[]),
        ("CreateTrainingJob", "null", &[]),
    ] {
        check(&set, &call(event, parameters), wanted);
    }
}

#[test]
fn a_rule_on_the_record_sees_images_and_places() {
    let set = rule("images = [\"111122223333.dkr.ecr.*/approved/*\"]\ns3 = [\"s3://ml-*/**\"]");
    for (event, parameters, wanted) in [
        (
            "CreateTrainingJob",
            r#"{"algorithmSpecification": {"trainingImage": "docker.io/wild"},
                "inputDataConfig": [{"dataSource": {"s3DataSource": {"s3Uri": "s3://ml-data/x"}}},
                                    {"dataSource": {"s3DataSource": {"s3Uri": "s3://other/x"}}},
                                    {"dataSource": {"s3DataSource": {"s3Uri": "s3://other/x"}}}],
                "outputDataConfig": {"s3OutputPath": "s3://other/y"}}"#,
            &[
                "DRF115 medium record_rule:images = docker.io/wild",
                "DRF116 high record_rule:s3 = s3://other/x, s3://other/y",
            ][..],
        ),
        (
            "CreateModel",
            r#"{"modelName": "m", "containers": [
                {"image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/approved/x"},
                {"Image": "docker.io/wild"}, {"image": ""}]}"#,
            &["DRF115 medium record_rule:images = docker.io/wild"],
        ),
        (
            "CreateProcessingJob",
            r#"{"appSpecification": {"imageUri": "docker.io/wild"}}"#,
            &["DRF115 medium record_rule:images = docker.io/wild"],
        ),
    ] {
        check(&set, &call(event, parameters), wanted);
    }
}

#[test]
fn a_place_is_judged_by_whose_it_is_whatever_its_spelling() {
    let set = rule(
        "s3 = [\"s3://ml-*/train/*\", \"s3://open-*\"]\nimages = [\"*.dkr.ecr.*.amazonaws.com/ok/*\"]",
    );
    for (place, refused) in [
        ("s3://ml-data/train/a/b", None),
        ("s3://ml-data/x/train/a", Some("s3://ml-data/x/train/a")),
        ("s3://ml-evil/s3://ml-data/train/a", Some("s3://ml-evil/s3://ml-data/train/a")),
        ("s3://open-data", None),
        ("s3://open-data/any/where", None),
        ("S3://other/x", Some("s3://other/x")),
        ("arn:aws-cn:s3:::other/x", Some("s3://other/x")),
        ("https://s3.amazonaws.com/other/x", Some("s3://other/x")),
        ("https://s3.eu-west-1.amazonaws.com/other/x", Some("s3://other/x")),
        ("https://other.s3.eu-west-1.amazonaws.com/x", Some("s3://other/x")),
        ("https://other.s3-eu-west-1.amazonaws.com:443/x?y", Some("s3://other/x")),
        ("https://other.s3.cn-north-1.amazonaws.com.cn/x", Some("s3://other/x")),
        ("https://my.s3.bucket.s3.amazonaws.com/x", Some("s3://my.s3.bucket/x")),
        ("https://ml-data.s3.amazonaws.com/train/x", None),
        ("https://other.s3.amazonaws.com./x", Some("s3://other/x")),
        ("https://bucket.vpce-1a2b.s3.us-east-1.vpce.amazonaws.com/other/x", Some("s3://other/x")),
        (
            "arn:aws:s3:us-east-1:111122223333:accesspoint/a/object/x",
            Some("s3://arn:aws:s3:us-east-1:111122223333:accesspoint/a/object/x"),
        ),
        ("https://example.com/s3/x", None),
        ("s3:GetObject", None),
        ("arn:aws:iam::111122223333:role/x:s3:::y", None),
    ] {
        let parameters = format!(r#"{{"outputDataConfig": {{"s3OutputPath": "{place}"}}}}"#);
        let wanted = refused.map(|place| format!("DRF116 high record_rule:s3 = {place}"));
        check(
            &set,
            &call("CreateTrainingJob", &parameters),
            &wanted.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
    for (image, refused) in [
        ("1.dkr.ecr.eu-west-1.amazonaws.com/ok/x", false),
        ("evil.example/1.dkr.ecr.eu-west-1.amazonaws.com/ok/x", true),
    ] {
        let parameters = format!(r#"{{"algorithmSpecification": {{"trainingImage": "{image}"}}}}"#);
        let wanted = format!("DRF115 medium record_rule:images = {image}");
        let wanted: Vec<&str> = refused.then_some(wanted.as_str()).into_iter().collect();
        check(&set, &call("CreateTrainingJob", &parameters), &wanted);
    }
    for (pattern, image, allowed) in [
        ("*", "evil.example/x", true),
        ("*sagemaker-xgboost*", "1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7", true),
        ("*:approved", "registry/x:approved", true),
        ("*/repo:*", "registry/team/repo:v1", true),
        ("registry/*", "registry/team/repo:v1", true),
        ("registry/*", "evil.example/registry/x", false),
        ("*.example/ok", "evil/a.example/ok", false),
        ("*.example/ok", "evil/a://1.example/ok", false),
        ("python", "python/x", false),
    ] {
        let set = rule(&format!("images = [\"{pattern}\"]"));
        let parameters = format!(r#"{{"algorithmSpecification": {{"trainingImage": "{image}"}}}}"#);
        let wanted = format!("DRF115 medium record_rule:images = {image}");
        let wanted: Vec<&str> = (!allowed).then_some(wanted.as_str()).into_iter().collect();
        check(&set, &call("CreateTrainingJob", &parameters), &wanted);
    }
}

#[test]
fn a_rule_on_the_record_is_heard_once_per_code_and_only_for_calls_that_went_through() {
    let rules = "[[record_rule]]\nprincipals = [\"*\"]\ninstance_types = [\"ml.m5.*\"]\n[[record_rule]]\nprincipals = [\"*\"]\ninstance_types = []\n";
    let parameters = r#"{"resourceConfig": {"instanceType": "ml.p4d.24xlarge"}}"#;
    let found = "record_rule:instance_types = ml.p4d.24xlarge";
    let allowed = set(ALLOW, rules);
    check(&allowed, &call("CreateTrainingJob", parameters), &[&format!("DRF101 high {found}")]);
    check(
        &allowed,
        &failed("CreateTrainingJob", parameters, "ResourceLimitExceeded"),
        &[&format!("DRF101 medium {found}")],
    );
    check(&allowed, &failed("CreateTrainingJob", parameters, "AccessDenied"), &["DRF202 low"]);
    // The policy said the same already.
    let by_types = allow_if(
        "sagemaker:CreateTrainingJob",
        r#"{"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.c5.*"}}"#,
    );
    check(
        &set(&by_types, rules),
        &call("CreateTrainingJob", parameters),
        &["DRF101 high sagemaker:InstanceTypes = ml.p4d.24xlarge"],
    );
}

#[test]
fn a_rule_on_the_record_names_its_principals() {
    let rules =
        "[[record_rule]]\nprincipals = [\"arn:aws:iam::*:role/other/*\"]\ninstance_types = []\n";
    let parameters = r#"{"resourceConfig": {"instanceType": "ml.p4d.24xlarge"}}"#;
    check(&set(ALLOW, rules), &call("CreateTrainingJob", parameters), &[]);
    // A session without its issuer does not tell the role's path: the role may be that one.
    let rules = rules.replace("role/other/*", "role/other/Scientist");
    let session =
        r#"{"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Scientist/ana"}"#;
    check(
        &set(ALLOW, &rules),
        &by(session, "CreateTrainingJob", parameters),
        &[
            "DRF203 info the path of arn:aws:iam::111122223333:role/Scientist is not in the record",
            "DRF101 high record_rule:instance_types = ml.p4d.24xlarge",
        ],
    );
}

#[test]
fn a_rule_on_the_record_says_what_it_allows() {
    let record = call(
        "CreateInferenceComponent",
        r#"{"inferenceComponentName": "i", "specification": {"instanceType": "ml.p4d.24xlarge"}}"#,
    );
    let finding = only(&rule("instance_types = [\"ml.m5.*\", \"system\"]"), &record);
    assert_eq!(finding.wanted, ["ml.m5.*", "system"]);
    assert_eq!((finding.statement, finding.policy, finding.decision), (None, None, None));
    assert_eq!(finding.action, "sagemaker:CreateInferenceComponent");
}

// Ids of findings.

const BY_TYPES: &str = r#"{"Effect": "Allow", "Action": "sagemaker:CreateTrainingJob", "Resource": "*",
    "Condition": {"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.c5.*"}}}"#;

fn training_job(name: &str, instance_type: &str, changes: &[(&str, &str)]) -> String {
    let parameters = format!(
        r#"{{"trainingJobName": "{name}", "resourceConfig": {{"instanceType": "{instance_type}"}}}}"#
    );
    let mut changes = changes.to_vec();
    changes.push(("requestParameters", &parameters));
    record("CreateTrainingJob", &changes)
}

/// Whether the record gives the same finding as that of the job `churn-1` on `ml.p4d.24xlarge`.
fn check_same(set: &TargetSet, record: &str, same: bool) {
    let first = only(set, &training_job("churn-1", "ml.p4d.24xlarge", &[]));
    assert_eq!(only(set, record).finding_id == first.finding_id, same, "{record}");
}

#[test]
fn the_same_drift_has_the_same_id() {
    let set = set(BY_TYPES, "");
    let later = [("eventTime", "\"2026-06-02T12:00:00Z\""), ("eventID", "\"e-2\"")];
    check_same(&set, &training_job("churn-2", "ml.p4d.24xlarge", &later), true);
    let session = IDENTITY.replace("Scientist/ana", "Scientist/bob");
    check_same(
        &set,
        &training_job("churn-1", "ml.p4d.24xlarge", &[("userIdentity", &session)]),
        true,
    );
    // A call that a quota stopped is the same thing, tried.
    let quota = [("errorCode", "\"ResourceLimitExceeded\"")];
    check_same(&set, &training_job("churn-1", "ml.p4d.24xlarge", &quota), true);
}

#[test]
fn another_drift_has_another_id() {
    let set = set(BY_TYPES, "");
    check_same(&set, &training_job("churn-1", "ml.g5.xlarge", &[]), false);
    check_same(
        &set,
        &training_job("churn-1", "ml.p4d.24xlarge", &[("awsRegion", "\"us-east-1\"")]),
        false,
    );
    let other_role = IDENTITY.replace("role/ml/Scientist", "role/ml/Engineer");
    check_same(
        &set,
        &training_job("churn-1", "ml.p4d.24xlarge", &[("userIdentity", &other_role)]),
        false,
    );
    let account = [
        ("recipientAccountId", "\"444455556666\""),
        ("userIdentity", &*IDENTITY.replace("111122223333", "444455556666")),
    ];
    check_same(&set, &training_job("churn-1", "ml.p4d.24xlarge", &account), false);
    let denied = [("errorCode", "\"AccessDenied\"")];
    check_same(&set, &training_job("churn-1", "ml.p4d.24xlarge", &denied), false);
}

#[test]
fn an_edit_elsewhere_changes_no_id() {
    let record = training_job("churn-1", "ml.p4d.24xlarge", &[]);
    let id = |statements: &str| only(&set(statements, ""), &record).finding_id;
    let other = r#"{"Sid": "Other", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#;
    let before = id(BY_TYPES);
    assert_eq!(id(&format!("{BY_TYPES}, {other}")), before);
    assert_eq!(id(&format!("{other}, {BY_TYPES}")), before, "the position is not part of it");
    assert_ne!(id(&BY_TYPES.replace("ml.c5.*", "ml.c5.large")), before);
    // With a `Sid`, the statement itself may be edited too.
    let named = BY_TYPES.replacen('{', r#"{"Sid": "Enforce", "#, 1);
    assert_eq!(id(&named), id(&named.replace("ml.c5.*", "ml.c5.large")));
}

#[test]
fn doubts_fold_per_principal_and_missing_keys() {
    let set = set(DEPENDS, "");
    let id = |event: &str| only(&set, &call(event, r#"{"modelName": "m"}"#)).finding_id;
    assert_eq!(id("DeleteModel"), id("DescribeEndpoint"));
}

#[test]
fn an_unbound_principal_is_one_finding_whatever_it_does() {
    let set = set(ALLOW, "");
    let id = |event: &str| only(&set, &by(STRANGER, event, r#"{"modelName": "m"}"#)).finding_id;
    assert_eq!(id("DeleteModel"), id("DescribeEndpoint"));
}

// Rows.

#[test]
fn a_finding_says_who_did_what_and_what_decided() {
    let named = BY_TYPES.replacen('{', r#"{"Sid": "Enforce", "#, 1);
    let record = training_job("churn-1", "ml.p4d.24xlarge", &[]);
    let finding = only(&set(&named, ""), &record);
    assert_eq!(finding.event_id, "e-1");
    assert_eq!(finding.severity, Severity::High);
    assert_eq!((finding.account.as_str(), finding.region.as_str()), ("111122223333", "eu-west-1"));
    assert_eq!((finding.principal.as_str(), finding.session_name.as_deref()), (ROLE, Some("ana")));
    assert_eq!(finding.action, "sagemaker:CreateTrainingJob");
    assert_eq!(
        finding.resources,
        ["arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn-1"]
    );
    assert_eq!(finding.resource_type.as_deref(), Some("training-job"));
    assert_eq!(
        (finding.wanted, finding.observed),
        (vec!["ml.c5.*".to_owned()], vec!["ml.p4d.24xlarge".to_owned()])
    );
    assert_eq!(
        (finding.policy.as_deref(), finding.statement.as_deref()),
        (Some("p.json"), Some("Enforce"))
    );
    assert!(!finding.denied_by_statement);
    assert_eq!(finding.decision, Some(Decision::ImplicitlyDenied));
    assert_eq!(finding.waiver, None);
}

#[test]
fn a_statement_without_sid_is_told_by_its_position() {
    let statements =
        format!(r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}, {BY_TYPES}"#);
    let finding = only(&set(&statements, ""), &training_job("churn-1", "ml.p4d.24xlarge", &[]));
    assert_eq!(finding.statement.as_deref(), Some("statement[1]"));
}

#[test]
fn a_call_keeps_what_its_record_says() {
    let parameters =
        r#"{"modelName": "m", "executionRoleArn": "arn:aws:iam::111122223333:role/r"}"#;
    let changes = [
        ("requestParameters", parameters),
        ("sourceIPAddress", "\"192.0.2.7\""),
        ("userAgent", "\"Boto3\""),
        ("vpcEndpointId", "\"vpce-1\""),
    ];
    let rows = rows(&set(ALLOW, ""), &record("CreateModel", &changes));
    let [primary, pass_role] = rows.calls.as_slice() else { panic!("{:?}", rows.calls) };
    assert_eq!((primary.request_index, primary.request_kind.as_str()), (0, "primary"));
    assert_eq!((pass_role.request_index, pass_role.request_kind.as_str()), (1, "pass_role"));
    assert_eq!(pass_role.resources, ["arn:aws:iam::111122223333:role/r"]);
    for call in [primary, pass_role] {
        assert_eq!((call.event_id.as_str(), call.principal.as_str()), ("e-1", ROLE));
        assert_eq!(call.principal_type, "AssumedRole");
        assert_eq!(call.access_key_id.as_deref(), Some("ASIAEXAMPLE"));
        assert_eq!(call.event_name, "CreateModel");
        assert_eq!(call.source_ip.as_deref(), Some("192.0.2.7"));
        assert_eq!(call.vpc_endpoint.as_deref(), Some("vpce-1"));
        assert_eq!(call.user_agent.as_deref(), Some("Boto3"));
        assert_eq!(call.decision, Some(Decision::Allowed));
        assert_eq!(call.deciding_layer.as_deref(), Some("identity"));
        assert_eq!(call.deciding_policy.as_deref(), Some("p.json"));
        assert_eq!(call.deciding_statement.as_deref(), Some("AllowAll"));
        assert_eq!(call.record_hash.len(), 64);
    }
}

#[test]
fn a_record_without_id_gets_one_of_its_own() {
    let id = |record: &str| rows(&set(ALLOW, ""), record).calls[0].event_id.clone();
    let without = |name: &str| {
        let parameters = format!(r#"{{"modelName": "{name}"}}"#);
        record("DeleteModel", &[("eventID", ""), ("requestParameters", &parameters)])
    };
    assert!(id(&without("a")).starts_with("sha256:"));
    assert_eq!(id(&without("a")), id(&without("a")));
    assert_ne!(id(&without("a")), id(&without("b")));
}

#[test]
fn the_context_holds_the_keys_of_the_service_and_tags() {
    let parameters = r#"{"modelName": "m", "enableNetworkIsolation": true,
        "tags": [{"key": "team", "value": "nlp"}]}"#;
    let rows = rows(&set(ALLOW, ""), &call("CreateModel", parameters));
    let entry = |key: &str, value: &str| (key.to_owned(), vec![value.to_owned()]);
    assert_eq!(
        rows.calls[0].context,
        [
            entry("aws:RequestTag/team", "nlp"),
            entry("aws:ResourceTag/team", "nlp"),
            entry("aws:TagKeys", "team"),
            entry("sagemaker:NetworkIsolation", "true"),
            entry("sagemaker:ResourceTag/team", "nlp"),
        ]
    );
    // The request's own tags may count as the resource's, or not.
    for key in ["aws:ResourceTag/team", "sagemaker:ResourceTag/team"] {
        assert!(rows.calls[0].unknown_keys.iter().any(|unknown| unknown == key), "{key}");
    }
}

#[test]
fn the_context_holds_no_old_names_and_no_global_keys() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
    let parameters = format!(
        r#"{{"kmsKeyId": "{key}", "defaultUserSettings": {{"sharingSettings": {{"s3KmsKeyId": "alias/x"}}}}}}"#
    );
    let rows = rows(&set(ALLOW, ""), &call("CreateDomain", &parameters));
    let context: Vec<&str> = rows.calls[0].context.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(context, ["sagemaker:AppNetworkAccessType", "sagemaker:VolumeKmsKeyArn"]);
    let unknown = &rows.calls[0].unknown_keys;
    assert!(unknown.contains(&"sagemaker:DomainSharingOutputKmsKeyArn".to_owned()), "{unknown:?}");
    assert!(!unknown.contains(&"sagemaker:DomainSharingOutputKmsKey".to_owned()), "{unknown:?}");
    assert!(!unknown.iter().any(|key| key.starts_with("aws:Principal")), "{unknown:?}");
}

#[test]
fn the_keys_that_the_verdict_lacks_are_unknown_ones() {
    let rows = rows(&set(DEPENDS, ""), &call("DeleteModel", r#"{"modelName": "m"}"#));
    let unknown = &rows.calls[0].unknown_keys;
    assert!(unknown.contains(&"aws:PrincipalTag/team".to_owned()), "{unknown:?}");
    assert_eq!((&rows.calls[0].deciding_layer, &rows.calls[0].deciding_statement), (&None, &None));
}

// What is not judged.

fn check_verdict(record: &[u8], wanted: &str) {
    let set = set(DENY, "");
    let mut rows = Rows::default();
    let verdict = Judge::new(&set, Limits::default()).judge(record, None, &mut rows);
    let word = match &verdict {
        Verdict::Evaluated { .. } => "evaluated",
        Verdict::OutOfScope { .. } => "out of scope",
        Verdict::Rejected(error) => error.reason.as_str(),
    };
    assert_eq!(word, wanted, "{}", String::from_utf8_lossy(record));
    assert_eq!(rows.calls.is_empty(), wanted != "evaluated");
    assert!(wanted == "evaluated" || rows.findings.is_empty());
}

#[test]
fn only_calls_to_sagemaker_are_in_scope() {
    for (member, json, wanted) in [
        ("eventType", "\"AwsApiCall\"", "evaluated"),
        ("eventType", "", "evaluated"),
        ("eventType", "\"AwsServiceEvent\"", "out of scope"),
        ("eventType", "\"AwsConsoleAction\"", "out of scope"),
        ("eventType", "\"AwsConsoleSignIn\"", "out of scope"),
        ("eventType", "\"AwsVpceEvent\"", "out of scope"),
        ("eventSource", "\"s3.amazonaws.com\"", "out of scope"),
        ("eventSource", "\"notsagemaker.amazonaws.com\"", "out of scope"),
        ("eventSource", "\"metrics-sagemaker.amazonaws.com\"", "evaluated"),
        ("eventSource", "\"sagemaker-geospatial.amazonaws.com\"", "evaluated"),
        ("eventSource", "\"sagemaker-mlflow.amazonaws.com.cn\"", "evaluated"),
    ] {
        check_verdict(record("DeleteModel", &[(member, json)]).as_bytes(), wanted);
    }
    // The catalog is no gate.
    check_verdict(record("NotInTheCatalog", &[]).as_bytes(), "evaluated");
}

#[test]
fn a_record_that_cannot_be_trusted_is_rejected_with_its_reason() {
    for (changes, wanted) in [
        (&[("eventTime", "\"yesterday\"")][..], "BAD_TIME"),
        (&[("eventTime", "\"1970-01-01T00:00:00Z\"")], "BAD_TIME"),
        (&[("eventTime", "")], "BAD_TIME"),
        (&[("awsRegion", "")], "BAD_REGION"),
        (&[("awsRegion", "\"region=x/dt=9999\"")], "BAD_REGION"),
        (&[("recipientAccountId", "\"a'; DROP\"")], "BAD_ACCOUNT"),
        (&[("eventVersion", "\"2.0\"")], "UNSUPPORTED_VERSION"),
        (&[("eventSource", "")], "MALFORMED_RECORD"),
        (&[("requestParameters", r#"{"modelName": "a", "modelName": "b"}"#)], "DUPLICATE_KEY"),
        (&[("requestParameters", r#"{"modelName": "a", "ModelName": "b"}"#)], "DUPLICATE_KEY"),
        // Other services' records are not looked into.
        (
            &[
                ("eventSource", "\"s3.amazonaws.com\""),
                ("requestParameters", r#"{"a": 1, "A": 2}"#),
            ],
            "out of scope",
        ),
        (&[("eventSource", "\"s3.amazonaws.com\""), ("awsRegion", "")], "out of scope"),
    ] {
        check_verdict(record("DeleteModel", changes).as_bytes(), wanted);
    }
    check_verdict(b"", "MALFORMED_RECORD");
    check_verdict(b"[]", "MALFORMED_RECORD");
    check_verdict(b"{\"eventName\": \"\xff\"}", "NOT_UTF8");
}

#[test]
fn a_record_from_after_its_delivery_is_rejected() {
    let set = set(ALLOW, "");
    let record = record("DeleteModel", &[]);
    for (delivered, wanted) in [
        ("2026-06-01T12:00:00Z", true),
        ("2026-06-01T11:45:00Z", true),
        ("2026-06-01T11:44:59Z", false),
        ("2027-01-01T00:00:00Z", true),
    ] {
        let delivered = delivered.parse().unwrap();
        let mut judge = Judge::new(&set, Limits::default());
        let verdict = judge.judge(record.as_bytes(), Some(delivered), &mut Rows::default());
        assert_eq!(matches!(verdict, Verdict::Evaluated { .. }), wanted, "{verdict:?}");
    }
}

#[test]
fn a_filter_leaves_other_calls_out_of_scope() {
    let day = |day| NaiveDate::from_ymd_opt(2026, 6, day);
    let text = |text: &str| Some(text.to_owned());
    let none = Filter::default();
    for (filter, admitted) in [
        (none.clone(), true),
        (Filter { from: day(1), ..none.clone() }, true),
        (Filter { from: day(2), ..none.clone() }, false),
        (Filter { to: day(2), ..none.clone() }, true),
        (Filter { to: day(1), ..none.clone() }, false),
        (Filter { account: text("111122223333"), ..none.clone() }, true),
        (Filter { account: text("444455556666"), ..none.clone() }, false),
        (Filter { region: text("eu-west-1"), ..none.clone() }, true),
        (Filter { region: text("us-east-1"), ..none }, false),
    ] {
        let set = set(ALLOW, "");
        let mut judge = Judge::new(&set, Limits::default()).filtered(filter.clone());
        let (verdict, rows) = judge_with(&mut judge, &record("DeleteModel", &[]));
        assert_eq!(matches!(verdict, Verdict::Evaluated { .. }), admitted, "{filter:?}");
        assert_eq!(rows == Rows::default(), !admitted, "{filter:?}");
    }
}

#[test]
fn the_catalog_has_one_hash() {
    assert_eq!(catalog_hash().len(), 64);
    assert_eq!(catalog_hash(), catalog_hash());
}

// Laws.

/// Records of every kind, that have principals, actions and conditions in common.
fn pool() -> Vec<String> {
    let refused = [
        ("errorCode", "\"AccessDenied\""),
        (
            "errorMessage",
            "\"User: u is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/r\"",
        ),
    ];
    let root =
        r#"{"type": "Root", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:root"}"#;
    let member = r#"{"tags": [{"key": "team", "value": "nlp"}], "modelName": "M",
        "executionRoleArn": "arn:aws:iam::111122223333:role/r"}"#;
    vec![
        training_job("a", "ml.p4d.24xlarge", &[]),
        training_job("b", "ml.c5.large", &[("eventID", "")]),
        call("CreateTrainingJob", OMITTED),
        call("CreateTrainingJob", "null"),
        call("CreateModel", member),
        by(STRANGER, "CreateModel", member),
        by(root, "CreateModel", member),
        failed("CreateModel", member, "ResourceLimitExceeded"),
        record("CreateModel", &refused),
        call("CreateEndpoint", r#"{"endpointName": "e", "endpointConfigName": "c"}"#),
        call("NotInTheCatalog", "{}"),
        record("DeleteModel", &[("eventSource", "\"s3.amazonaws.com\"")]),
        record("DeleteModel", &[("eventTime", "\"yesterday\"")]),
    ]
}

fn law_set() -> TargetSet {
    let create_model =
        allow_if("sagemaker:CreateModel", r#"{"StringEquals": {"aws:ResourceTag/team": "nlp"}}"#);
    let guardrail = r#"[[scp]]
accounts = ["*"]
policies = ["allow.json"]
[[record_rule]]
principals = ["*"]
instance_types = ["ml.c5.*"]
"#;
    set(&format!("{BY_TYPES}, {create_model}"), guardrail)
}

proptest! {
    #[test]
    fn a_record_is_judged_alike_whatever_came_before(order in prop::collection::vec(0..13_usize, 1..40)) {
        let (set, pool) = (law_set(), pool());
        let mut busy = Judge::new(&set, Limits::default());
        for index in order {
            let mut fresh = Judge::new(&set, Limits::default());
            let record = &pool[index];
            prop_assert_eq!(judge_with(&mut busy, record), judge_with(&mut fresh, record));
        }
    }

    #[test]
    fn no_text_makes_the_judge_panic(text in ".{0,200}") {
        let set = law_set();
        let mut judge = Judge::new(&set, Limits::default());
        let quoted = iam_policy::quote(&text);
        let parameters = format!("{{\"trainingJobName\": {quoted}, \"roleArn\": {quoted}, \"tags\": [{{\"key\": {quoted}}}], \"resourceConfig\": {{\"instanceType\": {quoted}, \"volumeKmsKeyId\": {quoted}}}}}");
        let changes = [
            ("requestParameters", &*parameters),
            ("userAgent", &*quoted),
            ("errorMessage", &*quoted),
            ("sourceIPAddress", &*quoted),
            ("errorCode", "\"AccessDenied\""),
        ];
        let (verdict, _) = judge_with(&mut judge, &record("CreateTrainingJob", &changes));
        let evaluated = matches!(verdict, Verdict::Evaluated { .. });
        prop_assert!(evaluated, "{:?}", verdict);
        judge_with(&mut judge, &text);
    }
}

mod calls_that_are_easily_misjudged {
    use super::*;
    const P4: &str = r#"{"resourceConfig": {"instanceType": "ml.p4d.24xlarge"}}"#;
    #[test]
    fn record_rule_on_service_linked() {
        let set = rule("instance_types = []");
        let slr = r#"{"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/aws-service-role/sagemaker.amazonaws.com/R"}}}"#;
        check(&set, &by(slr, "CreateTrainingJob", P4), &[]);
    }
    #[test]
    fn record_rule_on_service() {
        let set = rule("instance_types = []");
        check(
            &set,
            &by(
                r#"{"type": "AWSService", "invokedBy": "sagemaker.amazonaws.com"}"#,
                "CreateTrainingJob",
                P4,
            ),
            &[],
        );
    }
    #[test]
    fn throttled_rule() {
        check(
            &rule("instance_types = []"),
            &failed("CreateTrainingJob", P4, "ThrottlingException"),
            &[],
        );
    }
    #[test]
    fn throttled_unbound() {
        let r = record(
            "DeleteModel",
            &[("userIdentity", STRANGER), ("errorCode", "\"ThrottlingException\"")],
        );
        check(&set(ALLOW, ""), &r, &[]);
    }
    #[test]
    fn failed_unbound() {
        let r = record(
            "DeleteModel",
            &[("userIdentity", STRANGER), ("errorCode", "\"ValidationException\"")],
        );
        check(&set(ALLOW, ""), &r, &["DRF120 low"]);
    }
    #[test]
    fn fold() {
        let one = allow_if(
            "sagemaker:DeleteModel",
            r#"{"StringEquals": {"aws:PrincipalTag/team": "nlp"}}"#,
        )
        .replace("Guard", "One");
        let two = allow_if(
            "sagemaker:DescribeModel",
            r#"{"StringEquals": {"aws:PrincipalTag/team": "nlp"}}"#,
        )
        .replace("Guard", "Two");
        let set = set(&format!("{one}, {two}"), "");
        let id = |event: &str| only(&set, &call(event, r#"{"modelName": "m"}"#)).finding_id;
        assert_eq!(id("DeleteModel"), id("DescribeModel"));
    }
    #[test]
    fn hidden_image() {
        check(
            &rule("images = []"),
            &call(
                "CreateModel",
                r#"{"primaryContainer": {"image": "HIDDEN_DUE_TO_SECURITY_REASONS"}}"#,
            ),
            &[],
        );
    }
    #[test]
    fn images() {
        check(
            &rule("images = []"),
            &call(
                "CreateTrainingJob",
                r#"{"debugRuleConfigurations": [{"ruleEvaluatorImage": "docker.io/x"}]}"#,
            ),
            &["DRF115 medium record_rule:images = docker.io/x"],
        );
    }
    #[test]
    fn images_too() {
        check(
            &rule("images = []"),
            &call("CreateImageVersion", r#"{"baseImage": "docker.io/x"}"#),
            &["DRF115 medium record_rule:images = docker.io/x"],
        );
    }
    #[test]
    fn levels() {
        let scps = "[[scp]]\naccounts = [\"*\"]\npolicies = []\n[[scp]]\naccounts = [\"111122223333\"]\npolicies = []\nfull_access = false\n";
        let s = set(ALLOW, scps);
        check(&s, &call("DeleteModel", r#"{"modelName": "m"}"#), &["DRF110 medium"]);
    }
    #[test]
    fn root_cache() {
        let s = set(
            ALLOW,
            "[[binding]]\nname = \"all\"\nprincipals = [\"*\"]\nidentity = [\"deny.json\"]\n",
        );
        let fake = by(
            r#"{"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:root"}}}"#,
            "DeleteModel",
            "{}",
        );
        let root = by(
            r#"{"type": "Root", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:root"}"#,
            "DeleteModel",
            "{}",
        );
        let mut busy = Judge::new(&s, Limits::default());
        judge_with(&mut busy, &fake);
        let mut fresh = Judge::new(&s, Limits::default());
        assert_eq!(judge_with(&mut busy, &root), judge_with(&mut fresh, &root));
    }
    #[test]
    fn account() {
        check_verdict(
            record(
                "DeleteModel",
                &[
                    ("recipientAccountId", ""),
                    ("userIdentity", r#"{"type": "AWSAccount", "accountId": "a'; DROP"}"#),
                ],
            )
            .as_bytes(),
            "BAD_ACCOUNT",
        );
    }
    #[test]
    fn account_too() {
        check_verdict(
            record("DeleteModel", &[("recipientAccountId", "")]).as_bytes(),
            "BAD_ACCOUNT",
        );
    }
    #[test]
    fn blocked_ids() {
        let s = set(BY_TYPES, "");
        let denied = [("errorCode", "\"AccessDenied\"")];
        let id = |t: &str| only(&s, &training_job("a", t, &denied)).finding_id;
        assert_ne!(id("ml.p4d.24xlarge"), id("ml.g5.xlarge"));
    }
    #[test]
    fn grant_roles() {
        let s = set(ALLOW, "");
        let id = |role: &str| {
            let m = format!(
                "\"User: u is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/{role} because\""
            );
            only(
                &s,
                &record("CreateModel", &[("errorCode", "\"AccessDenied\""), ("errorMessage", &m)]),
            )
            .finding_id
        };
        assert_ne!(id("a"), id("b"));
    }
    #[test]
    fn mlflow() {
        check(
            &rule("instance_types = [\"ml.*\"]"),
            &call("CreateMlflowTrackingServer", r#"{"trackingServerSize": "Small"}"#),
            &[],
        );
    }
    #[test]
    fn endpoint_config_refused() {
        let st = r#"{"Effect": "Allow", "Action": "sagemaker:CreateEndpoint", "Resource": "*:endpoint/*"}"#;
        let m = "\"User: u is not authorized to perform: sagemaker:CreateEndpoint on resource: arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/c because no identity-based policy allows the sagemaker:CreateEndpoint action\"";
        let r = record(
            "CreateEndpoint",
            &[
                ("errorCode", "\"AccessDenied\""),
                ("errorMessage", m),
                ("requestParameters", r#"{"endpointName": "e", "endpointConfigName": "c"}"#),
            ],
        );
        check(
            &set(st, ""),
            &r,
            &["DRF201 low = arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/c"],
        );
    }
    #[test]
    fn oneof_observed() {
        let s = set(
            &allow_if(
                "sagemaker:CreateTransformJob",
                r#"{"ArnLike": {"sagemaker:ModelArn": "arn:aws:sagemaker:*:*:model/approved-*"}}"#,
            ),
            "",
        );
        check(
            &s,
            &call("CreateTransformJob", r#"{"modelName": "Churn"}"#),
            &[
                "DRF119 medium sagemaker:ModelArn = arn:aws:sagemaker:eu-west-1:111122223333:model/Churn",
            ],
        );
    }
    #[test]
    fn offline_bool() {
        let s = set(
            &allow_if(
                "sagemaker:CreateFeatureGroup",
                r#"{"Bool": {"sagemaker:FeatureGroupOfflineStoreConfig": "true"}}"#,
            ),
            "",
        );
        check(
            &s,
            &call(
                "CreateFeatureGroup",
                r#"{"offlineStoreConfig": {"s3StorageConfig": {"s3Uri": "s3://ml/x"}}}"#,
            ),
            &["DRF203 info sagemaker:FeatureGroupOfflineStoreConfig"],
        );
    }
    #[test]
    fn search() {
        check(
            &rule("instance_types = []"),
            &call("SearchTrainingPlanOfferings", r#"{"instanceType": "ml.p5.48xlarge"}"#),
            &["DRF101 medium record_rule:instance_types = ml.p5.48xlarge"],
        );
    }
    #[test]
    fn delete_tags_deny() {
        let deny = r#"{"Sid": "Keep", "Effect": "Deny", "Action": "sagemaker:DeleteTags", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}}"#;
        let s = set(&format!("{ALLOW}, {deny}"), "");
        check(
            &s,
            &call(
                "DeleteTags",
                r#"{"resourceArn": "arn:aws:sagemaker:eu-west-1:111122223333:model/m", "tagKeys": ["team"]}"#,
            ),
            &["DRF109 medium aws:TagKeys = team"],
        );
    }
    #[test]
    fn endpoint_config_tag() {
        let s = set(
            &format!(
                "{}, {}",
                r#"{"Effect": "Allow", "Action": "sagemaker:CreateEndpoint", "Resource": "*:endpoint/*"}"#,
                r#"{"Effect": "Allow", "Action": "sagemaker:CreateEndpoint", "Resource": "*:endpoint-config/*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "nlp"}}}"#
            ),
            "",
        );
        check(
            &s,
            &call("CreateEndpoint", r#"{"endpointName": "e", "endpointConfigName": "c"}"#),
            &["DRF203 info aws:ResourceTag/team"],
        );
    }
    #[test]
    fn omitted_unbound() {
        check(
            &set(ALLOW, ""),
            &by(STRANGER, "CreateTrainingJob", OMITTED),
            &["DRF120 medium", "DRF204 medium"],
        );
    }
    #[test]
    fn disjoint_boundaries() {
        let m = "schema = 1\nrevision = 1\nname = \"n\"\n[[binding]]\nname = \"a\"\nprincipals = [\"arn:aws:iam::*:role/team/nlp/*\"]\nidentity = []\nboundary = \"allow.json\"\n[[binding]]\nname = \"b\"\nprincipals = [\"arn:aws:iam::*:role/team/vision/*\"]\nidentity = []\nboundary = \"deny.json\"\n".to_owned();
        let files = BTreeMap::from([
            (MANIFEST.to_owned(), m.into_bytes()),
            ("allow.json".to_owned(), format!(r#"{{"Statement": {ALLOW}}}"#).into_bytes()),
            ("deny.json".to_owned(), format!(r#"{{"Statement": {DENY}}}"#).into_bytes()),
        ]);
        assert!(load(&files).is_ok());
    }
    #[test]
    fn scp_for_nobody() {
        let m = "schema = 1\nrevision = 1\nname = \"n\"\n[[scp]]\npolicies = [\"deny.json\"]\n"
            .to_owned();
        let files = BTreeMap::from([
            (MANIFEST.to_owned(), m.into_bytes()),
            ("deny.json".to_owned(), format!(r#"{{"Statement": {DENY}}}"#).into_bytes()),
        ]);
        assert!(load(&files).is_err());
    }
    #[test]
    fn rcp_principal() {
        let m = "schema = 1\nrevision = 1\nname = \"n\"\n[[rcp]]\naccounts = [\"*\"]\npolicies = [\"deny.json\"]\n".to_owned();
        let files = BTreeMap::from([
            (MANIFEST.to_owned(), m.into_bytes()),
            ("deny.json".to_owned(), format!(r#"{{"Statement": {DENY}}}"#).into_bytes()),
        ]);
        assert!(load(&files).is_err());
    }
    /// Which role it is, the record does not tell: neither bound nor unbound, but for patterns that
    /// cover every path.
    #[test]
    fn session_without_its_issuer() {
        let session = r#"{"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Scientist/ana"}"#;
        let record = by(session, "DeleteModel", "{}");
        let unknown =
            "DRF203 info the path of arn:aws:iam::111122223333:role/Scientist is not in the record";
        check(&set(ALLOW, ""), &record, &[unknown]);
        let everybody = "[[binding]]\nname = \"e\"\nprincipals = [\"arn:aws:iam::*:role/*\"]\n\
                         identity = [\"deny.json\"]\n";
        check(&set(ALLOW, everybody), &record, &["DRF112 high"]);
        let exempt =
            "[[exempt]]\nprincipals = [\"arn:aws:iam::*:role/Scientist\"]\nreason = \"r\"\n";
        check(&set(ALLOW, exempt), &record, &[unknown]);
    }
}
