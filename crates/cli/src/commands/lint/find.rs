//! From what was typed to the texts of policies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use analyzer::target::{MANIFEST, policy_uses};
use iam_policy::json::Span;
use iam_policy::lint::{PolicyKind, looks_like_policy};

use crate::files::{self, FileError};

/// A larger file is no policy, and not read whole.
const MAX_FILE: u64 = 16 << 20;

/// Why there is nothing to look at.
#[derive(Debug, thiserror::Error)]
pub(super) enum FindError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("there are no policies in `{}`", .0.display())]
    NoPolicies(PathBuf),
    #[error("`{}` is larger than 16 MiB", .0.display())]
    TooLarge(PathBuf),
    #[error("cannot read standard input")]
    Input { source: io::Error },
}

/// The text of a policy.
pub(super) struct PolicyText {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// What a policy set says it is for.
    pub(super) kind: Option<PolicyKind>,
}

/// A policy set's manifest, for what it says about levels.
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    pub(super) text: String,
    pub(super) closed_levels: Vec<Level>,
}

/// A level of service control policies with nothing beside them.
pub(super) struct Level {
    pub(super) policies: Vec<String>,
    pub(super) span: Span,
}

/// All that was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) policies: Vec<PolicyText>,
    pub(super) manifests: Vec<Manifest>,
    /// JSON files in folders that are no policies.
    pub(super) passed_over: Vec<String>,
    kinds: BTreeMap<PathBuf, PolicyKind>,
    seen: BTreeSet<PathBuf>,
}

/// Reads the policies: files as they are, folders with all the JSON below them that looks like a
/// policy. In the order typed, a folder's sorted, each once.
pub(super) fn policies(paths: &[PathBuf]) -> Result<Found, FindError> {
    let mut found = Found::default();
    for path in paths {
        if path == Path::new("-") {
            found.standard_input()?;
            continue;
        }
        let metadata = fs::metadata(path).map_err(|_| FileError::Missing(path.clone()))?;
        if metadata.is_dir() {
            found.whole_folder(path)?;
        } else {
            found.file(path, true)?;
        }
    }
    Ok(found)
}

impl Found {
    fn standard_input(&mut self) -> Result<(), FindError> {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(MAX_FILE).read_to_end(&mut bytes);
        read.map_err(|source| FindError::Input { source })?;
        let (name, path) = ("stdin".to_owned(), PathBuf::from("-"));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.policies.push(PolicyText { name, path, text, kind: None });
        Ok(())
    }

    fn whole_folder(&mut self, path: &Path) -> Result<(), FindError> {
        let before = self.policies.len();
        self.folder(path)?;
        if self.policies.len() == before {
            return Err(FindError::NoPolicies(path.to_owned()));
        }
        Ok(())
    }

    fn folder(&mut self, folder: &Path) -> Result<(), FindError> {
        self.manifest(folder)?;
        for path in files::entries(folder)? {
            let is_folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
            let is_json = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
            if is_folder {
                self.folder(&path)?;
            } else if is_json && path.is_file() {
                self.file(&path, false)?;
            }
        }
        Ok(())
    }

    fn manifest(&mut self, folder: &Path) -> Result<(), FindError> {
        let path = folder.join(MANIFEST);
        if !path.is_file() {
            return Ok(());
        }
        let text = read(&path)?;
        let Some(uses) = policy_uses(&text) else { return Ok(()) };
        let kinds = uses.files.into_iter().map(|(file, kind)| (folder.join(file), kind));
        self.kinds.extend(kinds);
        let levels = uses.closed_levels.into_iter().map(|level| Level {
            policies: level.policies,
            span: Span { start: level.span.start, end: level.span.end },
        });
        self.manifests.push(Manifest {
            name: name_of(&path),
            folder: folder.to_owned(),
            text,
            closed_levels: levels.collect(),
        });
        Ok(())
    }

    /// A file that was named is a policy; one that was met must look like one.
    fn file(&mut self, path: &Path, named: bool) -> Result<(), FindError> {
        if !self.seen.insert(path.to_owned()) {
            return Ok(());
        }
        let (name, text) = (name_of(path), read(path)?);
        if named || looks_like_policy(&text) {
            let kind = self.kinds.get(path).copied();
            self.policies.push(PolicyText { name, path: path.to_owned(), text, kind });
        } else {
            self.passed_over.push(name);
        }
        Ok(())
    }
}

/// What is no UTF-8 becomes a character that no policy may have, so lint tells of it.
fn read(path: &Path) -> Result<String, FindError> {
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() > MAX_FILE) {
        return Err(FindError::TooLarge(path.to_owned()));
    }
    Ok(String::from_utf8_lossy(&files::read(path)?).into_owned())
}

/// The path with `/` between its parts, whatever the platform.
fn name_of(path: &Path) -> String {
    path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/")
}
