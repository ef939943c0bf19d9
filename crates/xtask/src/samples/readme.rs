//! The README of the samples: written by hand, with the numbers and the table of plants filled in.

use std::collections::BTreeMap;

use super::json::Json;
use super::planted::Plant;

const TEMPLATE: &str = include_str!("readme.md");

pub(super) fn text(header: &Json, plants: &[Plant]) -> String {
    let mut text = TEMPLATE.to_owned();
    for name in
        ["records", "files", "unique_events", "duplicates", "sagemaker_calls", "out_of_scope"]
    {
        text = text.replace(&format!("{{{name}}}"), &number(header, name));
    }
    text.replace("{planted}", &planted(plants)).replace("{quiet}", &quiet(plants))
}

fn number(header: &Json, name: &str) -> String {
    let Json::Object(members) = header else { return String::new() };
    let value = members.iter().find(|(member, _)| member == name);
    value.map(|(_, value)| value.to_string()).unwrap_or_default()
}

/// One line for each kind of plant and principal, with the times it happened.
fn planted(plants: &[Plant]) -> String {
    let mut lines: BTreeMap<(String, String, &str, &str), Vec<String>> = BTreeMap::new();
    let mut found: Vec<&Plant> = plants.iter().filter(|plant| !plant.findings.is_empty()).collect();
    found.sort_by_key(|plant| plant.call.at);
    for plant in found {
        let line = (codes(plant), role(plant), plant.call.operation.name, plant.why);
        lines.entry(line).or_default().push(plant.call.at.short());
    }
    let lines = lines.into_iter().map(|((codes, role, call, why), times)| {
        format!("| {codes} | `{role}` | `{call}` | {why} | {} |", times.join(", "))
    });
    lines.collect::<Vec<String>>().join("\n")
}

fn codes(plant: &Plant) -> String {
    let mut codes: Vec<&str> = plant.findings.iter().map(|finding| finding.code).collect();
    codes.dedup();
    codes.join(", ")
}

/// The last part of the principal's ARN.
fn role(plant: &Plant) -> String {
    let principal = plant.principal();
    principal.rsplit('/').next().unwrap_or_default().to_owned()
}

/// One line for each reason to stay silent.
fn quiet(plants: &[Plant]) -> String {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for plant in plants.iter().filter(|plant| plant.findings.is_empty()) {
        match reasons.iter_mut().find(|(why, _)| *why == plant.why) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => reasons.push((plant.why, 1)),
        }
    }
    let lines = reasons.into_iter().map(|(why, count)| format!("- {why} ({count} calls);"));
    lines.collect::<Vec<String>>().join("\n")
}
