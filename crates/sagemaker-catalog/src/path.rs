//! Paths into request parameters, as the catalog's tables write them.

use std::fmt;
use std::str::FromStr;

use iam_policy::json::{Node, Value};

use crate::found::{Found, REDACTED};

/// A path into `requestParameters` (or `responseElements`): `a.b` is a member, `[]` every element of
/// a list, `{}` every value of a map.
///
/// Member names compare without case: CloudTrail lower-cases the first letter of a member and
/// nothing else, and people who copy records get that wrong. Null, an empty string and an empty
/// list count as absent, because the console sends `volumeKmsKeyId: ""` for "not set".
///
/// ```
/// use sagemaker_catalog::{Found, ParameterPath};
///
/// let parameters = iam_policy::json::parse(r#"{"instanceGroups": [{"instanceType": "ml.p4d.24xlarge"}]}"#)?;
/// let path: ParameterPath = "InstanceGroups[].instanceType".parse()?;
/// let first = path.first(&parameters).and_then(Found::text);
/// assert_eq!(first.as_deref(), Some("ml.p4d.24xlarge"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// INVARIANT: at least one step, the first one a member; `from_str` and `element_path` keep it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterPath {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    Member(Box<str>),
    Each,
    Values,
}

/// Why a text is not a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not a parameter path: {reason}")]
pub struct ParameterPathError {
    path: String,
    reason: &'static str,
}

/// One find below a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapEntry<'n, 'a> {
    /// The key in the innermost map on the path; none when the map itself is hidden or odd, so that
    /// any key may be there.
    pub key: Option<&'n str>,
    /// What stands behind it.
    pub found: Found<'n, 'a>,
}

impl ParameterPath {
    /// Visits everything the path reaches, in the order of the record.
    pub fn select<'n, 'a>(&self, root: &'n Node<'a>, visit: &mut dyn FnMut(Found<'n, 'a>)) {
        walk(&self.steps, root, None, &mut |entry| visit(entry.found));
    }

    /// Like [`select`](Self::select), for paths with `{}`: also gives the key of each map entry.
    pub fn select_map_entries<'n, 'a>(
        &self,
        root: &'n Node<'a>,
        visit: &mut dyn FnMut(MapEntry<'n, 'a>),
    ) {
        walk(&self.steps, root, None, visit);
    }

    /// The first find, for paths that lead to one value.
    #[must_use]
    pub fn first<'n, 'a>(&self, root: &'n Node<'a>) -> Option<Found<'n, 'a>> {
        let mut first = None;
        self.select(root, &mut |found| {
            first.get_or_insert(found);
        });
        first
    }

    /// Whether CloudTrail redacted something the path leads to or through.
    #[must_use]
    pub fn redacted(&self, root: &Node<'_>) -> bool {
        let mut hidden = false;
        self.select(root, &mut |found| hidden |= found == Found::Hidden);
        hidden
    }

    /// Whether the path goes through a list or a map, and so may find several values.
    #[must_use]
    pub fn is_repeated(&self) -> bool {
        self.steps.iter().any(|step| !matches!(step, Step::Member(_)))
    }

    /// The path to the elements of the innermost list or map: `a[].b[].c` gives `a[].b[]`.
    #[must_use]
    pub fn element_path(&self) -> Option<ParameterPath> {
        let last = self.steps.iter().rposition(|step| !matches!(step, Step::Member(_)))?;
        let steps = self.steps.iter().take(last.saturating_add(1)).cloned().collect();
        Some(ParameterPath { steps })
    }

    /// The name of the top-level parameter the path starts at.
    #[must_use]
    pub fn parameter(&self) -> &str {
        match self.steps.first() {
            Some(Step::Member(name)) => name,
            _ => "",
        }
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// What a node is before any step is taken from it.
pub(crate) enum Presence {
    Absent,
    Hidden,
    Present,
}

pub(crate) fn presence(node: &Node<'_>) -> Presence {
    match &node.value {
        Value::Null => Presence::Absent,
        Value::String(text) if text.is_empty() => Presence::Absent,
        Value::String(text) if text == REDACTED => Presence::Hidden,
        Value::Array(elements) if elements.is_empty() => Presence::Absent,
        _ => Presence::Present,
    }
}

/// The nodes behind every spelling of `name`. An object that holds two spellings of one member is
/// not something CloudTrail writes; both are read, so that neither can hide behind the other.
pub(crate) fn members_named<'n, 'a>(
    node: &'n Node<'a>,
    name: &str,
) -> impl Iterator<Item = &'n Node<'a>> {
    let named = node.members().iter().filter(move |member| member.key.eq_ignore_ascii_case(name));
    named.map(|member| &member.node)
}

fn walk<'n, 'a>(
    steps: &[Step],
    node: &'n Node<'a>,
    key: Option<&'n str>,
    visit: &mut dyn FnMut(MapEntry<'n, 'a>),
) {
    match presence(node) {
        Presence::Absent => return,
        Presence::Hidden => return visit(MapEntry { key, found: Found::Hidden }),
        Presence::Present => {}
    }
    let Some((step, rest)) = steps.split_first() else {
        return visit(MapEntry { key, found: Found::Node(node) });
    };
    match (step, &node.value) {
        (Step::Member(name), Value::Object(_)) => {
            members_named(node, name).for_each(|member| walk(rest, member, key, visit));
        }
        (Step::Each, Value::Array(elements)) => {
            elements.iter().for_each(|element| walk(rest, element, key, visit));
        }
        (Step::Values, Value::Object(members)) => {
            members.iter().for_each(|member| walk(rest, &member.node, Some(&member.key), visit));
        }
        _ => visit(MapEntry { key, found: Found::Odd }),
    }
}

impl FromStr for ParameterPath {
    type Err = ParameterPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut steps = Vec::new();
        for part in text.split('.') {
            read_part(part, &mut steps)
                .map_err(|reason| ParameterPathError { path: text.to_owned(), reason })?;
        }
        Ok(Self { steps })
    }
}

fn read_part(part: &str, steps: &mut Vec<Step>) -> Result<(), &'static str> {
    let (name, mut suffix) = part.split_at(part.find(['[', '{']).unwrap_or(part.len()));
    if name.is_empty() {
        return Err("a member has no name");
    }
    if !name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_') {
        return Err("a member's name holds something else than letters, digits and `_`");
    }
    steps.push(Step::Member(name.into()));
    while !suffix.is_empty() {
        let (step, rest) = match (suffix.strip_prefix("[]"), suffix.strip_prefix("{}")) {
            (Some(rest), _) => (Step::Each, rest),
            (None, Some(rest)) => (Step::Values, rest),
            (None, None) => return Err("only `[]` and `{}` may follow a name"),
        };
        steps.push(step);
        suffix = rest;
    }
    Ok(())
}

impl fmt::Display for ParameterPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Member(name) if index == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Each => f.write_str("[]")?,
                Step::Values => f.write_str("{}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
