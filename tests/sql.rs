//! `driftline sql` as a user types it. What the SQL gives is tested by `tests/sql`.

use std::collections::BTreeSet;

use crate::driftline::driftline;

fn printed(words: &[&str]) -> String {
    let run = driftline(&[&["sql"], words].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    run.stdout
}

fn refused(words: &[&str]) -> String {
    let run = driftline(&[&["sql"], words].concat());
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    run.stderr
}

#[test]
fn list() {
    insta::assert_snapshot!("sql_list", printed(&["--list"]));
}

#[test]
fn a_query_for_each_engine() {
    for engine in ["athena", "duckdb"] {
        let words = ["--engine", engine, "--query", "coverage_gaps", "--database", "audit"];
        let more = ["--from", "2026-05-01", "--to", "2026-05-31"];
        let expect = ["--expect", "111122223333/eu-west-1,444455556666/eu-west-1"];
        let text = printed(&[&words[..], &more, &expect].concat());
        insta::assert_snapshot!(format!("sql_query_{engine}"), text);
    }
}

#[test]
fn what_cannot_be_printed_is_refused() {
    assert!(refused(&["--query", "nothing"]).contains("driftline sql --list"));
    assert!(refused(&["--database", "x; DROP"]).contains("no name of a database"));
    assert!(refused(&["--location", "s3://b/'"]).contains("no place of a lake"));
    assert!(refused(&["--expect", "eu-west-1"]).contains("111122223333/eu-west-1"));
    assert!(refused(&["--from", "2026-05-02", "--to", "2026-05-02"]).contains("not before"));
    assert!(refused(&["--lake", "samples"]).contains("is no lake"));
    let lake = ["--lake", "tests/data/lake-1", "--engine", "athena"];
    assert!(refused(&lake).contains("--lake is for DuckDB"));
}

/// A file for each statement that is printed, with the same text.
#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("sql");
    let run = driftline(&["sql", "--out", &out.display().to_string()]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    let definitions = printed(&[]);
    let mut names = BTreeSet::new();
    for kind in ["tables", "views", "queries"] {
        for entry in std::fs::read_dir(out.join(kind)).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(kind == "queries" || definitions.contains(&text), "{}", path.display());
            names.insert(format!("{kind}/{}", path.file_name().unwrap().to_string_lossy()));
        }
    }
    assert!(names.contains("tables/calls.sql") && names.contains("views/1_day_files.sql"));
    assert!(names.contains("queries/undetermined.sql"), "{names:?}");
    assert!(run.stderr.contains(&format!("{} files", names.len())), "{}", run.stderr);
}
