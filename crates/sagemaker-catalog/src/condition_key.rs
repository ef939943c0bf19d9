//! Condition keys, their types and their former names.

use std::fmt;

/// A condition key as the service reference lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionKey {
    /// The name, `sagemaker:InstanceTypes` or `aws:RequestTag/${TagKey}`.
    pub name: String,
    /// The type of its values.
    pub key_type: KeyType,
    /// AWS's sentence about it.
    pub description: String,
    /// The key that took its place, when AWS calls it deprecated. AWS's own guide still uses such
    /// names, and policies in the wild do, so a request context has both.
    pub replaced_by: Option<String>,
}

/// The type of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyType {
    /// Text.
    String,
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
    /// A date.
    Date,
    /// An IP address.
    IpAddress,
    /// Several texts.
    ArrayOfString,
    /// Several ARNs.
    ArrayOfArn,
    /// A type that this catalog has no name for, as the service reference spells it.
    Other(String),
}

impl KeyType {
    /// Whether a request context holds a list of values for such a key.
    #[must_use]
    pub fn is_multivalued(&self) -> bool {
        self.as_str().starts_with("ArrayOf")
    }

    /// The type as the service reference spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::String => "String",
            Self::Arn => "ARN",
            Self::Bool => "Bool",
            Self::Numeric => "Numeric",
            Self::Date => "Date",
            Self::IpAddress => "IPAddress",
            Self::ArrayOfString => "ArrayOfString",
            Self::ArrayOfArn => "ArrayOfARN",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for KeyType {
    fn from(name: &str) -> Self {
        match name {
            "String" => Self::String,
            "ARN" => Self::Arn,
            "Bool" => Self::Bool,
            "Numeric" => Self::Numeric,
            "Date" => Self::Date,
            "IPAddress" => Self::IpAddress,
            "ArrayOfString" => Self::ArrayOfString,
            "ArrayOfARN" => Self::ArrayOfArn,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether the listed key `key` covers `name`: the same without case, or, when `key` ends in a
/// variable (`aws:RequestTag/${TagKey}`), anything but nothing in the variable's place. What stands
/// there may hold slashes and dots: a managed policy of AWS's uses
/// `sagemaker:SearchVisibilityCondition/Tags.AmazonDataZoneProject/EqualsIfExists`.
pub(crate) fn same_key(key: &str, name: &str) -> bool {
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
    fn types_keep_their_spelling() {
        for name in
            ["String", "ARN", "Bool", "Numeric", "Date", "ArrayOfString", "ArrayOfARN", "New"]
        {
            assert_eq!(KeyType::from(name).to_string(), name);
        }
        assert!(KeyType::ArrayOfArn.is_multivalued());
        assert!(KeyType::from("ArrayOfNumeric").is_multivalued());
        assert!(!KeyType::Arn.is_multivalued());
    }

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
