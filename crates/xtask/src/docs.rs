//! `cargo xtask docs`: the pages of lints, made from their doc comments; or compared with them.

#![expect(clippy::disallowed_methods, reason = "xtask is a shell: it writes the project's files")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use iam_policy::lint::{RULES, Rule};

const FOLDER: &str = "docs/lints";

pub(crate) fn run(options: &[String]) -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let folder = root.ok_or("the project has no root")?.join(FOLDER);
    match options {
        [] => write(&folder),
        [option] if option == "--check" => check(&folder),
        _ => Err("usage: cargo xtask docs [--check]".into()),
    }
}

fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for old in stored(folder)?.into_keys().filter(|name| !pages().contains_key(name)) {
        fs::remove_file(folder.join(old))?;
    }
    for (name, text) in pages() {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

fn check(folder: &Path) -> Result<(), Box<dyn Error>> {
    let (stored, pages) = (stored(folder)?, pages());
    let names = stored.keys().chain(pages.keys());
    let stale: Vec<&str> =
        names.filter(|name| stored.get(*name) != pages.get(*name)).map(String::as_str).collect();
    match stale.as_slice() {
        [] => Ok(()),
        _ => Err(format!("run `cargo xtask docs`; not up to date: {}", stale.join(", ")).into()),
    }
}

fn stored(folder: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path: PathBuf = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, fs::read_to_string(&path)?);
    }
    Ok(files)
}

/// The pages by file name.
fn pages() -> BTreeMap<String, String> {
    let each = RULES.iter().map(|rule| (format!("{}.md", rule.code), page(rule)));
    each.chain([("README.md".to_owned(), index())]).collect()
}

fn page(rule: &Rule) -> String {
    format!("# {}: {}\n\n{}", rule.code, rule.name, rule.page())
}

fn index() -> String {
    let mut text = "# Lints\n\n\
        What `driftline lint` says about policies. A code keeps its meaning. These pages are made from \
        the doc\ncomments in `crates/iam-policy/src/lint` by `cargo xtask docs`.\n\n\
        An *error* means that IAM refuses the policy, or that it certainly does not do what it says; a\n\
        *warning* that it is probably not what was meant; a *note* is worth knowing. Names are judged\n\
        only of services that the catalog has: SageMaker and its siblings.\n\n\
        | code | name | what it is about |\n| --- | --- | --- |\n"
        .to_owned();
    for rule in RULES {
        let Rule { code, name, .. } = rule;
        text.push_str(&format!("| [{code}]({code}.md) | {name} | {} |\n", rule.summary()));
    }
    text
}
