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
}
