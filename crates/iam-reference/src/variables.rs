//! Policy variables.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
//!
//! They are variables only in policies of version 2012-10-17; in others `${…}` is text.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>

use crate::context::{Context, Found};
use crate::glob::{Piece, literal, wildcards};

/// The pattern a text stands for in this request.
///
/// What is put in for a variable is literal, its `*` is no wildcard. `None`: a variable has no value,
/// and the text matches nothing.
pub(crate) fn expand(text: &str, variables: bool, context: &Context) -> Option<Vec<Piece>> {
    if !variables {
        return Some(wildcards(text));
    }
    let mut pattern = Vec::new();
    let mut rest = text;
    // Without a closing brace it is text.
    while let Some((before, after)) = rest.split_once("${")
        && let Some((inner, behind)) = after.split_once('}')
    {
        pattern.extend(wildcards(before));
        pattern.extend(value(inner, context)?);
        rest = behind;
    }
    pattern.extend(wildcards(rest));
    Some(pattern)
}

fn value(inner: &str, context: &Context) -> Option<Vec<Piece>> {
    if matches!(inner, "*" | "?" | "$") {
        return Some(literal(inner));
    }
    let (name, default) = match inner.split_once(',') {
        Some((name, default)) => (name, unquoted(default)),
        None => (inner, None),
    };
    match context.get(name.trim()) {
        Some(Found::Single(value)) => Some(literal(value)),
        // Only keys with a single value can be variables.
        Some(Found::List(_)) => None,
        None => default.map(literal),
    }
}

fn unquoted(default: &str) -> Option<&str> {
    default.trim().strip_prefix('\'')?.strip_suffix('\'')
}
