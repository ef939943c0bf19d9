//! Tests of the whole, in one binary: it links once.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test may fail loudly, and these read files"
)]

mod architecture;
mod catalog;
mod cli;
mod dependencies;
mod driftline;
mod explain;
mod goldens;
mod guide;
mod iam_cases;
mod lake;
mod large_policies;
mod lint;
mod operations;
mod partitions;
mod public_data;
mod ready_made;
mod replay_cases;
mod resolve;
mod samples;
mod self_test;
mod snapshot;
mod sql;
mod templates;
mod waivers;
mod whatif;
