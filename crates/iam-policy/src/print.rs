//! Back to JSON, in one canonical form: `print(parse(text))` depends only on what the text means
//! to IAM's grammar, so its hash identifies a statement without a `Sid`.

use std::fmt::Write as _;

use crate::document::{Block, PolicyDocument, Statement};
use crate::principal::PrincipalBlock;

/// The document as compact JSON, elements in IAM's order, single values as single values.
#[must_use]
pub fn print(document: &PolicyDocument) -> String {
    let mut members = Vec::new();
    if let Some(version) = document.version {
        members.push(member("Version", &quote(version.as_str())));
    }
    if let Some(id) = &document.id {
        members.push(member("Id", &quote(id)));
    }
    let statements: Vec<String> = document.statements.iter().map(print_statement).collect();
    members.push(member("Statement", &format!("[{}]", statements.join(","))));
    format!("{{{}}}", members.join(","))
}

/// One statement in the same form.
#[must_use]
pub fn print_statement(statement: &Statement) -> String {
    let mut members = Vec::new();
    if let Some(sid) = &statement.sid {
        members.push(member("Sid", &quote(sid)));
    }
    members.push(member("Effect", &quote(statement.effect.as_str())));
    if let Some(principal) = &statement.principal {
        let name = if principal.negated { "NotPrincipal" } else { "Principal" };
        members.push(member(name, &print_principal(principal)));
    }
    members.push(print_block(&statement.action, "Action"));
    members.extend(statement.resource.iter().map(|block| print_block(block, "Resource")));
    if !statement.conditions.is_empty() {
        members.push(member("Condition", &print_conditions(statement)));
    }
    format!("{{{}}}", members.join(","))
}

fn member(name: &str, value: &str) -> String {
    format!("{}:{value}", quote(name))
}

fn print_block(block: &Block, element: &str) -> String {
    let twin = format!("Not{element}");
    member(if block.negated { &twin } else { element }, &list(&block.patterns))
}

fn print_principal(principal: &PrincipalBlock) -> String {
    if principal.entries.iter().any(|entry| entry.kind == "*") {
        return quote("*");
    }
    let groups = grouped(principal.entries.iter().map(|entry| (&entry.kind, &entry.value)));
    let members = groups.into_iter().map(|(kind, values)| member(kind, &list(&values)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn print_conditions(statement: &Statement) -> String {
    let mut operators: Vec<(String, Vec<String>)> = Vec::new();
    for condition in &statement.conditions {
        let name = condition.operator.to_string();
        let entry = member(&condition.key, &list(&condition.values));
        match operators.iter_mut().find(|(known, _)| *known == name) {
            Some((_, entries)) => entries.push(entry),
            None => operators.push((name, vec![entry])),
        }
    }
    let members = operators
        .into_iter()
        .map(|(name, entries)| member(&name, &format!("{{{}}}", entries.join(","))));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn grouped<'e>(
    entries: impl Iterator<Item = (&'e String, &'e String)>,
) -> Vec<(&'e String, Vec<String>)> {
    let mut groups: Vec<(&String, Vec<String>)> = Vec::new();
    for (kind, value) in entries {
        match groups.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, values)) => values.push(value.clone()),
            None => groups.push((kind, vec![value.clone()])),
        }
    }
    groups
}

fn list(texts: &[String]) -> String {
    match texts {
        [only] => quote(only),
        _ => {
            let quoted: Vec<String> = texts.iter().map(|text| quote(text)).collect();
            format!("[{}]", quoted.join(","))
        }
    }
}

/// Text from logs and policies, with everything a terminal would act on shown as an escape:
/// control characters, colour sequences, direction marks.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' => shown.push(character),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(shown, "{}", character.escape_debug());
            }
        }
    }
    shown
}

/// A JSON string. Everything outside printable ASCII is escaped, so that what is printed can be
/// read back by IAM and looked at in a terminal.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().saturating_add(2));
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' => quoted.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Dialect, parse};

    #[test]
    fn what_is_printed_reads_back_as_the_same_document() {
        for text in [
            r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"A","Effect":"Allow","Action":["s3:*","ec2:*"],"Resource":["*"],"Condition":{"StringEquals":{"a":"b","c":["d","é"]},"Null":{"e":true}}}]}"#,
            r#"{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["a","b"],"Service":"c"},"NotAction":"s3:*","NotResource":"x"}}"#,
            r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Condition":{"StringEquals":{"k":[]}}}}"#,
        ] {
            let document = parse(text, Dialect::Lenient).unwrap();
            let printed = print(&document);
            assert_eq!(parse(&printed, Dialect::Lenient).unwrap(), document, "{printed}");
            assert_eq!(print(&parse(&printed, Dialect::Lenient).unwrap()), printed);
        }
    }

    #[test]
    fn strings_are_escaped_to_printable_ascii() {
        assert_eq!(quote("a\"\\\n\u{1b}é😀"), r#""a\"\\\n\u001b\u00e9\ud83d\ude00""#);
    }
}
