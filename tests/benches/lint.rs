//! How long lint takes for a tenth of a large policy and for the whole: time must grow with the
//! length, not with its square.

use std::fmt;

use divan::{Bencher, black_box};
use iam_policy::lint::lint;

#[path = "../large_policies.rs"]
mod large_policies;

use large_policies::{Pieces, SHAPES, text};

fn main() {
    divan::main();
}

/// So many pieces of a shape.
struct Part {
    name: &'static str,
    pieces: usize,
    shape: Pieces,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.pieces)
    }
}

fn parts() -> impl Iterator<Item = Part> {
    SHAPES.iter().flat_map(|(name, pieces, shape)| {
        [pieces / 10, *pieces].map(|pieces| Part { name, pieces, shape: *shape })
    })
}

#[divan::bench(args = parts(), sample_count = 3, sample_size = 1)]
fn policies(bencher: Bencher<'_, '_>, part: &Part) {
    let (text, vocabulary) = (text(part.shape, part.pieces), sagemaker_catalog::vocabulary());
    bencher.bench_local(|| lint(black_box(&text), None, &vocabulary));
}
