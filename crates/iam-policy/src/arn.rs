//! Amazon Resource Names.

use std::fmt;
use std::str::FromStr;

/// An ARN, split at its first five colons.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
// INVARIANT: `text` starts with `arn:` and has at least five colons; `from_str` is the only way in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: Box<str>,
}

/// A text that is not an ARN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an ARN has six parts after `arn:`, unlike `{}`", .0.escape_debug())]
pub struct ArnError(String);

impl Arn {
    /// The whole ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `aws`, `aws-cn`, …
    #[must_use]
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// `sagemaker`, `iam`, …
    #[must_use]
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The region; empty for global services.
    #[must_use]
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// The account; empty for some resources.
    #[must_use]
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// What stands behind the fifth colon, such as `role/team/nlp/DataScientist`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    fn part(&self, index: usize) -> &str {
        self.text.splitn(6, ':').nth(index).unwrap_or_default()
    }
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let valid = text.starts_with("arn:") && text.splitn(6, ':').count() == 6;
        if valid { Ok(Self { text: text.into() }) } else { Err(ArnError(text.to_owned())) }
    }
}

/// What stands between two colons of a text, and what follows, as for an ARN's account and resource.
/// A plain loop, since it is asked for every request.
pub(crate) fn part_and_rest(text: &str, index: usize) -> Option<(&str, &str)> {
    let mut start = 0_usize;
    let mut before = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        if byte != b':' {
            continue;
        }
        let behind = at.saturating_add(1);
        if before == index {
            return Some((text.get(start..at)?, text.get(behind..)?));
        }
        before = before.saturating_add(1);
        start = behind;
    }
    None
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_keeps_its_colons() {
        let arn: Arn = "arn:aws:lambda:eu-west-1:111122223333:function:f:1".parse().unwrap();
        assert_eq!((arn.partition(), arn.service()), ("aws", "lambda"));
        assert_eq!((arn.region(), arn.account()), ("eu-west-1", "111122223333"));
        assert_eq!(arn.resource(), "function:f:1");
    }

    #[test]
    fn parts_are_found_by_position() {
        let arn = "arn:aws:iam::111122223333:role/a:b";
        assert_eq!(part_and_rest(arn, 4), Some(("111122223333", "role/a:b")));
        assert_eq!(part_and_rest(arn, 3), Some(("", "111122223333:role/a:b")));
        assert_eq!(part_and_rest("arn:aws:iam::1", 4), None);
        assert_eq!(part_and_rest("", 0), None);
    }

    #[test]
    fn short_texts_are_no_arns() {
        for text in ["", "*", "arn:aws:s3", "urn:aws:s3:::b", "arn:aws:sqs:us-east-1:1"] {
            assert!(text.parse::<Arn>().is_err(), "{text}");
        }
    }
}
