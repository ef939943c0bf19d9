//! Whether there is anything to merge.

use std::collections::BTreeSet;

use crate::names::{merged_name, stem};

/// A file of one day of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFile {
    /// Its name in the folder of the day.
    pub name: String,
    /// The parts it stands for: itself, or what its metadata says.
    pub parts: BTreeSet<String>,
}

impl DayFile {
    /// A part, which stands for itself.
    #[must_use]
    pub fn part(name: &str) -> Self {
        Self { name: name.to_owned(), parts: BTreeSet::from([stem(name).to_owned()]) }
    }

    /// A file that says what it stands for, as [`file_info`](crate::file_info()) tells.
    #[must_use]
    pub fn merged(name: &str, parts: BTreeSet<String>) -> Self {
        Self { name: name.to_owned(), parts }
    }
}

/// What to do with the files of one day of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergePlan {
    /// There is no file, or one that stands for all there is.
    Nothing,
    /// One file stands for all there is: the others can go.
    Remove {
        /// The one to keep.
        keep: String,
        /// The others, in order.
        remove: Vec<String>,
    },
    /// All files are to be merged.
    Merge {
        /// Into this one.
        name: String,
    },
}

/// Tells what to do with the files of one day of one table.
///
/// `beside` are the day's files of the table that is merged along: findings for calls and calls for
/// findings (a part without findings may still say that earlier ones no longer count), none for
/// objects.
#[must_use]
pub fn plan_merge(files: &[DayFile], beside: &[DayFile]) -> MergePlan {
    let parts = files.iter().chain(beside).flat_map(|file| file.parts.iter().cloned()).collect();
    let name = merged_name(&parts);
    let mut names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    match names.as_slice() {
        [] => MergePlan::Nothing,
        [only] if *only == name => MergePlan::Nothing,
        names if names.contains(&name.as_str()) => {
            let others = names.iter().filter(|other| **other != name);
            MergePlan::Remove {
                remove: others.map(|other| (*other).to_owned()).collect(),
                keep: name,
            }
        }
        _ => MergePlan::Merge { name },
    }
}

/// What waits to be merged on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Bytes of the largest merged file.
    pub merged_bytes: u64,
    /// Bytes of all others.
    pub late_bytes: u64,
    /// How many others there are.
    pub late_files: usize,
}

impl Waiting {
    /// Parts that a query can open without being slowed.
    const FEW: usize = 15;

    /// Late parts are merged when they are a share of what would be written again: so a day that grows
    /// all the time is written a number of times that grows with the logarithm of its size.
    const SHARE: u64 = 8;

    /// Takes note of a file.
    pub fn add(&mut self, bytes: u64, is_merged: bool) {
        let late = match is_merged {
            // The first merged one is compared with nothing.
            true if self.merged_bytes == 0 => {
                self.merged_bytes = bytes;
                return;
            }
            true if bytes > self.merged_bytes => std::mem::replace(&mut self.merged_bytes, bytes),
            _ => bytes,
        };
        self.late_bytes = self.late_bytes.saturating_add(late);
        self.late_files = self.late_files.saturating_add(1);
    }

    /// Whether writing the day again is worth it. Where it is over, it is: there will be little more.
    #[must_use]
    pub fn is_worth_merging(self, is_over: bool) -> bool {
        let large = self.late_bytes.saturating_mul(Self::SHARE) >= self.merged_bytes;
        is_over || large || self.late_files > Self::FEW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_but_the_largest_merged_one_wait() {
        let mut waiting = Waiting::default();
        for (bytes, is_merged) in [(5, false), (10, true), (40, true), (20, true)] {
            waiting.add(bytes, is_merged);
        }
        let expected = Waiting { merged_bytes: 40, late_bytes: 35, late_files: 3 };
        assert_eq!(waiting, expected);
    }

    #[test]
    fn a_growing_day_is_not_written_again_for_every_part() {
        let waiting =
            |merged_bytes, late_bytes, late_files| Waiting { merged_bytes, late_bytes, late_files };
        for (waiting, is_over, worth) in [
            (waiting(0, 1, 1), false, true),
            (waiting(800, 99, 1), false, false),
            (waiting(800, 99, 1), true, true),
            (waiting(800, 100, 1), false, true),
            (waiting(800, 16, 15), false, false),
            (waiting(800, 16, 16), false, true),
        ] {
            assert_eq!(waiting.is_worth_merging(is_over), worth, "{waiting:?} {is_over}");
        }
    }

    fn part(digits: &str) -> DayFile {
        DayFile::part(&format!("part-{digits}.parquet"))
    }

    fn merged(parts: &[&str]) -> DayFile {
        let parts = parts.iter().map(|digits| format!("part-{digits}")).collect();
        DayFile::merged(&merged_name(&parts), parts)
    }

    fn remove(keep: &DayFile, remove: &[&DayFile]) -> MergePlan {
        let remove = remove.iter().map(|file| file.name.clone()).collect();
        MergePlan::Remove { keep: keep.name.clone(), remove }
    }

    fn merge(parts: &[&str]) -> MergePlan {
        MergePlan::Merge { name: merged(parts).name }
    }

    #[test]
    fn nothing_where_there_is_nothing_or_one_merged_file() {
        assert_eq!(plan_merge(&[], &[]), MergePlan::Nothing);
        assert_eq!(plan_merge(&[], &[part("a")]), MergePlan::Nothing);
        assert_eq!(plan_merge(&[merged(&["a"])], &[]), MergePlan::Nothing);
        assert_eq!(plan_merge(&[merged(&["a", "b"])], &[merged(&["a", "b"])]), MergePlan::Nothing);
    }

    #[test]
    fn one_part_is_merged_because_it_may_repeat_itself() {
        assert_eq!(plan_merge(&[part("a")], &[]), merge(&["a"]));
    }

    #[test]
    fn what_a_merged_file_stands_for_can_go() {
        let all = merged(&["a", "b"]);
        let files = [all.clone(), part("a"), part("b"), merged(&["a"])];
        assert_eq!(plan_merge(&files, &[]), remove(&all, &[&files[3], &files[1], &files[2]]));
    }

    #[test]
    fn a_new_part_is_merged_with_what_was() {
        assert_eq!(plan_merge(&[merged(&["a", "b"]), part("c")], &[]), merge(&["a", "b", "c"]));
        assert_eq!(plan_merge(&[merged(&["a"]), merged(&["b"])], &[]), merge(&["a", "b"]));
    }

    #[test]
    fn calls_without_findings_may_take_findings_away() {
        let findings = [merged(&["a"])];
        assert_eq!(plan_merge(&findings, &[merged(&["a"]), part("b")]), merge(&["a", "b"]));
        let merged_before = [merged(&["a"]), merged(&["a", "b"])];
        assert_eq!(
            plan_merge(&merged_before, &[merged(&["a"]), part("b")]),
            remove(&merged_before[1], &[&merged_before[0]])
        );
    }
}
