//! Every operation of SageMaker's API models, by the shape of its input.
//!
//! The shapes are botocore's (`data/operations.json`, made by `cargo xtask catalog`), not the
//! catalog's tables of paths: a member that the tables forget is found here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use analyzer::replay::{Replay, RequestKind};
use analyzer::target::{Facts, TargetSet, load};
use analyzer::{Actor, Code, Judge, Verdict};
use cloudtrail::{Limits, parse_record};
use iam_policy::ContextValue;
use sagemaker_catalog::catalog;
use serde_json::{Map, Value, json};

use crate::driftline::{driftline, root};
use crate::samples::Rows;

const INSTANCE_TYPES: &str = "sagemaker:InstanceTypes";

/// An instance type that no fixture has by chance.
const CHOSEN: &str = "ml.p4d.24xlarge";

/// One operation of one API model.
struct Operation<'m> {
    name: &'m str,
    /// The hosts that CloudTrail may name as the event's source.
    sources: [String; 2],
    input: Option<&'m str>,
    shapes: &'m Map<String, Value>,
}

fn models() -> Value {
    let text = std::fs::read_to_string(root().join("tests/data/operations.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn operations(models: &Value) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (model, parts) in models["models"].as_object().unwrap() {
        let endpoint = parts["endpoint_prefix"].as_str().unwrap();
        let hosts = [endpoint, model].map(|host| format!("{host}.amazonaws.com"));
        for (name, input) in parts["operations"].as_object().unwrap() {
            operations.push(Operation {
                name,
                sources: hosts.clone(),
                input: input.as_str(),
                shapes: parts["shapes"].as_object().unwrap(),
            });
        }
    }
    operations
}

/// A value below an operation's input: the way to it in the notation of paths, and its shape.
struct Leaf<'m> {
    path: String,
    shape: &'m str,
}

impl Leaf<'_> {
    fn member(&self) -> &str {
        self.path.rsplit('.').next().unwrap().trim_end_matches(['[', ']', '{', '}'])
    }

    /// Whether member or shape is named after instance types.
    fn is_instance_type(&self) -> bool {
        let member = self.member().to_lowercase();
        let named = member.ends_with("instancetype") || member.ends_with("instancetypes");
        named || self.shape.ends_with("InstanceType")
    }

    /// Lists of what may be chosen, or may not, choose nothing.
    fn is_offered(&self) -> bool {
        self.member().starts_with("hidden") || self.member().starts_with("supported")
    }
}

impl<'m> Operation<'m> {
    fn leaves(&self) -> Vec<Leaf<'m>> {
        let mut leaves = Vec::new();
        if let Some(input) = self.input {
            self.collect(input, String::new(), &mut Vec::new(), &mut leaves);
        }
        leaves
    }

    fn collect(
        &self,
        name: &'m str,
        path: String,
        above: &mut Vec<&'m str>,
        leaves: &mut Vec<Leaf<'m>>,
    ) {
        let shape = &self.shapes[name];
        if let Some(members) = shape["structure"].as_object() {
            if above.contains(&name) {
                return;
            }
            above.push(name);
            for (member, of) in members {
                let dot = if path.is_empty() { "" } else { "." };
                self.collect(of.as_str().unwrap(), format!("{path}{dot}{member}"), above, leaves);
            }
            above.pop();
        } else if let Some(of) = shape["list"].as_str() {
            self.collect(of, format!("{path}[]"), above, leaves);
        } else if let Some(of) = shape["map"].as_str() {
            self.collect(of, format!("{path}{{}}"), above, leaves);
        } else {
            leaves.push(Leaf { path, shape: name });
        }
    }

    /// Parameters with every member there is, lists and maps with one element.
    fn full(&self) -> Value {
        self.input.map_or(json!({}), |input| self.value(input, &mut Vec::new()))
    }

    fn value(&self, name: &'m str, above: &mut Vec<&'m str>) -> Value {
        let shape = &self.shapes[name];
        if let Some(members) = shape["structure"].as_object() {
            if above.contains(&name) {
                return json!({});
            }
            above.push(name);
            let members = members
                .iter()
                .map(|(member, of)| (member.clone(), self.value(of.as_str().unwrap(), above)));
            let value = Value::Object(members.collect());
            above.pop();
            return value;
        }
        if let Some(of) = shape["list"].as_str() {
            return json!([self.value(of, above)]);
        }
        if let Some(of) = shape["map"].as_str() {
            return json!({"entry": self.value(of, above)});
        }
        scalar(name, shape)
    }
}

/// A value of that kind: the first allowed one, an ARN where the name asks for one.
fn scalar(name: &str, shape: &Value) -> Value {
    if let Some(first) = shape.as_object().and_then(|kinds| kinds.values().next()) {
        return first.clone();
    }
    match shape.as_str().unwrap() {
        "string" if name.to_lowercase().contains("rolearn") => {
            json!("arn:aws:iam::111122223333:role/x")
        }
        "string" if name.to_lowercase().ends_with("arn") => {
            json!("arn:aws:sagemaker:eu-west-1:111122223333:model/x")
        }
        "string" | "blob" => json!("text"),
        "boolean" => json!(true),
        "timestamp" => json!("Jun 1, 2026, 12:00:00 PM"),
        "integer" | "long" | "float" | "double" => json!(7),
        other => panic!("{name} is a {other}"),
    }
}

/// The parameters that have this at the path and nothing else.
fn parameters(path: &str, leaf: &str) -> Value {
    path.rsplit('.').fold(json!(leaf), |below, step| {
        let name = step.trim_end_matches(['[', ']', '{', '}']);
        let marks = step.as_bytes()[name.len()..].rchunks(2);
        let value = marks.fold(below, |below, mark| match mark {
            b"[]" => json!([below]),
            _ => json!({"entry": below}),
        });
        json!({name: value})
    })
}

fn record(id: usize, source: &str, name: &str, parameters: &Value) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": format!("e-{id}"), "eventTime": "2026-06-01T12:00:00Z",
        "eventSource": source, "eventName": name, "eventType": "AwsApiCall",
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "sourceIPAddress": "203.0.113.7",
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:ana", "accountId": "111122223333",
            "arn": "arn:aws:sts::111122223333:assumed-role/Scientist/ana",
            "sessionContext": {"sessionIssuer": {
                "type": "Role", "arn": "arn:aws:iam::111122223333:role/ml/Scientist"
            }}
        },
        "requestParameters": parameters,
    })
}

fn replayed(operation: &Operation<'_>, parameters: &Value) -> Replay {
    let text = record(0, &operation.sources[0], operation.name, parameters).to_string();
    let parsed = parse_record(text.as_bytes(), &Limits::default()).unwrap();
    let node = parsed.request_parameters.and_then(|text| iam_policy::json::parse(text).ok());
    let actor = Actor::of(&parsed);
    let mut replay = Replay::default();
    replay.replay(&parsed, node.as_ref(), &actor, &Facts::default(), catalog());
    replay
}

/// What the requests of a call say of the instance types: the chosen one, nothing, or a doubt.
#[derive(Debug, PartialEq)]
enum Told {
    Chosen,
    Absent,
    Doubtful,
}

fn told(replay: &Replay) -> Told {
    let values: Vec<&ContextValue> =
        replay.requests.iter().map(|request| request.context.value(INSTANCE_TYPES)).collect();
    let chosen = values.iter().any(|value| match value {
        ContextValue::Known(value) => value.texts().iter().any(|text| text == CHOSEN),
        _ => false,
    });
    match chosen {
        true => Told::Chosen,
        false if values.iter().all(|value| matches!(value, ContextValue::Absent)) => Told::Absent,
        false => Told::Doubtful,
    }
}

/// Members that may count, by the catalog's word: whether they do, no page says.
const DOUBTFUL: [&str; 2] = ["selectedInstanceType", "debugRuleConfigurations[].instanceType"];

#[test]
fn every_instance_type_of_a_shape_is_in_the_key() {
    let models = models();
    let (mut actions, mut members, mut offered) = (0, 0, 0);
    for operation in operations(&models) {
        let action = catalog().action(operation.name);
        if action.and_then(|action| action.key(INSTANCE_TYPES)).is_none() {
            continue;
        }
        actions += 1;
        for leaf in operation.leaves().iter().filter(|leaf| leaf.is_instance_type()) {
            let replay = replayed(&operation, &parameters(&leaf.path, CHOSEN));
            let place = format!("{} {}", operation.name, leaf.path);
            if leaf.is_offered() {
                offered += 1;
                assert_eq!(told(&replay), Told::Absent, "{place}");
                assert_eq!(replay.instance_types, Vec::<String>::new(), "{place}");
                continue;
            }
            members += 1;
            let doubtful = DOUBTFUL.iter().any(|end| leaf.path.ends_with(end));
            let wanted = if doubtful { Told::Doubtful } else { Told::Chosen };
            assert_eq!(told(&replay), wanted, "{place}");
            assert_eq!(replay.instance_types, [CHOSEN], "{place}");
        }
    }
    assert_eq!(actions, 23);
    assert_eq!(members, 82);
    assert!(offered >= 4, "{offered}");
}

/// A set that allows all, and whose record rule allows a type that nobody chooses here.
fn set_with_record_rule() -> TargetSet {
    let text = "schema = 1\nrevision = 1\nname = \"any\"\n[[binding]]\nname = \"everybody\"\n\
                principals = [\"*\"]\nidentity = [\"@any\"]\n\
                [[record_rule]]\nprincipals = [\"*\"]\ninstance_types = [\"ml.t3.*\", \"Small\"]\n";
    let files = BTreeMap::from([("policy-set.toml".to_owned(), text.as_bytes().to_vec())]);
    load(&files).unwrap_or_else(|error| panic!("{:?}", error.faults))
}

#[test]
fn compute_that_no_key_shows_is_found_by_record_rules() {
    let models = models();
    let set = set_with_record_rule();
    let mut judge = Judge::new(&set, Limits::default());
    let mut found = BTreeMap::new();
    for operation in operations(&models) {
        let action = catalog().action(operation.name);
        if action.is_some_and(|action| action.key(INSTANCE_TYPES).is_some()) {
            continue;
        }
        let size = |leaf: &Leaf<'_>| leaf.path == "trackingServerSize";
        let leaves = operation.leaves();
        for leaf in leaves.iter().filter(|leaf| leaf.is_instance_type() || size(leaf)) {
            let chosen = if size(leaf) { "Large" } else { CHOSEN };
            let parameters = parameters(&leaf.path, chosen);
            let record = record(0, &operation.sources[0], operation.name, &parameters);
            let mut rows = Rows::default();
            judge.judge(record.to_string().as_bytes(), None, &mut rows);
            let findings = rows.findings.iter().filter(|row| row.code == Code::InstanceType);
            let observed: Vec<&str> =
                findings.flat_map(|row| &row.observed).map(String::as_str).collect();
            let wanted: &[&str] = if leaf.is_offered() { &[] } else { &[chosen] };
            assert_eq!(observed, wanted, "{} {}", operation.name, leaf.path);
            if !leaf.is_offered() {
                *found.entry(operation.name).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(found.len(), 16, "{found:?}");
}

#[test]
fn a_record_of_every_operation_is_evaluated() {
    let models = models();
    let set = set_with_record_rule();
    let mut judge = Judge::new(&set, Limits::default());
    let mut trail = String::new();
    let (mut operations_seen, mut records) = (0, 0);
    for operation in operations(&models) {
        operations_seen += 1;
        for source in &operation.sources {
            for parameters in [operation.full(), json!({}), Value::Null] {
                records += 1;
                let record = record(records, source, operation.name, &parameters).to_string();
                let mut rows = Rows::default();
                let verdict = judge.judge(record.as_bytes(), None, &mut rows);
                assert!(matches!(verdict, Verdict::Evaluated { .. }), "{verdict:?} {record}");
                let is_primary = |call: &&analyzer::Call| call.request_kind == RequestKind::Primary;
                let primary: Vec<_> = rows.calls.iter().filter(is_primary).collect();
                assert!(!primary.is_empty(), "{record}");
                let wanted = catalog().event(source, operation.name).to_string();
                assert!(primary.iter().all(|call| call.action == wanted), "{wanted} {record}");
                writeln!(trail, "{record}").unwrap();
            }
        }
    }
    assert_eq!(operations_seen, 425 + 32);
    check_accounts(&trail, records);
}

/// The program says that it lost none of them.
fn check_accounts(trail: &str, records: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("trail.jsonl"), trail).unwrap();
    std::fs::create_dir(path("set")).unwrap();
    let text = "schema = 1\nrevision = 1\nname = \"any\"\n[[binding]]\nname = \"everybody\"\n\
                principals = [\"*\"]\nidentity = [\"@any\"]\n";
    std::fs::write(path("set/policy-set.toml"), text).unwrap();
    let (trail, set) = (path("trail.jsonl"), path("set"));
    let run = driftline(&["analyze", "--trail", &trail, "--policies", &set, "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let counts = &run.json()["records"];
    let wanted =
        [("read", records), ("evaluated", records), ("out_of_scope", 0), ("quarantined", 0)];
    for (name, number) in wanted {
        assert_eq!(counts[name], number, "{name} of {counts}");
    }
}
