//! The answer key: what the trail holds in all, and every finding that was planted.

use std::collections::BTreeSet;

use super::json::{Json, object};
use super::planted::Plant;
use super::session::Call;

/// JSON Lines: a header, then one line for each finding in the order of their days.
pub(super) fn text(header: &Json, plants: &[Plant]) -> String {
    let mut plants: Vec<&Plant> = plants.iter().collect();
    plants.sort_by_key(|plant| plant.call.at);
    let rows = plants.into_iter().flat_map(Plant::rows).map(|row| row.to_string());
    let mut text = header.to_string();
    for row in rows {
        text.push('\n');
        text.push_str(&row);
    }
    text.push('\n');
    text
}

/// Counts of the trail. A duplicate is one more delivery of an event; only SageMaker's come twice.
pub(super) fn header(calls: &[Call], out_of_scope: usize, files: usize) -> Json {
    let duplicates = calls.iter().filter(|call| call.delivered_twice).count();
    let events = calls.len().saturating_add(out_of_scope);
    object! {
        "records": events.saturating_add(duplicates),
        "files": files,
        "unique_events": events,
        "duplicates": duplicates,
        "sagemaker_calls": calls.len(),
        "out_of_scope": out_of_scope,
        "instance_types": instance_types(calls),
    }
}

/// Every type a call asked for. What a refused record no longer shows does not count.
fn instance_types(calls: &[Call]) -> Vec<String> {
    let mut types = BTreeSet::new();
    for call in calls.iter().filter(|call| call.shows_parameters()) {
        collect_types(&call.operation.parameters, &mut types);
    }
    types.into_iter().collect()
}

fn collect_types(parameters: &Json, types: &mut BTreeSet<String>) {
    match parameters {
        Json::Object(members) => {
            for (name, value) in members {
                match value {
                    Json::Text(kind) if name == "instanceType" => {
                        types.insert(kind.clone());
                    }
                    inner => collect_types(inner, types),
                }
            }
        }
        Json::List(items) => items.iter().for_each(|item| collect_types(item, types)),
        _ => {}
    }
}
