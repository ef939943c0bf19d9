//! What lint says, and how its checks say it.

use super::document::Word;
use super::rule::Rule;
use crate::json::Span;
use crate::places::Places;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not what was meant.
    Warning,
    /// IAM refuses the policy, or it certainly does not do what it says.
    Error,
}

impl Severity {
    /// In lower case, as it is printed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing about a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// The stable code, `DRF510`.
    pub code: &'static str,
    /// The short name, `unknown-action`.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is so, in one line. It quotes the policy: escape it for wherever it is printed.
    pub message: String,
    /// JSON pointer (RFC 6901) to the element; empty for the whole.
    pub pointer: String,
    /// The bytes of the element.
    pub span: Span,
    /// Line of its start, from 1.
    pub line: usize,
    /// Column of its start, from 1, in characters.
    pub column: usize,
    /// Line of its end.
    pub end_line: usize,
    /// Column after its end.
    pub end_column: usize,
    /// What to do about it.
    pub help: Option<String>,
    /// A change of the text that does it, only where it is certain.
    pub fix: Option<Fix>,
}

/// Changes of a text that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// In the order of the text; none overlaps another.
    pub edits: Vec<Edit>,
}

/// One change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace; an empty span inserts.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
    /// Line and column of its start, from 1.
    pub start: (usize, usize),
    /// Line and column after its end.
    pub end: (usize, usize),
}

impl Fix {
    fn one(span: Span, replacement: String) -> Self {
        Self { edits: vec![Edit::new(span, replacement)] }
    }
}

impl Edit {
    pub(super) fn new(span: Span, replacement: impl Into<String>) -> Self {
        Self { span, replacement: replacement.into(), start: (0, 0), end: (0, 0) }
    }
}

/// Where a lint stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) span: Span,
    pub(super) pointer: String,
}

impl From<&Word> for Place {
    fn from(word: &Word) -> Self {
        Self { span: word.span, pointer: word.pointer.clone() }
    }
}

/// The lints found so far.
pub(super) struct Report<'t> {
    text: &'t str,
    lints: Vec<Lint>,
}

/// A lint that was just added, to say more about it.
pub(super) struct Added<'r>(&'r mut Lint);

impl<'t> Report<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, lints: Vec::new() }
    }

    pub(super) fn add(
        &mut self,
        rule: &'static Rule,
        severity: Severity,
        place: impl Into<Place>,
        message: impl Into<String>,
    ) -> Added<'_> {
        let Place { span, pointer } = place.into();
        Added(self.lints.push_mut(Lint {
            code: rule.code,
            name: rule.name,
            severity,
            message: message.into(),
            pointer,
            span,
            line: 0,
            column: 0,
            end_line: 0,
            end_column: 0,
            help: None,
            fix: None,
        }))
    }

    pub(super) fn error(
        &mut self,
        rule: &'static Rule,
        place: impl Into<Place>,
        message: impl Into<String>,
    ) -> Added<'_> {
        self.add(rule, Severity::Error, place, message)
    }

    pub(super) fn warn(
        &mut self,
        rule: &'static Rule,
        place: impl Into<Place>,
        message: impl Into<String>,
    ) -> Added<'_> {
        self.add(rule, Severity::Warning, place, message)
    }

    pub(super) fn note(
        &mut self,
        rule: &'static Rule,
        place: impl Into<Place>,
        message: impl Into<String>,
    ) -> Added<'_> {
        self.add(rule, Severity::Note, place, message)
    }

    /// The lints with their lines and columns, in the order of the text.
    pub(super) fn finish(mut self) -> Vec<Lint> {
        for lint in &mut self.lints {
            lint.span = whole_characters(self.text, lint.span);
            for edit in lint.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
                edit.span = whole_characters(self.text, edit.span);
            }
        }
        let edits = self.lints.iter().flat_map(|lint| &lint.fix).flat_map(|fix| &fix.edits);
        let spans = self.lints.iter().map(|lint| lint.span).chain(edits.map(|edit| edit.span));
        let offsets = spans.flat_map(|span| [span.start, span.end]);
        let places = Places::of(self.text, offsets.collect::<Vec<_>>().into_iter());
        for lint in &mut self.lints {
            (lint.line, lint.column) = places.get(lint.span.start);
            (lint.end_line, lint.end_column) = places.get(lint.span.end);
            for edit in lint.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
                edit.start = places.get(edit.span.start);
                edit.end = places.get(edit.span.end);
            }
        }
        self.lints.sort_by(|a, b| {
            let key = |lint: &Lint| (lint.span.start, lint.code);
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        self.lints.dedup();
        self.lints
    }
}

/// A straightened quote is shorter than the typographic one in its place.
fn whole_characters(text: &str, span: Span) -> Span {
    let start = text.floor_char_boundary(span.start);
    let end = if span.end > span.start { text.ceil_char_boundary(span.end) } else { start };
    Span { start, end }
}

impl Added<'_> {
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    pub(super) fn maybe_help(self, help: Option<String>) -> Self {
        self.0.help = help;
        self
    }

    /// The certain change: this text in the place of that span.
    pub(super) fn replace(self, span: Span, replacement: impl Into<String>) -> Self {
        self.0.fix = Some(Fix::one(span, replacement.into()));
        self
    }

    pub(super) fn edits(self, edits: Vec<Edit>) -> Self {
        self.0.fix = Some(Fix { edits });
        self
    }
}
