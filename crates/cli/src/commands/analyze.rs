//! `driftline analyze`: log files in, lake and summary out.
//!
//! The main path: load the policy set, list the files, read them batch by batch, put the parts,
//! merge the days, fold the findings, print.

mod days;
mod print;
mod read;
mod resolve;
mod self_test;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use analyzer::self_test::SelfTest;
use analyzer::snapshot::Snapshot;
use analyzer::summary::{Baseline, RecordCounts, Summary};
use analyzer::target::TargetSet;
use analyzer::{ENGINE, Filter, Inventory, catalog_hash};
use cloudtrail::Limits;
use iam_policy::AccountId;
use lake::{
    Batch, FindingRow, Provenance, Redaction, ResolvedFindingRow, RowReader, WorkIdentity,
    plan_batches,
};

use crate::args::AnalyzeArgs;
use crate::baseline;
use crate::exit_code::Exit;
use crate::files::{self, LogFile};
use crate::output;
use crate::policy_set;
use crate::spool::Spool;
use crate::store::{Folder, Hidden, Store};
use crate::workers;

/// The folder of the lake below `--out`.
const LAKE: &str = "lake";

/// What a run goes by, beside the logs.
struct Given<'g> {
    /// What should be.
    target: &'g TargetSet,
    /// What is.
    snapshot: Option<&'g Snapshot>,
    /// What resources are like.
    inventory: Option<Inventory>,
    /// The findings of an earlier run.
    baseline: Baseline,
    /// What texts are hidden with.
    redaction: Option<Redaction>,
}

/// Why a run could not be finished.
#[derive(Debug, thiserror::Error)]
enum AnalyzeError {
    #[error("--from {from} is not before --to {to}")]
    Window { from: chrono::NaiveDate, to: chrono::NaiveDate },
    #[error("--account: {0}")]
    Account(#[from] iam_policy::AccountIdError),
    #[error(
        "the lake holds verdicts of another policy set that is revision {revision} too, so nobody \
         could tell which count: raise `revision`, or choose another --out"
    )]
    SameRevision { revision: u64 },
    #[error(
        "the lake holds rows that are redacted by another key, or not at all: use the same key, or \
         choose another --out"
    )]
    OtherRedaction,
}

/// Requests by decision.
type Counts = BTreeMap<&'static str, u64>;

/// What became of everything that was read.
#[derive(Debug, Default)]
struct Totals {
    records: RecordCounts,
    objects_read: u64,
    objects_quarantined: u64,
    /// Files that are no logs, and repeats of one that was read.
    passed_over: u64,
    conflicts: u64,
    /// Requests that the record leaves open and other records settle, by what the target says.
    resolved: Counts,
    /// Records that were evaluated without a verdict, by the reason as in `calls.not_judged`.
    not_judged: BTreeMap<String, u64>,
    /// Warnings by code: how many files, and the first of them.
    warnings: BTreeMap<String, (u64, String)>,
    /// Quarantined objects and records: the first few by name.
    unreadable: BTreeSet<String>,
    /// How AWS's answers compare with the snapshot, where there is one.
    self_test: Option<SelfTest>,
}

pub(crate) fn run(args: &AnalyzeArgs) -> Result<Exit, Box<dyn std::error::Error>> {
    if let (Some(from), Some(to)) = (args.scope.from, args.scope.to)
        && from >= to
    {
        return Err(AnalyzeError::Window { from, to }.into());
    }
    if let Some(account) = &args.scope.account {
        account.parse::<AccountId>().map_err(AnalyzeError::Account)?;
    }
    let snapshot = policy_set::load_snapshot(args.snapshot.as_deref())?;
    let target = policy_set::load(&args.policies, snapshot.as_ref())?;
    let inventory = args.inventory.as_deref().map(resolve::read_inventory).transpose()?;
    let baseline = baseline::of(args.new_since.as_deref())?;
    let lake = args.out.as_ref().map(|out| out.join(LAKE));
    let logs = files::log_files(&args.trail, lake.as_deref())?;
    let passed_over = u64::try_from(logs.skipped).unwrap_or(u64::MAX);
    let self_test = snapshot.as_ref().map(|_| SelfTest::default());
    let mut totals = Totals { passed_over, self_test, ..Totals::default() };
    let redaction = args.redact.as_deref().map(redaction).transpose()?;
    let given =
        Given { target: &target, snapshot: snapshot.as_deref(), inventory, baseline, redaction };
    let summary = match lake {
        Some(root) => {
            // What has to wait takes about the room of what is written.
            let spool = Spool::new(root.clone());
            let mut lake = Folder { root };
            let redaction = given.redaction.as_ref().map(Redaction::id);
            days::refuse_others(&lake, &provenance(&target), redaction)?;
            analyze(args, &given, &logs.files, (&mut lake, &spool), &mut totals)?
        }
        None => {
            let spool = Spool::new(std::env::temp_dir());
            let mut lake = Hidden::new(&spool);
            analyze(args, &given, &logs.files, (&mut lake, &spool), &mut totals)?
        }
    };
    print::print(args, &target, &summary, &totals)?;
    Ok(exit(args, &summary, &totals))
}

fn exit(args: &AnalyzeArgs, summary: &Summary, totals: &Totals) -> Exit {
    let limit = args.fail_on.map(|fail_on| fail_on.severity());
    let found = limit.is_some_and(|limit| summary.worst() >= Some(limit));
    match (found, totals.is_quarantined()) {
        (true, _) => Exit::Found,
        (false, true) => Exit::Quarantined,
        (false, false) => Exit::Fine,
    }
}

fn analyze(
    args: &AnalyzeArgs,
    given: &Given<'_>,
    logs: &[LogFile],
    (lake, spool): (&mut impl Store, &Spool),
    totals: &mut Totals,
) -> Result<Summary, Box<dyn std::error::Error>> {
    let Given { target, snapshot, inventory, baseline, redaction } = given;
    let reading = read::Reading {
        target,
        snapshot: *snapshot,
        filter: args.scope.filter(),
        redaction: redaction.clone(),
        limits: Limits::default(),
        jobs: workers::jobs(args.jobs),
    };
    let work = WorkIdentity {
        provenance: provenance(target),
        catalog_hash: catalog_hash(),
        filter: filter_text(&reading.filter),
        redaction: redaction.as_ref().map(|redaction| redaction.id().to_owned()),
    };
    let progress = output::progress(logs.len());
    let mut written = days::Written::default();
    for batch in batches(logs) {
        let mut rows = Batch::with_scratch(work.clone(), spool);
        let provenance = rows.provenance().clone();
        reading.read(&batch, &provenance, &progress, &mut |(object, answers)| {
            if let Some(self_test) = &mut totals.self_test {
                answers.into_iter().for_each(|answer| self_test.add(answer));
            }
            let counted = Counted::of(&object);
            totals.count(counted, rows.add(object)?);
            Ok(())
        })?;
        rows.write(&mut written.of(lake))?;
    }
    progress.finish_and_clear();
    resolve::withdraw(lake, &written)?;
    let own = days::merge(lake, spool, &written, totals)?;
    resolve::resolve(lake, spool, target, inventory.as_ref())?;
    let mut summary = Summary::new(target.waivers.clone(), baseline.clone());
    for day in own {
        fold(&mut summary, lake, &day, &work.provenance, totals)?;
    }
    Ok(summary)
}

/// Folds the findings of the run about a day, with what facts about resources settle in place of what
/// was left open.
fn fold(
    summary: &mut Summary,
    lake: &impl Store,
    own: &days::OwnDay,
    by: &Provenance,
    totals: &mut Totals,
) -> Result<(), Box<dyn std::error::Error>> {
    let open = own.open()?;
    let settled = resolve::Settled::of(lake, &own.day, by, &open)?;
    if let Some(file) = own.findings.clone() {
        for row in RowReader::<FindingRow>::open(file)? {
            let row = row?;
            if !settled.replaces(&row) {
                summary.add(row.finding);
            }
        }
    }
    lake.each_row(&own.day, |ResolvedFindingRow(row)| {
        if *row.provenance == *by && open.contains(&row.request_key()) {
            summary.add(row.finding);
        }
        Ok(())
    })?;
    settled.count(&mut totals.resolved);
    Ok(())
}

/// A key to hide texts with: what is in a file, but for the end of its line.
fn redaction(path: &Path) -> Result<Redaction, Box<dyn std::error::Error>> {
    let bytes = files::read(path)?;
    let key = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    Ok(Redaction::new(key.strip_suffix(b"\r").unwrap_or(key))?)
}

/// Who judges.
fn provenance(target: &TargetSet) -> Provenance {
    Provenance {
        policy_set: target.name.clone(),
        revision: target.revision,
        verdict_hash: target.hash.clone(),
        engine: ENGINE.to_owned(),
    }
}

/// A filter changes what is in a part, so it is part of the name; without one, nothing is.
fn filter_text(filter: &Filter) -> String {
    let Filter { from, to, account, region } = filter;
    let day = |day: &Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    let set = [
        ("from", day(from)),
        ("to", day(to)),
        ("account", account.clone()),
        ("region", region.clone()),
    ];
    let set = set.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    set.collect::<Vec<_>>().join(" ")
}

/// The files in the batches they are read in.
fn batches(logs: &[LogFile]) -> Vec<Vec<&LogFile>> {
    let objects = logs.iter().map(|log| (log.key.clone(), log.size)).collect();
    let mut rest = logs.iter();
    let sizes = plan_batches(objects).into_iter().map(|batch| batch.len());
    sizes.map(|size| rest.by_ref().take(size).collect()).collect()
}

/// What of an object is counted once its rows are taken.
struct Counted {
    object: lake::ObjectRow,
    unreadable: Vec<String>,
    not_judged: BTreeMap<String, u64>,
}

impl Counted {
    fn of(rows: &lake::ObjectRows) -> Self {
        let object = &rows.object.object;
        let unreadable = rows.quarantine.iter().map(|entry| {
            let place = entry.record.map(|position| format!(", record {position}"));
            let place = place.unwrap_or_default();
            format!("{object}{place}: {} {}", entry.reason, entry.detail)
        });
        let mut not_judged: BTreeMap<String, u64> = BTreeMap::new();
        // A record is counted by its first request; each has one.
        let records = rows.calls.iter().filter(|row| row.call.request_index == 0);
        for reason in records.filter_map(|row| row.call.not_judged.clone()) {
            add(not_judged.entry(reason).or_default(), 1);
        }
        Self { object: rows.object.clone(), unreadable: unreadable.collect(), not_judged }
    }
}

fn add(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}

impl Totals {
    /// How many unreadable things are named.
    const NAMED: usize = 5;

    fn count(&mut self, counted: Counted, taken: bool) {
        if !taken {
            add(&mut self.passed_over, 1);
            return;
        }
        let (object, records) = (counted.object, &mut self.records);
        add(&mut records.read, object.read);
        add(&mut records.evaluated, object.evaluated);
        add(&mut records.out_of_scope, object.out_of_scope);
        add(&mut records.quarantined, object.quarantined);
        for (reason, count) in counted.not_judged {
            add(self.not_judged.entry(reason).or_default(), count);
        }
        let objects = match object.object_quarantined {
            true => &mut self.objects_quarantined,
            false => &mut self.objects_read,
        };
        add(objects, 1);
        for warning in object.warnings {
            let first = || (0, object.object.clone());
            let (count, example) = self.warnings.entry(warning).or_insert_with(first);
            add(count, 1);
            if object.object < *example {
                example.clone_from(&object.object);
            }
        }
        // Files come in an order that is left to chance: the first by name are kept.
        self.unreadable.extend(counted.unreadable);
        while self.unreadable.len() > Self::NAMED {
            self.unreadable.pop_last();
        }
    }

    fn is_quarantined(&self) -> bool {
        self.records.quarantined > 0 || self.objects_quarantined > 0
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::faulty::{self, Faulty};

    /// What is found in the samples by a run that writes nothing and keeps so many bytes in memory.
    fn found(memory: usize) -> (Summary, Totals) {
        let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples");
        let trail = format!("{samples}/trail");
        let policies = format!("{samples}/policy-set");
        let words = ["analyze", "--trail", &trail, "--policies", &policies];
        let args = AnalyzeArgs::parse_from(words);
        let target = policy_set::load(&args.policies, None).unwrap();
        let baseline = baseline::of(None).unwrap();
        let given =
            Given { target: &target, snapshot: None, inventory: None, baseline, redaction: None };
        let logs = files::log_files(&args.trail, None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::with_memory(folder.path().to_owned(), memory);
        let mut totals = Totals::default();
        let mut lake = Hidden::new(&spool);
        let summary =
            analyze(&args, &given, &logs.files, (&mut lake, &spool), &mut totals).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        (summary, totals)
    }

    /// Reads so many log files into a lake, by a policy set of this revision.
    fn write(
        (revision, count): (u64, usize),
        lake: &mut impl Store,
        spool: &Spool,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/lake-1");
        let trail = format!("{data}/trail");
        let args = AnalyzeArgs::parse_from(["analyze", "--trail", &trail, "--policies", data]);
        let text = format!(
            "schema = 1\nrevision = {revision}\nname = \"any\"\n[[binding]]\nname = \"all\"\n\
             principals = [\"*\"]\nidentity = [\"@any\"]\n"
        );
        let files = BTreeMap::from([("policy-set.toml".to_owned(), text.into_bytes())]);
        let target = analyzer::target::load(&files).unwrap();
        let baseline = baseline::of(None).unwrap();
        let given =
            Given { target: &target, snapshot: None, inventory: None, baseline, redaction: None };
        let mut logs = files::log_files(&args.trail, None).unwrap().files;
        logs.sort_by_key(|log| log.size);
        logs.truncate(count);
        logs.sort();
        analyze(&args, &given, &logs, (lake, spool), &mut Totals::default()).map(drop)
    }

    /// What use a lake tells of, by day: of several files of a day the one that stands for most parts.
    fn used(root: &Path) -> BTreeMap<String, u64> {
        let lake = Folder { root: root.to_owned() };
        let day = |day: String| {
            let mut by_parts: BTreeMap<u32, u64> = BTreeMap::new();
            for row in lake.rows::<lake::UsageRow>(&day).unwrap() {
                add(by_parts.entry(row.parts).or_default(), row.calls);
            }
            (day, by_parts.pop_last().map_or(0, |(_, calls)| calls))
        };
        lake.folders("usage").unwrap().into_iter().map(day).collect()
    }

    /// Stopped at any write, a lake tells no half use, and the next run leaves what a run leaves that nobody
    /// stopped.
    #[test]
    fn a_run_that_was_killed_leaves_no_trace_once_it_is_run_again() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().join("spool"));
        let (before, clean) = (folder.path().join("before"), folder.path().join("clean"));
        write((1, 1), &mut Folder { root: before.clone() }, &spool).unwrap();
        faulty::copy(&before, &clean);
        write((2, 3), &mut Folder { root: clean.clone() }, &spool).unwrap();
        let wanted = faulty::contents(&clean);
        let (few, all) = (used(&before), used(&clean));
        assert!(few != all && !few.is_empty());
        let mut kills = 0;
        loop {
            let root = folder.path().join(kills.to_string());
            faulty::copy(&before, &root);
            let died = write((2, 3), &mut Faulty::new(root.clone(), kills), &spool).is_err();
            for (day, calls) in used(&root) {
                let whole = [few.get(&day), all.get(&day)].contains(&Some(&calls));
                assert!(whole, "{calls} calls on {day} after {kills} writes");
            }
            write((2, 3), &mut Folder { root: root.clone() }, &spool).unwrap();
            let found = faulty::contents(&root);
            let names: Vec<&String> = found.keys().collect();
            assert_eq!(names, wanted.keys().collect::<Vec<_>>(), "after {kills} writes");
            assert!(found == wanted, "after {kills} writes");
            if !died {
                break;
            }
            kills += 1;
        }
        assert!(kills > 40, "{kills}");
    }

    #[test]
    fn a_lake_on_disk_that_nobody_sees_is_as_good_as_one_in_memory() {
        let ((on_disk, one), (in_memory, other)) = (found(0), found(usize::MAX));
        assert_eq!(on_disk.findings(), in_memory.findings());
        assert!(!on_disk.findings().is_empty());
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }
}
