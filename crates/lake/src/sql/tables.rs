//! Definitions of tables, from the columns of the schema.

use super::Statement;
use super::settings::{Engine, Settings, quoted};
use crate::schema::{Column, ColumnType, Table};

/// What the Glue catalog takes of a comment, in characters.
const MAX_COMMENT: usize = 255;

/// What the partition key means.
const DT: &str = "Day (UTC) of the event; of objects, that of delivery.";

/// The tables. For DuckDB they are views over the files.
#[must_use]
pub fn tables(settings: &Settings) -> Vec<Statement> {
    let tables = Table::ALL.into_iter().map(|table| Statement {
        name: table.as_str(),
        title: table.about().trim_end_matches('.').to_owned(),
        about: String::new(),
        text: match settings.engine {
            Engine::Athena => athena(table, settings),
            Engine::Trino => trino(table, settings),
            Engine::DuckDb => duckdb(table, settings),
        },
    });
    tables.collect()
}

/// Days are projected: nobody has to crawl, and a file is seen as soon as it is there.
fn athena(table: Table, settings: &Settings) -> String {
    let columns = table.columns().iter().map(|column| {
        let (name, kind) = (column.name, hive_type(column.kind));
        format!("  `{name}` {kind} COMMENT {}", comment(column.about))
    });
    let columns: Vec<String> = columns.collect();
    let (database, folder) = (&settings.database, settings.folder(table));
    let first_day = settings.first_day;
    format!(
        "CREATE EXTERNAL TABLE IF NOT EXISTS `{database}`.`{table}` (\n{}\n)\n\
        COMMENT {}\n\
        PARTITIONED BY (`dt` string COMMENT {})\n\
        STORED AS PARQUET\n\
        LOCATION '{folder}/'\n\
        TBLPROPERTIES (\n  \
          'projection.enabled' = 'true',\n  \
          'projection.dt.type' = 'date',\n  \
          'projection.dt.format' = 'yyyy-MM-dd',\n  \
          'projection.dt.range' = '{first_day},NOW+1DAY',\n  \
          'storage.location.template' = '{folder}/dt=${{dt}}/',\n  \
          'parquet.compression' = 'ZSTD',\n  \
          'driftline.schema' = '{}'\n)",
        columns.join(",\n"),
        comment(table.about()),
        comment(DT),
        table.schema_name(),
    )
}

/// A comment in Hive's spelling, of what fits.
fn comment(about: &str) -> String {
    format!("'{}'", short(about).replace('\\', "\\\\").replace('\'', "\\'"))
}

/// As many of the first sentences, or of the first words, as fit.
fn short(about: &str) -> &str {
    if about.len() <= MAX_COMMENT {
        return about;
    }
    let ends = |end: &str| about.get(..MAX_COMMENT).and_then(|start| start.rfind(end));
    match (ends(". "), ends(" ")) {
        (Some(end), _) => about.get(..=end).unwrap_or(about),
        (None, Some(end)) => about.get(..end).unwrap_or(about),
        (None, None) => about,
    }
}

/// A type as Hive and Athena spell it.
#[must_use]
pub fn hive_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "string",
        ColumnType::Integer => "int",
        ColumnType::Long => "bigint",
        ColumnType::Boolean => "boolean",
        ColumnType::Timestamp => "timestamp",
        ColumnType::TextList => "array<string>",
        ColumnType::TextListMap => "map<string,array<string>>",
    }
}

fn trino(table: Table, settings: &Settings) -> String {
    let columns = table.columns().iter().map(|column| {
        let (name, kind) = (column.name, trino_type(column.kind));
        format!("  \"{name}\" {kind} COMMENT {}", quoted(column.about))
    });
    let columns: Vec<String> = columns.collect();
    let (database, folder) = (&settings.database, settings.folder(table));
    let first_day = settings.first_day;
    format!(
        "CREATE TABLE IF NOT EXISTS {database}.{table} (\n{},\n  \
          \"dt\" varchar COMMENT {} WITH (\n    \
            partition_projection_type = 'DATE',\n    \
            partition_projection_format = 'yyyy-MM-dd',\n    \
            partition_projection_range = ARRAY['{first_day}', 'NOW+1DAY']\n  )\n)\n\
        COMMENT {}\n\
        WITH (\n  \
          external_location = '{folder}',\n  \
          format = 'PARQUET',\n  \
          partitioned_by = ARRAY['dt'],\n  \
          partition_projection_enabled = true\n)",
        columns.join(",\n"),
        quoted(DT),
        quoted(table.about()),
    )
}

fn trino_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "varchar",
        ColumnType::Integer => "integer",
        ColumnType::Long => "bigint",
        ColumnType::Boolean => "boolean",
        ColumnType::Timestamp => "timestamp(3)",
        ColumnType::TextList => "array(varchar)",
        ColumnType::TextListMap => "map(varchar, array(varchar))",
    }
}

/// The file of a row, as Athena and Trino call it.
const PATH: &str = "\"$path\"";

/// Rows of no file come first: they give columns that old files lack. Then times lose their zone,
/// which is UTC, as in Athena: else hours and days would be those of whoever asks.
fn duckdb(table: Table, settings: &Settings) -> String {
    let columns = table.columns().iter().map(|column| {
        let (name, kind) = (column.name, duckdb_type(column.kind));
        format!("    CAST(NULL AS {kind}) AS \"{name}\"")
    });
    let path = format!("    CAST(NULL AS VARCHAR) AS {PATH}");
    let columns = columns.chain([path]).collect::<Vec<_>>().join(",\n");
    let is_time = |column: &&Column| column.kind == ColumnType::Timestamp;
    let times = table.columns().iter().filter(is_time).map(|column| {
        let name = column.name;
        format!("\"{name}\" AT TIME ZONE 'UTC' AS \"{name}\"")
    });
    let times = times.collect::<Vec<_>>().join(", ");
    let replaced = if times.is_empty() { String::new() } else { format!(" REPLACE ({times})") };
    let (database, folder) = (&settings.database, settings.folder(table));
    let files = format!(
        "\n  UNION ALL BY NAME\n  \
          SELECT * RENAME (filename AS {PATH}) FROM read_parquet(\n    \
            '{folder}/dt=*/*.parquet', hive_partitioning = true, hive_types = {{'dt': VARCHAR}},\n    \
            union_by_name = true, filename = true\n  )"
    );
    let files = if settings.empty.contains(&table) { "" } else { &files };
    format!(
        "CREATE OR REPLACE VIEW {database}.{table} AS\n\
        SELECT *{replaced}\nFROM (\n  SELECT\n{columns},\n    CAST(NULL AS VARCHAR) AS \"dt\"\n  \
          WHERE false{files}\n) AS every_file"
    )
}

fn duckdb_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "VARCHAR",
        ColumnType::Integer => "INTEGER",
        ColumnType::Long => "BIGINT",
        ColumnType::Boolean => "BOOLEAN",
        ColumnType::Timestamp => "TIMESTAMP WITH TIME ZONE",
        ColumnType::TextList => "VARCHAR[]",
        ColumnType::TextListMap => "MAP(VARCHAR, VARCHAR[])",
    }
}
