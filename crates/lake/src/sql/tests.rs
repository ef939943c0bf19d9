use std::collections::BTreeSet;

use analyzer::resolve::is_replaced;
use analyzer::{Code, Finding};
use iam_policy::Decision;

use super::*;
use crate::tests::samples::finding;

fn everything(settings: &Settings) -> Vec<Statement> {
    [tables(settings), views(settings), queries(settings)].concat()
}

fn with_engine(engine: Engine) -> Settings {
    Settings { engine, ..Settings::default() }
}

fn named(statements: Vec<Statement>, name: &str) -> String {
    statements.into_iter().find(|statement| statement.name == name).unwrap().text
}

#[test]
fn every_statement_is_filled_in_and_told_of() {
    for engine in [Engine::Athena, Engine::Trino, Engine::DuckDb] {
        let statements = everything(&with_engine(engine));
        for Statement { name, title, about, text } in &statements {
            assert!(!text.contains("{{") && !text.contains("}}"), "{name}: {text}");
            assert!(!text.lines().any(|line| line.ends_with(';')), "{name}: {text}");
            assert!(!text.contains("--"), "{name}: {text}");
            assert!(title.chars().next().is_some_and(char::is_uppercase), "{name}: {title}");
            assert!(about.is_empty() || about.ends_with('.'), "{name}: {about}");
            assert!(text.contains("driftline"), "{name} is of no database");
        }
        let names: BTreeSet<&str> = statements.iter().map(|statement| statement.name).collect();
        assert_eq!(names.len(), statements.len());
    }
}

/// Each file in the folders is a view or a query, and none is forgotten.
#[test]
#[expect(clippy::disallowed_methods, reason = "the files are what is tested")]
fn no_file_is_left_out() {
    for (folder, known) in [("views", VIEWS.len()), ("queries", QUERIES.len())] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        assert_eq!(std::fs::read_dir(path).unwrap().count(), known, "{folder}");
    }
}

/// Windows reach no further than a day: conditions on days decide which files are read.
#[test]
fn views_are_windowed_by_day() {
    for view in views(&Settings::default()) {
        let words: Vec<&str> = view.text.split_whitespace().collect();
        let windows = words.windows(3).filter(|words| words[..2] == ["PARTITION", "BY"]);
        for window in windows {
            let first = window[2].trim_start_matches("c.");
            assert!(first.starts_with("dt"), "{}: {window:?}", view.name);
        }
    }
}

#[test]
fn definitions_are_promises() {
    let athena = Settings::default();
    insta::assert_snapshot!("athena_table", named(tables(&athena), "findings"));
    insta::assert_snapshot!("athena_view", named(views(&athena), "judged_calls"));
    insta::assert_snapshot!("trino_table", named(tables(&with_engine(Engine::Trino)), "objects"));
    insta::assert_snapshot!("duckdb_table", named(tables(&with_engine(Engine::DuckDb)), "objects"));
}

/// The Glue catalog takes no longer comments, and quotes must not end one.
#[test]
fn comments_fit() {
    for table in tables(&Settings::default()) {
        for (_, comment) in table.text.lines().filter_map(|line| line.split_once(" COMMENT '")) {
            let comment = comment.trim_end_matches([',', ')']).trim_end_matches('\'');
            assert!(comment.chars().count() <= 255, "{}: {comment}", table.name);
            assert!(!comment.replace("\\'", "").contains('\''), "{}: {comment}", table.name);
        }
    }
}

#[test]
fn windows_of_queries_are_days() {
    let day = |text: &str| Some(text.parse().unwrap());
    let mut settings =
        Settings { from: day("2026-05-01"), to: day("2026-06-01"), ..Settings::default() };
    let text = named(queries(&settings), "first_seen_actions");
    assert!(text.contains("dt BETWEEN '2025-05-01' AND '2026-05-31'"), "{text}");
    assert!(text.contains("HAVING min(dt) >= '2026-05-01'"), "{text}");
    settings.from = None;
    let text = named(queries(&settings), "findings_by_code");
    assert!(text.contains("dt BETWEEN '2026-05-02' AND '2026-05-31'"), "{text}");
    settings.to = None;
    let text = named(queries(&settings), "findings_by_code");
    let window = "dt BETWEEN CAST(date_add('day', -30, current_date) AS varchar) AND CAST(current_date AS varchar)";
    assert!(text.contains(window), "{text}");
}

#[test]
fn nobody_gets_out_of_quotes() {
    let hostile = "arn:aws:iam::1:role/a_b%'; DROP TABLE x; --*".to_owned();
    let settings = Settings { principal: Some(hostile), ..Settings::default() };
    let text = named(queries(&settings), "principal_timeline");
    let expected = "principal LIKE 'arn:aws:iam::1:role/a!_b!%''; DROP TABLE x; --%' ESCAPE '!'";
    assert!(text.contains(expected), "{text}");

    let settings = Settings { principal: Some("arn_1".to_owned()), ..Settings::default() };
    assert!(named(queries(&settings), "principal_timeline").contains("principal = 'arn_1'"));
    assert!(named(queries(&Settings::default()), "principal_timeline").contains("principal = ?"));
}

#[test]
fn settings_that_could_end_a_statement_are_refused() {
    for name in ["", "Drift", "a-b", "a b", "a;b", "1a", "a\"b", "_a"] {
        assert!(name.parse::<Database>().is_err(), "{name}");
    }
    for name in ["a", "drift_line2"] {
        assert_eq!(name.parse::<Database>().unwrap().to_string(), name);
    }
    for location in ["", "/", "s3://b/'x", "s3://b/*", "s3://b/x\n", "s3://b/${dt}", "a`b"] {
        assert!(location.parse::<Location>().is_err(), "{location}");
    }
    for location in ["s3://bucket/prefix/", "out/lake", "/data/lake", "a b"] {
        assert!(location.parse::<Location>().is_ok(), "{location}");
    }
    for place in ["", "111122223333", "1/eu-west-1", "111122223333/", "111122223333/EU'"] {
        assert!(place.parse::<Place>().is_err(), "{place}");
    }
    assert!("111122223333/us-gov-west-1".parse::<Place>().is_ok());
}

/// What the view takes back is what [`is_replaced`] says.
#[test]
fn the_same_findings_are_replaced() {
    let text = named(views(&Settings::default()), "current_findings");
    let condition = "f.code IN ('DRF203', 'DRF201') AND coalesce(f.decision, '') = 'Undetermined'";
    assert!(text.contains(condition), "{text}");
    let decisions = [None, Some(Decision::Allowed), Some(Decision::Undetermined)];
    for (code, decision) in Code::ALL.iter().flat_map(|code| decisions.map(|one| (*code, one))) {
        let one = Finding { decision, ..finding("e", code).finding };
        let listed = ["DRF203", "DRF201"].contains(&code.as_str());
        assert_eq!(
            is_replaced(&one),
            listed && decision == Some(Decision::Undetermined),
            "{code:?}"
        );
    }
}
