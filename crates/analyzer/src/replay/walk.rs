//! All text in the parameters, for what the catalog cannot tell.

use iam_policy::json::{Node, Value};

/// Maps whose keys the caller makes up: they mean nothing to SageMaker.
const FREE: [&str; 10] = [
    "environment",
    "environmentvariables",
    "hyperparameters",
    "statichyperparameters",
    "properties",
    "customermetadataproperties",
    "userproperties",
    "metadataproperties",
    "parameters",
    "tags",
];

/// Visits every text with the path to it, as the catalog writes paths but in lower case: member
/// names compare without case. What callers name as they like is left out.
pub(super) fn walk(node: &Node<'_>, visit: &mut dyn FnMut(&str, &str)) {
    below(node, &mut String::new(), visit);
}

fn below(node: &Node<'_>, path: &mut String, visit: &mut dyn FnMut(&str, &str)) {
    let above = path.len();
    match &node.value {
        Value::String(text) => visit(path, text),
        Value::Array(elements) => {
            path.push_str("[]");
            for element in elements {
                below(element, path, visit);
            }
        }
        Value::Object(members) => {
            let free = |key: &str| FREE.iter().any(|free| free.eq_ignore_ascii_case(key));
            for member in members.iter().filter(|member| !free(&member.key)) {
                if above > 0 {
                    path.push('.');
                }
                path.push_str(&member.key.to_ascii_lowercase());
                below(&member.node, path, visit);
                path.truncate(above);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    path.truncate(above);
}
