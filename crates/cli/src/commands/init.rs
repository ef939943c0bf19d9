//! `driftline init`: a policy set to begin with, or what there is ready-made.

mod blank;
mod list;
mod propose;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

use analyzer::target::{self, MANIFEST};
use iam_policy::nearest;

use crate::args::InitArgs;
use crate::exit_code::Exit;
use crate::files;
use crate::output::{self, visible};
use crate::policy_set;
use crate::ready_made::{SYSTEMS, System};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
enum InitError {
    #[error("`{}` is there already; `init` changes nothing that is there", .0.display())]
    Exists(PathBuf),
    #[error("there are no ready-made policies `{name}`{help}")]
    Unknown { name: String, help: String },
    #[error("the policy set that would be written cannot be used: {0}")]
    Unusable(String),
    #[error("the lake has no call of anybody who could be bound")]
    Nobody,
}

/// The files of a policy set, by path below its folder.
type Files = BTreeMap<String, Vec<u8>>;

pub(crate) fn run(args: &InitArgs) -> Result<Exit, Box<dyn Error>> {
    if let Some(name) = &args.list {
        let text = match name.as_str() {
            "" => list::all()?,
            name => list::one(system(name)?)?,
        };
        output::print(&text)?;
        return Ok(Exit::Fine);
    }
    // The parser sees to it that there is one.
    let folder = args.folder.clone().unwrap_or_default();
    if folder.join(MANIFEST).exists() {
        return Err(InitError::Exists(folder.join(MANIFEST)).into());
    }
    // In the order typed: of several Denies that match, the first decides what a finding is called.
    let mut seen = BTreeSet::new();
    let names = args.with.iter().filter(|name| seen.insert(*name));
    let chosen: Result<Vec<&System>, InitError> = names.map(|name| system(name)).collect();
    let (chosen, name) = (chosen?, name_of(&folder));
    let snapshot = policy_set::load_snapshot(args.from_snapshot.as_deref())?;
    let (files, told) = match (&snapshot, &args.lake) {
        (Some(snapshot), Some(lake)) => propose::set(&name, snapshot, lake)?,
        _ => blank::set(&name, &chosen)?,
    };
    // What is written must work.
    target::load_with(&files, snapshot).map_err(|error| {
        let faults: Vec<String> = error.faults.iter().map(ToString::to_string).collect();
        InitError::Unusable(faults.join("; "))
    })?;
    if let Some(there) = files.keys().map(|name| folder.join(name)).find(|path| path.exists()) {
        return Err(InitError::Exists(there).into());
    }
    write(&folder, &files)?;
    output::print(&told)?;
    let (folder, word) =
        (visible(&folder.display().to_string()), if files.len() == 1 { "file" } else { "files" });
    output::print(&format!("{} {word} written to {folder}\n", files.len()))?;
    Ok(Exit::Fine)
}

fn system(name: &str) -> Result<&'static System, InitError> {
    SYSTEMS.iter().find(|system| system.name == name).ok_or_else(|| {
        let near = nearest(name, SYSTEMS.iter().map(|system| system.name));
        let help = near.map_or_else(
            || "; `driftline init --list` tells which there are".to_owned(),
            |near| format!("; did you mean `{near}`?"),
        );
        InitError::Unknown { name: visible(name), help }
    })
}

/// The set is called as its folder is.
fn name_of(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "policies".to_owned())
}

fn write(folder: &Path, files: &Files) -> Result<(), Box<dyn Error>> {
    for (name, bytes) in files {
        files::write(&folder.join(name), bytes)?;
    }
    Ok(())
}

/// Where a ready-made policy goes.
fn place(system: &System, file: &str) -> String {
    format!("{}/{file}", system.name)
}

/// A string of TOML, in one line of what a terminal shows as it is.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            _ if visible(&letter.to_string()) == letter.to_string() => quoted.push(letter),
            _ => quoted.push_str(&format!("\\U{:08X}", u32::from(letter))),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_of_toml_is_what_it_was_and_steers_nothing() {
        for text in ["a", "a\"b\\c'\"\"\"", "x\u{202e}y\u{9b}31m\u{1b}[0m\r\n\t", "é 𝄞"] {
            let line = format!("a = {}", quoted(text));
            let read: toml::Table = line.parse().unwrap();
            assert_eq!(read["a"].as_str(), Some(text));
            assert!(!line.contains(['\u{202e}', '\u{9b}', '\u{1b}', '\n', '\r']), "{line:?}");
        }
    }
}
