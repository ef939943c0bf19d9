//! The rules of the policy set: what loads and what does not, whom it binds, what its hash covers.

use std::collections::BTreeMap;

use iam_policy::{Evaluator, Principal, RequestContext, ResourceValue};

use super::{CATALOG, Facts, MANIFEST, Matched, TargetSet, load};

mod with_snapshot;
use crate::actor::{Actor, Standing};

const HEAD: &str = "schema = 1\nrevision = 7\nname = \"ml-platform\"\n";

/// Policies that every set of these tests has at hand: each allows or denies one action.
const POLICIES: [(&str, &str); 6] = [
    ("policies/a.json", r#"{"Statement": {"Effect": "Allow", "Action": "s:A", "Resource": "*"}}"#),
    ("policies/b.json", r#"{"Statement": {"Effect": "Allow", "Action": "s:B", "Resource": "*"}}"#),
    ("policies/all.json", r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#),
    (
        "policies/no-a.json",
        r#"{"Statement": {"Effect": "Deny", "Action": "s:A", "Resource": "*"}}"#,
    ),
    (
        "policies/no-b.json",
        r#"{"Statement": {"Effect": "Deny", "Action": "s:B", "Resource": "*"}}"#,
    ),
    (
        "policies/rcp.json",
        r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}"#,
    ),
];

fn folder(manifest: &str, more: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let manifest = (MANIFEST, manifest);
    let files = POLICIES.iter().chain(more).chain([&manifest]);
    files.map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

/// A set whose manifest goes on like this behind its head.
fn set(tables: &str) -> TargetSet {
    load(&folder(&format!("{HEAD}{tables}"), &[])).unwrap()
}

/// The faults of a folder as they are shown; the golden text of none is empty.
fn check_faults(files: &BTreeMap<String, Vec<u8>>, golden: &str) {
    let faults = match load(files) {
        Ok(_) => Vec::new(),
        Err(error) => error.faults,
    };
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let manifest = files.get(MANIFEST).map(|bytes| String::from_utf8_lossy(bytes));
    assert_eq!(shown.join("\n"), golden.trim_start(), "{}", manifest.unwrap_or_default());
}

/// The faults of a manifest that goes on like this behind its head.
fn check_tables(tables: &str, golden: &str) {
    check_faults(&folder(&format!("{HEAD}{tables}"), &[]), golden);
}

/// The faults of the policy `policies/x.json` with this text.
fn check_policy(text: &str, golden: &str) {
    let tables =
        "[[binding]]\nname = \"b\"\nprincipals = [\"*\"]\nidentity = [\"policies/x.json\"]\n";
    check_faults(&folder(&format!("{HEAD}{tables}"), &[("policies/x.json", text)]), golden);
}

// What loads.

#[test]
fn a_good_set_loads() {
    let manifest = r#"
        schema   = 1
        revision = 7
        name     = "ml-platform"

        [[binding]]
        name       = "data-scientists"
        principals = ["arn:aws:iam::*:role/DataScientist*"]
        identity   = ["policies/a.json", "policies/b.json"]
        boundary   = "policies/all.json"
        accounts   = ["111122223333"]
        priority   = 3

        [[binding]]
        name           = "analysts"
        permission_set = "Analyst"
        identity       = ["@any"]

        [[scp]]
        accounts = ["*"]
        policies = ["policies/no-a.json"]

        [[rcp]]
        accounts    = ["111122223333"]
        policies    = ["policies/rcp.json"]
        full_access = false

        [[record_rule]]
        principals = ["*"]
        instance_types = ["ml.t3.*", "system"]
        images         = ["111122223333.dkr.ecr.*.amazonaws.com/approved/*"]
        s3             = ["s3://ml-*/**"]

        [[exempt]]
        principals = ["arn:aws:iam::*:role/BreakGlass"]
        reason = "incident response"

        [facts]
        management_account = "111122223333"
        org_id = "o-exampleorgid"
        vpc_endpoints = { "vpce-0a1b2c3d" = "vpc-111bbaaa" }
        passed_to_service = { aws-cn = "sagemaker.amazonaws.com.cn" }
        service_defaults = false
    "#;
    let set = load(&folder(manifest, &[])).unwrap();
    assert_eq!((set.name.as_str(), set.revision), ("ml-platform", 7));
    assert_eq!(set.hash.len(), 64);
    let endpoint = ("vpce-0a1b2c3d".to_owned(), "vpc-111bbaaa".to_owned());
    let service = ("aws-cn".to_owned(), "sagemaker.amazonaws.com.cn".to_owned());
    let facts = Facts {
        management_account: Some("111122223333".to_owned()),
        org_id: Some("o-exampleorgid".to_owned()),
        vpc_endpoints: BTreeMap::from([endpoint]),
        passed_to_service: BTreeMap::from([service]),
        doubt_service_defaults: true,
    };
    assert_eq!(set.facts, facts);
}

#[test]
fn a_set_that_binds_nobody_loads() {
    check_tables("", "");
}

// Faults of the manifest.

#[test]
fn a_folder_without_manifest_is_no_policy_set() {
    check_faults(
        &BTreeMap::new(),
        "
there is no `policy-set.toml`
  at policy-set.toml, line 1, column 1
help: a policy set is a folder with this file and the policies it names",
    );
}

#[test]
fn toml_that_cannot_be_read_is_told_with_its_place() {
    check_tables(
        "[[binding]\n",
        "
unclosed array table, expected `]`
  at policy-set.toml, line 4, column 11",
    );
    check_tables(
        "[facts]\norg_id = \"o-1\"\norg_id = \"o-2\"\n",
        "
duplicate key
  at policy-set.toml, line 6, column 1",
    );
    let files = BTreeMap::from([(MANIFEST.to_owned(), vec![0xff])]);
    check_faults(
        &files,
        "
not UTF-8
  at policy-set.toml, line 1, column 1",
    );
}

#[test]
fn an_unknown_key_is_a_fault_with_the_nearest_known_word() {
    check_tables(
        "[[binding]]\nname = \"b\"\nprincipal = [\"*\"]\nidentity = []\n",
        "
unknown field `principal`, expected one of `name`, `principals`, `permission_set`, `groups`, `tags`, `accounts`, `identity`, `boundary`, `priority`
  at policy-set.toml, line 6, column 1
help: did you mean `principals`?",
    );
    check_tables(
        "[[scp]]\npolicys = []\n",
        "
unknown field `policys`, expected one of `accounts`, `units`, `policies`, `full_access`
  at policy-set.toml, line 5, column 1
help: did you mean `policies`?",
    );
    check_tables(
        "[facts]\nvpc = {}\n",
        "
unknown field `vpc`, expected one of `management_account`, `org_id`, `vpc_endpoints`, `passed_to_service`, `service_defaults`
  at policy-set.toml, line 5, column 1",
    );
}

#[test]
fn a_key_that_must_be_there_is_missed() {
    check_faults(
        &folder("schema = 1\nname = \"x\"\n", &[]),
        "
missing field `revision`
  at policy-set.toml, line 1, column 1
help: a policy set starts with `schema = 1`, `revision = 1` and `name = \"…\"`",
    );
    check_tables(
        "[[binding]]\nname = \"b\"\nprincipals = [\"*\"]\n",
        "
missing field `identity`
  at policy-set.toml, line 4, column 1",
    );
    check_tables(
        "[[exempt]]\nprincipals = [\"*\"]\n",
        "
missing field `reason`
  at policy-set.toml, line 4, column 1",
    );
}

#[test]
fn another_schema_is_not_guessed_at() {
    check_faults(
        &folder("schema = 2\nrevision = 7\nname = \"x\"\n", &[]),
        "
unknown schema 2; this version reads 1
  at policy-set.toml, line 1, column 10",
    );
}

#[test]
fn a_policy_that_is_not_there_is_told_with_the_nearest_file() {
    check_tables(
        "[[binding]]\nname = \"b\"\nprincipals = [\"*\"]\nidentity = [\"policies/no_a.json\"]\n",
        "
there is no policy `policies/no_a.json`
  at policy-set.toml, line 7, column 13
help: did you mean `policies/no-a.json`?",
    );
    check_tables(
        "[[scp]]\naccounts = [\"*\"]\npolicies = [\"guardrails/deny-everything.json\"]\n",
        "
there is no policy `guardrails/deny-everything.json`
  at policy-set.toml, line 6, column 13",
    );
}

#[test]
fn a_binding_names_somebody() {
    check_tables(
        "[[binding]]\nname = \"nobody\"\nidentity = []\n",
        "
the binding `nobody` names no principal
  at policy-set.toml, line 5, column 8",
    );
    // An empty list beside accounts would be about everybody there.
    check_tables(
        "[[binding]]\nname = \"b\"\nidentity = []\nprincipals = []\naccounts = [\"111122223333\"]\n",
        "
`principals` is empty: this entry is about nobody
  at policy-set.toml, line 7, column 14",
    );
}

/// Policies may stay where they are written: in a plan, or a template.
#[test]
fn policies_may_stand_in_templates() {
    let plan = r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
        {"address": "aws_iam_policy.a", "type": "aws_iam_policy", "values": {"policy":
         "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s:A\", \"Resource\": \"*\"}}"}},
        {"address": "aws_iam_policy.later", "type": "aws_iam_policy", "values": {}},
        {"address": "aws_iam_policy.bad", "type": "aws_iam_policy", "values": {"policy": "{"}}]}}}"#;
    let stack = r#"{"Resources": {"Open": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument":
        {"Statement": {"Effect": "Allow", "Action": "s:A", "Resource": {"Ref": "Bucket"}}}}}}}"#;
    let files = |identity: &str| {
        let tables = binding("*", identity);
        folder(&format!("{HEAD}{tables}"), &[("plan.json", plan), ("stack.json", stack)])
    };
    let set = load(&files("plan.json#aws_iam_policy.a")).unwrap();
    check_verdict(&set, &role("x"), &[("s:A", "Allowed"), ("s:B", "ImplicitlyDenied")]);
    for (identity, fault) in [
        (
            "plan.json#aws_iam_policy.b",
            "the template has no policy `aws_iam_policy.b`\n  at policy-set.toml, line 7, column 13\n\
             help: did you mean `plan.json#aws_iam_policy.a`?",
        ),
        (
            "plan.json#aws_iam_policy.later",
            "`aws_iam_policy.later` is known only when it is deployed\n  at policy-set.toml, line 7, \
             column 13",
        ),
        (
            "plan.json#aws_iam_policy.bad",
            "not JSON: the text ends too early\n  at plan.json#aws_iam_policy.bad, line 1, column 2",
        ),
        (
            "stack.json#Open",
            "only deployment knows `${Bucket}` in it\n  at policy-set.toml, line 7, column 13",
        ),
        (
            "policies/a.json#x",
            "`policies/a.json` is neither the output of `terraform show -json` nor a CloudFormation \
             template\n  at policy-set.toml, line 7, column 13",
        ),
        (
            "nothing.json#x",
            "there is no template `nothing.json`\n  at policy-set.toml, line 7, column 13",
        ),
    ] {
        check_faults(&files(identity), fault);
    }
}

#[test]
fn words_with_an_at_sign_are_two() {
    check_tables(
        "[[binding]]\nname = \"b\"\nprincipals = [\"*\"]\nidentity = [\"@atached\"]\n",
        "
there is no `@atached`
  at policy-set.toml, line 7, column 13
help: did you mean `@attached`?",
    );
}

#[test]
fn principals_are_arn_patterns() {
    for table in ["[[exempt]]\nreason = \"r\"", "[[record_rule]]\ns3 = []"] {
        check_tables(
            &format!("{table}\nprincipals = [\"*\", \"role/x\"]\n"),
            "
`role/x` is no ARN pattern
  at policy-set.toml, line 6, column 20
help: such as `arn:aws:iam::*:role/team/*`; the path is part of it",
        );
    }
    check_tables(
        "[[binding]]\nname = \"b\"\nprincipals = [\"DataScientist\"]\nidentity = []\n",
        "
`DataScientist` is no ARN pattern
  at policy-set.toml, line 6, column 15
help: such as `arn:aws:iam::*:role/team/*`; the path is part of it",
    );
}

#[test]
fn accounts_are_twelve_digits() {
    check_tables(
        "[[binding]]\nname = \"b\"\nprincipals = [\"*\"]\nidentity = []\naccounts = [\"1111\"]\n",
        "
an account id is twelve digits, not `1111`
  at policy-set.toml, line 8, column 13",
    );
    check_tables(
        "[[scp]]\naccounts = [\"*\", \"ou-x\"]\npolicies = []\n",
        "
an account id is twelve digits, not `ou-x`
  at policy-set.toml, line 5, column 18",
    );
    check_tables(
        "[facts]\nmanagement_account = \"root\"\n",
        "
an account id is twelve digits, not `root`
  at policy-set.toml, line 5, column 22",
    );
}

#[test]
fn a_severity_is_of_a_code_and_one_of_five() {
    check_tables(
        "[severity]\nDRF99 = \"low\"\nDRF101 = \"bad\"\nDRF403 = \"low\"\n",
        "
there is no finding `DRF99`
  at policy-set.toml, line 5, column 1
help: docs/findings has a page for each code
there is no severity `bad`
  at policy-set.toml, line 6, column 10
help: one of info, low, medium, high, critical
DRF403 is about records, whatever the policy set
  at policy-set.toml, line 7, column 1",
    );
}

#[test]
fn every_fault_is_told_in_the_order_of_files_and_lines() {
    let tables = "[[binding]]\nname = \"b\"\nprincipals = [\"x\"]\nidentity = [\"policies/x.json\"]\n\n[facts]\nmanagement_account = \"1\"\n";
    let files = folder(&format!("{HEAD}{tables}"), &[("policies/x.json", "{}")]);
    check_faults(
        &files,
        "
a policy needs `Statement`
  at policies/x.json, line 1, column 1
`x` is no ARN pattern
  at policy-set.toml, line 6, column 15
help: such as `arn:aws:iam::*:role/team/*`; the path is part of it
an account id is twelve digits, not `1`
  at policy-set.toml, line 10, column 22",
    );
}

#[test]
fn a_faulty_policy_that_is_named_twice_is_told_once() {
    let entry = "principals = [\"*\"]\nidentity = [\"policies/x.json\"]\n";
    let tables = format!("[[binding]]\nname = \"b\"\n{entry}[[binding]]\nname = \"c\"\n{entry}");
    let files = folder(&format!("{HEAD}{tables}"), &[("policies/x.json", "{}")]);
    check_faults(
        &files,
        "
a policy needs `Statement`
  at policies/x.json, line 1, column 1",
    );
}

// Faults of policies.

#[test]
fn a_policy_that_cannot_be_read_is_told_with_its_place() {
    check_policy(
        "{\n  \"Version\": \"2012-10-17\",\n}",
        "
not JSON: expected a key in double quotes
  at policies/x.json, line 3, column 1",
    );
    check_policy(
        "",
        "
not JSON: the text ends too early
  at policies/x.json, line 1, column 1",
    );
    check_policy(
        "{\"Statement\": []}",
        "
`Statement` is empty (/Statement)
  at policies/x.json, line 1, column 15",
    );
}

#[test]
fn a_key_that_stands_twice_is_told_with_both_places() {
    // AWS's own example for the visibility of search results has this fault.
    check_policy(
        r#"{"Statement": {
            "Effect": "Allow", "Action": "sagemaker:Search", "Resource": "*",
            "Condition": {"StringEquals": {
                "sagemaker:SearchVisibilityCondition/Tags.A/Equals": "1",
                "sagemaker:SearchVisibilityCondition/Tags.A/Equals": "2"}}}}"#,
        "
the key `sagemaker:SearchVisibilityCondition/Tags.A/Equals` stands twice in one object, first at line 4, column 17
  at policies/x.json, line 5, column 17
help: give one key a list of values instead",
    );
}

#[test]
fn an_unknown_operator_or_element_is_told_with_the_nearest() {
    check_policy(
        r#"{"Statement": {
            "Effect": "Allow", "Action": "s:A", "Resource": "*",
            "Condition": {"StringEqual": {"aws:userid": "x"}}}}"#,
        "
unknown condition operator `StringEqual` (/Statement/Condition/StringEqual)
  at policies/x.json, line 3, column 27
help: did you mean `StringEquals`?",
    );
    check_policy(
        r#"{"Statement": [{
            "Effect": "allow", "Actoin": "s:A", "Resource": "*"}]}"#,
        "
a statement needs `Action` (/Statement/0)
  at policies/x.json, line 1, column 16
`Effect` is `Allow` or `Deny`, not `allow` (/Statement/0/Effect)
  at policies/x.json, line 2, column 23
help: did you mean `Allow`?
unknown element `Actoin` (/Statement/0/Actoin)
  at policies/x.json, line 2, column 32
help: did you mean `Action`?",
    );
}

#[test]
fn a_policy_of_a_resource_binds_nobody() {
    check_policy(
        r#"{"Statement": {
            "Effect": "Deny", "Principal": "*", "Action": "s:A", "Resource": "*"}}"#,
        "
`Principal` has no place in this kind of policy (/Statement/Principal)
  at policies/x.json, line 2, column 44",
    );
}

// Boundaries.

const TWO_BOUNDARIES: &str = r#"[[binding]]
name = "everybody"
principals = ["arn:aws:iam::*:role/ml/*"]
identity = ["policies/a.json"]
boundary = "policies/all.json"

[[binding]]
name = "nlp"
principals = ["arn:aws:iam::*:role/*/Nlp"]
identity = ["policies/a.json"]
boundary = "policies/b.json"
"#;

#[test]
fn two_boundaries_for_one_principal_are_a_fault() {
    check_tables(
        TWO_BOUNDARIES,
        "
the bindings `everybody` and `nlp` give the same principal two boundaries
  at policy-set.toml, line 11, column 8
help: give the one that counts a higher `priority`",
    );
}

#[test]
fn a_priority_says_which_boundary_counts() {
    let tables = format!("{TWO_BOUNDARIES}priority = 1\n");
    check_tables(&tables, "");
    let set = set(&tables);
    // The boundary of the higher priority allows only `s:B`, which no identity policy has.
    check_verdict(&set, &role("ml/Nlp"), &[("s:A", "ImplicitlyDenied")]);
    check_verdict(&set, &role("ml/Vision"), &[("s:A", "Allowed")]);
}

#[test]
fn boundaries_of_principals_that_differ_do_not_clash() {
    let other_path = TWO_BOUNDARIES.replace("::*:", "::111122223333:").replace("*/Nlp", "cv/Nlp");
    let other_account = format!("{TWO_BOUNDARIES}accounts = [\"111122223333\"]\n").replacen(
        "boundary",
        "accounts = [\"444455556666\"]\nboundary",
        1,
    );
    let same_policy = TWO_BOUNDARIES.replace("policies/b.json", "policies/all.json");
    let one_without = TWO_BOUNDARIES.replace("boundary = \"policies/b.json\"\n", "");
    for tables in [other_path, other_account, same_policy, one_without] {
        check_tables(&tables, "");
    }
}

// Whom the set binds.

fn actor(arn: &str, standing: Standing) -> Actor {
    let principal = Principal::from_arn(arn);
    let account = principal.account().unwrap_or("111122223333").to_owned();
    Actor {
        principal,
        arn: arn.to_owned(),
        path_known: true,
        account,
        principal_type: String::new(),
        session_name: None,
        standing,
    }
}

fn role(name: &str) -> Actor {
    actor(&format!("arn:aws:iam::111122223333:role/{name}"), Standing::Principal)
}

/// What the set says of actions: a decision, or the word for why it says none.
fn check_verdict(set: &TargetSet, actor: &Actor, wanted: &[(&str, &str)]) {
    let bound = Matched::default().bound(set, actor);
    for (action, wanted) in wanted {
        let verdict = match &bound.policies {
            Ok(policies) => {
                let resource = ResourceValue::Known("*".to_owned());
                let principal = actor.principal.clone();
                let request = RequestContext::new(principal, *action, resource);
                Evaluator::new(&**policies).evaluate(&request).verdict().as_str()
            }
            Err(unjudged) => unjudged.as_str(),
        };
        assert_eq!(verdict, *wanted, "{action} by {}", actor.arn);
    }
}

fn binding(principals: &str, identity: &str) -> String {
    format!(
        "[[binding]]\nname = \"b\"\nprincipals = [\"{principals}\"]\nidentity = [\"{identity}\"]\n"
    )
}

#[test]
fn identity_policies_of_overlapping_bindings_unite() {
    let (ml, all) = ("arn:aws:iam::*:role/ml/*", "*");
    let set =
        set(&format!("{}{}", binding(ml, "policies/a.json"), binding(all, "policies/b.json")));
    check_verdict(&set, &role("ml/x"), &[("s:A", "Allowed"), ("s:B", "Allowed")]);
    check_verdict(&set, &role("x"), &[("s:A", "ImplicitlyDenied"), ("s:B", "Allowed")]);
}

#[test]
fn the_path_is_a_part_of_the_pattern() {
    let set = set(&binding("arn:aws:iam::*:role/DataScientist*", "policies/a.json"));
    check_verdict(&set, &role("DataScientistNlp"), &[("s:A", "Allowed")]);
    check_verdict(&set, &role("ml/DataScientistNlp"), &[("s:A", "unbound")]);
}

#[test]
fn a_binding_may_be_for_some_accounts_only() {
    let tables = format!("{}accounts = [\"111122223333\"]\n", binding("*", "policies/a.json"));
    let set = set(&tables);
    check_verdict(&set, &role("x"), &[("s:A", "Allowed")]);
    let elsewhere = actor("arn:aws:iam::444455556666:role/x", Standing::Principal);
    check_verdict(&set, &elsewhere, &[("s:A", "unbound")]);
}

#[test]
fn a_permission_set_is_the_roles_made_for_it() {
    let set = set(
        "[[binding]]\nname = \"b\"\npermission_set = \"Analyst\"\nidentity = [\"policies/a.json\"]\n",
    );
    let path = "aws-reserved/sso.amazonaws.com";
    for (name, wanted) in [
        ("eu-west-1/AWSReservedSSO_Analyst_0123456789abcdef", "Allowed"),
        ("AWSReservedSSO_Analyst_0123456789abcdef", "Allowed"),
        // Another permission set whose name begins alike.
        ("eu-west-1/AWSReservedSSO_Analyst_Senior_0123456789abcdef", "unbound"),
        ("eu-west-1/AWSReservedSSO_AnalystPro_0123456789abcdef", "unbound"),
        ("eu-west-1/AWSReservedSSO_SeniorAnalyst_0123456789abcdef", "unbound"),
        ("eu-west-1/AWSReservedSSO_Analyst", "unbound"),
    ] {
        check_verdict(&set, &role(&format!("{path}/{name}")), &[("s:A", wanted)]);
    }
    for (partition, region) in [
        ("aws", "us-east-1/"),
        ("aws", "ap-southeast-2/"),
        ("aws-us-gov", "us-gov-west-1/"),
        ("aws-cn", "cn-north-1/"),
        // Where the Identity Center is in us-east-1, the path has no region.
        ("aws", ""),
    ] {
        let name = format!("{path}/{region}AWSReservedSSO_Analyst_0123456789abcdef");
        let arn = format!("arn:{partition}:iam::111122223333:role/{name}");
        check_verdict(&set, &actor(&arn, Standing::Principal), &[("s:A", "Allowed")]);
    }
    // Anybody may give a role such a name, but not such a path.
    check_verdict(&set, &role("AWSReservedSSO_Analyst_0123456789abcdef"), &[("s:A", "unbound")]);
}

#[test]
fn any_leaves_the_verdict_to_the_denies() {
    let scp = "[[scp]]\naccounts = [\"*\"]\npolicies = [\"policies/no-a.json\"]\n";
    let set = set(&format!("{}{scp}", binding("*", "@any")));
    check_verdict(
        &set,
        &role("x"),
        &[("s:A", "ExplicitlyDenied"), ("s:B", "Allowed"), ("other:Thing", "Allowed")],
    );
}

#[test]
fn a_boundary_limits_what_the_identity_policies_allow() {
    let tables = format!("{}boundary = \"policies/b.json\"\n", binding("*", "policies/all.json"));
    check_verdict(&set(&tables), &role("x"), &[("s:A", "ImplicitlyDenied"), ("s:B", "Allowed")]);
}

#[test]
fn only_principals_of_the_account_are_judged() {
    let set = set(&binding("*", "policies/all.json"));
    let arn = "arn:aws:iam::111122223333:role/x";
    for (standing, wanted) in [
        (Standing::Principal, "Allowed"),
        (Standing::CrossAccount, "cross_account"),
        (Standing::Service, "service"),
        (Standing::Unidentified, "unidentified"),
    ] {
        check_verdict(&set, &actor(arn, standing), &[("s:A", wanted)]);
    }
    let linked = role("aws-service-role/sagemaker.amazonaws.com/AWSServiceRoleForAmazonSageMaker");
    check_verdict(&set, &linked, &[("s:A", "service_linked_role")]);
}

#[test]
fn the_root_user_is_bound_by_guardrails_alone() {
    let root = actor("arn:aws:iam::111122223333:root", Standing::Root);
    let scp = "[[scp]]\naccounts = [\"*\"]\npolicies = [\"policies/no-a.json\"]\n";
    check_verdict(&set(scp), &root, &[("s:A", "ExplicitlyDenied"), ("s:B", "Allowed")]);
    // Not even a binding that names it gives or takes anything.
    let tables = format!("{}boundary = \"policies/a.json\"\n", binding("*", "policies/no-b.json"));
    check_verdict(&set(&tables), &root, &[("s:A", "Allowed"), ("s:B", "Allowed")]);
}

#[test]
fn full_access_is_implied_at_each_level_unless_taken_away() {
    let bound = binding("*", "policies/all.json");
    for (scp, a, b) in [
        ("accounts = [\"*\"]\npolicies = [\"policies/no-a.json\"]", "ExplicitlyDenied", "Allowed"),
        (
            "accounts = [\"*\"]\npolicies = [\"policies/a.json\"]\nfull_access = false",
            "Allowed",
            "ImplicitlyDenied",
        ),
        ("accounts = [\"*\"]\npolicies = [\"policies/a.json\"]", "Allowed", "Allowed"),
        (
            "accounts = [\"111122223333\"]\npolicies = [\"policies/b.json\"]\nfull_access = false",
            "ImplicitlyDenied",
            "Allowed",
        ),
        (
            "accounts = [\"444455556666\"]\npolicies = [\"policies/no-a.json\"]",
            "Allowed",
            "Allowed",
        ),
    ] {
        let set = set(&format!("{bound}[[scp]]\n{scp}\n"));
        check_verdict(&set, &role("x"), &[("s:A", a), ("s:B", b)]);
    }
}

#[test]
fn entries_of_one_target_unite_and_levels_must_all_allow() {
    let bare = |account: &str, policy: &str| {
        format!(
            "[[scp]]\naccounts = [\"{account}\"]\npolicies = [\"{policy}\"]\nfull_access = false\n"
        )
    };
    let bound = binding("*", "policies/all.json");
    let one_level =
        format!("{bound}{}{}", bare("*", "policies/a.json"), bare("*", "policies/b.json"));
    check_verdict(&set(&one_level), &role("x"), &[("s:A", "Allowed"), ("s:B", "Allowed")]);
    // Taken away by one entry, full access is gone from the level.
    let taken = "[[scp]]\naccounts = [\"*\"]\npolicies = [\"policies/no-a.json\"]\n";
    let one_level = format!("{bound}{}{taken}", bare("*", "policies/a.json"));
    check_verdict(
        &set(&one_level),
        &role("x"),
        &[("s:A", "ExplicitlyDenied"), ("s:B", "ImplicitlyDenied")],
    );
    let account = bare("111122223333", "policies/b.json");
    let two_levels = format!("{bound}{}{account}", bare("*", "policies/a.json"));
    check_verdict(
        &set(&two_levels),
        &role("x"),
        &[("s:A", "ImplicitlyDenied"), ("s:B", "ImplicitlyDenied")],
    );
}

#[test]
fn resource_control_policies_reach_neither_sagemaker_nor_iam() {
    let rcp = "[[rcp]]\naccounts = [\"*\"]\npolicies = [\"policies/rcp.json\"]\n";
    let set = set(&format!("{}{rcp}", binding("*", "policies/all.json")));
    check_verdict(
        &set,
        &role("x"),
        &[("sagemaker:CreateModel", "Allowed"), ("iam:PassRole", "Allowed")],
    );
}

#[test]
fn the_exempt_are_judged_and_marked() {
    let exempt = "[[exempt]]\nprincipals = [\"arn:aws:iam::*:role/BreakGlass\"]\nreason = \"incident\"\naccounts = [\"111122223333\"]\n";
    let set = set(&format!("{}{exempt}", binding("*", "policies/a.json")));
    let reason = |actor: &Actor| Matched::default().bound(&set, actor).exempt.clone();
    assert_eq!(reason(&role("BreakGlass")).as_deref(), Some("incident"));
    check_verdict(&set, &role("BreakGlass"), &[("s:B", "ImplicitlyDenied")]);
    assert_eq!(reason(&role("BreakGlassToo")), None);
    let elsewhere = actor("arn:aws:iam::444455556666:role/BreakGlass", Standing::Principal);
    assert_eq!(reason(&elsewhere), None);
}

#[test]
fn record_rules_apply_to_the_principals_they_name() {
    let rules = "[[record_rule]]\nprincipals = [\"*\"]\n[[record_rule]]\nprincipals = [\"arn:aws:iam::*:role/ml/*\"]\naccounts = [\"111122223333\"]\n";
    let set = set(rules);
    let rules = |actor: &Actor| Matched::default().bound(&set, actor).record_rules.clone();
    assert_eq!(rules(&role("ml/x")), [0, 1]);
    assert_eq!(rules(&role("x")), [0]);
    let elsewhere = actor("arn:aws:iam::444455556666:role/ml/x", Standing::Principal);
    assert_eq!(rules(&elsewhere), [0]);
}

#[test]
fn a_principal_met_again_has_the_same_policies() {
    let set = set(&binding("*", "policies/a.json"));
    let mut matched = Matched::default();
    let first = matched.bound(&set, &role("x"));
    let other = matched.bound(&set, &role("y"));
    assert!(std::sync::Arc::ptr_eq(&first, &matched.bound(&set, &role("x"))));
    assert!(!std::sync::Arc::ptr_eq(&first, &other));
}

// The hash.

const HASHED: &str = r#"schema = 1
revision = 7
name = "ml-platform"

[[binding]]
name = "b"
principals = ["arn:aws:iam::*:role/*"]
identity = ["policies/x.json"]
boundary = "policies/all.json"
priority = 1

[[scp]]
accounts = ["*"]
policies = ["policies/no-a.json"]

[[record_rule]]
principals = ["*"]
instance_types = ["ml.t3.*"]

[[exempt]]
principals = ["arn:aws:iam::*:role/BreakGlass"]
reason = "incident response"

[facts]
management_account = "111122223333"
vpc_endpoints = { "vpce-1" = "vpc-1", "vpce-2" = "vpc-2" }
"#;

const HASHED_POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "One", "Effect": "Allow", "Action": ["s:A", "s:B"], "Resource": "*"}]}"#;

fn hash(manifest: &str, policy: &str) -> String {
    load(&folder(manifest, &[("policies/x.json", policy)])).unwrap().hash
}

/// Whether the edit of the manifest, or of its policy, changes the hash.
fn check_hash(from: &str, to: &str, changes: bool) {
    let (manifest, policy) = (HASHED.replacen(from, to, 1), HASHED_POLICY.replacen(from, to, 1));
    assert!(manifest != HASHED || policy != HASHED_POLICY, "nothing to edit: {from}");
    let before = hash(HASHED, HASHED_POLICY);
    assert_eq!(hash(&manifest, &policy) != before, changes, "{from} -> {to}");
}

#[test]
fn the_hash_covers_what_changes_a_verdict() {
    for (from, to) in [
        ("\"s:A\"", "\"s:C\""),
        ("[facts]\n", "[facts]\nservice_defaults = false\n"),
        ("[facts]\n", "[facts]\npassed_to_service = { aws-cn = \"x.amazonaws.com.cn\" }\n"),
        ("\"s:A\", ", ""),
        ("\"Allow\"", "\"Deny\""),
        ("\"Resource\"", "\"NotResource\""),
        ("2012-10-17", "2008-10-17"),
        (
            "\"Resource\": \"*\"",
            "\"Resource\": \"*\", \"Condition\": {\"Null\": {\"aws:userid\": \"true\"}}",
        ),
        ("arn:aws:iam::*:role/*", "arn:aws:iam::*:role/ml/*"),
        ("identity = [", "identity = [\"policies/b.json\", "),
        ("boundary = \"policies/all.json\"\n", ""),
        ("priority = 1", "priority = 2"),
        ("priority = 1", "priority = 1\naccounts = [\"111122223333\"]"),
        ("policies/no-a.json", "policies/no-b.json"),
        (
            "policies = [\"policies/no-a.json\"]",
            "policies = [\"policies/no-a.json\"]\nfull_access = false",
        ),
        ("[[scp]]\naccounts = [\"*\"]", "[[scp]]\naccounts = [\"111122223333\"]"),
        ("ml.t3.*", "ml.c5.*"),
        ("instance_types", "images"),
        ("BreakGlass", "BreakGlas"),
        ("management_account = \"111122223333\"", "management_account = \"444455556666\""),
        ("[facts]", "[facts]\norg_id = \"o-x\""),
        ("vpc-1\"", "vpc-3\""),
    ] {
        check_hash(from, to, true);
    }
}

#[test]
fn the_hash_covers_nothing_else() {
    for (from, to) in [
        ("ml-platform", "another name"),
        ("revision = 7", "revision = 8"),
        ("[[scp]]", "# A comment.\n\n[[scp]]"),
        ("name = \"b\"\n", "name = \"renamed\"\n"),
        ("principals = [\"arn:aws:iam::*:role/*\"]", "principals=[ \"arn:aws:iam::*:role/*\", ]"),
        ("incident response", "another reason"),
        (
            "\"vpce-1\" = \"vpc-1\", \"vpce-2\" = \"vpc-2\"",
            "\"vpce-2\" = \"vpc-2\", \"vpce-1\" = \"vpc-1\"",
        ),
        ("schema = 1\nrevision = 7\n", "revision = 7\nschema = 1\n"),
        (
            "accounts = [\"*\"]\npolicies = [\"policies/no-a.json\"]",
            "policies = [\"policies/no-a.json\"]\naccounts = [\"*\"]",
        ),
        ("{\"Sid\"", "{\n\n\"Sid\""),
        ("\"Resource\": \"*\"", "\"Resource\": [\"*\"]"),
    ] {
        check_hash(from, to, false);
    }
}

const OVERLAY: &str = r#"{"schema": "driftline.catalog/1", "services": {"sagemaker": {
    "actions": {"CreateThing": {"access_level": "Write", "condition_keys": ["sagemaker:Colour"]}},
    "condition_keys": {"sagemaker:Colour": {"type": "String"}}}}}"#;

fn with_overlay(overlay: &str) -> BTreeMap<String, Vec<u8>> {
    folder(HASHED, &[("policies/x.json", HASHED_POLICY), (CATALOG, overlay)])
}

#[test]
fn what_a_set_adds_to_the_catalog_is_part_of_it() {
    let set = load(&with_overlay(OVERLAY)).unwrap();
    let action = set.catalog.action("CreateThing").unwrap();
    assert!(action.key("sagemaker:Colour").is_some());
    let plain = hash(HASHED, HASHED_POLICY);
    assert_ne!(set.hash, plain);
    let other = OVERLAY.replace("\"Write\"", "\"Read\"");
    assert_ne!(load(&with_overlay(&other)).unwrap().hash, set.hash);
    // White space adds nothing, nor does an overlay that says nothing.
    let spaced = OVERLAY.replace('{', "{ ");
    assert_eq!(load(&with_overlay(&spaced)).unwrap().hash, set.hash);
    let nothing = r#"{"schema": "driftline.catalog/1"}"#;
    assert_eq!(load(&with_overlay(nothing)).unwrap().hash, plain);
}

#[test]
fn an_overlay_that_cannot_be_used_is_a_fault_of_the_set() {
    check_faults(
        &with_overlay(HASHED_POLICY),
        r"
no catalog overlay: unknown field `Version`, expected `schema` or `services` at line 1 column 10
  at catalog.json, line 1, column 1
help: `driftline catalog update` writes this file; a policy needs another name",
    );
    check_faults(
        &with_overlay(&OVERLAY.replace("[\"sagemaker:Colour\"]", "[\"sagemaker:Size\"]")),
        r"
the file `catalog.json` names the unknown condition key `sagemaker:Size`
  at catalog.json, line 1, column 1
help: `driftline catalog update` writes this file; a policy needs another name",
    );
}

#[test]
fn files_that_nothing_names_are_not_part_of_the_set() {
    let files =
        folder(HASHED, &[("policies/x.json", HASHED_POLICY), ("policies/unused.json", "{")]);
    assert_eq!(load(&files).unwrap().hash, hash(HASHED, HASHED_POLICY));
}

#[test]
fn the_order_of_files_and_tables_of_another_kind_does_not_matter() {
    let (head, tables) = HASHED.split_once("[[scp]]").unwrap();
    let (scp, rest) = tables.split_once("[[record_rule]]").unwrap();
    let (manifest_head, bindings) = head.split_once("[[binding]]").unwrap();
    let moved = format!("{manifest_head}[[scp]]{scp}[[record_rule]]{rest}\n[[binding]]{bindings}");
    assert_eq!(hash(&moved, HASHED_POLICY), hash(HASHED, HASHED_POLICY));
}
