//! Who may import whom: the table of ARCHITECTURE.md, compared with `cargo metadata`.
//!
//! A new arrow is a line in this table, made on purpose.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What each crate may import of ours. Tests and tools may import anything; nothing imports them.
const MAY_IMPORT: [(&str, &[&str]); 6] = [
    ("iam-policy", &[]),
    ("iam-reference", &[]),
    ("cloudtrail", &["iam-policy"]),
    ("sagemaker-catalog", &["iam-policy"]),
    ("analyzer", &["cloudtrail", "iam-policy", "sagemaker-catalog"]),
    ("lake", &["analyzer", "cloudtrail", "iam-policy", "sagemaker-catalog"]),
];

/// Shells: they may import anything of ours, and nothing imports them.
const SHELLS: [&str; 3] = ["cli", "tests", "xtask"];

/// What the default command line must not have behind it: first builds stay lean.
const NOT_BEHIND_THE_CLI: [&str; 6] =
    ["aws-config", "aws-sdk-s3", "datafusion", "duckdb", "tokio", "openssl"];

pub(crate) fn metadata() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn ours(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let packages = metadata["packages"].as_array().unwrap();
    let members: BTreeSet<&str> = metadata["workspace_members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    let own = packages.iter().filter(|package| members.contains(package["id"].as_str().unwrap()));
    let own: Vec<&Value> = own.collect();
    let names: BTreeSet<&str> =
        own.iter().map(|package| package["name"].as_str().unwrap()).collect();
    own.iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let dependencies = dependencies
                .filter(|dependency| dependency["kind"].is_null())
                .map(|dependency| dependency["name"].as_str().unwrap())
                .filter(|name| names.contains(name))
                .map(str::to_owned);
            (package["name"].as_str().unwrap().to_owned(), dependencies.collect())
        })
        .collect()
}

#[test]
fn imports_are_as_the_table_says() {
    let ours = ours(&metadata());
    let known: BTreeSet<&str> = MAY_IMPORT.iter().map(|(name, _)| *name).chain(SHELLS).collect();
    for (name, imports) in &ours {
        assert!(known.contains(name.as_str()), "`{name}` is not in the table");
        for import in imports {
            assert!(!SHELLS.contains(&import.as_str()), "`{name}` imports the shell `{import}`");
            let allowed = MAY_IMPORT.iter().find(|(known, _)| known == name);
            let allowed = allowed.is_none_or(|(_, allowed)| allowed.contains(&import.as_str()));
            assert!(allowed, "`{name}` may not import `{import}`");
        }
    }
    for (name, _) in MAY_IMPORT {
        assert!(ours.contains_key(name), "the table has `{name}`, the workspace has not");
    }
}

#[test]
fn the_second_evaluator_is_for_tests_and_tools() {
    for (name, imports) in &ours(&metadata()) {
        let tool = ["tests", "xtask"].contains(&name.as_str());
        assert!(tool || !imports.contains("iam-reference"), "`{name}` imports `iam-reference`");
    }
}

#[test]
fn the_table_is_the_one_in_architecture_md() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    for (name, allowed) in MAY_IMPORT {
        let list: Vec<String> = allowed.iter().map(|name| format!("`{name}`")).collect();
        let list = if list.is_empty() { "nothing of ours".to_owned() } else { list.join(", ") };
        let row = format!("| `{name}` | {list} |");
        assert!(page.contains(&row), "ARCHITECTURE.md lacks the row {row}");
    }
}

#[test]
fn arrow_and_parquet_are_known_to_the_lake_alone() {
    let metadata = metadata();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let own = MAY_IMPORT.iter().any(|(known, _)| *known == name) || name == "cli";
        if !own || name == "lake" {
            continue;
        }
        for dependency in package["dependencies"].as_array().unwrap() {
            let dependency = dependency["name"].as_str().unwrap();
            assert!(!["arrow", "parquet"].contains(&dependency), "`{name}` imports `{dependency}`");
        }
    }
}

#[test]
fn the_command_line_stays_lean() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let cli = metadata["workspace_default_members"].as_array().unwrap()[0].as_str().unwrap();
    let mut open = vec![cli.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == id.as_str()).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            if kinds.iter().any(|kind| kind["kind"].is_null()) {
                open.push(dependency["pkg"].as_str().unwrap().to_owned());
            }
        }
    }
    for refused in NOT_BEHIND_THE_CLI {
        let behind = seen.iter().find(|id| id.contains(&format!("#{refused}@")));
        assert_eq!(behind, None, "the command line depends on `{refused}`");
    }
}
