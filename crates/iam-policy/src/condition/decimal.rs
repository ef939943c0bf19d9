//! Decimal numbers, compared exactly whatever their length.

use std::cmp::Ordering;

/// A number as a policy or a request writes it: sign, digits, fraction.
// INVARIANT: no leading zeros in `integer`, no trailing ones in `fraction`, no negative zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal<'t> {
    negative: bool,
    integer: &'t str,
    fraction: &'t str,
}

impl<'t> Decimal<'t> {
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
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
        Some(Self { negative: sign && !zero, integer, fraction })
    }

    fn magnitude(&self) -> (usize, &str, &str) {
        (self.integer.len(), self.integer, self.fraction)
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
        }
    }
}

impl PartialOrd for Decimal<'_> {
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
}
