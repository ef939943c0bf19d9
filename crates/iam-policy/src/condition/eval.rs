//! Whether a condition holds for what is known of a request.

use super::operator::{OperatorBase, SetQualifier};
use super::pass::Pass;
use super::template::Template;
use super::value::{Operand, choice_of_observed, choices_of, parse_bool};
use super::{Condition, Operator};
use crate::choice::{Choice, Choices};
use crate::document::Version;
use crate::logic::Match;
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

/// One value, and what comparing with it leaves to choice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct CompiledValue {
    form: Form,
    /// Where it matches.
    on_match: Choices,
    /// Whether it matches or not.
    always: Choices,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    Fixed(Operand),
    Variable(Template),
}

impl CompiledCondition {
    pub(crate) fn new(condition: &Condition, version: Version) -> Self {
        let base = &condition.operator.base;
        let values = condition.values.iter().map(|text| CompiledValue::new(text, base, version));
        Self {
            operator: condition.operator.clone(),
            key: condition.key.as_str().into(),
            lower: condition.key.to_lowercase().into(),
            values: values.collect(),
        }
    }

    pub(crate) fn holds(&self, request: &RequestContext, pass: &mut Pass) -> Match {
        if !self.operator.is_known() {
            // Without a key nobody wrote it: it stands for what is not known, and nothing is chosen.
            if self.key.is_empty() {
                return Match::Unknown;
            }
            return pass.chosen(Choice::UnknownOperator, Match::Unknown);
        }
        let answer = match request.get(&self.lower) {
            ContextValue::Known(value) => self.holds_for(Some(value), request, pass),
            ContextValue::Absent => self.holds_for(None, request, pass),
            ContextValue::OneOf(candidates) => {
                let each = candidates.iter();
                Match::one_of(each.map(|value| self.holds_for(value.as_ref(), request, pass)))
            }
            ContextValue::Present if self.operator.base == OperatorBase::Null => {
                Match::from(self.wants_absence(false))
            }
            ContextValue::Present | ContextValue::Unknown => self.holds_for_anything(),
        };
        match self.operator.written {
            Some(_) => pass.chosen(Choice::OperatorCase, answer),
            None => answer,
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
        let variables = self.values.iter().flat_map(move |value| match &value.form {
            Form::Variable(template) => Some(template.unsettled(request)),
            Form::Fixed(_) => None,
        });
        own.into_iter().chain(operator).chain(variables.flatten())
    }

    /// The key is present with this value, or absent.
    #[inline]
    fn holds_for(
        &self,
        value: Option<&KeyValue>,
        request: &RequestContext,
        pass: &mut Pass,
    ) -> Match {
        // A list without elements is a key without a value.
        let value_or_none = value.filter(|value| !value.texts().is_empty());
        if self.operator.base == OperatorBase::Null {
            let answer = Match::from(self.wants_absence(value_or_none.is_none()));
            return match value {
                Some(KeyValue::Many(texts)) if texts.is_empty() => {
                    pass.chosen(Choice::NullOfEmptyList, answer)
                }
                Some(KeyValue::One(text)) if text.is_empty() => {
                    pass.chosen(Choice::NullOfEmptyText, answer)
                }
                _ => answer,
            };
        }
        match (value_or_none, self.operator.set) {
            (None, _) => self.holds_when_absent(pass),
            (Some(KeyValue::One(text)), None) => self.text_passes(text, request, pass),
            (Some(KeyValue::One(text)), Some(set)) => {
                let answer = self.list_passes(std::slice::from_ref(text), set, request, pass);
                pass.chosen(Choice::SetOperatorOnText, answer)
            }
            // Without a set operator a multivalued key matches nothing, negated or not.
            (Some(KeyValue::Many(_)), None) => pass.chosen(Choice::PlainOperatorOnList, Match::No),
            (Some(KeyValue::Many(texts)), Some(set)) => self.list_passes(texts, set, request, pass),
        }
    }

    fn list_passes(
        &self,
        texts: &[String],
        set: SetQualifier,
        request: &RequestContext,
        pass: &mut Pass,
    ) -> Match {
        if texts.iter().all(String::is_empty) {
            let choice = match set {
                SetQualifier::ForAllValues => Choice::ForAllValuesOfEmptyText,
                SetQualifier::ForAnyValue => Choice::ForAnyValueOfEmptyText,
            };
            let answer = self.holds_when_absent(pass);
            return pass.chosen(choice, answer);
        }
        let mut each = texts.iter().map(|text| self.text_passes(text, request, pass));
        match set {
            SetQualifier::ForAllValues => Match::all(&mut each),
            SetQualifier::ForAnyValue => Match::any(&mut each),
        }
    }

    fn holds_when_absent(&self, pass: &mut Pass) -> Match {
        match (self.operator.if_exists, self.operator.set) {
            (true, Some(SetQualifier::ForAnyValue)) => {
                pass.chosen(Choice::ForAnyValueIfExists, Match::Yes)
            }
            (true, _) | (_, Some(SetQualifier::ForAllValues)) => Match::Yes,
            (_, Some(SetQualifier::ForAnyValue)) => Match::No,
            (_, None) => Match::from(self.operator.base.is_negated()),
        }
    }

    /// The key may have any value, and perhaps be absent.
    fn holds_for_anything(&self) -> Match {
        let universal = self.values.iter().any(|value| match &value.form {
            Form::Fixed(Operand::Glob(glob)) => glob.is_universal(),
            _ => false,
        });
        let for_all = self.operator.set == Some(SetQualifier::ForAllValues);
        if for_all && universal && !self.operator.base.is_negated() {
            return Match::Yes;
        }
        Match::Unknown
    }

    fn wants_absence(&self, absent: bool) -> bool {
        self.values.iter().any(|value| value.form == Form::Fixed(Operand::Bool(absent)))
    }

    /// Whether one value of the request passes: some value of the policy equals it, or for a
    /// negated operator none does.
    #[inline]
    fn text_passes(&self, text: &str, request: &RequestContext, pass: &mut Pass) -> Match {
        let base = &self.operator.base;
        let each = self.values.iter();
        let equal = Match::any(each.map(|value| value.equals(base, text, request, pass)));
        let answer = if base.is_negated() { !equal } else { equal };
        if !pass.thorough {
            return answer;
        }
        match choice_of_observed(base, text) {
            Some(choice) => pass.chosen(choice, answer),
            None => answer,
        }
    }
}

impl CompiledValue {
    fn new(text: &str, base: &OperatorBase, version: Version) -> Self {
        if *base == OperatorBase::Null {
            // `Null` compares presence; its values are read by `wants_absence`.
            let operand = parse_bool(text).map_or(Operand::Never, Operand::Bool);
            return Self::fixed(operand);
        }
        let template = Template::new(text, version, takes_wildcards(base));
        let mut value = match template.fixed() {
            Some(symbols) => {
                let operand = Operand::new(base, symbols);
                let (on_match, always) = choices_of(base, text, &operand);
                Self { on_match, always, ..Self::fixed(operand) }
            }
            None => Self {
                form: Form::Variable(template),
                on_match: variable_choices(base),
                always: Choices::default(),
            },
        };
        if version == Version::V2012 && has_unclosed_variable(text) {
            value.on_match.add(Choices::of(Choice::UnclosedVariable));
        }
        value
    }

    fn fixed(operand: Operand) -> Self {
        let (on_match, always) = (Choices::default(), Choices::default());
        Self { form: Form::Fixed(operand), on_match, always }
    }

    fn equals(
        &self,
        base: &OperatorBase,
        text: &str,
        request: &RequestContext,
        pass: &mut Pass,
    ) -> Match {
        let answer = match &self.form {
            Form::Fixed(operand) => Match::from(operand.holds(base, text)),
            Form::Variable(template) => template.test(request, pass, |symbols, uncertain| {
                if !uncertain {
                    return Match::from(Operand::symbols_hold(base, symbols, text));
                }
                match Operand::new(base, symbols.to_vec()) {
                    // A `*` stands for the unknown value: no match with it is no match at all.
                    Operand::Glob(glob) if !glob.matches(text) => Match::No,
                    _ => Match::Unknown,
                }
            }),
        };
        let mut choices = self.always;
        if answer == Match::Yes {
            choices.add(self.on_match);
        }
        if choices.is_empty() { answer } else { pass.chosen_all(choices, answer) }
    }
}

/// `${` without its `}`, which is then plain text.
pub(crate) fn has_unclosed_variable(text: &str) -> bool {
    text.rsplit_once("${").is_some_and(|(_, inside)| !inside.contains('}'))
}

/// A variable under an operator that compares neither texts nor ARNs.
fn variable_choices(base: &OperatorBase) -> Choices {
    use OperatorBase as Op;
    match base {
        Op::StringEquals
        | Op::StringNotEquals
        | Op::StringEqualsIgnoreCase
        | Op::StringNotEqualsIgnoreCase
        | Op::StringLike
        | Op::StringNotLike
        | Op::ArnEquals
        | Op::ArnLike
        | Op::ArnNotEquals
        | Op::ArnNotLike => Choices::default(),
        _ => Choices::of(Choice::VariableInTypedValue),
    }
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
        let answer = compiled.holds(&request, &mut Pass::default());
        assert_eq!(answer, wanted, "{operator} {values:?} {value:?}");
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
        check("ForAllValues:StringEquals", &["a"], many(&[""]), Yes);
        check("ForAnyValue:StringLike", &["*"], many(&[""]), No);
        check("ForAnyValue:StringNotEquals", &["a"], one(""), No);
        check("ForAllValues:StringEquals", &["a"], many(&["", "b"]), No);
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
