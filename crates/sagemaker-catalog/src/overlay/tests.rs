use super::*;
use crate::{AbsentRule, AccessLevel, Catalog, Coverage, LoadError, catalog};

const OVERLAY: &str = r#"{
    "schema": "driftline.catalog/1",
    "services": {
        "sagemaker": {
            "actions": {
                "CreateThing": {
                    "access_level": "Write", "resource_types": ["thing"],
                    "condition_keys": ["sagemaker:ThingColour", "aws:TagKeys"]
                },
                "CreateTrainingJob": {
                    "resource_types": ["thing"], "condition_keys": ["sagemaker:ThingColour"]
                },
                "ListThings": { "access_level": "List" },
                "DescribeModel": { "access_level": "Write" }
            },
            "condition_keys": { "sagemaker:ThingColour": { "type": "ArrayOfString" } },
            "resource_types": {
                "thing": { "arn": "arn:${Partition}:sagemaker:${Region}:${Account}:thing/${ThingName}" }
            }
        },
        "sagemaker-new": { "actions": { "Ask": {} } }
    }
}"#;

fn extended(text: &str) -> Result<Catalog, LoadError> {
    Catalog::with_overlay(&Overlay::parse(text).unwrap())
}

#[test]
fn an_added_action_is_known_and_its_keys_are_unknown() {
    let extended = extended(OVERLAY).unwrap();
    let action = extended.action("CreateThing").unwrap();
    assert_eq!(action.access_level, AccessLevel::Write);
    assert!(action.is_create() && action.resource("thing").unwrap().created);
    let key = action.key("sagemaker:ThingColour").unwrap();
    assert!(key.multivalued);
    assert_eq!(key.coverage(), Coverage::Unresolved);
    assert_eq!(key.sources[0].absent, AbsentRule::Unknown);
    assert_eq!(extended.event("sagemaker.amazonaws.com", "CreateThing").to_string(), action.id());
    assert_eq!(extended.list_family("ListThings"), Some("thing"));
    let arn = "arn:aws:sagemaker:eu-west-1:111122223333:thing/x";
    assert_eq!(extended.resource_type_of_arn(arn), Some("thing"));
    assert!(extended.action_of("sagemaker-new", "ask").is_some());
}

#[test]
fn an_action_of_the_catalog_keeps_what_it_has() {
    let extended = extended(OVERLAY).unwrap();
    let (old, new) = (catalog().action("CreateTrainingJob"), extended.action("CreateTrainingJob"));
    let (old, new) = (old.unwrap(), new.unwrap());
    assert_eq!(new.keys.len(), old.keys.len() + 1);
    assert_eq!(new.key("sagemaker:InstanceTypes"), old.key("sagemaker:InstanceTypes"));
    assert_eq!(new.resources.len(), old.resources.len() + 1);
    assert_eq!(new.resource("training-job"), old.resource("training-job"));
    assert!(!new.resource("thing").unwrap().complete);
    assert_eq!(new.access_level, old.access_level);
    assert_eq!(extended.action("DescribeModel").unwrap().access_level, AccessLevel::Write);
    assert_eq!(extended.actions().count(), catalog().actions().count() + 2);
}

#[test]
fn an_empty_overlay_changes_nothing() {
    let same = Catalog::with_overlay(&Overlay::default()).unwrap();
    assert_eq!(format!("{same:?}"), format!("{:?}", catalog()));
    assert!(Overlay::default().is_empty());
    assert!(!Overlay::parse(OVERLAY).unwrap().is_empty());
}

/// Lint would take every action of such a service for a slip of the pen.
#[test]
fn a_service_without_actions_is_no_service() {
    let text = r#"{"schema": "driftline.catalog/1", "services": {"s3": {"condition_keys":
        {"s3:prefix": {"type": "String"}}}}}"#;
    let extended = extended(text).unwrap();
    assert!(!extended.vocabulary().services.contains_key("s3"));
}

/// What users are told of the format is so.
#[test]
fn the_example_of_the_documentation_is_an_overlay() {
    let page = include_str!("../../../../docs/catalog.md");
    let example = page.split("```json").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let extended = extended(example).unwrap();
    assert!(extended.action("CreateThing").unwrap().key("sagemaker:ThingColour").is_some());
}

#[test]
fn what_is_written_is_read_again() {
    let overlay = Overlay::parse(OVERLAY).unwrap();
    assert_eq!(Overlay::parse(&overlay.to_json()).unwrap(), overlay);
    assert_eq!(Overlay::default().with(overlay.clone()), overlay);
    assert_eq!(overlay.clone().merged(overlay.clone()), overlay);
}

#[test]
fn faults_are_told_with_the_name_that_is_wrong() {
    for (text, wanted) in [
        (
            r#"{"schema": "driftline.catalog/2"}"#,
            "unknown schema `driftline.catalog/2`; this version",
        ),
        (r#"{"schema": "driftline.catalog/1", "x": 1}"#, "no catalog overlay: unknown field `x`"),
        (r#"{"Version": "2012-10-17"}"#, "no catalog overlay: unknown field `Version`"),
        ("", "no catalog overlay: EOF"),
    ] {
        let error = Overlay::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(wanted), "{error}");
    }
    for (action, wanted) in [
        (r#"{"condition_keys": ["sagemaker:No"]}"#, "the unknown condition key `sagemaker:No`"),
        (r#"{"resource_types": ["no"]}"#, "the unknown resource type `no`"),
    ] {
        let text = format!(
            r#"{{"schema": "driftline.catalog/1",
            "services": {{"sagemaker": {{"actions": {{"A": {action}}}}}}}}}"#
        );
        let error = extended(&text).unwrap_err().to_string();
        assert_eq!(error, format!("the file `catalog.json` names {wanted}"));
    }
}
