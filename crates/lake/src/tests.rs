//! Tests of the whole crate: files written, read, batched and merged.
#![expect(clippy::arithmetic_side_effects, reason = "sums of samples, checked by the test profile")]

mod batches;
mod foreign;
mod laws;
mod merging;
mod reading;
mod round_trip;
pub(crate) mod samples;
mod schemas;
