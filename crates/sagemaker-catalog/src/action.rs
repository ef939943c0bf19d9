//! Actions and what is known about their requests.

pub use iam_policy::AccessLevel;

use crate::key_rule::KeyRule;
use crate::path::ParameterPath;
use crate::resource_type::ResourceRule;

/// An IAM action and where a record of its call shows what IAM looked at.
///
/// The paths start at `requestParameters`. Actions of other prefixes than `sagemaker` have no
/// paths: their keys and resource types are known, where a record shows them is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The service prefix, `sagemaker`.
    pub prefix: String,
    /// The name as IAM spells it, `CreateTrainingJob`.
    pub name: String,
    /// AWS's sentence about it.
    pub description: String,
    /// AWS's class of it.
    pub access_level: AccessLevel,
    /// The resource types it is checked against; none means `*`, but see
    /// [`list_family`](Self::list_family).
    pub resources: Vec<ResourceRule>,
    /// The condition keys that its requests can have.
    pub keys: Vec<KeyRule>,
    /// Roles that are handed to a service: the caller needs `iam:PassRole` for each.
    pub pass_role: Vec<ParameterPath>,
    /// Roles that are only referred to, which needs no permission of the caller.
    pub other_role_references: Vec<ParameterPath>,
    /// KMS keys of any form, whether or not a condition key shows them.
    pub kms_keys: Vec<ParameterPath>,
    /// Other actions that the documentation says are needed, `ec2:DescribeVpcs`.
    pub dependent_actions: Vec<String>,
    /// Tags in the request need `sagemaker:AddTags` on the new resource, too.
    pub tags_imply_add_tags: bool,
    /// Tag conditions cannot restrict this call: its context has no `ResourceTag` keys.
    pub without_tag_control: bool,
    /// Where the request chooses compute although the action has no key `sagemaker:InstanceTypes`.
    pub instance_types_without_key: Vec<ParameterPath>,
    /// Everywhere the request chooses compute, with or without a key.
    pub instance_type_paths: Vec<ParameterPath>,
    /// For an action without resource type that lists one: the type whose `TYPE/*` it may be checked
    /// against. Real refusals of `ListDomains` say `domain/*`.
    pub list_family: Option<String>,
}

impl Action {
    /// The full name, `sagemaker:CreateTrainingJob`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}:{}", self.prefix, self.name)
    }

    /// The rule for the condition key `name`, compared without case; a concrete
    /// `aws:RequestTag/team` finds the rule of `aws:RequestTag/${TagKey}`.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&KeyRule> {
        self.keys.iter().find(|rule| rule.is_for(name))
    }

    /// The rule for the resource type of that name.
    #[must_use]
    pub fn resource(&self, resource_type: &str) -> Option<&ResourceRule> {
        self.resources.iter().find(|rule| rule.resource_type == resource_type)
    }

    /// Whether the call brings a resource into being. Which one: [`ResourceRule::created`], for
    /// `CreateEndpoint` also names an endpoint configuration that exists.
    #[must_use]
    pub fn is_create(&self) -> bool {
        self.resources.iter().any(|rule| rule.created)
    }

    /// Whether the call changes nothing: CloudTrail then gives no `responseElements`, and may give
    /// no `requestParameters` either.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        matches!(self.access_level, AccessLevel::List | AccessLevel::Read)
    }
}
