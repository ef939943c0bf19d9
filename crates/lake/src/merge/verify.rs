//! A merged file read back, before what it stands for may go.

use parquet::file::reader::ChunkReader;

use crate::error::LakeError;
use crate::reader::RowReader;
use crate::rows::TableRow;

/// Reads a merged file to its end: as many rows as were written, in order, none that repeats another.
///
/// # Errors
/// [`LakeError::Read`] and the like where it cannot be read, [`LakeError::NotAsWritten`] where it says
/// something else.
pub fn verify_merged<R: TableRow, F: ChunkReader + 'static>(
    name: &str,
    file: F,
    rows: u64,
) -> Result<(), LakeError> {
    let mut before: Option<R> = None;
    let mut found = 0_u64;
    for row in RowReader::<R>::open(file)? {
        let row = row?;
        if let Some(before) = &before
            && (row.order(before).is_lt() || row.repeats(before))
        {
            return Err(LakeError::Unsorted { name: name.to_owned() });
        }
        found = found.saturating_add(1);
        before = Some(row);
    }
    match found == rows {
        true => Ok(()),
        false => Err(LakeError::NotAsWritten { name: name.to_owned(), written: rows, found }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::CallRow;
    use crate::tests::samples::{call, write};

    #[test]
    fn what_was_written_is_found_again() {
        let rows = [call("a"), call("b")];
        assert!(verify_merged::<CallRow, _>("f", write(&rows), 2).is_ok());
        let error = verify_merged::<CallRow, _>("f", write(&rows), 3).unwrap_err();
        assert_eq!(error.to_string(), "`f` was written with 3 rows and has 2");
        let twice = [call("a"), call("a")];
        assert!(verify_merged::<CallRow, _>("f", write(&twice), 2).is_err());
        assert!(verify_merged::<CallRow, _>("f", bytes::Bytes::from_static(b"x"), 0).is_err());
    }
}
