//! Policies in the output of `terraform show -json` and in CloudFormation templates: lint finds what
//! is wrong with them, where it is, and `whatif` judges by them.

use std::fs;

use serde_json::{Value, json};

use crate::driftline::driftline;

/// A plan with a policy as text, in a module, and one that is known later.
fn plan(instance_types: &str) -> String {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": ["sagemaker:*", "iam:*", "sagemaker:CreateModle"],
         "NotResource": "arn:aws:s3:::none"},
        {"Sid": "Types", "Effect": "Deny", "Action": "sagemaker:CreateTrainingJob", "Resource": "*",
         "Condition": {"ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": instance_types}}}]});
    json!({"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {
        "child_modules": [{"address": "module.ml", "resources": [
            {"address": "module.ml.aws_iam_policy.scientist", "type": "aws_iam_policy",
             "values": {"name": "scientist", "policy": policy.to_string()}},
            {"address": "module.ml.aws_iam_policy.later", "type": "aws_iam_policy", "values": {}}]}]}}})
    .to_string()
}

const STACK: &str = r#"{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Resources": {
    "Scientist": {
      "Type": "AWS::IAM::ManagedPolicy",
      "Properties": {
        "PolicyDocument": {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Action": ["sagemaker:CreateFlowDefiniton"],
              "Resource": {"Fn::Sub": "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:flow-definition/*"}
            }
          ]
        }
      }
    }
  }
}
"#;

const YAML: &str = "\
Resources:
  # What people may do.
  Scientist:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Action: sagemaker:CreateModle
            Resource: !Sub arn:aws:sagemaker:*:${AWS::AccountId}:model/*
";

#[test]
fn lint_looks_into_templates() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("plan.json"), plan("ml.c5.*")).unwrap();
    fs::write(path("stack.json"), STACK).unwrap();
    fs::write(path("stack.yaml"), YAML).unwrap();
    fs::write(path("other.yml"), "a: [AWS::]\n").unwrap();
    let here = folder.path().display().to_string();
    let told = |format: &str| {
        let run = driftline(&["lint", &here, "--format", format]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains("plan.json#module.ml.aws_iam_policy.later: known only"));
        run.stdout.replace(&here, "HERE")
    };
    insta::assert_snapshot!("templates_text", told("text"));
    let sarif: Value = serde_json::from_str(&told("sarif")).unwrap();
    insta::assert_snapshot!(
        "templates_sarif",
        serde_json::to_string_pretty(&sarif["runs"][0]["results"]).unwrap()
    );
    // Typed by name it is read in the same way.
    let run = driftline(&["lint", &path("stack.json")]);
    assert!(run.stdout.contains("stack.json#Scientist:12:26"), "{}", run.stdout);
}

#[test]
fn whatif_judges_by_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (set, types) in [("old", "ml.*"), ("new", "ml.c5.*")] {
        fs::create_dir(path(set)).unwrap();
        let manifest = "schema = 1\nrevision = 1\nname = \"plan\"\n[[binding]]\nname = \"e\"\n\
            principals = [\"*\"]\nidentity = [\"plan.json#module.ml.aws_iam_policy.scientist\"]\n";
        fs::write(path(&format!("{set}/policy-set.toml")), manifest).unwrap();
        fs::write(path(&format!("{set}/plan.json")), plan(types)).unwrap();
    }
    let (old, new) = (path("old"), path("new"));
    let words = ["whatif", "--trail", "samples/trail", "--baseline", &old, "--policies", &new];
    let run = driftline(&words);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let by = "statement `Types` of plan.json#module.ml.aws_iam_policy.scientist";
    assert!(run.stdout.contains(by), "{}", run.stdout);
}
