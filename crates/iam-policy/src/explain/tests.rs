//! Explanations word for word.

use crate::case::{Detail, run_line_in};

const POLICIES: &str = r#""identityPolicies":[{"name":"training","policy":{"Version":"2012-10-17","Statement":[
{"Sid":"Train","Effect":"Allow","Action":"sagemaker:CreateTrainingJob","Resource":"arn:aws:sagemaker:*:*:training-job/nlp-*","Condition":{"ForAllValues:StringLike":{"sagemaker:InstanceTypes":["ml.c5.*","ml.m5.*"]},"Bool":{"sagemaker:NetworkIsolation":"true"}}},
{"Effect":"Deny","Action":"sagemaker:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}]}}]"#;

fn explain(resource: &str, action: &str, rest: &str, detail: Detail) -> String {
    let line = format!(
        r#"{{"name":"n","principal":"arn:aws:iam::111122223333:role/r","action":"{action}","resource":"arn:aws:sagemaker:eu-west-1:111122223333:training-job/{resource}",{rest},{POLICIES}}}"#
    );
    run_line_in(&line.replace('\n', ""), 1, detail).as_str().to_owned()
}

fn check(resource: &str, action: &str, rest: &str, wanted: &str) {
    let text = explain(resource, action, rest, Detail::Text);
    assert_eq!(text, wanted.trim(), "{resource} {action} {rest}");
}

const TRAIN: &str = "sagemaker:CreateTrainingJob";
const CONTEXT: &str = r#""aws:RequestedRegion":"eu-west-1","sagemaker:NetworkIsolation":"true""#;

#[test]
fn each_decision_is_explained_in_text() {
    let fine = format!(r#""context":{{{CONTEXT},"sagemaker:InstanceTypes":["ml.c5.large"]}}"#);
    check(
        "nlp-1",
        TRAIN,
        &fine,
        "
n: Allowed by the identity-based policies
  by: `Train` (statement 0) of `training`, Allow",
    );
    let wrong = fine.replace("ml.c5.large", "ml.p4d.24xlarge");
    check(
        "nlp-1",
        TRAIN,
        &wrong,
        "
n: ImplicitlyDenied by the identity-based policies
  nearest: `Train` (statement 0) of `training`, Allow, one condition away
    sagemaker:InstanceTypes: ForAllValues:StringLike wants `ml.c5.*`, `ml.m5.*`; the request has `ml.p4d.24xlarge`",
    );
    check(
        "vision-1",
        TRAIN,
        &fine,
        "
n: ImplicitlyDenied by the identity-based policies
  nearest: `Train` (statement 0) of `training`, Allow, for another resource
    Resource is `arn:aws:sagemaker:*:*:training-job/nlp-*`; the request's is `arn:aws:sagemaker:eu-west-1:111122223333:training-job/vision-1`",
    );
    check(
        "nlp-1",
        "sagemaker:DeleteModel",
        &fine,
        "
n: ImplicitlyDenied by the identity-based policies
  no Allow names the action",
    );
    check(
        "nlp-1",
        TRAIN,
        r#""context":{}"#,
        "
n: ExplicitlyDenied by the identity-based policies
  by: statement 1 of `training`, Deny
    aws:RequestedRegion: StringNotEquals wants `eu-west-1`; the request does not have it",
    );
    let open = format!(r#""context":{{{CONTEXT}}},"unknown":["sagemaker:InstanceTypes"]"#);
    check(
        "nlp-1",
        TRAIN,
        &open,
        "
n: Undetermined, Allowed or ImplicitlyDenied: `sagemaker:InstanceTypes` would settle it
  open: `Train` (statement 0) of `training`, Allow
    sagemaker:InstanceTypes: ForAllValues:StringLike wants `ml.c5.*`, `ml.m5.*`; the request does not say",
    );
    let chosen = fine.replace("[\"ml.c5.large\"]", "\"ml.c5.large\"");
    check(
        "nlp-1",
        TRAIN,
        &format!("{chosen},\"expected\":\"Denied\""),
        "
n: Allowed by the identity-based policies
  by: `Train` (statement 0) of `training`, Allow
  rests on `set-operator-on-text`: a set qualifier on a single-valued key: the value counts as a list of one
  expected: Denied",
    );
}

/// The explanation of one line of `simulate`, without the name.
fn check_line(line: &str, wanted: &str) {
    let line = format!(r#"{{"name":"n",{}}}"#, line.replace('\n', ""));
    let result = run_line_in(&line, 1, Detail::Text);
    let text = result.as_str().strip_prefix("n: ").unwrap_or(result.as_str());
    assert_eq!(text, wanted.trim(), "{line}");
}

const BUCKET: &str = r#""action":"s3:GetObject","resource":"arn:aws:s3:::b/k""#;

#[test]
fn the_grant_or_its_lack_is_told_of_the_policy_where_it_is() {
    let allow = |who: &str| {
        format!(
            r#""resourcePolicy":{{"Version":"2012-10-17","Statement":[{{"Sid":"S","Effect":"Allow","Principal":{who},"Action":"s3:*","Resource":"*"}}]}}"#
        )
    };
    let eve = r#""principal":"arn:aws:iam::111122223333:user/eve""#;
    let by_bucket = allow(r#"{"AWS":"arn:aws:iam::111122223333:user/eve"}"#);
    check_line(
        &format!("{eve},{BUCKET},{by_bucket}"),
        "
Allowed by the resource's policy
  by: `S` (statement 0) of `resource`, Allow",
    );
    let others = allow(r#"{"AWS":"999999999999"}"#);
    let foreign = r#""resourceAccount":"444455556666","identityPolicies":[{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}]"#;
    check_line(
        &format!("{eve},{BUCKET},{others},{foreign}"),
        "
ImplicitlyDenied by the resource's policy
  nearest: `S` (statement 0) of `resource`, Allow, for another principal",
    );
    check_line(
        &format!(r#""principal":{{"type":"Anonymous"}},{BUCKET}"#),
        "
ImplicitlyDenied by the resource's policy
  there is none",
    );
    check_line(
        &format!(r#""principal":"arn:aws:iam::111122223333:root",{BUCKET}"#),
        "Allowed: nothing restricts the root user here",
    );
}

#[test]
fn what_only_aws_could_settle_says_so_and_no_more() {
    let role = r#""principal":"arn:aws:iam::111122223333:role/r""#;
    let policies = |statements: &str| {
        format!(r#""identityPolicies":[{{"Version":"2012-10-17","Statement":[{statements}]}}]"#)
    };
    let allow = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    let short = r#"{"Effect":"Deny","Action":"*","NotResource":"arn:aws:sqs"}"#;
    check_line(
        &format!("{role},{BUCKET},{}", policies(&format!("{allow},{short}"))),
        "
Undetermined, Allowed or ExplicitlyDenied: only AWS could settle it
  open: statement 1 of `identity[0]`, Deny
  rests on `short-arn`: a `Resource` with fewer than six parts, `arn:aws:sqs:us-east-1`: in identity-based, boundary and session policies the missing parts are `*`, elsewhere it is a plain glob; a `NotResource` with one grants nothing, and whether it denies is open",
    );
    // The unknown operator stands in a statement that fails for another reason.
    let dead = r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringMatches":{"k:a":"x"},"StringEquals":{"k:b":"y"}}}"#;
    let live = r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k:u":"y"}}}"#;
    check_line(
        &format!(
            r#"{role},{BUCKET},"context":{{"k:b":"n"}},"unknown":["k:u"],{}"#,
            policies(&format!("{dead},{live}"))
        ),
        "
Undetermined, Allowed or ImplicitlyDenied: `k:u` would settle it
  open: statement 1 of `identity[0]`, Allow
    k:u: StringEquals wants `y`; the request does not say",
    );
}

/// `decision needs rests_on` of a line.
fn summary(line: &str) -> String {
    let line = format!(r#"{{"name":"n",{line}}}"#);
    let result = run_line_in(&line, 1, Detail::Decision);
    let json: serde_json::Value = serde_json::from_str(result.as_str()).expect("JSON");
    let (needs, rests_on) = (&json["needs"], json.get("rests_on").cloned().unwrap_or_default());
    format!("{} {needs} {rests_on}", json["decision"].as_str().unwrap_or(result.as_str()))
}

#[test]
fn what_a_decision_needs_and_rests_on() {
    let role = r#""principal":"arn:aws:iam::111122223333:role/R""#;
    let all =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let identity = format!(r#""identityPolicies":[{all}]"#);
    let deny = |who: &str| {
        format!(
            r#""resourceAccount":"111122223333","resourcePolicy":{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":"*","Resource":"*","NotPrincipal":{who}}}]}}"#
        )
    };
    let in_part = r#"Allowed [] ["not-principal-in-part"]"#;
    for who in [
        r#"{"AWS":["arn:aws:iam::111122223333:role/R"]}"#,
        r#"{"AWS":["arn:aws:iam::111122223333:role/R"],"Service":"*"}"#,
        r#"{"AWS":["arn:aws:iam::111122223333:role/R"],"CanonicalUser":"abc"}"#,
    ] {
        assert_eq!(summary(&format!("{role},{BUCKET},{identity},{}", deny(who))), in_part, "{who}");
    }
    let whole = deny(r#"{"AWS":["arn:aws:iam::111122223333:role/R","111122223333"]}"#);
    assert_eq!(summary(&format!("{role},{BUCKET},{identity},{whole}")), "Allowed [] null");

    let rcp = r#""unknown":["resource"],"rcps":[[{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}]]"#;
    for (management, decision) in
        [("444455556666", "ExplicitlyDenied"), ("111122223333", "Allowed")]
    {
        let line =
            format!(r#"{role},{BUCKET},{identity},{rcp},"managementAccount":"{management}""#);
        let wanted = format!(r#"{decision} [] ["unknown-resource-owner"]"#);
        assert_eq!(summary(&line), wanted, "{management}");
    }
    let either = r#""unknown":["k"],"identityPolicies":[],"resourceAccount":"111122223333","resourcePolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":"arn:aws:iam::111122223333:role/R"},"Condition":{"StringEquals":{"k":"v"}}},{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":"111122223333"}}]}"#;
    assert_eq!(summary(&format!("{role},{BUCKET},{either}")), r#"Undetermined ["k"] null"#);
}

#[test]
fn the_json_form_names_every_failing_condition() {
    let rest = r#""context":{"aws:RequestedRegion":"eu-west-1","sagemaker:InstanceTypes":["ml.p4d.24xlarge","ml.c5.large"]}"#;
    let json = explain("nlp-1", TRAIN, rest, Detail::Explained);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["decision"], "ImplicitlyDenied");
    assert_eq!(
        json["explanation"],
        serde_json::json!({
            "decision": "ImplicitlyDenied", "possible": ["ImplicitlyDenied"],
            "layer": "identity", "statements": [],
            "nearest": {
                "layer": "identity", "policy": "training", "statement": 0, "sid": "Train",
                "effect": "Allow", "misses": "conditions",
                "conditions": [
                    {"key": "sagemaker:InstanceTypes", "operator": "ForAllValues:StringLike",
                     "wanted": ["ml.c5.*", "ml.m5.*"], "holds": "no", "state": "known",
                     "observed": ["ml.p4d.24xlarge", "ml.c5.large"]},
                    {"key": "sagemaker:NetworkIsolation", "operator": "Bool", "wanted": ["true"],
                     "holds": "no", "state": "absent", "observed": null}
                ]
            },
            "needs": [], "rests_on": []
        })
    );
}

#[test]
fn hostile_text_is_shown_as_escapes() {
    let rest = r#""context":{"aws:RequestedRegion":"\u001b[31m"}"#;
    let text = explain("nlp-1", TRAIN, rest, Detail::Text);
    assert!(text.contains("the request has `\\u{1b}[31m`"), "{text}");
}
