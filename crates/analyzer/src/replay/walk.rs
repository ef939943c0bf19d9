//! All text in the parameters, for what the catalog cannot tell.

use iam_policy::json::{Node, Value};

/// Visits every text with the path to it, as the catalog writes paths but in lower case: member
/// names compare without case.
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
            for member in members {
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
