//! The text does not follow the grammar of IAM policies, so IAM would not store it.
//!
//! ## Why it matters
//!
//! IAM refuses the document as a whole, and a tool that is less strict may read something else than
//! you meant.
//!
//! ## Example
//!
//! ```json
//! {"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Actions": "s3:GetObject"}]}
//! ```
//!
//! `Effect` is `Allow` or `Deny`, the element is called `Action`, and `Resource` is missing.
//!
//! ## What to do
//!
//! Mend the element at the place given. If the document is of another kind than it was taken for (a
//! trust policy has a `Principal` and no `Resource`), say so with `--type`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use super::document::{Document, Statement};
use super::kind::PolicyKind;
use super::names::ActionPattern;
use super::report::{Place, Report};
use super::rule::Rule;
use super::source::Source;
use super::{bare_statement, duplicate_sid, unknown_operator, value_not_comparable, version};
use crate::document::Effect;
use crate::json::{JsonError, Node, Span};
use crate::parse::{PolicyError, PolicyErrorKind, parse_node};

pub(super) const RULE: Rule =
    Rule { code: "DRF501", name: "not-a-policy", source: include_str!("not_a_policy.rs") };

/// Commas that were blanked to read on.
pub(super) fn check_commas(source: &Source<'_>, report: &mut Report<'_>) {
    for comma in &source.commas {
        let place = Place { span: *comma, pointer: String::new() };
        report
            .error(&RULE, place, "not JSON: a comma behind the last entry")
            .help("remove it")
            .replace(*comma, "");
    }
}

/// Text that is no JSON even after repairs.
pub(super) fn refuse_json(text: &str, error: &JsonError, report: &mut Report<'_>) {
    let place = Place { span: at(error.offset), pointer: String::new() };
    let added = report.error(&RULE, place, format!("not JSON: {error}"));
    if text.get(error.offset..).is_some_and(|rest| rest.starts_with(['/', '#'])) {
        added.help("JSON has no comments");
    }
}

/// What the parser refuses, each fault under its code.
pub(super) fn check(text: &str, root: &Node<'_>, document: &Document<'_>, report: &mut Report<'_>) {
    if document.bare {
        bare_statement::report(text, root, report);
        let wrapped = bare_statement::wrap(root);
        faults(text, &wrapped, document, report);
    } else {
        faults(text, root, document, report);
    }
    kind_rules(document, report);
}

fn faults(text: &str, root: &Node<'_>, document: &Document<'_>, report: &mut Report<'_>) {
    let Err(errors) = parse_node(text, root, document.kind.dialect()) else { return };
    for error in errors {
        fault(&error, document, report);
    }
}

fn fault(error: &PolicyError, document: &Document<'_>, report: &mut Report<'_>) {
    let pointer = if document.bare {
        error.pointer.strip_prefix("/Statement").unwrap_or(&error.pointer)
    } else {
        &error.pointer
    };
    let span = match &error.kind {
        // The whole statement would be marked for what is not in it.
        PolicyErrorKind::Missing { .. } => at(error.span.start),
        _ => error.span,
    };
    let place = Place { span, pointer: pointer.to_owned() };
    let rule = match &error.kind {
        PolicyErrorKind::Operator(_) => &unknown_operator::RULE,
        PolicyErrorKind::Value { .. } => &value_not_comparable::RULE,
        PolicyErrorKind::DuplicateSid(_) => &duplicate_sid::RULE,
        PolicyErrorKind::Version(_) => &version::RULE,
        _ => &RULE,
    };
    let added = report.error(rule, place, error.kind.to_string()).maybe_help(error.help());
    match &error.kind {
        PolicyErrorKind::Version(_) => {
            added.replace(span, "\"2012-10-17\"");
        }
        PolicyErrorKind::Effect(text) => {
            let meant = ["Allow", "Deny"].into_iter().find(|word| word.eq_ignore_ascii_case(text));
            if let Some(meant) = meant {
                added.replace(span, format!("\"{meant}\""));
            }
        }
        _ => {}
    }
}

/// What the grammar has, but not for this kind of policy.
fn kind_rules(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in &document.statements {
        match document.kind {
            PolicyKind::Trust => {
                for word in statement.resource.iter().flat_map(|block| block.patterns.first()) {
                    report.error(&RULE, word, "a trust policy has no `Resource`");
                }
            }
            PolicyKind::Rcp if !is_full_access(statement) => rcp_rules(statement, report),
            _ => {}
        }
    }
}

/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html>
fn rcp_rules(statement: &Statement<'_>, report: &mut Report<'_>) {
    if statement.effect == Some(Effect::Allow) {
        let message = "a resource control policy can only deny";
        report.error(&RULE, statement.place.clone(), message);
    }
    if let Some(word) = &statement.not_principal {
        report.error(&RULE, word, "a resource control policy has no `NotPrincipal`");
    } else if let Some(word) = statement.principals.iter().find(|word| word.text != "*") {
        let message = "the `Principal` of a resource control policy is `*`: use conditions";
        report.error(&RULE, word, message);
    }
    let Some(block) = &statement.action else { return };
    if let (true, Some(ActionPattern { word, .. })) = (block.negated, block.patterns.first()) {
        report.error(&RULE, word, "a resource control policy has no `NotAction`");
    }
    for word in statement.actions().iter().map(|pattern| &pattern.word) {
        if word.text == "*" {
            let message = "a resource control policy cannot deny the action `*`: name the service";
            report.error(&RULE, word, message);
        }
    }
}

/// AWS's own RCP, attached everywhere.
fn is_full_access(statement: &Statement<'_>) -> bool {
    let star = statement.actions().iter().any(|action| action.word.text == "*");
    statement.effect == Some(Effect::Allow) && star && statement.conditions.is_empty()
}

fn at(offset: usize) -> Span {
    Span { start: offset, end: offset }
}
