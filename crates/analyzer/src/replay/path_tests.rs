//! Every member that the catalog says feeds a condition key does: a call with this member alone
//! gives the key its value.

use iam_policy::ContextValue;
use sagemaker_catalog::{Action, KeyRule, KeySource, KeyType, Transform, catalog};
use serde_json::{Value, json};

use super::tests::{call, record, replayed};

const KEY_ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
const WORKTEAM: &str = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/labels";
const RESOURCE: &str = "arn:aws:sagemaker:eu-west-1:111122223333:thing/x";

/// What stands at the member, and what the key then holds; nothing where other tests look.
fn sample(rule: &KeyRule, source: &KeySource) -> Option<(Value, String)> {
    let key = catalog().condition_key(&rule.key);
    let plain = match key.map(|key| &key.key_type) {
        Some(KeyType::Bool) => (json!(true), "true".to_owned()),
        Some(KeyType::Numeric) => (json!(7), "7".to_owned()),
        _ => (json!("value-x"), "value-x".to_owned()),
    };
    Some(match source.transform {
        Transform::Identity => plain,
        Transform::KmsArn => (json!(KEY_ARN), KEY_ARN.to_owned()),
        Transform::WorkteamType => (json!(WORKTEAM), "private-crowd".to_owned()),
        Transform::ArnFrom { .. } => (json!(RESOURCE), RESOURCE.to_owned()),
        Transform::TagKeys => (json!("team"), "team".to_owned()),
        _ => return None,
    })
}

/// The parameters that have this at the path and nothing else.
fn parameters(path: &str, leaf: Value) -> Value {
    let mut value = leaf;
    for step in path.rsplit('.') {
        let name = step.trim_end_matches(['[', ']', '{', '}']);
        let containers = step.get(name.len()..).unwrap_or_default();
        for container in containers.as_bytes().rchunks(2) {
            value = match container {
                b"[]" => json!([value]),
                _ => json!({"entry": value}),
            };
        }
        value = json!({name: value});
    }
    value
}

fn sources(rule: &KeyRule) -> impl Iterator<Item = &KeySource> {
    rule.sources.iter().filter(|source| source.confidence.is_sure())
}

/// Whether some request of the call has the value under the key.
fn gives(action: &Action, rule: &KeyRule, parameters: &Value, wanted: &str) -> bool {
    let replay = replayed(&call(&action.name, &parameters.to_string()));
    replay.requests.iter().any(|request| match request.context.value(&rule.key) {
        ContextValue::Known(value) => value.texts().iter().any(|text| text == wanted),
        _ => false,
    })
}

#[test]
fn every_member_feeds_its_key() {
    let (mut members, mut silent) = (0, Vec::new());
    for action in catalog().actions() {
        for rule in &action.keys {
            for source in sources(rule) {
                let Some((leaf, wanted)) = sample(rule, source) else { continue };
                for path in &source.paths {
                    members += 1;
                    let parameters = parameters(&path.to_string(), leaf.clone());
                    if !gives(action, rule, &parameters, &wanted) {
                        silent.push(format!("{} of {}: {path}", rule.key, action.name));
                    }
                }
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new());
    assert!(members > 450, "{members}");
}

/// The 23 actions, by each of their members; and the types are seen by record rules, too.
#[test]
fn every_member_that_chooses_compute_is_an_instance_type() {
    let mut with_key = 0;
    for action in catalog().actions() {
        let Some(rule) = action.key("sagemaker:InstanceTypes") else { continue };
        with_key += 1;
        for path in sources(rule).flat_map(|source| &source.paths) {
            let parameters = parameters(&path.to_string(), json!("ml.p4d.24xlarge"));
            let text = parameters.to_string();
            assert!(gives(action, rule, &parameters, "ml.p4d.24xlarge"), "{} {text}", action.name);
            let replay = replayed(&call(&action.name, &text));
            assert_eq!(replay.instance_types, ["ml.p4d.24xlarge"], "{} {text}", action.name);
        }
    }
    assert_eq!(with_key, 23);
    let mut without_key = 0;
    for action in catalog().actions() {
        for path in &action.instance_types_without_key {
            without_key += 1;
            let parameters = parameters(&path.to_string(), json!("ml.p4d.24xlarge"));
            let replay = replayed(&call(&action.name, &parameters.to_string()));
            assert_eq!(replay.instance_types, ["ml.p4d.24xlarge"], "{} {path}", action.name);
        }
    }
    assert!(without_key > 20, "{without_key}");
}

/// Lists of what may be chosen, or may not, choose nothing.
#[test]
fn lists_of_types_on_offer_are_no_choice() {
    for (event, path) in [
        ("CreateDomain", "defaultUserSettings.studioWebPortalSettings.hiddenInstanceTypes[]"),
        ("CreateUserProfile", "userSettings.studioWebPortalSettings.hiddenInstanceTypes[]"),
        ("CreateModelPackage", "inferenceSpecification.supportedTransformInstanceTypes[]"),
        ("CreateModelPackage", "inferenceSpecification.supportedRealtimeInferenceInstanceTypes[]"),
        ("CreateAlgorithm", "trainingSpecification.supportedTrainingInstanceTypes[]"),
    ] {
        let parameters = parameters(path, json!("ml.p4d.24xlarge")).to_string();
        let replay = replayed(&call(event, &parameters));
        assert_eq!(replay.instance_types, Vec::<String>::new(), "{event} {path}");
        for request in &replay.requests {
            let value = request.context.value("sagemaker:InstanceTypes");
            assert!(!matches!(value, ContextValue::Known(_)), "{event} {path}: {value:?}");
        }
    }
}

/// All members of an action that any table names, each with a text.
fn all_parameters(action: &Action) -> Value {
    let keys = action.keys.iter().flat_map(|rule| &rule.sources);
    let paths = keys.flat_map(|source| &source.paths).chain(&action.pass_role);
    let paths = paths.chain(&action.instance_type_paths).chain(&action.kms_keys);
    let names = action.resources.iter().flat_map(|rule| {
        rule.tail.variables().flat_map(|variable| &variable.members).chain(&rule.arn_parameter)
    });
    let mut all = json!({});
    for path in paths.chain(names) {
        merge(&mut all, parameters(&path.to_string(), json!("arn:aws:iam::111122223333:role/x")));
    }
    all
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(into), Value::Array(from)) => {
            match (into.first_mut(), from.into_iter().next()) {
                (Some(into), Some(from)) => merge(into, from),
                (None, Some(from)) => into.push(from),
                _ => {}
            }
        }
        (into, from) => {
            if into.is_null() {
                *into = from;
            }
        }
    }
}

/// Every action of SageMaker and its siblings goes through, whatever its parameters.
#[test]
fn every_action_becomes_requests() {
    let mut count = 0;
    for action in catalog().prefixes().flat_map(|prefix| catalog().actions_of(prefix)) {
        let all = all_parameters(action).to_string();
        let source = format!("\"{}.amazonaws.com\"", action.prefix);
        for parameters in ["null", "{}", &all, r#"{"omitted": true}"#, "[]", "\"x\""] {
            let changes = [("requestParameters", parameters), ("eventSource", &source)];
            let replay = replayed(&record(&action.name, &changes));
            let first = replay.requests.first().map(|request| request.context.action.clone());
            assert_eq!(first, Some(action.id()), "{parameters}");
            count += 1;
        }
    }
    assert!(count > 6 * 449, "{count}");
}
