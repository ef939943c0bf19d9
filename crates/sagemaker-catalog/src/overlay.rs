//! What a newer service reference adds to the catalog.
//!
//! An overlay is kept beside a policy set as `catalog.json`, in the format `driftline.catalog/1`, which
//! `docs/catalog.md` tells users. Every part may be missing. It only adds: to an action that the
//! catalog has, keys and resource types, and another access level. Where a record shows an added key
//! it cannot say, so the key is unknown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::wire;

/// The format that this version reads and writes.
const SCHEMA: &str = "driftline.catalog/1";

/// Additions to the catalog, service by service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay(Wire);

#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Wire {
    schema: String,
    #[serde(default)]
    services: BTreeMap<String, Service>,
}

/// Additions to one service.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Service {
    pub(crate) actions: BTreeMap<String, Action>,
    pub(crate) condition_keys: BTreeMap<String, Key>,
    pub(crate) resource_types: BTreeMap<String, ResourceType>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Action {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_level: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) resource_types: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) condition_keys: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    #[serde(rename = "type")]
    pub(crate) key_type: String,
}

#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceType {
    pub(crate) arn: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) condition_keys: Vec<String>,
}

/// Why a text is no overlay.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// It is no JSON of that shape.
    #[error("no catalog overlay: {0}")]
    Shape(#[from] serde_json::Error),
    /// It is of another version.
    #[error("unknown schema `{0}`; this version reads `{SCHEMA}`")]
    Schema(String),
}

impl Default for Overlay {
    fn default() -> Self {
        Self(Wire { schema: SCHEMA.to_owned(), services: BTreeMap::new() })
    }
}

impl Overlay {
    /// Reads an overlay.
    ///
    /// # Errors
    /// When it is no JSON of that shape, or of another version.
    pub fn parse(text: &str) -> Result<Self, OverlayError> {
        let wire: Wire = serde_json::from_str(text)?;
        if wire.schema == SCHEMA { Ok(Self(wire)) } else { Err(OverlayError::Schema(wire.schema)) }
    }

    /// The one way to write it, as [`parse`](Self::parse) reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Maps of texts always can be written.
        let text = serde_json::to_string_pretty(&self.0).unwrap_or_default();
        format!("{text}\n")
    }

    /// Whether it adds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.services.values().all(|service| *service == Service::default())
    }

    /// The same with all that `other` says of its services, in place of what this one said of them.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.0.services.extend(other.0.services);
        self
    }

    /// What both add; where both say something of one thing, `other` counts.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        for (prefix, from) in other.0.services {
            let into = self.0.services.entry(prefix).or_default();
            into.condition_keys.extend(from.condition_keys);
            into.resource_types.extend(from.resource_types);
            for (name, action) in from.actions {
                let known = into.actions.entry(name).or_default();
                known.access_level = action.access_level.or_else(|| known.access_level.take());
                add_new(&mut known.resource_types, action.resource_types);
                add_new(&mut known.condition_keys, action.condition_keys);
            }
        }
        self
    }

    pub(crate) fn of_service(prefix: &str, service: Service) -> Self {
        let mut overlay = Self::default();
        overlay.0.services.insert(prefix.to_owned(), service);
        overlay
    }

    /// The services it has actions of: without any, all names of a service would be unknown ones.
    pub(crate) fn prefixes(&self) -> impl Iterator<Item = &str> {
        let with_actions =
            self.0.services.iter().filter(|(_, service)| !service.actions.is_empty());
        with_actions.map(|(prefix, _)| prefix.as_str())
    }

    pub(crate) fn add_actions(&self, prefix: &str, actions: &mut wire::Actions) {
        let Some(service) = self.0.services.get(prefix) else { return };
        for (name, added) in &service.actions {
            let action = actions.entry(name.to_lowercase()).or_insert_with(|| wire::Action {
                name: name.clone(),
                description: "Added by catalog.json".to_owned(),
                access_level: String::new(),
                resource_types: Vec::new(),
                condition_keys: Vec::new(),
            });
            if let Some(level) = &added.access_level {
                action.access_level.clone_from(level);
            }
            add_new(&mut action.condition_keys, added.condition_keys.iter().cloned());
            for name in &added.resource_types {
                if !action.resource_types.iter().any(|row| row.name == *name) {
                    // The service reference does not say which ones every call has.
                    action.resource_types.push(wire::ActionResourceType {
                        name: name.clone(),
                        required: false,
                        condition_keys: Vec::new(),
                    });
                }
            }
        }
    }

    pub(crate) fn add_keys(&self, prefix: &str, keys: &mut wire::ConditionKeys) {
        let Some(service) = self.0.services.get(prefix) else { return };
        for (name, added) in &service.condition_keys {
            keys.entry(name.to_lowercase()).or_insert_with(|| wire::ConditionKey {
                key: name.clone(),
                description: "Added by catalog.json".to_owned(),
                key_type: added.key_type.clone(),
            });
        }
    }

    pub(crate) fn add_resource_types(&self, prefix: &str, types: &mut wire::ResourceTypes) {
        let Some(service) = self.0.services.get(prefix) else { return };
        for (name, added) in &service.resource_types {
            types.entry(name.to_lowercase()).or_insert_with(|| wire::ResourceType {
                key: name.clone(),
                arn: added.arn.clone(),
                condition_keys: added.condition_keys.clone(),
            });
        }
    }
}

fn add_new(into: &mut Vec<String>, from: impl IntoIterator<Item = String>) {
    for name in from {
        if !into.contains(&name) {
            into.push(name);
        }
    }
}

#[cfg(test)]
mod tests;
