//! Where rows wait that memory has no room for.

use std::fmt::Debug;
use std::io::{self, Write};

use bytes::Bytes;
use parquet::file::reader::ChunkReader;

/// A place for files that nobody else sees, each gone when it is dropped.
///
/// This crate touches no disk, so whoever has one lends it: the command line temporary files, tests
/// and functions their memory ([`InMemory`]). What comes out in the end does not depend on it.
pub trait Scratch {
    /// What a file is written to.
    type Out: Write + Send;
    /// What it is read from.
    type File: ChunkReader + Debug + 'static;

    /// Begins a file.
    ///
    /// # Errors
    /// What the place says.
    fn create(&self) -> io::Result<Self::Out>;

    /// Makes a file that is written ready to be read.
    ///
    /// # Errors
    /// What the place says.
    fn read(&self, written: Self::Out) -> io::Result<Self::File>;
}

/// No disk at hand: rows wait in memory, as columns, where they take a tenth.
#[derive(Clone, Copy, Debug, Default)]
pub struct InMemory;

impl Scratch for InMemory {
    type Out = Vec<u8>;
    type File = Bytes;

    fn create(&self) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn read(&self, written: Vec<u8>) -> io::Result<Bytes> {
        Ok(written.into())
    }
}

impl<S: Scratch> Scratch for &S {
    type Out = S::Out;
    type File = S::File;

    fn create(&self) -> io::Result<S::Out> {
        (**self).create()
    }

    fn read(&self, written: S::Out) -> io::Result<S::File> {
        (**self).read(written)
    }
}
