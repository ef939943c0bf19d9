//! Writing the samples, and comparing them with what is committed.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::trail;

/// The parts of the samples folder that hold nothing but generated files.
const OWNED: [&str; 3] = ["trail", "policy-set", "snapshot"];

/// Text by path in the samples folder; `.gz` files are given inflated.
pub(super) type Files = BTreeMap<String, String>;

/// Writes what differs and removes what is no longer made. Files that say the same are left alone:
/// another version of the compressor, or another processor, may give other bytes for the same text.
pub(super) fn write(root: &Path, files: &Files) -> Result<usize, Box<dyn Error>> {
    let differing = differing(root, files)?;
    for path in &differing {
        let target = root.join(path);
        match files.get(path) {
            Some(text) => write_file(&target, text)?,
            None => fs::remove_file(&target)?,
        }
    }
    Ok(differing.len())
}

#[expect(clippy::disallowed_methods, reason = "xtask is a shell: it writes files")]
fn write_file(target: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let bytes = if is_compressed(target) { trail::compress(text)? } else { text.into() };
    Ok(fs::write(target, bytes)?)
}

/// Paths whose committed text is missing, different, or no longer made.
pub(super) fn differing(root: &Path, files: &Files) -> Result<Vec<String>, Box<dyn Error>> {
    let mut paths: BTreeSet<String> = files.keys().cloned().collect();
    for owned in OWNED {
        collect_paths(root, owned, &mut paths)?;
    }
    let mut differing = Vec::new();
    for path in paths {
        if read_file(&root.join(&path))?.as_deref() != files.get(&path).map(String::as_bytes) {
            differing.push(path);
        }
    }
    Ok(differing)
}

#[expect(clippy::disallowed_methods, reason = "xtask is a shell: it walks folders")]
fn collect_paths(
    root: &Path,
    folder: &str,
    paths: &mut BTreeSet<String>,
) -> Result<(), Box<dyn Error>> {
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for entry in entries {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect_paths(root, &path, paths)?;
        } else {
            paths.insert(path);
        }
    }
    Ok(())
}

/// The file's bytes, inflated; none when there is no such file. One that does not inflate is read
/// as it is, and so differs.
#[expect(clippy::disallowed_methods, reason = "xtask is a shell: it reads files")]
fn read_file(path: &Path) -> Result<Option<Vec<u8>>, Box<dyn Error>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if !is_compressed(path) {
        return Ok(Some(bytes));
    }
    let mut inflated = Vec::new();
    match MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut inflated) {
        Ok(_) => Ok(Some(inflated)),
        Err(_) => Ok(Some(bytes)),
    }
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "gz")
}
