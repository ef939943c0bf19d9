//! Where values come from, for records that hide them.

use cloudtrail::Limits;

use super::ExplainError;
use crate::judge::Judge;
use crate::judge::tests::{ALLOW, record, set};

const JOB: &str = "CreateTrainingJob";

/// The origin of a key of one of the requests: `kind: detail`.
fn check(
    event: &str,
    changes: &[(&str, &str)],
    facts: &str,
    index: usize,
    wanted: &[(&str, &str)],
) {
    let record = record(event, changes);
    let set = set(ALLOW, facts);
    let mut judge = Judge::new(&set, Limits::default());
    let explanation = judge.explain(record.as_bytes(), None).expect(&record);
    let request = explanation.requests.get(index).expect(&record);
    for (name, origin) in wanted {
        let key = request.keys.iter().find(|key| key.key == *name);
        let key = key.unwrap_or_else(|| panic!("{name} is not set for {record}"));
        let shown = format!("{}: {}", key.origin.kind(), key.origin.detail());
        assert_eq!(shown, *origin, "{name} of {record}");
    }
}

#[test]
fn parameters_that_are_not_there_tell_nothing() {
    let hidden = "untold: the record has no `requestParameters`";
    for parameters in ["", "null"] {
        let wanted = [("sagemaker:InstanceTypes", hidden), ("aws:TagKeys", hidden)];
        check(JOB, &[("requestParameters", parameters)], "", 0, &wanted);
    }
    let omitted = r#"{"omitted": true, "reason": "requestParameters too large"}"#;
    let left_out = "untold: CloudTrail left out `requestParameters` for their size";
    let wanted = [("sagemaker:InstanceTypes", left_out), ("aws:RequestTag/*", left_out)];
    check(JOB, &[("requestParameters", omitted)], "", 0, &wanted);
}

#[test]
fn a_value_names_its_member() {
    let parameters = r#"{
        "trainingJobName": "churn", "roleArn": "arn:aws:iam::111122223333:role/Exec",
        "resourceConfig": {"instanceType": "ml.m5.large", "volumeKmsKeyId": "alias/ml"},
        "tags": [{"key": "team", "value": "nlp"}]}"#;
    let changes = [("requestParameters", parameters)];
    let tags = "requestParameters.tags[]";
    check(
        JOB,
        &changes,
        "",
        0,
        &[
            ("sagemaker:InstanceTypes", "record: requestParameters.resourceConfig.instanceType"),
            (
                "sagemaker:VolumeKmsKeyArn",
                "derived: requestParameters.resourceConfig.volumeKmsKeyId",
            ),
            ("sagemaker:VolumeKmsKey", "derived: requestParameters.resourceConfig.volumeKmsKeyId"),
            ("aws:RequestTag/team", &format!("record: {tags}")),
            ("aws:ResourceTag/team", &format!("derived: {tags}")),
            ("aws:ResourceTag/*", "rule: the resource is being created without such a tag"),
            (
                "aws:PrincipalOrgID",
                "untold: `org_id` is not among the facts, or the account is another one",
            ),
        ],
    );
    let facts = "[facts]\norg_id = \"o-exampleorgid\"\n";
    check(JOB, &changes, facts, 0, &[("aws:PrincipalOrgID", "fact: org_id")]);
    let facts = "[facts]\npassed_to_service = { aws = \"x.amazonaws.com\" }\n";
    check(JOB, &changes, facts, 1, &[("iam:PassedToService", "fact: passed_to_service")]);
    check(
        JOB,
        &changes,
        "",
        1,
        &[
            ("iam:PassedToService", "rule: SageMaker itself assumes execution roles"),
            ("aws:TagKeys", "rule: this action takes no tags"),
            ("aws:ResourceTag/*", "untold: the tags of the role are not in the record"),
        ],
    );
    check(JOB, &changes, "", 2, &[("sagemaker:TaggingAction", "record: eventName")]);
}

#[test]
fn an_endpoint_explains_the_network() {
    let endpoint = [("vpcEndpointId", r#""vpce-1""#), ("sourceIPAddress", r#""10.0.0.7""#)];
    check(
        "ListModels",
        &endpoint,
        "",
        0,
        &[
            ("aws:SourceIp", "rule: the call came through a VPC endpoint: `vpcEndpointId`"),
            ("aws:VpcSourceIp", "record: sourceIPAddress"),
            ("aws:SourceVpce", "record: vpcEndpointId"),
            ("aws:SourceVpc", "untold: the endpoint of `vpcEndpointId` is not among the facts"),
            ("aws:ResourceTag/*", "rule: tag conditions cannot restrict this call"),
        ],
    );
    let facts = "[facts]\nvpc_endpoints = { \"vpce-1\" = \"vpc-1\" }\n";
    check("ListModels", &endpoint, facts, 0, &[("aws:SourceVpc", "fact: vpc_endpoints")]);
}

#[test]
fn what_is_not_judged_is_not_explained() {
    let set = set(ALLOW, "");
    let mut judge = Judge::new(&set, Limits::default());
    let foreign = record("RunInstances", &[("eventSource", r#""ec2.amazonaws.com""#)]);
    let error = judge.explain(foreign.as_bytes(), None).expect_err("another service");
    assert_eq!(error, ExplainError::OutOfScope);
    assert!(matches!(judge.explain(b"{", None), Err(ExplainError::Rejected(_))));
}
