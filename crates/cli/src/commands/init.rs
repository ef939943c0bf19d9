//! `driftline init`: a policy set to begin with, or what there is ready-made.

mod blank;
mod list;
mod propose;

use std::collections::BTreeMap;
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
    #[error("`{}` is there already; `init` changes no policy set", .0.display())]
    Exists(PathBuf),
    #[error("there are no ready-made policies `{name}`{help}")]
    Unknown { name: String, help: String },
    #[error("the policy set that would be written cannot be used: {0}")]
    Unusable(String),
    #[error("the lake was written by a version that does not keep enough of a request")]
    OldRow,
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
    let chosen: Result<Vec<&System>, InitError> =
        args.with.iter().map(|name| system(name)).collect();
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
    write(&folder, &files)?;
    output::print(&told)?;
    let folder = visible(&folder.display().to_string());
    output::print(&format!("{} files written to {folder}\n", files.len()))?;
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
    format!("policies/{}/{file}", system.name)
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
