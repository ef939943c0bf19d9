//! The end of a run: per day, the parts become one file, each call once.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::error::Error;
use std::io::{Read as _, Write as _};

use lake::{
    ChunkReader as _, FactRow, Length as _, MergedAlone, ObjectRow, Provenance, Put, RowReader,
    Table, is_merged, open_calls,
};

use super::{AnalyzeError, Totals};
use crate::merging::{self, Also, MergedDay, names, remove};
use crate::spool::{Aside, Spool};
use crate::store::{Store, folder};

/// The Parquet files that a run has put, by folder.
#[derive(Debug, Default)]
pub(super) struct Written {
    by_folder: BTreeMap<String, BTreeSet<String>>,
}

/// A lake whose new files are written down.
pub(super) struct Noted<'l, S> {
    written: &'l mut Written,
    lake: &'l mut S,
}

impl<S: Store> Put for Noted<'_, S> {
    type Out = S::Out;
    type Error = S::Error;

    fn create(&mut self, path: &str) -> Result<S::Out, S::Error> {
        self.written.add(path);
        self.lake.create(path)
    }

    fn commit(&mut self, out: S::Out) -> Result<(), S::Error> {
        self.lake.commit(out)
    }
}

impl Written {
    /// The lake, to put files into.
    pub(super) fn of<'l, S>(&'l mut self, lake: &'l mut S) -> Noted<'l, S> {
        Noted { written: self, lake }
    }

    fn add(&mut self, path: &str) {
        if let Some((folder, name)) = path.rsplit_once('/')
            && name.ends_with(".parquet")
        {
            self.by_folder.entry(folder.to_owned()).or_default().insert(name.to_owned());
        }
    }

    /// The days (`dt=…`) of a table.
    pub(super) fn days(&self, table: Table) -> impl Iterator<Item = &str> {
        let prefix = format!("{table}/");
        self.by_folder.keys().filter_map(move |folder| folder.strip_prefix(&prefix))
    }

    fn names(&self, table: Table, day: &str) -> BTreeSet<String> {
        self.by_folder.get(&folder(table, day)).cloned().unwrap_or_default()
    }
}

/// What a run has found itself of a day, whatever else the lake holds.
#[derive(Debug)]
pub(super) struct OwnDay {
    /// The day (`dt=…`).
    pub(super) day: String,
    /// Its findings, each call's once.
    pub(super) findings: Option<Aside>,
    /// Its calls that facts about resources may say something about: their keys, end to end.
    open: Aside,
}

impl OwnDay {
    /// The keys of its calls that facts about resources may say something about.
    pub(super) fn open(&self) -> Result<HashSet<u128>, Box<dyn Error>> {
        let mut keys = HashSet::new();
        let mut read = self.open.get_read(0)?;
        let mut key = [0; size_of::<u128>()];
        for _ in 0..self.open.len().checked_div(KEY).unwrap_or_default() {
            read.read_exact(&mut key)?;
            keys.insert(u128::from_be_bytes(key));
        }
        Ok(keys)
    }
}

/// Bytes of a key.
const KEY: u64 = 16;

/// Merges the days that a run has written to.
pub(super) fn merge<S: Store>(
    lake: &mut S,
    spool: &Spool,
    written: &Written,
    totals: &mut Totals,
) -> Result<Vec<OwnDay>, Box<dyn Error>> {
    let mut own = Vec::new();
    let mut events = 0_u64;
    // Every finding is about a call of the same day.
    for day in written.days(Table::Calls) {
        let (merged, day) = merge_day(lake, spool, written, day)?;
        events = events.saturating_add(merged.calls.events);
        let conflicts = u64::try_from(merged.calls.conflicts.len()).unwrap_or(u64::MAX);
        totals.conflicts = totals.conflicts.saturating_add(conflicts);
        own.push(day);
    }
    totals.records.duplicates = totals.records.evaluated.saturating_sub(events);
    for day in written.days(Table::ResourceFacts) {
        merge_table::<FactRow, S>(lake, spool, day)?;
    }
    for day in written.days(Table::Objects) {
        merge_table::<ObjectRow, S>(lake, spool, day)?;
    }
    Ok(own)
}

/// A lake with verdicts of another policy set of the same revision: which of them counts would be
/// left to chance. And one with rows that are redacted otherwise: which of two would stay, too.
pub(super) fn refuse_others(
    lake: &impl Store,
    ours: &Provenance,
    redaction: Option<&str>,
) -> Result<(), Box<dyn Error>> {
    for day in lake.folders(Table::Objects.as_str())? {
        for file in lake.files(Table::Objects, &day)? {
            for row in RowReader::<ObjectRow>::open(file?)? {
                let row = row?;
                if row.redaction.as_deref() != redaction {
                    return Err(AnalyzeError::OtherRedaction.into());
                }
                let theirs = row.provenance;
                if theirs.revision == ours.revision && theirs.verdict_hash != ours.verdict_hash {
                    return Err(AnalyzeError::SameRevision { revision: ours.revision }.into());
                }
            }
        }
    }
    Ok(())
}

/// Merges what the run has put into a day, then that with what was there before.
fn merge_day<S: Store>(
    lake: &mut S,
    spool: &Spool,
    written: &Written,
    day: &str,
) -> Result<(MergedDay, OwnDay), Box<dyn Error>> {
    let own_calls = written.names(Table::Calls, day);
    let own_findings = written.names(Table::Findings, day);
    let alone = names(lake, Table::Calls, day)? == own_calls
        && names(lake, Table::Findings, day)? == own_findings;
    let merged = merge_files(lake, spool, day, (&own_calls, &own_findings), alone)?;
    let own = own_day(lake, spool, day, &merged)?;
    if !alone {
        let (calls, findings) =
            (names(lake, Table::Calls, day)?, names(lake, Table::Findings, day)?);
        // The same logs once more: nothing is new.
        let counted = names(lake, Table::Usage, day)?.contains(&merged.name);
        if calls.len() > 1 || findings.len() > 1 || !counted {
            merge_files(lake, spool, day, (&calls, &findings), true)?;
        }
    }
    Ok((merged, own))
}

/// Puts aside what is asked for once all days are settled, when others' rows may be among the run's.
fn own_day<S: Store>(
    lake: &S,
    spool: &Spool,
    day: &str,
    merged: &MergedDay,
) -> Result<OwnDay, Box<dyn Error>> {
    let open = |table| lake.open(&format!("{}/{}", folder(table, day), merged.name));
    let mut keys = spool.draft();
    for row in open_calls(open(Table::Calls)?)? {
        keys.write_all(&row?.request_key().to_be_bytes())?;
    }
    let findings = match merged.findings.rows_out > 0 {
        true => Some(spool.copy(&open(Table::Findings)?)?),
        false => None,
    };
    Ok(OwnDay { day: day.to_owned(), findings, open: spool.keep(keys)? })
}

/// Merges some files of a day and takes them away. Where they are all of it, use is counted anew.
fn merge_files<S: Store>(
    lake: &mut S,
    spool: &Spool,
    day: &str,
    (calls, findings): (&BTreeSet<String>, &BTreeSet<String>),
    are_all: bool,
) -> Result<MergedDay, Box<dyn Error>> {
    let also = Also { usage: are_all, empty_findings: false };
    let merged = merging::merge_day(lake, spool, day, (calls, findings), also)?;
    remove(lake, Table::Calls, day, calls, &merged.name)?;
    remove(lake, Table::Findings, day, findings, &merged.name)?;
    if are_all {
        let usage = names(lake, Table::Usage, day)?;
        remove(lake, Table::Usage, day, &usage, &merged.name)?;
    }
    Ok(merged)
}

fn merge_table<R: MergedAlone, S: Store>(
    lake: &mut S,
    spool: &Spool,
    day: &str,
) -> Result<(), Box<dyn Error>> {
    let names = names(lake, R::TABLE, day)?;
    if let (1, Some(only)) = (names.len(), names.first())
        && is_merged(only)
    {
        return Ok(());
    }
    let (name, _) = merging::merge_table::<R, S>(lake, spool, day, &names)?;
    remove(lake, R::TABLE, day, &names, &name)?;
    Ok(())
}
