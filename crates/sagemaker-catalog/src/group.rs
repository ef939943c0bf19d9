//! Values that belong together because they stand in one element of a list.

use std::collections::BTreeMap;

use iam_policy::json::{Node, Value};

use crate::found::Found;
use crate::path::{ParameterPath, Presence, Step, members_named, presence};

/// What each of the asked paths found in one element, in the order the paths were given.
pub type Group<'n, 'a> = Vec<Option<Found<'n, 'a>>>;

/// Groups the finds of `paths` by the innermost list element (or map value) they stand in.
///
/// A condition key that takes one value meets requests that carry several: a file system per
/// channel, a model per variant, isolation per job definition. Values of one element belong
/// together, so each group becomes one request.
///
/// - One group per element that reaches at least one path; elements that reach none give none, also
///   where a missing member has a default. Ask for all paths of the action's keys at once, so that
///   some other member shows that the element is there.
/// - What is found outside the lists, or in an outer element, is repeated in each inner group.
/// - Lists beside each other give groups of their own, not their product.
/// - No element at all: one group of what was found outside lists, or none if nothing was.
/// - A path that finds two values in one element (two spellings of a member) is [`Found::Odd`].
///
/// A tag `{"key": "k", "value": ""}` gives the key and no value: there the empty string is meant.
///
/// ```
/// use sagemaker_catalog::{Found, ParameterPath, select_grouped};
///
/// let parameters = iam_policy::json::parse(r#"{"tags": [{"key": "team", "value": "ml"}, {"key": "cost"}]}"#)?;
/// let (key, value): (ParameterPath, ParameterPath) = ("tags[].key".parse()?, "tags[].value".parse()?);
/// let groups = select_grouped(&[&key, &value], &parameters);
/// assert_eq!(groups.len(), 2);
/// assert_eq!(groups[1][0].and_then(Found::text).as_deref(), Some("cost"));
/// assert_eq!(groups[1][1], None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn select_grouped<'n, 'a>(paths: &[&ParameterPath], root: &'n Node<'a>) -> Vec<Group<'n, 'a>> {
    let starts = paths.iter().enumerate().map(|(index, path)| Start { index, steps: path.steps() });
    let mut groups = Vec::new();
    fill_groups(starts, root, &vec![None; paths.len()], &mut groups);
    groups
}

/// What is left of one path from some node on.
#[derive(Clone, Copy)]
struct Start<'p> {
    index: usize,
    steps: &'p [Step],
}

/// A list (or map) met on the way, and the paths that go on inside its elements.
struct Inner<'p, 'n, 'a> {
    node: &'n Node<'a>,
    starts: Vec<Start<'p>>,
}

/// One element: what was found in it, and the lists inside it by their place in the text.
struct Scope<'p, 'n, 'a> {
    group: Group<'n, 'a>,
    found_here: bool,
    inner: BTreeMap<(usize, usize), Inner<'p, 'n, 'a>>,
}

fn fill_groups<'p, 'n, 'a>(
    starts: impl Iterator<Item = Start<'p>>,
    node: &'n Node<'a>,
    outer: &Group<'n, 'a>,
    groups: &mut Vec<Group<'n, 'a>>,
) {
    let mut scope = Scope { group: outer.clone(), found_here: false, inner: BTreeMap::new() };
    starts.for_each(|start| scope.follow(start, node));
    let before = groups.len();
    for list in scope.inner.values() {
        let mut fill = |element: &'n Node<'a>| {
            fill_groups(list.starts.iter().copied(), element, &scope.group, groups);
        };
        list.node.elements().iter().for_each(&mut fill);
        list.node.members().iter().map(|member| &member.node).for_each(&mut fill);
    }
    if groups.len() == before && scope.found_here {
        groups.push(scope.group);
    }
}

impl<'p, 'n, 'a> Scope<'p, 'n, 'a> {
    fn follow(&mut self, start: Start<'p>, node: &'n Node<'a>) {
        match presence(node) {
            Presence::Absent => return,
            Presence::Hidden => return self.add(start.index, Found::Hidden),
            Presence::Present => {}
        }
        let Some((step, rest)) = start.steps.split_first() else {
            return self.add(start.index, Found::Node(node));
        };
        let next = Start { steps: rest, ..start };
        match (step, &node.value) {
            (Step::Member(name), Value::Object(_)) => {
                members_named(node, name).for_each(|member| self.follow(next, member));
            }
            (Step::Each, Value::Array(_)) | (Step::Values, Value::Object(_)) => {
                self.enter_later(next, node);
            }
            _ => self.add(start.index, Found::Odd),
        }
    }

    fn add(&mut self, index: usize, found: Found<'n, 'a>) {
        self.found_here = true;
        if let Some(slot) = self.group.get_mut(index) {
            *slot = Some(if slot.is_some() { Found::Odd } else { found });
        }
    }

    fn enter_later(&mut self, start: Start<'p>, node: &'n Node<'a>) {
        // The place in the text gives the order; the address tells nodes apart that no parser made.
        let place = (node.span.start, std::ptr::from_ref(node).addr());
        let list = self.inner.entry(place).or_insert_with(|| Inner { node, starts: Vec::new() });
        list.starts.push(start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iam_policy::json::parse;

    /// Groups as text, `-` where a path found nothing.
    fn check(paths: &[&str], json: &str, wanted: &[&[&str]]) {
        let paths: Vec<ParameterPath> = paths.iter().map(|path| path.parse().unwrap()).collect();
        let root = parse(json).unwrap();
        let groups = select_grouped(&paths.iter().collect::<Vec<_>>(), &root);
        let shown: Vec<Vec<String>> =
            groups.iter().map(|group| group.iter().map(|find| show(*find)).collect()).collect();
        assert_eq!(shown, wanted, "{paths:?} in {json}");
    }

    fn show(find: Option<Found<'_, '_>>) -> String {
        match (find, find.and_then(Found::text)) {
            (None, _) => "-".into(),
            (_, Some(text)) => text.into_owned(),
            (Some(found), None) => format!("{found:?}"),
        }
    }

    #[test]
    fn each_element_that_reaches_a_path_is_a_group() {
        let json = r#"{"c": [
            {"f": {"id": "fs-1", "type": "EFS"}},
            {"s3": "s3://bucket"},
            {"f": {"id": "fs-2"}},
            {"f": {"type": "FSxLustre"}}]}"#;
        let wanted: [&[&str]; 3] = [&["fs-1", "EFS"], &["fs-2", "-"], &["-", "FSxLustre"]];
        check(&["c[].f.id", "c[].f.type"], json, &wanted);
    }

    #[test]
    fn values_outside_the_list_are_repeated_in_every_group() {
        let json = r#"{"x": 1, "c": [{"y": 2}, {"y": 3}]}"#;
        check(&["x", "c[].y"], json, &[&["1", "2"], &["1", "3"]]);
        check(&["c[].y", "x"], json, &[&["2", "1"], &["3", "1"]]);
        check(&["x", "c[].z"], json, &[&["1", "-"]]);
        check(&["x", "z"], json, &[&["1", "-"]]);
        check(&["z"], json, &[]);
    }

    #[test]
    fn inner_lists_repeat_what_their_outer_element_says() {
        let json = r#"{"d": [
            {"iso": true, "c": [{"id": "a"}, {"id": "b"}]},
            {"iso": false},
            {"c": [{"id": "c"}, {"s3": 1}]},
            {}]}"#;
        let wanted: [&[&str]; 4] = [&["true", "a"], &["true", "b"], &["false", "-"], &["-", "c"]];
        check(&["d[].iso", "d[].c[].id"], json, &wanted);
    }

    #[test]
    fn lists_beside_each_other_are_not_multiplied_and_keep_the_order_of_the_record() {
        let json = r#"{"shadow": [{"m": "s"}], "prod": [{"m": "p"}, {"m": "q"}]}"#;
        let wanted: [&[&str]; 3] = [&["-", "s"], &["p", "-"], &["q", "-"]];
        check(&["prod[].m", "shadow[].m"], json, &wanted);
    }

    #[test]
    fn map_values_group_like_list_elements() {
        check(
            &["m{}.a", "m{}.b"],
            r#"{"m": {"x": {"a": 1, "b": 2}, "y": {"b": 3}}}"#,
            &[&["1", "2"], &["-", "3"]],
        );
    }

    #[test]
    fn hidden_and_odd_values_stay_in_their_element() {
        let json = r#"{"c": ["HIDDEN_DUE_TO_SECURITY_REASONS", {"a": 1, "b": 2}, 7]}"#;
        let wanted: [&[&str]; 3] = [&["Hidden", "Hidden"], &["1", "2"], &["Odd", "Odd"]];
        check(&["c[].a", "c[].b"], json, &wanted);
        check(&["c[].a"], r#"{"c": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#, &[&["Hidden"]]);
        check(&["c[].a", "x"], r#"{"c": {"a": 1}, "x": 2}"#, &[&["Odd", "2"]]);
    }

    #[test]
    fn two_spellings_of_one_member_are_odd() {
        check(&["c[].a"], r#"{"c": [{"a": 1, "A": 2}]}"#, &[&["Odd"]]);
        check(&["a"], r#"{"a": "", "A": 2}"#, &[&["2"]]);
    }

    #[test]
    fn empty_values_and_lists_give_no_group() {
        for json in ["null", "{}", r#"{"c": []}"#, r#"{"c": [{}, {"a": ""}, null]}"#] {
            check(&["c[].a"], json, &[]);
        }
    }

    #[test]
    fn long_lists_are_grouped_in_linear_time() {
        let elements: Vec<String> = (0..50_000).map(|n| format!(r#"{{"a":{n},"b":1}}"#)).collect();
        let json = format!(r#"{{"c":[{}]}}"#, elements.join(","));
        let root = parse(&json).unwrap();
        let paths: [ParameterPath; 2] = ["c[].a", "c[].b"].map(|path| path.parse().unwrap());
        assert_eq!(select_grouped(&paths.iter().collect::<Vec<_>>(), &root).len(), 50_000);
    }
}
