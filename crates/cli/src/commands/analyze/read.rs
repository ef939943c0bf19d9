//! Reading the files of a batch with several workers. The rows come in an order that is left to
//! chance: a batch puts them in order itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender};

use analyzer::self_test::Answer;
use analyzer::snapshot::Snapshot;
use analyzer::target::TargetSet;
use analyzer::{Filter, Judge};
use cloudtrail::Limits;
use indicatif::ProgressBar;
use lake::{ObjectRows, Provenance, read_object, unreadable_object};

use crate::files::LogFile;

/// How files are read.
pub(super) struct Reading<'t> {
    pub(super) target: &'t TargetSet,
    pub(super) snapshot: Option<&'t Snapshot>,
    pub(super) filter: Filter,
    pub(super) limits: Limits,
    pub(super) jobs: usize,
}

/// What came of one file: its rows, and AWS's answers in it where there is a snapshot.
pub(super) type Read = (ObjectRows, Vec<Answer>);

type Take<'t> = dyn FnMut(Read) -> Result<(), Box<dyn std::error::Error>> + 't;

impl Reading<'_> {
    /// Reads files and hands on what came of each.
    pub(super) fn read(
        &self,
        logs: &[&LogFile],
        provenance: &Arc<Provenance>,
        progress: &ProgressBar,
        take: &mut Take<'_>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let next = AtomicUsize::new(0);
        let workers = self.jobs.clamp(1, logs.len().max(1));
        // Rows wait for a slow taker, not in memory.
        let (sender, receiver) = mpsc::sync_channel::<Read>(workers.saturating_mul(2));
        std::thread::scope(|scope| {
            for _ in 0..workers {
                let sender = sender.clone();
                scope.spawn(|| self.work(logs, provenance, &next, sender));
            }
            drop(sender);
            for read in receiver {
                take(read)?;
                progress.inc(1);
            }
            Ok(())
        })
    }

    /// Takes one file after the other until there is none, or nobody wants more.
    fn work(
        &self,
        logs: &[&LogFile],
        provenance: &Arc<Provenance>,
        next: &AtomicUsize,
        sender: SyncSender<Read>,
    ) {
        let judge = Judge::new(self.target, self.limits.clone()).filtered(self.filter.clone());
        let mut judge = judge.with_snapshot(self.snapshot);
        while let Some(log) = logs.get(next.fetch_add(1, Ordering::Relaxed)) {
            // A file that cannot be read stops nothing.
            let rows = match std::fs::read(&log.path) {
                Ok(bytes) => read_object(&mut judge, &self.limits, provenance, &log.key, &bytes),
                Err(error) => unreadable_object(provenance, &log.key, error.to_string()),
            };
            if sender.send((rows, judge.take_answers())).is_err() {
                return;
            }
        }
    }
}
