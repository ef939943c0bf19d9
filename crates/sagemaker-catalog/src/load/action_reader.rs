//! One action, joined from all tables.

use std::collections::{BTreeMap, BTreeSet};

use super::key_reader::{key_sources, not_derivable};
use super::{
    DEPENDENTS, KEY_PATHS, LoadError, RESOURCE_ARNS, Tables, WITHOUT_KEY, path, paths,
    snapshot_file, unknown,
};
use crate::action::{AccessLevel, Action};
use crate::by_name::ByName;
use crate::condition_key::{ConditionKey, KeyType};
use crate::key_rule::{KeyRule, KeySource};
use crate::naming;
use crate::path::ParameterPath;
use crate::resource_type::{ResourceRule, ResourceType};
use crate::template::Template;
use crate::wire;

const INSTANCE_TYPES: &str = "sagemaker:InstanceTypes";

/// What is needed to put one action together.
pub(super) struct ActionReader<'r> {
    pub(super) prefix: &'r str,
    pub(super) tables: &'r Tables,
    pub(super) keys: &'r ByName<ConditionKey>,
    pub(super) resource_types: &'r ByName<ResourceType>,
}

impl ActionReader<'_> {
    pub(super) fn read(&self, wire: wire::Action) -> Result<Action, LoadError> {
        let keys = self.key_rules(&wire)?;
        let resources = self.resource_rules(&wire)?;
        let mut action = Action {
            prefix: self.prefix.to_owned(),
            access_level: access_level(&wire.access_level),
            list_family: self.list_family(&wire.name, &resources),
            name: wire.name,
            description: wire.description,
            resources,
            keys,
            pass_role: Vec::new(),
            other_role_references: Vec::new(),
            kms_keys: Vec::new(),
            dependent_actions: Vec::new(),
            tags_imply_add_tags: false,
            without_tag_control: false,
            instance_types_without_key: Vec::new(),
            instance_type_paths: Vec::new(),
        };
        self.add_dependents(&mut action)?;
        self.add_instance_types(&mut action)?;
        action.without_tag_control = self.tables.without_tags.operations.contains(&action.name);
        Ok(action)
    }

    /// The keys of the table, then those that the snapshot has beyond it, as not derivable: a newer
    /// snapshot beside an older table must not turn a key into an absent one.
    fn key_rules(&self, wire: &wire::Action) -> Result<Vec<KeyRule>, LoadError> {
        let listed = self.tables.key_paths.actions.get(&wire.name);
        let mut rules = Vec::new();
        for (key, entry) in listed.into_iter().flatten() {
            rules.push(self.key_rule(key, key_sources(entry)?)?);
        }
        let of_types = wire.resource_types.iter().flat_map(|row| &row.condition_keys);
        for key in wire.condition_keys.iter().chain(of_types).collect::<BTreeSet<_>>() {
            if !rules.iter().any(|rule| rule.key == *key) {
                rules.push(self.key_rule(key, vec![not_derivable()])?);
            }
        }
        Ok(rules)
    }

    fn key_rule(&self, key: &str, sources: Vec<KeySource>) -> Result<KeyRule, LoadError> {
        let known = self.keys.get(key).ok_or_else(|| unknown(KEY_PATHS, "condition key", key))?;
        let multivalued = KeyType::is_multivalued(&known.key_type);
        Ok(KeyRule { key: key.to_owned(), multivalued, sources })
    }

    /// The rows of the table, then the types that the snapshot has beyond it.
    fn resource_rules(&self, wire: &wire::Action) -> Result<Vec<ResourceRule>, LoadError> {
        let listed = self.tables.arns.actions.get(&wire.name);
        let mut rules = Vec::new();
        for row in listed.into_iter().flat_map(|rows| &rows.resources) {
            rules.push(self.resource_rule(&wire.name, row)?);
        }
        for row in &wire.resource_types {
            if !rules.iter().any(|rule| rule.resource_type == row.name) {
                rules.push(self.bare_rule(&wire.name, row)?);
            }
        }
        Ok(rules)
    }

    fn resource_rule(
        &self,
        action: &str,
        row: &wire::ResourceRow,
    ) -> Result<ResourceRule, LoadError> {
        let resource_type = self.resource_type(RESOURCE_ARNS, &row.resource_type)?;
        let fill = |member: &Option<String>| {
            paths(RESOURCE_ARNS, member.iter().flat_map(|member| member.split('|')))
        };
        let members: BTreeMap<_, _> = row
            .fill
            .iter()
            .map(|(variable, member)| Ok((variable.as_str(), fill(member)?)))
            .collect::<Result<_, LoadError>>()?;
        let response = row.response_arn.as_deref();
        let response = response.map(|text| text.strip_prefix("responseElements.").unwrap_or(text));
        Ok(ResourceRule {
            resource_type: resource_type.name.clone(),
            arn_service: resource_type.arn_service.clone(),
            required: row.required,
            tail: Template::read(&row.tail, "${", |variable| {
                members.get(variable).cloned().unwrap_or_default()
            }),
            arn_parameter: row
                .arn_param
                .as_deref()
                .map(|text| path(RESOURCE_ARNS, text))
                .transpose()?,
            name_or_arn: paths(RESOURCE_ARNS, row.name_or_arn.iter().map(String::as_str))?,
            response_arn: response.map(|text| path(RESOURCE_ARNS, text)).transpose()?,
            complete: row.complete,
            created: naming::creates(action, resource_type),
        })
    }

    /// What the snapshot alone says: the type, and nothing about the request.
    fn bare_rule(
        &self,
        action: &str,
        row: &wire::ActionResourceType,
    ) -> Result<ResourceRule, LoadError> {
        let file = snapshot_file(self.prefix, "actions");
        let resource_type = self.resource_type(&file, &row.name)?;
        Ok(ResourceRule {
            resource_type: resource_type.name.clone(),
            arn_service: resource_type.arn_service.clone(),
            required: row.required,
            tail: resource_type.tail.clone(),
            arn_parameter: None,
            name_or_arn: Vec::new(),
            response_arn: None,
            complete: false,
            created: naming::creates(action, resource_type),
        })
    }

    fn resource_type(&self, file: &str, name: &str) -> Result<&ResourceType, LoadError> {
        self.resource_types.get(name).ok_or_else(|| unknown(file, "resource type", name))
    }

    fn list_family(&self, action: &str, resources: &[ResourceRule]) -> Option<String> {
        let listed = || naming::listed_type(action, self.resource_types.values());
        resources.is_empty().then(listed).flatten().map(str::to_owned)
    }

    fn add_dependents(&self, action: &mut Action) -> Result<(), LoadError> {
        let Some(row) = self.tables.dependents.actions.get(&action.name) else { return Ok(()) };
        let read = |texts: &[String]| paths(DEPENDENTS, texts.iter().map(String::as_str));
        action.pass_role = read(&row.passrole_paths)?;
        action.other_role_references = read(&row.other_role_references)?;
        action.kms_keys = read(&row.kms_paths)?;
        action.dependent_actions.clone_from(&row.documented_dependent_actions);
        action.tags_imply_add_tags = row.tags;
        Ok(())
    }

    fn add_instance_types(&self, action: &mut Action) -> Result<(), LoadError> {
        if let Some(row) = self.tables.without_key.operations.get(&action.name) {
            let texts = row.paths.iter().map(String::as_str);
            action.instance_types_without_key = paths(WITHOUT_KEY, texts)?;
        }
        let sources = action.key(INSTANCE_TYPES).into_iter().flat_map(|rule| &rule.sources);
        let of_key = sources.flat_map(|source| &source.paths);
        let mut all: Vec<ParameterPath> = Vec::new();
        for path in of_key.chain(&action.instance_types_without_key) {
            if !all.contains(path) {
                all.push(path.clone());
            }
        }
        action.instance_type_paths = all;
        Ok(())
    }
}

/// A few rows have two levels, "Tagging, Write": the narrower one is meant. An unknown level counts
/// as one that changes something.
pub(super) fn access_level(text: &str) -> AccessLevel {
    let levels: Vec<&str> = text.split(',').map(str::trim).collect();
    let known = [
        ("Tagging", AccessLevel::Tagging),
        ("Permissions management", AccessLevel::PermissionsManagement),
        ("Write", AccessLevel::Write),
        ("Read", AccessLevel::Read),
        ("List", AccessLevel::List),
    ];
    let named = known.into_iter().find(|(name, _)| levels.contains(name));
    named.map_or(AccessLevel::Write, |(_, level)| level)
}
