//! Policy sets that go by what IAM has attached: `@attached`, groups, tags, units.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::snapshot::{self, Snapshot};
use crate::target::load_with;

const ACCOUNT: &str = "111122223333";

fn document(effect: &str, action: &str) -> Value {
    json!({"Statement": {"Effect": effect, "Action": action, "Resource": "*"}})
}

fn entity(kind: &str, name: &str, inline: Value) -> Value {
    let arn = format!("arn:aws:iam::{ACCOUNT}:{kind}/{name}");
    let list = if kind == "role" { "RolePolicyList" } else { "UserPolicyList" };
    json!({"Arn": arn, list: [{"PolicyName": "inline", "PolicyDocument": inline}]})
}

/// Two roles with policies of one name, one with a boundary and tags, and a user in a group.
fn iam() -> Value {
    let mut nlp = entity("role", "team/nlp/DataScientist", document("Allow", "s:A"));
    nlp["Tags"] = json!([{"Key": "Team", "Value": "nlp-core"}, {"Key": "stage", "Value": "prod"}]);
    nlp["PermissionsBoundary"] =
        json!({"PermissionsBoundaryArn": format!("arn:aws:iam::{ACCOUNT}:policy/only-a")});
    let vision = entity("role", "team/vision/DataScientist", document("Allow", "s:B"));
    let mut ana = entity("user", "ana", document("Allow", "s:A"));
    ana["GroupList"] = json!(["scientists"]);
    let group = json!({"Arn": format!("arn:aws:iam::{ACCOUNT}:group/scientists"),
        "GroupName": "scientists",
        "GroupPolicyList": [{"PolicyName": "g", "PolicyDocument": document("Allow", "s:G")}]});
    let admins =
        json!({"Arn": format!("arn:aws:iam::{ACCOUNT}:group/admins"), "GroupName": "admins"});
    let only_a = json!({"Arn": format!("arn:aws:iam::{ACCOUNT}:policy/only-a"), "PolicyVersionList":
        [{"VersionId": "v1", "IsDefaultVersion": true, "Document": document("Allow", "s:A")}]});
    json!({"UserDetailList": [ana], "RoleDetailList": [nlp, vision],
        "GroupDetailList": [group, admins], "Policies": [only_a]})
}

fn snapshot(more: &[(&str, Value)]) -> Option<Arc<Snapshot>> {
    let iam = [("iam.json", iam())];
    let files = iam.iter().chain(more).map(|(n, v)| ((*n).to_owned(), v.to_string().into_bytes()));
    Some(Arc::new(snapshot::load(&files.collect()).unwrap_or_else(|e| panic!("{:?}", e.faults))))
}

fn set_with(tables: &str, snapshot: Option<Arc<Snapshot>>) -> TargetSet {
    load_with(&folder(&format!("{HEAD}{tables}"), &[]), snapshot)
        .unwrap_or_else(|error| panic!("{:?}", error.faults))
}

fn check(tables: &str, actor: &Actor, wanted: &[(&str, &str)]) {
    check_verdict(&set_with(tables, snapshot(&[])), actor, wanted);
}

fn user(name: &str) -> Actor {
    actor(&format!("arn:aws:iam::{ACCOUNT}:user/{name}"), Standing::Principal)
}

fn bound(lines: &str) -> String {
    format!("[[binding]]\nname = \"b\"\n{lines}\n")
}

#[test]
fn attached_is_what_iam_has_and_denies_may_be_added() {
    let everybody =
        bound("principals = [\"*\"]\nidentity = [\"@attached\", \"policies/no-a.json\"]");
    let denied = ("s:A", "ExplicitlyDenied");
    // Two roles have an inline policy of one name; each is judged by its own.
    let set = set_with(&everybody, snapshot(&[]));
    let (nlp, vision) = (role("team/nlp/DataScientist"), role("team/vision/DataScientist"));
    let mut matched = Matched::default();
    let one = matched.bound(&set, &nlp).policies.clone().unwrap();
    let two = matched.bound(&set, &vision).policies.clone().unwrap();
    assert!(!Arc::ptr_eq(&one, &two));
    check_verdict(&set, &nlp, &[denied, ("s:B", "ImplicitlyDenied")]);
    check_verdict(&set, &vision, &[denied, ("s:B", "Allowed"), ("s:C", "ImplicitlyDenied")]);
    check_verdict(&set, &user("ana"), &[denied, ("s:G", "Allowed")]);
}

#[test]
fn the_attached_boundary_counts_unless_the_set_gives_one() {
    let nlp = role("team/nlp/DataScientist");
    let attached = "principals = [\"*\"]\nidentity = [\"@attached\", \"policies/b.json\"]";
    check(&bound(attached), &nlp, &[("s:A", "Allowed"), ("s:B", "ImplicitlyDenied")]);
    let own = bound(&format!("{attached}\nboundary = \"policies/all.json\""));
    check(&own, &nlp, &[("s:A", "Allowed"), ("s:B", "Allowed")]);
}

#[test]
fn who_is_not_in_the_snapshot_is_undetermined_and_not_allowed_or_unbound() {
    let tables = bound("principals = [\"*\"]\nidentity = [\"@attached\", \"policies/no-b.json\"]");
    let unknown = [("s:A", "Undetermined"), ("s:B", "ExplicitlyDenied")];
    check(&tables, &role("Newer"), &unknown);
    let elsewhere = actor("arn:aws:iam::444455556666:role/x", Standing::Principal);
    check(&tables, &elsewhere, &unknown);
    let set = set_with(&tables, snapshot(&[]));
    let policies = Matched::default().bound(&set, &role("Newer")).policies.clone().unwrap();
    let action = ResourceValue::Known("*".to_owned());
    let request = RequestContext::new(role("Newer").principal, "s:A", action);
    let needs = Evaluator::new(&*policies).evaluate(&request).needs;
    assert!(needs.iter().any(|need| need.contains("role/Newer: not in the snapshot")), "{needs:?}");
}

#[test]
fn groups_name_users_of_the_snapshot() {
    let tables = bound("groups = [\"scientists\"]\nidentity = [\"policies/a.json\"]");
    check(&tables, &user("ana"), &[("s:A", "Allowed"), ("s:B", "ImplicitlyDenied")]);
    // Nobody can tell of a user who is not there; a role is in no group.
    check(&tables, &user("new"), &[("s:A", "Undetermined"), ("s:B", "Undetermined")]);
    check(&tables, &role("New"), &[("s:A", "unbound")]);
    // IAM tells groups apart by more than case.
    let spelt = bound("groups = [\"Scientists\"]\nidentity = [\"policies/a.json\"]");
    check(&spelt, &user("ana"), &[("s:A", "Allowed")]);
    let other = bound("groups = [\"admins\"]\nidentity = [\"policies/a.json\"]");
    check(&other, &user("ana"), &[("s:A", "unbound")]);
    // Patterns and groups are two ways to be named.
    let either = bound(
        "groups = [\"admins\"]\nprincipals = [\"arn:aws:iam::*:user/a*\"]\n\
         identity = [\"policies/a.json\"]",
    );
    check(&either, &user("ana"), &[("s:A", "Allowed")]);
    let elsewhere =
        bound("groups = [\"scientists\"]\naccounts = [\"444455556666\"]\nidentity = [\"@any\"]");
    check(&elsewhere, &user("ana"), &[("s:A", "unbound")]);
}

#[test]
fn tags_and_accounts_narrow() {
    let nlp = role("team/nlp/DataScientist");
    let by_tag = |tags: &str| bound(&format!("tags = {tags}\nidentity = [\"policies/a.json\"]"));
    for (tags, wanted) in [
        ("{ Team = \"nlp-core\" }", "Allowed"),
        ("{ team = \"nlp-*\" }", "Allowed"),
        ("{ team = \"nlp-*\", stage = \"prod\" }", "Allowed"),
        ("{ team = \"nlp-*\", stage = \"dev\" }", "unbound"),
        ("{ team = \"NLP-core\" }", "unbound"),
        ("{ owner = \"*\" }", "unbound"),
    ] {
        check(&by_tag(tags), &nlp, &[("s:A", wanted)]);
    }
    let tagged = by_tag("{ team = \"*\" }");
    check(&tagged, &role("team/vision/DataScientist"), &[("s:A", "unbound")]);
    check(&tagged, &role("New"), &[("s:A", "Undetermined")]);
    let narrowed = bound(
        "principals = [\"arn:aws:iam::*:role/team/vision/*\"]\ntags = { team = \"*\" }\n\
         identity = [\"policies/a.json\"]",
    );
    check(&narrowed, &nlp, &[("s:A", "unbound")]);
    // Accounts by themselves are everybody there.
    let accounts = |id: &str| bound(&format!("accounts = [\"{id}\"]\nidentity = [\"@any\"]"));
    check(&accounts(ACCOUNT), &role("New"), &[("s:A", "Allowed")]);
    check(&accounts("444455556666"), &role("New"), &[("s:A", "unbound")]);
}

#[test]
fn scps_of_units_bind_their_accounts() {
    let parents = |of: &str, parent: &str| {
        (format!("parents/{of}.json"), json!({"Parents": [{"Id": parent, "Type": "X"}]}))
    };
    let tree = [
        parents(ACCOUNT, "ou-ab12-research1"),
        parents("ou-ab12-research1", "ou-ab12-workload"),
        parents("ou-ab12-workload", "r-ab12"),
        parents("ou-ab12-sandbox1", "r-ab12"),
    ];
    let tree: Vec<(&str, Value)> = tree.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    let scp = |target: &str, policy: &str, full: bool| {
        format!(
            "[[scp]]\nunits = [\"{target}\"]\npolicies = [\"policies/{policy}\"]\nfull_access = {full}\n"
        )
    };
    let any = bound("principals = [\"*\"]\nidentity = [\"@any\"]");
    let check = |scps: &str, tree: &[(&str, Value)], wanted: &[(&str, &str)]| {
        let set = set_with(&format!("{any}{scps}"), snapshot(tree));
        check_verdict(&set, &role("New"), wanted);
    };
    let both = [
        scp("ou-ab12-workload", "no-a.json", true),
        scp("ou-ab12-research1", "b.json", false),
        scp("ou-ab12-sandbox1", "no-b.json", true),
    ]
    .concat();
    let denied = [("s:A", "ExplicitlyDenied"), ("s:B", "Allowed"), ("s:C", "ImplicitlyDenied")];
    check(&both, &tree, &denied);
    // Where the tree is not known, what a unit denies may be denied.
    check(&both, &[], &[("s:A", "Undetermined"), ("s:B", "Undetermined")]);
}

#[test]
fn what_needs_a_snapshot_says_so() {
    let help = "help: `--snapshot DIR` gives it; docs/snapshot.md says how to make one";
    for (entry, what, place) in [
        ("identity = [\"@attached\"]", "`@attached`", "line 7, column 13"),
        ("identity = []\ngroups = [\"ml\"]", "`groups`", "line 8, column 10"),
        ("identity = []\ntags = { team = \"nlp\" }", "`tags`", "line 8, column 8"),
    ] {
        let tables = format!("[[binding]]\nname = \"b\"\nprincipals = [\"*\"]\n{entry}\n");
        let fault = format!(
            "{what} needs a snapshot of what IAM has attached\n  at policy-set.toml, {place}\n{help}"
        );
        check_tables(&tables, &fault);
    }
    for table in ["scp", "rcp"] {
        check_tables(
            &format!("[[{table}]]\nunits = [\"ou-x\", \"Research\"]\npolicies = []\n"),
            &format!(
                "`units` needs a snapshot of what IAM has attached\n  at policy-set.toml, line 5, \
                 column 10\n{help}\n`units` needs a snapshot of what IAM has attached\n  at \
                 policy-set.toml, line 5, column 18\n{help}\n`Research` is no unit\n  at \
                 policy-set.toml, line 5, column 18\nhelp: its id, such as `ou-ab12-11111111`"
            ),
        );
    }
}

#[test]
fn a_misspelt_group_or_unit_is_a_fault() {
    let faults = |tables: &str, snapshot: Option<Arc<Snapshot>>| {
        let files = folder(&format!("{HEAD}{tables}"), &[]);
        let error = load_with(&files, snapshot).unwrap_err();
        error.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        faults(&bound("groups = [\"scientist\"]\nidentity = []"), snapshot(&[])),
        "no group `scientist` is in the snapshot\n  at policy-set.toml, line 6, column 11"
    );
    let tree = json!({"Parents": [{"Id": "ou-ab12-research1", "Type": "X"}]});
    let units = "[[scp]]\nunits = [\"ou-ab12-researchl\"]\npolicies = []\n";
    assert_eq!(
        faults(units, snapshot(&[("111122223333.json", tree)])),
        "no unit `ou-ab12-researchl` is in the snapshot\n  at policy-set.toml, line 5, column 10"
    );
}

/// SCPs do not bind the management account, which the snapshot knows.
#[test]
fn the_management_account_is_that_of_the_snapshot() {
    let organisation = |account: &str| {
        let parents = json!({"Parents": [{"Id": "ou-ab12-research1", "Type": "X"}]});
        snapshot(&[
            ("organization.json", json!({"Organization": {"MasterAccountId": account}})),
            ("111122223333.json", parents),
            ("ou-ab12-research1.json", json!({"Parents": [{"Id": "r-ab12", "Type": "X"}]})),
        ])
    };
    let units = "[[scp]]\nunits = [\"ou-ab12-research1\"]\npolicies = [\"policies/no-a.json\"]\n";
    let facts = "[facts]\nmanagement_account = \"444455556666\"\n";
    let set = set_with(units, organisation(ACCOUNT));
    assert_eq!(set.facts.management_account.as_deref(), Some(ACCOUNT));
    let set = set_with(&format!("{units}{facts}"), organisation("444455556666"));
    assert_eq!(set.facts.management_account.as_deref(), Some("444455556666"));
    let files = folder(&format!("{HEAD}{units}{facts}"), &[]);
    let error = load_with(&files, organisation(ACCOUNT)).unwrap_err();
    assert_eq!(error.faults[0].message, "the management account is 111122223333 in the snapshot");
}

/// A role whose record lacks the path is the one role of its name, if the snapshot has one.
#[test]
fn the_snapshot_may_tell_the_path_of_a_role() {
    let mut bare = role("DataScientist");
    bare.path_known = false;
    // Only a set that asks about who is there goes by it.
    let tables = |path: &str| {
        let path = bound(&format!(
            "principals = [\"arn:aws:iam::*:role/{path}\"]\nidentity = [\"policies/a.json\"]"
        ));
        format!("{path}{}", bound("groups = [\"admins\"]\nidentity = []"))
    };
    // Two roles have the name.
    check(&tables("team/nlp/*"), &bare, &[("s:A", "Undetermined")]);
    check(&tables("team/*"), &bare, &[("s:A", "Undetermined")]);
    check(&tables("*"), &bare, &[("s:A", "Allowed")]);
    check(&tables("other/Data*"), &bare, &[("s:A", "Undetermined")]);
    check(&tables("other/*X"), &bare, &[("s:A", "unbound")]);
    let one = entity("role", "admin/Deployer", document("Allow", "s:A"));
    let more = json!({"RoleDetailList": [one]});
    let mut deployer = role("Deployer");
    deployer.path_known = false;
    let verdict = |path: &str, wanted: &str| {
        let set = set_with(&tables(path), snapshot(&[("more.json", more.clone())]));
        check_verdict(&set, &deployer, &[("s:A", wanted)]);
    };
    verdict("admin/*", "Allowed");
    verdict("team/*", "unbound");
    let plain =
        bound("principals = [\"arn:aws:iam::*:role/admin/*\"]\nidentity = [\"policies/a.json\"]");
    let set = set_with(&plain, snapshot(&[("more.json", more.clone())]));
    check_verdict(&set, &deployer, &[("s:A", "Undetermined")]);
    assert_eq!(set.hash, set_with(&plain, None).hash);
}

#[test]
fn a_boundary_of_who_may_be_bound_leaves_open_which_counts() {
    let everybody =
        "principals = [\"*\"]\nidentity = [\"policies/all.json\"]\nboundary = \"policies/b.json\"";
    let lead = |priority: i64| {
        bound(&format!(
            "groups = [\"scientists\"]\nidentity = []\nboundary = \"policies/all.json\"\n\
             priority = {priority}"
        ))
    };
    let tables = |priority: i64| format!("{}{}", bound(everybody), lead(priority));
    check(&tables(5), &user("ana"), &[("s:A", "Allowed")]);
    check(&tables(5), &user("new"), &[("s:A", "Undetermined")]);
    check(&tables(-5), &user("new"), &[("s:A", "ImplicitlyDenied"), ("s:B", "Undetermined")]);
}

#[test]
fn groups_and_roles_do_not_clash_over_boundaries() {
    let with = |who: &str, boundary: &str| {
        bound(&format!("{who}\nidentity = []\nboundary = \"policies/{boundary}\""))
    };
    let group = with("groups = [\"scientists\"]", "a.json");
    let loads = |other: &str| {
        load_with(&folder(&format!("{HEAD}{group}{other}"), &[]), snapshot(&[])).is_ok()
    };
    assert!(loads(&with("principals = [\"arn:aws:iam::*:role/*\"]", "b.json")));
    assert!(!loads(&with("principals = [\"arn:aws:iam::*:user/a*\"]", "b.json")));
    assert!(!loads(&with("groups = [\"admins\"]", "b.json")));
    assert!(!loads(&with("principals = [\"*\"]", "b.json")));
}

/// Roles with the same policies share what is compiled of them, SCPs or not.
#[test]
fn principals_with_the_same_policies_share_the_compiled_set() {
    let tables = bound("principals = [\"*\"]\nidentity = [\"policies/a.json\"]");
    let scp = "[[scp]]\naccounts = [\"*\"]\npolicies = [\"policies/no-b.json\"]\n";
    let set = set_with(&format!("{tables}{scp}"), None);
    let mut matched = Matched::default();
    let mut of = |name: &str| matched.bound(&set, &role(name)).policies.clone().unwrap();
    assert!(Arc::ptr_eq(&of("One"), &of("Two")));
}

/// The hash covers of the snapshot what a verdict may depend on, and only that.
#[test]
fn the_hash_covers_what_is_asked_of_the_snapshot() {
    let change = |what: &str| {
        let mut iam = iam();
        match what {
            "policy" => {
                iam["RoleDetailList"][1]["RolePolicyList"][0]["PolicyDocument"] =
                    document("Allow", "s:C")
            }
            "boundary" => {
                iam["Policies"][0]["PolicyVersionList"][0]["Document"] = document("Allow", "s:C")
            }
            "tag" => iam["RoleDetailList"][0]["Tags"][0]["Value"] = "other".into(),
            "group" => iam["UserDetailList"][0]["GroupList"] = json!([]),
            "group's policy" => iam["GroupDetailList"][0]["GroupPolicyList"] = json!([]),
            "principal" => iam["RoleDetailList"] = json!([]),
            "date" => iam["RoleDetailList"][0]["CreateDate"] = "2026-01-01T00:00:00Z".into(),
            _ => {}
        }
        let parent = if what == "parent" { "ou-ab12-other001" } else { "ou-ab12-research1" };
        let tree = json!({"Parents": [{"Id": parent, "Type": "X"}]});
        let root = json!({"Parents": [{"Id": "r-ab12", "Type": "X"}]});
        let files = [
            ("iam.json", iam),
            ("p/111122223333.json", tree),
            ("p/ou-ab12-research1.json", root.clone()),
            ("p/ou-ab12-other001.json", root),
        ];
        let files = files.map(|(name, json)| (name.to_owned(), json.to_string().into_bytes()));
        Some(Arc::new(snapshot::load(&files.into()).unwrap()))
    };
    let hash = |tables: &str, what: &str| set_with(tables, change(what)).hash;
    let by = |lines: &str| bound(&format!("{lines}\nidentity = [\"@any\"]"));
    let units = "[[scp]]\nunits = [\"ou-ab12-research1\"]\npolicies = [\"policies/no-a.json\"]\n";
    for (tables, counts) in [
        (by("principals = [\"*\"]"), ""),
        (
            bound("principals = [\"*\"]\nidentity = [\"@attached\"]"),
            "policy, boundary, group, group's policy, principal",
        ),
        (by("groups = [\"scientists\"]"), "group, principal"),
        (by("tags = { team = \"*\" }"), "tag, principal"),
        (units.to_owned(), "parent"),
    ] {
        let same = hash(&tables, "");
        for what in
            ["policy", "boundary", "tag", "group", "group's policy", "principal", "parent", "date"]
        {
            let counts = counts.split(", ").any(|count| count == what);
            assert_eq!(hash(&tables, what) != same, counts, "{what} of {tables}");
        }
    }
    assert_eq!(hash(units, ""), hash(units, "nothing"));
}
