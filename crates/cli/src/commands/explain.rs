//! `driftline explain`: one call out of the logs, with everything that is known about it.

mod json;
mod lake;
mod text;

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use analyzer::target::TargetSet;
use analyzer::{Judge, RecordExplanation};
use chrono::{DateTime, Utc};
use cloudtrail::{Limits, Object, ObjectKey, parse_record};

use crate::args::{ExplainArgs, Format};
use crate::exit_code::Exit;
use crate::files;
use crate::output;
use crate::policy_set;

/// Why nothing can be explained.
#[derive(Debug, thiserror::Error)]
enum ExplainError {
    #[error("no call with the eventID `{0}` was found")]
    NoSuchCall(String),
    #[error("`{}` holds {count} records: say which one with --event-id", path.display())]
    WhichOne { path: PathBuf, count: usize },
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{}` is no log file: {reason}", path.display())]
    NoLog { path: PathBuf, reason: String },
}

/// A record as it lies in its file.
#[derive(PartialEq)]
struct Found {
    record: Vec<u8>,
    delivered_at: Option<DateTime<Utc>>,
}

pub(crate) fn run(args: &ExplainArgs) -> Result<Exit, Box<dyn std::error::Error>> {
    let snapshot = policy_set::load_snapshot(args.snapshot.as_deref())?;
    let target = policy_set::load(&args.policies, snapshot.as_ref())?;
    let explained = match &args.lake {
        Some(folder) => {
            lake::explain(folder, args.event_id.as_deref().unwrap_or_default(), &target)?
        }
        None => explain_records(args, &target)?,
    };
    let print = match args.format {
        Format::Text => text::text,
        Format::Json => json::json,
    };
    for explanation in &explained {
        output::print(&print(explanation)?)?;
    }
    if explained.len() > 1 {
        output::note("note: the logs hold different records under this eventID");
    }
    Ok(Exit::Fine)
}

fn explain_records(
    args: &ExplainArgs,
    target: &TargetSet,
) -> Result<Vec<RecordExplanation>, Box<dyn std::error::Error>> {
    let limits = Limits::default();
    let found = match &args.event {
        Some(path) => in_event(path, args.event_id.as_deref(), &limits)?,
        None => in_trail(args, &limits)?,
    };
    let mut judge = Judge::new(target, limits);
    let explained = found.iter().map(|found| judge.explain(&found.record, found.delivered_at));
    Ok(explained.collect::<Result<_, _>>()?)
}

/// The record of the file, or that with the id.
fn in_event(path: &Path, id: Option<&str>, limits: &Limits) -> Result<Vec<Found>, ExplainError> {
    let read = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = read.map_err(|source| ExplainError::Read { path: path.to_owned(), source })?;
    let object = Object::open(&bytes, limits).map_err(|error| ExplainError::NoLog {
        path: path.to_owned(),
        reason: format!("{} {}", error.reason.as_str(), error.detail),
    })?;
    match id {
        Some(id) => some_of(with_id(&object, id, None, limits), id),
        None => {
            let records = object.slices();
            let all: Vec<Found> = records
                .map(|record| Found { record: record.to_vec(), delivered_at: None })
                .collect();
            if all.len() == 1 {
                return Ok(all);
            }
            Err(ExplainError::WhichOne { path: path.to_owned(), count: all.len() })
        }
    }
}

/// The records with the id in a trail, each body once.
fn in_trail(args: &ExplainArgs, limits: &Limits) -> Result<Vec<Found>, Box<dyn std::error::Error>> {
    let id = args.event_id.as_deref().unwrap_or_default();
    let logs = files::log_files(&args.trail, None)?;
    let progress = output::progress(logs.files.len());
    let mut found: Vec<Found> = Vec::new();
    for log in &logs.files {
        // A file that cannot be read holds no answer; `analyze` is what accounts for it.
        let bytes = std::fs::read(&log.path).unwrap_or_default();
        if let Ok(object) = Object::open(&bytes, limits) {
            let delivered_at = ObjectKey::parse(&log.key).ok().map(|key| key.delivered_at);
            for new in with_id(&object, id, delivered_at, limits) {
                // A call may come in several files; its time of delivery is the first one's.
                if !found.iter().any(|known| known.record == new.record) {
                    found.push(new);
                }
            }
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(some_of(found, id)?)
}

fn some_of(found: Vec<Found>, id: &str) -> Result<Vec<Found>, ExplainError> {
    if found.is_empty() { Err(ExplainError::NoSuchCall(id.to_owned())) } else { Ok(found) }
}

fn with_id(
    object: &Object,
    id: &str,
    delivered_at: Option<DateTime<Utc>>,
    limits: &Limits,
) -> Vec<Found> {
    let has_id = |record: &&[u8]| {
        parse_record(record, limits).is_ok_and(|parsed| parsed.event_id() == Some(id))
    };
    let records = object.slices().filter(has_id);
    records.map(|record| Found { record: record.to_vec(), delivered_at }).collect()
}
