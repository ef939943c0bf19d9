//! Which objects are read together.

/// Bytes of a batch, as they are stored: mostly gzip.
pub const BATCH_BYTES: u64 = 64 << 20;

/// Cuts objects, given as path and size, into batches of about [`BATCH_BYTES`], by path.
///
/// The cut depends on the objects alone, so that the same folder gives the same batches, and files
/// of the same names, whatever the number of jobs. An object larger than a batch is one.
#[must_use]
pub fn plan_batches(mut objects: Vec<(String, u64)>) -> Vec<Vec<(String, u64)>> {
    objects.sort();
    let mut batches: Vec<Vec<(String, u64)>> = Vec::new();
    let mut filled = u64::MAX;
    for (path, size) in objects {
        filled = filled.saturating_add(size);
        match batches.last_mut() {
            Some(batch) if filled <= BATCH_BYTES => batch.push((path, size)),
            _ => {
                filled = size;
                batches.push(vec![(path, size)]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1 << 20;

    fn check(sizes: &[u64], expected: &[&[u64]]) {
        let paths = sizes.iter().enumerate();
        let objects = paths.map(|(index, size)| (format!("{index:04}"), *size)).collect();
        let batches = plan_batches(objects);
        let sizes: Vec<Vec<u64>> =
            batches.iter().map(|batch| batch.iter().map(|(_, size)| *size).collect()).collect();
        assert_eq!(sizes, expected);
    }

    #[test]
    fn batches_are_filled_to_the_brim_and_not_beyond() {
        check(&[], &[]);
        check(&[1], &[&[1]]);
        check(&[0, 0], &[&[0, 0]]);
        check(&[32 * MB, 32 * MB], &[&[32 * MB, 32 * MB]]);
        check(&[32 * MB, 32 * MB, 1], &[&[32 * MB, 32 * MB], &[1]]);
        check(&[32 * MB, 33 * MB, 1], &[&[32 * MB], &[33 * MB, 1]]);
    }

    #[test]
    fn an_object_larger_than_a_batch_is_one() {
        check(&[1, 100 * MB, 1], &[&[1], &[100 * MB], &[1]]);
        check(&[u64::MAX, u64::MAX], &[&[u64::MAX], &[u64::MAX]]);
    }

    #[test]
    fn the_order_given_does_not_matter() {
        let objects: Vec<(String, u64)> =
            (0..100).map(|index| (format!("{:03}", index * 37 % 100), 3 * MB)).collect();
        let reversed = objects.iter().rev().cloned().collect();
        let batches = plan_batches(objects);
        assert_eq!(batches, plan_batches(reversed));
        assert!(batches.iter().flatten().is_sorted());
        assert_eq!(batches.len(), 5);
    }
}
