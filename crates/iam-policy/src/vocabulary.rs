//! The names a service has: what lint needs to tell a slip of the pen from a rule.
//!
//! Plain data that somebody else fills, so that this crate stays free of any service. Names of a
//! service the vocabulary lacks are not judged, and what it has is a snapshot: AWS adds names every
//! week.

use std::collections::BTreeMap;

/// The actions and condition keys of some services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// The services, by their IAM prefix in lower case.
    pub services: BTreeMap<String, VocabularyService>,
    /// The condition keys of all services, by name in lower case; a name that ends in a variable
    /// (`aws:RequestTag/${TagKey}`) stands for any text in its place.
    pub keys: BTreeMap<String, VocabularyKey>,
    /// The current name of a condition key, by its deprecated name in lower case.
    pub renamed_keys: BTreeMap<String, String>,
    /// The IAM prefix that was meant, by a name that is a host or an API and no IAM prefix.
    pub misnamed_services: BTreeMap<String, String>,
}

/// What one service has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VocabularyService {
    /// The actions, by name in lower case.
    pub actions: BTreeMap<String, VocabularyAction>,
    /// The action that is meant, by the name of an operation or event (in lower case) that is none.
    pub misnamed_actions: BTreeMap<String, String>,
}

/// What is known about an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VocabularyAction {
    /// The whole name as IAM spells it, `sagemaker:CreateTrainingJob`.
    pub id: String,
    /// AWS's class of it.
    pub access_level: AccessLevel,
    /// The condition keys its requests can have, those of its resource types included.
    pub keys: Vec<String>,
    /// The resource types it is checked against; none means `*`.
    pub resources: Vec<VocabularyResource>,
    /// An ARN pattern that IAM may check instead of `*` where there is no resource type:
    /// `…:domain/*` for `ListDomains`.
    pub family: Option<String>,
    /// Whether it can give tags to what it creates, which needs the service's `AddTags`, too.
    pub tags_what_it_creates: bool,
    /// Whether conditions on resource tags cannot restrict it.
    pub without_tag_control: bool,
}

/// A resource type of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VocabularyResource {
    /// Its ARNs as a glob, `arn:*:sagemaker:*:*:training-job/*`.
    pub arn: String,
    /// Whether the action brings such a resource into being.
    pub created: bool,
}

/// What is known about a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VocabularyKey {
    /// The name as IAM spells it.
    pub name: String,
    /// The type as AWS names it, `ArrayOfString`.
    pub value_type: String,
    /// Whether a request can have several values of it.
    pub multivalued: bool,
}

/// AWS's classes of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Sees names.
    List,
    /// Sees contents.
    Read,
    /// Changes tags only. Rows of AWS's that say "Tagging, Write" are this.
    Tagging,
    /// Changes something.
    Write,
    /// Changes who may do what.
    PermissionsManagement,
}

impl AccessLevel {
    /// AWS's name for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
        }
    }
}

impl Vocabulary {
    /// The condition key of that name, without case; `aws:RequestTag/team` finds
    /// `aws:RequestTag/${TagKey}`.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&VocabularyKey> {
        let exact = self.keys.get(&name.to_lowercase());
        exact.or_else(|| self.keys.values().find(|key| same_key(&key.name, name)))
    }

    /// The current name of a deprecated condition key.
    #[must_use]
    pub fn current_key(&self, name: &str) -> Option<&str> {
        self.renamed_keys.get(&name.to_lowercase()).map(String::as_str)
    }
}

impl VocabularyAction {
    /// Whether requests of the action can have the condition key, whose name may be concrete.
    #[must_use]
    pub fn has_key(&self, name: &str) -> bool {
        self.keys.iter().any(|key| same_key(key, name))
    }

    /// Whether the action brings something into being.
    #[must_use]
    pub fn creates(&self) -> bool {
        self.resources.iter().any(|resource| resource.created)
    }
}

/// Whether the listed key `key` covers `name`: the same without case, or, when `key` ends in a
/// variable (`aws:RequestTag/${TagKey}`), anything but nothing in the variable's place. What stands
/// there may hold slashes and dots: a managed policy of AWS's uses
/// `sagemaker:SearchVisibilityCondition/Tags.AmazonDataZoneProject/EqualsIfExists`.
#[must_use]
pub fn same_key(key: &str, name: &str) -> bool {
    key.eq_ignore_ascii_case(name) || fixed_part(key).is_some_and(|head| has_more(name, head))
}

fn fixed_part(key: &str) -> Option<&str> {
    key.split_once("${").map(|(head, _)| head)
}

fn has_more(name: &str, head: &str) -> bool {
    let start = name.get(..head.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(head)) && name.len() > head.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_compare_without_case_and_variables_stand_for_text() {
        assert!(same_key("sagemaker:InstanceTypes", "SAGEMAKER:instancetypes"));
        assert!(!same_key("sagemaker:InstanceTypes", "sagemaker:InstanceType"));
        assert!(same_key("aws:RequestTag/${TagKey}", "aws:requesttag/Team"));
        assert!(same_key("aws:RequestTag/${TagKey}", "aws:RequestTag/${TagKey}"));
        assert!(!same_key("aws:RequestTag/${TagKey}", "aws:RequestTag/"));
        assert!(!same_key("aws:RequestTag/${TagKey}", "aws:RequestTagé"));
        assert!(!same_key("sagemaker:ResourceTag/", "sagemaker:ResourceTag/team"));
    }
}
