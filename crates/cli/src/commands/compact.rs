//! `driftline compact`: of the files of each day one.
//!
//! A day is merged when there is something to merge and writing it again is worth it
//! ([`Waiting`]); the new file is read back before it counts. What it stands for stays until the next
//! run, which reads the new file once more and then deletes the old ones: a query that has listed the
//! files of a day before still finds them. Until then the views sort out what is twice.
//!
//! Stopped anywhere, the next run does the rest: files are there whole or not at all, their names tell
//! what they stand for, and merging the same files gives the same file.

mod print;

use std::collections::BTreeSet;
use std::error::Error;

use lake::{
    CallRow, DayFile, FactRow, FindingRow, Length as _, MergePlan, MergeReport, MergedAlone,
    ObjectRow, Table, TableRow, Waiting, file_info, is_merged, plan_merge,
};
use serde::Serialize;

use crate::args::CompactArgs;
use crate::exit_code::Exit;
use crate::lake_reader::LakeReader;
use crate::merging::{self, Also, names, remove};
use crate::output;
use crate::spool::Spool;
use crate::store::{Folder, Store, folder};

/// What a run has done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Done {
    /// Days of calls, by what became of them.
    days: Days,
    /// Rows of calls, of the days that were merged.
    calls: Rows,
    /// Events with two bodies, of these days.
    conflicts: u64,
    files: Files,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Days {
    merged: u64,
    unchanged: u64,
    /// More is waited for.
    left: u64,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Rows {
    read: u64,
    kept: u64,
    duplicates: u64,
    superseded: u64,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Files {
    written: u64,
    /// That the next run will delete.
    replaced: u64,
    deleted: u64,
}

pub(crate) fn run(args: &CompactArgs) -> Result<Exit, Box<dyn Error>> {
    let root = LakeReader::open(&args.lake)?.root().to_owned();
    let spool = Spool::new(root.clone());
    let done = compact(&mut Folder { root }, &spool, args.all)?;
    output::print(&print::done(&done, args.format)?)?;
    Ok(Exit::Fine)
}

fn compact<S: Store>(lake: &mut S, spool: &Spool, all: bool) -> Result<Done, Box<dyn Error>> {
    let mut compaction = Compaction { lake, spool, all, done: Done::default() };
    let days = compaction.lake.folders(Table::Calls.as_str())?;
    // The last two days of a lake may still grow: logs come within the hour, across midnight.
    let growing = days.iter().rev().nth(1).cloned().unwrap_or_default();
    for day in &days {
        compaction.calls(day, *day < growing)?;
    }
    for day in compaction.lake.folders(Table::ResourceFacts.as_str())? {
        compaction.table::<FactRow>(&day, day < growing)?;
    }
    for day in compaction.lake.folders(Table::Objects.as_str())? {
        compaction.table::<ObjectRow>(&day, day < growing)?;
    }
    Ok(compaction.done)
}

/// A run over a lake.
struct Compaction<'l, S> {
    lake: &'l mut S,
    spool: &'l Spool,
    /// Whether days are merged that are hardly worth it.
    all: bool,
    done: Done,
}

/// The files of a table's day.
#[derive(Debug, Default)]
struct Present {
    files: Vec<DayFile>,
    waiting: Waiting,
}

impl Present {
    fn names(&self) -> BTreeSet<String> {
        self.files.iter().map(|file| file.name.clone()).collect()
    }
}

impl<S: Store> Compaction<'_, S> {
    /// The calls of a day, with its findings and its use.
    fn calls(&mut self, day: &str, is_over: bool) -> Result<(), Box<dyn Error>> {
        let calls = self.present(Table::Calls, day)?;
        let findings = self.present(Table::Findings, day)?;
        if calls.files.is_empty() {
            return Ok(());
        }
        let usage = names(self.lake, Table::Usage, day)?;
        let kept = kept(&plan_merge(&calls.files, &findings.files), &calls);
        let waits = matches!(plan_merge(&findings.files, &calls.files), MergePlan::Merge { .. });
        match kept {
            Some(name) if !waits && usage.contains(&name) => {
                let old = [
                    self.remove_old::<CallRow>(day, &calls.names(), &name)?,
                    self.remove_old::<FindingRow>(day, &findings.names(), &name)?,
                    remove(self.lake, Table::Usage, day, &usage, &name)?,
                ];
                old.into_iter().for_each(|deleted| add(&mut self.done.files.deleted, deleted));
                add(&mut self.done.days.unchanged, 1);
            }
            // Merged by a run that was stopped, or by a version that counted no use.
            Some(_) => self.merge_day(day, &calls, &findings)?,
            None if self.all || calls.waiting.is_worth_merging(is_over) => {
                self.merge_day(day, &calls, &findings)?;
            }
            None => add(&mut self.done.days.left, 1),
        }
        Ok(())
    }

    fn merge_day(
        &mut self,
        day: &str,
        calls: &Present,
        findings: &Present,
    ) -> Result<(), Box<dyn Error>> {
        let old = (calls.names(), findings.names());
        let always = !old.1.is_empty();
        let also = Also { usage: true, empty_findings: always };
        let merged = merging::merge_day(self.lake, self.spool, day, (&old.0, &old.1), also)?;
        let name = &merged.name;
        let has_findings = always || merged.findings.rows_out > 0;
        add(&mut self.done.days.merged, 1);
        add(&mut self.done.files.written, if has_findings { 3 } else { 2 });
        let usage = names(self.lake, Table::Usage, day)?;
        [&old.0, &old.1, &usage].into_iter().for_each(|old| self.replaced(old, name));
        self.count(&merged.calls);
        Ok(())
    }

    /// A table of which repeats go away one by one.
    fn table<R: MergedAlone>(&mut self, day: &str, is_over: bool) -> Result<(), Box<dyn Error>> {
        let present = self.present(R::TABLE, day)?;
        let old = present.names();
        if old.is_empty() {
            return Ok(());
        }
        if let Some(name) = kept(&plan_merge(&present.files, &[]), &present) {
            let deleted = self.remove_old::<R>(day, &old, &name)?;
            add(&mut self.done.files.deleted, deleted);
        } else if self.all || present.waiting.is_worth_merging(is_over) {
            let (name, _) = merging::merge_table::<R, S>(self.lake, self.spool, day, &old)?;
            add(&mut self.done.files.written, 1);
            self.replaced(&old, &name);
        }
        Ok(())
    }

    fn present(&self, table: Table, day: &str) -> Result<Present, Box<dyn Error>> {
        let (mut files, mut waiting) = (Vec::new(), Waiting::default());
        for name in names(self.lake, table, day)? {
            let file = self.lake.open(&format!("{}/{name}", folder(table, day)))?;
            waiting.add(file.len(), is_merged(&name));
            // A copy under another name stands for what the file does that was copied.
            files.push(match file_info(table, &file)?.parts {
                Some(parts) => DayFile::merged(&name, parts),
                None => DayFile::part(&name),
            });
        }
        Ok(Present { files, waiting })
    }

    /// Deletes files that another one stands for, once that was read to its end. How many.
    fn remove_old<R: TableRow>(
        &mut self,
        day: &str,
        names: &BTreeSet<String>,
        kept: &str,
    ) -> Result<u64, Box<dyn Error>> {
        if names.iter().all(|name| name == kept) {
            return Ok(0);
        }
        let file = self.lake.open(&format!("{}/{kept}", folder(R::TABLE, day)))?;
        let rows = file_info(R::TABLE, &file)?.rows;
        merging::verify::<R>(self.lake, day, kept, rows)?;
        remove(self.lake, R::TABLE, day, names, kept)
    }

    fn replaced(&mut self, old: &BTreeSet<String>, name: &str) {
        let replaced = old.iter().filter(|other| *other != name).count();
        add(&mut self.done.files.replaced, u64::try_from(replaced).unwrap_or(u64::MAX));
    }

    fn count(&mut self, report: &MergeReport) {
        let calls = &mut self.done.calls;
        add(&mut calls.read, report.rows_in);
        add(&mut calls.kept, report.rows_out);
        add(&mut calls.duplicates, report.duplicates);
        add(&mut calls.superseded, report.superseded);
        let conflicts = u64::try_from(report.conflicts.len()).unwrap_or(u64::MAX);
        add(&mut self.done.conflicts, conflicts);
    }
}

/// The file that stands for all of a day, if there is one.
fn kept(plan: &MergePlan, present: &Present) -> Option<String> {
    match plan {
        MergePlan::Nothing => present.files.first().map(|file| file.name.clone()),
        MergePlan::Remove { keep, .. } => Some(keep.clone()),
        MergePlan::Merge { .. } => None,
    }
}

fn add(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}

#[cfg(test)]
mod tests;
