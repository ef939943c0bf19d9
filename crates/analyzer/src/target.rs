//! The target policy set: what principals *should* be allowed to do.
//!
//! A folder with `policy-set.toml` and IAM policy JSON. This module gets the folder's files as
//! text, checks all of it, and reports every fault with file, line and column: a set that cannot
//! be read whole judges nothing.

mod bind;
mod config;
mod covers;
mod hash;
mod load;
mod toml_file;
mod uses;
mod waiver;

pub use bind::{Bound, Matched, Unjudged};
pub use load::{TargetError, TargetFault, load, load_catalog, load_with};
pub use uses::{ClosedLevel, ManifestFault, PolicyUses, policy_uses};
pub use waiver::{Subject, WAIVERS, Waived, Waivers};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use iam_policy::{Glob, NamedPolicy};
use sagemaker_catalog::{Catalog, Overlay};

use crate::actor::Actor;
use crate::finding::{Code, Severity};
use crate::snapshot::{Snapshot, unknown_policy};
use covers::Who;

/// The file that describes a policy set.
pub const MANIFEST: &str = "policy-set.toml";

/// The file of a policy set that adds to the catalog; `driftline catalog update` writes it.
pub const CATALOG: &str = "catalog.json";

/// A policy set, checked.
#[derive(Debug)]
pub struct TargetSet {
    /// Its name.
    pub name: String,
    /// The higher revision wins where two runs judged the same call.
    pub revision: u64,
    /// Hash of everything in the set that changes a verdict.
    pub hash: String,
    bindings: Vec<Binding>,
    scps: OrganisationPolicies,
    record_rules: Vec<RecordRule>,
    exemptions: Vec<Exemption>,
    /// What CloudTrail does not carry.
    pub facts: Facts,
    /// Findings that somebody has taken on; they change no verdict.
    pub waivers: Waivers,
    /// How bad findings are, where the set's owner sees it otherwise.
    severities: BTreeMap<Code, Severity>,
    /// What IAM has attached: for `@attached`, groups, tags and units.
    snapshot: Option<Arc<Snapshot>>,
    /// What the actions have: the catalog of this program, with what [`CATALOG`] adds.
    pub catalog: Cow<'static, Catalog>,
    overlay: Option<Overlay>,
}

/// Facts the set's owner states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The organisation's management account, which SCPs do not bind.
    pub management_account: Option<String>,
    /// The organisation that the trail's accounts belong to.
    pub org_id: Option<String>,
    /// The VPC of each VPC endpoint.
    pub vpc_endpoints: BTreeMap<String, String>,
    /// Per partition, what `iam:PassedToService` is for execution roles; where none is given,
    /// `sagemaker.amazonaws.com`.
    pub passed_to_service: BTreeMap<String, String>,
    /// Where a parameter was not sent, the service's default may be in the context or not, even
    /// where the evidence says that it is.
    pub doubt_service_defaults: bool,
}

/// Which policies some principals should have.
#[derive(Debug)]
struct Binding {
    principals: Who,
    identity: Vec<NamedPolicy>,
    /// Whether what IAM has attached to the principal is among them (`@attached`).
    attached: bool,
    boundary: Option<NamedPolicy>,
    priority: i64,
}

/// A rule on the record itself, also where IAM has no condition key.
#[derive(Debug)]
pub struct RecordRule {
    principals: PrincipalPatterns,
    /// Instance types that may be used.
    pub instance_types: Option<Allowlist>,
    /// Container images that may be used.
    pub images: Option<Allowlist>,
    /// S3 locations that may be used.
    pub s3: Option<Allowlist>,
}

/// A list of globs, as written and compiled.
///
/// In the first part of a place (`BUCKET` of `s3://BUCKET/KEY`, `REGISTRY` of `REGISTRY/IMAGE`) a
/// wildcard matches no slash: it says whose the place is, and nobody's name may stand in for it
/// further on. Where that part is `*`, or there is no slash, there is no such name, and wildcards
/// match all there is.
#[derive(Debug)]
pub struct Allowlist {
    /// As written.
    pub patterns: Vec<String>,
    globs: Vec<PlaceGlob>,
}

#[derive(Debug)]
enum PlaceGlob {
    Anyones(Glob),
    Owned { owner: Glob, rest: Glob },
}

impl PlaceGlob {
    fn new(pattern: &str) -> Self {
        match split_place(pattern) {
            (owner, Some(rest)) if !matches!(owner, "*" | "**" | "s3://*" | "s3://**") => {
                Self::Owned { owner: Glob::new(owner), rest: Glob::new(rest) }
            }
            _ => Self::Anyones(Glob::new(pattern)),
        }
    }

    fn matches(&self, place: &str) -> bool {
        match self {
            Self::Anyones(glob) => glob.matches(place),
            Self::Owned { owner, rest } => {
                let (found, below) = split_place(place);
                owner.matches(found) && below.is_some_and(|below| rest.matches(below))
            }
        }
    }
}

/// A place in two: up to the first slash behind its scheme, and what follows.
fn split_place(text: &str) -> (&str, Option<&str>) {
    let scheme = if text.starts_with("s3://") { "s3://".len() } else { 0 };
    let slash = text.get(scheme..).and_then(|behind| behind.find('/'));
    let parts = slash.and_then(|slash| text.split_at_checked(scheme.saturating_add(slash)));
    parts.map_or((text, None), |(owner, rest)| (owner, Some(rest)))
}

impl Allowlist {
    fn new(patterns: Vec<String>) -> Self {
        let globs = patterns.iter().map(|pattern| PlaceGlob::new(pattern)).collect();
        Self { patterns, globs }
    }

    /// Whether the list has the value.
    #[must_use]
    pub fn allows(&self, value: &str) -> bool {
        self.globs.iter().any(|glob| glob.matches(value))
    }
}

/// Principals that are counted and shown, but never violate.
#[derive(Debug)]
struct Exemption {
    principals: PrincipalPatterns,
    reason: String,
}

/// Whom an entry is about: any of the patterns, in any of the accounts.
#[derive(Clone, Debug)]
struct PrincipalPatterns {
    patterns: Vec<PrincipalPattern>,
    /// Empty: every account.
    accounts: Vec<String>,
}

impl PrincipalPatterns {
    fn cover(&self, principal: &str) -> bool {
        self.here(principal) && self.patterns.iter().any(|pattern| pattern.covers(principal))
    }

    /// Whether the actor is covered, or may be when its path is unknown.
    fn may_cover(&self, actor: &Actor) -> bool {
        self.cover(&actor.arn) || (!actor.path_known && self.cover_by_name(&actor.arn))
    }

    /// Whether the actor is covered, whichever path it has when that is unknown.
    fn surely_cover(&self, actor: &Actor) -> bool {
        self.cover(&actor.arn) && (actor.path_known || self.cover_all_paths(&actor.arn))
    }

    fn cover_all_paths(&self, role_without_path: &str) -> bool {
        let any_path = role_without_path.replacen(":role/", ":role/*/", 1);
        let any_path = PrincipalPattern::new(&any_path);
        self.patterns.iter().any(|pattern| pattern.includes(&any_path))
    }

    /// Whether the role may be covered when its path is unknown: names of roles are unique in an
    /// account, so whichever path it has, it is that one role.
    fn cover_by_name(&self, role_without_path: &str) -> bool {
        let any_path = role_without_path.replacen(":role/", ":role/*/", 1);
        let any_path = PrincipalPattern::new(&any_path);
        let may_be = |pattern: &PrincipalPattern| {
            pattern.covers(role_without_path) || pattern.overlaps(&any_path)
        };
        self.here(role_without_path) && self.patterns.iter().any(may_be)
    }

    fn here(&self, principal: &str) -> bool {
        let account = principal.split(':').nth(4).unwrap_or_default();
        self.accounts.is_empty() || self.accounts.iter().any(|known| known == account)
    }

    fn share_account(&self, other: &Self) -> bool {
        self.accounts.is_empty()
            || other.accounts.is_empty()
            || self.accounts.iter().any(|account| other.accounts.contains(account))
    }

    /// Whether some principal may be covered by both.
    fn overlap(&self, other: &Self) -> bool {
        let shared =
            |pattern: &PrincipalPattern| other.patterns.iter().any(|p| p.overlaps(pattern));
        self.share_account(other) && self.patterns.iter().any(shared)
    }
}

/// A pattern of principals: `*`, or an ARN with wildcards that stay within its six parts. They
/// must: the path of a role may hold colons, and its owner chooses it.
#[derive(Clone, Debug)]
struct PrincipalPattern {
    text: String,
    /// None for `*`.
    parts: Option<Vec<Glob>>,
}

impl PrincipalPattern {
    fn new(text: &str) -> Self {
        let parts = (text != "*").then(|| text.splitn(6, ':').map(Glob::new).collect());
        Self { text: text.to_owned(), parts }
    }

    /// The pattern, or what is wrong with it and what to do.
    fn checked(text: &str) -> Result<Self, (String, &'static str)> {
        let arn = text.starts_with("arn:") && text.splitn(6, ':').count() == 6;
        if text != "*" && !arn {
            let message = format!("`{}` is no ARN pattern", text.escape_debug());
            return Err((message, "such as `arn:aws:iam::*:role/team/*`; the path is part of it"));
        }
        Ok(Self::new(text))
    }

    fn covers(&self, principal: &str) -> bool {
        let Some(parts) = &self.parts else { return true };
        let found: Vec<&str> = principal.splitn(6, ':').collect();
        parts.len() == found.len() && parts.iter().zip(found).all(|(glob, part)| glob.matches(part))
    }

    /// Whether it covers whomever the other covers.
    fn includes(&self, other: &Self) -> bool {
        let Some(parts) = &self.parts else { return true };
        let Some(narrower) = &other.parts else { return false };
        parts.len() == narrower.len()
            && parts.iter().zip(narrower).all(|(glob, other)| glob.includes(other))
    }

    fn overlaps(&self, other: &Self) -> bool {
        let (Some(one), Some(two)) = (&self.parts, &other.parts) else { return true };
        one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.intersects(two))
    }
}

/// Whether a text may stand among the principals of a policy set.
pub(crate) fn is_principal_pattern(text: &str) -> bool {
    PrincipalPattern::checked(text).is_ok()
}

/// SCPs: per level, what is attached there.
#[derive(Debug, Default)]
struct OrganisationPolicies {
    /// Attached to the root (`accounts = ["*"]`).
    root: Option<Level>,
    /// Attached to organisational units.
    units: BTreeMap<String, Level>,
    /// Attached to accounts.
    accounts: BTreeMap<String, Level>,
}

#[derive(Clone, Debug)]
struct Level {
    policies: Vec<NamedPolicy>,
    /// Whether `FullAWSAccess` is attached here as well.
    full_access: bool,
}

impl Default for Level {
    fn default() -> Self {
        Self { policies: Vec::new(), full_access: true }
    }
}

impl OrganisationPolicies {
    /// The levels that bind an account, root first. Where it is not known which units the account is
    /// in, what they have attached is unknown.
    fn levels(&self, account: &str, snapshot: Option<&Snapshot>) -> Vec<Vec<NamedPolicy>> {
        // One document for all, so that who has the same policies shares what is compiled of them.
        static FULL_ACCESS: LazyLock<NamedPolicy> =
            LazyLock::new(|| allow_everything("FullAWSAccess"));
        let (units, gap) = self.units_of(account, snapshot);
        let levels = self.root.iter().chain(units).chain(self.accounts.get(account));
        let levels = levels.map(|level| {
            let implied = level.full_access.then(|| FULL_ACCESS.clone());
            implied.into_iter().chain(level.policies.iter().cloned()).collect()
        });
        levels.chain(gap.map(|unknown| vec![unknown])).collect()
    }

    fn units_of(
        &self,
        account: &str,
        snapshot: Option<&Snapshot>,
    ) -> (Vec<&Level>, Option<NamedPolicy>) {
        let Some(snapshot) = snapshot.filter(|_| !self.units.is_empty()) else {
            return (Vec::new(), None);
        };
        match snapshot.units(account) {
            Ok(units) => (units.iter().filter_map(|unit| self.units.get(*unit)).collect(), None),
            Err(why) => (Vec::new(), Some(unknown_policy(&why, &why))),
        }
    }
}

/// A policy that allows everything, under the name of what implies it.
pub(crate) fn allow_everything(name: &str) -> NamedPolicy {
    use iam_policy::{Block, Effect, PolicyDocument, Statement, Version};
    let any = || Block { negated: false, patterns: vec!["*".to_owned()] };
    let statement = Statement {
        sid: None,
        effect: Effect::Allow,
        principal: None,
        action: any(),
        resource: Some(any()),
        conditions: Vec::new(),
    };
    let version = Some(Version::V2012);
    let document = PolicyDocument { version, id: None, statements: vec![statement] };
    NamedPolicy { name: name.into(), document: Arc::new(document) }
}

#[cfg(test)]
mod tests;
