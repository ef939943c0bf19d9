//! IAM policies inside templates: the output of `terraform show -json`, and CloudFormation templates in
//! JSON and YAML.
//!
//! A policy is known by an *address*: of Terraform that of its resource (`aws_iam_policy.scientist`,
//! `module.ml.aws_iam_role.train`), of CloudFormation the logical id (`Scientist`), and where a resource has several
//! policies, what leads to each (`Train.AssumeRolePolicyDocument`, `Train.Policies[0]`).
//!
//! What only deployment knows stands in no template. Pseudo parameters and references become words for lint, which
//! looks at the form; [`Embedded::open`] names them, and who judges by the policy must refuse it.

mod cloudformation;
mod terraform;
mod yaml;

use iam_policy::json;
use iam_policy::lint::PolicyKind;

/// A policy in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// Where it is.
    pub address: String,
    /// What it is for.
    pub kind: PolicyKind,
    /// Its text.
    pub text: String,
    /// What places in the text are.
    pub places: Places,
    /// What in it only deployment knows; words stand in its place.
    pub open: Vec<String>,
}

/// What lines and columns of a policy's text are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// Those of the template: CloudFormation in JSON.
    Template,
    /// Lines are those of the template, columns are not: CloudFormation in YAML.
    Lines,
    /// Those of the policy, which is text in a string: Terraform.
    Policy,
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
    let mut found = match json::parse_keeping_repeats(text) {
        // Keys may be repeated: only IAM minds.
        Ok((root, _)) => {
            let terraform = terraform::policies(&root);
            terraform.or_else(|| cloudformation::policies(text, &root, Places::Template))?
        }
        // All resources have a type that begins so: most files are no templates.
        Err(_) if text.contains("AWS::") => {
            let json = yaml::to_json(text)?;
            let (root, _) = json::parse_keeping_repeats(&json).ok()?;
            cloudformation::policies(&json, &root, Places::Lines)?
        }
        Err(_) => return None,
    };
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
