//! From what was typed to the texts of policies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use analyzer::target::{CATALOG, MANIFEST, policy_uses};
use analyzer::template::{self, Places};
use iam_policy::json::{Span, line_and_column};
use iam_policy::lint::{PolicyKind, looks_like_policy};

use crate::files::{self, FileError};

/// A larger file is no policy, and not read whole.
const MAX_FILE: u64 = 16 << 20;

/// How names of CloudFormation templates end that are no JSON.
const TEMPLATE_ENDINGS: [&str; 3] = ["yaml", "yml", "template"];

/// Why there is nothing to look at.
#[derive(Debug, thiserror::Error)]
pub(super) enum FindError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("there are no policies in `{}`", .0.display())]
    NoPolicies(PathBuf),
    #[error("`{}` is larger than 16 MiB", .0.display())]
    TooLarge(PathBuf),
    #[error("standard input is larger than 16 MiB")]
    InputTooLarge,
    #[error("cannot read standard input")]
    Input { source: io::Error },
}

/// The text of a policy.
pub(super) struct PolicyText {
    pub(super) name: String,
    /// Where in a template it is.
    pub(super) inside: Option<Inside>,
    /// The file, whatever way it was named: [`same_file`].
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// What a policy set says it is for.
    pub(super) kind: Option<PolicyKind>,
}

/// A place in a template.
#[derive(Clone)]
pub(super) struct Inside {
    pub(super) address: String,
    /// What lines and columns are.
    pub(super) places: Places,
    /// Whether words stand for what only deployment knows, so that no edit fits.
    pub(super) has_words: bool,
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
    /// What policy sets add to the catalog.
    pub(super) overlays: Vec<PathBuf>,
    /// What was not looked at though it was met or named, one line each.
    pub(super) notes: Vec<String>,
    kinds: BTreeMap<PathBuf, PolicyKind>,
    seen: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
}

/// Reads the policies: files as they are, folders with all the JSON below them that looks like a
/// policy or that a policy set names. In the order typed, a folder's sorted, each once.
pub(super) fn policies(paths: &[PathBuf]) -> Result<Found, FindError> {
    let mut found = Found::default();
    // What a file is for may be said by the folder of another argument.
    for path in paths.iter().filter(|path| !is_input(path)) {
        if fs::metadata(path).map_err(|_| FileError::Missing(path.clone()))?.is_dir() {
            found.manifests_below(path)?;
        }
    }
    for path in paths.iter().filter(|path| !is_input(path)) {
        found.manifest_around(path)?;
    }
    for path in paths {
        if is_input(path) {
            found.standard_input()?;
        } else if path.is_dir() {
            found.whole_folder(path)?;
        } else {
            found.file(path, true)?;
        }
    }
    Ok(found)
}

fn is_input(path: &Path) -> bool {
    path == Path::new("-")
}

impl Found {
    fn standard_input(&mut self) -> Result<(), FindError> {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(MAX_FILE.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|source| FindError::Input { source })?;
        if u64::try_from(bytes.len()).is_ok_and(|read| read > MAX_FILE) {
            return Err(FindError::InputTooLarge);
        }
        let (name, path) = ("stdin".to_owned(), PathBuf::from("-"));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if !self.template(&name, &path, &text) {
            self.policies.push(PolicyText { name, inside: None, path, text, kind: None });
        }
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
        for path in files::entries(folder)? {
            if self.overlays.contains(&same_file(&path)) {
                continue;
            }
            let is =
                |end: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(end));
            let is_json = is("json");
            if is_folder(&path) {
                self.folder(&path)?;
            } else if path.is_file() && TEMPLATE_ENDINGS.iter().any(|end| is(end)) {
                self.template_in_yaml(&path)?;
            } else if path.is_file() && (is_json || self.kinds.contains_key(&same_file(&path))) {
                self.file(&path, false)?;
            }
        }
        Ok(())
    }

    /// The manifest of the nearest folder that holds one, from what was named upwards.
    fn manifest_around(&mut self, path: &Path) -> Result<(), FindError> {
        let whole = same_file(path);
        let typed = path.ancestors().skip(1);
        let mut folders = typed.chain(whole.ancestors().skip(1));
        match folders.find(|folder| folder.join(MANIFEST).is_file()) {
            Some(folder) => self.manifest(folder, false),
            None => Ok(()),
        }
    }

    fn manifests_below(&mut self, folder: &Path) -> Result<(), FindError> {
        if folder.join(MANIFEST).is_file() {
            self.manifest(folder, true)?;
        }
        for path in files::entries(folder)?.iter().filter(|path| is_folder(path)) {
            self.manifests_below(path)?;
        }
        Ok(())
    }

    /// Reads a manifest once. What it names and is not there is told where the whole set is asked for.
    fn manifest(&mut self, folder: &Path, whole: bool) -> Result<(), FindError> {
        if !self.folders.insert(same_file(folder)) {
            return Ok(());
        }
        let overlay = folder.join(CATALOG);
        if overlay.is_file() {
            self.overlays.push(same_file(&overlay));
        }
        let path = folder.join(MANIFEST);
        let name = name_of(&path);
        let text = match read(&path) {
            Err(FindError::TooLarge(_)) => {
                self.notes.push(format!("{name} is not read: larger than 16 MiB"));
                return Ok(());
            }
            text => text?,
        };
        let uses = match policy_uses(&text) {
            Ok(uses) => uses,
            Err(fault) => {
                let start = fault.span.as_ref().map_or(0, |span| span.start);
                let (line, column) = line_and_column(&text, start);
                self.notes.push(format!(
                    "{name} is not read, what its policies are for is guessed: {fault} at line {line}, column {column}"
                ));
                return Ok(());
            }
        };
        for (file, kind) in uses.files {
            // What a policy of a template is for, the template says.
            let (path, in_template) = match file.split_once('#') {
                Some((template, _)) => (folder.join(template), true),
                None => (folder.join(&file), false),
            };
            if path.is_file() && in_template {
                continue;
            }
            if path.is_file() {
                self.kinds.entry(same_file(&path)).or_insert(kind);
            } else if whole {
                self.notes.push(format!("{name} names {file}, which is not there"));
            }
        }
        let levels = uses.closed_levels.into_iter().map(|level| Level {
            policies: level.policies,
            span: Span { start: level.span.start, end: level.span.end },
        });
        let closed_levels = levels.collect();
        let folder = folder.to_owned();
        self.manifests.push(Manifest { name, folder, text, closed_levels });
        Ok(())
    }

    /// A file that was named, by the user or by a policy set, is a policy; one that was met must look
    /// like one.
    fn file(&mut self, path: &Path, typed: bool) -> Result<(), FindError> {
        let same = same_file(path);
        if !self.seen.insert(same.clone()) {
            return Ok(());
        }
        let name = name_of(path);
        let text = match read(path) {
            Err(FindError::TooLarge(_)) if !typed => {
                self.notes.push(format!("passed over {name}: larger than 16 MiB"));
                return Ok(());
            }
            text => text?,
        };
        if self.template(&name, &same, &text) {
            return Ok(());
        }
        let kind = self.kinds.get(&same).copied();
        if typed || kind.is_some() || looks_like_policy(&text) {
            self.policies.push(PolicyText { name, inside: None, path: same, text, kind });
        } else {
            self.notes.push(format!("passed over {name}: no policy"));
        }
        Ok(())
    }

    /// A file that was met: most YAML is no template.
    fn template_in_yaml(&mut self, path: &Path) -> Result<(), FindError> {
        let same = same_file(path);
        if self.seen.contains(&same) {
            return Ok(());
        }
        match read(path) {
            Err(FindError::TooLarge(_)) => {}
            text => {
                if self.template(&name_of(path), &same, &text?) {
                    self.seen.insert(same);
                }
            }
        }
        Ok(())
    }

    /// Takes the policies of a template; whether it is one.
    fn template(&mut self, name: &str, path: &Path, text: &str) -> bool {
        let Some(found) = template::policies(text) else { return false };
        for address in found.unknown {
            let why = "known only when it is deployed";
            self.notes.push(format!("passed over {name}#{address}: {why}"));
        }
        for policy in found.policies {
            let inside = Inside {
                address: policy.address,
                places: policy.places,
                has_words: !policy.open.is_empty(),
            };
            self.policies.push(PolicyText {
                name: name.to_owned(),
                inside: Some(inside),
                path: path.to_owned(),
                text: policy.text,
                kind: Some(policy.kind),
            });
        }
        true
    }
}

/// One path for a file, however it is named.
pub(super) fn same_file(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
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
