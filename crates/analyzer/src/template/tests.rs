use super::*;

/// What is found, as `ADDRESS kind open: text` without white space, and what is unknown.
fn check(text: &str, wanted: &[&str], unknown: &[&str]) {
    let found = policies(text).unwrap();
    let shown: Vec<String> = found
        .policies
        .iter()
        .map(|policy| {
            let text: String = policy.text.split_whitespace().collect();
            format!("{} {:?} {}: {text}", policy.address, policy.kind, policy.open.join(" "))
        })
        .collect();
    assert_eq!(shown, wanted);
    assert_eq!(found.unknown, unknown);
}

#[test]
fn a_plan_and_a_state_of_terraform() {
    let resources = r#"{"root_module": {
        "resources": [
            {"address": "aws_iam_policy.a", "type": "aws_iam_policy", "values": {"policy": "{\"Statement\":[]}"}},
            {"address": "aws_iam_policy.later", "type": "aws_iam_policy", "values": {"name": "x"}},
            {"address": "aws_organizations_policy.s", "type": "aws_organizations_policy",
             "values": {"content": "{}", "type": "SERVICE_CONTROL_POLICY"}},
            {"address": "aws_organizations_policy.t", "type": "aws_organizations_policy",
             "values": {"content": "{}", "type": "TAG_POLICY"}},
            {"address": "aws_sagemaker_model.m", "type": "aws_sagemaker_model", "values": {}}],
        "child_modules": [{"resources": [
            {"address": "module.ml.aws_iam_role.r", "type": "aws_iam_role", "values": {
                "assume_role_policy": "{}", "inline_policy": [{"name": "n", "policy": "{\"a\":1}"}, {"policy": ""}]}}]}]}}"#;
    let wanted = [
        "aws_iam_policy.a Identity : {\"Statement\":[]}",
        "aws_organizations_policy.s Scp : {}",
        "module.ml.aws_iam_role.r.assume_role_policy Trust : {}",
        "module.ml.aws_iam_role.r.inline_policy[0] Identity : {\"a\":1}",
    ];
    for member in ["planned_values", "values"] {
        let text = format!(r#"{{"format_version": "1.2", "{member}": {resources}}}"#);
        check(&text, &wanted, &["aws_iam_policy.later"]);
    }
}

#[test]
fn a_template_of_cloudformation() {
    let text = r#"{"Resources": {
        "Scientist": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {
            "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Condition": {"Bool": {"a": "true"}},
                "Resource": [{"Fn::Sub": "arn:${AWS::Partition}:s3:::${Bucket}/${!aws:username}/*"},
                    {"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::GetAtt": "Bucket.Arn"},
                    {"Fn::Join": ["", [{"Ref": "Prefix"}, "/*"]]}]}}}},
        "Train": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": {"Statement": []},
            "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": []}}]}},
        "Later": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Ref": "Document"}}},
        "Model": {"Type": "AWS::SageMaker::Model", "Properties": {}}}}"#;
    check(
        text,
        &[
            "Scientist Identity ${AWS::Partition} ${Bucket} ${Bucket.Arn} ${Bucket.Arn} ${Prefix}: \
             {\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Condition\":{\"Bool\":\
             {\"a\":\"true\"}},\"Resource\":[\"arn:aws:s3:::Bucket/${aws:username}/*\",\"Bucket.Arn\",\
             \"Bucket.Arn\",\"Prefix/*\"]}}",
            "Train.AssumeRolePolicyDocument Trust : {\"Statement\":[]}",
            "Train.Policies[0] Identity : {\"Statement\":[]}",
        ],
        &["Later"],
    );
}

/// A fault in a policy is at its line of the template, whatever stands before it.
#[test]
fn things_stay_at_their_lines() {
    let text = "{\"Resources\": {\"é\": {\"Type\": \"AWS::IAM::Policy\",\n\"Properties\": {\n\"PolicyDocument\":\n\
                {\"Statement\": [{\n\"Resource\": {\"Fn::Sub\":\n\"${A}\"},\n\"Action\": \"x\"}]}}}}}";
    let found = policies(text).unwrap();
    let policy = &found.policies[0];
    assert_eq!(policy.places, Places::Template);
    let line = |text: &str| text.lines().position(|line| line.contains("\"Action\"")).unwrap();
    assert_eq!(line(&policy.text), line(text));
    assert!(json::parse(&policy.text).is_ok());
}

#[test]
fn a_template_in_yaml() {
    let text = "\
AWSTemplateFormatVersion: 2010-09-09
# A comment, and a flow list
Parameters: { Bucket: { Type: String } }
Resources:
  Scientist:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Action:
              - s3:GetObject
              - 's3:ListBucket'
            Resource:
              - !Sub 'arn:aws:s3:::${Bucket}/*'
              - !GetAtt Bucket.Arn
              - !Join ['', [!Ref Prefix, \"/*\"]]
            Condition:
              Bool: { aws:SecureTransport: true }
  Train:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: !Ref Document
      Policies:
        - PolicyName: p
          PolicyDocument: { Statement: [] }
";
    check(
        text,
        &[
            "Scientist Identity ${Bucket} ${Bucket.Arn} ${Prefix}: {\"Version\":\"2012-10-17\",\"Statement\":\
             [{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:ListBucket\"],\"Resource\":[\
             \"arn:aws:s3:::Bucket/*\",\"Bucket.Arn\",\"Prefix/*\"],\"Condition\":{\"Bool\":\
             {\"aws:SecureTransport\":\"true\"}}}]}",
            "Train.Policies[0] Identity : {\"Statement\":[]}",
        ],
        &["Train.AssumeRolePolicyDocument"],
    );
    let found = policies(text).unwrap();
    assert_eq!(found.policies[0].places, Places::Lines);
    let line = |text: &str, word: &str| text.lines().position(|line| line.contains(word)).unwrap();
    for word in ["2012-10-17", "Action", "s3:ListBucket", "Prefix", "SecureTransport"] {
        assert_eq!(line(&found.policies[0].text, word), line(text, word), "{word}");
    }
}

/// A repeated key is there twice, for lint to see.
#[test]
fn keys_are_not_lost() {
    let text = "Resources:\n  A:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyDocument:\n        \
                Version: '2012-10-17'\n        Version: '2008-10-17'\n";
    assert_eq!(policies(text).unwrap().policies[0].text.matches("Version").count(), 2);
}

#[test]
fn what_is_no_template_is_none() {
    for text in [
        "",
        "{}",
        "[]",
        r#"{"Version": "2012-10-17", "Statement": []}"#,
        r#"{"Resources": {"a": {"Type": "x"}}}"#,
        r#"{"format_version": "1.0"}"#,
        "AWS:: but no more",
        "Resources: &a {A: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {}}}}\nOther: *a\n",
        "? {Type: AWS::IAM::Policy}\n: x\n",
        "Resources:\n\tA: AWS::\n",
    ] {
        assert_eq!(policies(text), None, "{text}");
    }
}

proptest::proptest! {
    /// Whatever it is fed, it gives policies or none.
    #[test]
    fn any_text_is_read_or_refused(text in "(\\PC|[-:{}\\[\\]!&*?'\"#|>\n \t,]|Resources|AWS::IAM::Policy|Properties|PolicyDocument){0,60}") {
        let _ = policies(&format!("{text}\n# AWS::"));
        let _ = policies(&format!("Resources:\n  A:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyDocument: {text}"));
    }
}
