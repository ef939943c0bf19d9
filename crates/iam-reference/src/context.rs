//! The condition keys of a request.
//!
//! Names fold case, a tag's name after the slash too; values do not.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>

use std::collections::BTreeMap;

use serde_json::Value;

/// What a request says for one key.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// The key takes one value.
    Single(String),
    /// The key takes several, here one or more.
    List(Vec<String>),
}

/// All keys of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context(BTreeMap<String, Found>);

impl Context {
    /// Reads the `context` of a case.
    pub(crate) fn read(value: Option<&Value>) -> Result<Self, String> {
        let mut keys = BTreeMap::new();
        let Some(value) = value else { return Ok(Self(keys)) };
        for (name, value) in value.as_object().ok_or("`context` is not an object")? {
            let found = match value {
                Value::Array(list) => {
                    Found::List(list.iter().map(text).collect::<Result<Vec<_>, _>>()?)
                }
                one => Found::Single(text(one)?),
            };
            if keys.insert(name.to_lowercase(), found).is_some() {
                return Err(format!("`{name}` is there twice"));
            }
        }
        Ok(Self(keys))
    }

    /// The value of a key; a key with an empty list is one that is missing.
    pub(crate) fn get(&self, name: &str) -> Option<&Found> {
        match self.0.get(&name.to_lowercase()) {
            Some(Found::List(list)) if list.is_empty() => None,
            found => found,
        }
    }
}

/// A text, number or truth value as the text that is compared.
pub(crate) fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        other => Err(format!("`{other}` is no value")),
    }
}

/// One text or a list of them, as IAM allows nearly everywhere.
pub(crate) fn texts(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::Array(list) => list.iter().map(text).collect(),
        one => Ok(vec![text(one)?]),
    }
}
