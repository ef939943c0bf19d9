//! `cargo xtask test`: every check of the project, part by part.
//!
//! A part whose tool cannot be had is skipped by name and counted. With `CI=true` missing tools
//! are installed, and a part that had to be skipped is a failure.

#![expect(clippy::disallowed_methods, reason = "xtask is a shell: it runs programs and reads CI")]
#![expect(clippy::print_stdout, reason = "what a person watches")]

mod sarif;
pub(crate) mod sql;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How a part ended.
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

struct Part {
    name: &'static str,
    run: fn(&Machine) -> Outcome,
}

const PARTS: [Part; 12] = [
    Part { name: "format", run: format },
    Part { name: "lints", run: lints },
    Part { name: "tests", run: tests },
    Part { name: "documentation", run: documentation },
    Part { name: "generated pages", run: generated_pages },
    Part { name: "catalog", run: catalog },
    Part { name: "samples", run: samples },
    Part { name: "public test data", run: public_data },
    Part { name: "duckdb", run: duckdb },
    Part { name: "sql", run: sql::sql },
    Part { name: "counts", run: sql::counts },
    Part { name: "sarif", run: sarif::sarif },
];

/// What the checks in Python need.
const PYTHON_PACKAGES: [&str; 5] =
    ["duckdb>=1.4,<3", "pytz", "jsonschema<5", "pyarrow<27", "sqlglot>=30,<31"];

/// Where things are, and what may be done here.
struct Machine {
    root: PathBuf,
    ci: bool,
}

pub(crate) fn run() -> Result<()> {
    let machine = Machine::here()?;
    let (mut passed, mut failed, mut skipped) = (0_usize, Vec::new(), Vec::new());
    for part in &PARTS {
        println!("\n== {} ==", part.name);
        let start = Instant::now();
        let outcome = (part.run)(&machine);
        let seconds = start.elapsed().as_secs();
        match outcome {
            Outcome::Passed => {
                passed = passed.saturating_add(1);
                println!("== {}: passed in {seconds} s ==", part.name);
            }
            Outcome::Failed(why) => {
                println!("== {}: FAILED in {seconds} s: {why} ==", part.name);
                failed.push(part.name);
            }
            Outcome::Skipped(why) => {
                println!("== {}: skipped: {why} ==", part.name);
                skipped.push(part.name);
            }
        }
    }
    println!("\nparts: {passed} passed, {} failed, {} skipped", failed.len(), skipped.len());
    if machine.ci {
        // What could not be tested here is not known to work.
        failed.append(&mut skipped);
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", ")).into()) }
}

impl Machine {
    fn here() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
        let root = root.ok_or("the project has no root")?.to_owned();
        let ci = std::env::var("CI").is_ok_and(|value| value == "true");
        Ok(Self { root, ci })
    }

    /// Runs a program in the root of the project, its output passed on.
    fn run(&self, program: impl AsRef<Path>, words: &[&str], env: &[(&str, &str)]) -> Outcome {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.current_dir(&self.root).args(words).envs(env.iter().copied());
        match command.status() {
            Ok(status) if status.success() => Outcome::Passed,
            Ok(status) => {
                Outcome::Failed(format!("{} {}: {status}", program.display(), words.join(" ")))
            }
            Err(error) => Outcome::Failed(format!("{}: {error}", program.display())),
        }
    }

    fn cargo(&self, words: &[&str]) -> Outcome {
        self.run("cargo", words, &[])
    }

    fn succeeds(&self, program: impl AsRef<Path>, words: &[&str]) -> bool {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.root).args(words);
        command.output().is_ok_and(|output| output.status.success())
    }

    /// A Python with what the checks need, in a virtual environment below `target/`; made on first
    /// use.
    fn python(&self) -> std::result::Result<PathBuf, String> {
        let folder = self.root.join("target").join("venv");
        let python = folder.join("bin").join("python");
        if self.succeeds(&python, &["-c", "import duckdb, jsonschema, pyarrow, sqlglot"]) {
            return Ok(python);
        }
        let path = folder.display().to_string();
        if !self.succeeds("python3", &["-m", "venv", "--clear", &path]) {
            self.install_debian(&["python3", "python3-venv"])?;
            if !self.succeeds("python3", &["-m", "venv", "--clear", &path]) {
                return Err("python3 cannot make a virtual environment".to_owned());
            }
        }
        let wanted = [&["-m", "pip", "install", "--quiet"], &PYTHON_PACKAGES[..]].concat();
        match self.run(&python, &wanted, &[]) {
            Outcome::Passed => Ok(python),
            _ => Err(format!("cannot be installed from PyPI: {}", PYTHON_PACKAGES.join(", "))),
        }
    }

    fn install_debian(&self, packages: &[&str]) -> std::result::Result<(), String> {
        if !self.ci {
            return Err(format!("not installed: {}", packages.join(", ")));
        }
        let install = [&["install", "-y", "--no-install-recommends"], packages].concat();
        let done = self.succeeds("apt-get", &["update"]) && self.succeeds("apt-get", &install);
        if done { Ok(()) } else { Err(format!("cannot install {}", packages.join(", "))) }
    }
}

fn format(machine: &Machine) -> Outcome {
    machine.cargo(&["fmt", "--all", "--check"])
}

fn lints(machine: &Machine) -> Outcome {
    machine.cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])
}

fn tests(machine: &Machine) -> Outcome {
    machine.cargo(&["test", "--workspace", "--quiet"])
}

fn documentation(machine: &Machine) -> Outcome {
    let words = ["doc", "--workspace", "--no-deps", "--quiet"];
    machine.run("cargo", &words, &[("RUSTDOCFLAGS", "-D warnings")])
}

fn generated_pages(_machine: &Machine) -> Outcome {
    outcome(crate::docs::run(&["--check".to_owned()]))
}

/// The catalog's data against the packages they are made from.
fn catalog(_machine: &Machine) -> Outcome {
    match crate::catalog::run(&["--check".to_owned()]) {
        Err(error) if error.is::<crate::catalog::Unavailable>() => {
            Outcome::Skipped(error.to_string())
        }
        result => outcome(result),
    }
}

fn samples(_machine: &Machine) -> Outcome {
    outcome(crate::samples::run(&["--check".to_owned()]))
}

fn outcome(result: Result<()>) -> Outcome {
    match result {
        Ok(()) => Outcome::Passed,
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// Records and policies that other people published are tested against where they lie; the tests
/// that read them are among the others and pass over what is absent.
fn public_data(machine: &Machine) -> Outcome {
    let shared = machine.root.join("..").join("shared");
    let needed = ["data/cloudtrail", "data/iam-cases", "data/policies", "tools/gen_trail.py"];
    let absent: Vec<&str> = needed.into_iter().filter(|part| !shared.join(part).exists()).collect();
    if !absent.is_empty() {
        return Outcome::Skipped(format!("`../shared` lacks {}", absent.join(", ")));
    }
    if !machine.succeeds("python3", &["--version"]) {
        return Outcome::Skipped("python3 is not installed".to_owned());
    }
    machine.cargo(&["test", "--package", "tests", "--quiet", "--", "--ignored"])
}

/// A lake of the samples, made anew.
fn samples_lake(machine: &Machine) -> std::result::Result<String, String> {
    let out = machine.root.join("target").join("samples-lake");
    // A lake of an earlier run would be merged with this one's.
    let _ = std::fs::remove_dir_all(&out);
    let out = out.display().to_string();
    let analyze = [
        "run",
        "--quiet",
        "--",
        "analyze",
        "--trail",
        "samples/trail",
        "--policies",
        "samples/policy-set",
        "--out",
        &out,
    ];
    match machine.cargo(&analyze) {
        Outcome::Failed(why) | Outcome::Skipped(why) => Err(why),
        Outcome::Passed => Ok(out),
    }
}

/// DuckDB, which knows nothing of us, reads every Parquet file of the samples' lake and finds what
/// the answer key says.
fn duckdb(machine: &Machine) -> Outcome {
    let python = match machine.python() {
        Ok(python) => python,
        Err(why) => return Outcome::Skipped(why),
    };
    let out = match samples_lake(machine) {
        Ok(out) => out,
        Err(why) => return Outcome::Failed(why),
    };
    machine.run(python, &["tests/duckdb/check_lake.py", &out, "samples/answer-key.jsonl"], &[])
}
