//! What a record leaves open, as the JSON of a column.
//!
//! `{"keys":{"sagemaker:VolumeKmsKeyArn":true},"families":{"aws:ResourceTag/":null}}`

use std::borrow::Cow;

use analyzer::OpenContext;
use iam_policy::{ContextValue, KeyValue};
use serde_json::{Map, Value};

/// What most rows hold.
const NOTHING: &str = r#"{"keys":{},"families":{}}"#;

/// The JSON of what a record leaves open.
#[must_use]
pub fn to_json(open: &OpenContext) -> Cow<'static, str> {
    if open.keys.is_empty() && open.families.is_empty() {
        return NOTHING.into();
    }
    let object = |entries: &[(String, ContextValue)]| {
        let members = entries.iter().map(|(name, value)| (name.clone(), to_value(value)));
        Value::Object(members.collect())
    };
    let members = [("keys", object(&open.keys)), ("families", object(&open.families))];
    let all = members.into_iter().map(|(name, value)| (name.to_owned(), value));
    Value::Object(all.collect()).to_string().into()
}

fn to_value(value: &ContextValue) -> Value {
    match value {
        ContextValue::Unknown => Value::Null,
        ContextValue::Present => Value::Bool(true),
        ContextValue::Absent => Value::Bool(false),
        ContextValue::Known(value) => Value::Array(vec![key_value(value)]),
        ContextValue::OneOf(candidates) => {
            let values = candidates.iter();
            Value::Array(
                values.map(|value| value.as_ref().map_or(Value::Null, key_value)).collect(),
            )
        }
    }
}

fn key_value(value: &KeyValue) -> Value {
    match value {
        KeyValue::One(text) => Value::String(text.clone()),
        KeyValue::Many(texts) => Value::Array(texts.iter().cloned().map(Value::String).collect()),
    }
}

/// What its JSON tells; `None` for any other text: it was not written by [`to_json`].
#[must_use]
pub fn from_json(text: &str) -> Option<OpenContext> {
    let value: Value = serde_json::from_str(text).ok()?;
    let entries = |name: &str| entries(value.get(name)?.as_object()?);
    Some(OpenContext { keys: entries("keys")?, families: entries("families")? })
}

fn entries(members: &Map<String, Value>) -> Option<Vec<(String, ContextValue)>> {
    let read = members.iter().map(|(name, value)| Some((name.clone(), from_value(value)?)));
    let mut entries: Vec<(String, ContextValue)> = read.collect::<Option<_>>()?;
    // As they are written, whatever order the reader keeps.
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    Some(entries)
}

fn from_value(value: &Value) -> Option<ContextValue> {
    Some(match value {
        Value::Null => ContextValue::Unknown,
        Value::Bool(true) => ContextValue::Present,
        Value::Bool(false) => ContextValue::Absent,
        Value::Array(candidates) => {
            let read = candidates.iter().map(|value| match value {
                Value::Null => Some(None),
                value => from_key_value(value).map(Some),
            });
            ContextValue::OneOf(read.collect::<Option<_>>()?)
        }
        Value::String(_) | Value::Number(_) | Value::Object(_) => return None,
    })
}

fn from_key_value(value: &Value) -> Option<KeyValue> {
    match value {
        Value::String(text) => Some(KeyValue::One(text.clone())),
        Value::Array(texts) => {
            let texts = texts.iter().map(|text| text.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().map(KeyValue::Many)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key_values() -> impl Strategy<Value = KeyValue> {
        let text = || "[a-z\"\\\\é]{0,4}";
        prop_oneof![
            text().prop_map(KeyValue::One),
            prop::collection::vec(text(), 0..3).prop_map(KeyValue::Many)
        ]
    }

    fn values() -> impl Strategy<Value = ContextValue> {
        prop_oneof![
            Just(ContextValue::Unknown),
            Just(ContextValue::Present),
            Just(ContextValue::Absent),
            prop::collection::vec(prop::option::of(key_values()), 0..3)
                .prop_map(ContextValue::OneOf),
        ]
    }

    fn open() -> impl Strategy<Value = OpenContext> {
        let entries = || prop::collection::btree_map("[a-z:/\"]{1,5}", values(), 0..4);
        (entries(), entries()).prop_map(|(keys, families)| OpenContext {
            keys: keys.into_iter().collect(),
            families: families.into_iter().collect(),
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(open in open()) {
            prop_assert_eq!(from_json(&to_json(&open)), Some(open));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "{}", r#"{"keys":{"a":1},"families":{}}"#, r#"{"keys":[],"families":{}}"#]
        {
            assert_eq!(from_json(text), None, "{text}");
        }
    }
}
