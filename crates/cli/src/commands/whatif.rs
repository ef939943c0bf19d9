//! `driftline whatif`: real calls in, which of them another policy set would judge otherwise out.

pub(super) mod json;
mod place;
pub(super) mod sarif;
pub(super) mod text;

use std::collections::BTreeMap;
use std::error::Error;

use analyzer::target::TargetSet;
use analyzer::whatif::{Compared, Effect, Outlook, Report, WhatIf};
use analyzer::{Call, Filter};
use cloudtrail::{Limits, Object, ObjectKey};
use lake::CallRow;

use self::json::{BaselineJson, SetJson};
use crate::args::{Scope, WhatifArgs, WhatifFormat};
use crate::exit_code::Exit;
use crate::files::{self, LogFile};
use crate::lake_reader::{LakeReader, OldRow};
use crate::observed::{self, Observed};
use crate::output::{self, grouped, visible};
use crate::{policy_set, workers};

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub(super) enum WhatifError {
    #[error("nothing was compared: no call of SageMaker is there, or none that was asked for")]
    Nothing,
}

/// The two sets.
struct Sets {
    old: TargetSet,
    new: TargetSet,
}

impl Sets {
    fn whatif(&self, filter: Filter) -> WhatIf<'_> {
        WhatIf::new(&self.old, &self.new, Limits::default(), filter)
    }
}

/// What came of one file.
#[derive(Default)]
struct FileRead {
    compared: Vec<Compared>,
    /// Records, or the whole file: the place and the reason.
    unreadable: Vec<String>,
}

pub(crate) fn run(args: &WhatifArgs) -> Result<Exit, Box<dyn Error>> {
    let snapshot = policy_set::load_snapshot(args.snapshot.as_deref())?;
    let sets = Sets {
        old: policy_set::load(&args.baseline, snapshot.as_ref())?,
        new: policy_set::load(&args.policies, snapshot.as_ref())?,
    };
    let mut report = Report::default();
    let unreadable = match (&args.lake, &args.observed) {
        (Some(lake), _) => {
            read_lake(args, &sets, &LakeReader::open(lake)?, &mut report)?;
            Vec::new()
        }
        (None, Some(pack)) => {
            read_pack(args, &sets, &observed::read(pack)?, &mut report)?;
            Vec::new()
        }
        (None, None) => read_trail(args, &sets, &mut report)?,
    };
    tell_unreadable(&unreadable);
    // Silence is not "nothing breaks".
    if report.calls() == 0 && unreadable.is_empty() {
        return Err(WhatifError::Nothing.into());
    }
    let new = SetName::of(&sets.new);
    output::print(&match args.format {
        WhatifFormat::Text => text::render(&[SetName::of(&sets.old)], &new, &report),
        WhatifFormat::Json => {
            let baseline = BaselineJson::One(SetJson::of(&SetName::of(&sets.old)));
            json::render("driftline.whatif/1", baseline, &new, &report)?
        }
        WhatifFormat::Sarif => sarif::render(&args.policies, &report)?,
    })?;
    Ok(match exit(&report) {
        Exit::Fine if !unreadable.is_empty() => Exit::Quarantined,
        exit => exit,
    })
}

/// Whether anything breaks.
pub(super) fn exit(report: &Report) -> Exit {
    if report.with_effect(Effect::Breaks) == 0 { Exit::Fine } else { Exit::Found }
}

/// How a policy set is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SetName<'s> {
    pub(super) revision: u64,
    pub(super) name: &'s str,
    pub(super) verdict_hash: &'s str,
}

impl<'s> SetName<'s> {
    pub(super) fn of(set: &'s TargetSet) -> Self {
        Self { revision: set.revision, name: &set.name, verdict_hash: &set.hash }
    }
}

fn read_trail(
    args: &WhatifArgs,
    sets: &Sets,
    report: &mut Report,
) -> Result<Vec<String>, Box<dyn Error>> {
    let logs = files::log_files(&args.trail, None)?;
    let all: Vec<&LogFile> = logs.files.iter().collect();
    let progress = output::progress(all.len());
    let mut unreadable = Vec::new();
    let worker = || {
        let mut whatif = sets.whatif(args.scope.filter());
        move |log: &LogFile| read_file(&mut whatif, log)
    };
    workers::each(&all, workers::jobs(args.jobs), &progress, worker, &mut |read: FileRead| {
        read.compared.into_iter().for_each(|compared| report.add(compared));
        unreadable.extend(read.unreadable);
        Ok(())
    })?;
    progress.finish_and_clear();
    unreadable.sort();
    Ok(unreadable)
}

fn read_file(whatif: &mut WhatIf<'_>, log: &LogFile) -> FileRead {
    let mut read = FileRead::default();
    let limits = Limits::default();
    let bytes = match std::fs::read(&log.path) {
        Ok(bytes) => bytes,
        Err(error) => {
            read.unreadable.push(format!("{}: {error}", log.key));
            return read;
        }
    };
    let object = match Object::open(&bytes, &limits) {
        Ok(object) => object,
        Err(error) => {
            read.unreadable.push(format!("{}: {} {}", log.key, error.reason, error.detail));
            return read;
        }
    };
    let delivered_at = ObjectKey::parse(&log.key).ok().map(|key| key.delivered_at);
    for (position, slice) in object.slices().enumerate() {
        match whatif.record(slice, delivered_at) {
            Outlook::Compared(compared) => read.compared.push(compared),
            Outlook::OutOfScope => {}
            Outlook::Rejected(error) => {
                let place = format!("{}, record {position}", log.key);
                read.unreadable.push(format!("{place}: {} {}", error.reason, error.detail));
            }
        }
    }
    read
}

fn read_lake(
    args: &WhatifArgs,
    sets: &Sets,
    lake: &LakeReader,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let mut whatif = sets.whatif(Filter::default());
    compare_rows(lake, &args.scope, report, |row| whatif.call(&row.call))
}

/// Compares the rows of a lake that are asked for, record by record.
pub(super) fn compare_rows(
    lake: &LakeReader,
    scope: &Scope,
    report: &mut Report,
    mut compare: impl FnMut(&CallRow) -> Option<Compared>,
) -> Result<(), Box<dyn Error>> {
    for day in lake.days(scope.from, scope.to)? {
        // The requests of a record, which need not lie together.
        let mut records: BTreeMap<u128, Vec<Compared>> = BTreeMap::new();
        for row in lake.day(&day)?.calls()? {
            let row = row?;
            if scope.has(&row.call.account, &row.call.region) {
                let compared = compare(&row).ok_or(OldRow)?;
                records.entry(compared.record).or_default().push(compared);
            }
        }
        records.into_values().for_each(|rows| report.add_rows(rows));
    }
    Ok(())
}

fn read_pack(
    args: &WhatifArgs,
    sets: &Sets,
    pack: &[Observed],
    report: &mut Report,
) -> Result<(), OldRow> {
    let mut whatif = sets.whatif(Filter::default());
    for Observed { rows, calls } in pack {
        let here = |row: &Call| args.scope.has(&row.account, &row.region);
        if !rows.first().is_some_and(here) {
            continue;
        }
        let compared = rows.iter().map(|row| whatif.observed(row, *calls));
        let compared: Option<Vec<Compared>> = compared.collect();
        report.add_many(compared.ok_or(OldRow)?, *calls);
    }
    Ok(())
}

/// The first few of what could not be read.
fn tell_unreadable(unreadable: &[String]) {
    const NAMED: usize = 5;
    for what in unreadable.iter().take(NAMED) {
        output::note(&format!("unreadable: {}", visible(what)));
    }
    if let Some(more) = unreadable.len().checked_sub(NAMED).filter(|more| *more > 0) {
        output::note(&format!("unreadable: {} more", grouped(u64::try_from(more).unwrap_or(0))));
    }
}
