//! Lints for code scanning: SARIF 2.1.0, as GitHub takes it.
//!
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use std::path::Path;

use iam_policy::lint::{Fix, Lint, RULES, Rule};
use serde_json::{Value, json};

use super::Linted;
use crate::output::visible_json;

pub(super) fn render(linted: &[Linted]) -> serde_json::Result<String> {
    let results = linted.iter().flat_map(|file| {
        let uri = uri(&file.name);
        file.lints.iter().map(move |lint| result(&uri, lint))
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "driftline",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    Ok(visible_json(&serde_json::to_string_pretty(&log)?) + "\n")
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "name": pascal_case(rule.name),
        "shortDescription": {"text": rule.summary()},
        "fullDescription": {"text": rule.summary()},
        "help": {"text": rule.page(), "markdown": rule.page()},
        "helpUri": rule.aws_page(),
        "properties": {"tags": ["security", "iam"]},
    })
}

fn result(uri: &str, lint: &Lint) -> Value {
    let text = match &lint.help {
        Some(help) => format!("{}\n{help}", lint.message),
        None => lint.message.clone(),
    };
    let mut result = json!({
        "ruleId": lint.code,
        "ruleIndex": RULES.iter().position(|rule| rule.code == lint.code),
        "level": lint.severity.as_str(),
        "message": {"text": text},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri},
            "region": region((lint.line, lint.column), (lint.end_line, lint.end_column)),
        }}],
    });
    if let (Some(fix), Some(members)) = (&lint.fix, result.as_object_mut()) {
        members.insert("fixes".to_owned(), fixes(uri, lint, fix));
    }
    result
}

fn fixes(uri: &str, lint: &Lint, fix: &Fix) -> Value {
    let replacements = fix.edits.iter().map(|edit| {
        json!({
            "deletedRegion": region(edit.start, edit.end),
            "insertedContent": {"text": edit.replacement},
        })
    });
    json!([{
        "description": {"text": lint.help.as_ref().unwrap_or(&lint.message)},
        "artifactChanges": [{
            "artifactLocation": {"uri": uri},
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    }])
}

fn region(start: (usize, usize), end: (usize, usize)) -> Value {
    json!({"startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1})
}

fn pascal_case(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    };
    name.split('-').map(word).collect::<Vec<String>>().concat()
}

/// A path as a relative reference: from the working folder where it lies below it.
fn uri(name: &str) -> String {
    let path = Path::new(name);
    let here = std::env::current_dir().unwrap_or_default();
    let below = path.strip_prefix(&here).map(|path| path.display().to_string());
    let name = below.unwrap_or_else(|_| name.to_owned()).replace(std::path::MAIN_SEPARATOR, "/");
    let name = name.strip_prefix("./").unwrap_or(&name);
    let scheme = if name.starts_with('/') { "file://" } else { "" };
    let mut uri = scheme.to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_take_the_form_that_sarif_wants() {
        assert_eq!(pascal_case("not-a-policy"), "NotAPolicy");
        for (name, wanted) in [
            ("a/b c.json", "a/b%20c.json"),
            ("./a.json", "a.json"),
            ("/x/é:1.json", "file:///x/%C3%A9%3A1.json"),
            ("a\u{1b}.json", "a%1B.json"),
        ] {
            assert_eq!(uri(name), wanted);
        }
    }
}
