//! The target policy set that was named on the command line.

use std::path::{Path, PathBuf};

use analyzer::target::{self, TargetSet};

use crate::files;
use crate::output;

/// How many faults of a policy set are shown.
const MAX_FAULTS: usize = 20;

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
#[error("the policy set in `{}` cannot be used; faults: {faults}", folder.display())]
struct PolicySetError {
    folder: PathBuf,
    faults: usize,
}

/// Loads a policy set; its faults are told on standard error.
pub(crate) fn load(folder: &Path) -> Result<TargetSet, Box<dyn std::error::Error>> {
    let files = files::policy_files(folder)?;
    target::load(&files).map_err(|error| {
        for fault in error.faults.iter().take(MAX_FAULTS) {
            output::note(&format!("{}\n", output::visible_lines(&fault.to_string())));
        }
        PolicySetError { folder: folder.to_owned(), faults: error.faults.len() }.into()
    })
}
