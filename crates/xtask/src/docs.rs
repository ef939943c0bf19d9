//! `cargo xtask docs`: pages made from the code, or compared with it: one per lint and kind of finding
//! from its doc comment, and what a record tells of each condition key from the catalog.

#![expect(clippy::disallowed_methods, reason = "xtask is a shell: it writes the project's files")]

mod lake_page;
mod ready_made;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use analyzer::{KINDS, Kind};
use iam_policy::lint::{RULES, Rule};
use sagemaker_catalog::{Coverage, KeyRule, KeySource, catalog};

const FOLDER: &str = "docs";

/// The folders that hold pages of their kind alone: what is there beyond them is old.
const LINTS: &str = "lints";
const FINDINGS: &str = "findings";

const COVERAGE: &str = "coverage.md";
const READY_MADE: &str = "ready-made.md";
const LAKE: &str = "lake.md";

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
    fs::create_dir_all(folder.join(LINTS))?;
    fs::create_dir_all(folder.join(FINDINGS))?;
    let pages = pages(folder)?;
    for old in stored(folder)?.into_keys().filter(|name| !pages.contains_key(name)) {
        fs::remove_file(folder.join(old))?;
    }
    for (name, text) in pages {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

fn check(folder: &Path) -> Result<(), Box<dyn Error>> {
    let (stored, pages) = (stored(folder)?, pages(folder)?);
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
    for pages in [LINTS, FINDINGS] {
        for entry in fs::read_dir(folder.join(pages)).into_iter().flatten() {
            let path: PathBuf = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(format!("{pages}/{name}"), fs::read_to_string(&path)?);
        }
    }
    for page in [COVERAGE, READY_MADE, LAKE] {
        if let Ok(text) = fs::read_to_string(folder.join(page)) {
            files.insert(page.to_owned(), text);
        }
    }
    Ok(files)
}

/// The pages by their path below the folder.
fn pages(folder: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let lints = RULES.iter().map(|rule| (format!("{LINTS}/{}.md", rule.code), page(rule)));
    let findings = KINDS.iter().map(|kind| (format!("{FINDINGS}/{}.md", kind.code), finding(kind)));
    let others = [
        (format!("{LINTS}/README.md"), index()),
        (format!("{FINDINGS}/README.md"), index_of_findings()),
        (COVERAGE.to_owned(), coverage()),
        (LAKE.to_owned(), lake_page::page()),
        (READY_MADE.to_owned(), ready_made::page(&folder.join("../samples/policies"))?),
    ];
    Ok(lints.chain(findings).chain(others).collect())
}

fn finding(kind: &Kind) -> String {
    let severity = kind.severity.as_str();
    let page = kind.page();
    let (summary, rest) = page.split_once("\n\n").unwrap_or((&page, ""));
    let waive = waive(kind.code);
    format!(
        "# {}: {}\n\n{summary}\n\nSeverity: {severity}.\n\n{}\n\n{waive}",
        kind.code,
        kind.title,
        rest.trim_end()
    )
}

/// How to waive a finding: the same for all kinds but for the code.
fn waive(code: &str) -> String {
    format!(
        "## How to waive it\n\n\
        In `waivers.toml` of the policy set, by code, principals, action, resource, key and values\n\
        observed, until a day; or for what was found so far:\n\n\
        ```console\n\
        driftline findings --lake out --code {code} --format json > findings.json\n\
        driftline waive --from findings.json --policies policies --code {code} \\\n    \
        --reason 'why' --owner 'who sees to it' --expires 2027-01-31\n\
        ```\n"
    )
}

fn index_of_findings() -> String {
    let mut text = "# Findings\n\n\
        What `driftline` finds in CloudTrail. A code keeps its meaning. These pages are made from the doc\n\
        comments in `crates/analyzer/src/finding/kinds` by `cargo xtask docs`.\n\n\
        The severity is that of a call that succeeded and changed something; one that failed for another\n\
        reason, or only reads, is a step milder for each. Which code a violation has follows from the\n\
        condition keys of the statement that decides, or of the Allow that comes nearest; never from the\n\
        action.\n\n\
        | code | severity | what | in a sentence |\n| --- | --- | --- | --- |\n"
        .to_owned();
    for kind in KINDS {
        let Kind { code, title, severity, .. } = kind;
        let (severity, summary) = (severity.as_str(), kind.summary());
        text.push_str(&format!("| [{code}]({code}.md) | {severity} | {title} | {summary} |\n"));
    }
    text
}

/// What a record tells of each condition key of each action.
fn coverage() -> String {
    let mut text = "# What a record tells of each condition key\n\n\
        Made from the catalog by `cargo xtask docs`. *read*: the value stands in the parameters of the \
        call. *default*:\nit does, and where it was not sent the service's default counts, which is \
        marked as derived. *unknown*: no record\ntells it for sure; then the decision is open where it \
        hangs on the key. Where a record has no parameters, all are\nunknown. \
        `driftline catalog show ACTION` tells more. Global keys (`aws:SourceIp` and the like) are \
        the same for\nall actions: `driftline explain` shows them.\n"
        .to_owned();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rows = String::new();
    for action in catalog().actions() {
        for rule in &action.keys {
            let coverage = rule.coverage().as_str();
            let count = counts.entry(coverage).or_default();
            *count = count.saturating_add(1);
            let from: Vec<String> = members(rule);
            rows.push_str(&format!(
                "| {} | `{}` | {coverage} | {} |\n",
                action.name,
                rule.key,
                from.join(", ")
            ));
        }
    }
    let counts: Vec<String> =
        counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    text.push_str(&format!("\nPairs of action and key: {}.\n\n", counts.join(", ")));
    text.push_str("| action | key | a record tells | members of `requestParameters` |\n");
    text.push_str("| --- | --- | --- | --- |\n");
    text.push_str(&rows);
    text
}

/// The members a key is read from for sure; for one that is not, those it may come from.
fn members(rule: &KeyRule) -> Vec<String> {
    let sure = |source: &&KeySource| source.confidence.is_sure();
    let mut sources: Vec<&KeySource> = rule.sources.iter().filter(sure).collect();
    if rule.coverage() == Coverage::Unknown {
        sources = rule.sources.iter().collect();
    }
    let paths = sources.iter().flat_map(|source| &source.paths);
    paths.map(|path| format!("`{path}`")).collect()
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
