//! AWS's answer on one side, a snapshot on the other: what is said of the two.

use std::collections::BTreeMap;

use cloudtrail::Limits;
use serde_json::{Value, json};

use super::{Answer, Comparison, Refused, Said, SelfTest};
use crate::explain::Rows;
use crate::judge::Judge;
use crate::judge::tests::{ALLOW, record, set};
use crate::snapshot::load;

const ROLE: &str = "arn:aws:iam::111122223333:role/ml/Scientist";
const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/b";
const MANAGED: &str = "arn:aws:iam::111122223333:policy/m";
const SCP: &str = "arn:aws:organizations::123456789012:policy/o-1/service_control_policy/p-0";
const JOB: &str = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/a";

/// What binds the role.
#[derive(Clone, Debug, Default)]
struct Scene {
    identity: Vec<Value>,
    managed: Option<Value>,
    boundary: Option<Value>,
    /// None: the organisation is not in the snapshot.
    scp: Option<Value>,
}

fn statement(effect: &str, action: &str, condition: &Value) -> Value {
    let mut statement = json!({"Effect": effect, "Action": action, "Resource": "*"});
    if !condition.is_null() {
        statement["Condition"] = condition.clone();
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn allow(action: &str) -> Value {
    statement("Allow", action, &Value::Null)
}

fn deny(action: &str) -> Value {
    statement("Deny", action, &Value::Null)
}

/// Holds for calls of these types, which a record without parameters does not tell.
fn for_types(effect: &str, action: &str) -> Value {
    let types = json!({"ForAnyValue:StringLike": {"sagemaker:InstanceTypes": "ml.p4d.*"}});
    statement(effect, action, &types)
}

impl Scene {
    fn snapshot(&self) -> crate::snapshot::Snapshot {
        let inline = self.identity.iter().enumerate();
        let inline: Value = inline
            .map(|(n, policy)| json!({"PolicyName": n.to_string(), "PolicyDocument": policy}))
            .collect();
        let mut role = json!({"Arn": ROLE, "RolePolicyList": inline});
        let mut policies = Vec::new();
        let mut add = |arn: &str, document: &Value| {
            policies.push(json!({"Arn": arn, "PolicyVersionList":
                [{"VersionId": "v1", "IsDefaultVersion": true, "Document": document}]}));
        };
        if let Some(managed) = &self.managed {
            role["AttachedManagedPolicies"] = json!([{"PolicyArn": MANAGED}]);
            add(MANAGED, managed);
        }
        if let Some(boundary) = &self.boundary {
            role["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": BOUNDARY});
            add(BOUNDARY, boundary);
        }
        let mut files = vec![("a.json", json!({"RoleDetailList": [role], "Policies": policies}))];
        if let Some(scp) = &self.scp {
            let targets = json!({"Targets": [{"TargetId": "r-1"}, {"TargetId": "111122223333"}]});
            files.extend([
                ("organization.json", json!({"Organization": {"MasterAccountId": "123456789012"}})),
                (
                    "roots.json",
                    json!({"Roots": [{"PolicyTypes":
                    [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}),
                ),
                ("parents/111122223333.json", json!({"Parents": [{"Id": "r-1"}]})),
                ("targets/p-FullAWSAccess.json", targets.clone()),
                ("targets/p-0.json", targets),
                (
                    "policies/p-0.json",
                    json!({"Policy": {"Content": scp.to_string(),
                    "PolicySummary": {"Id": "p-0", "Type": "SERVICE_CONTROL_POLICY", "Arn": SCP}}}),
                ),
            ]);
        }
        let files: BTreeMap<String, Vec<u8>> = files
            .into_iter()
            .map(|(name, json)| (name.to_owned(), json.to_string().into_bytes()))
            .collect();
        load(&files).unwrap_or_else(|error| panic!("{:?}", error.faults))
    }
}

/// AWS's answers in the records, compared with the scene.
fn answers(scene: &Scene, records: &[String]) -> Vec<Answer> {
    let (target, snapshot) = (set(ALLOW, ""), scene.snapshot());
    let mut judge = Judge::new(&target, Limits::default()).with_snapshot(Some(&snapshot));
    for record in records {
        judge.judge(record.as_bytes(), None, &mut Rows::default());
    }
    judge.take_answers()
}

fn told(answer: &Answer) -> String {
    match &answer.result {
        Comparison::Agreed => "agreed".to_owned(),
        Comparison::Open(why) => format!("open: {why}"),
        Comparison::NotCompared(why) => format!("not compared: {why}"),
        Comparison::Disagreed(ours) => {
            let layer = ours.layer.map_or("", iam_policy::PolicyType::as_str);
            let rests_on = ours.rests_on.join(" ");
            format!("disagreed: {} {layer} {rests_on}", ours.decision).trim_end().to_owned()
        }
    }
}

fn check_records(what: &str, scene: &Scene, record: String, wanted: &str) {
    let answers = answers(scene, &[record]);
    let told: Vec<String> = answers.iter().map(told).collect();
    assert_eq!(told.join("; "), wanted, "{what}: {scene:#?}");
}

/// A refused call without parameters.
fn refusal(action: &str, resource: &str, why: &str) -> String {
    let message = format!(
        "User: arn:aws:sts::111122223333:assumed-role/Scientist/ana is not authorized to perform: \
         {action} on resource: {resource} {why}"
    );
    let message = Value::from(message).to_string();
    let code = r#""AccessDenied""#;
    record("CreateTrainingJob", &[("errorCode", code), ("errorMessage", &message)])
}

/// How a refusal of `CreateTrainingJob`, whose parameters are not told, compares.
fn check(what: &str, scene: &Scene, why: &str, wanted: &str) {
    let record = refusal("sagemaker:CreateTrainingJob", JOB, why);
    check_records(what, scene, record, wanted);
}

const NO_IDENTITY: &str =
    "because no identity-based policy allows the sagemaker:CreateTrainingJob action";
const NO_BOUNDARY: &str =
    "because no permissions boundary allows the sagemaker:CreateTrainingJob action";
const NO_SCP: &str =
    "because no service control policy allows the sagemaker:CreateTrainingJob action";
const IDENTITY_DENY: &str = "with an explicit deny in an identity-based policy";
const BOUNDARY_DENY: &str = "with an explicit deny in a permissions boundary";
const SCP_DENY: &str = "with an explicit deny in a service control policy";

fn scene(identity: &[Value]) -> Scene {
    Scene { identity: identity.to_vec(), scp: Some(allow("*")), ..Scene::default() }
}

#[test]
fn the_identity_layer_is_compared_by_itself() {
    let every = "sagemaker:*";
    let types = "sagemaker:InstanceTypes";
    for (what, scene, why, wanted) in [
        ("nothing allows", scene(&[]), NO_IDENTITY, "agreed"),
        ("another action", scene(&[allow("sagemaker:Stop*")]), NO_IDENTITY, "agreed"),
        ("an Allow", scene(&[allow(every)]), NO_IDENTITY, "disagreed: Allowed identity"),
        (
            "an Allow that may hold",
            scene(&[for_types("Allow", every)]),
            NO_IDENTITY,
            &*format!("open: {types}"),
        ),
        (
            "a Deny would have been named",
            scene(&[deny(every)]),
            NO_IDENTITY,
            "disagreed: ExplicitlyDenied identity",
        ),
        // AWS says that no Deny matched.
        ("a Deny that may hold", scene(&[for_types("Deny", every)]), NO_IDENTITY, "agreed"),
        (
            "an Allow, and a Deny that may hold",
            scene(&[allow(every), for_types("Deny", every)]),
            NO_IDENTITY,
            "disagreed: Undetermined",
        ),
        ("a Deny", scene(&[allow(every), deny(every)]), IDENTITY_DENY, "agreed"),
        (
            "a Deny that may hold",
            scene(&[allow(every), for_types("Deny", every)]),
            IDENTITY_DENY,
            &*format!("open: {types}"),
        ),
        ("no Deny", scene(&[allow(every)]), IDENTITY_DENY, "disagreed: Allowed identity"),
        ("nothing at all", scene(&[]), IDENTITY_DENY, "disagreed: ImplicitlyDenied identity"),
        (
            "an unreadable policy",
            scene(&[json!({})]),
            IDENTITY_DENY,
            "open: policy inline/0 of arn:aws:iam::111122223333:role/ml/Scientist cannot be read: a policy needs `Statement`",
        ),
        (
            "an unreadable policy beside a Deny",
            scene(&[json!({}), deny(every)]),
            IDENTITY_DENY,
            "agreed",
        ),
    ] {
        check(what, &scene, why, wanted);
    }
}

#[test]
fn a_disagreement_names_our_answer_to_what_aws_leaves_open() {
    let wanted = "disagreed: Allowed identity action-service-wildcard";
    check("a wild service", &scene(&[allow("*:CreateTrainingJob")]), NO_IDENTITY, wanted);
}

#[test]
fn boundaries_and_scps_are_compared_by_themselves() {
    let every = "sagemaker:*";
    let all = scene(&[allow(every)]);
    let within = |boundary: Value| Scene { boundary: Some(boundary), ..all.clone() };
    let below = |scp: Value| Scene { scp: Some(scp), ..all.clone() };
    let nowhere = Scene { scp: None, ..all.clone() };
    for (what, scene, why, wanted) in [
        ("a boundary that does not allow", within(allow("s3:*")), NO_BOUNDARY, "agreed"),
        ("a boundary that allows", within(allow("*")), NO_BOUNDARY, "disagreed: Allowed identity"),
        ("no boundary", all.clone(), NO_BOUNDARY, "disagreed: Allowed identity"),
        (
            "the boundary, not the identity",
            within(allow("s3:*")),
            NO_IDENTITY,
            "disagreed: ImplicitlyDenied boundary",
        ),
        // Which of two a message names is AWS's choice.
        ("both", Scene { identity: Vec::new(), ..within(allow("s3:*")) }, NO_BOUNDARY, "agreed"),
        ("a boundary that denies", within(deny(every)), BOUNDARY_DENY, "agreed"),
        ("an SCP that denies", below(deny(every)), SCP_DENY, "agreed"),
        (
            "an SCP that denies, not the boundary",
            below(deny(every)),
            BOUNDARY_DENY,
            "disagreed: ExplicitlyDenied scp",
        ),
        (
            "an SCP denies, no Allow is named",
            below(deny(every)),
            NO_IDENTITY,
            "disagreed: ExplicitlyDenied scp",
        ),
        ("SCPs that allow", all.clone(), NO_SCP, "disagreed: Allowed identity"),
        (
            "SCPs nobody knows",
            nowhere.clone(),
            SCP_DENY,
            "open: the organisation is not in the snapshot",
        ),
        (
            "SCPs nobody knows",
            nowhere.clone(),
            NO_SCP,
            "open: the organisation is not in the snapshot",
        ),
        // They matter to nothing else that AWS says.
        ("SCPs nobody knows", nowhere.clone(), NO_IDENTITY, "disagreed: Allowed identity"),
        ("SCPs nobody knows", Scene { scp: None, ..scene(&[]) }, NO_IDENTITY, "agreed"),
    ] {
        check(what, &scene, why, wanted);
    }
}

#[test]
fn the_policy_that_a_message_names_is_the_one_asked() {
    let every = "sagemaker:*";
    let managed = |policy: Value| Scene { managed: Some(policy), ..scene(&[allow(every)]) };
    let in_managed = format!("{IDENTITY_DENY}: {MANAGED}");
    let in_other = format!("{IDENTITY_DENY}: arn:aws:iam::111122223333:policy/other");
    let in_scp = format!("{SCP_DENY}: {SCP}");
    let both = Scene { managed: Some(allow("*")), ..scene(&[deny(every)]) };
    for (what, scene, why, wanted) in [
        ("it denies", managed(deny(every)), &in_managed, "agreed"),
        (
            "it may deny",
            managed(for_types("Deny", every)),
            &in_managed,
            "open: sagemaker:InstanceTypes",
        ),
        ("another one denies", both, &in_managed, "disagreed: ExplicitlyDenied identity"),
        (
            "it is not attached",
            managed(deny(every)),
            &in_other,
            "disagreed: ExplicitlyDenied identity",
        ),
        (
            "it cannot be read",
            managed(json!(7)),
            &in_managed,
            &*format!("open: policy {MANAGED} cannot be read: its document is a number"),
        ),
        ("the SCP", Scene { scp: Some(deny(every)), ..scene(&[]) }, &in_scp, "agreed"),
        ("another SCP", scene(&[allow(every)]), &in_scp, "disagreed: Allowed identity"),
        (
            "SCPs nobody knows",
            Scene { scp: None, ..scene(&[]) },
            &in_scp,
            "open: the organisation is not in the snapshot",
        ),
    ] {
        check(what, &scene, why, wanted);
    }
}

#[test]
fn every_form_of_message_is_compared_or_says_why_not() {
    let nothing = scene(&[]);
    for (why, wanted) in [
        ("because no session policy allows the s:A action", "layer_not_in_snapshot"),
        ("because no resource-based policy allows the s:A action", "layer_not_in_snapshot"),
        ("because no VPC endpoint policy allows the s:A action", "layer_not_in_snapshot"),
        ("with an explicit deny in a session policy", "layer_not_in_snapshot"),
        ("with an explicit deny in a resource control policy", "layer_not_in_snapshot"),
        ("with an explicit deny in a VPC endpoint policy", "layer_not_in_snapshot"),
        ("with an explicit deny", "layer_not_named"),
        ("", "layer_not_named"),
    ] {
        check(why, &nothing, why, &format!("not compared: {wanted}"));
    }
}

#[test]
fn another_action_than_the_events_own_is_the_one_compared() {
    let role = "arn:aws:iam::111122223333:role/Exec";
    for (identity, wanted) in [
        (allow("sagemaker:*"), "agreed"),
        (allow("iam:PassRole"), "disagreed: Allowed identity"),
        (
            statement("Allow", "*", &json!({"StringEquals": {"iam:AssociatedResourceArn": "x"}})),
            "open: iam:AssociatedResourceArn",
        ),
    ] {
        let why = "because no identity-based policy allows the iam:PassRole action";
        check_records("pass", &scene(&[identity]), refusal("iam:PassRole", role, why), wanted);
    }
}

#[test]
fn what_aws_permitted_must_not_be_denied() {
    let stop = |changes: &[(&str, &str)]| {
        let parameters = r#"{"trainingJobName": "a"}"#;
        let members = [&[("requestParameters", parameters)], changes].concat();
        record("StopTrainingJob", &members)
    };
    let every = "sagemaker:*";
    let by_tag = json!({"StringEquals": {"aws:ResourceTag/team": "nlp"}});
    for (what, scene, wanted) in [
        ("allowed", scene(&[allow(every)]), "agreed"),
        ("allowed, SCPs nobody knows", Scene { scp: None, ..scene(&[allow(every)]) }, "agreed"),
        ("nothing allows", scene(&[]), "disagreed: ImplicitlyDenied identity"),
        ("a Deny", scene(&[allow(every), deny(every)]), "disagreed: ExplicitlyDenied identity"),
        (
            "may be allowed",
            scene(&[statement("Allow", every, &by_tag)]),
            "open: aws:ResourceTag/team",
        ),
        (
            "an unreadable policy",
            scene(&[json!({})]),
            "open: policy inline/0 of arn:aws:iam::111122223333:role/ml/Scientist cannot be read: a policy needs `Statement`",
        ),
        (
            "an SCP",
            Scene { scp: Some(deny("*")), ..scene(&[allow("*")]) },
            "disagreed: ExplicitlyDenied scp",
        ),
    ] {
        check_records(what, &scene, stop(&[]), wanted);
    }
    // Turned away for another reason: nobody says what IAM thought of it.
    let throttled = stop(&[("errorCode", r#""ThrottlingException""#)]);
    check_records("throttled", &scene(&[]), throttled, "");
}

#[test]
fn a_policy_of_the_resource_may_have_granted_it() {
    let describe =
        |event: &str, parameters: &str| record(event, &[("requestParameters", parameters)]);
    let group = describe("DescribeModelPackageGroup", r#"{"modelPackageGroupName": "g"}"#);
    let open = "open: the resource's policy is not in the snapshot";
    check_records("no Allow", &scene(&[]), group.clone(), open);
    check_records("a Deny", &scene(&[deny("*")]), group, "disagreed: ExplicitlyDenied identity");
    let job = describe("DescribeTrainingJob", r#"{"trainingJobName": "a"}"#);
    check_records("no such policy", &scene(&[]), job, "disagreed: ImplicitlyDenied identity");
}

#[test]
fn callers_of_whom_nothing_is_known_are_counted_apart() {
    let by = |identity: &str| {
        let members =
            [("requestParameters", r#"{"trainingJobName": "a"}"#), ("userIdentity", identity)];
        record("StopTrainingJob", &members)
    };
    let role = |arn: &str| {
        format!(
            r#"{{"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/x/s",
            "sessionContext": {{"sessionIssuer": {{"type": "Role", "arn": "{arn}"}}}}}}"#
        )
    };
    for (identity, wanted) in [
        (role("arn:aws:iam::111122223333:role/ml/Gone"), "not compared: principal_not_in_snapshot"),
        (role("arn:aws:iam::444455556666:role/ml/x"), "not compared: cross_account"),
        (
            r#"{"type": "AWSService", "invokedBy": "sagemaker.amazonaws.com"}"#.to_owned(),
            "not compared: service",
        ),
        // Without its issuer: there is one role of this name.
        (
            r#"{"type": "AssumedRole",
             "arn": "arn:aws:sts::111122223333:assumed-role/Scientist/ana"}"#
                .to_owned(),
            "agreed",
        ),
        (
            r#"{"type": "Root", "arn": "arn:aws:iam::111122223333:root",
             "accountId": "111122223333"}"#
                .to_owned(),
            "agreed",
        ),
    ] {
        check_records("who", &scene(&[allow("*")]), by(&identity), wanted);
    }
    let elsewhere = record(
        "StopTrainingJob",
        &[
            ("recipientAccountId", r#""444455556666""#),
            ("userIdentity", &role("arn:aws:iam::444455556666:role/ml/x")),
        ],
    );
    let wanted = "not compared: account_not_in_snapshot";
    check_records("account", &scene(&[allow("*")]), elsewhere, wanted);
}

#[test]
fn a_record_counts_once_in_any_order() {
    let event = |id: &str, name: &str| {
        let id = format!("\"{id}\"");
        record(name, &[("eventID", &id), ("requestParameters", r#"{"trainingJobName": "a"}"#)])
    };
    let records = [
        event("e-1", "StopTrainingJob"),
        event("e-2", "StopTrainingJob"),
        event("e-3", "DescribeTrainingJob"),
        refusal("sagemaker:CreateTrainingJob", JOB, NO_IDENTITY),
        refusal("sagemaker:CreateTrainingJob", JOB, IDENTITY_DENY),
    ];
    let all = answers(&scene(&[allow("sagemaker:Describe*")]), &records);
    let tally = |answers: &mut dyn Iterator<Item = Answer>| {
        let mut test = SelfTest::default();
        answers.for_each(|answer| test.add(answer));
        test
    };
    let once = tally(&mut all.iter().cloned());
    let twice = tally(&mut all.iter().rev().chain(&all).cloned());
    let shown = |test: &SelfTest| {
        format!(
            "{:?}",
            (
                test.refused(),
                test.permitted(),
                test.by_layer(),
                test.missing(),
                test.disagreements()
            )
        )
    };
    assert_eq!(shown(&once), shown(&twice));
    assert_eq!((once.permitted().agreed, once.permitted().disagreed), (1, 2));
    let counts = (once.refused().agreed, once.refused().disagreed, once.refused().all());
    assert_eq!(counts, (1, 1, 2));
    let folded = once.disagreements();
    let (refused, permitted) = (&folded[0], &folded[1]);
    let layer = "identity-based policy";
    assert_eq!(refused.refused, Some(Refused { layer, explicit: true, policy: None }));
    assert_eq!(
        (permitted.count, &permitted.event_ids[..]),
        (2, &["e-1".to_owned(), "e-2".to_owned()][..])
    );
    assert_eq!(all[0].said, Said::Permitted);
}

#[test]
fn without_a_snapshot_nothing_is_compared() {
    let target = set(ALLOW, "");
    let mut judge = Judge::new(&target, Limits::default()).with_snapshot(None);
    judge.judge(record("StopTrainingJob", &[]).as_bytes(), None, &mut Rows::default());
    assert_eq!(judge.take_answers(), []);
}
