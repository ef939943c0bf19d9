//! What a condition compares with, in the form its operator compares.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::date::{is_exact, is_year, parse_date};
use super::decimal::Decimal;
use super::operator::OperatorBase;
use crate::choice::{Choice, Choices};
use crate::pattern::{Glob, Symbol, arn_parts, symbols_match, text_parts};

/// One value of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operand {
    Glob(Glob),
    /// In lower case; compared without case.
    Folded(Box<str>),
    /// Six globs; a wildcard does not cross the first five colons.
    Arn(Box<[Glob]>),
    /// `*` where an ARN is wanted: any ARN.
    AnyArn,
    /// A number as it was written.
    Number(Box<str>),
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
                Self::Folded(folded(&text_of(&symbols)).collect())
            }
            Op::ArnEquals | Op::ArnLike | Op::ArnNotEquals | Op::ArnNotLike => Self::arn(&symbols),
            Op::BinaryEquals => Self::Binary(text_of(&symbols).into()),
            Op::Bool => parse_bool(&text_of(&symbols)).map_or(Self::Never, Self::Bool),
            Op::IpAddress | Op::NotIpAddress => {
                parse_network(&text_of(&symbols)).map_or(Self::Never, Self::Network)
            }
            _ if base.is_numeric() => {
                let text = text_of(&symbols);
                if Decimal::parse(&text).is_some() {
                    Self::Number(text.into())
                } else {
                    Self::Never
                }
            }
            _ if base.is_date() => parse_date(&text_of(&symbols)).map_or(Self::Never, Self::Date),
            _ => Self::Never,
        }
    }

    fn arn(symbols: &[Symbol]) -> Self {
        if symbols == [Symbol::Any] {
            return Self::AnyArn;
        }
        let parts: Vec<Glob> =
            arn_parts(symbols).map(|part| Glob::from_symbols(part.to_vec())).collect();
        if parts.len() == 6 { Self::Arn(parts.into()) } else { Self::Never }
    }

    /// Whether the request's text meets the operand, the operator's negation left aside.
    pub(crate) fn holds(&self, base: &OperatorBase, text: &str) -> bool {
        match self {
            Self::Glob(glob) => glob.matches(text),
            Self::Folded(wanted) => folded(text).eq(wanted.chars()),
            Self::Arn(globs) => parts_of_arn(text).is_some_and(|parts| {
                globs.iter().zip(parts).all(|(glob, part)| glob.matches(part))
            }),
            Self::AnyArn => is_arn(text),
            Self::Number(wanted) => match (Decimal::parse(text), Decimal::parse(wanted)) {
                (Some(found), Some(wanted)) => ordered(base, found.cmp(&wanted)),
                _ => false,
            },
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

    /// Like [`holds`](Self::holds), for a value that was just filled in: text and ARN operators
    /// ask for no memory.
    pub(crate) fn symbols_hold(base: &OperatorBase, symbols: &[Symbol], text: &str) -> bool {
        use OperatorBase as Op;
        match base {
            Op::StringEquals | Op::StringNotEquals | Op::StringLike | Op::StringNotLike => {
                symbols_match(symbols, text)
            }
            Op::StringEqualsIgnoreCase | Op::StringNotEqualsIgnoreCase => {
                let wanted = symbols.iter().copied().map(character).flat_map(char::to_lowercase);
                folded(text).eq(wanted)
            }
            Op::ArnEquals | Op::ArnLike | Op::ArnNotEquals | Op::ArnNotLike => parts_of_arn(text)
                .is_some_and(|parts| {
                    symbols == [Symbol::Any]
                        || arn_parts(symbols).count() == 6
                            && arn_parts(symbols)
                                .zip(parts)
                                .all(|(part, found)| symbols_match(part, found))
                }),
            _ => Self::new(base, symbols.to_vec()).holds(base, text),
        }
    }
}

/// What the written value leaves to choice: where it matches, and always.
pub(crate) fn choices_of(base: &OperatorBase, text: &str, operand: &Operand) -> (Choices, Choices) {
    let (mut on_match, mut always) = (Choices::default(), Choices::default());
    match operand {
        Operand::AnyArn => on_match.add(Choices::of(Choice::BareStarAsArn)),
        Operand::Network(network) => {
            let written = text.parse::<IpNet>().unwrap_or(*network);
            if written.addr() != network.addr() {
                on_match.add(Choices::of(Choice::NetworkHostBits));
            }
        }
        Operand::Date(_) if is_year(text) => always.add(Choices::of(Choice::YearOrEpoch)),
        Operand::Date(_) if !is_exact(text) => {
            on_match.add(Choices::of(Choice::DateWithoutSeconds));
        }
        Operand::Never if is_nearly_number(base, text) => {
            always.add(Choices::of(Choice::NumberFormat));
        }
        Operand::Never if base.is_negated() => always.add(Choices::of(Choice::UnreadableValue)),
        _ => {}
    }
    (on_match, always)
}

/// What the request's value leaves to choice.
pub(crate) fn choice_of_observed(base: &OperatorBase, text: &str) -> Option<Choice> {
    use OperatorBase as Op;
    match base {
        Op::IpAddress | Op::NotIpAddress => match text.parse::<IpAddr>() {
            Ok(address) if address != address.to_canonical() => Some(Choice::MappedAddress),
            Ok(_) => None,
            Err(_) => base.is_negated().then_some(Choice::UnreadableValue),
        },
        _ if base.is_numeric() => match Decimal::parse(text) {
            Some(_) => None,
            None if is_nearly_number(base, text) => Some(Choice::NumberFormat),
            None => base.is_negated().then_some(Choice::UnreadableValue),
        },
        _ if base.is_date() && is_year(text) => Some(Choice::YearOrEpoch),
        _ if base.is_date() && parse_date(text).is_some() && !is_exact(text) => {
            Some(Choice::DateWithoutSeconds)
        }
        Op::DateNotEquals if parse_date(text).is_none() => Some(Choice::UnreadableValue),
        Op::ArnNotEquals | Op::ArnNotLike if !is_arn(text) => Some(Choice::UnreadableValue),
        _ => None,
    }
}

/// A text that some take for a number: `1e3`, `12abc`.
fn is_nearly_number(base: &OperatorBase, text: &str) -> bool {
    base.is_numeric() && text.starts_with(|c: char| c.is_ascii_digit())
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

/// An IPv6 address has as many colons and is none.
fn parts_of_arn(text: &str) -> Option<[&str; 6]> {
    text_parts(text).filter(|_| text.starts_with("arn:"))
}

fn is_arn(text: &str) -> bool {
    parts_of_arn(text).is_some()
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// The character of a symbol; wildcards are characters here.
fn character(symbol: Symbol) -> char {
    match symbol {
        Symbol::Char(character) => character,
        Symbol::One => '?',
        Symbol::Any => '*',
    }
}

fn text_of(symbols: &[Symbol]) -> String {
    symbols.iter().copied().map(character).collect()
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
        Ok(network) => Some(unmapped(network.trunc())),
        Err(_) => parse_address(text).map(IpNet::from),
    }
}

/// A network of IPv4-mapped addresses is the one of the IPv4 addresses.
fn unmapped(network: IpNet) -> IpNet {
    let (IpAddr::V6(address), Some(length)) =
        (network.addr(), network.prefix_len().checked_sub(96))
    else {
        return network;
    };
    let mapped = address.to_ipv4_mapped();
    let mapped = mapped.and_then(|address| Ipv4Net::new(address, length).ok());
    mapped.map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("::ffff:203.0.113.0/120", "203.0.113.7", true),
            ("::ffff:203.0.113.7/128", "::ffff:203.0.113.7", true),
            ("::/0", "2001:db8::1", true),
            ("10.0.0.0/8", "AWS Internal", false),
            ("10.0.0.0/33", "10.0.0.1", false),
        ] {
            let symbols: Vec<Symbol> = network.chars().map(Symbol::Char).collect();
            let base = OperatorBase::IpAddress;
            assert_eq!(Operand::symbols_hold(&base, &symbols, address), inside, "{network}");
            let operand = Operand::new(&base, symbols);
            assert_eq!(operand.holds(&base, address), inside, "{network} {address}");
        }
    }
}
