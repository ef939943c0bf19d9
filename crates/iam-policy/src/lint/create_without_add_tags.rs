//! Something may be created, and nothing in the policy allows to tag it.
//!
//! ## Why it matters
//!
//! A call that creates with tags needs `sagemaker:AddTags`, too. Studio tags all it creates, so there
//! the call fails without it.
//!
//! It is a note: another policy may allow it.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Allow", "Action": "sagemaker:CreateTrainingJob", "Resource": "*"}
//! ```
//!
//! ## What to do
//!
//! Allow `sagemaker:AddTags` with a condition on `sagemaker:TaggingAction`, so that it tags only what
//! is being created.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html>

use super::document::Document;
use super::report::Report;
use super::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "DRF521",
    name: "create-without-add-tags",
    source: include_str!("create_without_add_tags.rs"),
};

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let tags = document.allows().any(|statement| statement.covers("sagemaker:addtags"));
    if !document.kind.grants() || tags {
        return;
    }
    let patterns = document.allows().flat_map(|statement| statement.actions());
    let mut creating = patterns.filter(|pattern| {
        let of_sagemaker = pattern.prefix().as_deref() == Some("sagemaker");
        of_sagemaker && pattern.known().any(|action| action.tags_what_it_creates)
    });
    if let Some(first) = creating.next() {
        let message = format!(
            "`{}` without `sagemaker:AddTags`: a call with tags, as Studio makes it, is refused",
            first.word.text
        );
        report
            .note(&RULE, &first.word, message)
            .help("allow `sagemaker:AddTags`, here or in another policy");
    }
}
