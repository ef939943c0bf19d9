//! `driftline catalog`: what this program knows of SageMaker's actions.

mod update;

use std::borrow::Cow;
use std::fmt::Write as _;

use sagemaker_catalog::{
    AbsentRule, Action, Catalog, Confidence, KeyRule, KeySource, ParameterPath, ResourceRule,
    SupportingAction, Transform, catalog,
};

use crate::args::{CatalogArgs, CatalogCommand};
use crate::exit_code::Exit;
use crate::output::{self, visible};
use crate::policy_set;

/// Why nothing is shown.
#[derive(Debug, thiserror::Error)]
enum CatalogError {
    #[error("the catalog has no action `{name}`{help}")]
    Unknown { name: String, help: String },
}

pub(crate) fn run(args: &CatalogArgs) -> Result<Exit, Box<dyn std::error::Error>> {
    match &args.command {
        CatalogCommand::Show { action, policies } => {
            let catalog = match policies {
                Some(folder) => policy_set::load_catalog(folder)?,
                None => Cow::Borrowed(catalog()),
            };
            let text = shown(&catalog, action)?;
            output::print(&format!("{}\n", output::visible_lines(&text)))?;
            Ok(Exit::Fine)
        }
        CatalogCommand::Update(args) => update::run(args),
    }
}

fn shown(catalog: &Catalog, action: &str) -> Result<String, CatalogError> {
    match catalog.supporting_action(action) {
        Some(supporting) => Ok(show_supporting(supporting)),
        None => find(catalog, action).map(|action| show(catalog, action)),
    }
}

/// An action by its name, with or without prefix, in any letter case.
fn find<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Action, CatalogError> {
    let found = match name.split_once(':') {
        Some((prefix, name)) => catalog.action_of(&prefix.to_lowercase(), name),
        None => catalog.prefixes().find_map(|prefix| catalog.action_of(prefix, name)),
    };
    found.ok_or_else(|| CatalogError::Unknown { name: visible(name), help: nearest(catalog, name) })
}

fn nearest(catalog: &Catalog, name: &str) -> String {
    let wanted = name.rsplit(':').next().unwrap_or(name);
    let prefixes = catalog.prefixes();
    let names: Vec<&str> = prefixes
        .flat_map(|prefix| catalog.actions_of(prefix))
        .map(|action| action.name.as_str())
        .collect();
    let near = iam_policy::nearest(wanted, names.iter().copied());
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

fn show(catalog: &Catalog, action: &Action) -> String {
    let mut text =
        format!("{}  {}\n{}\n", action.id(), action.access_level.as_str(), action.description);
    section(
        &mut text,
        "Resources",
        action.resources.iter().map(|rule| resource(catalog, action, rule)),
    );
    section(&mut text, "Condition keys", action.keys.iter().flat_map(|rule| key(catalog, rule)));
    section(&mut text, "Passes roles: iam:PassRole is needed too", paths(&action.pass_role));
    section(
        &mut text,
        "Refers to roles without passing them",
        paths(&action.other_role_references),
    );
    section(
        &mut text,
        "Chooses compute without a condition key: only a record rule can restrict it",
        paths(&action.instance_types_without_key),
    );
    section(&mut text, "Needs, as AWS documents", action.dependent_actions.iter().cloned());
    let mut notes = Vec::new();
    if action.tags_imply_add_tags {
        notes.push("tags in the request need sagemaker:AddTags too".to_owned());
    }
    if action.without_tag_control {
        notes.push("tag conditions cannot restrict it".to_owned());
    }
    if let Some(family) = &action.list_family {
        notes.push(format!("may be checked against {family}/* instead of *"));
    }
    section(&mut text, "Notes", notes.into_iter());
    text
}

/// An action of another service, of which the catalog has only those that SageMaker's depend on.
fn show_supporting(action: &SupportingAction) -> String {
    let mut text =
        format!("{}  {}\n{}\n", action.id, action.access_level.as_str(), action.description);
    section(&mut text, "Resource types", action.resource_types.iter().cloned());
    section(&mut text, "Condition keys", action.condition_keys.iter().cloned());
    let needing = action.needed_by.iter().map(|name| format!("sagemaker:{name}"));
    section(&mut text, "Needed by, as AWS documents", needing);
    text
}

/// A heading with its lines, where there are any.
fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        let _ = writeln!(text, "\n{title}");
    }
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

fn paths(paths: &[ParameterPath]) -> impl Iterator<Item = String> {
    paths.iter().map(ToString::to_string)
}

fn resource(catalog: &Catalog, action: &Action, rule: &ResourceRule) -> String {
    let mut types = catalog.resource_types_of(&action.prefix);
    let listed = types.find(|listed| listed.name == rule.resource_type);
    let tail = listed.map_or(&rule.tail, |listed| &listed.tail);
    let mut text = format!("{}: arn:*:{}:*:*:{tail}", rule.resource_type, rule.arn_service);
    if rule.created {
        text.push_str(", created by it");
    } else if !rule.required {
        text.push_str(", optional");
    }
    let names: Vec<String> = match &rule.arn_parameter {
        Some(path) => vec![path.to_string()],
        None => rule.tail.variables().flat_map(|variable| paths(&variable.members)).collect(),
    };
    match (names.as_slice(), rule.complete || rule.arn_parameter.is_some()) {
        ([], _) => text.push_str(", which the request does not name"),
        (names, true) => text.push_str(&format!(", named by {}", names.join(", "))),
        (names, false) => text.push_str(&format!(", named in part by {}", names.join(", "))),
    }
    text
}

/// A line for the key, and one for each of its sources.
fn key(catalog: &Catalog, rule: &KeyRule) -> Vec<String> {
    let known = catalog.condition_key(&rule.key);
    let key_type = known.map_or("type not listed", |key| key.key_type.as_str());
    let former = catalog.alias_of(&rule.key);
    let former = match former.as_slice() {
        [] => String::new(),
        names => format!(", also as {}", names.join(", ")),
    };
    let head = format!("{}  {key_type}{former}", rule.key);
    let sources = rule.sources.iter().flat_map(source_lines);
    std::iter::once(head).chain(sources).collect()
}

fn source_lines(source: &KeySource) -> Vec<String> {
    let from: Vec<String> = paths(&source.paths).collect();
    let from = match from.as_slice() {
        [] => "not in the record".to_owned(),
        paths => format!("from {}", paths.join(", ")),
    };
    let made = how(&source.transform);
    let absent = match &source.absent {
        AbsentRule::Absent => "without it the key is absent".to_owned(),
        AbsentRule::Unknown => "without it the key is unknown".to_owned(),
        AbsentRule::Default(value) => format!("without it the service takes `{value}`"),
        AbsentRule::CreateTagRule => {
            "the tags of the new resource are those of the request, or none yet".to_owned()
        }
    };
    let sure = match source.confidence {
        Confidence::High => "sure",
        Confidence::Medium => "nearly sure",
        Confidence::Low => "a guess, taken as unknown where it decides",
        Confidence::None => "never known",
    };
    let note = source.note.as_ref().map(|note| format!("    {note}"));
    std::iter::once(format!("  {from}{made}; {absent}; {sure}")).chain(note).collect()
}

fn how(transform: &Transform) -> String {
    match transform {
        Transform::KmsArn => ", where it is the ARN of a key".to_owned(),
        Transform::ArnFrom { type_tail } => format!(", made into the ARN of {type_tail}"),
        Transform::WorkteamType => ", its type".to_owned(),
        Transform::Present => ", only whether it is there".to_owned(),
        Transform::TagList => ", a key per tag".to_owned(),
        Transform::TagKeys => ", the keys of the tags".to_owned(),
        Transform::MapEntry | Transform::KeyValueList => ", a key per entry".to_owned(),
        Transform::State | Transform::StateSpaceSharingType | Transform::StateSpaceOwner => {
            ": the state of the resource".to_owned()
        }
        Transform::JsonDocument => ", inside a JSON document".to_owned(),
        Transform::ConstByEvent => ": the name of the event tells".to_owned(),
        Transform::NamesFromUpdateRecord => ", the names of the features".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_in_any_case_with_or_without_prefix() {
        for name in ["CreateTrainingJob", "createtrainingjob", "SageMaker:CreateTrainingJob"] {
            assert_eq!(find(catalog(), name).unwrap().id(), "sagemaker:CreateTrainingJob");
        }
        let error = find(catalog(), "CreateTrainingJobs").unwrap_err().to_string();
        let wanted =
            "the catalog has no action `CreateTrainingJobs`; did you mean `CreateTrainingJob`?";
        assert_eq!(error, wanted);
    }

    #[test]
    fn actions_of_other_services_are_shown_by_their_full_name() {
        let action = catalog().supporting_action("IAM:passrole").unwrap();
        let text = show_supporting(action);
        assert!(text.starts_with("iam:PassRole  Write\nGrants permission to pass"), "{text}");
        for line in ["\n  iam:PassedToService\n", "\n  sagemaker:CreateTrainingJob\n"] {
            assert!(text.contains(line), "{text}");
        }
        let error = find(catalog(), "iam:CreateUser").unwrap_err().to_string();
        assert!(error.starts_with("the catalog has no action `iam:CreateUser`"), "{error}");
    }

    #[test]
    fn every_action_can_be_shown() {
        for action in catalog().prefixes().flat_map(|prefix| catalog().actions_of(prefix)) {
            let text = show(catalog(), action);
            assert!(text.starts_with(&action.id()), "{text}");
            for rule in &action.keys {
                assert!(text.contains(&rule.key), "{} of {}", rule.key, action.id());
            }
        }
    }
}
