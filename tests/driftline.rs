//! The command line as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Data and tools that other people published, beside the project; `None` where they are not.
pub(crate) fn shared(part: &str) -> Option<PathBuf> {
    let path = root().join("..").join("shared").join(part);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: `../shared/{part}` is not there");
    None
}

/// A program of the workspace, built once for all tests. The whole workspace is asked for, so that
/// features are unified as for the tests and nothing is compiled twice.
fn program(name: &str) -> &'static Path {
    static PROGRAMS: OnceLock<Vec<(String, PathBuf)>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args([
                "build",
                "--workspace",
                "--all-targets",
                "--message-format",
                "json",
                "--offline",
            ])
            .current_dir(root())
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success());
        let lines = String::from_utf8(output.stdout).unwrap();
        let messages = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let programs = messages.filter(|message| message["profile"]["test"] == false);
        let named = programs.filter_map(|message| {
            let name = message["target"]["name"].as_str()?.to_owned();
            Some((name, PathBuf::from(message["executable"].as_str()?)))
        });
        named.collect()
    });
    programs.iter().find(|(known, _)| known == name).map(|(_, path)| path.as_path()).unwrap()
}

/// Runs one of the project's chores.
pub(crate) fn xtask(words: &[&str]) {
    let output = Command::new(program("xtask")).args(words).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What a run gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The JSON on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|_| panic!("{}{}", self.stdout, self.stderr))
    }
}

/// Runs the program in the root of the project.
pub(crate) fn driftline<S: AsRef<std::ffi::OsStr>>(words: &[S]) -> Run {
    let output =
        Command::new(program("driftline")).args(words).current_dir(root()).output().unwrap();
    Run::of(output)
}

/// The same with text on standard input.
pub(crate) fn driftline_with_input(words: &[&str], input: &str) -> Run {
    use std::io::Write as _;
    let mut child = Command::new(program("driftline"))
        .args(words)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Long input is read while output is written; both pipes are short.
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input.as_bytes()).unwrap());
        Run::of(child.wait_with_output().unwrap())
    })
}
