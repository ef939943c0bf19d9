//! `condition-key-paths.json`: which members carry each condition key of each action.
//!
//! Three kinds of keys. Tag keys follow from the members `tags` and `tagKeys`. Keys in the rules
//! file have the members that it says. For all others the key's own name must lead to a member:
//! `sagemaker:AcceleratorTypes` to `acceleratorTypes` or `acceleratorType`. A key that none of this
//! resolves is told by name, for a person to decide.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::iam_data::{Action, ConditionKey};
use super::member::{MemberPattern, last_name};
use super::model::{Leaf, Models};
use super::rules::{AbsentRule, Confidence, KeyRule, Rules};

/// One row of the table: an action's condition key.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Entry {
    One(Source),
    Several { sources: Vec<Source> },
}

impl Entry {
    /// Whether the request tells the key, rather than the state of the resource or nothing.
    pub(super) fn is_of_request(&self) -> bool {
        let of_request = |source: &Source| !matches!(source.transform.as_str(), "state" | "none");
        match self {
            Self::One(source) => of_request(source),
            Self::Several { sources } => sources.iter().any(of_request),
        }
    }
}

/// One place that carries values of the key.
#[derive(Serialize)]
pub(super) struct Source {
    pub(super) paths: Vec<String>,
    pub(super) transform: String,
    pub(super) absent: AbsentRule,
    pub(super) confidence: Confidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
}

pub(super) type Table = BTreeMap<String, BTreeMap<String, Entry>>;

/// What came of it, and what did not.
#[derive(Default)]
pub(super) struct Derived {
    pub(super) actions: Table,
    /// Complaints: keys that nothing resolves, rules that are about nothing.
    pub(super) complaints: Vec<String>,
}

/// Each definition of a tuning job is a request of its own, so a list of them is no list of values.
const DEFINITIONS: &str = "trainingJobDefinitions[]";

const SEVERAL: &str =
    "several channels or variants with different values: one request each, all must be allowed";

const STATE: &str = "state of the resource at the time of the call; only eventContext.tagContext \
    (enriched events) or an inventory can supply it.";

const CREATE_TAGS: &str =
    "absent when the request has no such tag, else OneOf(absent, request value)";

pub(super) fn derive(
    actions: &BTreeMap<String, Action>,
    keys: &BTreeMap<String, ConditionKey>,
    models: &Models,
    rules: &Rules,
) -> Derived {
    let mut derived = Derived::default();
    let mut used = BTreeSet::new();
    for (name, action) in actions {
        let call = Call { name, leaves: models.leaves(name), rules, keys };
        let mut entries = BTreeMap::new();
        for key in action.keys() {
            match call.sources(key, &mut used) {
                Some(sources) => {
                    entries.insert(key.to_owned(), entry(sources));
                }
                None => derived
                    .complaints
                    .push(format!("~ sagemaker:{name} {key}: no rule: add one to rules.toml")),
            }
        }
        if !entries.is_empty() {
            derived.actions.insert(name.clone(), entries);
        }
    }
    for (index, rule) in rules.key.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
        derived.complaints.push(format!(
            "rules.toml: the rule {index} for {} finds nothing in any action",
            rule.names.join(", ")
        ));
    }
    derived
}

fn entry(mut sources: Vec<Source>) -> Entry {
    match sources.pop() {
        Some(only) if sources.is_empty() => Entry::One(only),
        last => {
            sources.extend(last);
            Entry::Several { sources }
        }
    }
}

/// One action with what its request can hold.
struct Call<'c> {
    name: &'c str,
    leaves: Vec<Leaf<'c>>,
    rules: &'c Rules,
    keys: &'c BTreeMap<String, ConditionKey>,
}

impl Call<'_> {
    fn sources(&self, key: &str, used: &mut BTreeSet<usize>) -> Option<Vec<Source>> {
        if let Some(source) = self.tag_source(key) {
            return Some(vec![source]);
        }
        let rules = self.rules.key.iter().enumerate();
        let rules: Vec<_> = rules.filter(|(_, rule)| rule.is_about(self.name, key)).collect();
        if rules.is_empty() {
            let paths = self.paths(&self.names_of(key));
            return (!paths.is_empty()).then(|| vec![self.source(key, None, paths)]);
        }
        let mut sources = Vec::new();
        for (index, rule) in &rules {
            let members = self.members(key, rule);
            let others: Vec<MemberPattern> = rules
                .iter()
                .filter(|(other, _)| other != index)
                .flat_map(|(_, rule)| self.members(key, rule))
                .collect();
            let mut paths = self.paths(&members);
            paths.retain(|path| fit(&others, path) <= fit(&members, path));
            if !paths.is_empty() || members.is_empty() {
                used.insert(*index);
                sources.push(self.source(key, Some(rule), paths));
            }
        }
        (!sources.is_empty()).then_some(sources)
    }

    fn source(&self, key: &str, rule: Option<&KeyRule>, paths: Vec<String>) -> Source {
        let transform = rule.and_then(|rule| rule.transform.clone());
        let transform = transform.unwrap_or_else(|| transform_of(key).to_owned());
        let several = self.may_have_too_many(key, &transform, &paths);
        let confidence = if several { Confidence::Medium } else { Confidence::High };
        Source {
            paths,
            transform,
            absent: rule.and_then(|rule| rule.absent.clone()).unwrap_or(AbsentRule::Absent),
            confidence: rule.and_then(|rule| rule.confidence).unwrap_or(confidence),
            note: rule
                .and_then(|rule| rule.note.clone())
                .or_else(|| several.then(|| SEVERAL.to_owned())),
        }
    }

    /// Whether a key that takes one value is read from a list.
    fn may_have_too_many(&self, key: &str, transform: &str, paths: &[String]) -> bool {
        let single = self.keys.get(key).is_some_and(|key| !key.is_multivalued());
        let of_values =
            matches!(transform, "identity" | "kms-arn") || transform.starts_with("arn:");
        let listed = |path: &String| path.replace(DEFINITIONS, "").contains("[]");
        single && of_values && paths.iter().any(listed)
    }

    fn members(&self, key: &str, rule: &KeyRule) -> Vec<MemberPattern> {
        rule.members.clone().unwrap_or_else(|| self.names_of(key))
    }

    fn paths(&self, members: &[MemberPattern]) -> Vec<String> {
        let fitting = self.leaves.iter().filter(|leaf| fit(members, &leaf.path).is_some());
        fitting.map(|leaf| leaf.path.clone()).collect()
    }

    /// The names that a member with the key's value may have.
    fn names_of(&self, key: &str) -> Vec<MemberPattern> {
        let (_, name) = key.split_once(':').unwrap_or(("", key));
        let name = name.split("/${").next().unwrap_or(name).replace(':', ".");
        let known = self.keys.get(key);
        let mut names = vec![name.clone()];
        if known.is_some_and(ConditionKey::is_multivalued) {
            names.extend(name.strip_suffix('s').map(str::to_owned));
        }
        if known.is_some_and(|key| key.key_type == "Bool") {
            names.push(format!("Enable{name}"));
        }
        if let Some(whose) = name.strip_suffix("KmsKeyArn") {
            names.extend([format!("{whose}KmsKeyId"), format!("*{whose}*.KmsKeyId")]);
        }
        names.iter().map(|name| name.as_str().into()).collect()
    }

    fn tag_source(&self, key: &str) -> Option<Source> {
        let (_, kind) = key.split_once(':')?;
        let paths = |names: &[&str]| {
            let found = self.leaves.iter().filter(|leaf| names.contains(&leaf.path.as_str()));
            found.map(|leaf| leaf.path.clone()).collect::<Vec<_>>()
        };
        let has_tags = !paths(&["tags[].key"]).is_empty();
        let of_request = |transform: &str, paths: Vec<String>| {
            // The action is documented to have the key, its request has no tags.
            let confidence = if paths.is_empty() { Confidence::Low } else { Confidence::High };
            let transform = transform.to_owned();
            Source { paths, transform, absent: AbsentRule::Absent, confidence, note: None }
        };
        match kind {
            "RequestTag/${TagKey}" => {
                Some(of_request("tag-list", paths(&["tags[].key", "tags[].value"])))
            }
            "TagKeys" => Some(of_request("tag-keys", paths(&["tags[].key", "tagKeys[]"]))),
            "ResourceTag/${TagKey}" => {
                let creates = self.name.starts_with("Create") && has_tags;
                let (absent, note) = if creates {
                    (AbsentRule::CreateTagRule, CREATE_TAGS)
                } else {
                    (AbsentRule::Unknown, STATE)
                };
                Some(Source {
                    paths: Vec::new(),
                    transform: "state".to_owned(),
                    absent,
                    confidence: Confidence::None,
                    note: Some(note.to_owned()),
                })
            }
            _ => None,
        }
    }
}

fn fit(members: &[MemberPattern], path: &str) -> Option<usize> {
    members.iter().filter_map(|member| member.fit(path)).max()
}

fn transform_of(key: &str) -> &'static str {
    if key.contains("/${") {
        "map-entry"
    } else if last_name(key).ends_with("KmsKeyArn") {
        "kms-arn"
    } else {
        "identity"
    }
}
