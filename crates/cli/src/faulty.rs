//! A lake in a folder whose process dies, for tests: after so many writes nothing gets through, and the
//! file under way stays half written.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use lake::Put;

use crate::files::{self, FileError, Unfinished};
use crate::store::{Folder, Store};

/// A folder that takes so many writes.
pub(crate) struct Faulty {
    folder: Folder,
    left: usize,
    /// What was begun last.
    begun: Option<PathBuf>,
}

impl Faulty {
    pub(crate) fn new(root: PathBuf, writes: usize) -> Self {
        Self { folder: Folder { root }, left: writes, begun: None }
    }

    /// Counts a write, or dies.
    fn write(&mut self, path: &Path) -> Result<(), FileError> {
        let Some(left) = self.left.checked_sub(1) else {
            return Err(FileError::Write {
                path: path.to_owned(),
                source: io::Error::other("died"),
            });
        };
        self.left = left;
        Ok(())
    }
}

/// What a process that was killed leaves: the file it was writing, under the name it has until it is whole.
impl Drop for Faulty {
    fn drop(&mut self) {
        if let Some(path) = self.begun.take()
            && path.parent().is_some_and(Path::is_dir)
        {
            fs::write(files::unfinished(&path), "half a fi").unwrap();
        }
    }
}

impl Put for Faulty {
    type Out = Unfinished;
    type Error = Box<dyn Error>;

    fn create(&mut self, path: &str) -> Result<Unfinished, Box<dyn Error>> {
        self.begun = Some(self.folder.root.join(path));
        self.write(Path::new(path))?;
        self.folder.create(path)
    }

    fn commit(&mut self, out: Unfinished) -> Result<(), Box<dyn Error>> {
        self.write(Path::new("a file that is whole"))?;
        self.begun = None;
        self.folder.commit(out)
    }
}

impl Store for Faulty {
    type File = File;

    fn open(&self, path: &str) -> Result<File, FileError> {
        self.folder.open(path)
    }

    fn names(&self, folder: &str) -> Result<Vec<String>, FileError> {
        self.folder.names(folder)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, FileError> {
        self.folder.folders(folder)
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        self.write(Path::new(path))?;
        self.folder.remove(path)
    }
}

/// The files of a folder by their path below it, with what they hold. Half written ones count, too.
pub(crate) fn contents(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    for (name, bytes) in contents(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
