//! For which engine, over which lake, about which days and whom.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use crate::batch::UNDATED;
use crate::schema::Table;

/// Who will read the SQL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// Amazon Athena, engine version 3.
    #[default]
    Athena,
    /// Trino, which Athena is made from, with the Hive connector.
    Trino,
    /// DuckDB.
    DuckDb,
}

/// What the statements are about. All of it is checked, so that none of it can end a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Who will read them.
    pub engine: Engine,
    /// The database that tables and views are in.
    pub database: Database,
    /// Where the lake is.
    pub location: Location,
    /// The first day that tables look at. Earlier ones would be there unseen.
    pub first_day: NaiveDate,
    /// The first day of queries; where there is none, 30 days before `to`, or before the query is run.
    pub from: Option<NaiveDate>,
    /// The day before which queries end; where there is none, the day they are run is the last.
    pub to: Option<NaiveDate>,
    /// The principal of `principal_timeline`.
    pub principal: Option<String>,
    /// The resource of `resource_history`.
    pub resource: Option<String>,
    /// The places of `coverage`; where there are none, all that the ledger names.
    pub expected: Vec<Place>,
    /// Tables of which the lake has no file, where the engine cannot do without: DuckDB.
    pub empty: Vec<Table>,
}

/// The name of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database(String);

/// An account and a region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    account: String,
    region: String,
}

/// Where a lake lies: `s3://bucket/prefix`, or a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location(String);

/// A setting that no statement can be made with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No name of a database.
    #[error("`{0}` is no name of a database: it has lower-case letters, digits and `_`")]
    Database(String),
    /// No place of a lake.
    #[error(
        "`{0}` is no place of a lake: control characters, quotes and glob characters cannot be"
    )]
    Location(String),
    /// No account and region.
    #[error("`{0}` is no ACCOUNT/REGION, such as 111122223333/eu-west-1")]
    Place(String),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            engine: Engine::default(),
            database: Database("driftline".to_owned()),
            location: Location("s3://amzn-s3-demo-bucket/driftline/lake".to_owned()),
            first_day: UNDATED,
            from: None,
            to: None,
            principal: None,
            resource: None,
            expected: Vec::new(),
            empty: Vec::new(),
        }
    }
}

impl Settings {
    /// Where the files of a table lie.
    pub(super) fn folder(&self, table: Table) -> String {
        format!("{}/{table}", self.location.0)
    }
}

impl FromStr for Database {
    type Err = SettingsError;

    fn from_str(name: &str) -> Result<Self, SettingsError> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !begins || name.len() > 128 || !name.chars().all(fits) {
            return Err(SettingsError::Database(name.to_owned()));
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Location {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let odd = |c: char| c.is_control() || "'\"`*?[]{}$;\\".contains(c);
        let trimmed = text.trim_end_matches('/');
        if trimmed.is_empty() || trimmed.contains(odd) {
            return Err(SettingsError::Location(text.to_owned()));
        }
        Ok(Self(trimmed.to_owned()))
    }
}

impl FromStr for Place {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let wrong = || SettingsError::Place(text.to_owned());
        let (account, region) = text.split_once('/').ok_or_else(wrong)?;
        let is_account = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_region = (3..=25).contains(&region.len()) && region.chars().all(fits);
        if !is_account || !is_region {
            return Err(wrong());
        }
        Ok(Self { account: account.to_owned(), region: region.to_owned() })
    }
}

impl Place {
    pub(super) fn values(places: &[Self]) -> String {
        let rows =
            places.iter().map(|Self { account, region }| format!("('{account}', '{region}')"));
        rows.collect::<Vec<_>>().join(", ")
    }
}

/// A text between quotes, which cannot end early. Control characters have no place in any of ours.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for character in text.chars().filter(|character| !character.is_control()) {
        match character {
            '\'' => quoted.push_str("''"),
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
}
