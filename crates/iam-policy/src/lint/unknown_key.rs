//! The service has no condition key of that name.
//!
//! ## Why it matters
//!
//! A key that no request has makes a positive condition false and a negated one true, always: an Allow
//! grants nothing, or everything.
//!
//! Only keys of services whose names are known are judged; keys that begin with `aws:` never are.
//!
//! ## Example
//!
//! ```json
//! "Condition": {"StringLike": {"sagemaker:InstanceType": "ml.t3.*"}}
//! ```
//!
//! The key is called `sagemaker:InstanceTypes`.
//!
//! ## What to do
//!
//! Use the key that was meant. If AWS has added the key since, the catalog is older than it.
//!
//! AWS: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>

use super::document::Document;
use super::names::Suggestions;
use super::report::Report;
use super::rule::Rule;
use crate::vocabulary::Vocabulary;

pub(super) const RULE: Rule =
    Rule { code: "DRF509", name: "unknown-key", source: include_str!("unknown_key.rs") };

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let vocabulary = document.vocabulary;
    let suggestions = Suggestions::new();
    for (_, test) in document.tests() {
        let key = test.key.text.as_str();
        if !is_unknown(key, vocabulary) {
            continue;
        }
        let names = vocabulary.keys.values().map(|known| known.name.as_str());
        let meant = suggestions.nearest(key, names).map(|name| format!("did you mean `{name}`?"));
        report.warn(&RULE, &test.key, format!("unknown condition key `{key}`")).maybe_help(meant);
    }
}

/// Whether a key has the prefix of a known service and is none of its keys.
pub(super) fn is_unknown(key: &str, vocabulary: &Vocabulary) -> bool {
    let prefix = key.split_once(':').map(|(prefix, _)| prefix.to_lowercase());
    let judged = prefix.is_some_and(|prefix| vocabulary.services.contains_key(&prefix));
    judged && vocabulary.key(key).is_none() && vocabulary.current_key(key).is_none()
}
