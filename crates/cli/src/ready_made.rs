//! Ready-made policies: what is in `samples/policies`, in the program.
//!
//! A system of control is a folder there: `about.toml` says when to use it, what to fill in and which calls
//! it permits and refuses, and policies are JSON as IAM takes it. The cases are run by the tests.

use serde::Deserialize;

/// A system of control.
pub(crate) struct System {
    pub(crate) name: &'static str,
    about: &'static str,
    /// Its policies: file and text.
    pub(crate) files: &'static [(&'static str, &'static str)],
}

/// What `about.toml` says, as far as it is shown.
#[derive(Deserialize)]
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) when: String,
    pub(crate) pages: Vec<String>,
    #[serde(default)]
    pub(crate) edit: Vec<String>,
    pub(crate) policy: Vec<PolicyAbout>,
}

#[derive(Deserialize)]
pub(crate) struct PolicyAbout {
    pub(crate) file: String,
    pub(crate) effect: String,
    pub(crate) kind: String,
    pub(crate) about: String,
}

impl System {
    pub(crate) fn about(&self) -> Result<About, toml::de::Error> {
        toml::from_str(self.about)
    }

    /// The Deny policy for identities, which may be put beside broad grants.
    pub(crate) fn guard(&self) -> Option<(&'static str, &'static str)> {
        self.files.iter().copied().find(|(file, _)| *file == "deny.json")
    }
}

macro_rules! system {
    ($name:literal, $($file:literal),+) => {
        System {
            name: $name,
            about: include_str!(concat!("../../../samples/policies/", $name, "/about.toml")),
            files: &[$(
                ($file, include_str!(concat!("../../../samples/policies/", $name, "/", $file))),
            )+],
        }
    };
}

/// All systems, by name.
pub(crate) const SYSTEMS: &[System] = &[
    system!("after-a-date", "allow.json", "deny.json"),
    system!("api-from-ip-range", "allow.json", "deny.json"),
    system!("api-from-vpc", "allow.json", "deny.json"),
    system!("api-from-vpc-endpoint", "allow.json", "deny.json", "vpc-endpoint.json"),
    system!(
        "approved-images",
        "allow.json",
        "allow-training.json",
        "execution-role.json",
        "execution-role-deny.json",
        "deny.json"
    ),
    system!(
        "console-augmented-ai",
        "wide.json",
        "wide-services.json",
        "tightened.json",
        "deny.json"
    ),
    system!("console-ground-truth", "wide.json", "tightened.json", "deny.json"),
    system!("console-minimum", "wide.json", "tightened.json", "deny.json"),
    system!(
        "cross-account-role",
        "allow.json",
        "caller.json",
        "trust.json",
        "trust-external.json",
        "trust-mfa.json",
        "deny.json"
    ),
    system!("deploy-apart-from-training", "allow.json", "allow-training.json", "deny.json"),
    system!("domain-isolation", "allow.json", "allow-resources.json", "deny.json"),
    system!("encryption-keys", "allow.json", "deny.json"),
    system!(
        "execution-role-model",
        "allow.json",
        "vpc.json",
        "kms.json",
        "trust.json",
        "deny.json"
    ),
    system!(
        "execution-role-notebook",
        "allow.json",
        "vpc.json",
        "kms.json",
        "trust.json",
        "deny.json"
    ),
    system!(
        "execution-role-training",
        "allow.json",
        "vpc.json",
        "kms.json",
        "trust.json",
        "deny.json"
    ),
    system!(
        "execution-role-tuning",
        "allow.json",
        "vpc.json",
        "kms.json",
        "trust.json",
        "deny.json"
    ),
    system!("file-systems", "allow.json", "deny.json"),
    system!("instance-types-endpoints", "allow.json", "deny.json", "deny-unchecked.json"),
    system!("instance-types-notebooks", "allow.json", "deny.json", "deny-studio.json"),
    system!("instance-types-training", "allow.json", "deny.json", "deny-unchecked.json"),
    system!("mfa-only", "allow.json", "deny.json"),
    system!("network-isolation", "allow.json", "deny.json"),
    system!("notebooks-without-internet-and-root", "allow.json", "deny.json"),
    system!("one-notebook", "allow.json", "deny.json"),
    system!("one-training-job", "allow.json", "deny.json"),
    system!("pass-role-to-sagemaker", "allow.json", "deny.json"),
    system!("presigned-notebook-url-only", "allow.json", "allow-domain.json", "deny.json"),
    system!("resource-tags-per-team", "allow.json", "deny.json"),
    system!("s3-for-one-role", "allow.json", "bucket.json", "deny.json"),
    system!("s3-per-user-prefixes", "allow.json", "deny.json", "bucket.json"),
    system!("search-visibility", "allow.json", "deny.json"),
    system!("tag-only-on-create", "allow.json", "deny.json"),
    system!("through-cloudformation-only", "allow.json", "deny.json"),
    system!("tls-only", "allow.json", "deny.json", "bucket.json"),
    system!("training-in-vpc", "allow.json", "deny.json"),
    system!("view-own-permissions", "allow.json", "role.json", "deny.json"),
    system!("workteams", "allow.json", "deny.json"),
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The table is the folder.
    #[test]
    fn every_policy_of_the_samples_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/policies");
        let mut names: Vec<String> = Vec::new();
        for entry in fs::read_dir(&root).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                names.push(path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
        names.sort();
        assert_eq!(SYSTEMS.iter().map(|system| system.name).collect::<Vec<_>>(), names);
        for system in SYSTEMS {
            let about = system.about().unwrap();
            let files: Vec<&str> = system.files.iter().map(|(file, _)| *file).collect();
            let said: Vec<&str> = about.policy.iter().map(|policy| policy.file.as_str()).collect();
            assert_eq!(files, said, "{}", system.name);
            let lie = fs::read_dir(root.join(system.name)).unwrap().count();
            assert_eq!(lie, files.len() + 1, "{}", system.name);
        }
    }
}
