//! The shape of `policy-set.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    pub(super) schema: Spanned<u64>,
    pub(super) revision: u64,
    pub(super) name: String,
    #[serde(default)]
    pub(super) binding: Vec<BindingConfig>,
    #[serde(default)]
    pub(super) scp: Vec<OrganisationConfig>,
    #[serde(default)]
    pub(super) rcp: Vec<OrganisationConfig>,
    #[serde(default)]
    pub(super) record_rule: Vec<RecordRuleConfig>,
    #[serde(default)]
    pub(super) exempt: Vec<ExemptConfig>,
    #[serde(default)]
    pub(super) severity: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    pub(super) facts: FactsConfig,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BindingConfig {
    pub(super) name: Spanned<String>,
    pub(super) principals: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) permission_set: Option<Spanned<String>>,
    pub(super) groups: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) tags: Option<Spanned<BTreeMap<String, String>>>,
    #[serde(default)]
    pub(super) accounts: Vec<Spanned<String>>,
    pub(super) identity: Vec<Spanned<String>>,
    pub(super) boundary: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) priority: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganisationConfig {
    #[serde(default = "nothing")]
    pub(super) accounts: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) units: Vec<Spanned<String>>,
    pub(super) policies: Spanned<Vec<Spanned<String>>>,
    #[serde(default = "yes")]
    pub(super) full_access: bool,
}

fn nothing() -> Spanned<Vec<Spanned<String>>> {
    Spanned::new(0..0, Vec::new())
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordRuleConfig {
    pub(super) principals: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) accounts: Vec<Spanned<String>>,
    pub(super) instance_types: Option<Vec<String>>,
    pub(super) images: Option<Vec<String>>,
    pub(super) s3: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExemptConfig {
    pub(super) principals: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) accounts: Vec<Spanned<String>>,
    pub(super) reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactsConfig {
    pub(super) management_account: Option<Spanned<String>>,
    pub(super) org_id: Option<String>,
    #[serde(default)]
    pub(super) vpc_endpoints: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) passed_to_service: BTreeMap<String, String>,
    pub(super) service_defaults: Option<bool>,
}

/// The words of each table, for "did you mean".
pub(super) const WORDS: [&str; 30] = [
    "schema",
    "revision",
    "name",
    "binding",
    "scp",
    "rcp",
    "record_rule",
    "exempt",
    "facts",
    "severity",
    "principals",
    "permission_set",
    "groups",
    "tags",
    "accounts",
    "identity",
    "boundary",
    "priority",
    "units",
    "policies",
    "full_access",
    "instance_types",
    "images",
    "s3",
    "reason",
    "management_account",
    "org_id",
    "vpc_endpoints",
    "passed_to_service",
    "service_defaults",
];
