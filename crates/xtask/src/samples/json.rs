//! JSON whose members keep the order they were written in.
//!
//! CloudTrail and IAM files have an order readers are used to. `serde_json` keeps it only with its
//! feature `preserve_order`, which would change the maps of every other crate of the workspace.

use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// An object literal: `object! { "name": value, … }`.
macro_rules! object {
    ($($name:literal : $value:expr),* $(,)?) => {
        $crate::samples::json::Json::Object(vec![
            $(($name.to_owned(), $crate::samples::json::Json::from($value))),*
        ])
    };
}
pub(super) use object;

impl Json {
    /// The object with one more member, or as it is when there is no value.
    pub(super) fn with(mut self, name: &str, value: Option<impl Into<Self>>) -> Self {
        if let (Self::Object(members), Some(value)) = (&mut self, value) {
            members.push((name.to_owned(), value.into()));
        }
        self
    }

    /// The object with another value for one of its members.
    pub(super) fn replace(mut self, name: &str, value: impl Into<Self>) -> Self {
        if let Self::Object(members) = &mut self
            && let Some((_, old)) = members.iter_mut().find(|(member, _)| member == name)
        {
            *old = value.into();
        }
        self
    }

    /// The value of a member of an object.
    pub(super) fn member(self, name: &str) -> Option<Self> {
        let Self::Object(members) = self else { return None };
        members.into_iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The text of a JSON file for people: two spaces a level, line feed at the end.
    pub(super) fn pretty(&self) -> String {
        let mut text = String::new();
        self.write_pretty(0, &mut text);
        text.push('\n');
        text
    }

    fn write_pretty(&self, depth: usize, text: &mut String) {
        match self {
            Self::List(items) if !items.is_empty() => {
                let items = items.iter().map(|item| (String::new(), item));
                write_block(('[', ']'), items, depth, text);
            }
            Self::Object(members) if !members.is_empty() => {
                let members = members.iter().map(|(name, value)| (quoted(name) + ": ", value));
                write_block(('{', '}'), members, depth, text);
            }
            flat => text.push_str(&flat.to_string()),
        }
    }
}

fn write_block<'a>(
    (open, close): (char, char),
    entries: impl Iterator<Item = (String, &'a Json)>,
    depth: usize,
    text: &mut String,
) {
    let inner = depth.saturating_add(1);
    text.push(open);
    for (index, (prefix, value)) in entries.enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(inner));
        text.push_str(&prefix);
        value.write_pretty(inner, text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Compact, as CloudTrail delivers it.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(&quoted(value)),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}{}:{value}", if index == 0 { "" } else { "," }, quoted(name))?;
                }
                f.write_str("}")
            }
        }
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// What a bare number in `object!` is.
impl From<i32> for Json {
    fn from(value: i32) -> Self {
        Self::Number(value.into())
    }
}

impl From<u64> for Json {
    fn from(value: u64) -> Self {
        Self::Number(value.try_into().unwrap_or(i64::MAX))
    }
}

impl From<usize> for Json {
    fn from(value: usize) -> Self {
        Self::Number(value.try_into().unwrap_or(i64::MAX))
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Json {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}
