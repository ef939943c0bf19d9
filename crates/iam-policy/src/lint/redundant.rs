//! A statement or a pattern adds nothing to another one.
//!
//! ## Why it matters
//!
//! It makes the policy longer, and whoever narrows the wider one later finds that nothing changed.
//!
//! A statement lies inside another one of the same effect when its actions and resources do, and the
//! other has no condition that it lacks. Policies of more than 32 KiB are not searched.
//!
//! ## Example
//!
//! ```json
//! "Action": ["sagemaker:Describe*", "sagemaker:DescribeModel"]
//! ```
//!
//! ## What to do
//!
//! Remove the narrower one, or the wider one where that was not meant.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>

use std::collections::BTreeSet;

use super::document::{Block, Document, Statement, Test, Word};
use super::report::Report;
use super::rule::Rule;
use crate::pattern::Glob;

pub(super) const RULE: Rule =
    Rule { code: "DRF524", name: "redundant", source: include_str!("redundant.rs") };

/// Comparing each with each takes the square of the length.
const MAX_TEXT: usize = 32 << 10;

/// So many pairs of patterns with wildcards are compared.
const MAX_WILD_PAIRS: usize = 2_000;

/// Where a pattern stands, and what it matches.
struct Pattern<'d> {
    word: &'d Word,
    /// In lower case where case does not matter.
    text: String,
    is_wild: bool,
    glob: Glob,
}

/// The parts of a statement that can be compared with another's.
struct Comparable<'d, 'v> {
    index: usize,
    statement: &'d Statement<'v>,
    actions: Vec<Pattern<'d>>,
    resources: Vec<Pattern<'d>>,
}

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    if document.text.len() > MAX_TEXT {
        return;
    }
    let mut budget = Budget(MAX_WILD_PAIRS);
    for statement in &document.statements {
        let actions = statement.action.as_ref().map(of_actions);
        let resources = statement.resource.as_ref().map(of_resources);
        for patterns in [actions, resources].into_iter().flatten() {
            within_list(&patterns, &mut budget, report);
        }
    }
    between_statements(document, &mut budget, report);
}

impl<'d> Pattern<'d> {
    fn of_resource(word: &'d Word) -> Self {
        let is_wild = word.text.contains(['*', '?']);
        Self { word, text: word.text.clone(), is_wild, glob: Glob::new(&word.text) }
    }
}

/// What is left of the pairs that may be compared.
struct Budget(usize);

impl Budget {
    /// Whether the wide pattern matches all that the narrow one does; `false` when it is too dear to
    /// find out.
    fn includes(&mut self, wide: &Pattern<'_>, narrow: &Pattern<'_>) -> bool {
        match (wide.is_wild, narrow.is_wild) {
            (false, false) => wide.text == narrow.text,
            (false, true) => false,
            (true, false) => wide.glob.matches(&narrow.text),
            // One of the texts that the narrow one matches rules most pairs out.
            (true, true) if !wide.glob.matches(&narrow.text.replace(['*', '?'], "\u{1}")) => false,
            (true, true) => {
                self.0 = self.0.saturating_sub(1);
                self.0 > 0 && wide.glob.includes(&narrow.glob)
            }
        }
    }
}

fn of_actions<'d>(block: &'d Block<super::names::ActionPattern<'_>>) -> Vec<Pattern<'d>> {
    let pattern = |action: &'d super::names::ActionPattern<'_>| Pattern {
        word: &action.word,
        text: action.word.text.to_lowercase(),
        is_wild: action.is_wild(),
        glob: (*action.glob).clone(),
    };
    block.patterns.iter().map(pattern).collect()
}

fn of_resources(block: &Block<Word>) -> Vec<Pattern<'_>> {
    block.patterns.iter().map(Pattern::of_resource).collect()
}

fn within_list(patterns: &[Pattern<'_>], budget: &mut Budget, report: &mut Report<'_>) {
    let mut redundant = Vec::new();
    for (index, narrow) in patterns.iter().enumerate() {
        let wider = patterns.iter().enumerate().find(|(other, wide)| {
            // Of two equal ones the second is too many.
            let earlier = *other < index || wide.text != narrow.text;
            *other != index && earlier && budget.includes(wide, narrow)
        });
        redundant.extend(wider.map(|(_, wide)| (narrow, wide)));
    }
    if let Some((narrow, wide)) = redundant.first() {
        let (narrow, wide) = (narrow.word, wide.word);
        let more = match redundant.len() {
            1 => String::new(),
            several => format!(" ({} more in this list)", several.saturating_sub(1)),
        };
        let message = if narrow.text.eq_ignore_ascii_case(&wide.text) {
            format!("`{}` stands twice in this list{more}", narrow.text)
        } else {
            format!("`{}` lies inside `{}`{more}", narrow.text, wide.text)
        };
        report.note(&RULE, narrow, message);
    }
}

fn between_statements(document: &Document<'_>, budget: &mut Budget, report: &mut Report<'_>) {
    let statements: Vec<Comparable<'_, '_>> =
        document.statements.iter().enumerate().filter_map(comparable).collect();
    for narrow in &statements {
        let wider = statements.iter().find(|wide| {
            wide.index != narrow.index
                && is_inside(narrow, wide, budget)
                // Of two equal ones the second is too many.
                && (wide.index < narrow.index || !is_inside(wide, narrow, budget))
        });
        if let Some(wide) = wider {
            let other = match &wide.statement.sid {
                Some(sid) => format!("`{}`", sid.text),
                None => format!("statement[{}]", wide.index),
            };
            let message = format!("this statement lies inside {other}");
            report.note(&RULE, narrow.statement.place.clone(), message);
        }
    }
}

fn comparable<'d, 'v>(
    (index, statement): (usize, &'d Statement<'v>),
) -> Option<Comparable<'d, 'v>> {
    let action = statement.action.as_ref().filter(|block| !block.negated)?;
    let resource = statement.resource.as_ref();
    if resource.is_some_and(|block| block.negated) {
        return None;
    }
    let resources = resource.map(of_resources).unwrap_or_default();
    Some(Comparable { index, statement, actions: of_actions(action), resources })
}

fn is_inside(narrow: &Comparable<'_, '_>, wide: &Comparable<'_, '_>, budget: &mut Budget) -> bool {
    let (a, b) = (narrow.statement, wide.statement);
    let same = a.effect == b.effect && a.effect.is_some() && a.principal == b.principal;
    let resources = narrow.resources.is_empty() == wide.resources.is_empty();
    same && resources
        && b.conditions.iter().all(|test| a.has_test(|own| is_weaker(test, own)))
        && all_inside(&narrow.actions, &wide.actions, budget)
        && all_inside(&narrow.resources, &wide.resources, budget)
}

fn all_inside(narrow: &[Pattern<'_>], wide: &[Pattern<'_>], budget: &mut Budget) -> bool {
    narrow.iter().all(|pattern| wide.iter().any(|wider| budget.includes(wider, pattern)))
}

/// Whether the first condition holds wherever the second one does.
fn is_weaker(test: &Test, own: &Test) -> bool {
    let values = |test: &Test| -> BTreeSet<String> {
        test.values.iter().map(|value| value.text.clone()).collect()
    };
    let (wide, narrow) = (values(test), values(own));
    let by_values = if test.operator.base.is_negated() {
        wide.is_subset(&narrow)
    } else {
        narrow.is_subset(&wide)
    };
    test.operator == own.operator && test.current == own.current && by_values
}
