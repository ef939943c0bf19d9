//! Folders and files: the command line's back end.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why files could not be found or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("there is no `{}`", .0.display())]
    Missing(PathBuf),
    #[error("there are no log files in `{}`", .0.display())]
    NoLogs(PathBuf),
    #[error("`{}` is not a folder", .0.display())]
    NotAFolder(PathBuf),
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write `{}`", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot use a temporary file in `{}`", folder.display())]
    Temporary { folder: PathBuf, source: io::Error },
}

fn reading(path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    |source| FileError::Read { path, source }
}

/// A log file to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LogFile {
    /// How it is named in the lake: its path below the folder it was found in, like an S3 key.
    pub(crate) key: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// In bytes, as it lies there.
    pub(crate) size: u64,
}

/// The log files behind what was typed, sorted by key; and how many files were left out.
#[derive(Debug, Default)]
pub(crate) struct LogFiles {
    pub(crate) files: Vec<LogFile>,
    pub(crate) skipped: usize,
    lake: Option<PathBuf>,
}

/// Finds the log files. What lies in `lake`, where this run writes, is none.
pub(crate) fn log_files(paths: &[PathBuf], lake: Option<&Path>) -> Result<LogFiles, FileError> {
    let lake = lake.and_then(|lake| fs::canonicalize(lake).ok());
    let mut found = LogFiles { lake, ..LogFiles::default() };
    for path in paths {
        let metadata = fs::metadata(path).map_err(|_| FileError::Missing(path.clone()))?;
        let before = found.files.len();
        if metadata.is_dir() {
            found.folder(path)?;
            if found.files.len() == before {
                return Err(FileError::NoLogs(path.clone()));
            }
        } else {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let key = name.unwrap_or_default();
            found.files.push(LogFile { key, path: path.clone(), size: metadata.len() });
        }
    }
    // The order of arguments and of directory entries must not show in the output.
    found.files.sort();
    found.files.dedup_by(|next, kept| next.path == kept.path);
    Ok(found)
}

impl LogFiles {
    fn folder(&mut self, root: &Path) -> Result<(), FileError> {
        // In a copy of a bucket the logs are below `AWSLogs/`; what lies beside it is something
        // else.
        let logs = root.join("AWSLogs");
        let start = if logs.is_dir() { logs } else { root.to_owned() };
        if start != root {
            let beside = entries(root)?.into_iter().filter(|path| path.is_file()).count();
            self.skipped = self.skipped.saturating_add(beside);
        }
        self.walk(root, &start)
    }

    fn walk(&mut self, root: &Path, folder: &Path) -> Result<(), FileError> {
        for path in entries(folder)? {
            let folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
            if folder && self.is_lake(&path) {
                continue;
            }
            if folder && let Err(error) = self.walk(root, &path) {
                // A folder that cannot be listed is like a file that cannot be read.
                self.push(root, &path, 0);
                drop(error);
            } else if !folder {
                self.file(root, &path);
            }
        }
        Ok(())
    }

    fn file(&mut self, root: &Path, path: &Path) {
        let key = key_below(root, path);
        let wanted = is_log_name(&key) && cloudtrail::is_skipped(&key).is_none();
        match fs::metadata(path) {
            // A link to a folder could lead in a circle.
            Ok(metadata) if wanted && metadata.is_file() => self.push(root, path, metadata.len()),
            Err(_) if wanted => self.push(root, path, 0),
            _ => self.skipped = self.skipped.saturating_add(1),
        }
    }

    fn push(&mut self, root: &Path, path: &Path, size: u64) {
        self.files.push(LogFile { key: key_below(root, path), path: path.to_owned(), size });
    }

    fn is_lake(&self, folder: &Path) -> bool {
        self.lake.is_some() && fs::canonicalize(folder).ok() == self.lake
    }
}

pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let listed = fs::read_dir(folder).map_err(reading(folder))?;
    let mut paths = Vec::new();
    for entry in listed {
        paths.push(entry.map_err(reading(folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// The path below a root with `/` between its parts, whatever the platform.
fn key_below(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn is_log_name(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key).to_lowercase();
    let ends = [".json", ".json.gz", ".gz", ".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"];
    !name.starts_with('.') && ends.iter().any(|end| name.ends_with(end))
}

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(reading(path))
}

/// How names of files end that may be part of a policy set: policies, its description, templates.
const POLICY_ENDINGS: [&str; 5] = [".json", ".toml", ".yaml", ".yml", ".template"];

/// The files of a policy set, or of a snapshot, by their path below its folder.
pub(crate) fn policy_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, FileError> {
    let metadata = fs::metadata(folder).map_err(|_| FileError::Missing(folder.to_owned()))?;
    if !metadata.is_dir() {
        return Err(FileError::NotAFolder(folder.to_owned()));
    }
    let mut files = BTreeMap::new();
    read_policies(folder, folder, &mut files)?;
    Ok(files)
}

fn read_policies(
    root: &Path,
    folder: &Path,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), FileError> {
    for path in entries(folder)? {
        let metadata = fs::symlink_metadata(&path).map_err(reading(&path))?;
        let key = key_below(root, &path);
        if metadata.is_dir() {
            read_policies(root, &path, files)?;
        } else if POLICY_ENDINGS.iter().any(|end| key.ends_with(end)) {
            files.insert(key, read(&path)?);
        }
    }
    Ok(())
}

/// Writes a file so that it is there whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = Unfinished::create(path.to_owned())?;
    file.write_all(bytes).map_err(|source| FileError::Write { path: path.to_owned(), source })?;
    file.commit()
}

/// A file that is being written, under another name until all of it is there. One that is given up
/// goes away, with the folders that were made for it.
#[derive(Debug)]
pub(crate) struct Unfinished {
    path: PathBuf,
    name: PathBuf,
    file: Option<fs::File>,
    /// Innermost first.
    made: Vec<PathBuf>,
}

impl Unfinished {
    pub(crate) fn create(path: PathBuf) -> Result<Self, FileError> {
        let name = unfinished(&path);
        let missing = path.ancestors().skip(1).take_while(|folder| !folder.exists());
        let made = missing.map(Path::to_owned).collect();
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        match folder.and_then(|()| fs::File::create(&name)) {
            Ok(file) => Ok(Self { path, name, file: Some(file), made }),
            Err(source) => Err(FileError::Write { path, source }),
        }
    }

    pub(crate) fn commit(mut self) -> Result<(), FileError> {
        let synced = self.file.as_ref().map_or(Ok(()), fs::File::sync_all);
        let done = synced.and_then(|()| fs::rename(&self.name, &self.path));
        done.map_err(|source| FileError::Write { path: self.path.clone(), source })?;
        self.file = None;
        Ok(())
    }

    fn named(&self, source: io::Error) -> io::Error {
        io::Error::new(source.kind(), FileError::Write { path: self.path.clone(), source })
    }
}

/// The name of a file until it is whole: one that engines of SQL pass over, as all that begin with a dot.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.unfinished"))
}

/// Errors name the file: who writes may be far from who knows its name.
impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.as_mut().map_or(Ok(0), |file| file.write(bytes));
        written.map_err(|source| self.named(source))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // What cannot be taken away is overwritten by the next run.
            let _ = fs::remove_file(&self.name);
            // One that something else was put into stays.
            let _ = self.made.iter().try_for_each(fs::remove_dir);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c.parquet");
        let mut file = Unfinished::create(path.clone()).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(file);
        assert!(entries(folder.path()).unwrap().is_empty());
        write(&path, b"first").unwrap();
        drop(Unfinished::create(path.clone()).unwrap());
        let mut file = Unfinished::create(path.clone()).unwrap();
        file.write_all(b"second").unwrap();
        assert_eq!(read(&path).unwrap(), b"first");
        file.commit().unwrap();
        assert_eq!(read(&path).unwrap(), b"second");
        assert_eq!(entries(path.parent().unwrap()).unwrap(), [path]);
    }

    #[test]
    fn log_files_are_told_by_their_names() {
        for (name, wanted) in [
            ("AWSLogs/1/CloudTrail/r/x.json.gz", true),
            ("a.JSON", true),
            ("a.jsonl", true),
            ("notes.txt", false),
            (".hidden.json", false),
            ("counts.tsv", false),
        ] {
            assert_eq!(is_log_name(name), wanted, "{name}");
        }
    }
}
