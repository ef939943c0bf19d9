//! Numbers: a sign, digits, a fraction. Compared exactly, digit by digit.

use std::cmp::Ordering;

/// A decimal number, without zeros that say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    negative: bool,
    whole: String,
    fraction: String,
}

/// Reads a number; `12abc` and `1e3` are none.
pub(crate) fn read(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if !digits(whole) || fraction.is_some_and(|fraction| !digits(fraction)) {
        return None;
    }
    let whole = whole.trim_start_matches('0').to_owned();
    let fraction = fraction.unwrap_or_default().trim_end_matches('0').to_owned();
    let zero = whole.is_empty() && fraction.is_empty();
    Some(Number { negative: negative && !zero, whole, fraction })
}

impl Number {
    fn size(&self, other: &Self) -> Ordering {
        // Without leading zeros the longer whole part is the larger.
        (self.whole.len().cmp(&other.whole.len()))
            .then_with(|| self.whole.cmp(&other.whole))
            .then_with(|| self.fraction.cmp(&other.fraction))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.size(other),
            (true, true) => other.size(self),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn numbers_are_compared_by_value() {
        let order = |left: &str, right: &str| read(left).unwrap().cmp(&read(right).unwrap());
        assert!(order("5", "5.0").is_eq());
        assert!(order("-0", "0").is_eq());
        assert!(order("10", "9").is_gt());
        assert!(order("0.45", "0.5").is_lt());
        assert!(order("-10", "-9").is_lt());
        assert!(order("-1", "1").is_lt());
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in ["", "-", "12abc", "1e3", "1.", ".5", "1.2.3", "--1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
