//! A statement stands alone, without the policy around it.
//!
//! ## Why it matters
//!
//! Guides often show only the statement that matters. IAM takes it only inside a policy: an object
//! with `Version` and `Statement`.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Allow", "Action": "sagemaker:Search", "Resource": "*"}
//! ```
//!
//! ## What to do
//!
//! Put it into the `Statement` of a policy:
//! `{"Version": "2012-10-17", "Statement": [ … ]}`. The fix wraps it. The other lints are about the
//! statement as if that were done. A `Version` or `Id` in the statement belongs beside it.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html>

use super::report::{Edit, Place, Report};
use super::rule::Rule;
use crate::json::{Member, Node, Span, Value};
use crate::parse::PolicyErrorKind;

pub(super) const RULE: Rule =
    Rule { code: "DRF504", name: "bare-statement", source: include_str!("bare_statement.rs") };

/// What belongs to the policy and not to the statement.
const OF_POLICY: [&str; 2] = ["Version", "Id"];

pub(super) fn report(text: &str, root: &Node<'_>, report: &mut Report<'_>) {
    let place = Place { span: at(root.span.start), pointer: String::new() };
    let added = report
        .error(&RULE, place, PolicyErrorKind::BareStatement.to_string())
        .help("wrap it: {\"Version\": \"2012-10-17\", \"Statement\": [ … ]}");
    if let Some(edits) = edits(text, root) {
        added.edits(edits);
    }
}

/// The policy around a bare statement.
pub(super) fn wrap<'a>(statement: &Node<'a>) -> Node<'a> {
    let members = statement.members().iter().cloned();
    let (mut outer, inner): (Vec<_>, Vec<_>) = members.partition(|member| is_outer(member));
    let node = Node { span: statement.span, value: Value::Object(inner) };
    outer.push(Member { key: "Statement".into(), key_span: at(statement.span.start), node });
    Node { span: statement.span, value: Value::Object(outer) }
}

/// Puts the policy around it, and what belongs to the policy out of it. `None` where more than one
/// member would have to move.
fn edits(text: &str, root: &Node<'_>) -> Option<Vec<Edit>> {
    let end = at(root.span.end.min(text.len()));
    let outer: Vec<usize> =
        root.members().iter().enumerate().filter(|(_, m)| is_outer(m)).map(|(i, _)| i).collect();
    let (head, moved) = match outer.as_slice() {
        [] => ("\"Version\": \"2012-10-17\"".to_owned(), None),
        [index] => {
            let member = root.members().get(*index)?;
            let own = text.get(member.key_span.start..member.node.span.end)?;
            let version =
                if member.key == "Version" { "" } else { "\"Version\": \"2012-10-17\", " };
            (format!("{version}{own}"), Some(with_comma(root, *index)?))
        }
        _ => return None,
    };
    let before = Edit::new(at(root.span.start), format!("{{{head}, \"Statement\": ["));
    let moved = moved.map(|span| Edit::new(span, ""));
    Some([Some(before), moved, Some(Edit::new(end, "]}"))].into_iter().flatten().collect())
}

/// A member with the comma that goes with it.
fn with_comma(root: &Node<'_>, index: usize) -> Option<Span> {
    let members = root.members();
    let member = members.get(index)?;
    if let Some(next) = members.get(index.saturating_add(1)) {
        return Some(Span { start: member.key_span.start, end: next.key_span.start });
    }
    let before = members.get(index.checked_sub(1)?)?;
    Some(Span { start: before.node.span.end, end: member.node.span.end })
}

fn is_outer(member: &Member<'_>) -> bool {
    OF_POLICY.contains(&member.key.as_ref())
}

fn at(offset: usize) -> Span {
    Span { start: offset, end: offset }
}
