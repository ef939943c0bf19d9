//! Tables that are looked up by names whose case does not matter.

use std::cmp::Ordering;

/// A sorted table. Looking up allocates nothing, which a lower-cased key of a map would.
// INVARIANT: sorted by `compare_names`, no two names equal in it; `from_iter` is the only way in.
#[derive(Clone, Debug)]
pub(crate) struct ByName<T> {
    entries: Vec<(String, T)>,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> ByName<T> {
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        let found = self.entries.binary_search_by(|(known, _)| compare_names(known, name));
        found.ok().and_then(|index| self.entries.get(index)).map(|(_, value)| value)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> + Clone {
        self.entries.iter().map(|(_, value)| value)
    }
}

impl<T> FromIterator<(String, T)> for ByName<T> {
    /// Of several equal names the first stays.
    fn from_iter<I: IntoIterator<Item = (String, T)>>(pairs: I) -> Self {
        let mut entries: Vec<_> = pairs.into_iter().collect();
        entries.sort_by(|(left, _), (right, _)| compare_names(left, right));
        entries.dedup_by(|(left, _), (right, _)| left.eq_ignore_ascii_case(right));
        Self { entries }
    }
}

fn compare_names(left: &str, right: &str) -> Ordering {
    let lowered = |byte: u8| byte.to_ascii_lowercase();
    left.bytes().map(lowered).cmp(right.bytes().map(lowered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_without_case_and_the_first_of_equal_ones_stays() {
        let names = [("b", 1), ("A", 2), ("B", 3), ("a_", 4), ("", 5)];
        let table: ByName<i32> = names.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
        assert_eq!(table.get("a"), Some(&2));
        assert_eq!(table.get("B"), Some(&1));
        assert_eq!(table.get("A_"), Some(&4));
        assert_eq!(table.get(""), Some(&5));
        assert_eq!(table.get("c"), None);
        assert_eq!(table.values().count(), 4);
    }
}
