//! From the files under `data/` to the catalog.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;

use self::action_reader::{ActionReader, access_level};
use crate::by_name::ByName;
use crate::catalog::{Catalog, SAGEMAKER, Service};
use crate::condition_key::ConditionKey;
use crate::overlay::Overlay;
use crate::path::{ParameterPath, ParameterPathError};
use crate::resource_type::{ResourceType, service_and_tail};
use crate::supporting::SupportingAction;
use crate::template::Template;
use crate::wire;

mod action_reader;
mod key_reader;

const KEY_PATHS: &str = "condition-key-paths.json";
const RESOURCE_ARNS: &str = "resource-arns.json";
const DEPENDENTS: &str = "dependent-authorisations.json";
const WITHOUT_KEY: &str = "instance-types-without-condition-key.json";
const OVERLAY: &str = "catalog.json";
const SUPPORTING: &str = "supporting-actions.json";
const WITHOUT_TAGS: &str = "operations-without-tag-control.json";

/// Why files are not a catalog.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file of the set is not there.
    #[error("the file `{file}` is missing")]
    Missing {
        /// Its name.
        file: String,
    },
    /// A file does not have the shape of its kind.
    #[error("the file `{file}` has an unexpected shape")]
    Shape {
        /// Its name.
        file: String,
        /// What the reader stumbled over, and where.
        #[source]
        source: serde_json::Error,
    },
    /// A file names something that the snapshot of the service reference lacks.
    #[error("the file `{file}` names the unknown {kind} `{name}`")]
    Unknown {
        /// Its name.
        file: String,
        /// What kind of thing.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A file holds a path that cannot be read.
    #[error("the file `{file}` has a faulty path")]
    Path {
        /// Its name.
        file: String,
        /// What is wrong with the path.
        #[source]
        source: ParameterPathError,
    },
}

impl LoadError {
    fn in_file(mut self, name: &str) -> Self {
        let (Self::Missing { file }
        | Self::Shape { file, .. }
        | Self::Unknown { file, .. }
        | Self::Path { file, .. }) = &mut self;
        name.clone_into(file);
        self
    }
}

impl Catalog {
    /// Builds a catalog from files, by name as in [`data`](crate::data).
    ///
    /// # Errors
    /// A [`LoadError`] at the first file that is missing, misshapen, or at odds with the others.
    pub fn parse(files: &[(&str, &str)]) -> Result<Catalog, LoadError> {
        Self::build(files, &Overlay::default())
    }

    /// The catalog of the data in this crate with what the overlay adds.
    ///
    /// # Errors
    /// A [`LoadError`] about the overlay, when it names what neither has.
    pub fn with_overlay(overlay: &Overlay) -> Result<Catalog, LoadError> {
        // The data themselves are a catalog, so what is wrong is the overlay's.
        Self::build(crate::data(), overlay).map_err(|error| error.in_file(OVERLAY))
    }

    fn build(files: &[(&str, &str)], overlay: &Overlay) -> Result<Catalog, LoadError> {
        let files = Files { files, overlay };
        let tables = Tables::read(&files)?;
        let keys = files.condition_keys(&tables.key_paths.aliases)?;
        let no_tables = Tables::default();
        let mut services = BTreeMap::new();
        for prefix in files.prefixes() {
            let tables = if prefix == SAGEMAKER { &tables } else { &no_tables };
            let service = read_service(&files, &prefix, tables, &keys)?;
            services.insert(prefix, service);
        }
        let aliases = tables.key_paths.aliases.clone().into_iter().collect();
        let supporting = files.supporting(&tables)?;
        let catalog = Catalog { services, keys, aliases, supporting };
        tables.check_names(&catalog)?;
        Ok(catalog)
    }
}

struct Files<'f> {
    files: &'f [(&'f str, &'f str)],
    overlay: &'f Overlay,
}

impl Files<'_> {
    fn prefixes(&self) -> BTreeSet<String> {
        let snapshots = self.files.iter().filter_map(|(name, _)| {
            name.strip_prefix("catalogue-snapshot/")?.strip_suffix(".actions.json")
        });
        snapshots.chain(self.overlay.prefixes()).map(str::to_owned).collect()
    }

    fn actions(&self, prefix: &str) -> Result<wire::Actions, LoadError> {
        let mut actions = self.snapshot(prefix, "actions")?;
        self.overlay.add_actions(prefix, &mut actions);
        Ok(actions)
    }

    fn keys(&self, prefix: &str) -> Result<wire::ConditionKeys, LoadError> {
        let mut keys = self.snapshot(prefix, "conditionKeys")?;
        self.overlay.add_keys(prefix, &mut keys);
        Ok(keys)
    }

    fn resource_types(&self, prefix: &str) -> Result<wire::ResourceTypes, LoadError> {
        let mut types = self.snapshot(prefix, "resourceTypes")?;
        self.overlay.add_resource_types(prefix, &mut types);
        Ok(types)
    }

    /// A service that only the overlay has is empty without it.
    fn snapshot<T: DeserializeOwned + Default>(
        &self,
        prefix: &str,
        kind: &str,
    ) -> Result<T, LoadError> {
        let name = snapshot_file(prefix, kind);
        let there = self.files.iter().any(|(known, _)| *known == name);
        let added = prefix != SAGEMAKER && self.overlay.prefixes().any(|known| known == prefix);
        if added && !there { Ok(T::default()) } else { self.read(&name) }
    }

    fn read<T: DeserializeOwned>(&self, file: &str) -> Result<T, LoadError> {
        let found = self.files.iter().find(|(name, _)| *name == file);
        let (_, text) = found.ok_or_else(|| LoadError::Missing { file: file.to_owned() })?;
        serde_json::from_str(text)
            .map_err(|source| LoadError::Shape { file: file.to_owned(), source })
    }

    /// All prefixes together: the few keys that two of them list are the global tag keys.
    fn condition_keys(
        &self,
        aliases: &BTreeMap<String, String>,
    ) -> Result<ByName<ConditionKey>, LoadError> {
        let mut keys = Vec::new();
        for prefix in std::iter::once(SAGEMAKER.to_owned()).chain(self.prefixes()) {
            let wire = self.keys(&prefix)?;
            keys.extend(wire.into_values().map(|key| condition_key(key, aliases)));
        }
        Ok(keys.into_iter().map(|key| (key.name.clone(), key)).collect())
    }
}

impl Files<'_> {
    fn supporting(&self, tables: &Tables) -> Result<ByName<SupportingAction>, LoadError> {
        let wire: wire::SupportingActions = self.read(SUPPORTING)?;
        let actions = wire.actions.into_iter().map(|(id, action)| {
            let needing = tables
                .dependents
                .actions
                .iter()
                .filter(|(_, row)| row.documented_dependent_actions.contains(&id));
            let action = SupportingAction {
                access_level: access_level(&action.access_level),
                description: action.description,
                resource_types: action.resource_types,
                condition_keys: action.condition_keys,
                needed_by: needing.map(|(name, _)| name.clone()).collect(),
                id: id.clone(),
            };
            (id, action)
        });
        Ok(actions.collect())
    }
}

fn snapshot_file(prefix: &str, kind: &str) -> String {
    format!("catalogue-snapshot/{prefix}.{kind}.json")
}

fn condition_key(wire: wire::ConditionKey, aliases: &BTreeMap<String, String>) -> ConditionKey {
    ConditionKey {
        replaced_by: aliases.get(&wire.key).cloned(),
        name: wire.key,
        key_type: wire.key_type.as_str().into(),
        description: wire.description,
    }
}

/// The tables that the service reference has no part in; only `sagemaker` has them.
#[derive(Default)]
struct Tables {
    key_paths: wire::ConditionKeyPaths,
    arns: wire::ResourceArns,
    dependents: wire::DependentAuthorisations,
    without_key: wire::InstanceTypesWithoutKey,
    without_tags: wire::OperationsWithoutTagControl,
}

impl Tables {
    fn read(files: &Files<'_>) -> Result<Self, LoadError> {
        Ok(Self {
            key_paths: files.read(KEY_PATHS)?,
            arns: files.read(RESOURCE_ARNS)?,
            dependents: files.read(DEPENDENTS)?,
            without_key: files.read(WITHOUT_KEY)?,
            without_tags: files.read(WITHOUT_TAGS)?,
        })
    }

    /// A row about an action that does not exist would be left out without a word.
    fn check_names(&self, catalog: &Catalog) -> Result<(), LoadError> {
        let actions = [
            (KEY_PATHS, self.key_paths.actions.keys().collect::<Vec<_>>()),
            (RESOURCE_ARNS, self.arns.actions.keys().collect()),
            (DEPENDENTS, self.dependents.actions.keys().collect()),
            (WITHOUT_KEY, self.without_key.operations.keys().collect()),
            (WITHOUT_TAGS, self.without_tags.operations.iter().collect()),
        ];
        for (file, names) in actions {
            check_all(file, "action", names, |name| catalog.action(name).is_some())?;
        }
        let aliases = self.key_paths.aliases.iter().flat_map(|(old, current)| [old, current]);
        check_all(KEY_PATHS, "condition key", aliases, |name| catalog.condition_key(name).is_some())
    }
}

fn check_all<'n>(
    file: &str,
    kind: &'static str,
    names: impl IntoIterator<Item = &'n String>,
    known: impl Fn(&str) -> bool,
) -> Result<(), LoadError> {
    match names.into_iter().find(|name| !known(name)) {
        Some(name) => Err(unknown(file, kind, name)),
        None => Ok(()),
    }
}

fn unknown(file: &str, kind: &'static str, name: &str) -> LoadError {
    LoadError::Unknown { file: file.to_owned(), kind, name: name.to_owned() }
}

fn read_service(
    files: &Files<'_>,
    prefix: &str,
    tables: &Tables,
    keys: &ByName<ConditionKey>,
) -> Result<Service, LoadError> {
    let types = files.resource_types(prefix)?;
    let resource_types = read_resource_types(&snapshot_file(prefix, "resourceTypes"), types)?;
    let reader = ActionReader { prefix, tables, keys, resource_types: &resource_types };
    let actions = files.actions(prefix)?.into_values().map(|action| {
        let action = reader.read(action)?;
        Ok((action.name.clone(), action))
    });
    Ok(Service { actions: actions.collect::<Result<_, _>>()?, resource_types })
}

fn read_resource_types(
    file: &str,
    types: wire::ResourceTypes,
) -> Result<ByName<ResourceType>, LoadError> {
    let read = |wire: wire::ResourceType| {
        let (service, tail) =
            service_and_tail(&wire.arn).ok_or_else(|| unknown(file, "form of ARN", &wire.arn))?;
        let resource_type = ResourceType {
            name: wire.key,
            arn_service: service.to_owned(),
            tail: Template::read(tail, "${", |_| Vec::new()),
            condition_keys: wire.condition_keys,
        };
        Ok((resource_type.name.clone(), resource_type))
    };
    types.into_values().map(read).collect()
}

fn path(file: &str, text: &str) -> Result<ParameterPath, LoadError> {
    text.parse().map_err(|source| LoadError::Path { file: file.to_owned(), source })
}

fn paths<'t>(
    file: &str,
    texts: impl Iterator<Item = &'t str>,
) -> Result<Vec<ParameterPath>, LoadError> {
    texts.map(|text| path(file, text)).collect()
}

#[cfg(test)]
mod tests;
