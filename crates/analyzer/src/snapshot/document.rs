//! Policy documents of a snapshot, and what stands for one that cannot be read.

use std::sync::Arc;

use iam_policy::json::{Node, Value};
use iam_policy::{
    Block, Condition, Dialect, Effect, NamedPolicy, Operator, OperatorBase, PolicyDocument,
    PolicyError, Statement, Version, parse, parse_node,
};

/// A policy by its document: an object, as the command line prints it, or text, URL-encoded by
/// RFC 3986 as the API gives it. One that cannot be read is of unknown content, and `what` says in
/// words which it is.
pub(super) fn policy(name: &str, what: &str, text: &str, node: Option<&Node<'_>>) -> NamedPolicy {
    let document = match node {
        None => Err("has no document".to_owned()),
        Some(node) => read(text, node),
    };
    match document {
        Ok(document) => NamedPolicy { name: name.into(), document: Arc::new(document) },
        Err(why) => unknown_policy(name, &format!("{what} {why}")),
    }
}

fn read(text: &str, node: &Node<'_>) -> Result<PolicyDocument, String> {
    let faults = |errors: Vec<PolicyError>| {
        let first = errors.first().map(|error| error.kind.to_string());
        format!("cannot be read: {}", first.unwrap_or_default())
    };
    match &node.value {
        Value::Object(_) => parse_node(text, node, Dialect::Lenient).map_err(faults),
        Value::String(encoded) => {
            let decoded = decoded(encoded).ok_or("cannot be read: not URL-encoded text")?;
            parse(&decoded, Dialect::Lenient).map_err(faults)
        }
        _ => Err(format!("cannot be read: its document is {}", node.kind())),
    }
}

/// The text behind a URL-encoded one. Some tools decode documents by themselves and keep them as
/// text, which then begins with a brace that no encoder would have left.
fn decoded(text: &str) -> Option<String> {
    if text.trim_start().starts_with('{') {
        return Some(text.to_owned());
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return None;
                }
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

/// A policy of unknown content: it may allow or deny anything, and says why nobody can tell.
///
/// An Allow and a Deny of everything, both under an operator that IAM does not have: what such an
/// operator would do is unknown to the evaluator, so each leaves open what it could change, and the
/// operator's name is among what the decision needs.
pub(crate) fn unknown_policy(name: &str, why: &str) -> NamedPolicy {
    let statement = |effect| {
        let any = || Block { negated: false, patterns: vec!["*".to_owned()] };
        let base = OperatorBase::Unknown(why.to_owned());
        let operator = Operator { set: None, base, if_exists: false, written: None };
        Statement {
            sid: None,
            effect,
            principal: None,
            action: any(),
            resource: Some(any()),
            conditions: vec![Condition { operator, key: String::new(), values: Vec::new() }],
        }
    };
    let statements = vec![statement(Effect::Allow), statement(Effect::Deny)];
    let document = PolicyDocument { version: Some(Version::V2012), id: None, statements };
    NamedPolicy { name: name.into(), document: Arc::new(document) }
}

/// Why a policy's content is unknown, where it is.
pub(super) fn why_unknown(policy: &NamedPolicy) -> Option<&str> {
    let condition = policy.document.statements.first()?.conditions.first()?;
    match &condition.operator.base {
        // In a policy that somebody wrote, a condition has a key.
        OperatorBase::Unknown(why) if condition.key.is_empty() => Some(why),
        _ => None,
    }
}
