//! `driftline sql`: the lake in SQL, to standard output or as files.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use chrono::NaiveDate;
use lake::sql::{self, Engine, Settings, Statement};

use crate::args::{SqlArgs, SqlEngine};
use crate::exit_code::Exit;
use crate::files;
use crate::lake_reader::LakeReader;
use crate::output;

/// Why there is nothing to print.
#[derive(Debug, thiserror::Error)]
enum SqlError {
    #[error("there is no query `{0}`: `driftline sql --list` lists them")]
    NoQuery(String),
    #[error("--from {from} is not before --to {to}")]
    Window { from: NaiveDate, to: NaiveDate },
    #[error("the path of the lake is no text")]
    Path,
    #[error("--lake is for DuckDB: for others, --location says where they find the lake")]
    OtherEngine,
}

pub(crate) fn run(args: &SqlArgs) -> Result<Exit, Box<dyn Error>> {
    let settings = settings(args)?;
    if args.list {
        output::print(&list(&settings))?;
    } else if let Some(out) = &args.out {
        write(out, &settings)?;
    } else if args.query.is_empty() {
        let definitions = [sql::tables(&settings), sql::views(&settings)].concat();
        output::print(&(database(&settings) + &script(&definitions)))?;
    } else {
        output::print(&script(&named(&args.query, &settings)?))?;
    }
    Ok(Exit::Fine)
}

fn settings(args: &SqlArgs) -> Result<Settings, Box<dyn Error>> {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from >= to
    {
        return Err(SqlError::Window { from, to }.into());
    }
    let mut settings = Settings { database: args.database.parse()?, ..Settings::default() };
    settings.engine = match args.engine {
        Some(SqlEngine::Athena) => Engine::Athena,
        Some(SqlEngine::Trino) => Engine::Trino,
        Some(SqlEngine::Duckdb) => Engine::DuckDb,
        None if args.lake.is_some() => Engine::DuckDb,
        None => Engine::Athena,
    };
    settings.from = args.from;
    settings.to = args.to;
    settings.principal.clone_from(&args.principal);
    settings.resource.clone_from(&args.resource);
    settings.first_day = args.first_day.unwrap_or(settings.first_day);
    for place in &args.expect {
        settings.expected.push(place.parse()?);
    }
    if let Some(location) = &args.location {
        settings.location = location.parse()?;
    }
    match &args.lake {
        Some(folder) => in_folder(settings, folder),
        None => Ok(settings),
    }
}

/// Over a lake that is at hand: DuckDB wants to know which tables have no file yet.
fn in_folder(mut settings: Settings, folder: &Path) -> Result<Settings, Box<dyn Error>> {
    if settings.engine != Engine::DuckDb {
        return Err(SqlError::OtherEngine.into());
    }
    let lake = LakeReader::open(folder)?;
    settings.empty = lake.empty_tables()?;
    let root = lake.root().to_str().ok_or(SqlError::Path)?;
    settings.location = root.parse()?;
    Ok(settings)
}

fn named(names: &[String], settings: &Settings) -> Result<Vec<Statement>, SqlError> {
    let known = sql::queries(settings);
    let find = |name: &String| {
        let found = known.iter().find(|query| query.name == name).cloned();
        found.ok_or_else(|| SqlError::NoQuery(name.clone()))
    };
    names.iter().map(find).collect()
}

/// Creates the database. DuckDB calls it a schema, and Athena knows that word too.
fn database(settings: &Settings) -> String {
    format!("CREATE SCHEMA IF NOT EXISTS {};\n\n", settings.database)
}

fn script(statements: &[Statement]) -> String {
    statements.iter().map(text).collect::<Vec<_>>().join("\n")
}

/// A statement with its comments.
fn text(statement: &Statement) -> String {
    let Statement { name, title, about, text } = statement;
    let mut script = format!("-- {name}: {title}.\n");
    for line in wrapped(about) {
        // Writing to a string cannot fail.
        let _ = writeln!(script, "-- {line}");
    }
    script + text + ";\n"
}

/// Lines of so many characters at most, where words allow it.
fn wrapped(text: &str) -> Vec<String> {
    const WIDTH: usize = 97;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len().saturating_add(word.len()) < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn list(settings: &Settings) -> String {
    let mut text = String::new();
    for (heading, statements) in [
        ("Tables", sql::tables(settings)),
        ("Views", sql::views(settings)),
        ("Queries", sql::queries(settings)),
    ] {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{heading}");
        for Statement { name, title, .. } in statements {
            let _ = writeln!(text, "  {name:33}{title}");
        }
        text.push('\n');
    }
    text + "`driftline sql --query NAME` prints a query, `driftline sql` the definitions of tables and views.\n"
}

/// Writes a file per statement. Views have numbers: each reads some of those before it.
fn write(out: &Path, settings: &Settings) -> Result<(), Box<dyn Error>> {
    let (tables, views, queries) =
        (sql::tables(settings), sql::views(settings), sql::queries(settings));
    let tables = tables.iter().map(|table| (format!("tables/{}.sql", table.name), table));
    let numbered = (1..).zip(&views);
    let views = numbered.map(|(number, view)| (format!("views/{number}_{}.sql", view.name), view));
    let queries = queries.iter().map(|query| (format!("queries/{}.sql", query.name), query));
    let mut written = 0_usize;
    for (name, statement) in tables.chain(views).chain(queries) {
        files::write(&out.join(name), text(statement).as_bytes())?;
        written = written.saturating_add(1);
    }
    output::note(&format!("{written} files written to {}", out.display()));
    Ok(())
}
