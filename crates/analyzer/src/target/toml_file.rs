//! A TOML file of the policy set's folder: read into its shape, faults with line and column.

use std::collections::BTreeMap;
use std::ops::Range;

use iam_policy::json::line_and_column;
use iam_policy::nearest;
use serde::de::DeserializeOwned;

use super::load::TargetFault;

/// The text of a file, and what it is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct TomlFile<'f> {
    name: &'static str,
    text: &'f str,
}

impl<'f> TomlFile<'f> {
    /// A file of the folder; without text where there is none of that name.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub(super) fn of(
        files: &'f BTreeMap<String, Vec<u8>>,
        name: &'static str,
    ) -> Result<Option<Self>, TargetFault> {
        let Some(bytes) = files.get(name) else { return Ok(None) };
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(Self { name, text })),
            Err(_) => Err(Self::absent(name).fault(0..0, "not UTF-8", None)),
        }
    }

    /// A file that is not there: its faults are at its beginning.
    pub(super) fn absent(name: &'static str) -> Self {
        Self { name, text: "" }
    }

    /// The file in its shape; `words` are those it may have, for "did you mean".
    pub(super) fn parse<T: DeserializeOwned>(&self, words: &[&str]) -> Result<T, TargetFault> {
        toml::from_str(self.text).map_err(|error| self.refused(&error, words))
    }

    fn refused(&self, error: &toml::de::Error, words: &[&str]) -> TargetFault {
        let message = in_words(error.message().lines().next().unwrap_or_default());
        let unknown = message.strip_prefix("unknown field `");
        let unknown = unknown.and_then(|rest| rest.split_once('`')).map(|(word, _)| word);
        let help = unknown.and_then(|word| nearest(word, words.iter().copied()));
        let help = help.map(|word| format!("did you mean `{word}`?"));
        self.fault(error.span().unwrap_or(0..0), message, help)
    }

    /// A fault at a place of the file.
    pub(super) fn fault(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) -> TargetFault {
        let (line, column) = line_and_column(self.text, span.start);
        let (file, message) = (self.name.to_owned(), message.into());
        TargetFault { file, line, column, message, help }
    }
}

/// A message of the TOML reader without names of Rust types.
fn in_words(message: &str) -> String {
    const WORDS: [(&str, &str); 8] = [
        ("expected u64", "expected a whole number"),
        ("expected i64", "expected a whole number"),
        ("expected a sequence", "expected a list"),
        ("expected a map", "expected a table"),
        ("invalid type: map", "found a table"),
        ("invalid type: sequence", "found a list"),
        ("invalid type: ", "found "),
        ("expected struct ", "expected a table, "),
    ];
    let mut text = message.to_owned();
    for (from, to) in WORDS {
        text = text.replace(from, to);
    }
    text
}
