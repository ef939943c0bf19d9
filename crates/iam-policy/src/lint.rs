//! What is wrong, doubtful or worth knowing about the text of a policy.
//!
//! [`lint`] reads as far as it can: repeated keys are kept, typographic quotes straightened, a comma
//! too many is passed over and a bare statement wrapped before the rest is looked at, so that one
//! fault does not hide the others. Every place is one of the text as it was given.
//!
//! Each lint is a module of this folder, and the doc comment of the module is its page; `docs/lints`
//! is made from them. A code keeps its meaning.
//!
//! ```
//! use iam_policy::Vocabulary;
//! use iam_policy::lint::{Severity, lint};
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": [{
//!     "Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::account-id:role/Train"
//! }]}"#;
//! let lints = lint(text, None, &Vocabulary::default());
//! let codes: Vec<&str> = lints.iter().map(|lint| lint.code).collect();
//! assert_eq!(codes, ["DRF520", "DRF506"]);
//! assert_eq!((lints[1].severity, lints[1].line, lints[1].column), (Severity::Error, 2, 62));
//! assert_eq!(lints[1].pointer, "/Statement/0/Resource");
//! ```

mod budget;
mod cover;
mod document;
mod kind;
mod names;
mod report;
mod rule;
mod source;

mod bare_statement;
mod character;
mod create_without_add_tags;
mod deprecated_key;
mod duplicate_key;
mod duplicate_sid;
mod for_all_values_in_deny;
mod for_all_values_without_guard;
mod for_any_value_on_choices;
mod key_the_action_lacks;
mod level_allows_nothing;
mod malformed_arn;
mod multivalued_key;
mod never_matches;
mod not_a_policy;
mod own_tags;
mod pass_role;
mod pattern_matches_nothing;
mod permission_management;
mod placeholder;
mod rcp_uncovered_service;
mod redundant;
mod resource_tag_on_create;
mod resource_tag_without_control;
mod set_operator_on_single_value;
mod sid_characters;
mod size;
mod source_ip_through_service;
mod typographic_quotes;
mod unknown_action;
mod unknown_key;
mod unknown_operator;
mod value_not_comparable;
mod version;

pub use kind::PolicyKind;
pub use level_allows_nothing::{LEVEL_ALLOWS_NOTHING, level_allows_nothing};
pub use report::{Edit, Fix, Lint, Severity};
pub use rule::{RULES, Rule};
pub use source::looks_like_policy;

use crate::vocabulary::Vocabulary;
use document::Document;
use report::Report;
use source::Source;

/// A text of more bytes is not read: no service takes a policy near it.
pub const MAX_TEXT: usize = 256 << 10;

/// Every lint of a policy's text, in the order of the text.
///
/// Without a kind, the content says which it is: [`PolicyKind::guess`]. Names of services that the
/// vocabulary lacks are not judged.
#[must_use]
pub fn lint(text: &str, kind: Option<PolicyKind>, vocabulary: &Vocabulary) -> Vec<Lint> {
    let mut report = Report::new(text);
    if text.len() > MAX_TEXT {
        size::refuse(text, &mut report);
        return report.finish();
    }
    let source = Source::new(text);
    typographic_quotes::check(&source, &mut report);
    character::check(&source, &mut report);
    not_a_policy::check_commas(&source, &mut report);
    match source.parse() {
        Ok((root, repeats)) => {
            duplicate_key::check(text, &repeats, &root, &mut report);
            let document = Document::new(text, &root, kind, vocabulary);
            not_a_policy::check(source.text(), &root, &document, &mut report);
            run(&document, &mut report);
        }
        Err(error) => not_a_policy::refuse_json(source.text(), &error, &mut report),
    }
    report.finish()
}

/// Whether any statement of a policy allows something; `None` for a text that cannot be read.
///
/// A level of an organisation at which no policy allows anything denies everything: `DRF525`.
#[must_use]
pub fn allows_something(text: &str, vocabulary: &Vocabulary) -> Option<bool> {
    let source = Source::new(text);
    let (root, _) = source.parse().ok()?;
    Some(Document::new(text, &root, None, vocabulary).allows().next().is_some())
}

type Check = fn(&Document<'_>, &mut Report<'_>);

/// What is asked of a policy that could be read.
const CHECKS: &[Check] = &[
    version::check,
    size::check,
    sid_characters::check,
    placeholder::check,
    unknown_action::check,
    pattern_matches_nothing::check,
    unknown_key::check,
    deprecated_key::check,
    key_the_action_lacks::check,
    resource_tag_on_create::check,
    resource_tag_without_control::check,
    multivalued_key::check,
    for_all_values_without_guard::check,
    for_any_value_on_choices::check,
    for_all_values_in_deny::check,
    set_operator_on_single_value::check,
    value_not_comparable::check,
    pass_role::check,
    create_without_add_tags::check,
    permission_management::check,
    never_matches::check,
    redundant::check,
    level_allows_nothing::check,
    rcp_uncovered_service::check,
    own_tags::check,
    malformed_arn::check,
    source_ip_through_service::check,
];

fn run(document: &Document<'_>, report: &mut Report<'_>) {
    for check in CHECKS {
        check(document, report);
    }
}

#[cfg(test)]
mod tests;
