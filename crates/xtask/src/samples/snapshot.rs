//! What IAM has attached to some of the roles at the end of the month, as AWS's command line prints
//! it: per account `get-account-authorization-details`, and the organisation's SCPs.

use serde_json::Value;

use super::company::{
    ADMIN, ANALYST, Account, DEPLOYER, MANAGEMENT_ACCOUNT, Place, Principal, RESEARCH_EU,
    SCIENTIST_NLP, SERVING_EU,
};
use super::json::{Json, object};
use super::policies::{
    BOUNDARY, DATA_SCIENTIST, GUARDRAIL, ML_ANALYST, MODEL_DEPLOYER, PLATFORM_ADMIN,
    PRODUCTION_GUARDRAIL, READ_ONLY, STUDIO_USER, TEAM_NLP, canary, quiet_launch, text,
};

/// A role and what it has.
struct Role {
    who: &'static Principal,
    attached: Vec<&'static str>,
    boundary: Option<&'static str>,
    inline: Vec<(&'static str, String)>,
}

fn role(who: &'static Principal, attached: &[&'static str]) -> Role {
    Role { who, attached: attached.to_vec(), boundary: None, inline: Vec::new() }
}

const ORGANISATION: &str = "o-quillmere1";
const ROOT: &str = "r-qm01";
const UNIT: &str = "ou-qm01-serving0";
const FULL_ACCESS: &str = "p-FullAWSAccess";

/// Every file of the snapshot, by its path inside it.
pub(super) fn files() -> Vec<(String, String)> {
    let analyst = || role(&ANALYST, &[READ_ONLY, ML_ANALYST, STUDIO_USER]);
    let admin = || role(&ADMIN, &[PLATFORM_ADMIN]);
    let mut scientist = role(&SCIENTIST_NLP, &[READ_ONLY, DATA_SCIENTIST, TEAM_NLP]);
    scientist.boundary = Some(BOUNDARY);
    let mut deployer = role(&DEPLOYER, &[READ_ONLY, MODEL_DEPLOYER]);
    deployer.inline.push(("canary", canary()));
    let accounts = [
        account(&RESEARCH_EU, &[scientist, analyst(), admin()]),
        account(&SERVING_EU, &[deployer, analyst(), admin()]),
    ];
    accounts.into_iter().chain(organisation()).map(|(path, json)| (path, json.pretty())).collect()
}

fn account(place: &Place, roles: &[Role]) -> (String, Json) {
    let account = place.account;
    let used = roles.iter().flat_map(|role| role.attached.iter().chain(&role.boundary));
    let mut used: Vec<&str> = used.copied().collect();
    used.sort_unstable();
    used.dedup();
    let policies: Vec<Json> = used.iter().map(|path| managed(account, path)).collect();
    let roles: Vec<Json> = roles.iter().map(|role| details(account, role)).collect();
    let none = Vec::<Json>::new;
    let details = object! {
        "UserDetailList": none(),
        "GroupDetailList": none(),
        "RoleDetailList": roles,
        "Policies": policies,
    };
    (format!("{}.json", account.id), details)
}

fn details(account: &Account, role: &Role) -> Json {
    let attached = role.attached.iter();
    let attached: Vec<Json> = attached
        .map(|path| object! { "PolicyName": name(path), "PolicyArn": policy_arn(account, path) })
        .collect();
    let inline = role.inline.iter();
    let inline: Vec<Json> = inline
        .map(|(name, text)| object! { "PolicyName": *name, "PolicyDocument": parsed(text) })
        .collect();
    let boundary = role.boundary.map(|path| {
        object! {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": policy_arn(account, path),
        }
    });
    object! {
        "Path": role.who.path,
        "RoleName": role.who.name,
        "Arn": role.who.arn(account.id),
        "RolePolicyList": inline,
        "AttachedManagedPolicies": attached,
    }
    .with("PermissionsBoundary", boundary)
}

fn managed(account: &Account, path: &str) -> Json {
    let version = object! {
        "Document": parsed(&text(path)),
        "VersionId": "v1",
        "IsDefaultVersion": true,
    };
    object! {
        "PolicyName": name(path),
        "Arn": policy_arn(account, path),
        "DefaultVersionId": "v1",
        "PolicyVersionList": vec![version],
    }
}

/// `policies/read-only.json` is `read-only`.
fn name(path: &str) -> &str {
    path.trim_start_matches("policies/").trim_end_matches(".json")
}

fn policy_arn(account: &Account, path: &str) -> String {
    format!("arn:aws:iam::{}:policy/{}", account.id, name(path))
}

fn organisation() -> Vec<(String, Json)> {
    let (research, serving) = (RESEARCH_EU.account.id, SERVING_EU.account.id);
    let everywhere = [ROOT, UNIT, research, serving];
    let mut files = vec![
        ("organization.json".to_owned(), describe_organisation()),
        ("roots.json".to_owned(), roots()),
        (format!("parents/{research}.json"), parent(ROOT, "ROOT")),
        (format!("parents/{serving}.json"), parent(UNIT, "ORGANIZATIONAL_UNIT")),
        (format!("parents/{UNIT}.json"), parent(ROOT, "ROOT")),
        (format!("targets/{FULL_ACCESS}.json"), targets(&everywhere)),
    ];
    for (id, name, texts, target) in [
        ("p-0q1m2r3e", "Guardrail", vec![text(GUARDRAIL), quiet_launch()], ROOT),
        ("p-4t5u6v7w", "ProductionGuardrail", vec![text(PRODUCTION_GUARDRAIL)], UNIT),
    ] {
        files.push((format!("policies/{id}.json"), described(id, name, &texts)));
        files.push((format!("targets/{id}.json"), targets(&[target])));
    }
    files.into_iter().map(|(path, json)| (format!("organization/{path}"), json)).collect()
}

fn describe_organisation() -> Json {
    let organisation = object! {
        "Id": ORGANISATION,
        "FeatureSet": "ALL",
        "MasterAccountId": MANAGEMENT_ACCOUNT,
    };
    object! { "Organization": organisation }
}

fn roots() -> Json {
    let scps = object! { "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" };
    let root = object! { "Id": ROOT, "Name": "Root", "PolicyTypes": vec![scps] };
    object! { "Roots": vec![root] }
}

fn parent(id: &str, kind: &str) -> Json {
    object! { "Parents": vec![object! { "Id": id, "Type": kind }] }
}

fn targets(ids: &[&str]) -> Json {
    let targets: Vec<Json> = ids.iter().map(|id| object! { "TargetId": *id }).collect();
    object! { "Targets": targets }
}

fn described(id: &str, name: &str, texts: &[String]) -> Json {
    let place = format!("{MANAGEMENT_ACCOUNT}:policy/{ORGANISATION}/service_control_policy/{id}");
    let summary = object! {
        "Id": id,
        "Arn": format!("arn:aws:organizations::{place}"),
        "Name": name,
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": false,
    };
    // The one place where AWS gives a document as text.
    let statements = texts.iter().flat_map(|text| match parsed(text).member("Statement") {
        Some(Json::List(statements)) => statements,
        _ => Vec::new(),
    });
    let statements: Vec<Json> = statements.collect();
    let content = object! { "Version": "2012-10-17", "Statement": statements }.to_string();
    object! { "Policy": object! { "PolicySummary": summary, "Content": content } }
}

/// A document as a value. Its members stand in the order of the alphabet then.
fn parsed(text: &str) -> Json {
    fn json(value: Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Number(value) => Json::Number(value.as_i64().unwrap_or_default()),
            Value::String(text) => Json::Text(text),
            Value::Array(items) => Json::List(items.into_iter().map(json).collect()),
            Value::Object(members) => {
                Json::Object(members.into_iter().map(|(name, value)| (name, json(value))).collect())
            }
        }
    }
    serde_json::from_str(text).map_or(Json::Null, json)
}
