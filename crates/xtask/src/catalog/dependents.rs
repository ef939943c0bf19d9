//! What a call needs beyond its own action, and where it chooses compute unseen by IAM.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::iam_data::Action;
use super::member::last_name;
use super::model::{Leaf, Models};
use super::rules::Rules;

/// A row of `dependent-authorisations.json`.
#[derive(Serialize)]
pub(super) struct Dependents {
    passrole_paths: Vec<String>,
    other_role_references: Vec<String>,
    documented_dependent_actions: BTreeSet<String>,
    tags: bool,
    kms_paths: Vec<String>,
}

impl Dependents {
    fn is_empty(&self) -> bool {
        self.passrole_paths.is_empty()
            && self.other_role_references.is_empty()
            && self.documented_dependent_actions.is_empty()
            && !self.tags
            && self.kms_paths.is_empty()
    }
}

/// The action that tags need; its own tags need nothing more.
const ADD_TAGS: &str = "AddTags";

const INSTANCE_TYPES: &str = "sagemaker:InstanceTypes";

pub(super) fn derive(
    actions: &BTreeMap<String, Action>,
    documented: &BTreeMap<String, BTreeSet<String>>,
    models: &Models,
    rules: &Rules,
) -> BTreeMap<String, Dependents> {
    let rows = actions.keys().map(|name| {
        let leaves = models.leaves(name);
        let is = |wanted: RoleUse| paths(&leaves, |leaf| role_use(leaf, rules) == Some(wanted));
        let tagged = leaves.iter().any(|leaf| leaf.path == "tags[].key");
        let row = Dependents {
            passrole_paths: is(RoleUse::Passed),
            other_role_references: is(RoleUse::Referred),
            documented_dependent_actions: documented.get(name).cloned().unwrap_or_default(),
            tags: tagged && name != ADD_TAGS,
            kms_paths: paths(&leaves, |leaf| last_name(&leaf.path).to_lowercase().contains("kms")),
        };
        (name.clone(), row)
    });
    rows.filter(|(_, row)| !row.is_empty()).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum RoleUse {
    Passed,
    Referred,
}

/// Members named after a role hold one, and hand it over unless a rule says otherwise.
fn role_use(leaf: &Leaf<'_>, rules: &Rules) -> Option<RoleUse> {
    let name = last_name(&leaf.path).to_lowercase();
    let roles = ["role", "rolearn", "roles", "rolearns"];
    if leaf.kind != "string" || !roles.iter().any(|role| name.ends_with(role)) {
        return None;
    }
    match rules.role.iter().find(|rule| rule.member.fit(&leaf.path).is_some()) {
        None => Some(RoleUse::Passed),
        Some(rule) if rule.unclear => None,
        Some(_) => Some(RoleUse::Referred),
    }
}

/// A row of `instance-types-without-condition-key.json`.
#[derive(Serialize)]
pub(super) struct Compute {
    paths: Vec<String>,
    in_iam_catalogue: bool,
}

/// The actions whose request chooses compute and whose condition keys do not say which.
pub(super) fn compute_without_key(
    actions: &BTreeMap<String, Action>,
    models: &Models,
    rules: &Rules,
) -> BTreeMap<String, Compute> {
    let without_key = actions.iter().filter(|(_, action)| !action.keys().contains(INSTANCE_TYPES));
    let rows = without_key.map(|(name, _)| {
        let leaves = models.leaves(name);
        let paths = paths(&leaves, |leaf| chooses_compute(&leaf.path, rules));
        (name.clone(), Compute { paths, in_iam_catalogue: true })
    });
    rows.filter(|(_, row)| !row.paths.is_empty()).collect()
}

/// What is supported or hidden is on offer, not chosen.
fn chooses_compute(path: &str, rules: &Rules) -> bool {
    let name = last_name(path).to_lowercase();
    let named = name.ends_with("instancetype") || name.ends_with("instancetypes");
    let offered = name.starts_with("supported") || name.starts_with("hidden");
    named && !offered || rules.compute.iter().any(|rule| rule.member.fit(path).is_some())
}

fn paths(leaves: &[Leaf<'_>], wanted: impl Fn(&Leaf<'_>) -> bool) -> Vec<String> {
    leaves.iter().filter(|leaf| wanted(leaf)).map(|leaf| leaf.path.clone()).collect()
}
