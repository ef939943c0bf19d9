//! Lints for people, as compilers print them.

use std::fmt::Write as _;

use iam_policy::lint::{Lint, Severity};

use super::Linted;
use crate::output::visible;
use analyzer::template::Places;

pub(super) fn render(files: usize, linted: &[Linted]) -> String {
    let mut text = String::new();
    for file in linted {
        for lint in &file.lints {
            one(&mut text, file, lint);
        }
    }
    let _ = writeln!(text, "{}", counts(files, linted));
    text
}

fn one(text: &mut String, file: &Linted, lint: &Lint) {
    let Lint { code, line, column, .. } = lint;
    let name = file.place();
    let lines_only = file.inside.as_ref().is_some_and(|inside| inside.places == Places::Lines);
    let column = if lines_only { String::new() } else { format!(":{column}") };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}[{code}]: {}", lint.severity.as_str(), visible(&lint.message));
    let pointer = match lint.pointer.as_str() {
        "" => String::new(),
        pointer => format!(" ({})", visible(pointer)),
    };
    let _ = writeln!(text, "  at {}:{line}{column}{pointer}", visible(&name));
    if let Some(help) = &lint.help {
        let _ = writeln!(text, "help: {}", visible(help));
    }
    text.push('\n');
}

/// `2 files: 1 error, 3 warnings, 0 notes`
fn counts(files: usize, linted: &[Linted]) -> String {
    let lints = || linted.iter().flat_map(|file| &file.lints);
    let some = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    let of = |severity: Severity| {
        some(lints().filter(|lint| lint.severity == severity).count(), severity.as_str())
    };
    let severities = [Severity::Error, Severity::Warning, Severity::Note].map(of);
    format!("{}: {}", some(files, "file"), severities.join(", "))
}
