//! Typographic quotes stand where JSON wants straight ones.
//!
//! ## Why it matters
//!
//! Word processors, chats and web pages turn `"` into `“` and `”`. The text then is no JSON, and IAM
//! refuses it.
//!
//! ## Example
//!
//! ```text
//! {“Effect”: “Allow”, “Action”: “s3:GetObject”, “Resource”: “*”}
//! ```
//!
//! ## What to do
//!
//! Replace them by `"`. The fix replaces all of the document.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use super::report::{Edit, Place, Report};
use super::rule::Rule;
use super::source::Source;

pub(super) const RULE: Rule = Rule {
    code: "DRF503",
    name: "typographic-quotes",
    source: include_str!("typographic_quotes.rs"),
};

pub(super) fn check(source: &Source<'_>, report: &mut Report<'_>) {
    let Some(first) = source.quotes.first() else { return };
    let place = Place { span: *first, pointer: String::new() };
    let message = match source.quotes.len() {
        1 => "a typographic quote stands where JSON wants a straight one".to_owned(),
        several => format!("{several} typographic quotes stand where JSON wants straight ones"),
    };
    let edits = source.quotes.iter().map(|quote| Edit::new(*quote, "\"")).collect();
    report.error(&RULE, place, message).help("replace them by `\"`").edits(edits);
}
