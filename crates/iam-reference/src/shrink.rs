//! From a long case to a short one.

use serde_json::Value;

/// The case without whatever can be left out while `still_fails` says it fails.
///
/// Layers go first, then policies, statements, conditions, values and context keys.
#[must_use]
pub fn shrink(mut case: Value, still_fails: &dyn Fn(&Value) -> bool) -> Value {
    while let Some(smaller) = smaller(&case).into_iter().find(|smaller| still_fails(smaller)) {
        case = smaller;
    }
    case
}

/// The case with one thing left out, in every way, the large things first.
fn smaller(case: &Value) -> Vec<Value> {
    let mut places = Vec::new();
    collect(case, "", &mut places);
    places.sort_by_key(|place| place.matches('/').count());
    places.iter().filter_map(|place| without(case, place)).collect()
}

/// The place of everything in a value, as JSON pointers.
fn collect(value: &Value, place: &str, places: &mut Vec<String>) {
    let mut add = |name: &str, inner: &Value| {
        let place = format!("{place}/{name}");
        places.push(place.clone());
        collect(inner, &place, places);
    };
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, inner)| add(&name.replace('~', "~0").replace('/', "~1"), inner)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, inner)| add(&index.to_string(), inner));
        }
        _ => {}
    }
}

fn without(case: &Value, place: &str) -> Option<Value> {
    let (parent, name) = place.rsplit_once('/')?;
    let mut case = case.clone();
    match case.pointer_mut(parent)? {
        Value::Object(members) => {
            members.remove(&name.replace("~1", "/").replace("~0", "~"))?;
        }
        Value::Array(list) => {
            let index = name.parse().ok().filter(|index| *index < list.len())?;
            list.remove(index);
        }
        _ => return None,
    }
    Some(case)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::shrink;

    #[test]
    fn what_the_failure_needs_is_kept() {
        let case = json!({"a": [1, 2, {"b/c": 3, "d": 4}], "e": 5});
        let small =
            shrink(case, &|case| case.pointer("/a").is_some_and(|a| a.to_string().contains("b/c")));
        assert_eq!(small, json!({"a": [{"b/c": 3}]}));
    }
}
