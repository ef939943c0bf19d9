//! The lake in SQL: tables, views and named queries, for Athena, Trino and DuckDB.
//!
//! Tables are made from the columns of the schema, with one partition key, a date that is projected
//! rather than crawled. Views do to rows what a merge does to files, so that a query is right before
//! files are merged, while they are, and after. A day that is one merged file is read as it is, so that
//! every condition reaches the file; of other days the windows are partitioned by day, account, region
//! and event, so that conditions on these do. Queries read views alone.
//!
//! The texts of views and queries stand in `views/` and `queries/`, in the dialect of Athena (Trino),
//! which other engines read too but for a few spots. These, and what is known of the schema, are named
//! in double braces and filled in here.
//!
//! ```
//! use lake::sql::{self, Settings};
//!
//! let settings = Settings::default();
//! let coverage = sql::queries(&settings).into_iter().find(|query| query.name == "coverage").unwrap();
//! assert_eq!(coverage.title, "Coverage and conservation per account, region and day");
//! assert!(coverage.text.contains("FROM driftline.current_objects"));
//! ```

mod fill;
mod settings;
mod tables;

pub use settings::{Database, Engine, Location, Place, Settings, SettingsError};
pub use tables::{hive_type, tables};

/// A statement, with a name and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The table, view or query.
    pub name: &'static str,
    /// What it gives, in a few words.
    pub title: String,
    /// What there is to know about it.
    pub about: String,
    /// The statement, without a semicolon.
    pub text: String,
}

/// Views, each after those it reads.
const VIEWS: [(&str, &str); 8] = [
    ("day_files", include_str!("../views/day_files.sql")),
    ("judged_calls", include_str!("../views/judged_calls.sql")),
    ("settled_calls", include_str!("../views/settled_calls.sql")),
    ("current_calls", include_str!("../views/current_calls.sql")),
    ("current_findings", include_str!("../views/current_findings.sql")),
    ("current_facts", include_str!("../views/current_facts.sql")),
    ("current_objects", include_str!("../views/current_objects.sql")),
    ("current_usage", include_str!("../views/current_usage.sql")),
];

macro_rules! queries {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../queries/", $name, ".sql")))),*]
    };
}

/// Queries, in the order in which somebody new to a lake would ask.
const QUERIES: [(&str, &str); 19] = queries![
    "findings_by_code",
    "violations_by_principal_and_day",
    "disallowed_instance_types",
    "network_keys_isolation",
    "passed_roles",
    "standing_against_policy",
    "tightening_backlog",
    "unused_permissions",
    "missing_grants",
    "blocked_attempts",
    "undetermined",
    "coverage",
    "coverage_gaps",
    "conflicting_events",
    "first_seen_actions",
    "new_regions",
    "off_hours",
    "principal_timeline",
    "resource_history",
];

/// The views, each after those it reads. Readers want `current_calls`, `current_findings`,
/// `current_facts`, `current_objects` and `current_usage`.
#[must_use]
pub fn views(settings: &Settings) -> Vec<Statement> {
    let views = VIEWS.into_iter().map(|(name, text)| {
        let mut view = statement(name, text, settings);
        let database = &settings.database;
        view.text = format!("CREATE OR REPLACE VIEW {database}.{name} AS\n{}", view.text);
        view
    });
    views.collect()
}

/// The named queries.
///
/// Principal and resource that are not set are execution parameters: `?`.
#[must_use]
pub fn queries(settings: &Settings) -> Vec<Statement> {
    QUERIES.into_iter().map(|(name, text)| statement(name, text, settings)).collect()
}

/// The statement of a file: lines of comment, of which the first is the title, then the text.
fn statement(name: &'static str, file: &str, settings: &Settings) -> Statement {
    let comments = file.lines().map_while(|line| line.strip_prefix("--"));
    let comments: Vec<&str> = comments.map(str::trim).collect();
    let (title, about) = comments.split_first().unwrap_or((&"", &[]));
    let text: Vec<&str> = file.lines().skip(comments.len()).collect();
    Statement {
        name,
        title: title.trim_end_matches('.').to_owned(),
        about: about.join(" "),
        text: fill::fill(text.join("\n").trim(), settings),
    }
}

#[cfg(test)]
mod tests;
