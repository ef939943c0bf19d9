//! Where a statement stands in the files of a policy set.

use std::path::{Path, PathBuf};

use analyzer::target::MANIFEST;
use analyzer::whatif::Why;
use iam_policy::json::{self, Node, Value, line_and_column};

/// The file of the statement and its line, from 1; the manifest where it is in no file.
pub(super) fn of(folder: &Path, why: &Why) -> (PathBuf, usize) {
    let policy = why.policy.as_ref().map(|policy| folder.join(policy));
    let Some(path) = policy.filter(|path| path.is_file()) else {
        return (folder.join(MANIFEST), 1);
    };
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let line = line(&text, why.statement.as_deref().unwrap_or_default());
    (path, line.unwrap_or(1))
}

fn line(text: &str, statement: &str) -> Option<usize> {
    let policy = json::parse(text).ok()?;
    let statements = policy.get("Statement")?;
    let all: Vec<&Node<'_>> = match &statements.value {
        Value::Array(all) => all.iter().collect(),
        _ => vec![statements],
    };
    let sid = |node: &&Node<'_>| node.get("Sid").and_then(Node::as_str) == Some(statement);
    let index = statement.strip_prefix("statement[").and_then(|rest| rest.strip_suffix(']'));
    let index = index.and_then(|index| index.parse::<usize>().ok());
    let by_index = || all.get(index?).copied();
    let node = all.iter().copied().find(sid).or_else(by_index)?;
    Some(line_and_column(text, node.span.start).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_found_by_its_sid_or_its_position() {
        let text = "{\"Statement\": [\n  {\"Sid\": \"One\"},\n  {\"Effect\": \"Deny\"}\n]}";
        assert_eq!(line(text, "One"), Some(2));
        assert_eq!(line(text, "statement[1]"), Some(3));
        assert_eq!(line(text, "statement[2]"), None);
        assert_eq!(line("{\"Statement\": {\"Sid\": \"One\"}}", "One"), Some(1));
        assert_eq!(line("{", "One"), None);
    }
}
