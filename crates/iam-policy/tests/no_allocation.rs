//! A decision asks for no memory once its action was seen.

use iam_policy::PolicySet;
use iam_policy::case::Case;

/// Every family of operators, variables in resources and values, lists, all layers.
const LINE: &str = r#"{
    "principal": "arn:aws:sts::111122223333:assumed-role/DataScientist/ana",
    "action": "sagemaker:CreateTrainingJob",
    "resource": "arn:aws:sagemaker:eu-west-1:111122223333:training-job/nlp-churn-7",
    "context": {
        "aws:PrincipalTag/team": "nlp", "aws:SourceIp": "203.0.113.7",
        "aws:CurrentTime": "2026-11-01T08:00:00Z", "aws:SecureTransport": "true",
        "aws:PrincipalArn": "arn:aws:iam::111122223333:role/DataScientist",
        "sagemaker:InstanceTypes": ["ml.c5.xlarge", "ml.m5.large"],
        "sagemaker:MaxRuntimeInSeconds": "3600", "aws:RequestTag/team": "NLP"
    },
    "identityPolicies": [{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sagemaker:Create*",
         "Resource": "arn:aws:sagemaker:*:111122223333:training-job/${aws:PrincipalTag/team}-*",
         "Condition": {
            "ForAllValues:StringLike": {"sagemaker:InstanceTypes": ["ml.c5.*", "ml.m?.*"]},
            "StringEqualsIgnoreCase": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"},
            "StringLike": {"aws:PrincipalTag/team": "n*"},
            "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Data*"},
            "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]},
            "DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
            "NumericLessThanEquals": {"sagemaker:MaxRuntimeInSeconds": "86400"},
            "Bool": {"aws:SecureTransport": "true"}, "Null": {"aws:PrincipalTag/team": "false"}}},
        {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:sagemaker:*", "Condition": {}},
        {"Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*",
         "Condition": {"ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": "ml.*"}}}
    ]}],
    "permissionBoundaries": [{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}]}],
    "resourcePolicy": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ["444455556666", "arn:aws:iam::111122223333:role/X"]},
         "Action": "sagemaker:*", "Resource": "*"}]},
    "sessionPolicies": [{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]}],
    "endpointPolicies": [{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}],
    "rcps": [[{"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}]],
    "scps": [[{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]}]]
}"#;

#[test]
fn a_decision_asks_for_no_memory() {
    for (context, decision) in [("ml.m5.large", "Allowed"), ("ml.p4d.24xlarge", "ImplicitlyDenied")]
    {
        let line = LINE.replace("ml.m5.large", context);
        let case = Case::parse(&line).expect("a case");
        let set = PolicySet::compile(&case.sources);
        let mut evaluator = set.evaluator();
        assert_eq!(evaluator.decide(&case.request).decision().as_str(), decision);
        let asked = allocation_counter::measure(|| {
            for _ in 0..100 {
                evaluator.decide(&case.request);
            }
        });
        assert_eq!(asked.count_total, 0, "{asked:?}");
    }
}
