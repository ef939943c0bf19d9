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
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

use super::document::{Document, Word};
use super::names::some;
use super::report::Report;
use super::rule::Rule;

pub(super) const RULE: Rule =
    Rule { code: "DRF506", name: "placeholder", source: include_str!("placeholder.rs") };

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in &document.statements {
        let values = statement.conditions.iter().flat_map(|test| &test.values);
        let resources = statement.resource.iter().flat_map(|block| &block.patterns);
        for word in statement.principals.iter().chain(resources).chain(values) {
            let found = placeholders(&word.text);
            if !found.is_empty() {
                let plural = if found.len() == 1 { "a placeholder" } else { "placeholders" };
                let message = format!("{plural} left in: {}", some(&found));
                report.error(&RULE, word, message).help("put in what it stands for");
            }
        }
    }
}

/// Whether a word has a placeholder; it is then not judged for its form.
pub(super) fn is_in(word: &Word) -> bool {
    !placeholders(&word.text).is_empty()
}

fn placeholders(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if let ["arn", _, _, region, account, resource] = parts.as_slice() {
        found.extend(Some(*region).filter(|region| is_region_word(region)));
        found.extend(Some(*account).filter(|account| is_account_word(account)));
        found.extend(resource.rsplit_once(['/', ':']).and_then(|(kind, name)| name_of(kind, name)));
    } else {
        let is_word =
            |text: &&str| is_region_word(text) || is_account_word(text) || is_arn_word(text);
        found.extend(Some(text).filter(is_word));
    }
    found.extend(bracketed(text));
    found.into_iter().map(str::to_owned).collect()
}

fn is_region_word(text: &str) -> bool {
    const WORDS: [&str; 5] = ["region", "aws region", "aws-region", "your-region", "region-name"];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn is_account_word(text: &str) -> bool {
    const WORDS: [&str; 7] = [
        "account-id",
        "accountid",
        "account_id",
        "aws-account-id",
        "your-account-id",
        "account-number",
        "aws account id",
    ];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// `domain-arn` as a whole value: it says that an ARN belongs there.
fn is_arn_word(text: &str) -> bool {
    let words = text.strip_suffix("-arn").or_else(|| text.strip_suffix("-ARN"));
    let letters = |word: &str| word.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    words.is_some_and(|words| !words.is_empty() && letters(words))
}

/// `modelName` or `model-name` as the name of a `model`: nobody calls a model that.
fn name_of<'n>(kind: &str, name: &'n str) -> Option<&'n str> {
    let kind = kind.rsplit(['/', ':']).next().unwrap_or_default();
    let endings = ["Name", "-name", "_name", "-id"].iter();
    let is_it = endings.filter_map(|ending| name.strip_suffix(ending)).any(|stem| stem == kind);
    (is_it && !kind.is_empty()).then_some(name)
}

/// `<…>` and `{{…}}` around words.
fn bracketed(text: &str) -> Option<&str> {
    [("<", ">"), ("{{", "}}")].iter().find_map(|(open, close)| {
        let start = text.find(open)?;
        let inner = text.get(start.saturating_add(open.len())..)?;
        let end = inner.find(close)?;
        let words = inner.get(..end)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
        let whole =
            start.saturating_add(open.len()).saturating_add(end).saturating_add(close.len());
        let is_it = !words.trim().is_empty() && words.chars().all(plain);
        if is_it { text.get(start..whole) } else { None }
    })
}
