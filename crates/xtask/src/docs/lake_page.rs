//! The page of the lake: its tables from the schema, its views and queries from their files.

use lake::sql::{self, Settings, Statement};
use lake::{ColumnType, Table};

/// What stands before the tables.
const INTRODUCTION: &str = include_str!("lake.md");

pub(super) fn page() -> String {
    let settings = Settings::default();
    let mut text = INTRODUCTION.to_owned();
    text.push_str("\n## Tables\n\n");
    for table in Table::ALL {
        text.push_str(&format!("- [`{table}`](#{table}): {}\n", lower(table.about())));
    }
    Table::ALL.into_iter().for_each(|table| text.push_str(&columns(table)));
    text.push_str("\n## Views\n\nIn the order in which they are made: each reads some of those before it.\n\n");
    text.push_str(&statements(&sql::views(&settings)));
    text.push_str(
        "\n## Queries\n\n`driftline sql --query NAME` prints one. All are about days from `--from` to \
         before `--to`, else the last\n30, and read views alone.\n\n",
    );
    text.push_str(&statements(&sql::queries(&settings)));
    text
}

fn columns(table: Table) -> String {
    let (about, version) = (table.about(), table.schema_name());
    let mut text = format!(
        "\n### {table}\n\n{about} Version `{version}`.\n\n| column | type | meaning |\n| --- | --- | --- |\n"
    );
    for column in table.columns() {
        let null = if column.nullable { ", may be null" } else { "" };
        text.push_str(&format!(
            "| `{}` | {}{null} | {} |\n",
            column.name,
            kind(column.kind),
            column.about
        ));
    }
    text
}

/// The type, for a page.
fn kind(kind: ColumnType) -> String {
    sql::hive_type(kind).replace(',', ", ").replace('<', "&lt;").replace('>', "&gt;")
}

fn statements(statements: &[Statement]) -> String {
    let mut text = "| name | what | more |\n| --- | --- | --- |\n".to_owned();
    for Statement { name, title, about, .. } in statements {
        text.push_str(&format!("| `{name}` | {title} | {about} |\n"));
    }
    text
}

fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(char::to_lowercase);
    first.into_iter().flatten().chain(letters).collect()
}
