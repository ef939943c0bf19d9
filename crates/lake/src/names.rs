//! Names of files: hashes of what the files hold, so that the same work has the same name.

use std::collections::BTreeSet;

use analyzer::hex;
use sha2::{Digest, Sha256};

use crate::provenance::Provenance;

/// Hexadecimal digits of a hash that a name carries.
const DIGITS: usize = 32;

const PART: &str = "part-";
const MERGED: &str = "merged-";
const RESOLVED: &str = "resolved-";
const EXTENSION: &str = ".parquet";

/// What, besides its inputs, tells one unit of work from another.
///
/// Everything that changes a byte of the output must be in here or in the inputs. Waivers are in
/// neither, since they change no verdict: rows that go into a batch carry none, and whoever reads
/// findings applies the waivers in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkIdentity {
    /// Who judges.
    pub provenance: Provenance,
    /// Hash of the catalog of actions.
    pub catalog_hash: String,
    /// What of the inputs was asked for, where it is not everything: the days, accounts and
    /// regions wanted, in any form that is the same for the same wish.
    pub filter: String,
    /// The id of the key that texts are hidden with, where they are.
    pub redaction: Option<String>,
}

impl WorkIdentity {
    /// The hash that names a batch: of this and of the inputs, as pairs of name and content hash.
    pub(crate) fn batch_hash<'a>(
        &self,
        inputs: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> String {
        let mut hash = NameHash::new("batch");
        hash.judged(&self.provenance);
        hash.add(&self.catalog_hash);
        hash.add(&self.filter);
        if let Some(redaction) = &self.redaction {
            hash.add(&format!("redacted {redaction}"));
        }
        for (object, identity) in inputs {
            hash.add(object);
            hash.add(identity);
        }
        hash.finish()
    }
}

/// The name of a part, as metadata and ledger have it.
pub(crate) fn part(batch_hash: &str) -> String {
    format!("{PART}{batch_hash}")
}

/// The name of the file that stands for these parts of one day.
#[must_use]
pub fn merged_name(parts: &BTreeSet<String>) -> String {
    let mut hash = NameHash::new("merged");
    for part in parts {
        hash.add(part);
    }
    format!("{MERGED}{}{EXTENSION}", hash.finish())
}

/// The name of the file of what is settled of a day: by whom, by what facts, and of which files of
/// calls.
#[must_use]
pub fn resolved_name(by: &Provenance, facts_hash: &str, calls: &[String]) -> String {
    let mut hash = NameHash::new("resolved");
    hash.judged(by);
    hash.add(facts_hash);
    for name in calls {
        hash.add(name);
    }
    format!("{RESOLVED}{}{EXTENSION}", hash.finish())
}

/// A short name of a request: of its event, its place among those of the record, and the record's
/// hash. By chance, two of a billion share one once in 10^20 days.
pub(crate) fn request_key(event_id: &str, request_index: u32, record_hash: &str) -> u128 {
    let mut hash = NameHash::new("request");
    hash.add(event_id);
    hash.add(&request_index.to_string());
    hash.add(record_hash);
    hash.0.finalize().first_chunk().copied().map(u128::from_be_bytes).unwrap_or_default()
}

/// Whether a file of that name stands for others, which its metadata names.
#[must_use]
pub fn is_merged(file_name: &str) -> bool {
    file_name.starts_with(MERGED)
}

/// The file of a part.
pub(crate) fn part_file(part: &str) -> String {
    format!("{part}{EXTENSION}")
}

/// A file name without its extension: what a part is called in metadata.
pub(crate) fn stem(file_name: &str) -> &str {
    file_name.strip_suffix(EXTENSION).unwrap_or(file_name)
}

/// A hash over texts, each with its length, so that no two lists run together.
#[derive(Clone, Debug)]
pub struct NameHash(Sha256);

impl NameHash {
    /// Over nothing but what it is for.
    #[must_use]
    pub fn new(purpose: &str) -> Self {
        let mut hash = Self(Sha256::new());
        hash.add(purpose);
        hash
    }

    fn judged(&mut self, by: &Provenance) {
        let Provenance { policy_set, revision, verdict_hash, engine } = by;
        for text in [policy_set, &revision.to_string(), verdict_hash, engine] {
            self.add(text);
        }
    }

    /// Takes a text.
    pub fn add(&mut self, text: &str) {
        self.0.update(text.len().to_string());
        self.0.update(b":");
        self.0.update(text);
    }

    /// The hash, in hexadecimal digits.
    #[must_use]
    pub fn finish(self) -> String {
        let mut digits = hex(&self.0.finalize());
        digits.truncate(DIGITS);
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work() -> WorkIdentity {
        let provenance = Provenance {
            policy_set: "ml".to_owned(),
            revision: 7,
            verdict_hash: "v".to_owned(),
            engine: "0.1.0".to_owned(),
        };
        WorkIdentity {
            provenance,
            catalog_hash: "c".to_owned(),
            filter: String::new(),
            redaction: None,
        }
    }

    fn set(parts: &[&str]) -> BTreeSet<String> {
        parts.iter().map(|part| (*part).to_owned()).collect()
    }

    #[test]
    fn a_batch_is_named_by_all_that_makes_it() {
        let inputs = [("a", "1"), ("b", "2")];
        let name = work().batch_hash(inputs.into_iter());
        assert_eq!(name.len(), 32);
        assert_eq!(name, work().batch_hash(inputs.into_iter()));
        assert_ne!(name, work().batch_hash([("a", "1")].into_iter()));
        assert_ne!(name, work().batch_hash([("a", "1"), ("b", "3")].into_iter()));
        let changes: [fn(&mut WorkIdentity); 7] = [
            |work| work.provenance.policy_set.push('x'),
            |work| work.provenance.revision = 8,
            |work| work.provenance.verdict_hash.push('x'),
            |work| work.provenance.engine.push('x'),
            |work| work.catalog_hash.push('x'),
            |work| work.filter.push('x'),
            |work| work.redaction = Some("x".to_owned()),
        ];
        for change in changes {
            let mut other = work();
            change(&mut other);
            assert_ne!(name, other.batch_hash(inputs.into_iter()));
        }
    }

    #[test]
    fn lists_do_not_run_together() {
        assert_ne!(
            work().batch_hash([("ab", "c")].into_iter()),
            work().batch_hash([("a", "bc")].into_iter())
        );
        assert_ne!(merged_name(&set(&["a", "b"])), merged_name(&set(&["ab"])));
    }

    #[test]
    fn names_tell_parts_from_merged_files() {
        assert!(is_merged(&merged_name(&set(&["part-1"]))));
        assert!(!is_merged(&part_file("part-1")));
        assert_eq!(stem(&part_file("part-1")), "part-1");
    }
}
