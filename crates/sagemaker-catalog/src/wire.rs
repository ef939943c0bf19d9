//! The shapes of the files under `data/`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `catalogue-snapshot/<prefix>.actions.json`, by lower-cased name.
pub(crate) type Actions = BTreeMap<String, Action>;

/// `catalogue-snapshot/<prefix>.conditionKeys.json`, by lower-cased name.
pub(crate) type ConditionKeys = BTreeMap<String, ConditionKey>;

/// `catalogue-snapshot/<prefix>.resourceTypes.json`, by lower-cased name.
pub(crate) type ResourceTypes = BTreeMap<String, ResourceType>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Action {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) access_level: String,
    pub(crate) resource_types: Vec<ActionResourceType>,
    pub(crate) condition_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActionResourceType {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) condition_keys: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct ConditionKey {
    pub(crate) key: String,
    pub(crate) description: String,
    #[serde(rename = "type")]
    pub(crate) key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceType {
    pub(crate) key: String,
    pub(crate) arn: String,
    #[serde(default)]
    pub(crate) condition_keys: Vec<String>,
}

/// `condition-key-paths.json`
#[derive(Default, Deserialize)]
pub(crate) struct ConditionKeyPaths {
    pub(crate) aliases: BTreeMap<String, String>,
    pub(crate) actions: BTreeMap<String, BTreeMap<String, KeyEntry>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum KeyEntry {
    Several { sources: Vec<KeySource> },
    One(KeySource),
}

#[derive(Deserialize)]
pub(crate) struct KeySource {
    pub(crate) paths: Vec<String>,
    pub(crate) transform: String,
    pub(crate) absent: AbsentRule,
    pub(crate) confidence: Confidence,
    pub(crate) note: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AbsentRule {
    Absent,
    Unknown,
    CreateTagRule,
    Default(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Confidence {
    High,
    Medium,
    Low,
    None,
}

/// `resource-arns.json`
#[derive(Default, Deserialize)]
pub(crate) struct ResourceArns {
    pub(crate) actions: BTreeMap<String, ResourceRows>,
}

#[derive(Deserialize)]
pub(crate) struct ResourceRows {
    pub(crate) resources: Vec<ResourceRow>,
}

#[derive(Deserialize)]
pub(crate) struct ResourceRow {
    #[serde(rename = "type")]
    pub(crate) resource_type: String,
    pub(crate) required: bool,
    pub(crate) tail: String,
    /// Variable to request member, several alternatives with `|` between; null when the request
    /// has none.
    pub(crate) fill: BTreeMap<String, Option<String>>,
    pub(crate) arn_param: Option<String>,
    #[serde(default)]
    pub(crate) name_or_arn: Vec<String>,
    pub(crate) response_arn: Option<String>,
    pub(crate) complete: bool,
}

/// `dependent-authorisations.json`
#[derive(Default, Deserialize)]
pub(crate) struct DependentAuthorisations {
    pub(crate) actions: BTreeMap<String, Dependents>,
}

#[derive(Deserialize)]
pub(crate) struct Dependents {
    pub(crate) passrole_paths: Vec<String>,
    pub(crate) other_role_references: Vec<String>,
    pub(crate) documented_dependent_actions: Vec<String>,
    pub(crate) tags: bool,
    pub(crate) kms_paths: Vec<String>,
}

/// `instance-types-without-condition-key.json`
#[derive(Default, Deserialize)]
pub(crate) struct InstanceTypesWithoutKey {
    pub(crate) operations: BTreeMap<String, Paths>,
}

#[derive(Deserialize)]
pub(crate) struct Paths {
    pub(crate) paths: Vec<String>,
}

/// `operations-without-tag-control.json`
#[derive(Default, Deserialize)]
pub(crate) struct OperationsWithoutTagControl {
    pub(crate) operations: Vec<String>,
}

/// `supporting-actions.json`
#[derive(Default, Deserialize)]
pub(crate) struct SupportingActions {
    pub(crate) actions: BTreeMap<String, SupportingAction>,
}

#[derive(Deserialize)]
pub(crate) struct SupportingAction {
    pub(crate) access_level: String,
    pub(crate) description: String,
    pub(crate) resource_types: Vec<String>,
    pub(crate) condition_keys: Vec<String>,
}
