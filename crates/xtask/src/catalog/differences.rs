//! What changed in the catalog's data, in words: by action and key, not by line.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Files;

/// A line per difference, under a line per file; nothing where nothing differs.
pub(super) fn told(old: &Files, new: &Files) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut lines = Vec::new();
    for name in names {
        let (before, after) = (old.get(name), new.get(name));
        if before == after {
            continue;
        }
        match (before, after) {
            (Some(before), Some(after)) => {
                lines.push(format!("{name}:"));
                let below = of_file(name, before, after).into_iter();
                lines.extend(below.map(|line| format!("  {line}")));
            }
            (Some(_), None) => lines.push(format!("{name}: gone")),
            _ => lines.push(format!("{name}: new")),
        }
    }
    lines
}

fn of_file(name: &str, old: &str, new: &str) -> Vec<String> {
    let parsed = |text: &str| serde_json::from_str(text).ok();
    let (Some(old), Some(new)) = (parsed(old), parsed(new)) else {
        return vec!["~ other text".to_owned()];
    };
    let lines = of_entries(noun(name), &entries(name, &old), &entries(name, &new));
    if lines.is_empty() { vec!["~ same content, written otherwise".to_owned()] } else { lines }
}

/// What a file has an entry for.
fn noun(file: &str) -> &'static str {
    let ends = [
        (".actions.json", "action"),
        (".conditionKeys.json", "condition key"),
        (".resourceTypes.json", "resource type"),
        ("condition-key-paths.json", "key"),
        ("resource-arns.json", "row"),
    ];
    let found = ends.iter().find(|(end, _)| file.ends_with(end));
    found.map_or("entry", |(_, noun)| noun)
}

/// What a file is about: a thing's name, in the words of a reader.
type Entries = BTreeMap<String, Value>;

fn of_entries(noun: &str, old: &Entries, new: &Entries) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut lines = Vec::new();
    for name in names {
        match (old.get(name), new.get(name)) {
            (None, Some(value)) => {
                lines.push(format!("+ {name}  new {noun}{}", shown_beside(value)))
            }
            (Some(_), None) => lines.push(format!("- {name}  no longer there")),
            (Some(old), Some(new)) if old != new => {
                let mut changes = Vec::new();
                collect(old, new, "", &mut changes);
                lines.push(format!("~ {name}: {}", changes.join("; ")));
            }
            _ => {}
        }
    }
    lines
}

/// Of something new, what fits beside its name.
fn shown_beside(value: &Value) -> String {
    let paths = value.get("paths").and_then(Value::as_array).into_iter().flatten();
    let paths: Vec<&str> = paths.filter_map(Value::as_str).collect();
    if paths.is_empty() { String::new() } else { format!(": {}", paths.join(", ")) }
}

fn entries(file: &str, value: &Value) -> Entries {
    let mut entries = Entries::new();
    let name = file.rsplit('/').next().unwrap_or(file);
    let snapshot = name.strip_suffix(".json").and_then(|stem| stem.rsplit_once('.'));
    if let Some((prefix, kind)) = snapshot {
        for row in members(value).map(|(_, row)| row) {
            let (member, words) = match kind {
                "actions" => ("name", format!("{prefix}:")),
                "conditionKeys" => ("key", String::new()),
                _ => ("key", format!("{prefix}:")),
            };
            let name = row.get(member).and_then(Value::as_str).unwrap_or_default();
            entries.insert(format!("{words}{name}"), row.clone());
        }
        return entries;
    }
    for (section, content) in members(value) {
        match section.as_str() {
            "actions" | "operations" => add_actions(name, content, &mut entries),
            "keys" | "aliases" => {
                for (key, row) in members(content) {
                    entries.insert(format!("{section}: {key}"), row.clone());
                }
            }
            "models" => add_models(content, &mut entries),
            _ => {
                entries.insert(section.clone(), content.clone());
            }
        }
    }
    entries
}

fn add_actions(file: &str, content: &Value, entries: &mut Entries) {
    for (action, row) in members(content) {
        let name =
            if action.contains(':') { action.clone() } else { format!("sagemaker:{action}") };
        match (file, row.get("resources").and_then(Value::as_array)) {
            ("condition-key-paths.json", _) => {
                for (key, source) in members(row) {
                    entries.insert(format!("{name} {key}"), source.clone());
                }
            }
            (_, Some(resources)) if !resources.is_empty() => {
                for resource in resources {
                    let kind = resource.get("type").and_then(Value::as_str).unwrap_or_default();
                    entries.insert(format!("{name} on {kind}"), resource.clone());
                }
            }
            _ => {
                entries.insert(name, row.clone());
            }
        }
    }
    // A plain list of names.
    for name in content.as_array().into_iter().flatten().filter_map(Value::as_str) {
        entries.insert(format!("sagemaker:{name}"), Value::Null);
    }
}

fn add_models(content: &Value, entries: &mut Entries) {
    for (model, parts) in members(content) {
        for (part, rows) in members(parts) {
            match rows {
                Value::Object(rows) => {
                    for (name, row) in rows {
                        entries.insert(format!("{model} {part} {name}"), row.clone());
                    }
                }
                other => {
                    entries.insert(format!("{model} {part}"), other.clone());
                }
            }
        }
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The changes between two values, each with the way to it.
fn collect(old: &Value, new: &Value, at: &str, changes: &mut Vec<String>) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
                let part = |of: &serde_json::Map<String, Value>| {
                    of.get(name).cloned().unwrap_or(Value::Null)
                };
                collect(&part(before), &part(after), &below(name), changes);
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            let gone = before.iter().filter(|value| !after.contains(value));
            let added = after.iter().filter(|value| !before.contains(value));
            let gone = gone.map(|value| format!("{at} - {}", shown(value)));
            let both: Vec<String> =
                gone.chain(added.map(|value| format!("{at} + {}", shown(value)))).collect();
            if both.is_empty() && before != after {
                changes.push(format!("{at} in another order"));
            }
            changes.extend(both);
        }
        _ if old != new => changes.push(format!("{at} {} → {}", shown(old), shown(new))),
        _ => {}
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}
