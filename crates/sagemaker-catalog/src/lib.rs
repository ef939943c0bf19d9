//! What SageMaker has (actions, resource types, condition keys), and where a CloudTrail record
//! shows each.
//!
//! IAM judges a request by its action, its resource and its condition keys. CloudTrail keeps none
//! of them as such, only the parameters of the call. The tables in this crate say how to get from
//! the one to the other: which member holds the value, how the value is made from it, what its
//! absence means, and how sure that is.
//!
//! The crate only describes. It evaluates nothing, judges nothing, and is never a gate: AWS adds
//! actions, keys and members every week, so what is not here is unknown, not wrong.
//!
//! ```
//! use iam_policy::json;
//! use sagemaker_catalog::{Catalog, catalog};
//!
//! let (source, name) = ("sagemaker.amazonaws.com", "CreateTrainingJob");
//! let parameters = json::parse(
//!     r#"{"trainingJobName": "churn-1",
//!         "resourceConfig": {"instanceType": "ml.p4d.24xlarge", "volumeKmsKeyId": ""}}"#,
//! )?;
//!
//! assert!(Catalog::is_sagemaker_source(source));
//! let event = catalog().event(source, name);
//! assert_eq!(event.to_string(), "sagemaker:CreateTrainingJob");
//! let action = event.action.ok_or("not in the catalog")?;
//!
//! // The sure source of the instance types comes first, doubtful ones follow.
//! let rule = action.key("sagemaker:InstanceTypes").ok_or("no such key")?;
//! assert_eq!(rule.sources[0].texts(&parameters).values, ["ml.p4d.24xlarge"]);
//!
//! // An empty string is what the console sends for "not set".
//! let kms = action.key("sagemaker:VolumeKmsKeyArn").ok_or("no such key")?;
//! assert!(kms.sources[0].texts(&parameters).is_absent());
//! assert_eq!(catalog().alias_of(&kms.key).len(), 2);
//!
//! let job = action.resource("training-job").ok_or("no such type")?;
//! let tail = job.tail.fill(|variable| {
//!     let found = variable.members.iter().find_map(|member| member.first(&parameters));
//!     Some(found?.text()?.into_owned())
//! });
//! assert_eq!(tail.as_deref(), Some("training-job/churn-1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod action;
mod by_name;
mod catalog;
mod condition_key;
mod event_map;
mod found;
mod group;
mod key_rule;
mod load;
mod naming;
mod overlay;
mod path;
mod resource_type;
mod service_reference;
mod supporting;
mod template;
mod vocabulary;
mod wire;

pub use action::{AccessLevel, Action};
pub use catalog::{Catalog, catalog};
pub use condition_key::{ConditionKey, KeyType};
pub use event_map::EventAction;
pub use found::{Found, REDACTED, Texts};
pub use group::{Group, select_grouped};
pub use key_rule::{AbsentRule, Confidence, Coverage, KeyRule, KeySource, Transform};
pub use load::LoadError;
pub use overlay::{Overlay, OverlayError};
pub use path::{MapEntry, ParameterPath, ParameterPathError};
pub use resource_type::{ResourceRule, ResourceType};
pub use service_reference::{Change, Comparison, ServiceReference, ServiceReferenceError};
pub use supporting::SupportingAction;
pub use template::{Part, Template, Variable};
pub use vocabulary::vocabulary;

/// The files the catalog is made from, name and text, in a fixed order: hash them to name a version.
#[must_use]
pub fn data() -> &'static [(&'static str, &'static str)] {
    DATA
}

macro_rules! files {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../data/", $name)))),*] };
}

const DATA: &[(&str, &str)] = files![
    "catalogue-snapshot/sagemaker-data-science-assistant.actions.json",
    "catalogue-snapshot/sagemaker-data-science-assistant.conditionKeys.json",
    "catalogue-snapshot/sagemaker-data-science-assistant.resourceTypes.json",
    "catalogue-snapshot/sagemaker-geospatial.actions.json",
    "catalogue-snapshot/sagemaker-geospatial.conditionKeys.json",
    "catalogue-snapshot/sagemaker-geospatial.resourceTypes.json",
    "catalogue-snapshot/sagemaker-mlflow.actions.json",
    "catalogue-snapshot/sagemaker-mlflow.conditionKeys.json",
    "catalogue-snapshot/sagemaker-mlflow.resourceTypes.json",
    "catalogue-snapshot/sagemaker-unified-studio-mcp.actions.json",
    "catalogue-snapshot/sagemaker-unified-studio-mcp.conditionKeys.json",
    "catalogue-snapshot/sagemaker-unified-studio-mcp.resourceTypes.json",
    "catalogue-snapshot/sagemaker.actions.json",
    "catalogue-snapshot/sagemaker.conditionKeys.json",
    "catalogue-snapshot/sagemaker.resourceTypes.json",
    "condition-key-paths.json",
    "dependent-authorisations.json",
    "instance-types-without-condition-key.json",
    "operations-without-tag-control.json",
    "resource-arns.json",
    "supporting-actions.json",
];
