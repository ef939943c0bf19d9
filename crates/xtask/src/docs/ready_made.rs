//! The page of the ready-made policies, from their `about.toml`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
struct About {
    title: String,
    when: String,
    pages: Vec<String>,
    #[serde(default)]
    edit: Vec<String>,
    policy: Vec<Policy>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Policy {
    file: String,
    effect: String,
    kind: String,
    about: String,
}

#[derive(Deserialize)]
struct Case {}

/// The page, from the folder with a folder per system.
pub(super) fn page(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder)? {
        folders.push(entry?.path());
    }
    folders.retain(|path| path.is_dir());
    folders.sort();
    let mut text = "# Ready-made policies\n\n\
        A system of control each, as an Allow to start from and as a Deny to add. They are in\n\
        [samples/policies](../samples/policies) and in the program: `driftline init --list` lists them, and\n\
        `driftline init DIR --with NAME,…` writes a policy set with their Deny in force. Account ids, subnets,\n\
        keys and names in them are examples; each says what to fill in. The calls that each permits and\n\
        refuses stand in its `about.toml` and are tests. This page is made from those by `cargo xtask docs`.\n"
        .to_owned();
    for path in folders {
        let about: About = toml::from_str(&fs::read_to_string(path.join("about.toml"))?)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        text.push_str(&section(&name, &about));
    }
    Ok(text)
}

fn section(name: &str, about: &About) -> String {
    let About { title, when, pages, edit, policy, case } = about;
    let mut text = format!("\n## {title}\n\n`{name}`\n\n{}\n\n", when.trim());
    text.push_str("| policy | effect | kind | what it does |\n| --- | --- | --- | --- |\n");
    for Policy { file, effect, kind, about } in policy {
        let link = format!("[{file}](../samples/policies/{name}/{file})");
        text.push_str(&format!("| {link} | {effect} | {kind} | {about} |\n"));
    }
    if !edit.is_empty() {
        text.push_str(&format!("\nFill in: {}.\n", edit.join("; ")));
    }
    let links: Vec<String> = pages.iter().map(|page| format!("<{page}>")).collect();
    text + &format!("\n{} cases. AWS: {}\n", case.len(), links.join(", "))
}
