//! Who judged: what tells two judgements of one call apart, and which of them counts.

use std::cmp::Ordering;

/// Who judged a row. All rows of a run share one.
///
/// Of two judgements the *greater* one counts: the higher revision of the policy set, then the
/// newer engine. What follows (hash, name) means nothing and is there so that results depend on
/// nothing else: a policy set that changes without a new revision leaves it to chance which of its
/// verdicts counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Provenance {
    /// Name of the policy set.
    pub policy_set: String,
    /// Its revision.
    pub revision: u64,
    /// Hash of everything that changes a verdict.
    pub verdict_hash: String,
    /// Version of the engine, such as `0.10.2`.
    pub engine: String,
}

impl Ord for Provenance {
    fn cmp(&self, other: &Self) -> Ordering {
        self.revision
            .cmp(&other.revision)
            .then_with(|| compare_versions(&self.engine, &other.engine))
            .then_with(|| self.verdict_hash.cmp(&other.verdict_hash))
            .then_with(|| self.policy_set.cmp(&other.policy_set))
    }
}

impl PartialOrd for Provenance {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Orders versions: numbers as numbers, `1.2` as `1.2.0`, `1.2.0-rc.1` before `1.2.0`. Different
/// texts are never equal, so the order is total.
pub(crate) fn compare_versions(one: &str, other: &str) -> Ordering {
    let (one_core, one_pre) = split(one);
    let (other_core, other_pre) = split(other);
    compare_parts(one_core, other_core)
        .then_with(|| one_pre.is_none().cmp(&other_pre.is_none()))
        .then_with(|| compare_parts(one_pre.unwrap_or_default(), other_pre.unwrap_or_default()))
        .then_with(|| one.cmp(other))
}

/// The numbers of a release, and what makes it a release to come.
fn split(version: &str) -> (&str, Option<&str>) {
    let version = version.split_once('+').map_or(version, |(version, _build)| version);
    version.split_once('-').map_or((version, None), |(core, pre)| (core, Some(pre)))
}

fn compare_parts(one: &str, other: &str) -> Ordering {
    let (mut ones, mut others) = (one.split('.'), other.split('.'));
    loop {
        let (one, other) = match (ones.next(), others.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) => (one.unwrap_or("0"), other.unwrap_or("0")),
        };
        let ordering = match (one.parse::<u64>(), other.parse::<u64>()) {
            (Ok(one), Ok(other)) => one.cmp(&other),
            // Words before numbers: they are release candidates and the like.
            (one_number, other_number) => {
                one_number.is_ok().cmp(&other_number.is_ok()).then_with(|| one.cmp(other))
            }
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(older: &str, newer: &str) {
        assert_eq!(compare_versions(older, newer), Ordering::Less, "{older} {newer}");
        assert_eq!(compare_versions(newer, older), Ordering::Greater, "{newer} {older}");
    }

    #[test]
    fn numbers_compare_as_numbers() {
        check("0.9.0", "0.10.0");
        check("0.9", "0.9.1");
        check("9.0.0", "10.0.0");
        check("0.0.9", "0.1.0");
    }

    #[test]
    fn release_candidates_come_before_their_release() {
        check("1.2.0-rc.1", "1.2.0");
        check("1.2.0-rc.2", "1.2.0-rc.10");
        check("1.1.9", "1.2.0-rc.1");
    }

    #[test]
    fn different_texts_are_never_equal() {
        check("1.2", "1.2.0");
        check("1.2.0", "1.2.0+build");
        check("", "0");
        check("unknown", "0.1.0");
        assert_eq!(compare_versions("1.2.0", "1.2.0"), Ordering::Equal);
    }

    #[test]
    fn revision_beats_engine_beats_hash() {
        let judged = |revision, engine: &str, hash: &str| Provenance {
            policy_set: "ml".to_owned(),
            revision,
            verdict_hash: hash.to_owned(),
            engine: engine.to_owned(),
        };
        assert!(judged(8, "0.1.0", "a") > judged(7, "0.2.0", "b"));
        assert!(judged(7, "0.10.0", "a") > judged(7, "0.9.0", "b"));
        assert!(judged(7, "0.1.0", "b") > judged(7, "0.1.0", "a"));
    }
}
