//! All text in the parameters of a call, for what the catalog cannot tell.

use iam_policy::json::{Node, Value};

/// Maps whose keys the caller makes up: they mean nothing to SageMaker.
pub(crate) const FREE_MAPS: [&str; 10] = [
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
/// names compare without case. Members of the names `left_out` are not looked into.
pub(crate) fn walk(node: &Node<'_>, left_out: &[&str], visit: &mut dyn FnMut(&str, &str)) {
    below(node, &mut String::new(), left_out, visit);
}

/// The last name of a path.
pub(crate) fn member(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default().trim_end_matches("[]")
}

fn below(node: &Node<'_>, path: &mut String, left_out: &[&str], visit: &mut dyn FnMut(&str, &str)) {
    let above = path.len();
    match &node.value {
        Value::String(text) => visit(path, text),
        Value::Array(elements) => {
            path.push_str("[]");
            for element in elements {
                below(element, path, left_out, visit);
            }
        }
        Value::Object(members) => {
            let out = |key: &str| left_out.iter().any(|name| name.eq_ignore_ascii_case(key));
            for member in members.iter().filter(|member| !out(&member.key)) {
                if above > 0 {
                    path.push('.');
                }
                path.push_str(&member.key.to_ascii_lowercase());
                below(&member.node, path, left_out, visit);
                path.truncate(above);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    path.truncate(above);
}
