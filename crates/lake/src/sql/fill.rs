//! The names in double braces of views and queries.

use analyzer::{Code, Severity};
use chrono::{Days, NaiveDate};

use super::settings::{Engine, Place, Settings, quoted};
use crate::schema::Table;

/// Days that queries look back, where nobody says.
const WINDOW: u64 = 30;

/// Days before these that count as before.
const YEAR: u64 = 365;

/// Fills in what is named. What has another name stays, and is no SQL.
pub(super) fn fill(text: &str, settings: &Settings) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        filled.push_str(before);
        filled.push_str(&value(name, settings).unwrap_or_else(|| format!("{{{{{name}}}}}")));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

fn value(name: &str, settings: &Settings) -> Option<String> {
    let words: Vec<&str> = name.split(' ').collect();
    let value = match words.as_slice() {
        ["columns", table] => columns(table_of(table)?, ""),
        ["columns", table, alias] => columns(table_of(table)?, &format!("{alias}.")),
        ["names", table] => names(table_of(table)?),
        _ => return Some(plain(name, settings)).filter(|value| !value.is_empty()),
    };
    Some(value)
}

/// What depends on the settings alone.
fn plain(name: &str, settings: &Settings) -> String {
    match name {
        "database" => settings.database.to_string(),
        "from" => from(settings, 0),
        "a year before" => from(settings, YEAR),
        "to" => to(settings),
        "days" => days(settings),
        "expected places" => expected_places(settings),
        "principal matches" => matches("principal", settings.principal.as_deref()),
        "resource matches" => matches("r.resource", settings.resource.as_deref()),
        "passed to service" => passed_to_service(settings.engine),
        "off hours" => off_hours(settings.engine),
        "severity rank" => severity_rank(),
        "current call columns" => current_call_columns(),
        "greatest judgement" => greatest_judgement(),
        "is replaced" => is_replaced(),
        _ => String::new(),
    }
}

fn table_of(name: &str) -> Option<Table> {
    Table::ALL.into_iter().find(|table| table.as_str() == name)
}

fn columns(table: Table, alias: &str) -> String {
    let line = |name: &str| match alias {
        "" => format!("  {name}"),
        alias => format!("  {alias}{name} AS {name}"),
    };
    table.columns().iter().map(|column| line(column.name)).collect::<Vec<_>>().join(",\n")
}

fn names(table: Table) -> String {
    let names = table.columns().iter().map(|column| column.name);
    names.collect::<Vec<_>>().join(", ")
}

/// The columns of `calls` (`c`), where it says more those of `settled_calls` (`s`).
fn current_call_columns() -> String {
    let line = |name: &str| match name {
        "decision" | "deciding_layer" | "deciding_policy" | "deciding_statement"
        | "unknown_keys" => {
            format!("  CASE WHEN s.settles THEN s.{name} ELSE c.{name} END AS {name}")
        }
        "instance_types" => format!(
            "  CASE WHEN cardinality(s.{name}) > 0 THEN s.{name} ELSE c.{name} END AS {name}"
        ),
        name => format!("  c.{name} AS {name}"),
    };
    let lines = Table::Calls.columns().iter().map(|column| line(column.name));
    lines.collect::<Vec<_>>().join(",\n")
}

/// The order of `Provenance`, the greatest first: exact for versions such as `1.2.3`. Of several versions
/// that lead to one release the last by letter counts.
fn greatest_judgement() -> String {
    let number = |text: &str| format!("TRY_CAST({text} AS bigint) DESC NULLS LAST");
    let third = "split_part(split_part(engine, '.', 3), '-', 1)";
    let keys = [
        "revision DESC".to_owned(),
        number("split_part(engine, '.', 1)"),
        number("split_part(engine, '.', 2)"),
        number(third),
        // A release after what leads to it.
        "strpos(engine, '-')".to_owned(),
        "engine DESC".to_owned(),
        "verdict_hash DESC".to_owned(),
        "policy_set DESC".to_owned(),
    ];
    keys.join(", ")
}

/// The findings that a resolution takes back, as [`analyzer::resolve::is_replaced`] has it.
fn is_replaced() -> String {
    let codes = [Code::Undetermined, Code::BlockedAttempt].map(|code| quoted(code.as_str()));
    format!("f.code IN ({}) AND coalesce(f.decision, '') = 'Undetermined'", codes.join(", "))
}

fn severity_rank() -> String {
    let ranks = Severity::ALL.iter().rev().enumerate();
    let cases = ranks.map(|(rank, severity)| format!("WHEN '{}' THEN {rank}", severity.as_str()));
    format!("CASE severity {} END", cases.collect::<Vec<_>>().join(" "))
}

/// The first day, or some days before it.
fn from(settings: &Settings, before: u64) -> String {
    let back =
        |day: NaiveDate, days| day.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
    let window = WINDOW.saturating_add(before);
    match (settings.from, settings.to) {
        (Some(from), _) => literal(back(from, before)),
        (None, Some(to)) => literal(back(to, window)),
        (None, None) => today_minus(settings.engine, window),
    }
}

/// The last day.
fn to(settings: &Settings) -> String {
    match settings.to {
        Some(day) => literal(day.pred_opt().unwrap_or(day)),
        None => today_minus(settings.engine, 0),
    }
}

fn literal(day: NaiveDate) -> String {
    quoted(&day.to_string())
}

fn today_minus(engine: Engine, days: u64) -> String {
    match (engine, days) {
        (_, 0) => "CAST(current_date AS varchar)".to_owned(),
        (Engine::DuckDb, days) => format!("CAST(current_date - {days} AS varchar)"),
        (_, days) => format!("CAST(date_add('day', -{days}, current_date) AS varchar)"),
    }
}

fn days(settings: &Settings) -> String {
    let (from, to) = (from(settings, 0), to(settings));
    let series = match settings.engine {
        Engine::DuckDb => "generate_series",
        _ => "sequence",
    };
    format!(
        "  SELECT CAST(CAST(d.day AS date) AS varchar) AS dt\n  \
          FROM UNNEST(\n    \
            {series}(CAST({from} AS date), CAST({to} AS date), INTERVAL '1' DAY)\n  \
          ) AS d (day)"
    )
}

fn expected_places(settings: &Settings) -> String {
    if settings.expected.is_empty() {
        let (database, from, to) = (&settings.database, from(settings, YEAR), to(settings));
        return format!(
            "  SELECT DISTINCT account, region\n  FROM {database}.current_objects\n  \
              WHERE dt BETWEEN {from} AND {to} AND account IS NOT NULL AND region IS NOT NULL"
        );
    }
    let values = Place::values(&settings.expected);
    format!("  SELECT p.account, p.region\n  FROM (VALUES {values}) AS p (account, region)")
}

/// Whether a column is an ARN, in which `*` stands for anything.
fn matches(column: &str, wanted: Option<&str>) -> String {
    match wanted {
        None => format!("{column} = ?"),
        Some(text) if !text.contains('*') => format!("{column} = {}", quoted(text)),
        Some(text) => {
            let mut pattern = String::new();
            for character in text.chars() {
                match character {
                    '*' => pattern.push('%'),
                    '%' | '_' | '!' => pattern.extend(['!', character]),
                    other => pattern.push(other),
                }
            }
            format!("{column} LIKE {} ESCAPE '!'", quoted(&pattern))
        }
    }
}

fn passed_to_service(engine: Engine) -> String {
    match engine {
        Engine::DuckDb => "c.context['iam:PassedToService']".to_owned(),
        _ => "element_at(c.context, 'iam:PassedToService')".to_owned(),
    }
}

fn off_hours(engine: Engine) -> String {
    let day = match engine {
        Engine::DuckDb => "isodow",
        _ => "day_of_week",
    };
    format!("hour(event_time) < 6 OR hour(event_time) >= 20 OR {day}(event_time) >= 6")
}
