//! A pattern of actions matches no action of the service.
//!
//! ## Why it matters
//!
//! It grants or refuses nothing. The policy that AWS's guide gives for the Augmented AI console has four
//! such patterns.
//!
//! ## Example
//!
//! ```json
//! "Action": "sagemaker:*EnvironmentVersion"
//! ```
//!
//! ## What to do
//!
//! Remove it, or write the pattern that was meant.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>

use super::document::Document;
use super::names::Reach;
use super::report::Report;
use super::rule::Rule;

pub(super) const RULE: Rule = Rule {
    code: "DRF511",
    name: "pattern-matches-nothing",
    source: include_str!("pattern_matches_nothing.rs"),
};

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let blocks = document.statements.iter().flat_map(|statement| &statement.action);
    for pattern in blocks.flat_map(|block| &block.patterns).filter(|pattern| pattern.is_wild()) {
        if matches!(&pattern.reach, Reach::Known { actions, .. } if actions.is_empty()) {
            let message = format!("no action matches `{}`", pattern.word.text);
            report.warn(&RULE, &pattern.word, message);
        }
    }
}
