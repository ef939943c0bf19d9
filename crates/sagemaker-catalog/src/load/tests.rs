use std::collections::BTreeSet;
use std::error::Error;

use serde_json::Value;

use super::key_reader::not_derivable;
use super::*;
use crate::{AbsentRule, AccessLevel, Action, Transform, catalog};

/// A file as plain JSON, read without the code under test.
fn file(name: &str) -> Value {
    let (_, text) = crate::data().iter().find(|(file, _)| *file == name).unwrap();
    serde_json::from_str(text).unwrap()
}

fn object(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value))
}

fn strings(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten();
    texts.map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn shown(paths: &[ParameterPath]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}

fn count(wanted: usize, matching: impl Fn(&&Action) -> bool) {
    assert_eq!(catalog().actions().filter(matching).count(), wanted);
}

#[test]
fn the_files_of_this_crate_are_a_catalog() {
    if let Err(error) = Catalog::parse(crate::data()) {
        panic!("{error}: {}", error.source().map(ToString::to_string).unwrap_or_default());
    }
    assert_eq!(catalog().actions().count(), 449);
}

#[test]
fn counts_equal_those_of_the_tables() {
    assert_eq!(catalog().resource_types().count(), 73);
    assert_eq!(catalog().condition_keys().count(), 68);
    assert_eq!(catalog().aliases().count(), 6);
    assert_eq!(catalog().actions().map(|action| action.keys.len()).sum::<usize>(), 400);
    assert_eq!(catalog().actions().map(|action| action.resources.len()).sum::<usize>(), 578);
    let rows = || catalog().actions().flat_map(|action| &action.resources);
    assert_eq!(rows().filter(|rule| rule.complete).count(), 510);
    count(97, |action| !action.keys.is_empty());
    count(95, |action| action.resources.is_empty());
    count(45, |action| !action.pass_role.is_empty());
    count(67, |action| action.tags_imply_add_tags);
    count(24, |action| action.without_tag_control);
    count(16, |action| !action.instance_types_without_key.is_empty());
    count(23, |action| action.key("sagemaker:InstanceTypes").is_some());
    count(39, |action| !action.instance_type_paths.is_empty());
    count(252, |action| matches!(action.access_level, AccessLevel::Write | AccessLevel::Tagging));
    count(197, |action| action.is_read_only());
    let siblings = catalog().prefixes().map(|prefix| catalog().actions_of(prefix).count());
    assert_eq!(siblings.collect::<Vec<_>>(), [449, 1, 19, 61, 1]);
}

#[test]
fn every_condition_key_path_of_the_table_is_there_as_written() {
    let table = file(KEY_PATHS);
    let mut confidences: BTreeMap<String, usize> = BTreeMap::new();
    for (name, keys) in object(&table["actions"]) {
        let action = catalog().action(name).unwrap();
        assert_eq!(action.keys.len(), keys.as_object().unwrap().len(), "{name}");
        for (key, entry) in object(keys) {
            let rule = action.keys.iter().find(|rule| rule.key == key).unwrap();
            let alone = vec![entry.clone()];
            let sources = entry["sources"].as_array().unwrap_or(&alone);
            assert_eq!(rule.sources.len(), sources.len(), "{name} {key}");
            for (source, wire) in rule.sources.iter().zip(sources) {
                assert_eq!(shown(&source.paths), strings(&wire["paths"]), "{name} {key}");
                assert_eq!(source.note.as_deref(), wire["note"].as_str(), "{name} {key}");
                assert_eq!(spell_absent(&source.absent), wire["absent"], "{name} {key}");
                let confidence = format!("{:?}", source.confidence).to_lowercase();
                assert_eq!(confidence, wire["confidence"].as_str().unwrap(), "{name} {key}");
                *confidences.entry(confidence).or_default() += 1;
            }
        }
    }
    let wanted = [("high", 282), ("low", 39), ("medium", 59), ("none", 41)];
    assert_eq!(confidences, wanted.map(|(name, n)| (name.to_owned(), n)).into());
}

fn spell_absent(rule: &AbsentRule) -> Value {
    match rule {
        AbsentRule::Absent => "absent".into(),
        AbsentRule::Unknown => "unknown".into(),
        AbsentRule::CreateTagRule => "create-tag-rule".into(),
        AbsentRule::Default(value) => serde_json::json!({ "default": value }),
    }
}

#[test]
fn the_keys_of_an_action_are_those_of_the_service_reference() {
    for prefix in catalog().prefixes() {
        for (_, wire) in object(&file(&snapshot_file(prefix, "actions"))) {
            let name = wire["name"].as_str().unwrap();
            let mut wanted: BTreeSet<String> =
                strings(&wire["conditionKeys"]).into_iter().collect();
            for row in wire["resourceTypes"].as_array().unwrap() {
                wanted.extend(strings(&row["conditionKeys"]));
            }
            let action = catalog().action_of(prefix, name).unwrap();
            let keys: BTreeSet<String> = action.keys.iter().map(|rule| rule.key.clone()).collect();
            assert_eq!(keys, wanted, "{name}");
            assert_eq!(action.name, name);
            assert_eq!(action.resources.len(), wire["resourceTypes"].as_array().unwrap().len());
        }
    }
}

#[test]
fn every_resource_row_of_the_table_is_there_as_written() {
    for (name, wire) in object(&file(RESOURCE_ARNS)["actions"]) {
        let action = catalog().action(name).unwrap();
        let rows = wire["resources"].as_array().unwrap();
        assert_eq!(action.resources.len(), rows.len(), "{name}");
        for (rule, row) in action.resources.iter().zip(rows) {
            assert_eq!(rule.resource_type, row["type"].as_str().unwrap());
            assert_eq!(rule.required, row["required"].as_bool().unwrap());
            assert_eq!(rule.complete, row["complete"].as_bool().unwrap());
            assert_eq!(rule.tail.to_string(), row["tail"].as_str().unwrap());
            let arn = rule.arn_parameter.as_ref().map(ToString::to_string);
            assert_eq!(arn.as_deref(), row["arn_param"].as_str());
            assert_eq!(shown(&rule.name_or_arn), strings(&row["name_or_arn"]));
            let response =
                rule.response_arn.as_ref().map(|path| format!("responseElements.{path}"));
            assert_eq!(response.as_deref(), row["response_arn"].as_str());
            assert_eq!(rule.tail.variables().count(), row["fill"].as_object().unwrap().len());
            for variable in rule.tail.variables() {
                let wanted = row["fill"][&variable.name].as_str().unwrap_or_default();
                assert_eq!(shown(&variable.members).join("|"), wanted, "{name} {}", variable.name);
            }
            let resource_type = catalog().resource_type(&rule.resource_type).unwrap();
            assert_eq!(resource_type.tail.to_string(), rule.tail.to_string());
        }
    }
}

#[test]
fn every_row_about_dependents_and_compute_is_there_as_written() {
    for (name, row) in object(&file(DEPENDENTS)["actions"]) {
        let action = catalog().action(name).unwrap();
        assert_eq!(shown(&action.pass_role), strings(&row["passrole_paths"]));
        assert_eq!(shown(&action.other_role_references), strings(&row["other_role_references"]));
        assert_eq!(shown(&action.kms_keys), strings(&row["kms_paths"]));
        assert_eq!(action.dependent_actions, strings(&row["documented_dependent_actions"]));
        assert_eq!(action.tags_imply_add_tags, row["tags"].as_bool().unwrap());
    }
    for (name, row) in object(&file(WITHOUT_KEY)["operations"]) {
        let action = catalog().action(name).unwrap();
        assert_eq!(shown(&action.instance_types_without_key), strings(&row["paths"]));
        assert_eq!(action.instance_type_paths, action.instance_types_without_key, "{name}");
    }
    for name in strings(&file(WITHOUT_TAGS)["operations"]) {
        assert!(catalog().action(&name).unwrap().without_tag_control, "{name}");
    }
}

#[test]
fn every_supporting_action_is_there_as_written() {
    let rows = &file(SUPPORTING)["actions"];
    for (id, row) in object(rows) {
        let action = catalog().supporting_action(&id.to_uppercase()).unwrap();
        assert_eq!(action.id, id);
        assert_eq!(action.description, row["description"].as_str().unwrap());
        assert_eq!(action.resource_types, strings(&row["resource_types"]));
        assert_eq!(action.condition_keys, strings(&row["condition_keys"]));
    }
    assert_eq!(catalog().supporting_actions().count(), rows.as_object().unwrap().len());
    let pass_role = catalog().supporting_action("iam:PassRole").unwrap();
    assert_eq!(pass_role.needed_by.len(), 37);
    // Every documented dependent action is in the catalog, here or as SageMaker's own.
    for id in catalog().actions().flat_map(|action| &action.dependent_actions) {
        let own = id.strip_prefix("sagemaker:").and_then(|name| catalog().action(name));
        assert!(own.is_some() || catalog().supporting_action(id).is_some(), "{id}");
    }
    // Parts of services are no services: lint must not judge names by them.
    let vocabulary = crate::vocabulary();
    for service in ["iam", "kms", "ec2", "s3", "ecr", "logs", "eks"] {
        assert!(!vocabulary.services.contains_key(service), "{service}");
    }
}

#[test]
fn compute_paths_unite_all_sources_of_the_key_once() {
    let action = catalog().action("CreateTrainingJob").unwrap();
    assert_eq!(
        shown(&action.instance_type_paths),
        [
            "resourceConfig.instanceType",
            "resourceConfig.instanceGroups[].instanceType",
            "resourceConfig.instancePreferences[].instanceType",
            "profilerRuleConfigurations[].instanceType",
            "debugRuleConfigurations[].instanceType",
            "resourceConfig.selectedInstanceType",
        ]
    );
}

#[test]
fn every_transform_of_the_table_is_understood() {
    let action = catalog().action("CreateSpace").unwrap();
    let Transform::ArnFrom { type_tail } =
        &action.key("sagemaker:OwnerUserProfileArn").unwrap().sources[0].transform
    else {
        panic!("an ARN is built");
    };
    assert_eq!(type_tail.to_string(), "user-profile/${domainId}/${value}");
    let members: Vec<_> = type_tail.variables().map(|variable| shown(&variable.members)).collect();
    assert_eq!(members, [vec!["domainId".to_owned()], vec![]]);
    for (action, key, wanted) in [
        ("CreateModel", "sagemaker:NetworkIsolation", Transform::Identity),
        ("CreateModel", "sagemaker:DirectGatedModelAccess", Transform::None),
        ("CreateModel", "aws:RequestTag/team", Transform::TagList),
        ("CreateModel", "aws:TagKeys", Transform::TagKeys),
        ("CreateTrainingJob", "sagemaker:VolumeKmsKeyArn", Transform::KmsArn),
        ("CreateFlowDefinition", "sagemaker:WorkteamType", Transform::WorkteamType),
        ("CreateFeatureGroup", "sagemaker:FeatureGroupOfflineStoreConfig", Transform::Present),
        ("CreateModelPackage", "sagemaker:CustomerMetadataProperties/k", Transform::MapEntry),
        ("Search", "sagemaker:SearchVisibilityCondition/a/b", Transform::KeyValueList),
        ("AddTags", "sagemaker:CurrentModelLifeCycleStage", Transform::State),
        ("DeleteSpace", "sagemaker:SpaceSharingType", Transform::StateSpaceSharingType),
        ("DeleteSpace", "sagemaker:OwnerUserProfileArn", Transform::StateSpaceOwner),
        ("CreateJob", "sagemaker:VpcSubnets", Transform::JsonDocument),
        ("PutRecord", "sagemaker:IsUpdateRecord", Transform::ConstByEvent),
        ("PutRecord", "sagemaker:UpdatableFeatures", Transform::NamesFromUpdateRecord),
    ] {
        let rule = catalog().action(action).unwrap().key(key).unwrap();
        assert_eq!(rule.sources[0].transform, wanted, "{action} {key}");
    }
}

#[test]
fn keys_of_list_types_are_multivalued() {
    for (action, key, wanted) in [
        ("CreateTrainingJob", "sagemaker:InstanceTypes", true),
        ("CreateTrainingJob", "sagemaker:VpcSubnets", true),
        ("CreateTrainingJob", "aws:TagKeys", true),
        ("CreateApp", "sagemaker:ImageArns", true),
        ("CreateTrainingJob", "sagemaker:FileSystemId", false),
        ("CreateTrainingJob", "aws:RequestTag/${TagKey}", false),
    ] {
        let rule = catalog().action(action).unwrap().key(key).unwrap();
        assert_eq!(rule.multivalued, wanted, "{key}");
    }
}

#[test]
fn deprecated_keys_are_those_of_the_table() {
    for (name, key) in object(&file(KEY_PATHS)["keys"]) {
        let known = catalog().condition_key(name).unwrap();
        assert_eq!(known.name, name);
        assert_eq!(known.key_type.as_str(), key["type"].as_str().unwrap());
        assert_eq!(known.description, key["description"].as_str().unwrap());
        assert_eq!(known.replaced_by.as_deref(), key["deprecated_replaced_by"].as_str());
    }
}

#[test]
fn sibling_prefixes_have_keys_and_types_but_no_paths() {
    let action = catalog().action_of("sagemaker-geospatial", "StartEarthObservationJob").unwrap();
    let rule = action.key("aws:RequestTag/team").unwrap();
    assert_eq!(rule.sources, [not_derivable()]);
    let action = catalog().action_of("sagemaker-mlflow", "createrun").unwrap();
    assert_eq!(action.id(), "sagemaker-mlflow:CreateRun");
    let server = action.resource("mlflow-tracking-server").unwrap();
    assert_eq!((server.arn_service.as_str(), server.complete), ("sagemaker", false));
    assert!(!action.is_create());
}

/// The files of the crate with the text of one replaced.
fn with(file: &str, text: &str) -> Result<Catalog, LoadError> {
    let files: Vec<_> = crate::data()
        .iter()
        .map(|(name, old)| (*name, if *name == file { text } else { *old }))
        .collect();
    Catalog::parse(&files)
}

#[test]
fn faulty_files_are_refused_by_name() {
    let actions = |name: &str, transform: &str, path: &str, key: &str| {
        format!(
            r#"{{"aliases": {{}}, "actions": {{"{name}": {{"{key}": {{"paths": ["{path}"],
            "transform": "{transform}", "absent": "absent", "confidence": "high"}}}}}}}}"#
        )
    };
    let key = "sagemaker:AuthMode";
    assert!(with(KEY_PATHS, &actions("CreateDomain", "identity", "authMode", key)).is_ok());
    for (file, text, wanted) in [
        (KEY_PATHS, "{".to_owned(), "the file `condition-key-paths.json` has an unexpected shape"),
        (
            KEY_PATHS,
            actions("CreateDomains", "identity", "authMode", key),
            "the file `condition-key-paths.json` names the unknown action `CreateDomains`",
        ),
        (
            KEY_PATHS,
            actions("CreateDomain", "magic", "authMode", key),
            "the file `condition-key-paths.json` names the unknown transform `magic`",
        ),
        (
            KEY_PATHS,
            actions("CreateDomain", "identity", "authMode", "sagemaker:Auth"),
            "the file `condition-key-paths.json` names the unknown condition key `sagemaker:Auth`",
        ),
        (
            KEY_PATHS,
            actions("CreateDomain", "identity", "auth mode", key),
            "the file `condition-key-paths.json` has a faulty path",
        ),
        (
            WITHOUT_TAGS,
            r#"{"operations": ["ListNothing"]}"#.to_owned(),
            "the file `operations-without-tag-control.json` names the unknown action `ListNothing`",
        ),
        (
            "catalogue-snapshot/sagemaker.resourceTypes.json",
            r#"{"app": {"key": "app", "arn": "app/x"}}"#.to_owned(),
            "the file `catalogue-snapshot/sagemaker.resourceTypes.json` names the unknown form of ARN `app/x`",
        ),
    ] {
        assert_eq!(with(file, &text).unwrap_err().to_string(), wanted);
    }
    let error = Catalog::parse(&[]).unwrap_err();
    assert_eq!(error.to_string(), "the file `condition-key-paths.json` is missing");
}

#[test]
fn a_key_of_a_newer_snapshot_is_not_derivable_rather_than_absent() {
    let catalog = with(KEY_PATHS, r#"{"aliases": {}, "actions": {}}"#).unwrap();
    let rule = catalog.action("CreateDomain").unwrap().key("sagemaker:AuthMode").unwrap();
    assert_eq!(rule.sources, [not_derivable()]);
}
