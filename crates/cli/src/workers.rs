//! Files read with several workers. What comes of them comes in an order that is left to chance:
//! whoever takes it must not let that show.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender};

use indicatif::ProgressBar;

use crate::files::LogFile;

/// How many workers to use.
pub(crate) fn jobs(asked: Option<u16>) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked.map_or(cores, usize::from)
}

/// Gives each file to one of some workers, each of which `worker` makes in its own thread, and what
/// comes of it to `take`.
pub(crate) fn each<T: Send, W: FnMut(&LogFile) -> T>(
    logs: &[&LogFile],
    jobs: usize,
    progress: &ProgressBar,
    worker: impl Fn() -> W + Sync,
    take: &mut dyn FnMut(T) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let next = AtomicUsize::new(0);
    let workers = jobs.clamp(1, logs.len().max(1));
    // What is read waits for a slow taker, not in memory.
    let (sender, receiver) = mpsc::sync_channel::<T>(workers.saturating_mul(2));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let sender = sender.clone();
            scope.spawn(|| work(logs, &next, worker(), sender));
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
fn work<T>(
    logs: &[&LogFile],
    next: &AtomicUsize,
    mut read: impl FnMut(&LogFile) -> T,
    sender: SyncSender<T>,
) {
    while let Some(log) = logs.get(next.fetch_add(1, Ordering::Relaxed)) {
        if sender.send(read(log)).is_err() {
            return;
        }
    }
}
