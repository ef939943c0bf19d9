//! The part `sql`: what `driftline sql` prints is run and parsed by others.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Machine, Outcome, Result, samples_lake};

/// What the check by a grammar of Trino needs.
const NODE_PACKAGES: [&str; 2] = ["dt-sql-parser@4.5.1", "esbuild@0.28.2"];

/// Every view and query, on the samples' lake in DuckDB and by a grammar of Trino; and views before and
/// after lakes that overlap are merged.
pub(super) fn sql(machine: &Machine) -> Outcome {
    let tools = machine.python().and_then(|python| Ok((python, machine.grammar()?)));
    let (python, grammar) = match tools {
        Ok(tools) => tools,
        Err(why) => return Outcome::Skipped(why),
    };
    let lake = match samples_lake(machine) {
        Ok(lake) => lake,
        Err(why) => return Outcome::Failed(why),
    };
    let check = "tests/sql/check_sql.py";
    for words in [&[check, DRIFTLINE, &lake, SQL_RESULTS][..], &[check, DRIFTLINE, FIRST_LAKE]] {
        let checked = machine.run(&python, words, &[]);
        let Outcome::Passed = checked else { return checked };
    }
    let work = machine.root.join("target").join("views").display().to_string();
    let views = ["tests/sql/check_views.py", DRIFTLINE, "samples", &work];
    let checked = machine.run(&python, &views, &[]);
    let Outcome::Passed = checked else { return checked };
    let folder = machine.root.join("target").join("sql");
    let _ = std::fs::remove_dir_all(&folder);
    if !machine.succeeds(DRIFTLINE, &["sql", "--out", &folder.display().to_string()]) {
        return Outcome::Failed("driftline sql --out".to_owned());
    }
    let mut words = vec![grammar.display().to_string()];
    for kind in ["views", "queries"] {
        let entries = std::fs::read_dir(folder.join(kind)).into_iter().flatten().flatten();
        words.extend(entries.map(|entry| entry.path().display().to_string()));
    }
    words.sort();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    machine.run("node", &words, &[])
}

/// Counts of a large generated trail: in SQL, in the summary and in the answer key.
pub(super) fn counts(machine: &Machine) -> Outcome {
    let generator = machine.root.join("..").join("shared").join("tools").join("gen_trail.py");
    if !generator.exists() {
        return Outcome::Skipped("`../shared` lacks tools/gen_trail.py".to_owned());
    }
    match machine.python() {
        Ok(python) => counted(machine, &python, &generator).unwrap_or_else(Outcome::Failed),
        Err(why) => Outcome::Skipped(why),
    }
}

fn counted(
    machine: &Machine,
    python: &Path,
    generator: &Path,
) -> std::result::Result<Outcome, String> {
    let folder = machine.root.join("target").join("counts");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let path = |name: &str| folder.join(name).display().to_string();
    let (trail, policies, lake) = (path("trail"), path("policies"), path("out"));
    let generator = generator.display().to_string();
    if !machine.succeeds(python, &[&generator, "--events", "200000", "--out", &trail]) {
        return Err("gen_trail.py".to_owned());
    }
    std::fs::create_dir_all(&policies)
        .and_then(|()| std::fs::write(path("policies/policy-set.toml"), ANY))
        .map_err(|error| error.to_string())?;
    let analyze = ["analyze", "--trail", &trail, "--policies", &policies, "--out", &lake];
    let output = Command::new(machine.root.join(DRIFTLINE))
        .args([&analyze[..], &["--format", "json"]].concat())
        .output()
        .map_err(|error| error.to_string())?;
    let summary = path("summary.json");
    std::fs::write(&summary, output.stdout).map_err(|error| error.to_string())?;
    let words = ["tests/sql/check_counts.py", DRIFTLINE, &trail, &lake, &summary];
    Ok(machine.run(python, &words, &[]))
}

/// A policy set by which everybody may do everything.
const ANY: &str = "schema = 1\nrevision = 1\nname = \"any\"\n\
    [[binding]]\nname = \"all\"\nprincipals = [\"*\"]\nidentity = [\"@any\"]\n";

/// Tables, views and queries on a real Trino, the engine that Athena is built from: on request, since
/// it takes a newer JDK and a download of 820 MB.
pub(crate) fn trino() -> Result<()> {
    let machine = Machine::here()?;
    let python = machine.python()?;
    let lake = samples_lake(&machine)?;
    let work = machine.root.join("target").join("trino").display().to_string();
    let words = ["tests/sql/check_trino.py", DRIFTLINE, &lake, SQL_RESULTS, &work];
    match machine.run(python, &words, &[]) {
        Outcome::Passed => Ok(()),
        Outcome::Failed(why) | Outcome::Skipped(why) => Err(why.into()),
    }
}

/// The command line, as `samples_lake` has built it.
const DRIFTLINE: &str = "target/debug/driftline";

/// A lake of the first version of the tables.
const FIRST_LAKE: &str = "tests/data/lake-1";

/// What the queries give for the samples.
const SQL_RESULTS: &str = "tests/sql/golden";

impl Machine {
    /// The check by a grammar of Trino, bundled with it; made on first use.
    fn grammar(&self) -> std::result::Result<PathBuf, String> {
        let folder = self.root.join("target").join("grammar");
        let (check, bundle) = (folder.join("check_grammar.mjs"), folder.join("check_grammar.cjs"));
        let copied = std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::copy("tests/sql/check_grammar.mjs", &check));
        copied.map_err(|error| error.to_string())?;
        let (check, folder) = (check.display().to_string(), folder.display().to_string());
        let outfile = format!("--outfile={}", bundle.display());
        let esbuild = Path::new(&folder).join("node_modules/.bin/esbuild");
        let bundling =
            [&check, "--bundle", "--platform=node", "--format=cjs", "--log-level=error", &outfile];
        if self.succeeds(&esbuild, &bundling) {
            return Ok(bundle);
        }
        let install = ["install", "--silent", "--no-audit", "--no-fund", "--prefix", &folder];
        if !self.succeeds("npm", &[&install[..], &NODE_PACKAGES].concat()) {
            return Err(format!("cannot be installed from npm: {}", NODE_PACKAGES.join(", ")));
        }
        match self.succeeds(&esbuild, &bundling) {
            true => Ok(bundle),
            false => Err("esbuild cannot bundle the grammar".to_owned()),
        }
    }
}
