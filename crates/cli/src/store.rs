//! Where the files of a lake are put: a folder, or memory when nothing is to be written.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use lake::{Bytes, ChunkReader, MergeInput, RowReader, Table, TableRow};

use crate::files::{self, FileError};

/// The folder of a table's day (`dt=…`).
pub(crate) fn folder(table: Table, day: &str) -> String {
    format!("{table}/{day}")
}

/// The date of a day's folder.
pub(crate) fn date(day: &str) -> Result<NaiveDate, chrono::ParseError> {
    day.strip_prefix("dt=").unwrap_or(day).parse()
}

/// A place for the files of a lake, by path below its root.
pub(crate) trait Store {
    /// What a file is read from.
    type File: ChunkReader + 'static;

    /// Puts a file, whole or not at all. A file of that path is replaced.
    fn put(&mut self, path: &str, bytes: Bytes) -> Result<(), FileError>;
    /// Opens a file.
    fn open(&self, path: &str) -> Result<Self::File, FileError>;
    /// The names of the Parquet files in a folder, sorted; none when there is no such folder.
    fn names(&self, folder: &str) -> Result<Vec<String>, FileError>;
    /// The names of the folders in a folder, sorted; none when there is no such folder.
    fn folders(&self, folder: &str) -> Result<Vec<String>, FileError>;
    /// Takes a file away.
    fn remove(&mut self, path: &str) -> Result<(), FileError>;

    /// The files of a table's day, each opened when its turn comes.
    fn files(
        &self,
        table: Table,
        day: &str,
    ) -> Result<impl Iterator<Item = Result<Self::File, FileError>>, FileError> {
        let folder = folder(table, day);
        let names = self.names(&folder)?.into_iter();
        Ok(names.map(move |name| self.open(&format!("{folder}/{name}"))))
    }

    /// The rows of a table's day, as they lie there.
    fn rows<R: TableRow>(&self, day: &str) -> Result<Vec<R>, Box<dyn Error>> {
        let mut rows = Vec::new();
        for file in self.files(R::TABLE, day)? {
            for row in RowReader::<R>::open(file?)? {
                rows.push(row?);
            }
        }
        Ok(rows)
    }

    /// Some files of a table's day, to be merged.
    fn inputs<'n>(
        &self,
        table: Table,
        day: &str,
        names: impl IntoIterator<Item = &'n String>,
    ) -> Result<Vec<MergeInput<Self::File>>, FileError> {
        let folder = folder(table, day);
        let input = |name: &String| {
            let file = self.open(&format!("{folder}/{name}"))?;
            Ok(MergeInput { name: name.clone(), file })
        };
        names.into_iter().map(input).collect()
    }
}

/// A lake in a folder.
pub(crate) struct Folder {
    pub(crate) root: PathBuf,
}

impl Store for Folder {
    type File = File;

    fn put(&mut self, path: &str, bytes: Bytes) -> Result<(), FileError> {
        files::write(&self.root.join(path), &bytes)
    }

    fn open(&self, path: &str) -> Result<File, FileError> {
        let path = self.root.join(path);
        File::open(&path).map_err(|source| FileError::Read { path, source })
    }

    fn names(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let folder = self.root.join(folder);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let entries = files::entries(&folder)?;
        let names = entries.iter().filter_map(|path| path.file_name());
        let names = names.map(|name| name.to_string_lossy().into_owned());
        Ok(names.filter(|name| name.ends_with(".parquet")).collect())
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let folder = self.root.join(folder);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let entries = files::entries(&folder)?;
        let folders = entries.iter().filter(|path| path.is_dir());
        let names = folders.filter_map(|path| path.file_name());
        Ok(names.map(|name| name.to_string_lossy().into_owned()).collect())
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        let path = self.root.join(path);
        fs::remove_file(&path).map_err(|source| FileError::Write { path, source })
    }
}

/// A lake that is gone when the run ends.
#[derive(Default)]
pub(crate) struct Memory {
    files: BTreeMap<String, Bytes>,
}

impl Store for Memory {
    type File = Bytes;

    fn put(&mut self, path: &str, bytes: Bytes) -> Result<(), FileError> {
        self.files.insert(path.to_owned(), bytes);
        Ok(())
    }

    fn open(&self, path: &str) -> Result<Bytes, FileError> {
        let missing = || FileError::Missing(Path::new(path).to_owned());
        self.files.get(path).cloned().ok_or_else(missing)
    }

    fn names(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let inside =
            |path: &String| path.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned);
        Ok(self.files.keys().filter_map(inside).collect())
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let inside = |path: &String| {
            let (name, _) = path.strip_prefix(folder)?.strip_prefix('/')?.split_once('/')?;
            Some(name.to_owned())
        };
        let names: BTreeSet<String> = self.files.keys().filter_map(inside).collect();
        Ok(names.into_iter().collect())
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        self.files.remove(path);
        Ok(())
    }
}
