//! What the shell sees. The highest that applies, in this order: 2, 1, 3, 0.

use std::process::ExitCode;

/// The outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// `0`: ran, nothing to say.
    Fine,
    /// `1`: findings at or above `--fail-on`; a `simulate` case with another decision; a
    /// `lint` error.
    Found,
    /// `2`: could not run: usage, missing input, unreadable policy set.
    CouldNotRun,
    /// `3`: ran, but some input could not be read and was quarantined.
    Quarantined,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Found => 1,
            Exit::CouldNotRun => 2,
            Exit::Quarantined => 3,
        })
    }
}
