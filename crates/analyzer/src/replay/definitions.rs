//! Tuning jobs that define several training jobs.
//!
//! Each definition is a request of its own, as each variant or channel is. A key that takes a
//! list may hold what this definition says or what all of them say together: AWS does not tell
//! which, so it may be either.

use iam_policy::json::{Node, Value};
use iam_policy::{ContextValue, KeyValue, RequestContext};
use sagemaker_catalog::KeyRule;

use super::alias::deprecated_names;

const MEMBER: &str = "trainingJobDefinitions";

/// The service allows 10.
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html>
pub(super) const MAX_DEFINITIONS: usize = 32;

/// How many training jobs the parameters define in a list.
pub(super) fn count(parameters: &Node<'_>) -> usize {
    lists(parameters).map(<[Node<'_>]>::len).max().unwrap_or(0)
}

fn lists<'n, 'a>(parameters: &'n Node<'a>) -> impl Iterator<Item = &'n [Node<'a>]> {
    let members = match &parameters.value {
        Value::Object(members) => members.as_slice(),
        _ => &[],
    };
    members.iter().filter(|member| member.key.eq_ignore_ascii_case(MEMBER)).filter_map(|member| {
        match &member.node.value {
            Value::Array(elements) => Some(elements.as_slice()),
            _ => None,
        }
    })
}

/// The parameters with one of the definitions alone.
pub(super) fn only<'a>(parameters: &Node<'a>, position: usize) -> Node<'a> {
    let mut parameters = parameters.clone();
    if let Value::Object(members) = &mut parameters.value {
        for member in members.iter_mut().filter(|m| m.key.eq_ignore_ascii_case(MEMBER)) {
            if let Value::Array(elements) = &mut member.node.value {
                *elements = elements.get(position).cloned().into_iter().collect();
            }
        }
    }
    parameters
}

/// Opens the keys for which one definition and all together say different things.
pub(super) fn open(context: &mut RequestContext, together: &RequestContext, rules: &[&KeyRule]) {
    for rule in rules.iter().filter(|rule| !rule.key.contains("${")) {
        for name in deprecated_names(&rule.key).chain([rule.key.as_str()]) {
            let (own, all) = (context.value(name), together.value(name));
            if own != all {
                let value = either(own, all);
                context.set(name, value);
            }
        }
    }
}

fn either(own: &ContextValue, all: &ContextValue) -> ContextValue {
    match (candidates(own), candidates(all)) {
        (Some(mut own), Some(all)) => {
            own.extend(all);
            ContextValue::OneOf(own)
        }
        _ if is_there(own) && is_there(all) => ContextValue::Present,
        _ => ContextValue::Unknown,
    }
}

fn is_there(value: &ContextValue) -> bool {
    matches!(value, ContextValue::Known(_) | ContextValue::Present)
}

fn candidates(value: &ContextValue) -> Option<Vec<Option<KeyValue>>> {
    match value {
        ContextValue::Known(value) => Some(vec![Some(value.clone())]),
        ContextValue::Absent => Some(vec![None]),
        ContextValue::OneOf(candidates) => Some(candidates.clone()),
        ContextValue::Present | ContextValue::Unknown => None,
    }
}
