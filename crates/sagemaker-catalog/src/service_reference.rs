//! AWS's Service Reference: what a service has today, as JSON that AWS publishes daily.
//!
//! See the [format](https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html).
//! Every array may be missing, and then nothing is concluded from it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

use crate::action::Action;
use crate::catalog::Catalog;
use crate::overlay::{self, Overlay};

/// One service's file, read.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceReference {
    /// The IAM prefix, `sagemaker`.
    pub name: String,
    /// AWS's version of the file.
    pub version: Option<String>,
    actions: Option<Vec<WireAction>>,
    condition_keys: Option<Vec<WireKey>>,
    resources: Option<Vec<WireResource>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireAction {
    name: String,
    action_condition_keys: Option<Vec<String>>,
    resources: Option<Vec<Named>>,
    annotations: Option<Annotations>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Annotations {
    properties: Option<Properties>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Properties {
    is_list: bool,
    is_permission_management: bool,
    is_tagging_only: bool,
    /// Where nothing says so, a call may change something.
    is_write: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireKey {
    name: String,
    types: Option<Vec<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireResource {
    name: String,
    #[serde(rename = "ARNFormats")]
    arn_formats: Option<Vec<String>>,
    condition_keys: Option<Vec<String>>,
}

/// Why a text is no service reference.
#[derive(Debug, thiserror::Error)]
#[error("no file of AWS's Service Reference")]
pub struct ServiceReferenceError(#[from] serde_json::Error);

/// One thing that the one has and the other lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// An action, by its full name.
    Action(String),
    /// A condition key of an action that both have.
    KeyOfAction {
        /// The action's full name.
        action: String,
        /// The key.
        key: String,
    },
    /// A resource type of an action that both have.
    TypeOfAction {
        /// The action's full name.
        action: String,
        /// The type's name.
        resource_type: String,
    },
    /// A condition key.
    Key(String),
    /// A resource type.
    ResourceType(String),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action(id) => write!(f, "action {id}"),
            Self::KeyOfAction { action, key } => write!(f, "condition key {key} of {action}"),
            Self::TypeOfAction { action, resource_type } => {
                write!(f, "resource type {resource_type} of {action}")
            }
            Self::Key(key) => write!(f, "condition key {key}"),
            Self::ResourceType(name) => write!(f, "resource type {name}"),
        }
    }
}

/// A service reference beside the catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What the file has and the catalog lacks, sorted.
    pub added: Vec<Change>,
    /// What the catalog has and the file lacks, sorted. The catalog keeps it.
    pub missing: Vec<Change>,
    /// Actions of another access level: full name, the catalog's level, the file's.
    pub levels: Vec<(String, &'static str, &'static str)>,
}

impl ServiceReference {
    /// Reads one service's file.
    ///
    /// # Errors
    /// When it is no JSON of that shape.
    pub fn parse(text: &str) -> Result<Self, ServiceReferenceError> {
        Ok(serde_json::from_str(text)?)
    }

    /// What it has and the catalog lacks, and the other way round.
    #[must_use]
    pub fn compare(&self, catalog: &Catalog) -> Comparison {
        let mut comparison = Comparison::default();
        self.compare_actions(catalog, &mut comparison);
        self.compare_keys(catalog, &mut comparison);
        if let Some(listed) = &self.resources {
            let here: BTreeSet<&str> = listed.iter().map(|row| row.name.as_str()).collect();
            let types = catalog.resource_types_of(&self.name);
            let there = types.map(|known| known.name.as_str()).collect();
            comparison.sides(&here, &there, |name| Change::ResourceType(name.to_owned()));
        }
        comparison.added.sort();
        comparison.missing.sort();
        comparison
    }

    fn compare_actions(&self, catalog: &Catalog, comparison: &mut Comparison) {
        let Some(listed) = &self.actions else { return };
        let here: BTreeSet<&str> = listed.iter().map(|row| row.name.as_str()).collect();
        let known = catalog.actions_of(&self.name).map(|action| action.name.as_str());
        let id = |name: &str| format!("{}:{name}", self.name);
        comparison.sides(&here, &known.collect(), |name| Change::Action(id(name)));
        for row in listed {
            let Some(action) = catalog.action_of(&self.name, &row.name) else { continue };
            if row.action_condition_keys.is_some() {
                let of_types = self.keys_of_types(row);
                let keys = of_action(catalog, action);
                let here = row.keys().filter(|key| !keys.of_types.contains(key)).collect();
                let there = keys.own.into_iter().filter(|key| !of_types.contains(key)).collect();
                comparison.sides(&here, &there, |key| Change::KeyOfAction {
                    action: action.id(),
                    key: key.to_owned(),
                });
            }
            if row.resources.is_some() {
                let there = action.resources.iter().map(|rule| rule.resource_type.as_str());
                comparison.sides(&row.types().collect(), &there.collect(), |name| {
                    Change::TypeOfAction { action: action.id(), resource_type: name.to_owned() }
                });
            }
            if let Some(level) = row.level()
                && level != action.access_level.as_str()
            {
                comparison.levels.push((action.id(), action.access_level.as_str(), level));
            }
        }
        comparison.levels.sort();
    }

    fn compare_keys(&self, catalog: &Catalog, comparison: &mut Comparison) {
        let Some(listed) = &self.condition_keys else { return };
        let own = format!("{}:", self.name);
        let known = catalog.condition_keys().map(|key| key.name.as_str());
        let known: BTreeSet<&str> = known.collect();
        let here = listed.iter().map(|row| row.name.as_str()).collect();
        // The catalog's other keys are those of other services, or global.
        let there = known.iter().copied().filter(|key| key.starts_with(&own)).collect();
        comparison.sides(&here, &there, |key| Change::Key(key.to_owned()));
        comparison.added.retain(|change| match change {
            Change::Key(key) => !known.contains(key.as_str()),
            _ => true,
        });
    }

    /// The keys that the file gives an action by its resource types.
    fn keys_of_types(&self, row: &WireAction) -> BTreeSet<&str> {
        let types: BTreeSet<&str> = row.types().collect();
        let listed = self.resources.iter().flatten();
        let of_action = listed.filter(|listed| types.contains(listed.name.as_str()));
        of_action.flat_map(|row| row.condition_keys.iter().flatten()).map(String::as_str).collect()
    }

    /// What the catalog lacks, to be kept beside a policy set.
    #[must_use]
    pub fn overlay(&self, catalog: &Catalog) -> Overlay {
        let comparison = self.compare(catalog);
        let mut service = overlay::Service::default();
        for row in self.actions.iter().flatten() {
            if let Some(added) = self.added_action(row, catalog, &comparison) {
                service.actions.insert(row.name.clone(), added);
            }
        }
        let known: BTreeSet<&str> = catalog.condition_keys().map(|key| key.name.as_str()).collect();
        let types = self.types_of_keys();
        let of_actions = service.actions.values().flat_map(|action| action.condition_keys.clone());
        let listed = self.condition_keys.iter().flatten().map(|row| row.name.clone());
        for key in of_actions.chain(listed).filter(|key| !known.contains(key.as_str())) {
            // A key that the file lists nowhere else: a text is the least that can be said.
            let key_type = types.get(key.as_str()).copied().unwrap_or("String").to_owned();
            service.condition_keys.insert(key, overlay::Key { key_type });
        }
        for row in self.resources.iter().flatten() {
            let arn = row.arn_formats.iter().flatten().next();
            let is_new = catalog.resource_types_of(&self.name).all(|known| known.name != row.name);
            if let Some(arn) = arn.filter(|_| is_new) {
                let condition_keys = row.condition_keys.clone().unwrap_or_default();
                let added = overlay::ResourceType { arn: arn.clone(), condition_keys };
                service.resource_types.insert(row.name.clone(), added);
            }
        }
        self.drop_unknown_types(catalog, &mut service);
        Overlay::of_service(&self.name, service)
    }

    fn added_action(
        &self,
        row: &WireAction,
        catalog: &Catalog,
        comparison: &Comparison,
    ) -> Option<overlay::Action> {
        let level = row.level().map(str::to_owned);
        let Some(action) = catalog.action_of(&self.name, &row.name) else {
            return Some(overlay::Action {
                access_level: level,
                resource_types: row.types().map(str::to_owned).collect(),
                condition_keys: row.keys().map(str::to_owned).collect(),
            });
        };
        let id = action.id();
        let mut added = overlay::Action {
            access_level: level.filter(|level| level != action.access_level.as_str()),
            ..overlay::Action::default()
        };
        for change in &comparison.added {
            match change {
                Change::KeyOfAction { action, key } if *action == id => {
                    added.condition_keys.push(key.clone());
                }
                Change::TypeOfAction { action, resource_type } if *action == id => {
                    added.resource_types.push(resource_type.clone());
                }
                _ => {}
            }
        }
        (added != overlay::Action::default()).then_some(added)
    }

    fn types_of_keys(&self) -> BTreeMap<&str, &str> {
        let rows = self.condition_keys.iter().flatten();
        let typed =
            rows.filter_map(|row| Some((row.name.as_str(), row.types.iter().flatten().next()?)));
        typed.map(|(name, key_type)| (name, key_type.as_str())).collect()
    }

    /// A type without an ARN format is none that a resource could be told by.
    fn drop_unknown_types(&self, catalog: &Catalog, service: &mut overlay::Service) {
        let mut known: BTreeSet<String> = service.resource_types.keys().cloned().collect();
        known.extend(catalog.resource_types_of(&self.name).map(|known| known.name.clone()));
        for action in service.actions.values_mut() {
            action.resource_types.retain(|name| known.contains(name));
        }
        service.actions.retain(|name, action| {
            let is_new = catalog.action_of(&self.name, name).is_none();
            is_new || *action != overlay::Action::default()
        });
    }
}

impl Comparison {
    /// Whether catalog and file agree.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn sides(
        &mut self,
        here: &BTreeSet<&str>,
        there: &BTreeSet<&str>,
        change: impl Fn(&str) -> Change,
    ) {
        self.added.extend(here.difference(there).map(|name| change(name)));
        self.missing.extend(there.difference(here).map(|name| change(name)));
    }
}

/// The keys of an action, as they came to it.
struct Keys<'c> {
    own: BTreeSet<&'c str>,
    of_types: BTreeSet<&'c str>,
}

fn of_action<'c>(catalog: &'c Catalog, action: &'c Action) -> Keys<'c> {
    let own: BTreeSet<&str> = action.keys.iter().map(|rule| rule.key.as_str()).collect();
    let types = catalog.resource_types_of(&action.prefix);
    let types = types.filter(|known| action.resource(&known.name).is_some());
    let of_types = types.flat_map(|known| &known.condition_keys).map(String::as_str);
    let of_types = of_types.filter(|key| !own.contains(key)).collect();
    Keys { own, of_types }
}

impl WireAction {
    fn keys(&self) -> impl Iterator<Item = &str> {
        self.action_condition_keys.iter().flatten().map(String::as_str)
    }

    fn types(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().flatten().map(|named| named.name.as_str())
    }

    /// AWS's class, in the words of the tables; none where the file does not say.
    fn level(&self) -> Option<&'static str> {
        let properties = self.annotations.as_ref()?.properties.as_ref()?;
        Some(match properties {
            Properties { is_permission_management: true, .. } => "Permissions management",
            Properties { is_tagging_only: true, .. } => "Tagging",
            Properties { is_list: true, .. } => "List",
            Properties { is_write, .. } => match is_write {
                Some(true) => "Write",
                Some(false) => "Read",
                None => return None,
            },
        })
    }
}

#[cfg(test)]
mod tests;
