//! What SageMaker's regular names tell: which resource a call creates, which ones it lists.
//!
//! The service reference does not say either. Both follow from the action's name, which repeats the
//! resource type's name or the name of the variable in its ARN (`CreateTrial`, `TrialName`).

use crate::resource_type::ResourceType;
use crate::template::Variable;

/// Creations whose names do not say so. Left out on purpose: `ImportHubContent`, which also adds a
/// version to content that exists and may have tags.
const CREATIONS: &[(&str, &str)] =
    &[("CreateHubContentReference", "hub-content"), ("RegisterDevices", "device")];

/// Whether the action brings a resource of that type into being, and not only needs one.
pub(crate) fn creates(action: &str, resource_type: &ResourceType) -> bool {
    let listed = CREATIONS.contains(&(action, resource_type.name.as_str()));
    let made = action.strip_prefix("Create").map(|made| made.strip_suffix("V2").unwrap_or(made));
    listed || made.is_some_and(|made| is_named(resource_type, made))
}

/// The type that an action of that name lists, when exactly one fits.
pub(crate) fn listed_type<'t>(
    action: &str,
    types: impl Iterator<Item = &'t ResourceType> + Clone,
) -> Option<&'t str> {
    let singular = singular(action.strip_prefix("List")?)?;
    let by_key = types.clone().filter(|resource_type| is_key(resource_type, &singular));
    let by_variable = types.filter(|resource_type| is_variable(resource_type, &singular));
    only(by_key).or_else(|| only(by_variable)).map(|resource_type| resource_type.name.as_str())
}

fn singular(plural: &str) -> Option<String> {
    let repositories = plural.strip_suffix("ies").map(|stem| format!("{stem}y"));
    repositories.or_else(|| plural.strip_suffix('s').map(str::to_owned))
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

fn is_named(resource_type: &ResourceType, name: &str) -> bool {
    is_key(resource_type, name) || is_variable(resource_type, name)
}

/// `TrainingJob` is the type `training-job`.
fn is_key(resource_type: &ResourceType, name: &str) -> bool {
    resource_type.name.replace('-', "").eq_ignore_ascii_case(name)
}

/// `Trial` is the type whose ARN ends in `${TrialName}`.
fn is_variable(resource_type: &ResourceType, name: &str) -> bool {
    resource_type.tail.variables().last().map(stem).is_some_and(|stem| stem == name)
}

fn stem(variable: &Variable) -> &str {
    let name = variable.name.as_str();
    name.strip_suffix("Name").or_else(|| name.strip_suffix("Id")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    fn resource_type(name: &str, tail: &str) -> ResourceType {
        ResourceType {
            name: name.into(),
            arn_service: "sagemaker".into(),
            tail: Template::read(tail, "${", |_| Vec::new()),
            condition_keys: Vec::new(),
        }
    }

    #[test]
    fn a_creation_repeats_the_name_of_the_type_or_of_its_variable() {
        let automl = resource_type("automl-job", "automl-job/${AutoMLJobJobName}");
        let trial = resource_type("experiment-trial", "experiment-trial/${TrialName}");
        let image = resource_type("image", "image/${ImageName}");
        assert!(creates("CreateAutoMLJob", &automl));
        assert!(creates("CreateAutoMLJobV2", &automl));
        assert!(creates("CreateTrial", &trial));
        assert!(creates("CreateImage", &image));
        for other in ["CreateImageVersion", "DeleteImage", "CreatePresignedImageUrl", "Create"] {
            assert!(!creates(other, &image), "{other}");
        }
    }

    #[test]
    fn a_list_names_its_type_in_the_plural_and_ambiguity_gives_none() {
        let types = [
            resource_type("code-repository", "code-repository/${CodeRepositoryName}"),
            resource_type("app", "app/${AppName}"),
            resource_type("partner-app", "partner-app/${AppId}"),
            resource_type("a", "a/${ThingName}"),
            resource_type("b", "b/${ThingId}"),
            resource_type("c", "c/${OtherName}"),
        ];
        for (action, wanted) in [
            ("ListCodeRepositories", Some("code-repository")),
            ("ListApps", Some("app")),
            ("ListOthers", Some("c")),
            ("ListThings", None),
            ("ListCodeRepository", None),
            ("ListNothings", None),
            ("DescribeApps", None),
        ] {
            assert_eq!(listed_type(action, types.iter()), wanted, "{action}");
        }
    }
}
