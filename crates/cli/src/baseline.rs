//! The findings of an earlier run, as its JSON has them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::files::{self, FileError};

/// Why a file of findings cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BaselineError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(
        "`{}` is no JSON of findings, as `analyze --format json` and `findings --format json` print \
         it", path.display()
    )]
    NotFindings { path: PathBuf, source: serde_json::Error },
    #[error("`{}` is `{schema}`; this reads driftline.summary/1 and driftline.findings/1", path.display())]
    OtherSchema { path: PathBuf, schema: String },
}

/// `driftline.summary/1` and `driftline.findings/1`, as far as they are alike.
#[derive(Deserialize)]
struct File {
    schema: String,
    findings: Vec<BaselineFinding>,
}

/// A folded finding.
#[derive(Deserialize)]
pub(crate) struct BaselineFinding {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) principal: String,
    pub(crate) action: String,
    #[serde(default)]
    pub(crate) key: Option<String>,
    #[serde(default)]
    pub(crate) observed: Vec<String>,
    #[serde(default)]
    pub(crate) waiver: Option<BaselineWaiver>,
}

#[derive(Deserialize)]
pub(crate) struct BaselineWaiver {
    pub(crate) active: bool,
}

impl BaselineFinding {
    pub(crate) fn is_waived(&self) -> bool {
        self.waiver.as_ref().is_some_and(|waiver| waiver.active)
    }
}

/// Reads the findings of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<BaselineFinding>, BaselineError> {
    let bytes = files::read(path)?;
    let refused = |source| BaselineError::NotFindings { path: path.to_owned(), source };
    let file: File = serde_json::from_slice(&bytes).map_err(refused)?;
    let known = ["driftline.summary/1", "driftline.findings/1"];
    if !known.contains(&file.schema.as_str()) {
        return Err(BaselineError::OtherSchema { path: path.to_owned(), schema: file.schema });
    }
    Ok(file.findings)
}

/// The ids of findings that were there. What a waiver covered then was not: it is news when the
/// waiver has expired.
pub(crate) fn ids(path: Option<&Path>) -> Result<BTreeSet<String>, BaselineError> {
    let Some(path) = path else { return Ok(BTreeSet::new()) };
    let open = read(path)?.into_iter().filter(|finding| !finding.is_waived());
    Ok(open.map(|finding| finding.id).collect())
}
