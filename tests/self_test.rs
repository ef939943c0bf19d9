//! The self-test against an independent opinion: refusals and permissions are made by the second
//! evaluator from a generated snapshot, so where nothing is unknown the agreement must be whole.

use std::collections::BTreeMap;

use analyzer::self_test::SelfTest;
use analyzer::{Judge, Verdict, snapshot, target};
use cloudtrail::Limits;
use iam_reference::{Decision, decide};
use serde_json::{Value, json};

use crate::samples::Rows;

const ACCOUNT: &str = "111122223333";
const WORLDS: u64 = 60;
const CALLS: u64 = 40;

/// A generator of small choices (splitmix64): the same seed gives the same worlds.
struct Choices(u64);

impl Choices {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn one_of<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }

    fn in_a_hundred(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }
}

const ACTIONS: [&str; 6] = [
    "*",
    "sagemaker:*",
    "sagemaker:Stop*",
    "sagemaker:Describe*",
    "sagemaker:StopTrainingJob",
    "sagemaker:DeleteModel",
];
const RESOURCES: [&str; 5] = [
    "*",
    "arn:aws:sagemaker:*:*:training-job/*",
    "arn:aws:sagemaker:eu-west-1:111122223333:training-job/a*",
    "arn:aws:sagemaker:*:111122223333:model/b",
    "arn:aws:sagemaker:us-east-1:*:*",
];
/// Conditions on keys that every record tells.
const CONDITIONS: [(&str, &str, &str); 8] = [
    ("IpAddress", "aws:SourceIp", "192.0.2.0/24"),
    ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"),
    ("StringEquals", "aws:RequestedRegion", "eu-west-1"),
    ("StringNotEquals", "aws:RequestedRegion", "eu-west-1"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/team/*"),
    ("StringEquals", "aws:username", "ana"),
    ("StringNotEqualsIfExists", "aws:username", "ana"),
    ("StringLike", "aws:UserAgent", "aws-cli/*"),
];
const EVENTS: [(&str, &str, &str); 4] = [
    ("StopTrainingJob", "trainingJobName", "training-job"),
    ("DescribeTrainingJob", "trainingJobName", "training-job"),
    ("DeleteModel", "modelName", "model"),
    ("DescribeModel", "modelName", "model"),
];

fn statement(choices: &mut Choices, allows: usize) -> Value {
    let effect = if choices.in_a_hundred(allows) { "Allow" } else { "Deny" };
    let action = if choices.in_a_hundred(90) { "Action" } else { "NotAction" };
    let resource = if choices.in_a_hundred(90) { "Resource" } else { "NotResource" };
    let mut statement = json!({"Effect": effect, action: choices.one_of(&ACTIONS),
        resource: choices.one_of(&RESOURCES)});
    if choices.in_a_hundred(40) {
        let (operator, key, value) = choices.one_of(&CONDITIONS);
        statement["Condition"] = json!({*operator: {*key: value}});
    }
    statement
}

fn document(choices: &mut Choices, allows: usize) -> Value {
    let count = 1 + choices.below(3);
    let statements: Vec<Value> = (0..count).map(|_| statement(choices, allows)).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A principal with everything that binds it, as the second evaluator takes it.
struct Bound {
    arn: String,
    identity: Vec<Value>,
    /// Those of them that are managed, by ARN.
    managed: Vec<(String, Value)>,
    boundary: Option<Value>,
}

/// A snapshot's files, and what is in them.
struct World {
    files: BTreeMap<String, Vec<u8>>,
    principals: Vec<Bound>,
    scps: Vec<Vec<Value>>,
    scp_arns: Vec<(String, Value)>,
}

fn everything() -> Value {
    json!({"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
}

fn named(policies: &[Value]) -> Value {
    let named = policies.iter().enumerate();
    named.map(|(n, p)| json!({"PolicyName": format!("p{n}"), "PolicyDocument": p})).collect()
}

fn managed(arn: &str, document: &Value) -> Value {
    json!({"Arn": arn, "PolicyVersionList":
        [{"VersionId": "v1", "IsDefaultVersion": true, "Document": document}]})
}

/// One role or user. A user's group has the second half of its inline policies.
fn principal(choices: &mut Choices, tail: &str, page: &mut Value) -> Bound {
    let arn = format!("arn:aws:iam::{ACCOUNT}:{tail}");
    let policy_arn =
        |name: &str| format!("arn:aws:iam::{ACCOUNT}:policy/{name}-{}", tail.replace('/', "-"));
    let inline: Vec<Value> = (0..choices.below(3)).map(|_| document(choices, 75)).collect();
    let mut bound = Bound { arn, identity: inline, managed: Vec::new(), boundary: None };
    for n in 0..choices.below(3) {
        bound.managed.push((policy_arn(&format!("m{n}")), document(choices, 75)));
    }
    let attached = bound.managed.iter().map(|(arn, _)| json!({"PolicyArn": arn}));
    let mut entity =
        json!({"Arn": bound.arn, "AttachedManagedPolicies": attached.collect::<Value>()});
    let policies = page["Policies"].as_array_mut().unwrap();
    policies.extend(bound.managed.iter().map(|(arn, document)| managed(arn, document)));
    if choices.in_a_hundred(40) {
        let limit = document(choices, 85);
        policies.push(managed(&policy_arn("boundary"), &limit));
        entity["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": policy_arn("boundary")});
        bound.boundary = Some(limit);
    }
    if tail.starts_with("user/") {
        let (own, shared) = bound.identity.split_at(bound.identity.len() / 2);
        let group = tail.replace('/', "-");
        entity["UserPolicyList"] = named(own);
        entity["GroupList"] = json!([group]);
        page["GroupDetailList"].as_array_mut().unwrap().push(json!({"GroupName": group,
            "Arn": format!("arn:aws:iam::{ACCOUNT}:group/{group}"), "GroupPolicyList": named(shared)}));
        page["UserDetailList"].as_array_mut().unwrap().push(entity);
    } else {
        entity["RolePolicyList"] = named(&bound.identity);
        page["RoleDetailList"].as_array_mut().unwrap().push(entity);
    }
    bound.identity.extend(bound.managed.iter().map(|(_, document)| document.clone()));
    bound
}

fn world(choices: &mut Choices) -> World {
    let mut page = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [],
        "Policies": []});
    let principals = ["role/team/A", "role/B", "user/ana", "user/team/bo"];
    let principals = principals.map(|tail| principal(choices, tail, &mut page));
    let mut files = vec![
        ("iam.json".to_owned(), page),
        (
            "organization.json".to_owned(),
            json!({"Organization": {"MasterAccountId": "123456789012"}}),
        ),
        (
            "roots.json".to_owned(),
            json!({"Roots": [{"PolicyTypes":
            [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}),
        ),
        (format!("parents/{ACCOUNT}.json"), json!({"Parents": [{"Id": "r-1"}]})),
    ];
    let (mut scps, mut scp_arns, mut full) = (Vec::new(), Vec::new(), Vec::new());
    for (n, target) in ["r-1", ACCOUNT].into_iter().enumerate() {
        let mut level = Vec::new();
        let open = choices.in_a_hundred(75);
        if open {
            full.push(json!({"TargetId": target}));
            level.push(everything());
        }
        if !open || choices.in_a_hundred(40) {
            let document = document(choices, if open { 30 } else { 90 });
            let arn = format!("arn:aws:organizations::1:policy/o-1/service_control_policy/p-{n}");
            files.push((
                format!("policies/p-{n}.json"),
                json!({"Policy": {"PolicySummary":
                {"Id": format!("p-{n}"), "Arn": arn, "Type": "SERVICE_CONTROL_POLICY"},
                "Content": document.to_string()}}),
            ));
            files.push((format!("targets/p-{n}.json"), json!({"Targets": [{"TargetId": target}]})));
            scp_arns.push((arn, document.clone()));
            level.push(document);
        }
        scps.push(level);
    }
    files.push(("targets/p-FullAWSAccess.json".to_owned(), json!({"Targets": full})));
    let files = files.into_iter().map(|(name, json)| (name, json.to_string().into_bytes()));
    World { files: files.collect(), principals: principals.into(), scps, scp_arns }
}

/// What the second evaluator says of one call, and its record as CloudTrail would write it.
struct Scene<'w> {
    world: &'w World,
    who: &'w Bound,
    case: Value,
    record: Value,
}

fn scene<'w>(choices: &mut Choices, world: &'w World, number: u64) -> Scene<'w> {
    let who = choices.one_of(&world.principals);
    let (event, parameter, kind) = choices.one_of(&EVENTS);
    let name = *choices.one_of(&["a1", "b", "c"]);
    let region = *choices.one_of(&["eu-west-1", "us-east-1"]);
    let address = *choices.one_of(&["192.0.2.1", "198.51.100.7"]);
    let agent = *choices.one_of(&["aws-cli/2.0", "Boto3/1.0"]);
    let user = who.arn.rsplit('/').next().filter(|_| who.arn.contains(":user/"));
    let identity = match user {
        Some(name) => json!({"type": "IAMUser", "arn": who.arn, "userName": name,
            "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE"}),
        None => {
            let role = who.arn.rsplit('/').next().unwrap();
            json!({"type": "AssumedRole", "accountId": ACCOUNT,
                "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/s"),
                "sessionContext": {"sessionIssuer": {"type": "Role", "arn": who.arn}}})
        }
    };
    let mut context = json!({"aws:SourceIp": address, "aws:RequestedRegion": region,
        "aws:PrincipalArn": who.arn, "aws:UserAgent": agent});
    if let Some(name) = user {
        context["aws:username"] = name.into();
    }
    Scene {
        world,
        who,
        case: json!({"principal": who.arn, "action": format!("sagemaker:{event}"),
            "resource": format!("arn:aws:sagemaker:{region}:{ACCOUNT}:{kind}/{name}"),
            "context": context}),
        record: json!({"eventVersion": "1.11", "eventTime": "2026-06-01T12:00:00Z",
            "eventSource": "sagemaker.amazonaws.com", "eventName": event, "awsRegion": region,
            "eventType": "AwsApiCall", "recipientAccountId": ACCOUNT, "sourceIPAddress": address,
            "userAgent": agent, "eventID": format!("e-{number}"), "userIdentity": identity,
            "requestParameters": {*parameter: name}}),
    }
}

impl Scene<'_> {
    fn decide(&self, policies: &[(&str, Value)]) -> Decision {
        let mut case = self.case.clone();
        for (member, value) in policies {
            case[*member] = value.clone();
        }
        decide(&case).unwrap()
    }

    fn whole(&self) -> Decision {
        let mut policies =
            vec![("identityPolicies", json!(self.who.identity)), ("scps", json!(self.world.scps))];
        let boundary = self.who.boundary.iter();
        policies.extend(boundary.map(|limit| ("permissionBoundaries", json!([limit]))));
        self.decide(&policies)
    }

    /// The layers by AWS's names, and what each says by itself.
    fn layers(&self) -> Vec<(&'static str, Decision)> {
        let all = ("identityPolicies", json!([everything()]));
        let identity = self.decide(&[("identityPolicies", json!(self.who.identity))]);
        let scps = self.decide(&[all.clone(), ("scps", json!(self.world.scps))]);
        let boundary = self.who.boundary.as_ref().map(|limit| {
            let limit = ("permissionBoundaries", json!([limit]));
            ("permissions boundary", self.decide(&[all, limit]))
        });
        let both = [("identity-based policy", identity), ("service control policy", scps)];
        both.into_iter().chain(boundary).collect()
    }

    /// The ARNs of policies of a layer that deny by themselves.
    fn denying(&self, layer: &str) -> Vec<&str> {
        let policies = match layer {
            "identity-based policy" => &self.who.managed,
            "service control policy" => &self.world.scp_arns,
            _ => return Vec::new(),
        };
        let denies = |document: &Value| {
            let decision = self.decide(&[("identityPolicies", json!([document]))]);
            decision == Decision::ExplicitlyDenied
        };
        policies.iter().filter(|(_, d)| denies(d)).map(|(arn, _)| arn.as_str()).collect()
    }

    /// The record with AWS's answer, as the second evaluator gives it. Which of several layers the
    /// message names is left to chance, as is whether it names the policy.
    fn answered(&self, choices: &mut Choices) -> Value {
        let decision = self.whole();
        let mut record = self.record.clone();
        if decision == Decision::Allowed {
            return record;
        }
        let layers = self.layers();
        let refusing: Vec<&str> =
            layers.iter().filter(|(_, d)| *d == decision).map(|(name, _)| *name).collect();
        let layer = *choices.one_of(&refusing);
        let action = self.case["action"].as_str().unwrap();
        let why = match decision {
            Decision::ImplicitlyDenied => format!("because no {layer} allows the {action} action"),
            _ => {
                let denying = self.denying(layer);
                let named = !denying.is_empty() && choices.in_a_hundred(60);
                let policy = named.then(|| format!(": {}", choices.one_of(&denying)));
                format!("with an explicit deny in a {layer}{}", policy.unwrap_or_default())
            }
        };
        let resource = self.case["resource"].as_str().unwrap();
        record["errorCode"] = "AccessDenied".into();
        record["errorMessage"] = format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} {why}",
            self.who.arn
        )
        .into();
        if choices.in_a_hundred(50) {
            record["requestParameters"] = Value::Null;
        }
        record
    }
}

fn any() -> target::TargetSet {
    let manifest = "schema = 1\nrevision = 1\nname = \"any\"\n[[binding]]\nname = \"any\"\n\
                    principals = [\"*\"]\nidentity = [\"@any\"]\n";
    let files = BTreeMap::from([(target::MANIFEST.to_owned(), manifest.as_bytes().to_vec())]);
    target::load(&files).unwrap()
}

/// Tests the snapshot of these files by the records.
fn add(test: &mut SelfTest, files: &BTreeMap<String, Vec<u8>>, records: &[Value]) {
    let snapshot = snapshot::load(files).unwrap_or_else(|error| panic!("{:?}", error.faults));
    let target = any();
    let mut judge = Judge::new(&target, Limits::default()).with_snapshot(Some(&snapshot));
    for record in records {
        let verdict = judge.judge(record.to_string().as_bytes(), None, &mut Rows::default());
        assert!(matches!(verdict, Verdict::Evaluated { .. }), "{verdict:?} {record}");
    }
    judge.take_answers().into_iter().for_each(|answer| test.add(answer));
}

fn records(choices: &mut Choices, world: &World, number: u64) -> Vec<Value> {
    let calls = (0..CALLS).map(|call| number * CALLS + call);
    calls
        .map(|call| {
            let scene = scene(choices, world, call);
            scene.answered(choices)
        })
        .collect()
}

#[test]
fn answers_of_the_second_evaluator_are_agreed_with_to_the_last() {
    let mut test = SelfTest::default();
    let mut choices = Choices(20_260_601);
    for number in 0..WORLDS {
        let world = world(&mut choices);
        let records = records(&mut choices, &world, number);
        let before = test.disagreements().len();
        add(&mut test, &world.files, &records);
        assert_eq!(test.disagreements().len(), before, "{:#?}", test.disagreements());
    }
    let (refused, permitted) = (test.refused(), test.permitted());
    assert_eq!(refused.agreed + permitted.agreed, WORLDS * CALLS, "{:?}", test.missing());
    // Nothing was agreed with for want of cases.
    assert!(refused.agreed > 500 && permitted.agreed > 300, "{refused:?} {permitted:?}");
    let layers = test.by_layer();
    assert_eq!(layers.len(), 6, "{layers:?}");
    assert!(layers.iter().all(|layer| layer.counts.agreed >= 20), "{layers:?}");
}

/// Whichever policy cannot be read, AWS's answer stays possible.
#[test]
fn an_unreadable_policy_makes_no_answer_impossible() {
    let mut test = SelfTest::default();
    let mut choices = Choices(7);
    for number in 0..WORLDS {
        let world = world(&mut choices);
        let records = records(&mut choices, &world, number);
        let page: Value = serde_json::from_slice(&world.files["iam.json"]).unwrap();
        let text = page.to_string();
        // Of one kind of policies, none can be read.
        let kind = *choices.one_of(&["PolicyDocument", "Document", "GroupName"]);
        let text = match kind {
            // A group of another name: that of the users is not there.
            "GroupName" => text.replace("\"GroupName\":\"", "\"GroupName\":\"other-"),
            kind => text.replace(&format!("\"{kind}\":"), "\"Was\":"),
        };
        let mut files = world.files.clone();
        files.insert("iam.json".to_owned(), text.into_bytes());
        add(&mut test, &files, &records);
    }
    assert_eq!(test.disagreements(), []);
    let open = test.refused().open + test.permitted().open;
    assert!(open > 200, "{open}");
}
