//! The target policy set and the snapshot that were named on the command line.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analyzer::snapshot::{self, Snapshot};
use analyzer::target::{self, TargetError, TargetFault, TargetSet, Waivers};
use sagemaker_catalog::Catalog;

use crate::files;
use crate::output;

/// How many faults of a folder are shown.
const MAX_FAULTS: usize = 20;

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
#[error("{what} in `{}` cannot be used; faults: {faults}", folder.display())]
struct FolderError {
    what: &'static str,
    folder: PathBuf,
    faults: usize,
}

impl FolderError {
    /// Tells the faults on standard error.
    fn told(what: &'static str, folder: &Path, faults: &[TargetFault]) -> Self {
        for fault in faults.iter().take(MAX_FAULTS) {
            output::note(&format!("{}\n", output::visible_lines(&fault.to_string())));
        }
        Self { what, folder: folder.to_owned(), faults: faults.len() }
    }
}

/// Loads a policy set, and the snapshot it may go by; faults are told on standard error.
pub(crate) fn load(
    folder: &Path,
    snapshot: Option<&Arc<Snapshot>>,
) -> Result<TargetSet, Box<dyn std::error::Error>> {
    let files = files::policy_files(folder)?;
    let set = target::load_with(&files, snapshot.cloned());
    Ok(set.map_err(|error| FolderError::told("the policy set", folder, &error.faults))?)
}

/// Loads what a policy set adds to the catalog alone.
pub(crate) fn load_catalog(
    folder: &Path,
) -> Result<Cow<'static, Catalog>, Box<dyn std::error::Error>> {
    let catalog = target::load_catalog(&files::policy_files(folder)?);
    let told = |error: TargetError| FolderError::told("the policy set", folder, &error.faults);
    Ok(catalog.map_err(told)?)
}

/// Loads the waivers of a policy set alone.
pub(crate) fn load_waivers(folder: &Path) -> Result<Waivers, Box<dyn std::error::Error>> {
    let waivers = Waivers::load(&files::policy_files(folder)?);
    Ok(waivers.map_err(|faults| FolderError::told("the waivers", folder, &faults))?)
}

/// Loads a snapshot in the same way, where one is named. Policies in it that cannot be read stop nothing and are told.
pub(crate) fn load_snapshot(
    folder: Option<&Path>,
) -> Result<Option<Arc<Snapshot>>, Box<dyn std::error::Error>> {
    let Some(folder) = folder else { return Ok(None) };
    let files = files::policy_files(folder)?;
    let snapshot = snapshot::load(&files)
        .map_err(|error| FolderError::told("the snapshot", folder, &error.faults))?;
    let unreadable = snapshot.unreadable();
    for why in unreadable.iter().take(MAX_FAULTS) {
        output::note(&format!("warning: in the snapshot, {}", output::visible(why)));
    }
    if let Some(more) = unreadable.len().checked_sub(MAX_FAULTS).filter(|more| *more > 0) {
        output::note(&format!("warning: and {more} more policies"));
    }
    Ok(Some(Arc::new(snapshot)))
}
