//! Looking things up.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use iam_policy::same_key;

use crate::action::Action;
use crate::by_name::ByName;
use crate::condition_key::ConditionKey;
use crate::event_map::{self, EventAction};
use crate::resource_type::{ResourceType, service_and_tail, type_of_tail};
use crate::supporting::SupportingAction;

pub(crate) const SAGEMAKER: &str = "sagemaker";

/// What SageMaker has. It describes and never refuses: what it lacks is unknown, not wrong.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub(crate) services: BTreeMap<String, Service>,
    pub(crate) keys: ByName<ConditionKey>,
    /// Deprecated name, current name.
    pub(crate) aliases: Vec<(String, String)>,
    pub(crate) supporting: ByName<SupportingAction>,
}

/// One IAM prefix.
#[derive(Clone, Debug, Default)]
pub(crate) struct Service {
    pub(crate) actions: ByName<Action>,
    pub(crate) resource_types: ByName<ResourceType>,
}

/// The catalog of the data in this crate, read on first use.
#[must_use]
pub fn catalog() -> &'static Catalog {
    // A unit test reads the same data, so the empty catalog is never the one in use.
    static CATALOG: LazyLock<Catalog> =
        LazyLock::new(|| Catalog::parse(crate::data()).unwrap_or_default());
    &CATALOG
}

impl Catalog {
    /// The `sagemaker` action of that name (`CreateTrainingJob`), without case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.action_of(SAGEMAKER, name)
    }

    /// The action of that prefix and name, the name without case.
    #[must_use]
    pub fn action_of(&self, prefix: &str, name: &str) -> Option<&Action> {
        self.services.get(prefix)?.actions.get(name)
    }

    /// The actions of the prefix `sagemaker`, by name.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.actions_of(SAGEMAKER)
    }

    /// The actions of a prefix, by name; none for a prefix the catalog lacks.
    pub fn actions_of(&self, prefix: &str) -> impl Iterator<Item = &Action> {
        self.services.get(prefix).into_iter().flat_map(|service| service.actions.values())
    }

    /// The IAM prefixes the catalog has: `sagemaker` and its siblings, sorted.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }

    /// The action behind a CloudTrail event. Unknown names give `<prefix>:<eventName>`.
    #[must_use]
    pub fn event<'a>(&'a self, event_source: &'a str, event_name: &'a str) -> EventAction<'a> {
        let prefix = event_map::prefix_of_source(event_source);
        let name = event_map::action_of_operation(prefix, event_name);
        let action = self.action_of(prefix, name);
        EventAction { prefix, name: action.map_or(name, |action| &action.name), action }
    }

    /// Whether an event source is SageMaker or one of its siblings: the records that are judged.
    #[must_use]
    pub fn is_sagemaker_source(event_source: &str) -> bool {
        event_map::is_sagemaker_source(event_source)
    }

    /// The resource type of that name under `sagemaker`.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&ResourceType> {
        self.services.get(SAGEMAKER)?.resource_types.get(name)
    }

    /// The resource types of the prefix `sagemaker`, by name.
    pub fn resource_types(&self) -> impl Iterator<Item = &ResourceType> {
        self.resource_types_of(SAGEMAKER)
    }

    /// The resource types of a prefix, by name; none for a prefix the catalog lacks.
    pub fn resource_types_of(&self, prefix: &str) -> impl Iterator<Item = &ResourceType> {
        self.services.get(prefix).into_iter().flat_map(|service| service.resource_types.values())
    }

    /// The name of the resource type an ARN belongs to, also for ARN patterns such as `…:domain/*`.
    /// The most specific one: `pipeline/x/execution/y` is a `pipeline-execution`.
    #[must_use]
    pub fn resource_type_of_arn(&self, arn: &str) -> Option<&str> {
        let (service, tail) = service_and_tail(arn)?;
        let types = self.services.values().flat_map(|service| service.resource_types.values());
        let of_service = types.filter(|resource_type| resource_type.arn_service == service);
        type_of_tail(of_service, tail).map(|resource_type| resource_type.name.as_str())
    }

    /// The resource type that a `sagemaker` call without resource type may be checked against as
    /// [`family_pattern`](ResourceType::family_pattern): `domain` for `ListDomains`. None where it is
    /// not clear (`Search`, `QueryLineage`).
    #[must_use]
    pub fn list_family(&self, action: &str) -> Option<&str> {
        self.action(action)?.list_family.as_deref()
    }

    /// The action of another service that SageMaker's depend on, by its full name, without case:
    /// `iam:PassRole`.
    #[must_use]
    pub fn supporting_action(&self, id: &str) -> Option<&SupportingAction> {
        self.supporting.get(id)
    }

    /// The actions of other services that SageMaker's depend on, by name.
    pub fn supporting_actions(&self) -> impl Iterator<Item = &SupportingAction> {
        self.supporting.values()
    }

    /// The condition key of that name, without case; `aws:RequestTag/team` finds
    /// `aws:RequestTag/${TagKey}`.
    #[must_use]
    pub fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        self.keys.get(name).or_else(|| self.keys.values().find(|key| same_key(&key.name, name)))
    }

    /// The condition keys of all prefixes, by name.
    pub fn condition_keys(&self) -> impl Iterator<Item = &ConditionKey> {
        self.keys.values()
    }

    /// The other names of a key, without case: for a deprecated one its current name, for a current
    /// one all its deprecated names (`VolumeKmsKeyArn` has two). A request context that has one has
    /// them all.
    #[must_use]
    pub fn alias_of(&self, key: &str) -> Vec<&str> {
        let is_key = |name: &str| name.eq_ignore_ascii_case(key);
        let current = self.aliases().filter(|(old, _)| is_key(old)).map(|(_, current)| current);
        let old = self.aliases().filter(|(_, current)| is_key(current)).map(|(old, _)| old);
        current.chain(old).collect()
    }

    /// Pairs of a deprecated key and the one that took its place, sorted.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.aliases.iter().map(|(old, current)| (old.as_str(), current.as_str()))
    }
}

#[cfg(test)]
mod tests;
