//! Texts of a policy that may hold wildcards and variables, and the values they are compared as.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use std::cmp::Ordering;
use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use ipnet::IpNet;

use super::operator::OperatorBase;
use crate::document::Version;
use crate::logic::Match;
use crate::pattern::{Glob, Symbol};
use crate::request::{ContextValue, KeyValue, RequestContext};

/// More combinations of possible variable values than this are treated as unknown.
const MAX_EXPANSIONS: usize = 64;

/// A text of a policy: literal characters, wildcards, variables.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Template {
    pieces: Box<[Piece]>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Piece {
    Symbol(Symbol),
    /// A key, as written and in lower case, and what stands for it when the request lacks it.
    Variable {
        key: Box<str>,
        lower: Box<str>,
        default: Option<Box<str>>,
    },
}

/// What a template may stand for in one request.
struct Expansion {
    /// `None` where a variable has no value: such a text matches nothing.
    alternatives: Vec<Option<Vec<Symbol>>>,
    /// Whether a variable's value is unknown; a `*` stands in its place.
    uncertain: bool,
}

impl Template {
    /// Reads a text. Variables exist from version 2012-10-17 on; `wildcards` says whether `*` and
    /// `?` are more than characters.
    pub(crate) fn new(text: &str, version: Version, wildcards: bool) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let variable = if version == Version::V2012 { variable(rest) } else { None };
            if let Some((piece, tail)) = variable {
                pieces.push(piece);
                rest = tail;
                continue;
            }
            pieces.push(Piece::Symbol(match character {
                '*' if wildcards => Symbol::Any,
                '?' if wildcards => Symbol::One,
                other => Symbol::Char(other),
            }));
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        Self { pieces: pieces.into() }
    }

    /// The symbols of a template without variables.
    pub(crate) fn fixed(&self) -> Option<Vec<Symbol>> {
        let symbol = |piece: &Piece| match piece {
            Piece::Symbol(symbol) => Some(*symbol),
            Piece::Variable { .. } => None,
        };
        self.pieces.iter().map(symbol).collect()
    }

    /// Whether what the template stands for in this request passes the test.
    pub(crate) fn test(
        &self,
        request: &RequestContext,
        mut passes: impl FnMut(Vec<Symbol>, bool) -> Match,
    ) -> Match {
        let expansion = self.expand(request);
        let uncertain = expansion.uncertain;
        Match::one_of(expansion.alternatives.into_iter().map(|alternative| match alternative {
            None => Match::No,
            Some(symbols) => passes(symbols, uncertain),
        }))
    }

    /// Keys of variables that have no known value in this request.
    pub(crate) fn unsettled<'t>(
        &'t self,
        request: &'t RequestContext,
    ) -> impl Iterator<Item = &'t str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, lower, .. } => {
                let value = request.get(lower);
                let known = matches!(value, ContextValue::Known(_) | ContextValue::Absent);
                (!known).then_some(&**key)
            }
            Piece::Symbol(_) => None,
        })
    }

    /// Keys of variables that may have no value in this request. A list is none.
    pub(crate) fn valueless<'t>(
        &'t self,
        request: &'t RequestContext,
    ) -> impl Iterator<Item = &'t str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, lower, default } => {
                let choices = choices(request.get(lower), default.as_deref());
                let some = !choices.is_empty() && choices.iter().all(Option::is_some);
                (!some).then_some(&**key)
            }
            Piece::Symbol(_) => None,
        })
    }

    fn expand(&self, request: &RequestContext) -> Expansion {
        let mut expansion = Expansion { alternatives: vec![Some(Vec::new())], uncertain: false };
        for piece in &self.pieces {
            match piece {
                Piece::Symbol(symbol) => expansion.append(&[Some(vec![*symbol])]),
                Piece::Variable { lower, default, .. } => {
                    let choices = choices(request.get(lower), default.as_deref());
                    expansion.uncertain |= choices.is_empty();
                    if choices.is_empty() {
                        expansion.append(&[Some(vec![Symbol::Any])]);
                    } else {
                        expansion.append(&choices);
                    }
                }
            }
        }
        expansion
    }
}

impl Expansion {
    fn append(&mut self, choices: &[Option<Vec<Symbol>>]) {
        let count = self.alternatives.len().saturating_mul(choices.len());
        if let ([Some(only)], false) = (choices, count > MAX_EXPANSIONS) {
            for alternative in self.alternatives.iter_mut().flatten() {
                alternative.extend_from_slice(only);
            }
            return;
        }
        if count > MAX_EXPANSIONS {
            self.uncertain = true;
            self.alternatives = vec![Some(vec![Symbol::Any])];
            return;
        }
        let join = |left: &Option<Vec<Symbol>>, right: &Option<Vec<Symbol>>| {
            let (Some(left), Some(right)) = (left, right) else { return None };
            Some([left.as_slice(), right.as_slice()].concat())
        };
        let joined = self.alternatives.iter().flat_map(|l| choices.iter().map(move |r| join(l, r)));
        self.alternatives = joined.collect();
    }
}

/// What a variable may stand for; `None` in the list for "no value", an empty list for unknown.
fn choices(value: &ContextValue, default: Option<&str>) -> Vec<Option<Vec<Symbol>>> {
    let literal = |text: &str| text.chars().map(Symbol::Char).collect::<Vec<_>>();
    let absent = || default.map(literal);
    // A multivalued key cannot be used as a variable.
    let of_value = |value: &KeyValue| match value {
        KeyValue::One(text) => Some(literal(text)),
        KeyValue::Many(_) => None,
    };
    match value {
        ContextValue::Known(value) => vec![of_value(value)],
        ContextValue::Absent => vec![absent()],
        ContextValue::Present | ContextValue::Unknown => Vec::new(),
        ContextValue::OneOf(candidates) => candidates
            .iter()
            .map(|candidate| candidate.as_ref().map_or_else(absent, of_value))
            .collect(),
    }
}

/// A `${…}` at the head of the text, and what follows it.
fn variable(text: &str) -> Option<(Piece, &str)> {
    let (inside, rest) = text.strip_prefix("${")?.split_once('}')?;
    if let "*" | "?" | "$" = inside {
        let escaped = inside.chars().next()?;
        return Some((Piece::Symbol(Symbol::Char(escaped)), rest));
    }
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => (key, Some(default.trim().trim_matches('\'').into())),
        None => (inside, None),
    };
    let key = key.trim();
    let lower = key.to_lowercase().into();
    Some((Piece::Variable { key: key.into(), lower, default }, rest))
}

/// One value of a condition, in the form its operator compares.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operand {
    Glob(Glob),
    /// Compared in lower case.
    FoldedGlob(Glob),
    /// Six globs; a wildcard does not cross the first five colons.
    Arn(Box<[Glob]>),
    /// `*` where an ARN is wanted: any ARN.
    AnyArn,
    Number(Decimal),
    /// Milliseconds since the epoch.
    Date(i64),
    Network(IpNet),
    Bool(bool),
    Binary(Box<str>),
    /// Not a value of the operator's type: nothing equals it.
    Never,
}

impl Operand {
    pub(crate) fn new(base: &OperatorBase, symbols: Vec<Symbol>) -> Self {
        use OperatorBase as Op;
        match base {
            Op::StringEquals | Op::StringNotEquals | Op::StringLike | Op::StringNotLike => {
                Self::Glob(Glob::from_symbols(symbols))
            }
            Op::StringEqualsIgnoreCase | Op::StringNotEqualsIgnoreCase => {
                Self::FoldedGlob(Glob::literal(&text_of(&symbols).to_lowercase()))
            }
            Op::ArnEquals | Op::ArnLike | Op::ArnNotEquals | Op::ArnNotLike => Self::arn(&symbols),
            Op::BinaryEquals => Self::Binary(text_of(&symbols).into()),
            Op::Bool => parse_bool(&text_of(&symbols)).map_or(Self::Never, Self::Bool),
            Op::IpAddress | Op::NotIpAddress => {
                parse_network(&text_of(&symbols)).map_or(Self::Never, Self::Network)
            }
            Op::NumericEquals
            | Op::NumericNotEquals
            | Op::NumericLessThan
            | Op::NumericLessThanEquals
            | Op::NumericGreaterThan
            | Op::NumericGreaterThanEquals => {
                Decimal::parse(&text_of(&symbols)).map_or(Self::Never, Self::Number)
            }
            Op::DateEquals
            | Op::DateNotEquals
            | Op::DateLessThan
            | Op::DateLessThanEquals
            | Op::DateGreaterThan
            | Op::DateGreaterThanEquals => {
                parse_date(&text_of(&symbols)).map_or(Self::Never, Self::Date)
            }
            Op::Null | Op::Unknown(_) => Self::Never,
        }
    }

    fn arn(symbols: &[Symbol]) -> Self {
        if symbols == [Symbol::Any] {
            return Self::AnyArn;
        }
        let parts: Vec<Glob> = symbols
            .splitn(6, |symbol| *symbol == Symbol::Char(':'))
            .map(|part| Glob::from_symbols(part.to_vec()))
            .collect();
        if parts.len() == 6 { Self::Arn(parts.into()) } else { Self::Never }
    }

    /// Whether the request's text meets the operand, the operator's negation left aside.
    pub(crate) fn holds(&self, base: &OperatorBase, text: &str) -> bool {
        match self {
            Self::Glob(glob) => glob.matches(text),
            Self::FoldedGlob(glob) => glob.matches(&text.to_lowercase()),
            Self::Arn(parts) => {
                let found: Vec<&str> = text.splitn(6, ':').collect();
                found.len() == 6 && parts.iter().zip(found).all(|(glob, part)| glob.matches(part))
            }
            Self::AnyArn => text.splitn(6, ':').count() == 6,
            Self::Number(wanted) => {
                Decimal::parse(text).is_some_and(|found| ordered(base, found.cmp(wanted)))
            }
            Self::Date(wanted) => {
                parse_date(text).is_some_and(|found| ordered(base, found.cmp(wanted)))
            }
            Self::Network(network) => {
                parse_address(text).is_some_and(|address| network.contains(&address))
            }
            Self::Bool(wanted) => parse_bool(text) == Some(*wanted),
            Self::Binary(wanted) => **wanted == *text,
            Self::Never => false,
        }
    }
}

/// Whether `found` compares with `wanted` as the operator asks. The negated operators are judged
/// by their positive twins.
fn ordered(base: &OperatorBase, found_to_wanted: Ordering) -> bool {
    use OperatorBase as Op;
    match base {
        Op::NumericLessThan | Op::DateLessThan => found_to_wanted.is_lt(),
        Op::NumericLessThanEquals | Op::DateLessThanEquals => found_to_wanted.is_le(),
        Op::NumericGreaterThan | Op::DateGreaterThan => found_to_wanted.is_gt(),
        Op::NumericGreaterThanEquals | Op::DateGreaterThanEquals => found_to_wanted.is_ge(),
        _ => found_to_wanted.is_eq(),
    }
}

/// The text of symbols; wildcards are characters here.
fn text_of(symbols: &[Symbol]) -> String {
    let character = |symbol: &Symbol| match symbol {
        Symbol::Char(character) => *character,
        Symbol::One => '?',
        Symbol::Any => '*',
    };
    symbols.iter().map(character).collect()
}

/// Whether a value of a policy is of the operator's type. A variable may become anything.
pub(crate) fn is_comparable(base: &OperatorBase, text: &str) -> bool {
    let symbols = || text.chars().map(Symbol::Char).collect();
    let typed = match base {
        OperatorBase::Null => parse_bool(text).is_some(),
        // What an ARN operator is given in practice is not always an ARN.
        OperatorBase::ArnEquals
        | OperatorBase::ArnLike
        | OperatorBase::ArnNotEquals
        | OperatorBase::ArnNotLike
        | OperatorBase::Unknown(_) => true,
        _ => Operand::new(base, symbols()) != Operand::Never,
    };
    typed || text.contains("${")
}

pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

fn parse_address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn parse_network(text: &str) -> Option<IpNet> {
    match text.parse::<IpNet>() {
        Ok(network) => Some(network.trunc()),
        Err(_) => parse_address(text).map(IpNet::from),
    }
}

/// An ISO 8601 date as W3C profiles it, or seconds since the epoch, in milliseconds.
///
/// Four digits alone are a year: nobody means the first hour of 1970.
fn parse_date(text: &str) -> Option<i64> {
    if let Ok(date) = DateTime::parse_from_rfc3339(text) {
        return Some(date.timestamp_millis());
    }
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits && text.len() != 4 {
        return text.parse::<i64>().ok()?.checked_mul(1000);
    }
    let midnight = |day: NaiveDate| day.and_hms_opt(0, 0, 0);
    let minutes = text.strip_suffix('Z').unwrap_or(text);
    let start = match text.len() {
        4 => midnight(NaiveDate::from_ymd_opt(text.parse().ok()?, 1, 1)?),
        7 => midnight(NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?),
        10 => midnight(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?),
        _ => {
            if let Ok(date) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z") {
                return Some(date.timestamp_millis());
            }
            // Without a zone it is UTC.
            let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"];
            formats.iter().find_map(|form| NaiveDateTime::parse_from_str(minutes, form).ok())
        }
    };
    start.map(|start| start.and_utc().timestamp_millis())
}

/// A decimal number, compared exactly whatever its length.
// INVARIANT: no leading zeros in `integer`, no trailing ones in `fraction`, no negative zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Decimal {
    negative: bool,
    integer: Box<str>,
    fraction: Box<str>,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (integer, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !numeric(integer) || !numeric(fraction) {
            return None;
        }
        let integer = integer.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let zero = integer.is_empty() && fraction.is_empty();
        Some(Self { negative: sign && !zero, integer: integer.into(), fraction: fraction.into() })
    }

    fn magnitude(&self) -> (usize, &str, &str) {
        (self.integer.len(), &self.integer, &self.fraction)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_exactly() {
        let order =
            ["-10", "-9.5", "-1", "0", "0.05", "0.5", "1", "1.25", "9", "10", "9007199254740993"];
        for pair in order.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|text| Decimal::parse(text).unwrap());
            assert!(a < b, "{pair:?}");
        }
        for (a, b) in [("1.0", "1"), ("-0", "0"), ("007", "7"), ("+3", "3")] {
            assert_eq!(Decimal::parse(a), Decimal::parse(b), "{a}");
        }
        for text in ["", "1e3", "12abc", ".5", "1.", "NaN", "--1", "0x1", "١"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_iso_or_epoch_seconds() {
        let start_of_2024 = Some(1_704_067_200_000);
        for text in [
            "2024-01-01T00:00:00Z",
            "2024-01-01T01:00:00+01:00",
            "1704067200",
            "2024-01-01",
            "2024-01",
            "2024",
            "2024-01-01T00:00Z",
            "2024-01-01T00:00",
            "2024-01-01T00:00:00",
            "2024-01-01T01:00+01:00",
        ] {
            assert_eq!(parse_date(text), start_of_2024, "{text}");
        }
        for text in ["", "soon", "2024-13-01", "99999999999999999999"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn networks_hold_their_own_family_only() {
        for (network, address, inside) in [
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("2001:db8::/32", "2001:0db8:0:0:0:0:0:1", true),
            ("2001:db8::1", "2001:0db8:0:0:0:0:0:1", true),
            ("203.0.113.0/24", "::ffff:203.0.113.7", true),
            ("10.0.0.0/8", "AWS Internal", false),
            ("10.0.0.0/33", "10.0.0.1", false),
        ] {
            let symbols = network.chars().map(Symbol::Char).collect();
            let operand = Operand::new(&OperatorBase::IpAddress, symbols);
            assert_eq!(
                operand.holds(&OperatorBase::IpAddress, address),
                inside,
                "{network} {address}"
            );
        }
    }
}
