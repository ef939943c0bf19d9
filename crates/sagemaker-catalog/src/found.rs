//! What a path finds in the parameters of a record.

use std::borrow::Cow;

use iam_policy::json::{Node, Value};

use crate::path::ParameterPath;

/// What CloudTrail writes in place of a value that it redacts, at whatever depth.
///
/// See the [record contents reference](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html).
pub const REDACTED: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// One find of a path. Nothing found at all means the parameter is absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found<'n, 'a> {
    /// The node at the end of the path; never null, an empty string or an empty list.
    Node(&'n Node<'a>),
    /// CloudTrail redacted the value or something above it: it is there, and unknown.
    Hidden,
    /// The record has another shape than the API model says: treat as unknown, not as absent.
    Odd,
}

impl<'n> Found<'n, '_> {
    /// The text of a string, number or boolean; none for the rest, which is unknown to the reader.
    #[must_use]
    pub fn text(self) -> Option<Cow<'n, str>> {
        match self {
            Self::Node(node) => scalar_text(node),
            Self::Hidden | Self::Odd => None,
        }
    }
}

fn scalar_text<'n>(node: &'n Node<'_>) -> Option<Cow<'n, str>> {
    match &node.value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(text) => Some(Cow::Borrowed(text)),
        Value::Bool(true) => Some(Cow::Borrowed("true")),
        Value::Bool(false) => Some(Cow::Borrowed("false")),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What several paths say together: the values of one condition key.
///
/// ```
/// use sagemaker_catalog::{ParameterPath, Texts};
///
/// let parameters = iam_policy::json::parse(r#"{"vpcConfig": {"subnets": ["subnet-1", "subnet-2"]}}"#)?;
/// let path: ParameterPath = "vpcConfig.subnets[]".parse()?;
/// let texts = Texts::of([&path], &parameters);
/// assert_eq!(texts.values, ["subnet-1", "subnet-2"]);
/// assert!(texts.is_complete());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts<'n> {
    /// The values, in the order of the paths and then of the record; repeated ones are kept.
    pub values: Vec<Cow<'n, str>>,
    /// At least one value was redacted.
    pub hidden: bool,
    /// At least one value has a shape that the API model does not know.
    pub odd: bool,
}

impl<'n> Texts<'n> {
    /// Reads all `paths` from `root`. A list or object where a path ends counts as odd.
    pub fn of<'p>(
        paths: impl IntoIterator<Item = &'p ParameterPath>,
        root: &'n Node<'_>,
    ) -> Texts<'n> {
        let mut texts = Texts::default();
        for path in paths {
            path.select(root, &mut |found| texts.add(found));
        }
        texts
    }

    /// The record carries every value there is.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.hidden && !self.odd
    }

    /// No path found anything: the parameter was surely not sent.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.values.is_empty() && self.is_complete()
    }

    fn add(&mut self, found: Found<'n, '_>) {
        match (found, found.text()) {
            (_, Some(text)) => self.values.push(text),
            (Found::Hidden, None) => self.hidden = true,
            (Found::Odd | Found::Node(_), None) => self.odd = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iam_policy::json::parse;

    fn texts_of(paths: &[&str], json: &str) -> (Vec<String>, bool, bool) {
        let paths: Vec<ParameterPath> = paths.iter().map(|path| path.parse().unwrap()).collect();
        let root = parse(json).unwrap();
        let texts = Texts::of(&paths, &root);
        (texts.values.iter().map(ToString::to_string).collect(), texts.hidden, texts.odd)
    }

    #[test]
    fn values_of_all_paths_are_united_and_scalars_become_text() {
        let json = r#"{"a": "x", "b": [1, true, 2.50], "c": false}"#;
        let wanted = ["x", "1", "true", "2.50", "false"].map(String::from).to_vec();
        assert_eq!(texts_of(&["a", "b[]", "c", "d"], json), (wanted, false, false));
    }

    #[test]
    fn redacted_and_odd_values_are_told_apart_from_absent_ones() {
        let json = r#"{"a": "HIDDEN_DUE_TO_SECURITY_REASONS", "b": ["x"], "c": {"d": 1}, "e": ""}"#;
        assert_eq!(texts_of(&["a.x[].y"], json), (vec![], true, false));
        assert_eq!(texts_of(&["b"], json), (vec![], false, true));
        assert_eq!(texts_of(&["c"], json), (vec![], false, true));
        assert_eq!(texts_of(&["e", "f"], json), (vec![], false, false));
        let root = parse(json).unwrap();
        assert!(Texts::of([&"e".parse().unwrap()], &root).is_absent());
        assert!(!Texts::of([&"a".parse().unwrap()], &root).is_absent());
    }
}
