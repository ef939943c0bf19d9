//! Lints for programs: `driftline.lint/1`.

use iam_policy::lint::{Edit, Fix, Lint};
use serde::Serialize;

use super::Linted;
use crate::output::visible_json;
use analyzer::template::Places;

#[derive(Serialize)]
struct Document<'l> {
    schema: &'static str,
    files: usize,
    lints: Vec<Row<'l>>,
}

#[derive(Serialize)]
struct Row<'l> {
    code: &'l str,
    name: &'l str,
    severity: &'l str,
    file: &'l str,
    /// Of a policy in a template, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<InsideRow<'l>>,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    pointer: &'l str,
    message: &'l str,
    help: Option<&'l str>,
    fix: Option<FixRow<'l>>,
}

#[derive(Serialize)]
struct InsideRow<'l> {
    address: &'l str,
    /// Whether lines are those of the file, rather than of the policy.
    lines_of_file: bool,
    /// Whether columns are, too.
    columns_of_file: bool,
}

#[derive(Serialize)]
struct FixRow<'l> {
    edits: Vec<EditRow<'l>>,
}

#[derive(Serialize)]
struct EditRow<'l> {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    replacement: &'l str,
}

pub(super) fn render(files: usize, linted: &[Linted]) -> serde_json::Result<String> {
    let rows = linted.iter().flat_map(|file| file.lints.iter().map(|lint| row(file, lint)));
    let document = Document { schema: "driftline.lint/1", files, lints: rows.collect() };
    Ok(visible_json(&serde_json::to_string_pretty(&document)?) + "\n")
}

fn row<'l>(linted: &'l Linted, lint: &'l Lint) -> Row<'l> {
    let inside = linted.inside.as_ref();
    Row {
        code: lint.code,
        name: lint.name,
        severity: lint.severity.as_str(),
        file: &linted.name,
        inside: inside.map(|inside| InsideRow {
            address: &inside.address,
            lines_of_file: inside.places != Places::Policy,
            columns_of_file: inside.places == Places::Template,
        }),
        line: lint.line,
        column: lint.column,
        end_line: lint.end_line,
        end_column: lint.end_column,
        pointer: &lint.pointer,
        message: &lint.message,
        help: lint.help.as_deref(),
        fix: lint.fix.as_ref().map(fix),
    }
}

fn fix(fix: &Fix) -> FixRow<'_> {
    FixRow { edits: fix.edits.iter().map(edit).collect() }
}

fn edit(edit: &Edit) -> EditRow<'_> {
    let Edit { start: (line, column), end: (end_line, end_column), replacement, .. } = edit;
    let (line, column, end_line, end_column) = (*line, *column, *end_line, *end_column);
    EditRow { line, column, end_line, end_column, replacement }
}
