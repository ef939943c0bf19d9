//! `tests/data/operations.json`: the input shapes of all operations, for tests alone.
//!
//! Tests that rest on the tables of the catalog cannot find what the tables forget. These shapes are
//! botocore's, with nothing of ours between but the spelling of members.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::model::{Model, Models, Shape, cloudtrail_name};

/// The text of the file: a line per operation and per shape, so that a change is a line.
pub(super) fn text(models: &Models, version: &str) -> Result<String, Box<dyn Error>> {
    let about = format!(
        "names and input shapes of the operations signed for sagemaker, from botocore {version}, \
         Apache-2.0 (see ../../crates/sagemaker-catalog/NOTICE and LICENSE); made by cargo xtask \
         catalog. A shape is {{structure, required}}, {{list}}, {{map}} or the kind of a value, with the \
         first allowed one"
    );
    let mut text = format!("{{\n\"about\": {},\n\"models\": {{\n", Value::from(about));
    let models = models.0.iter().map(|(name, model)| model_text(name, model));
    text.push_str(&models.collect::<Result<Vec<_>, _>>()?.join(",\n"));
    text.push_str("\n}\n}\n");
    Ok(text)
}

fn model_text(name: &str, model: &Model) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let endpoint = Value::from(model.endpoint_prefix());
    let signing = Value::from(model.signing_name());
    writeln!(text, "{}: {{", Value::from(name))?;
    writeln!(text, "\"signing_name\": {signing}, \"endpoint_prefix\": {endpoint},")?;
    let operations = model.operations.iter().map(|(name, operation)| {
        let input = operation.input.as_ref().map(|input| input.shape.as_str());
        format!("{}: {}", Value::from(name.as_str()), Value::from(input))
    });
    writeln!(text, "\"operations\": {{\n{}\n}},", operations.collect::<Vec<_>>().join(",\n"))?;
    let shapes = reachable(model);
    let shapes = shapes
        .iter()
        .map(|(name, shape)| format!("{}: {}", Value::from(*name), shape_value(shape)));
    write!(text, "\"shapes\": {{\n{}\n}}\n}}", shapes.collect::<Vec<_>>().join(",\n"))?;
    Ok(text)
}

/// The shapes that some input leads to.
fn reachable(model: &Model) -> BTreeMap<&str, &Shape> {
    let inputs = model.operations.values().filter_map(|operation| operation.input.as_ref());
    let mut waiting: Vec<&str> = inputs.map(|input| input.shape.as_str()).collect();
    let mut found = BTreeMap::new();
    while let Some(name) = waiting.pop() {
        let Some(shape) = model.shapes.get(name) else { continue };
        if found.insert(name, shape).is_none() {
            let members = shape.members.0.iter().map(|(_, of)| of);
            let parts = members.chain(&shape.member).chain(&shape.value);
            waiting.extend(parts.map(|of| of.shape.as_str()));
        }
    }
    found
}

fn shape_value(shape: &Shape) -> Value {
    match (shape.kind.as_str(), &shape.member, &shape.value) {
        ("structure", _, _) => {
            let members = shape.members.0.iter();
            let members: BTreeMap<String, &str> =
                members.map(|(name, of)| (cloudtrail_name(name), of.shape.as_str())).collect();
            let required: BTreeSet<String> =
                shape.required.iter().map(|name| cloudtrail_name(name)).collect();
            match required.is_empty() {
                true => json!({ "structure": members }),
                false => json!({ "structure": members, "required": required }),
            }
        }
        ("list", Some(of), _) => json!({ "list": of.shape }),
        ("map", _, Some(of)) => json!({ "map": of.shape }),
        (kind, _, _) => match shape.values.first() {
            Some(first) => json!({ kind: first }),
            None => kind.into(),
        },
    }
}
