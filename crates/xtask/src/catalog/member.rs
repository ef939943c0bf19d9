//! Which members a rule is about: the end of their path, as the rules file writes it.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// The last members of a path, without case: `sharingSettings.s3KmsKeyId`.
///
/// `^` in front says that nothing stands before them, `.**` at the end that something follows, `*`
/// is any part of a name. Lists and maps are not written: `subnets` is about `subnets[]` too.
#[derive(Clone, Debug)]
pub(super) struct MemberPattern {
    text: String,
    names: Vec<String>,
    from_root: bool,
    below: bool,
}

impl From<&str> for MemberPattern {
    fn from(text: &str) -> Self {
        let (from_root, rest) = match text.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (below, rest) = match rest.strip_suffix(".**") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let names = rest.split('.').map(str::to_lowercase).collect();
        Self { text: text.to_owned(), names, from_root, below }
    }
}

impl<'de> Deserialize<'de> for MemberPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(String::deserialize(deserializer)?.as_str().into())
    }
}

impl fmt::Display for MemberPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl MemberPattern {
    /// How closely the pattern fits the path; none if it does not. Of several the closest is meant.
    pub(super) fn fit(&self, path: &str) -> Option<usize> {
        let path: Vec<String> = names(path).map(str::to_lowercase).collect();
        let len = self.names.len();
        let fits = |part: &[String]| {
            part.len() == len && self.names.iter().zip(part).all(|(glob, name)| like(glob, name))
        };
        let fitting = match (self.from_root, self.below) {
            (true, true) => path.len() > len && path.get(..len).is_some_and(fits),
            (true, false) => fits(&path),
            (false, true) => {
                path.split_last().is_some_and(|(_, above)| above.windows(len).any(fits))
            }
            (false, false) => {
                path.len().checked_sub(len).and_then(|start| path.get(start..)).is_some_and(fits)
            }
        };
        fitting.then_some(self.text.len())
    }
}

/// The members of a path without the marks of lists and maps.
pub(super) fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('.').map(|step| step.trim_end_matches(['[', ']', '{', '}']))
}

/// The name a path ends with.
pub(super) fn last_name(path: &str) -> &str {
    names(path).last().unwrap_or_default()
}

fn like(glob: &str, name: &str) -> bool {
    match glob.split_once('*') {
        None => glob == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|after| {
            let starts = after.char_indices().map(|(at, _)| at).chain([after.len()]);
            starts.filter_map(|at| after.get(at..)).any(|end| like(rest, end))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_the_end_of_a_path() {
        for (pattern, path, fits) in [
            ("instanceType", "a.b[].instanceType", true),
            ("InstanceTypes", "a.instanceTypes[]", true),
            ("instanceType", "a.selectedInstanceType", false),
            ("b.instanceType", "a.b[].instanceType", true),
            ("c.instanceType", "a.b[].instanceType", false),
            ("a.b.c", "b.c", false),
            ("^kmsKeyId", "kmsKeyId", true),
            ("^kmsKeyId", "a.kmsKeyId", false),
            ("*output*.kmsKeyId", "transformOutput.kmsKeyId", true),
            ("*output*.kmsKeyId", "dataQualityJobOutputConfig.kmsKeyId", true),
            ("*output*.kmsKeyId", "input.kmsKeyId", false),
            ("^store.**", "store.s3.uri", true),
            ("^store.**", "store", false),
            ("^store.**", "a.store.uri", false),
            ("store.**", "a.store.uri", true),
        ] {
            let found = MemberPattern::from(pattern).fit(path).is_some();
            assert_eq!(found, fits, "{pattern} on {path}");
        }
    }
}
