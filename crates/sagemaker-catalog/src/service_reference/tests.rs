use serde_json::json;

use super::*;
use crate::{AccessLevel, catalog};

/// A file with one action that the catalog has, one that it lacks, and nothing else.
fn reference() -> ServiceReference {
    let arn = "arn:${Partition}:sagemaker:${Region}:${Account}:thing/${ThingName}";
    let text = json!({
        "Name": "sagemaker", "Version": "v1.4",
        "Actions": [
            {
                "Name": "CreateThing",
                "ActionConditionKeys": ["aws:TagKeys", "sagemaker:ThingColour"],
                "Resources": [{ "Name": "thing" }, { "Name": "nameless" }],
                "Annotations": { "Properties": { "IsWrite": true } },
                "SupportedBy": {}
            },
            {
                "Name": "DescribeModel",
                "ActionConditionKeys": ["sagemaker:ThingColour"],
                "Resources": [{ "Name": "model" }, { "Name": "thing" }],
                "Annotations": { "Properties": { "IsList": false, "IsWrite": true } }
            },
            { "Name": "DescribeApp" }
        ],
        "ConditionKeys": [
            { "Name": "sagemaker:ThingColour", "Types": ["ArrayOfString"] },
            { "Name": "aws:TagKeys" },
            { "Name": "sagemaker:InstanceTypes", "Types": ["ArrayOfString"] }
        ],
        "Resources": [
            { "Name": "thing", "ARNFormats": [arn], "ConditionKeys": ["aws:ResourceTag/${TagKey}"] },
            { "Name": "nameless" },
            { "Name": "model", "ARNFormats": [arn] }
        ],
        "Operations": [{ "Name": "CreateThing" }]
    });
    ServiceReference::parse(&text.to_string()).unwrap()
}

fn lines(changes: &[Change]) -> Vec<String> {
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn what_the_file_has_beyond_the_catalog_is_told() {
    let comparison = reference().compare(catalog());
    let wanted = [
        "action sagemaker:CreateThing",
        "condition key sagemaker:ThingColour of sagemaker:DescribeModel",
        "resource type thing of sagemaker:DescribeModel",
        "condition key sagemaker:ThingColour",
        "resource type nameless",
        "resource type thing",
    ];
    assert_eq!(lines(&comparison.added), wanted);
    assert_eq!(comparison.levels, [("sagemaker:DescribeModel".to_owned(), "Read", "Write")]);
}

#[test]
fn what_the_catalog_has_beyond_the_file_is_told() {
    let comparison = reference().compare(catalog());
    let missing = lines(&comparison.missing);
    let actions = missing.iter().filter(|line| line.starts_with("action ")).count();
    assert_eq!(actions, catalog().actions().count() - 2);
    for line in
        ["action sagemaker:CreateModel", "condition key sagemaker:RootAccess", "resource type app"]
    {
        assert!(missing.iter().any(|known| known == line), "{line}");
    }
    // `DescribeApp` has no lists in the file, so nothing is said of them.
    assert!(!missing.iter().any(|line| line.ends_with("sagemaker:DescribeApp")));
}

#[test]
fn a_file_without_arrays_says_nothing() {
    let reference = ServiceReference::parse(r#"{"Name": "sagemaker"}"#).unwrap();
    assert!(reference.compare(catalog()).is_empty());
    assert!(reference.overlay(catalog()).is_empty());
    assert!(ServiceReference::parse("[]").is_err());
    assert!(ServiceReference::parse(r#"{"Actions": []}"#).is_err());
}

#[test]
fn the_overlay_brings_the_catalog_up_to_the_file() {
    let reference = reference();
    let overlay = reference.overlay(catalog());
    let extended = Catalog::with_overlay(&overlay).unwrap();
    let action = extended.action("CreateThing").unwrap();
    assert_eq!(action.access_level, AccessLevel::Write);
    assert!(action.key("sagemaker:ThingColour").unwrap().multivalued);
    // A type without an ARN cannot be told from others, and is left out.
    let types: Vec<&str> = action.resources.iter().map(|rule| &*rule.resource_type).collect();
    assert_eq!(types, ["thing"]);
    assert_eq!(extended.action("DescribeModel").unwrap().access_level, AccessLevel::Write);
    let after = reference.compare(&extended);
    let wanted = ["resource type nameless of sagemaker:CreateThing", "resource type nameless"];
    assert_eq!(lines(&after.added), wanted);
    assert_eq!(after.levels, []);
}

#[test]
fn another_service_is_read_as_a_whole() {
    let text = json!({ "Name": "sagemaker-new", "Actions": [
        { "Name": "Ask", "ActionConditionKeys": ["sagemaker-new:Topic"] }
    ] });
    let reference = ServiceReference::parse(&text.to_string()).unwrap();
    let extended = Catalog::with_overlay(&reference.overlay(catalog())).unwrap();
    let action = extended.action_of("sagemaker-new", "Ask").unwrap();
    assert!(action.key("sagemaker-new:Topic").is_some());
    assert!(reference.compare(&extended).is_empty());
}
