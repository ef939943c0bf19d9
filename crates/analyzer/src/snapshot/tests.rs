//! What a snapshot's files mean, and what is not known where they do not say it.

use std::collections::BTreeMap;

use iam_policy::{ContextValue, Principal};
use iam_policy::{Decision, PolicySet, RequestContext, ResourceValue};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::actor::{Actor, Standing};

const ACCOUNT: &str = "111122223333";

fn arn(tail: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{tail}")
}

fn bytes(files: &[(&str, Value)]) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(name, json)| ((*name).to_owned(), json.to_string().into_bytes())).collect()
}

fn snapshot(files: &[(&str, Value)]) -> Snapshot {
    load(&bytes(files)).unwrap_or_else(|error| panic!("{:?}", error.faults))
}

fn document(effect: &str, action: &str) -> Value {
    json!({"Version": "2012-10-17",
           "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]})
}

fn inline(policies: &[Value]) -> Value {
    let named = policies.iter().enumerate();
    named
        .map(|(n, document)| json!({"PolicyName": format!("p{n}"), "PolicyDocument": document}))
        .collect()
}

fn managed(name: &str, document: &Value) -> Value {
    json!({"PolicyName": name, "Arn": arn(&format!("policy/{name}")), "DefaultVersionId": "v2",
           "PolicyVersionList": [
               {"VersionId": "v1", "IsDefaultVersion": false, "Document": 1},
               {"VersionId": "v2", "IsDefaultVersion": true, "Document": document}]})
}

fn attach(names: &[&str]) -> Value {
    let arns = names.iter().map(|name| arn(&format!("policy/{name}")));
    arns.map(|arn| json!({"PolicyName": "n", "PolicyArn": arn})).collect()
}

/// A role with these members beside its ARN and name.
fn role(name: &str, members: &Value) -> Value {
    let mut role = members.clone();
    role["Arn"] = arn(&format!("role/{name}")).into();
    role["RoleName"] = name.rsplit('/').next().into();
    role
}

fn roles(roles: &[Value], policies: &[Value]) -> Value {
    json!({"RoleDetailList": roles, "Policies": policies, "IsTruncated": false, "New": {}})
}

fn actor(arn: &str) -> Actor {
    Actor {
        principal: Principal::from_arn(arn),
        arn: arn.to_owned(),
        path_known: true,
        account: arn.split(':').nth(4).unwrap().to_owned(),
        principal_type: "AssumedRole".to_owned(),
        session_name: None,
        standing: Standing::Principal,
    }
}

/// The decision for an action, and what it needs; or why there is none.
fn decide(snapshot: &Snapshot, actor: &Actor, action: &str) -> String {
    let attached = match snapshot.attached(actor) {
        Ok(attached) => attached,
        Err(why) => return why.as_str().to_owned(),
    };
    let set = PolicySet::compile(&attached.sources());
    let resource = ResourceValue::Known("*".to_owned());
    let request = RequestContext::new(actor.principal.clone(), action, resource);
    let evaluation = set.evaluator().evaluate(&request);
    match evaluation.needs.as_slice() {
        [] => evaluation.decision().to_string(),
        needs => {
            let possible: Vec<&str> =
                evaluation.possible.decisions().map(Decision::as_str).collect();
            format!("{} for {}", possible.join("|"), needs.join(", "))
        }
    }
}

fn check(files: &[(&str, Value)], arn: &str, decisions: &[(&str, &str)]) {
    let snapshot = snapshot(files);
    for (action, wanted) in decisions {
        assert_eq!(decide(&snapshot, &actor(arn), action), *wanted, "{action} by {arn}");
    }
}

/// An organisation in which nothing but `FullAWSAccess` and these SCPs of the root bind the account.
fn organisation(scps: &[Value]) -> Vec<(String, Value)> {
    let root = json!({"Targets": [{"TargetId": "r-1"}]});
    let all =
        json!({"Targets": [{"TargetId": "r-1"}, {"TargetId": ACCOUNT}, {"TargetId": "ou-1"}]});
    let mut files = vec![
        (
            "o/organization.json".to_owned(),
            json!({"Organization": {"MasterAccountId": "123456789012", "FeatureSet": "ALL"}}),
        ),
        (
            "o/roots.json".to_owned(),
            json!({"Roots": [{"Id": "r-1", "PolicyTypes":
            [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}),
        ),
        (
            format!("o/parents/{ACCOUNT}.json"),
            json!({"Parents": [{"Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}]}),
        ),
        ("o/parents/ou-1.json".to_owned(), json!({"Parents": [{"Id": "r-1", "Type": "ROOT"}]})),
        ("o/targets/p-FullAWSAccess.json".to_owned(), all),
    ];
    for (n, scp) in scps.iter().enumerate() {
        files.push((
            format!("o/policies/p-{n}.json"),
            json!({"Policy": {
            "PolicySummary": {"Id": format!("p-{n}"), "Type": "SERVICE_CONTROL_POLICY",
                "Arn": format!("arn:aws:organizations::1:policy/o-1/service_control_policy/p-{n}")},
            "Content": scp.to_string()}}),
        ));
        files.push((format!("o/targets/p-{n}.json"), root.clone()));
    }
    files
}

/// The files with an organisation that says nothing.
fn organised<'f>(
    organisation: &'f [(String, Value)],
    files: &[(&'f str, Value)],
) -> Vec<(&'f str, Value)> {
    let all = organisation.iter().map(|(name, json)| (name.as_str(), json.clone()));
    all.chain(files.iter().cloned()).collect()
}

fn url_encoded(json: &Value) -> Value {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    json.to_string().bytes().map(encode).collect::<String>().into()
}

#[test]
fn documents_come_plain_encoded_and_as_text() {
    let plain = document("Allow", "s:A");
    for form in [plain.clone(), url_encoded(&plain), plain.to_string().into()] {
        let page = roles(
            &[
                role("a/x", &json!({"RolePolicyList": inline(std::slice::from_ref(&form))})),
                role("y", &json!({"AttachedManagedPolicies": attach(&["m"])})),
            ],
            &[managed("m", &form)],
        );
        let none = organisation(&[]);
        let files = organised(&none, &[("any name.json", page)]);
        for name in ["role/a/x", "role/y"] {
            check(&files, &arn(name), &[("s:A", "Allowed"), ("s:B", "ImplicitlyDenied")]);
        }
    }
}

#[test]
fn groups_boundaries_and_levels_bind() {
    let user = json!({"UserName": "u", "Arn": arn("user/u"), "GroupList": ["g"],
        "UserPolicyList": inline(&[document("Allow", "s:A")]),
        "AttachedManagedPolicies": attach(&["m"]),
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": arn("policy/b")}});
    let group = json!({"GroupName": "g", "Arn": arn("group/g"),
        "GroupPolicyList": inline(&[document("Allow", "s:B"), document("Deny", "s:E")]),
        "AttachedManagedPolicies": attach(&["m", "n"])});
    let allow = |action| document("Allow", action);
    let page = json!({"UserDetailList": [user], "GroupDetailList": [group], "Policies": [
        managed("m", &allow("s:C")), managed("n", &allow("s:F")), managed("b", &allow("s:*"))]});
    let scps = organisation(&[document("Deny", "s:C")]);
    let files = organised(&scps, &[("a.json", page)]);
    check(
        &files,
        &arn("user/u"),
        &[
            ("s:A", "Allowed"),
            ("s:B", "Allowed"),
            ("s:C", "ExplicitlyDenied"),
            ("s:E", "ExplicitlyDenied"),
            ("s:Z", "ImplicitlyDenied"),
            ("t:A", "ImplicitlyDenied"),
        ],
    );
    let snapshot = snapshot(&files);
    assert_eq!(snapshot.groups(&actor(&arn("user/u"))), Ok(&["g".to_owned()][..]));
    assert_eq!(snapshot.accounts().collect::<Vec<_>>(), [ACCOUNT]);
}

#[test]
fn what_is_attached_but_unknown_leaves_open_what_it_could_turn() {
    let unreadable = json!({"Statement": [{"Effect": "Perhaps", "Action": "*", "Resource": "*"}]});
    let (allow, deny) = (document("Allow", "s:A"), document("Deny", "s:D"));
    let known = inline(&[allow.clone(), deny]);
    let why = arn("policy/gone");
    let gone = format!("policy {why} is not in the snapshot");
    let cases = [
        (
            json!({"RolePolicyList": inline(std::slice::from_ref(&unreadable))}),
            "policy inline/p0 of arn:aws:iam::111122223333:role/x cannot be read: `Effect` is `Allow` or `Deny`, not `Perhaps`"
                .to_owned(),
        ),
        (
            json!({"RolePolicyList": inline(&["%zz".into()])}),
            "policy inline/p0 of arn:aws:iam::111122223333:role/x cannot be read: not URL-encoded text".to_owned(),
        ),
        (
            json!({"RolePolicyList": inline(&[Value::Null])}),
            "policy inline/p0 of arn:aws:iam::111122223333:role/x cannot be read: its document is null".to_owned(),
        ),
        (
            json!({"RolePolicyList": [{"PolicyName": "p"}]}),
            "policy inline/p of arn:aws:iam::111122223333:role/x has no document".to_owned(),
        ),
        (json!({"AttachedManagedPolicies": attach(&["gone"])}), gone.clone()),
    ];
    let none = organisation(&[]);
    for (members, why) in cases {
        let mut members = members;
        for policy in known.as_array().unwrap() {
            let list = members.get_mut("RolePolicyList").and_then(Value::as_array_mut);
            match list {
                Some(list) => list.push(policy.clone()),
                None => members["RolePolicyList"] = json!([policy]),
            }
        }
        let files = organised(&none, &[("a.json", roles(&[role("x", &members)], &[]))]);
        check(
            &files,
            &arn("role/x"),
            &[
                ("s:A", &format!("Allowed|ExplicitlyDenied for {why}")),
                ("s:B", &format!("Allowed|ImplicitlyDenied|ExplicitlyDenied for {why}")),
                // A Deny elsewhere stays one.
                ("s:D", "ExplicitlyDenied"),
            ],
        );
        // What is not there at all cannot be read either, but it is nobody's fault.
        let told = if why == gone { Vec::new() } else { vec![why.as_str()] };
        assert_eq!(snapshot(&files).unreadable().into_iter().collect::<Vec<_>>(), told);
    }
    // A boundary that is not there limits, but nobody can tell how.
    let members = json!({"RolePolicyList": known,
        "PermissionsBoundary": {"PermissionsBoundaryArn": why}});
    let files = organised(&none, &[("a.json", roles(&[role("x", &members)], &[]))]);
    check(
        &files,
        &arn("role/x"),
        &[
            ("s:A", &format!("Allowed|ImplicitlyDenied|ExplicitlyDenied for {gone}")),
            ("s:B", &format!("ImplicitlyDenied|ExplicitlyDenied for {gone}")),
            ("s:D", "ExplicitlyDenied"),
        ],
    );
}

#[test]
fn an_unknown_operator_leaves_open_what_its_statement_could_turn() {
    let odd = json!({"Statement": [
        {"Effect": "Deny", "Action": "s:A", "Resource": "*", "Condition": {"StringIs": {"k": "v"}}},
        {"Effect": "Allow", "Action": "s:*", "Resource": "*"}]});
    let members = json!({"RolePolicyList": inline(&[odd])});
    let none = organisation(&[]);
    let files = organised(&none, &[("a.json", roles(&[role("x", &members)], &[]))]);
    check(
        &files,
        &arn("role/x"),
        &[("s:A", "Allowed|ExplicitlyDenied for StringIs"), ("s:B", "Allowed")],
    );
}

#[test]
fn a_group_that_is_not_there_may_hold_anything() {
    let user = json!({"Arn": arn("user/u"), "GroupList": ["g"],
        "UserPolicyList": inline(&[document("Deny", "s:D")])});
    let none = organisation(&[]);
    let files = organised(&none, &[("a.json", json!({"UserDetailList": [user]}))]);
    let why = "group g is not in the snapshot";
    check(
        &files,
        &arn("user/u"),
        &[
            ("s:A", &format!("Allowed|ImplicitlyDenied|ExplicitlyDenied for {why}")),
            ("s:D", "ExplicitlyDenied"),
        ],
    );
}

#[test]
fn without_the_organisation_more_may_be_denied() {
    let members = json!({"RolePolicyList": inline(&[document("Allow", "s:A")])});
    let iam = ("a.json", roles(&[role("x", &members)], &[]));
    let all = organisation(&[]);
    let without = |name: &str| -> Vec<(&str, Value)> {
        let kept = all.iter().filter(|(file, _)| file != name);
        kept.map(|(file, json)| (file.as_str(), json.clone())).chain([iam.clone()]).collect()
    };
    for (files, why) in [
        (vec![iam.clone()], "the organisation is not in the snapshot"),
        (without("o/organization.json"), "the organisation is not in the snapshot"),
        (without("o/roots.json"), "whether SCPs are enabled is not in the snapshot"),
        (without("o/parents/ou-1.json"), "the parent of ou-1 is not in the snapshot"),
        (
            without("o/parents/111122223333.json"),
            "the parent of 111122223333 is not in the snapshot",
        ),
        (without("o/targets/p-FullAWSAccess.json"), "no SCP of 111122223333 is in the snapshot"),
    ] {
        let open = "ImplicitlyDenied|ExplicitlyDenied";
        check(
            &files,
            &arn("role/x"),
            &[("s:A", &format!("Allowed|{open} for {why}")), ("s:B", &format!("{open} for {why}"))],
        );
    }
}

#[test]
fn scps_bind_no_management_account_and_nobody_where_they_are_off() {
    let members = json!({"RolePolicyList": inline(&[document("Allow", "s:A")])});
    let iam = ("a.json", roles(&[role("x", &members)], &[]));
    let denying = organisation(&[document("Deny", "*")]);
    let changed = |name: &str, json: Value| -> Vec<(&str, Value)> {
        let mut files = organised(&denying, std::slice::from_ref(&iam));
        files.iter_mut().filter(|(file, _)| *file == name).for_each(|file| file.1 = json.clone());
        files
    };
    let organization = |account: &str, features: &str| json!({"Organization": {"MasterAccountId": account, "FeatureSet": features}});
    let roots = |types: Value| json!({"Roots": [{"Id": "r-1", "PolicyTypes": types}]});
    for (files, wanted) in [
        (organised(&denying, std::slice::from_ref(&iam)), "ExplicitlyDenied"),
        (changed("o/organization.json", organization(ACCOUNT, "ALL")), "Allowed"),
        (changed("o/roots.json", roots(json!([]))), "Allowed"),
        (
            changed(
                "o/roots.json",
                roots(json!([{"Type": "SERVICE_CONTROL_POLICY",
            "Status": "PENDING_DISABLE"}])),
            ),
            "Allowed|ImplicitlyDenied|ExplicitlyDenied for SCPs were being switched on or off",
        ),
    ] {
        check(&files, &arn("role/x"), &[("s:A", wanted)]);
    }
}

#[test]
fn policies_of_other_types_are_no_scps() {
    let members = json!({"RolePolicyList": inline(&[document("Allow", "s:A")])});
    let mut files = organisation(&[document("Deny", "*")]);
    let kind = files.iter_mut().find(|(name, _)| name == "o/policies/p-0.json");
    kind.unwrap().1["Policy"]["PolicySummary"]["Type"] = "RESOURCE_CONTROL_POLICY".into();
    let files = organised(&files, &[("a.json", roles(&[role("x", &members)], &[]))]);
    check(&files, &arn("role/x"), &[("s:A", "Allowed")]);
}

#[test]
fn who_is_not_there_is_told_from_who_cannot_be() {
    let page = roles(
        &[role("x", &json!({})), role("a/twice", &json!({})), role("b/twice", &json!({}))],
        &[],
    );
    let snapshot = snapshot(&[("a.json", page)]);
    let told =
        |actor: &Actor| snapshot.attached(actor).map(|_| "known").unwrap_or_else(|w| w.as_str());
    let other = "arn:aws:iam::444455556666:role/x";
    for (mut actor, path_known, standing, wanted) in [
        (actor(&arn("role/x")), true, Standing::Principal, "known"),
        (actor(&arn("role/y")), true, Standing::Principal, "principal_not_in_snapshot"),
        (actor(other), true, Standing::Principal, "account_not_in_snapshot"),
        (actor(&arn("role/twice")), true, Standing::Principal, "principal_not_in_snapshot"),
        (actor(&arn("role/twice")), false, Standing::Principal, "several_roles"),
        (actor(&arn("role/x")), false, Standing::Principal, "known"),
        (actor(&arn("role/x")), true, Standing::CrossAccount, "cross_account"),
        (actor(&arn("role/x")), true, Standing::Service, "service"),
        (actor(&arn("role/x")), true, Standing::Unidentified, "unidentified"),
        (actor(&arn("root")), true, Standing::Root, "known"),
    ] {
        (actor.path_known, actor.standing) = (path_known, standing);
        assert_eq!(told(&actor), wanted, "{} {standing:?}", actor.arn);
    }
}

#[test]
fn pages_follow_each_other_or_stand_in_a_list() {
    let one = roles(&[role("x", &json!({"AttachedManagedPolicies": attach(&["m"])}))], &[]);
    let two = roles(&[], &[managed("m", &document("Allow", "s:A"))]);
    for text in [format!("{one}\n{two}\n"), format!("[{one},{two}]"), format!("\u{feff}{one}{two}")]
    {
        let mut files = bytes(&[]);
        files.insert("a.json".to_owned(), text.into_bytes());
        let snapshot = load(&files).unwrap();
        let decision = decide(&snapshot, &actor(&arn("role/x")), "s:B");
        assert_eq!(
            decision,
            "ImplicitlyDenied|ExplicitlyDenied for the organisation is not in the snapshot"
        );
    }
}

#[test]
fn each_account_has_the_versions_of_its_own_file() {
    let aws = "arn:aws:iam::aws:policy/P";
    let page = |account: &str, version: &str, action: &str| {
        json!({"RoleDetailList": [{"Arn": format!("arn:aws:iam::{account}:role/x"),
                "AttachedManagedPolicies": [{"PolicyArn": aws}]}],
            "Policies": [{"Arn": aws, "PolicyVersionList": [{"VersionId": version,
                "IsDefaultVersion": true, "Document": document("Allow", action)}]}]})
    };
    let mut lone = page("777788889999", "v1", "s:A");
    lone["Policies"] = json!([]);
    let snapshot = snapshot(&[
        ("a.json", page(ACCOUNT, "v1", "s:A")),
        ("b.json", page("444455556666", "v2", "s:B")),
        ("c.json", lone),
    ]);
    for (account, wanted) in
        [(ACCOUNT, "Allowed"), ("444455556666", "ImplicitlyDenied"), ("777788889999", "Allowed")]
    {
        let decision = decide(&snapshot, &actor(&format!("arn:aws:iam::{account}:role/x")), "s:A");
        assert!(decision.starts_with(wanted), "{account} {decision}");
        let told = decision.contains("in several files in different versions");
        assert_eq!(told, account == "777788889999", "{decision}");
    }
}

#[test]
fn faults_have_their_place() {
    let check = |file: &str, text: &str, wanted: &str| {
        let files = BTreeMap::from([(file.to_owned(), text.as_bytes().to_vec())]);
        let error = load(&files).unwrap_err();
        assert_eq!(error.faults[0].to_string(), wanted, "{text}");
    };
    for (text, wanted) in [
        ("", "the file is empty\n  at a.json, line 1, column 1"),
        ("{\"RoleDetailList\": [}", "not JSON: expected a value\n  at a.json, line 1, column 21"),
        (
            "{\"RoleDetailList\": []}\n{",
            "not JSON: the text ends too early\n  at a.json, line 2, column 2",
        ),
        (
            "{}\n{\"RoleDetailList\": 1}",
            "this is none of the outputs a snapshot is made of\n  at a.json, line 1, column 1\nhelp: `docs/snapshot.md` has the commands that make one",
        ),
        (
            "{\"RoleDetailList\":\n 1}",
            "`RoleDetailList` wants a list, not a number\n  at a.json, line 2, column 2",
        ),
        (
            "{\"RoleDetailList\":\n [{\"RoleName\": \"x\"}]}",
            "`Arn` is missing\n  at a.json, line 2, column 3",
        ),
        (
            "{\"RoleDetailList\": [{\"Arn\": 7}]}",
            "`Arn` wants a string, not a number\n  at a.json, line 1, column 29",
        ),
        (
            "{\"RoleDetailList\": [{\"Arn\": \"x\"}]}",
            "`x` is no ARN of an account\n  at a.json, line 1, column 21",
        ),
        ("{\"Policy\": {}}", "`PolicySummary` is missing\n  at a.json, line 1, column 12"),
        ("{\"Targets\": [{}]}", "`TargetId` is missing\n  at a.json, line 1, column 14"),
        ("{\"Roots\": []}", "the snapshot holds no account\n  at a.json, line 1, column 1"),
    ] {
        check("a.json", text, wanted);
    }
    let page = roles(&[role("x", &json!({}))], &[]).to_string();
    let files = BTreeMap::from([
        ("a.json".to_owned(), page.clone().into_bytes()),
        ("b.json".to_owned(), page.into_bytes()),
        ("c.json".to_owned(), vec![0xff]),
    ]);
    let error = load(&files).unwrap_err();
    let told: Vec<&str> = error.faults.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(told, ["`arn:aws:iam::111122223333:role/x` stands in `a.json` too", "not UTF-8"]);
}

#[test]
fn hostile_files_are_faults_and_nothing_worse() {
    let load_text = |text: &str| {
        load(&BTreeMap::from([("a.json".to_owned(), text.as_bytes().to_vec())])).is_ok()
    };
    let organisation = organisation(&[document("Deny", "*")]);
    let members = json!({"RolePolicyList": inline(&[url_encoded(&document("Allow", "s:A"))])});
    let page = roles(&[role("x", &members)], &[managed("m", &document("Allow", "s:B"))]);
    let files = organisation.iter().map(|(_, json)| json.to_string());
    for text in files.chain([page.to_string()]) {
        for (cut, _) in text.char_indices() {
            assert!(!load_text(text.get(..cut).unwrap()), "{cut}: {text}");
        }
    }
    for text in [
        "[".repeat(100_000),
        "{}".repeat(100_000),
        format!("[{}{{}}]", "{},".repeat(100_000)),
        "{\"RoleDetailList\": [{}, ".to_owned() + &"{},".repeat(100_000) + "{}]}",
    ] {
        assert!(!load_text(&text));
    }
    // A circle of parents has no root.
    let circle = json!({"Parents": [{"Id": "ou-1"}]});
    let mut files = organised(&organisation, &[("a.json", page)]);
    files.iter_mut().filter(|file| file.0.contains("parents")).for_each(|f| f.1 = circle.clone());
    let decision = decide(&snapshot(&files), &actor(&arn("role/x")), "s:Z");
    assert!(decision.ends_with("the parent of ou-1 is not in the snapshot"), "{decision}");
}

/// A statement: its effect, its action, and the key it tests.
fn statement() -> impl Strategy<Value = Value> {
    let effect = prop_oneof![Just("Allow"), Just("Deny")];
    let action = prop_oneof![Just("s:A"), Just("s:B"), Just("*")];
    let key = prop_oneof![Just(""), Just("k:known"), Just("k:unknown"), Just("k:absent")];
    (effect, action, key).prop_map(|(effect, action, key)| {
        let mut statement = json!({"Effect": effect, "Action": action, "Resource": "*"});
        if !key.is_empty() {
            statement["Condition"] = json!({"StringEquals": {key: "v"}});
        }
        statement
    })
}

fn policy() -> impl Strategy<Value = Value> {
    proptest::collection::vec(statement(), 0..4)
        .prop_map(|statements| json!({"Version": "2012-10-17", "Statement": statements}))
}

/// The decisions possible for the role `x` of a snapshot with these policies per layer.
fn possible(identity: &[Value], boundary: Option<&Value>, scps: &[Value]) -> Vec<Decision> {
    let mut members = json!({"RolePolicyList": inline(identity)});
    let mut policies = Vec::new();
    if let Some(boundary) = boundary {
        members["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn("policy/b")});
        policies.push(managed("b", boundary));
    }
    let organisation = organisation(scps);
    let files = organised(&organisation, &[("a.json", roles(&[role("x", &members)], &policies))]);
    let attached = snapshot(&files).attached(&actor(&arn("role/x"))).unwrap();
    let set = PolicySet::compile(&attached.sources());
    let resource = ResourceValue::Known("*".to_owned());
    let mut request = RequestContext::new(Principal::from_arn(&arn("role/x")), "s:A", resource);
    request.set("k:known", ContextValue::one("v"));
    request.set("k:unknown", ContextValue::Unknown);
    set.evaluator().evaluate(&request).possible.decisions().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever an unreadable policy holds, nothing at all included, its decisions stay possible.
    #[test]
    fn an_unreadable_policy_leaves_every_decision_open_that_some_content_gives(
        identity in proptest::collection::vec(policy(), 0..3),
        boundary in proptest::option::of(policy()),
        scps in proptest::collection::vec(policy(), 0..3),
        content in policy(),
        layer in 0..3,
    ) {
        let unreadable = json!({"Statement": [{"Effect": "Perhaps"}]});
        let with = |more: &[Value]| {
            let (mut identity, mut scps) = (identity.clone(), scps.clone());
            let mut limit = boundary.clone();
            match layer {
                0 => identity.extend_from_slice(more),
                1 => scps.extend_from_slice(more),
                _ => limit = more.first().cloned().or(limit),
            }
            possible(&identity, limit.as_ref(), &scps)
        };
        let open = with(&[unreadable]);
        // A boundary is one policy: there is none to add.
        let readable: &[&[Value]] = if layer == 2 { &[&[content]] } else { &[&[], &[content]] };
        for more in readable {
            for decision in with(more) {
                prop_assert!(open.contains(&decision), "{decision} is not in {open:?}");
            }
        }
    }
}
