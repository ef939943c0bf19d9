//! Complete cases for a case that leaves something open: a small domain for each unknown.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::context::{Context, texts};
use crate::glob::Piece;
use crate::operator::{Base, Operator};
use crate::trust;
use crate::variables::expand;

/// No more cases than this for one that leaves something open.
const LIMIT: usize = 500;

/// A value that no policy names, and resources that only wildcards match.
const UNNAMED: &str = "zz-unnamed";
const UNNAMED_RESOURCES: [&str; 3] = [
    "arn:aws:iam::111122223333:role/zz-unnamed",
    "arn:aws:zz:eu-west-1:111122223333:zz/unnamed",
    "arn:other:zz:zz:444455556666:zz/unnamed",
];

/// The complete cases over a small domain for each key in `unknown`: the key is absent, or has a
/// value that some policy compares it with (or one beside it), or one that none names; a key that a
/// set qualifier stands before has lists of up to two of these. For `"resource"`, what each pattern
/// matches, and resources that none names.
///
/// At most 500, spread evenly over all combinations.
#[must_use]
pub fn completions(case: &Value) -> Vec<Value> {
    let unknown = case.get("unknown").and_then(|keys| texts(keys).ok()).unwrap_or_default();
    let domains: Vec<Vec<Change>> = unknown
        .iter()
        .map(|key| if key == "resource" { resources(case) } else { values(case, key) })
        .collect();
    let total = domains.iter().fold(1_usize, |total, one| total.saturating_mul(one.len()));
    let count = total.min(LIMIT);
    (0..count)
        .filter_map(|index| {
            // The `index`th of `count` combinations spread evenly over all of them.
            let mut place = u128::try_from(index).ok()?;
            place = place.checked_mul(u128::try_from(total).ok()?)?;
            place = place.checked_div(u128::try_from(count).ok()?)?;
            combine(case, &domains, usize::try_from(place).ok()?)
        })
        .collect()
}

/// One way to settle one unknown.
#[derive(Clone, Debug)]
enum Change {
    Absent,
    Key(String, Value),
    Resource(String),
}

/// The combination at a place, counting as in a number with one digit for each domain.
fn combine(case: &Value, domains: &[Vec<Change>], mut place: usize) -> Option<Value> {
    let mut case = case.clone();
    let members = case.as_object_mut()?;
    members.remove("unknown");
    for domain in domains {
        match domain.get(place.checked_rem(domain.len())?)? {
            Change::Absent => {}
            Change::Key(key, value) => {
                let context = members.entry("context").or_insert_with(|| json!({}));
                context.as_object_mut()?.insert(key.clone(), value.clone());
            }
            Change::Resource(arn) => {
                members.insert("resource".to_owned(), json!(arn));
            }
        }
        place = place.checked_div(domain.len())?;
    }
    Some(case)
}

fn resources(case: &Value) -> Vec<Change> {
    let context = context(case);
    let mut arns: BTreeSet<String> = UNNAMED_RESOURCES.map(str::to_owned).into();
    // What the case has there says nothing, and is as good as any other.
    arns.extend(case.get("resource").and_then(Value::as_str).map(str::to_owned));
    for statement in statements(case) {
        for member in ["Resource", "NotResource"] {
            let patterns = statement.get(member).and_then(|value| texts(value).ok());
            for pattern in patterns.unwrap_or_default() {
                let instances = instances(&pattern, &context);
                arns.extend(instances.into_iter().filter(|arn| arn.split(':').count() >= 6));
            }
        }
    }
    if case.get("action").and_then(Value::as_str).is_some_and(trust::is_of_roles) {
        arns.retain(|arn| trust::is_role(arn));
    }
    arns.into_iter().map(Change::Resource).collect()
}

fn values(case: &Value, key: &str) -> Vec<Change> {
    let (context, lower) = (context(case), key.to_lowercase());
    let mut texts_of = BTreeSet::from([UNNAMED.to_owned()]);
    let mut several = lower == "aws:tagkeys";
    for statement in statements(case) {
        for (operator, wanted) in comparisons(statement, &lower) {
            several |= operator.set.is_some();
            for text in wanted {
                texts_of.extend(beside(operator.base, &text, &context));
            }
        }
    }
    if case.to_string().to_lowercase().contains(&format!("${{{lower}")) {
        texts_of.extend(what_variables_may_be(case));
    }
    let mut changes = vec![Change::Absent];
    changes.extend(texts_of.iter().map(|text| Change::Key(key.to_owned(), json!(text))));
    if several {
        let mut lists = vec![json!([])];
        lists.extend(texts_of.iter().map(|text| json!([text])));
        for first in &texts_of {
            lists.extend(texts_of.iter().filter(|next| *next > first).map(|n| json!([first, n])));
        }
        changes.extend(lists.into_iter().map(|list| Change::Key(key.to_owned(), list)));
    }
    changes
}

/// Values at which a comparison may turn.
fn beside(base: Base, text: &str, context: &Context) -> Vec<String> {
    let and = |others: &[&str]| {
        let others = others.iter().map(|text| (*text).to_owned());
        others.chain([text.to_owned()]).collect()
    };
    match base {
        Base::Numeric(_) => and(&["-1000000", "1000000"]),
        Base::Date(_) => and(&["1971-01-01T00:00:00Z", "2099-01-01T00:00:00Z"]),
        Base::Ip => {
            let address = text.split('/').next().unwrap_or_default();
            vec![address.to_owned(), "203.0.113.99".to_owned(), "2001:db8:ffff::9".to_owned()]
        }
        Base::Bool => vec!["true".to_owned(), "false".to_owned()],
        Base::Null => Vec::new(),
        Base::Binary => and(&[]),
        Base::StringEquals | Base::StringEqualsIgnoreCase => {
            let mut all = instances(text, context);
            all.push(text.to_owned());
            all
        }
        Base::StringLike | Base::Arn => instances(text, context),
    }
}

/// Two texts that a pattern matches: its `*` is nothing, or one letter.
fn instances(text: &str, context: &Context) -> Vec<String> {
    let Some(pattern) = expand(text, true, context) else { return Vec::new() };
    ["", "x"]
        .into_iter()
        .map(|run| {
            let mut text = String::new();
            for piece in &pattern {
                match piece {
                    Piece::Char(letter) => text.push(*letter),
                    Piece::One => text.push('x'),
                    Piece::Many => text.push_str(run),
                }
            }
            text
        })
        .collect()
}

/// What the text around a variable may make of it: other keys' values, and parts of the resource.
fn what_variables_may_be(case: &Value) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(keys) = case.get("context").and_then(Value::as_object) {
        all.extend(keys.values().filter_map(Value::as_str).map(str::to_owned));
    }
    if let Some(resource) = case.get("resource").and_then(Value::as_str) {
        all.extend(resource.split([':', '/']).map(str::to_owned));
    }
    all
}

fn context(case: &Value) -> Context {
    Context::read(case.get("context")).unwrap_or_default()
}

fn comparisons(statement: &Value, lower: &str) -> Vec<(Operator, Vec<String>)> {
    let mut all = Vec::new();
    let blocks = statement.get("Condition").and_then(Value::as_object);
    for (name, keys) in blocks.into_iter().flatten() {
        let (Ok(operator), Some(keys)) = (Operator::read(name), keys.as_object()) else { continue };
        for (_, values) in keys.iter().filter(|(key, _)| key.to_lowercase() == lower) {
            all.push((operator, texts(values).unwrap_or_default()));
        }
    }
    all
}

/// Every object with an `Effect` in the case.
fn statements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(members) if members.contains_key("Effect") => vec![value],
        Value::Object(members) => members.values().flat_map(statements).collect(),
        Value::Array(list) => list.iter().flat_map(statements).collect(),
        _ => Vec::new(),
    }
}
