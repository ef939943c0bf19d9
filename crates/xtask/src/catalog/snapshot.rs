//! The service reference: whole files for SageMaker's prefixes, single actions of other services.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use serde::Serialize;

use super::iam_data::{Action, IamData};
use super::rules::Rules;

/// `iam-data`'s files of a prefix by the name they have here, without the white space.
pub(super) fn files(iam_data: &IamData) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut files = Vec::new();
    for prefix in iam_data.sagemaker_prefixes()? {
        for kind in ["actions", "conditionKeys", "resourceTypes"] {
            let name = format!("catalogue-snapshot/{prefix}.{kind}.json");
            files.push((name, minified(&iam_data.text(&prefix, kind)?)));
        }
    }
    Ok(files)
}

/// JSON without the white space between its tokens: order and spelling stay the package's.
fn minified(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |letter: &char| {
        let kept = quoted || !letter.is_ascii_whitespace();
        match (quoted, letter) {
            (true, '\\') if !escaped => escaped = true,
            (_, '"') if !escaped => quoted = !quoted,
            _ => escaped = false,
        }
        kept
    };
    json.chars().filter(keep).collect()
}

/// `supporting-actions.json`.
#[derive(Serialize)]
pub(super) struct Supporting {
    note: &'static str,
    actions: BTreeMap<String, SupportingAction>,
}

#[derive(Serialize)]
struct SupportingAction {
    access_level: String,
    description: String,
    resource_types: Vec<String>,
    condition_keys: BTreeSet<String>,
}

const NOTE: &str = "actions of other services that SageMaker's depend on: those that AWS documents as \
    dependent actions, and those that rules.toml lists. Not whole services: a name that is not here \
    may exist";

/// The documented dependent actions and the listed ones, as the service reference has them.
pub(super) fn supporting(
    iam_data: &IamData,
    documented: &BTreeMap<String, BTreeSet<String>>,
    rules: &Rules,
) -> Result<Supporting, Box<dyn Error>> {
    let documented = documented.values().flatten();
    let listed = rules.supporting.iter().flat_map(|rule| &rule.actions);
    let wanted: BTreeSet<&str> = documented.chain(listed).map(String::as_str).collect();
    let mut services: BTreeMap<&str, BTreeMap<String, Action>> = BTreeMap::new();
    let mut actions = BTreeMap::new();
    for id in wanted.into_iter().filter(|id| !id.starts_with("sagemaker:")) {
        let (prefix, name) = id.split_once(':').ok_or_else(|| format!("`{id}` is no action"))?;
        if !services.contains_key(prefix) {
            services.insert(prefix, iam_data.actions(prefix)?);
        }
        let found = services.get(prefix).and_then(|service| service.get(name));
        let action = found.ok_or_else(|| format!("the service reference lacks `{id}`"))?;
        actions.insert(
            id.to_owned(),
            SupportingAction {
                access_level: action.access_level.clone(),
                description: action.description.clone(),
                resource_types: action.resource_types.iter().map(|row| row.name.clone()).collect(),
                condition_keys: action.keys().into_iter().map(str::to_owned).collect(),
            },
        );
    }
    Ok(Supporting { note: NOTE, actions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_between_tokens_alone() {
        assert_eq!(minified("{ \"a b\" : [ 1,\n 2 ] }"), r#"{"a b":[1,2]}"#);
        assert_eq!(minified(r#"{ "a\" b" : "c\\" }"#), r#"{"a\" b":"c\\"}"#);
    }
}
