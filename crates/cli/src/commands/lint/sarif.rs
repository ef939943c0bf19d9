//! Lints for code scanning.

use analyzer::template::Places;
use iam_policy::lint::{Fix, Lint, RULES, Rule};
use serde_json::{Value, json};

use super::Linted;
use super::find::Inside;
use crate::sarif::{self, uri};

pub(super) fn render(linted: &[Linted]) -> serde_json::Result<String> {
    let results = linted.iter().flat_map(|file| {
        let uri = uri(&file.name);
        file.lints.iter().map(move |lint| result(&uri, file.inside.as_ref(), lint))
    });
    let rules = RULES.iter().map(|rule| descriptor(rule));
    sarif::log(rules.collect(), results.collect())
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

fn result(uri: &str, inside: Option<&Inside>, lint: &Lint) -> Value {
    let mut text = match &lint.help {
        Some(help) => format!("{}\n{help}", lint.message),
        None => lint.message.clone(),
    };
    let places = inside.map_or(Places::Template, |inside| inside.places);
    let file = json!({"uri": uri});
    let place = match places {
        Places::Template => {
            let region = region((lint.line, lint.column), (lint.end_line, lint.end_column));
            json!({"artifactLocation": file, "region": region})
        }
        Places::Lines => {
            let region = json!({"startLine": lint.line, "endLine": lint.end_line});
            json!({"artifactLocation": file, "region": region})
        }
        Places::Policy => {
            // The policy is text in a string of the file.
            text = format!("{text}\nat {}:{} of the policy", lint.line, lint.column);
            json!({"artifactLocation": file})
        }
    };
    let location = match inside {
        Some(Inside { address, .. }) => json!({
            "physicalLocation": place,
            "logicalLocations": [{"fullyQualifiedName": address}],
        }),
        None => json!({"physicalLocation": place}),
    };
    let mut result = json!({
        "ruleId": lint.code,
        "ruleIndex": RULES.iter().position(|rule| rule.code == lint.code),
        "level": lint.severity.as_str(),
        "message": {"text": text},
        "locations": [location],
    });
    let is_edit = places == Places::Template;
    if let (Some(fix), Some(members), true) = (&lint.fix, result.as_object_mut(), is_edit) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_take_the_form_that_sarif_wants() {
        assert_eq!(pascal_case("not-a-policy"), "NotAPolicy");
    }
}
