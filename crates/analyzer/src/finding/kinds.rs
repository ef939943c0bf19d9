//! The kinds of findings: one file each, whose doc comment is the page for users.

pub(super) mod action_not_granted;
pub(super) mod blocked_attempt;
pub(super) mod conflicting_records;
pub(super) mod data_location;
pub(super) mod direct_internet_access;
pub(super) mod encryption_key;
pub(super) mod explicitly_denied;
pub(super) mod file_system;
pub(super) mod image;
pub(super) mod instance_type;
pub(super) mod isolation;
pub(super) mod missing_grant;
pub(super) mod network;
pub(super) mod other_condition;
pub(super) mod parameters_omitted;
pub(super) mod passed_role;
pub(super) mod principal_not_bound;
pub(super) mod resource_out_of_scope;
pub(super) mod root_access;
pub(super) mod source_network;
pub(super) mod tags;
pub(super) mod undetermined;
pub(super) mod workteam;

use super::Severity;

/// What is the same for all findings of a code.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The stable code, such as `DRF101`.
    pub code: &'static str,
    /// What it means, in a few words.
    pub title: &'static str,
    /// How bad it is when the call succeeded and changed something.
    pub severity: Severity,
    source: &'static str,
}

impl Kind {
    /// The page for users, in Markdown: the doc comment of the kind's file.
    #[must_use]
    pub fn page(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n");
        lines.collect()
    }

    /// The first sentence of the page.
    #[must_use]
    pub fn summary(&self) -> String {
        let page = self.page();
        let first = page.split("\n\n").next().unwrap_or_default();
        first.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

macro_rules! kinds {
    ($($module:ident),* $(,)?) => {
        /// Every kind, by code.
        pub const KINDS: &[&Kind] = &[$(&$module::KIND),*];
    };
}

kinds![
    instance_type,
    network,
    isolation,
    encryption_key,
    direct_internet_access,
    root_access,
    file_system,
    workteam,
    tags,
    action_not_granted,
    resource_out_of_scope,
    explicitly_denied,
    passed_role,
    source_network,
    image,
    data_location,
    other_condition,
    principal_not_bound,
    blocked_attempt,
    missing_grant,
    undetermined,
    parameters_omitted,
    conflicting_records,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    #[test]
    fn every_code_has_a_page_with_its_parts() {
        let codes: Vec<&str> = KINDS.iter().map(|kind| kind.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        assert_eq!(codes, Code::ALL.map(Code::as_str));
        for kind in KINDS {
            let page = kind.page();
            let parts = ["## Why it matters", "## Example", "## What to do", "AWS: ", "Controls: "];
            for part in parts {
                assert!(page.contains(&format!("\n{part}")), "{} lacks {part:?}", kind.code);
            }
            assert!(page.contains("<https://docs.aws.amazon.com/"), "{} lacks a link", kind.code);
            assert!(kind.summary().ends_with('.'), "{}: {}", kind.code, kind.summary());
        }
    }
}
