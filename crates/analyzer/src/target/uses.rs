//! What the policies of a set are for, without judging whether the set can be used: lint wants to
//! know it of sets with faults, too.

use std::ops::Range;

use iam_policy::lint::PolicyKind;
use toml::Spanned;

use super::config::{Config, OrganisationConfig};

/// What a manifest says about the files it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyUses {
    /// The files, relative to the folder, and the kinds of policies they hold; by name.
    pub files: Vec<(String, PolicyKind)>,
    /// The levels of service control policies beside which nothing allows by itself.
    pub closed_levels: Vec<ClosedLevel>,
}

/// A level with `full_access = false`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedLevel {
    /// Its policies.
    pub policies: Vec<String>,
    /// Where its `policies` stand in the manifest, in bytes.
    pub span: Range<usize>,
}

/// Why a manifest cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ManifestFault {
    /// What is wrong, in one line.
    pub message: String,
    /// Where, in bytes.
    pub span: Option<Range<usize>>,
}

/// Reads a manifest.
///
/// # Errors
/// The first fault, where it is no manifest.
pub fn policy_uses(manifest: &str) -> Result<PolicyUses, ManifestFault> {
    let config: Config = toml::from_str(manifest).map_err(|error| ManifestFault {
        message: error.message().split_whitespace().collect::<Vec<_>>().join(" "),
        span: error.span(),
    })?;
    let mut files = Vec::new();
    for binding in &config.binding {
        let named = binding.identity.iter().map(Spanned::get_ref);
        files.extend(
            named
                .filter(|name| !name.starts_with('@'))
                .map(|name| (name.clone(), PolicyKind::Identity)),
        );
        let boundary = binding.boundary.iter().map(Spanned::get_ref);
        files.extend(boundary.map(|name| (name.clone(), PolicyKind::Boundary)));
    }
    for (levels, kind) in [(&config.scp, PolicyKind::Scp), (&config.rcp, PolicyKind::Rcp)] {
        files.extend(levels.iter().flat_map(policies).map(|name| (name, kind)));
    }
    // A file that is named twice is what it was named first.
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files.dedup_by(|next, kept| next.0 == kept.0);
    let closed = config.scp.iter().filter(|level| !level.full_access);
    let closed_levels = closed
        .map(|level| ClosedLevel { policies: policies(level), span: level.policies.span() })
        .collect();
    Ok(PolicyUses { files, closed_levels })
}

fn policies(level: &OrganisationConfig) -> Vec<String> {
    level.policies.get_ref().iter().map(|name| name.get_ref().clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_says_what_its_files_are_for() {
        let text = r#"
schema = 1
revision = 1
name = "t"
[[binding]]
name = "b"
principals = ["*"]
identity = ["i.json", "@any"]
boundary = "b.json"
[[scp]]
accounts = ["*"]
policies = ["s.json", "i.json"]
full_access = false
[[rcp]]
accounts = ["*"]
policies = ["r.json"]
"#;
        let uses = policy_uses(text).unwrap();
        let files: Vec<(&str, PolicyKind)> =
            uses.files.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
        let wanted = [
            ("b.json", PolicyKind::Boundary),
            ("i.json", PolicyKind::Identity),
            ("r.json", PolicyKind::Rcp),
            ("s.json", PolicyKind::Scp),
        ];
        assert_eq!(files, wanted);
        assert_eq!(uses.closed_levels.len(), 1);
        let levels = text.get(uses.closed_levels[0].span.clone());
        assert!(levels.is_some_and(|levels| levels.starts_with("[\"s.json\"")));
        let fault = policy_uses("schema = 1\nrevision = 1\nname = \"t\"\nnmae = 1").unwrap_err();
        assert!(fault.message.contains("nmae"), "{fault}");
        assert_eq!(fault.span.map(|span| span.start), Some(35));
    }
}
