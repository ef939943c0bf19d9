//! Whether a condition holds for what is known of a request.

use super::operator::{OperatorBase, SetQualifier};
use super::value::{Operand, Template, parse_bool};
use super::{Condition, Operator};
use crate::document::Version;
use crate::logic::Match;
use crate::pattern::{Glob, Symbol};
use crate::request::{ContextValue, KeyValue, RequestContext};

/// A condition ready to be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CompiledCondition {
    operator: Operator,
    /// As written.
    key: Box<str>,
    lower: Box<str>,
    values: Box<[CompiledValue]>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum CompiledValue {
    Fixed(Operand),
    Variable(Template),
}

impl CompiledCondition {
    pub(crate) fn new(condition: &Condition, version: Version) -> Self {
        let base = &condition.operator.base;
        let wildcards = takes_wildcards(base);
        let value = |text: &String| {
            let template = Template::new(text, version, wildcards);
            match template.fixed() {
                Some(symbols) => CompiledValue::Fixed(Operand::new(base, symbols)),
                None => CompiledValue::Variable(template),
            }
        };
        let values = match base {
            // `Null` compares presence; its values are read as text by `wants_absence`.
            OperatorBase::Null => condition.values.iter().map(|text| null_value(text)).collect(),
            _ => condition.values.iter().map(value).collect(),
        };
        Self {
            operator: condition.operator.clone(),
            key: condition.key.as_str().into(),
            lower: condition.key.to_lowercase().into(),
            values,
        }
    }

    pub(crate) fn holds(&self, request: &RequestContext) -> Match {
        if !self.operator.is_known() {
            return Match::Unknown;
        }
        match request.get(&self.lower) {
            ContextValue::Known(value) => self.holds_for(Some(value), request),
            ContextValue::Absent => self.holds_for(None, request),
            ContextValue::OneOf(candidates) => Match::one_of(
                candidates.iter().map(|candidate| self.holds_for(candidate.as_ref(), request)),
            ),
            ContextValue::Present if self.operator.base == OperatorBase::Null => {
                Match::from(self.wants_absence(false))
            }
            ContextValue::Present | ContextValue::Unknown => self.holds_for_anything(),
        }
    }

    /// The keys (and the operator, where IAM has no such operator) that would settle the condition.
    pub(crate) fn unsettled<'c>(
        &'c self,
        request: &'c RequestContext,
    ) -> impl Iterator<Item = &'c str> {
        let value = request.get(&self.lower);
        let own = !matches!(value, ContextValue::Known(_) | ContextValue::Absent);
        let own = own.then_some(&*self.key);
        let operator = match &self.operator.base {
            OperatorBase::Unknown(name) => Some(name.as_str()),
            _ => None,
        };
        let variables = self.values.iter().flat_map(move |value| match value {
            CompiledValue::Variable(template) => Some(template.unsettled(request)),
            CompiledValue::Fixed(_) => None,
        });
        own.into_iter().chain(operator).chain(variables.flatten())
    }

    /// The key is present with this value, or absent.
    fn holds_for(&self, value: Option<&KeyValue>, request: &RequestContext) -> Match {
        // A list without elements is a key without a value.
        let value = value.filter(|value| !value.texts().is_empty());
        if self.operator.base == OperatorBase::Null {
            return Match::from(self.wants_absence(value.is_none()));
        }
        match (value, self.operator.set) {
            (None, _) => self.holds_when_absent(),
            (Some(KeyValue::One(text)), _) => self.text_passes(text, request),
            // Without a set operator a multivalued key matches nothing, negated or not.
            (Some(KeyValue::Many(_)), None) => Match::No,
            (Some(KeyValue::Many(texts)), Some(SetQualifier::ForAllValues)) => {
                Match::all(texts.iter().map(|text| self.text_passes(text, request)))
            }
            (Some(KeyValue::Many(texts)), Some(SetQualifier::ForAnyValue)) => {
                Match::any(texts.iter().map(|text| self.text_passes(text, request)))
            }
        }
    }

    fn holds_when_absent(&self) -> Match {
        let holds = match self.operator.set {
            _ if self.operator.if_exists => true,
            Some(SetQualifier::ForAllValues) => true,
            Some(SetQualifier::ForAnyValue) => false,
            None => self.operator.base.is_negated(),
        };
        Match::from(holds)
    }

    /// The key may have any value, and perhaps be absent.
    fn holds_for_anything(&self) -> Match {
        let universal = self.values.iter().any(|value| match value {
            CompiledValue::Fixed(Operand::Glob(glob)) => glob.is_universal(),
            _ => false,
        });
        let for_all = self.operator.set == Some(SetQualifier::ForAllValues);
        if for_all && universal && !self.operator.base.is_negated() {
            return Match::Yes;
        }
        Match::Unknown
    }

    fn wants_absence(&self, absent: bool) -> bool {
        self.values.contains(&CompiledValue::Fixed(Operand::Bool(absent)))
    }

    /// Whether one value of the request passes: some value of the policy equals it, or for a
    /// negated operator none does.
    fn text_passes(&self, text: &str, request: &RequestContext) -> Match {
        let equal = Match::any(self.values.iter().map(|value| self.equals(value, text, request)));
        if self.operator.base.is_negated() { !equal } else { equal }
    }

    fn equals(&self, value: &CompiledValue, text: &str, request: &RequestContext) -> Match {
        let base = &self.operator.base;
        match value {
            CompiledValue::Fixed(operand) => Match::from(operand.holds(base, text)),
            CompiledValue::Variable(template) => template.test(request, |symbols, uncertain| {
                let operand = Operand::new(base, symbols);
                match (uncertain, &operand) {
                    (false, _) => Match::from(operand.holds(base, text)),
                    // A `*` stands for the unknown value: no match with it is no match at all.
                    (true, Operand::Glob(glob)) if !glob.matches(text) => Match::No,
                    (true, _) => Match::Unknown,
                }
            }),
        }
    }
}

fn null_value(text: &str) -> CompiledValue {
    CompiledValue::Fixed(parse_bool(text).map_or(Operand::Never, Operand::Bool))
}

fn takes_wildcards(base: &OperatorBase) -> bool {
    use OperatorBase as Op;
    matches!(
        base,
        Op::StringLike
            | Op::StringNotLike
            | Op::ArnEquals
            | Op::ArnLike
            | Op::ArnNotEquals
            | Op::ArnNotLike
    )
}

/// A `Resource` or `NotResource` pattern ready to be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CompiledPattern {
    Fixed(Glob),
    Variable(Template),
}

/// A resource as one alternative of a request knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'r> {
    Text(&'r str),
    Like(&'r Glob),
    Unknown,
}

impl CompiledPattern {
    pub(crate) fn new(text: &str, version: Version) -> Self {
        let template = Template::new(text, version, true);
        match template.fixed() {
            Some(symbols) => Self::Fixed(Glob::from_symbols(symbols)),
            None => Self::Variable(template),
        }
    }

    pub(crate) fn matches(&self, target: Target<'_>, request: &RequestContext) -> Match {
        match self {
            Self::Fixed(glob) => glob_matches(glob, target),
            Self::Variable(template) => {
                template.test(request, |symbols: Vec<Symbol>, uncertain| {
                    let found = glob_matches(&Glob::from_symbols(symbols), target);
                    if uncertain && found != Match::No { Match::Unknown } else { found }
                })
            }
        }
    }

    /// The variables that may have no value: without one, the pattern names no resource.
    pub(crate) fn valueless<'c>(
        &'c self,
        request: &'c RequestContext,
    ) -> impl Iterator<Item = &'c str> {
        let template = match self {
            Self::Fixed(_) => None,
            Self::Variable(template) => Some(template),
        };
        template.into_iter().flat_map(move |template| template.valueless(request))
    }

    pub(crate) fn unsettled<'c>(
        &'c self,
        request: &'c RequestContext,
    ) -> impl Iterator<Item = &'c str> {
        let template = match self {
            Self::Fixed(_) => None,
            Self::Variable(template) => Some(template),
        };
        template.into_iter().flat_map(move |template| template.unsettled(request))
    }
}

fn glob_matches(glob: &Glob, target: Target<'_>) -> Match {
    match target {
        Target::Text(text) => Match::from(glob.matches(text)),
        Target::Unknown if glob.is_universal() => Match::Yes,
        Target::Unknown => Match::Unknown,
        Target::Like(known) if glob.includes(known) => Match::Yes,
        Target::Like(known) if glob.intersects(known) => Match::Unknown,
        Target::Like(_) => Match::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::Principal;
    use crate::request::ResourceValue;

    fn check(operator: &str, values: &[&str], value: ContextValue, wanted: Match) {
        let mut request =
            RequestContext::new(Principal::Anonymous, "s3:x", ResourceValue::Known("*".into()));
        request.set("aws:PrincipalTag/p", ContextValue::one("a*"));
        request.set("aws:PrincipalTag/u", ContextValue::Unknown);
        request.set("k", value.clone());
        let condition = Condition {
            operator: Operator::parse(operator),
            key: "K".into(),
            values: values.iter().map(ToString::to_string).collect(),
        };
        let compiled = CompiledCondition::new(&condition, Version::V2012);
        assert_eq!(compiled.holds(&request), wanted, "{operator} {values:?} {value:?}");
    }

    use ContextValue::{Absent, OneOf, Unknown};
    use Match::{No, Unknown as Maybe, Yes};

    fn one(text: &str) -> ContextValue {
        ContextValue::one(text)
    }

    fn many(texts: &[&str]) -> ContextValue {
        ContextValue::many(texts.iter().copied())
    }

    #[test]
    fn string_operators() {
        check("StringEquals", &["a", "b"], one("b"), Yes);
        check("StringEquals", &["a*"], one("ab"), No);
        check("StringEquals", &["a*"], one("a*"), Yes);
        check("StringEquals", &["A"], one("a"), No);
        check("StringEqualsIgnoreCase", &["A"], one("a"), Yes);
        check("StringNotEqualsIgnoreCase", &["A"], one("a"), No);
        check("StringNotEquals", &["a", "b"], one("b"), No);
        check("StringNotEquals", &["a", "b"], one("c"), Yes);
        check("StringLike", &["ml.c5.*"], one("ml.c5.large"), Yes);
        check("StringNotLike", &["ml.c5.*"], one("ml.c5.large"), No);
        check("StringLike", &["${*}x"], one("*x"), Yes);
        check("StringLike", &["${*}x"], one("yx"), No);
        check("StringEquals", &["${*}${?}${$}"], one("*?$"), Yes);
    }

    #[test]
    fn a_missing_key_fails_positive_and_passes_negated_operators() {
        check("StringEquals", &["a"], Absent, No);
        check("StringEqualsIfExists", &["a"], Absent, Yes);
        check("StringEqualsIfExists", &["a"], one("b"), No);
        check("StringNotEquals", &["a"], Absent, Yes);
        check("NotIpAddress", &["10.0.0.0/8"], Absent, Yes);
        check("ArnNotLike", &["arn:aws:iam::*:role/r"], Absent, Yes);
        check("Bool", &["false"], Absent, No);
        check("NumericLessThan", &["5"], Absent, No);
    }

    #[test]
    fn null_asks_for_presence() {
        check("Null", &["true"], Absent, Yes);
        check("Null", &["false"], Absent, No);
        check("Null", &["false"], one(""), Yes);
        check("Null", &["true"], many(&[]), Yes);
        check("Null", &["TRUE", "false"], many(&["a"]), Yes);
        check("Null", &["maybe"], Absent, No);
        check("Null", &["true"], Unknown, Maybe);
        check("Null", &["true"], ContextValue::Present, No);
        check("Null", &["false"], ContextValue::Present, Yes);
        check("StringEquals", &["a"], ContextValue::Present, Maybe);
    }

    #[test]
    fn set_operators() {
        check("ForAllValues:StringLike", &["ml.c5.*"], many(&["ml.c5.l", "ml.c5.x"]), Yes);
        check("ForAllValues:StringLike", &["ml.c5.*"], many(&["ml.c5.l", "ml.p4d.x"]), No);
        check("ForAllValues:StringLike", &["ml.c5.*"], Absent, Yes);
        check("ForAllValues:StringLike", &["ml.c5.*"], many(&[]), Yes);
        check("ForAllValues:StringNotLike", &["ml.p*"], Absent, Yes);
        check("ForAllValues:StringNotLike", &["ml.p*"], many(&["ml.c5.l", "ml.p4d.x"]), No);
        check("ForAnyValue:StringLike", &["ml.c5.*"], many(&["ml.c5.l", "ml.p4d.x"]), Yes);
        check("ForAnyValue:StringLike", &["ml.c5.*"], Absent, No);
        check("ForAnyValue:StringNotEquals", &["a"], Absent, No);
        check("ForAnyValue:StringNotEquals", &["a"], many(&["a", "b"]), Yes);
        check("ForAnyValue:StringEquals", &["a"], one("a"), Yes);
        check("ForAnyValue:StringEqualsIfExists", &["a"], Absent, Yes);
        check("ForAllValues:StringEquals", &["a"], many(&[""]), No);
    }

    #[test]
    fn a_plain_operator_never_matches_a_multivalued_key() {
        check("StringEquals", &["a"], many(&["a"]), No);
        check("StringNotEquals", &["a"], many(&["b"]), No);
        check("StringEqualsIfExists", &["a"], many(&["a"]), No);
    }

    #[test]
    fn other_families() {
        check("ArnLike", &["arn:aws:iam::*:role/x*"], one("arn:aws:iam::1:role/x:y/z"), Yes);
        check("ArnLike", &["arn:aws:iam:*:role/x"], one("arn:aws:iam::1:role/x"), No);
        check("ArnEquals", &["arn:aws:iam::*:role/x"], one("arn:aws:iam::1:role/x"), Yes);
        check("ArnNotLike", &["arn:aws:iam::*:role/r"], one("boop"), Yes);
        check("ArnLike", &["*"], one("arn:aws:s3:::b"), Yes);
        check("Bool", &["true"], one("TRUE"), Yes);
        check("Bool", &["true"], one("yes"), No);
        check("NumericLessThanEquals", &["86400"], one("86400"), Yes);
        check("NumericNotEquals", &["5"], one("x"), Yes);
        check("NumericEquals", &["1000"], one("1e3"), No);
        check("DateLessThan", &["2026-01-01T00:00:00Z"], one("1704067200"), Yes);
        check("BinaryEquals", &["QmFy"], one("QmFy"), Yes);
        check("NotIpAddress", &["10.0.0.0/8"], one("AWS Internal"), Yes);
        check("StringEquals", &[], one("a"), No);
        check("StringNotEquals", &[], one("a"), Yes);
    }

    #[test]
    fn variables_are_literal_text_once_filled_in() {
        check("StringLike", &["${aws:PrincipalTag/p}"], one("a*"), Yes);
        check("StringLike", &["${aws:PrincipalTag/p}"], one("abc"), No);
        check("StringLike", &["${aws:PrincipalTag/none}*"], one("x"), No);
        check("StringNotLike", &["${aws:PrincipalTag/none}*"], one("x"), Yes);
        check("StringEquals", &["${aws:PrincipalTag/none, 'x'}"], one("x"), Yes);
        check("StringEquals", &["y${aws:PrincipalTag/none, ''}"], one("y"), Yes);
        check("StringEquals", &["a${b"], one("a${b"), Yes);
        check("ArnLike", &["arn:aws:iam::${k}:role/${aws:PrincipalTag/p}"], one("x"), No);
    }

    #[test]
    fn unknown_values_leave_open_only_what_they_can_change() {
        check("StringEquals", &["a"], Unknown, Maybe);
        check("StringNotEquals", &["a"], Unknown, Maybe);
        check("ForAllValues:StringLike", &["*"], Unknown, Yes);
        check("StringEquals", &["x-${aws:PrincipalTag/u}"], one("y-1"), No);
        check("StringEquals", &["x-${aws:PrincipalTag/u}"], one("x-1"), Maybe);
        check("StringEquals", &["x-1", "x-${aws:PrincipalTag/u}"], one("x-1"), Yes);
        let tag = Some(KeyValue::One("red".into()));
        check("StringEquals", &["red"], OneOf(vec![None, tag.clone()]), Maybe);
        check("StringEquals", &["blue"], OneOf(vec![None, tag.clone()]), No);
        check("StringEqualsIfExists", &["red"], OneOf(vec![None, tag]), Yes);
        check("StringMatches", &["a"], one("a"), Maybe);
    }
}
