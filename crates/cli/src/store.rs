//! Where the files of a lake are put: a folder, or where nobody sees them when nothing is to be
//! written.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use lake::{ChunkReader, MergeInput, Put, RowReader, Table, TableRow};

use crate::files::{self, FileError, Unfinished};
use crate::spool::{Aside, Draft, Spool};

/// The folder of a table's day (`dt=…`).
pub(crate) fn folder(table: Table, day: &str) -> String {
    format!("{table}/{day}")
}

/// The date of a day's folder.
pub(crate) fn date(day: &str) -> Result<NaiveDate, chrono::ParseError> {
    day.strip_prefix("dt=").unwrap_or(day).parse()
}

/// A place for the files of a lake, by path below its root.
pub(crate) trait Store: Put<Error = Box<dyn Error>> {
    /// What a file is read from.
    type File: ChunkReader + 'static;

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
        self.each_row(day, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Hands on the rows of a table's day, as they lie there.
    fn each_row<R: TableRow>(
        &self,
        day: &str,
        mut take: impl FnMut(R) -> Result<(), Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        for file in self.files(R::TABLE, day)? {
            for row in RowReader::<R>::open(file?)? {
                take(row?)?;
            }
        }
        Ok(())
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

impl Put for Folder {
    type Out = Unfinished;
    type Error = Box<dyn Error>;

    fn create(&mut self, path: &str) -> Result<Unfinished, Box<dyn Error>> {
        Ok(Unfinished::create(self.root.join(path))?)
    }

    fn commit(&mut self, out: Unfinished) -> Result<(), Box<dyn Error>> {
        Ok(out.commit()?)
    }
}

impl Store for Folder {
    type File = File;

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

/// A lake that is gone when the run ends, and to be seen by nobody.
pub(crate) struct Hidden<'s> {
    files: BTreeMap<String, Aside>,
    spool: &'s Spool,
}

impl<'s> Hidden<'s> {
    pub(crate) fn new(spool: &'s Spool) -> Self {
        Self { files: BTreeMap::new(), spool }
    }
}

impl Put for Hidden<'_> {
    type Out = Named;
    type Error = Box<dyn Error>;

    fn create(&mut self, path: &str) -> Result<Named, Box<dyn Error>> {
        Ok(Named { path: path.to_owned(), draft: self.spool.draft() })
    }

    fn commit(&mut self, out: Named) -> Result<(), Box<dyn Error>> {
        self.files.insert(out.path, self.spool.keep(out.draft)?);
        Ok(())
    }
}

/// A file that is being written, and where it is to be found.
pub(crate) struct Named {
    path: String,
    draft: Draft,
}

impl Write for Named {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.draft.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.draft.flush()
    }
}

impl Store for Hidden<'_> {
    type File = Aside;

    fn open(&self, path: &str) -> Result<Aside, FileError> {
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
