//! Condition operators by name.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::cmp::Ordering;

/// How two numbers or two times must stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    pub(crate) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// What an operator compares, negation aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Relation),
    Date(Relation),
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

/// How the values of a multivalued key are counted.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    All,
    Any,
}

/// An operator as a policy spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) base: Base,
    pub(crate) negated: bool,
    pub(crate) set: Option<Set>,
    pub(crate) if_exists: bool,
}

const TABLE: [(&str, Base, bool); 27] = [
    ("StringEquals", Base::StringEquals, false),
    ("StringNotEquals", Base::StringEquals, true),
    ("StringEqualsIgnoreCase", Base::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Base::StringEqualsIgnoreCase, true),
    ("StringLike", Base::StringLike, false),
    ("StringNotLike", Base::StringLike, true),
    ("NumericEquals", Base::Numeric(Relation::Equal), false),
    ("NumericNotEquals", Base::Numeric(Relation::Equal), true),
    ("NumericLessThan", Base::Numeric(Relation::Less), false),
    ("NumericLessThanEquals", Base::Numeric(Relation::LessOrEqual), false),
    ("NumericGreaterThan", Base::Numeric(Relation::Greater), false),
    ("NumericGreaterThanEquals", Base::Numeric(Relation::GreaterOrEqual), false),
    ("DateEquals", Base::Date(Relation::Equal), false),
    ("DateNotEquals", Base::Date(Relation::Equal), true),
    ("DateLessThan", Base::Date(Relation::Less), false),
    ("DateLessThanEquals", Base::Date(Relation::LessOrEqual), false),
    ("DateGreaterThan", Base::Date(Relation::Greater), false),
    ("DateGreaterThanEquals", Base::Date(Relation::GreaterOrEqual), false),
    ("Bool", Base::Bool, false),
    ("BinaryEquals", Base::Binary, false),
    ("IpAddress", Base::Ip, false),
    ("NotIpAddress", Base::Ip, true),
    ("ArnEquals", Base::Arn, false),
    ("ArnNotEquals", Base::Arn, true),
    ("ArnLike", Base::Arn, false),
    ("ArnNotLike", Base::Arn, true),
    ("Null", Base::Null, false),
];

/// The operators' names, without set qualifier and `IfExists`.
#[must_use]
pub fn operator_names() -> Vec<&'static str> {
    TABLE.iter().map(|(name, _, _)| *name).collect()
}

impl Operator {
    /// Reads a name; letter case does not count.
    pub(crate) fn read(name: &str) -> Result<Self, String> {
        let unknown = || format!("`{name}` is no operator");
        let lower = name.to_lowercase();
        let (set, rest) = match lower.split_once(':') {
            None => (None, lower.as_str()),
            Some(("forallvalues", rest)) => (Some(Set::All), rest),
            Some(("foranyvalue", rest)) => (Some(Set::Any), rest),
            Some(_) => return Err(unknown()),
        };
        let (rest, if_exists) = match rest.strip_suffix("ifexists") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let row = TABLE.iter().find(|(name, _, _)| name.eq_ignore_ascii_case(rest));
        let (_, base, negated) = row.ok_or_else(unknown)?;
        // "You can add IfExists to the end of any condition operator name except the Null condition."
        if *base == Base::Null && if_exists {
            return Err(unknown());
        }
        Ok(Self { base: *base, negated: *negated, set, if_exists })
    }
}
