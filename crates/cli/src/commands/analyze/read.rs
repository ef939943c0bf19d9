//! Reading the files of a batch. The rows come in an order that is left to chance: a batch puts them
//! in order itself.

use std::error::Error;
use std::sync::Arc;

use analyzer::self_test::Answer;
use analyzer::snapshot::Snapshot;
use analyzer::target::TargetSet;
use analyzer::{Filter, Judge};
use cloudtrail::Limits;
use indicatif::ProgressBar;
use lake::{ObjectRows, Provenance, Redaction, read_object, unreadable_object};

use crate::files::LogFile;
use crate::workers;

/// How files are read.
pub(super) struct Reading<'t> {
    pub(super) target: &'t TargetSet,
    pub(super) snapshot: Option<&'t Snapshot>,
    pub(super) filter: Filter,
    pub(super) redaction: Option<Redaction>,
    pub(super) limits: Limits,
    pub(super) jobs: usize,
}

/// What came of one file: its rows, and AWS's answers in it where there is a snapshot.
pub(super) type Read = (ObjectRows, Vec<Answer>);

impl Reading<'_> {
    /// Reads files and hands on what came of each.
    pub(super) fn read(
        &self,
        logs: &[&LogFile],
        provenance: &Arc<Provenance>,
        progress: &ProgressBar,
        take: &mut dyn FnMut(Read) -> Result<(), Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let worker = || {
            let judge = Judge::new(self.target, self.limits.clone()).filtered(self.filter.clone());
            let mut judge = judge.with_snapshot(self.snapshot);
            move |log: &LogFile| {
                // A file that cannot be read stops nothing.
                let mut rows = match std::fs::read(&log.path) {
                    Ok(bytes) => {
                        read_object(&mut judge, &self.limits, provenance, &log.key, &bytes)
                    }
                    Err(error) => unreadable_object(provenance, &log.key, error.to_string()),
                };
                if let Some(redaction) = &self.redaction {
                    redaction.apply(&mut rows);
                }
                // The rows stay while what they were read from goes: as copies they lie together, and
                // the room between the originals is there for the next file.
                let kept = rows.clone();
                drop(rows);
                (kept, judge.take_answers())
            }
        };
        workers::each(logs, self.jobs, progress, worker, take)
    }
}
