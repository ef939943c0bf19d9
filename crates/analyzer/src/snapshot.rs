//! What IAM really has attached, as of one moment: the snapshot.
//!
//! A folder of what AWS's own command line prints, in files of any name but where told below
//! (`docs/snapshot.md` has the commands):
//!
//! - `aws iam get-account-authorization-details`, per account. The account is told by the ARNs;
//!   pages may follow each other or stand in a list.
//! - of the organisation: `describe-organization`, `list-roots`, `describe-policy` per policy,
//!   `list-targets-for-policy` in a file named by the policy's id, and `list-parents` in a file named
//!   by the child's id, since these two outputs do not say what they are about.
//!
//! Two kinds of faults. What is no such output, or lacks what AWS always gives, stops the run with
//! file and place: nobody should trust a half-read snapshot. A *policy* that cannot be read, or is
//! attached but not in the files, stops nothing: it stands as a policy of unknown content, which may
//! allow or deny anything, so that decisions it could turn stay open and name it
//! (`document::unknown_policy`). Members this module does not know are passed over: AWS adds some.
//!
//! Nothing here reads files or calls AWS.

mod account;
mod bind;
mod canonical;
mod document;
mod organisation;
mod read;

pub use bind::{Attached, Gap, Unattached};
pub(crate) use canonical::Asked;
pub(crate) use document::unknown_policy;

use std::collections::{BTreeMap, BTreeSet};

use crate::target::TargetFault;
use account::Iam;
use organisation::Organisation;
use read::{Page, Reader};

/// What IAM has attached to the principals of some accounts.
#[derive(Debug, Default)]
pub struct Snapshot {
    iam: Iam,
    organisation: Organisation,
}

/// Why there is no snapshot: every fault found. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the snapshot cannot be used")]
pub struct SnapshotError {
    /// The faults, in the order of files and lines.
    pub faults: Vec<TargetFault>,
}

/// Reads a snapshot from the files of its folder, by path relative to it. Files that do not end in
/// `.json` are not looked at.
///
/// # Errors
/// Every fault, when there is one.
pub fn load(files: &BTreeMap<String, Vec<u8>>) -> Result<Snapshot, SnapshotError> {
    let mut snapshot = Snapshot::default();
    let mut faults = Vec::new();
    for (file, bytes) in files.iter().filter(|(file, _)| file.ends_with(".json")) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            faults.push(read::fault_of(file, 1, 1, "not UTF-8"));
            continue;
        };
        let mut reader = Reader::new(file, text);
        for page in reader.pages() {
            snapshot.add(&mut reader, &page);
        }
        faults.extend(reader.into_faults());
    }
    if faults.is_empty() && snapshot.is_empty() {
        let file = files.keys().next().map_or("", String::as_str);
        faults.push(read::fault_of(file, 1, 1, "the snapshot holds no account"));
    }
    if faults.is_empty() { Ok(snapshot) } else { Err(SnapshotError { faults }) }
}

impl Snapshot {
    fn add<'t>(&mut self, reader: &mut Reader<'t>, page: &Page<'t>) {
        reader.turn_to(page);
        let known = self.iam.add(reader, &page.node) || self.organisation.add(reader, &page.node);
        if !known {
            let what = "this is none of the outputs a snapshot is made of";
            let help = "`docs/snapshot.md` has the commands that make one";
            reader.fault_with_help(&page.node, what, help);
        }
    }

    fn is_empty(&self) -> bool {
        self.iam.is_empty()
    }

    /// The policies that cannot be read, and why, each once.
    #[must_use]
    pub fn unreadable(&self) -> BTreeSet<&str> {
        self.iam.unreadable().chain(self.organisation.unreadable()).collect()
    }

    /// The accounts whose principals are known.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.iam.accounts()
    }
}

#[cfg(test)]
mod tests;
