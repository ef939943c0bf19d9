//! The part `sarif`: what is printed for code scanning against the schema of SARIF.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Machine, Outcome};

/// The schema of SARIF, which this crate has among its sources.
const SARIF_SCHEMA: (&str, &str, &str) = ("serde-sarif", "=0.8.0", "src/schema.json");

/// What is printed for code scanning is what the schema of SARIF says.
pub(super) fn sarif(machine: &Machine) -> Outcome {
    let python = match machine.python() {
        Ok(python) => python,
        Err(why) => return Outcome::Skipped(why),
    };
    let folder = machine.root.join("target").join("sarif");
    let schema = match sarif_schema(machine, &folder) {
        Ok(schema) => schema,
        Err(why) => return Outcome::Skipped(why),
    };
    let mut words = vec!["tests/sarif/check_sarif.py".to_owned(), schema.display().to_string()];
    for (name, command) in SARIF_LOGS {
        match machine.sarif_log(&folder.join(name), command) {
            Ok(log) => words.push(log),
            Err(why) => return Outcome::Failed(why),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    machine.run(python, &words, &[])
}

/// Commands that print SARIF with results.
const SARIF_LOGS: [(&str, &[&str]); 2] = [
    ("lint.sarif", &["lint", "tests/sarif/policies"]),
    (
        "whatif.sarif",
        &[
            "whatif",
            "--trail",
            "samples/trail",
            "--policies",
            "tests/sarif/policies",
            "--baseline",
            "samples/policy-set",
        ],
    ),
];

/// The schema, by way of a package that needs nothing but the crate that has it.
fn sarif_schema(machine: &Machine, folder: &Path) -> std::result::Result<PathBuf, String> {
    let (krate, version, file) = SARIF_SCHEMA;
    let schema = folder.join("vendor").join(krate).join(file);
    if schema.is_file() {
        return Ok(schema);
    }
    let manifest = format!(
        "[package]\nname = \"schema\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\n{krate} = \"{version}\"\n[workspace]\n[lib]\npath = \"lib.rs\"\n"
    );
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(folder.join("Cargo.toml"), manifest))
        .and_then(|()| std::fs::write(folder.join("lib.rs"), ""));
    written.map_err(|error| error.to_string())?;
    let (manifest, vendor) = (folder.join("Cargo.toml"), folder.join("vendor"));
    let (manifest, vendor) = (manifest.display().to_string(), vendor.display().to_string());
    let vendored =
        machine.succeeds("cargo", &["vendor", "--quiet", "--manifest-path", &manifest, &vendor]);
    if vendored && schema.is_file() {
        Ok(schema)
    } else {
        Err(format!("the crate {krate}, which has the schema of SARIF, cannot be had"))
    }
}

impl Machine {
    /// Keeps what a command of the command line prints in SARIF. It finds something, so it fails.
    fn sarif_log(&self, path: &Path, command: &[&str]) -> std::result::Result<String, String> {
        let words = [&["run", "--quiet", "--"], command, &["--format", "sarif"]].concat();
        let output = Command::new("cargo").current_dir(&self.root).args(&words).output();
        let output = output.map_err(|error| error.to_string())?;
        if output.status.code() != Some(1) {
            let why = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}: {} {why}", words.join(" "), output.status));
        }
        std::fs::write(path, output.stdout).map_err(|error| error.to_string())?;
        Ok(path.display().to_string())
    }
}
