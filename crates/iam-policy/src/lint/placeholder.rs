//! A placeholder of a template was left in.
//!
//! ## Why it matters
//!
//! `account-id`, `AWS Region` or `<role-name>` in a guide stand for something of yours. Left as they
//! are they match nothing: an Allow grants nothing, and a Deny protects nothing.
//!
//! ## Example
//!
//! ```json
//! "Resource": "arn:aws:sagemaker:region:account-id:model/modelName"
//! ```
//!
//! ## What to do
//!
//! Put in what is meant: the region, the twelve digits of the account, the name; or a wildcard.
//!
//! A word such as `region` is one where only an ARN, an account or a region can stand: in the fields of
//! an ARN, in `Principal`, in values of keys that hold such. Tags may be called that, and so may parts of
//! names, but for those of SageMaker and IAM that repeat their kind (`model/model-name`).
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

use super::document::{Document, Test, Word};
use super::names::some;
use super::report::Report;
use super::rule::Rule;
use crate::condition::OperatorBase;
use crate::vocabulary::Vocabulary;

pub(super) const RULE: Rule =
    Rule { code: "DRF506", name: "placeholder", source: include_str!("placeholder.rs") };

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in &document.statements {
        let resources = statement.resource.iter().flat_map(|block| &block.patterns);
        for word in statement.principals.iter().chain(resources) {
            tell(word, &placeholders(&word.text), report);
        }
        for test in &statement.conditions {
            let kind = ValueKind::of(test, document.vocabulary);
            for word in &test.values {
                tell(word, &kind.placeholders(test, &word.text), report);
            }
        }
    }
}

fn tell(word: &Word, found: &[String], report: &mut Report<'_>) {
    if !found.is_empty() {
        let plural = if found.len() == 1 { "a placeholder" } else { "placeholders" };
        let message = format!("{plural} left in: {}", some(found));
        report.error(&RULE, word, message).help("put in what it stands for");
    }
}

/// Whether a word has a placeholder; it is then not judged for its form.
pub(super) fn is_in(word: &Word) -> bool {
    !placeholders(&word.text).is_empty()
}

/// What the values of a condition key can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueKind {
    /// Names and values of tags: any word may be one.
    Tag,
    /// An account, a region or an ARN.
    Place,
    Other,
}

impl ValueKind {
    fn of(test: &Test, vocabulary: &Vocabulary) -> Self {
        let key = test.current.as_str();
        let name = key.split_once(':').map_or(key, |(_, name)| name);
        let tag = name == "tagkeys" || name.split('/').next().is_some_and(|n| n.ends_with("tag"));
        if tag {
            return Self::Tag;
        }
        let by_name = ["account", "accountid", "region", "arn", "arns"];
        let by_operator = matches!(
            test.operator.base,
            OperatorBase::ArnEquals
                | OperatorBase::ArnLike
                | OperatorBase::ArnNotEquals
                | OperatorBase::ArnNotLike
        );
        let by_type = || vocabulary.key(key).is_some_and(|known| known.value_type.contains("ARN"));
        if by_operator || by_name.iter().any(|end| name.ends_with(end)) || by_type() {
            Self::Place
        } else {
            Self::Other
        }
    }

    fn placeholders(self, test: &Test, text: &str) -> Vec<String> {
        match self {
            Self::Place => placeholders(text),
            Self::Other if text.starts_with("arn:") => placeholders(text),
            // No tag has brackets. `domain-arn` as the value of a tag `…domain-arn` is the guide's.
            Self::Tag if is_arn_word(text) && test.current.ends_with("arn") => {
                vec![text.to_owned()]
            }
            Self::Tag | Self::Other => certain(text).into_iter().map(str::to_owned).collect(),
        }
    }
}

/// The placeholders in a text that should be an ARN, an account or a region.
fn placeholders(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if let ["arn", _, service, region, account, resource] = parts.as_slice() {
        found.extend(Some(*region).filter(|region| is_region_word(region)));
        found.extend(Some(*account).filter(|account| is_account_word(account)));
        found.extend(in_resource(service, resource));
    } else {
        let is_word = |text: &&str| {
            is_region_word(text) || is_account_word(text) || is_arn_word(text) || is_shouted(text)
        };
        found.extend(Some(text).filter(is_word));
    }
    found.extend(certain(text));
    found.into_iter().map(str::to_owned).collect()
}

/// What stands for something wherever it is.
fn certain(text: &str) -> Vec<&str> {
    let template = text.find("${AWS::").and_then(|start| text.get(start..)).map(|rest| {
        let end = rest.find('}').map_or(rest.len(), |end| end.saturating_add(1));
        rest.get(..end).unwrap_or(rest)
    });
    template.into_iter().chain(bracketed(text)).collect()
}

/// `AWS Region`, `your-region`.
fn is_region_word(text: &str) -> bool {
    const WORDS: [&str; 6] =
        ["region", "awsregion", "yourregion", "yourawsregion", "regionname", "regionid"];
    WORDS.contains(&plain(text).as_str())
}

/// `account-id`, `AWS_ACCOUNT_ID`, `XXXXXXXXXXXX`.
fn is_account_word(text: &str) -> bool {
    const WORDS: [&str; 8] = [
        "accountid",
        "awsaccountid",
        "youraccountid",
        "yourawsaccountid",
        "accountnumber",
        "awsaccountnumber",
        "youraccountnumber",
        "youraccount",
    ];
    let crossed = text.len() >= 4 && text.chars().all(|c| matches!(c, 'x' | 'X'));
    crossed || WORDS.contains(&plain(text).as_str())
}

/// Without case and what stands between words.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|c| !matches!(c, ' ' | '-' | '_'));
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// `domain-arn` as a whole value: it says that an ARN belongs there.
fn is_arn_word(text: &str) -> bool {
    let words = text.strip_suffix("-arn").or_else(|| text.strip_suffix("-ARN"));
    let letters = |word: &str| word.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    words.is_some_and(|words| !words.is_empty() && letters(words))
}

/// `YOUR_BUCKET`.
fn is_shouted(text: &str) -> bool {
    let rest = text.strip_prefix("YOUR_").or_else(|| text.strip_prefix("YOUR-"));
    let shouted = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(shouted))
}

/// The placeholders in the last part of an ARN.
fn in_resource<'r>(service: &str, resource: &'r str) -> Vec<&'r str> {
    let mut segments = resource.split(['/', ':']);
    let first = segments.next().unwrap_or_default();
    let repeats_kind = matches!(service, "sagemaker" | "iam");
    // Keys of objects may look like anything.
    let free = service == "s3";
    let in_rest = segments.filter(|segment| {
        let named = repeats_kind && is_named_after(first, segment);
        named || (!free && (is_shouted(segment) || is_square(segment)))
    });
    let in_first = Some(first).filter(|first| is_shouted(first) || is_square(first));
    in_first.into_iter().chain(in_rest).collect()
}

/// `[role]` as a whole segment.
fn is_square(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inner.is_some_and(|words| !words.trim().is_empty() && words.chars().all(is_of_words))
}

/// `modelName` or `model-name` as the name of a `model`: nobody calls a model that. In the names of
/// Studio's resources stand those of what they belong to.
fn is_named_after(kind: &str, name: &str) -> bool {
    const OF_STUDIO: [&str; 4] = ["domain", "user-profile", "space", "app"];
    let endings = ["Name", "-name", "_name", "-id"].iter();
    let mut stems = endings.filter_map(|ending| name.strip_suffix(ending));
    stems.any(|stem| {
        !stem.is_empty()
            && (stem == kind || (OF_STUDIO.contains(&kind) && OF_STUDIO.contains(&stem)))
    })
}

/// `<…>` and `{{…}}` around words.
fn bracketed(text: &str) -> Option<&str> {
    [("<", ">"), ("{{", "}}")].iter().find_map(|(open, close)| {
        let start = text.find(open)?;
        let inner = text.get(start.saturating_add(open.len())..)?;
        let end = inner.find(close)?;
        let words = inner.get(..end)?;
        let whole =
            start.saturating_add(open.len()).saturating_add(end).saturating_add(close.len());
        let is_it = !words.trim().is_empty() && words.chars().all(is_of_words);
        if is_it { text.get(start..whole) } else { None }
    })
}

fn is_of_words(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_names() {
        for (text, wanted) in [
            ("arn:aws:sagemaker:region:account-id:model/modelName", "region account-id modelName"),
            ("arn:aws:sagemaker:${AWS::Region}:1:model/a", "${AWS::Region}"),
            ("arn:aws:iam::${AWS::AccountId}:root", "${AWS::AccountId}"),
            ("arn:aws:iam::your_account_id:role/[role]", "your_account_id [role]"),
            ("arn:aws:iam::AWS_ACCOUNT_ID:user/user-name", "AWS_ACCOUNT_ID user-name"),
            ("arn:aws:iam::XXXXXXXXXXXX:root", "XXXXXXXXXXXX"),
            ("arn:aws:s3:::YOUR_BUCKET/*", "YOUR_BUCKET"),
            (
                "arn:aws:sagemaker:*:*:user-profile/domain-id/user-profile-name",
                "domain-id user-profile-name",
            ),
            ("arn:aws:s3:::b/customer/customer-id", ""),
            ("arn:aws:s3:::b/[a]/YOUR_DATA", ""),
            ("arn:aws:iam::111122223333:role/customer-id", ""),
            ("arn:aws:s3:::${aws:PrincipalAccount}/region/account-id", ""),
            ("AccountId", "AccountId"),
            ("111122223333", ""),
        ] {
            assert_eq!(placeholders(text).join(" "), wanted, "{text}");
        }
    }
}
