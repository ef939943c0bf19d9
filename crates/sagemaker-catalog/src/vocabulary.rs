//! The catalog as the plain names that lint wants.

use iam_policy::{
    Vocabulary, VocabularyAction, VocabularyKey, VocabularyResource, VocabularyService,
};

use crate::action::Action;
use crate::catalog::{Catalog, catalog};
use crate::event_map;
use crate::resource_type::ResourceRule;

/// The names of SageMaker and its siblings, for `iam_policy::lint`.
///
/// ```
/// let vocabulary = sagemaker_catalog::vocabulary();
/// let action = &vocabulary.services["sagemaker"].actions["createtrainingjob"];
/// assert!(action.has_key("sagemaker:InstanceTypes") && action.creates());
/// assert_eq!(vocabulary.current_key("sagemaker:VolumeKmsKey"), Some("sagemaker:VolumeKmsKeyArn"));
/// ```
#[must_use]
pub fn vocabulary() -> Vocabulary {
    catalog().vocabulary()
}

impl Catalog {
    /// The names of this catalog, for `iam_policy::lint`.
    #[must_use]
    pub fn vocabulary(&self) -> Vocabulary {
        vocabulary_of(self)
    }
}

fn vocabulary_of(catalog: &Catalog) -> Vocabulary {
    let services = catalog.prefixes().map(|prefix| (prefix.to_owned(), service(catalog, prefix)));
    let keys = catalog.condition_keys().map(|key| VocabularyKey {
        name: key.name.clone(),
        value_type: key.key_type.to_string(),
        multivalued: key.key_type.is_multivalued(),
    });
    let renamed = catalog.aliases().map(|(old, current)| (old.to_lowercase(), current.to_owned()));
    let misnamed = event_map::hosts_that_are_no_prefix();
    Vocabulary {
        services: services.collect(),
        keys: keys.map(|key| (key.name.to_lowercase(), key)).collect(),
        renamed_keys: renamed.collect(),
        misnamed_services: misnamed
            .map(|(host, prefix)| (host.to_owned(), prefix.to_owned()))
            .collect(),
    }
}

fn service(catalog: &Catalog, prefix: &str) -> VocabularyService {
    let actions = catalog.actions_of(prefix).map(|action| vocabulary_action(catalog, action));
    let misnamed = event_map::operations_of_another_name(prefix);
    VocabularyService {
        actions: catalog
            .actions_of(prefix)
            .map(|action| action.name.to_lowercase())
            .zip(actions)
            .collect(),
        misnamed_actions: misnamed
            .map(|(operation, action)| (operation.to_lowercase(), format!("{prefix}:{action}")))
            .collect(),
    }
}

fn vocabulary_action(catalog: &Catalog, action: &Action) -> VocabularyAction {
    let types = catalog.resource_types_of(&action.prefix);
    let of_types = types
        .filter(|known| action.resources.iter().any(|rule| rule.resource_type == known.name))
        .flat_map(|known| known.condition_keys.iter().cloned());
    let own = action.keys.iter().map(|rule| rule.key.clone());
    let mut keys: Vec<String> = own.chain(of_types).collect();
    keys.sort();
    keys.dedup();
    let family = action.list_family.as_deref().and_then(|name| catalog.resource_type(name));
    VocabularyAction {
        id: action.id(),
        access_level: action.access_level,
        keys,
        resources: action.resources.iter().map(resource).collect(),
        family: family.map(|family| arn_glob(&family.arn_service, &family.family_pattern())),
        tags_what_it_creates: action.tags_imply_add_tags && action.is_create(),
        without_tag_control: action.without_tag_control,
    }
}

fn resource(rule: &ResourceRule) -> VocabularyResource {
    VocabularyResource {
        arn: arn_glob(&rule.arn_service, &rule.tail.pattern()),
        created: rule.created,
    }
}

fn arn_glob(service: &str, tail: &str) -> String {
    format!("arn:*:{service}:*:*:{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_has_what_lint_asks_for() {
        let vocabulary = vocabulary();
        let sagemaker = &vocabulary.services["sagemaker"];
        assert_eq!(sagemaker.actions.len(), catalog().actions().count());
        assert_eq!(sagemaker.misnamed_actions["updaterecord"], "sagemaker:PutRecord");
        assert_eq!(vocabulary.misnamed_services["sagemaker-runtime"], "sagemaker");
        let uncontrolled = sagemaker.actions.values().filter(|action| action.without_tag_control);
        assert_eq!(uncontrolled.count(), 24);
        let describe = &sagemaker.actions["describemodel"];
        assert!(describe.has_key("aws:ResourceTag/team") && !describe.creates());
        assert_eq!(describe.resources[0].arn, "arn:*:sagemaker:*:*:model/*");
        assert_eq!(
            sagemaker.actions["listdomains"].family.as_deref(),
            Some("arn:*:sagemaker:*:*:domain/*")
        );
        assert!(sagemaker.actions["createmodel"].tags_what_it_creates);
        assert!(!sagemaker.actions["updateendpoint"].tags_what_it_creates);
        assert!(vocabulary.key("aws:TagKeys").is_some_and(|key| key.multivalued));
    }
}
