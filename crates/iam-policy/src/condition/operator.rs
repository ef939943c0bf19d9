//! Condition operators with their set qualifiers and `…IfExists`.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::fmt;

/// A condition operator as written in a policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// `ForAllValues:` or `ForAnyValue:`.
    pub set: Option<SetQualifier>,
    /// The comparison.
    pub base: OperatorBase,
    /// Whether a missing key makes it true.
    pub if_exists: bool,
    /// The name as written, where its letter case is not IAM's.
    pub written: Option<Box<str>>,
}

/// How an operator treats a key with several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetQualifier {
    /// Every value of the request must match; true of none.
    ForAllValues,
    /// One value of the request must match; false of none.
    ForAnyValue,
}

/// The comparison behind an operator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are IAM's own")]
pub enum OperatorBase {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnLike,
    ArnNotEquals,
    ArnNotLike,
    Null,
    /// A name IAM does not have, kept where a policy must be judged all the same: what it would
    /// do is unknown.
    Unknown(String),
}

/// Every operator IAM has, by name.
pub(crate) const BASES: [(&str, OperatorBase); 27] = [
    ("StringEquals", OperatorBase::StringEquals),
    ("StringNotEquals", OperatorBase::StringNotEquals),
    ("StringEqualsIgnoreCase", OperatorBase::StringEqualsIgnoreCase),
    ("StringNotEqualsIgnoreCase", OperatorBase::StringNotEqualsIgnoreCase),
    ("StringLike", OperatorBase::StringLike),
    ("StringNotLike", OperatorBase::StringNotLike),
    ("NumericEquals", OperatorBase::NumericEquals),
    ("NumericNotEquals", OperatorBase::NumericNotEquals),
    ("NumericLessThan", OperatorBase::NumericLessThan),
    ("NumericLessThanEquals", OperatorBase::NumericLessThanEquals),
    ("NumericGreaterThan", OperatorBase::NumericGreaterThan),
    ("NumericGreaterThanEquals", OperatorBase::NumericGreaterThanEquals),
    ("DateEquals", OperatorBase::DateEquals),
    ("DateNotEquals", OperatorBase::DateNotEquals),
    ("DateLessThan", OperatorBase::DateLessThan),
    ("DateLessThanEquals", OperatorBase::DateLessThanEquals),
    ("DateGreaterThan", OperatorBase::DateGreaterThan),
    ("DateGreaterThanEquals", OperatorBase::DateGreaterThanEquals),
    ("Bool", OperatorBase::Bool),
    ("BinaryEquals", OperatorBase::BinaryEquals),
    ("IpAddress", OperatorBase::IpAddress),
    ("NotIpAddress", OperatorBase::NotIpAddress),
    ("ArnEquals", OperatorBase::ArnEquals),
    ("ArnLike", OperatorBase::ArnLike),
    ("ArnNotEquals", OperatorBase::ArnNotEquals),
    ("ArnNotLike", OperatorBase::ArnNotLike),
    ("Null", OperatorBase::Null),
];

impl OperatorBase {
    /// Whether the operator holds when its positive twin does not.
    #[must_use]
    pub fn is_negated(&self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }

    pub(crate) fn is_numeric(&self) -> bool {
        matches!(
            self,
            Self::NumericEquals
                | Self::NumericNotEquals
                | Self::NumericLessThan
                | Self::NumericLessThanEquals
                | Self::NumericGreaterThan
                | Self::NumericGreaterThanEquals
        )
    }

    pub(crate) fn is_date(&self) -> bool {
        matches!(
            self,
            Self::DateEquals
                | Self::DateNotEquals
                | Self::DateLessThan
                | Self::DateLessThanEquals
                | Self::DateGreaterThan
                | Self::DateGreaterThanEquals
        )
    }

    /// The name IAM knows it by.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown(name) => name,
            known => BASES.iter().find(|(_, base)| base == known).map_or("", |(name, _)| name),
        }
    }
}

impl Operator {
    /// Reads an operator's name. Letter case does not matter: IAM stores what was typed, and
    /// evaluates `stringequals` like `StringEquals`. A name IAM lacks gives
    /// [`OperatorBase::Unknown`].
    #[must_use]
    pub fn parse(name: &str) -> Self {
        let (set, rest) = split_qualifier(name);
        let (stem, if_exists) = match strip_suffix_ignoring_case(rest, "IfExists") {
            Some(stem) => (stem, true),
            None => (rest, false),
        };
        let known = BASES.iter().find(|(known, _)| known.eq_ignore_ascii_case(stem));
        match known {
            // `Null` asks whether the key exists: `NullIfExists` has no meaning, a set qualifier
            // changes nothing.
            Some((_, OperatorBase::Null)) if if_exists => Self::unknown(name),
            Some((_, base)) => {
                let mut operator = Self { set, base: base.clone(), if_exists, written: None };
                if operator.to_string() != name {
                    operator.written = Some(name.into());
                }
                operator
            }
            None => Self::unknown(name),
        }
    }

    fn unknown(name: &str) -> Self {
        let base = OperatorBase::Unknown(name.to_owned());
        Self { set: None, base, if_exists: false, written: None }
    }

    /// Whether IAM has this operator.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self.base, OperatorBase::Unknown(_))
    }
}

fn split_qualifier(name: &str) -> (Option<SetQualifier>, &str) {
    let Some((head, rest)) = name.split_once(':') else { return (None, name) };
    if head.eq_ignore_ascii_case("ForAllValues") {
        (Some(SetQualifier::ForAllValues), rest)
    } else if head.eq_ignore_ascii_case("ForAnyValue") {
        (Some(SetQualifier::ForAnyValue), rest)
    } else {
        (None, name)
    }
}

fn strip_suffix_ignoring_case<'n>(name: &'n str, suffix: &str) -> Option<&'n str> {
    let at = name.len().checked_sub(suffix.len())?;
    let (stem, tail) = name.split_at_checked(at)?;
    tail.eq_ignore_ascii_case(suffix).then_some(stem)
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(written) = &self.written {
            return f.write_str(written);
        }
        match self.set {
            Some(SetQualifier::ForAllValues) => f.write_str("ForAllValues:")?,
            Some(SetQualifier::ForAnyValue) => f.write_str("ForAnyValue:")?,
            None => {}
        }
        f.write_str(self.base.name())?;
        if self.if_exists { f.write_str("IfExists") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_reads_back_as_it_prints() {
        for (name, _) in BASES {
            for prefix in ["", "ForAllValues:", "ForAnyValue:"] {
                for suffix in ["", "IfExists"] {
                    if name == "Null" && !suffix.is_empty() {
                        continue;
                    }
                    let text = format!("{prefix}{name}{suffix}");
                    assert_eq!(Operator::parse(&text).to_string(), text);
                    let lower = Operator::parse(&text.to_lowercase());
                    assert_eq!(lower.to_string(), text.to_lowercase());
                    assert_eq!(Operator { written: None, ..lower }, Operator::parse(&text));
                }
            }
        }
    }

    #[test]
    fn names_iam_lacks_stay_as_written() {
        for name in ["String", "StringMatches", "ForSome:StringEquals", "NullIfExists", "", "é"] {
            let operator = Operator::parse(name);
            assert!(!operator.is_known(), "{name}");
            assert_eq!(operator.to_string(), name);
        }
    }
}
