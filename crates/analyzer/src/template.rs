//! IAM policies inside templates: the output of `terraform show -json`, and CloudFormation templates in
//! JSON.
//!
//! A policy is known by an *address*: of Terraform that of its resource (`aws_iam_policy.scientist`,
//! `module.ml.aws_iam_role.train`), of CloudFormation the logical id (`Scientist`), and where a resource has several
//! policies, what leads to each (`Train.AssumeRolePolicyDocument`, `Train.Policies[0]`).
//!
//! What only deployment knows stands in no template. Pseudo parameters and references become words for lint, which
//! looks at the form; [`Embedded::open`] names them, and who judges by the policy must refuse it.

mod cloudformation;
mod terraform;

use iam_policy::json;
use iam_policy::lint::PolicyKind;

/// A policy in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// Where it is.
    pub address: String,
    /// What it is for.
    pub kind: PolicyKind,
    /// Its text. Of CloudFormation, each thing stands at the line of the template where it is; of
    /// Terraform, whose policies are text in a string, places are within the policy.
    pub text: String,
    /// Whether places in the text are places in the template.
    pub in_place: bool,
    /// What in it only deployment knows; words stand in its place.
    pub open: Vec<String>,
}

/// What was found in a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The policies, by address.
    pub policies: Vec<Embedded>,
    /// Policies of which the template has no text: known only after it is applied.
    pub unknown: Vec<String>,
}

/// The policies of a template; `None` for a text that is none.
#[must_use]
pub fn policies(text: &str) -> Option<Found> {
    // Templates repeat keys, as everybody but IAM reads them.
    let (root, _) = json::parse_keeping_repeats(text).ok()?;
    let mut found = terraform::policies(&root).or_else(|| cloudformation::policies(text, &root))?;
    found.policies.sort_by(|one, other| one.address.cmp(&other.address));
    found.unknown.sort();
    Some(found)
}

/// What a policy is for; of an organisation's its type says so. `None` for other types than those of
/// access.
fn kind_of(kind: PolicyKind, organisation_type: Option<&str>) -> Option<PolicyKind> {
    match (kind, organisation_type) {
        (PolicyKind::Scp, Some("RESOURCE_CONTROL_POLICY")) => Some(PolicyKind::Rcp),
        (PolicyKind::Scp, Some(other)) if other != "SERVICE_CONTROL_POLICY" => None,
        _ => Some(kind),
    }
}

#[cfg(test)]
mod tests;
