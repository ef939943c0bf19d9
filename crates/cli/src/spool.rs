//! What has to wait until it is read again, and is nobody's business: in memory while it is little,
//! then in temporary files that have no name, so that nothing is left of them, however a run ends.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;

use lake::{Bytes, ChunkReader, Length, Scratch};

use crate::files::FileError;

/// Bytes of one file that stay in memory.
const SMALL: usize = 256 << 10;

/// Bytes of all kept files that stay in memory.
const KEPT_IN_MEMORY: usize = 8 << 20;

/// What is kept goes into files of about so many bytes: few are open however much is kept, and a file
/// is given back once nothing in it is wanted any more.
const KEPT_FILE: u64 = 512 << 20;

/// A place for what has to wait.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
    /// Bytes of all kept files that stay in memory.
    memory: usize,
    kept: RefCell<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    in_memory: usize,
    file: Option<(Arc<File>, u64)>,
}

/// A file that is being written.
#[derive(Debug)]
pub(crate) struct Draft {
    folder: PathBuf,
    memory: Vec<u8>,
    file: Option<File>,
}

/// A file that waits.
#[derive(Clone, Debug)]
pub(crate) enum Aside {
    Memory(Bytes),
    Disk { file: Arc<File>, start: u64, length: u64 },
}

impl Spool {
    /// A place whose files lie in this folder, which is made when there is need of it.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self::with_memory(folder, KEPT_IN_MEMORY)
    }

    /// One that keeps only so many bytes in memory.
    pub(crate) fn with_memory(folder: PathBuf, memory: usize) -> Self {
        Self { folder, memory, kept: RefCell::default() }
    }

    /// A file of its own, to be [kept](Self::keep).
    pub(crate) fn draft(&self) -> Draft {
        Draft { folder: self.folder.clone(), memory: Vec::new(), file: None }
    }

    /// Keeps a file for as long as it is wanted. There may be thousands.
    pub(crate) fn keep(&self, draft: Draft) -> Result<Aside, FileError> {
        self.try_keep(draft).map_err(|source| failed(&self.folder, source))
    }

    /// Keeps what a file holds.
    pub(crate) fn copy(&self, file: &impl ChunkReader) -> Result<Aside, FileError> {
        let mut draft = self.draft();
        let copied = file.get_read(0).map_err(io::Error::other);
        let copied = copied.and_then(|mut read| io::copy(&mut read, &mut draft));
        copied.map_err(|source| failed(&self.folder, source))?;
        self.keep(draft)
    }

    fn try_keep(&self, draft: Draft) -> io::Result<Aside> {
        let mut kept = self.kept.borrow_mut();
        let all = kept.in_memory.saturating_add(draft.memory.len());
        if draft.file.is_none() && all <= self.memory {
            kept.in_memory = all;
            return Ok(Aside::Memory(draft.memory.into()));
        }
        let (file, start) = match kept.file.take() {
            Some((file, length)) if length < KEPT_FILE => (file, length),
            _ => (Arc::new(temporary(&self.folder)?), 0),
        };
        (&*file).seek(SeekFrom::Start(start))?;
        let length = match draft.file {
            Some(mut own) => {
                own.rewind()?;
                io::copy(&mut own, &mut &*file)?
            }
            None => io::copy(&mut draft.memory.as_slice(), &mut &*file)?,
        };
        kept.file = Some((Arc::clone(&file), start.saturating_add(length)));
        Ok(Aside::Disk { file, start, length })
    }
}

/// What is put aside while a batch is read or a day is merged: few files at a time, each by itself.
impl Scratch for Spool {
    type Out = Draft;
    type File = Aside;

    fn create(&self) -> io::Result<Draft> {
        Ok(self.draft())
    }

    fn read(&self, written: Draft) -> io::Result<Aside> {
        let Some(mut file) = written.file else { return Ok(Aside::Memory(written.memory.into())) };
        let length = file.stream_position()?;
        Ok(Aside::Disk { file: Arc::new(file), start: 0, length })
    }
}

fn failed(folder: &std::path::Path, source: io::Error) -> FileError {
    FileError::Temporary { folder: folder.to_owned(), source }
}

/// A file without a name in a folder.
fn temporary(folder: &std::path::Path) -> io::Result<File> {
    let made = fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
    made.map_err(|source| io::Error::new(source.kind(), failed(folder, source)))
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(file) = &mut self.file {
            return file.write(bytes);
        }
        if self.memory.len().saturating_add(bytes.len()) <= SMALL {
            return self.memory.write(bytes);
        }
        let mut file = temporary(&self.folder)?;
        file.write_all(&std::mem::take(&mut self.memory))?;
        self.file.insert(file).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Length for Aside {
    fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => Length::len(bytes),
            Self::Disk { length, .. } => *length,
        }
    }
}

impl ChunkReader for Aside {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> lake::ParquetResult<Box<dyn Read>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(bytes.get_read(start)?),
            Self::Disk { file, start: first, length } => Box::new(BufReader::new(Stretch {
                file: Arc::clone(file),
                next: first.saturating_add(start),
                end: first.saturating_add(*length),
            })),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> lake::ParquetResult<Bytes> {
        match self {
            Self::Memory(bytes) => bytes.get_bytes(start, length),
            Self::Disk { .. } => {
                let mut bytes = vec![0; length];
                self.get_read(start)?.read_exact(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }
}

/// Part of a file that others read and write too: it seeks before it reads.
struct Stretch {
    file: Arc<File>,
    next: u64,
    end: u64,
}

impl Read for Stretch {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.next))?;
        let read = file.take(self.end.saturating_sub(self.next)).read(bytes)?;
        self.next = self.next.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(aside: &Aside) -> Vec<u8> {
        let mut bytes = Vec::new();
        aside.get_read(0).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_is_kept_is_read_again_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().join("new"));
        let texts: Vec<Vec<u8>> =
            (0..60_u8).map(|n| vec![n; 37 + SMALL * 2 * usize::from(n % 3)]).collect();
        let keep = |text: &Vec<u8>| {
            let mut draft = spool.draft();
            text.chunks(1000).for_each(|chunk| draft.write_all(chunk).unwrap());
            draft
        };
        let kept: Vec<Aside> = texts.iter().map(|text| spool.keep(keep(text)).unwrap()).collect();
        let own: Vec<Aside> = texts.iter().map(|text| spool.read(keep(text)).unwrap()).collect();
        for (index, text) in texts.iter().enumerate() {
            for aside in [&kept[index], &own[index], &spool.copy(&kept[index]).unwrap()] {
                assert_eq!(Length::len(aside), u64::try_from(text.len()).unwrap());
                assert!(read(aside) == *text);
                assert_eq!(aside.get_bytes(30, 7).unwrap(), text[30..37]);
                assert!(aside.get_bytes(Length::len(aside) - 1, 2).is_err());
            }
        }
        assert!(matches!(kept[0], Aside::Memory(_)) && matches!(kept[1], Aside::Disk { .. }));
        // Nothing of it is to be seen.
        assert_eq!(std::fs::read_dir(folder.path().join("new")).unwrap().count(), 0);
    }

    #[test]
    fn many_small_files_do_not_fill_the_memory() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().to_owned());
        let kept = (0..100).map(|_| {
            let mut draft = spool.draft();
            draft.write_all(&vec![7; SMALL]).unwrap();
            spool.keep(draft).unwrap()
        });
        let kept: Vec<Aside> = kept.collect();
        let in_memory = kept.iter().filter(|aside| matches!(aside, Aside::Memory(_))).count();
        assert_eq!(in_memory, KEPT_IN_MEMORY / SMALL);
    }
}
