//! Globs as IAM writes them: `*` for any run of characters, `?` for exactly one.
//!
//! A glob without `?` is a beginning, an end, and texts that must follow each other in between.
//! The first place of each is the best one for those after it, so matching never goes back: its
//! time is linear in text and pattern. With `?`, text and pattern are walked with two pointers that
//! go back only to the last `*`, so the time is bounded by the product of the lengths. A glob turned
//! into a backtracking regular expression takes forever on `a*a*a*a*b`.
//!
//! Whether one glob lies inside another, and whether two share a string, is decided here too: the
//! evaluator needs it for resources known only as a pattern. Both are searches over pairs of
//! positions, cut off after a fixed number of steps with the safe answer.
//!
//! Rests on
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>:
//! in a `Resource` a wildcard crosses `/` and `:` alike.

use std::collections::{BTreeSet, HashSet};
use std::hash::{Hash, Hasher};

use memchr::memchr;
use memchr::memmem::Finder;

/// Give up proving inclusion after this many steps; "not proved" is the safe answer.
const MAX_INCLUSION_STEPS: usize = 20_000;

/// Above this many steps two globs are taken to share a text.
const MAX_INTERSECTION_STEPS: usize = 250_000;

/// One element of a glob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// Exactly this character.
    Char(char),
    /// `?`: any one character.
    One,
    /// `*`: any run of characters, also none.
    Any,
}

/// A compiled glob. Two are equal when their elements are.
#[derive(Clone, Debug)]
pub struct Glob {
    symbols: Box<[Symbol]>,
    /// The literal text before the first wildcard; compared first, since it decides most cases.
    prefix: Box<str>,
    shape: Shape,
}

#[derive(Clone, Debug)]
enum Shape {
    /// No wildcard: equality.
    Exact,
    /// The prefix and one `*` at the end.
    Prefix,
    /// The prefix, texts in this order with anything around them, and the end.
    Texts(Box<[Finder<'static>]>, Box<str>),
    /// With `?`.
    General,
}

impl Glob {
    /// A glob in which `*` and `?` are wildcards.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self::from_symbols(symbols(pattern))
    }

    /// A glob that matches just this text, wildcard characters included.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self::from_symbols(text.chars().map(Symbol::Char).collect())
    }

    /// A glob from its elements; runs of `*` become one.
    #[must_use]
    pub fn from_symbols(mut symbols: Vec<Symbol>) -> Self {
        symbols.dedup_by(|next, kept| *next == Symbol::Any && *kept == Symbol::Any);
        let prefix: String = symbols
            .iter()
            .map_while(|symbol| match symbol {
                Symbol::Char(character) => Some(*character),
                Symbol::One | Symbol::Any => None,
            })
            .collect();
        let wild = symbols.iter().filter(|symbol| !matches!(symbol, Symbol::Char(_))).count();
        let shape = match (wild, symbols.last()) {
            (0, _) => Shape::Exact,
            (1, Some(Symbol::Any)) => Shape::Prefix,
            _ if symbols.contains(&Symbol::One) => Shape::General,
            _ => texts(&symbols),
        };
        Self { symbols: symbols.into(), prefix: prefix.into(), shape }
    }

    /// The elements.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// Whether every text matches.
    #[must_use]
    pub fn is_universal(&self) -> bool {
        matches!(*self.symbols, [Symbol::Any])
    }

    /// Whether the text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match &self.shape {
            Shape::Exact => *self.prefix == *text,
            Shape::Prefix => strip_start(text, &self.prefix).is_some(),
            Shape::Texts(middle, end) => {
                let rest = strip_start(text, &self.prefix);
                rest.is_some_and(|rest| follow_each_other(middle, end, rest))
            }
            Shape::General => {
                strip_start(text, &self.prefix).is_some() && symbols_match(&self.symbols, text)
            }
        }
    }

    /// Whether the text matches when the case of the letters A to Z does not count.
    #[must_use]
    pub fn matches_ignoring_ascii_case(&self, text: &str) -> bool {
        walk(&self.symbols, text, |wanted, found| wanted.eq_ignore_ascii_case(&found))
    }

    /// Whether every text that `narrower` matches is matched by this glob.
    ///
    /// `false` may also mean that the proof took too long; `true` is always right.
    #[must_use]
    pub fn includes(&self, narrower: &Self) -> bool {
        self.is_universal() || Inclusion::new(&self.symbols, &narrower.symbols).holds()
    }

    /// Whether some text is matched by both globs.
    ///
    /// `true` may also mean that finding out took too long; `false` is always right.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        let (one, two) = (&*self.prefix, &*other.prefix);
        if !one.starts_with(two) && !two.starts_with(one) {
            return false;
        }
        let steps = self.symbols.len().saturating_mul(other.symbols.len());
        steps > MAX_INTERSECTION_STEPS || intersect(&self.symbols, &other.symbols)
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.symbols == other.symbols
    }
}

impl Eq for Glob {}

impl Hash for Glob {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.symbols.hash(state);
    }
}

fn symbols(pattern: &str) -> Vec<Symbol> {
    pattern
        .chars()
        .map(|character| match character {
            '*' => Symbol::Any,
            '?' => Symbol::One,
            other => Symbol::Char(other),
        })
        .collect()
}

/// The texts between the wildcards of a glob that has only `*`.
fn texts(symbols: &[Symbol]) -> Shape {
    let runs = symbols.split(|symbol| *symbol == Symbol::Any);
    let mut runs: Vec<String> =
        runs.map(|run| run.iter().filter_map(character).collect()).collect();
    let end = runs.pop().unwrap_or_default().into();
    let finder = |run: String| Finder::new(run.as_bytes()).into_owned();
    Shape::Texts(runs.into_iter().skip(1).map(finder).collect(), end)
}

fn character(symbol: &Symbol) -> Option<char> {
    match symbol {
        Symbol::Char(character) => Some(*character),
        Symbol::One | Symbol::Any => None,
    }
}

/// Comparing with nothing is left out: some processors take longer for it than for a long text.
fn strip_end<'t>(text: &'t str, end: &str) -> Option<&'t str> {
    if end.is_empty() { Some(text) } else { text.strip_suffix(end) }
}

pub(crate) fn strip_start<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    if start.is_empty() { Some(text) } else { text.strip_prefix(start) }
}

/// Whether the texts stand in this order before the end of the rest. The first place of each is
/// the best one: it leaves most to those that follow.
fn follow_each_other(middle: &[Finder<'static>], end: &str, rest: &str) -> bool {
    let Some(rest) = strip_end(rest, end) else { return false };
    let mut rest = rest.as_bytes();
    middle.iter().all(|wanted| {
        let behind = find(wanted, rest).map(|at| at.saturating_add(wanted.needle().len()));
        match behind.and_then(|behind| rest.get(behind..)) {
            Some(behind) => {
                rest = behind;
                true
            }
            None => false,
        }
    })
}

/// In a text of this length the plain search is the faster one, and bounded all the same.
const SHORT_TEXT: usize = 256;

fn find(wanted: &Finder<'static>, text: &[u8]) -> Option<usize> {
    if text.len() > SHORT_TEXT {
        return wanted.find(text);
    }
    let needle = wanted.needle();
    let first = *needle.first()?;
    let mut from = 0_usize;
    loop {
        let at = from.saturating_add(memchr(first, text.get(from..)?)?);
        let found = text.get(at..at.saturating_add(needle.len()))?;
        if found == needle {
            return Some(at);
        }
        from = at.saturating_add(1);
    }
}

/// The elements of a glob, split as an ARN is at its first five colons.
pub(crate) fn arn_parts(symbols: &[Symbol]) -> impl Iterator<Item = &[Symbol]> {
    symbols.splitn(6, |symbol| *symbol == Symbol::Char(':'))
}

/// A text, split as an ARN is; nothing where it has fewer colons.
pub(crate) fn text_parts(text: &str) -> Option<[&str; 6]> {
    let mut parts = [text; 6];
    let mut rest = text;
    for part in parts.iter_mut().take(5) {
        let colon = memchr(b':', rest.as_bytes())?;
        (*part, rest) = (rest.get(..colon)?, rest.get(colon.saturating_add(1)..)?);
    }
    if let Some(last) = parts.last_mut() {
        *last = rest;
    }
    Some(parts)
}

/// Whether the elements of a glob match the text.
pub(crate) fn symbols_match(symbols: &[Symbol], text: &str) -> bool {
    walk(symbols, text, |wanted, found| wanted == found)
}

fn walk(symbols: &[Symbol], text: &str, same: impl Fn(char, char) -> bool) -> bool {
    let mut rest = symbols;
    let mut characters = text.chars();
    // Where to resume: the pattern behind the last `*`, and the text it has swallowed so far.
    let mut resume: Option<(&[Symbol], std::str::Chars<'_>)> = None;
    loop {
        let mut ahead = characters.clone();
        match (rest.split_first(), ahead.next()) {
            (Some((Symbol::Any, tail)), _) => {
                if tail.is_empty() {
                    return true;
                }
                rest = tail;
                resume = Some((tail, characters.clone()));
            }
            (Some((Symbol::One, tail)), Some(_)) => (rest, characters) = (tail, ahead),
            (Some((Symbol::Char(wanted), tail)), Some(found)) if same(*wanted, found) => {
                (rest, characters) = (tail, ahead);
            }
            (None, None) => return true,
            _ => {
                let Some((tail, swallowed)) = &mut resume else { return false };
                if swallowed.next().is_none() {
                    return false;
                }
                (rest, characters) = (*tail, swallowed.clone());
            }
        }
    }
}

/// Positions of a glob that are reachable without reading: a `*` may stand for nothing.
fn close(symbols: &[Symbol], position: usize, into: &mut BTreeSet<usize>) {
    let mut at = position;
    into.insert(at);
    while symbols.get(at) == Some(&Symbol::Any) {
        at = at.saturating_add(1);
        into.insert(at);
    }
}

/// The positions after reading one character; `None` is a character that no glob names.
fn step(symbols: &[Symbol], positions: &BTreeSet<usize>, read: Option<char>) -> BTreeSet<usize> {
    let mut next = BTreeSet::new();
    for &position in positions {
        match symbols.get(position) {
            Some(Symbol::Any) => close(symbols, position, &mut next),
            Some(Symbol::One) => close(symbols, position.saturating_add(1), &mut next),
            Some(Symbol::Char(wanted)) if Some(*wanted) == read => {
                close(symbols, position.saturating_add(1), &mut next);
            }
            _ => {}
        }
    }
    next
}

/// The search for a text of the narrower glob that the wider one does not match, over the
/// characters that either names and one that none names.
struct Inclusion<'g> {
    wider: &'g [Symbol],
    narrower: &'g [Symbol],
    alphabet: Vec<Option<char>>,
}

impl<'g> Inclusion<'g> {
    fn new(wider: &'g [Symbol], narrower: &'g [Symbol]) -> Self {
        let mut alphabet: BTreeSet<Option<char>> = BTreeSet::from([None]);
        for symbol in wider.iter().chain(narrower) {
            if let Symbol::Char(character) = symbol {
                alphabet.insert(Some(*character));
            }
        }
        Self { wider, narrower, alphabet: alphabet.into_iter().collect() }
    }

    fn holds(&self) -> bool {
        let mut start = (BTreeSet::new(), BTreeSet::new());
        close(self.narrower, 0, &mut start.0);
        close(self.wider, 0, &mut start.1);
        let mut seen = HashSet::from([start.clone()]);
        let mut open = vec![start];
        let mut steps = 0_usize;
        while let Some((narrow, wide)) = open.pop() {
            if narrow.contains(&self.narrower.len()) && !wide.contains(&self.wider.len()) {
                return false;
            }
            for read in &self.alphabet {
                steps = steps.saturating_add(1);
                let next = (step(self.narrower, &narrow, *read), step(self.wider, &wide, *read));
                if !next.0.is_empty() && seen.insert(next.clone()) {
                    open.push(next);
                }
            }
            if steps > MAX_INCLUSION_STEPS {
                return false;
            }
        }
        true
    }
}

fn intersect(left: &[Symbol], right: &[Symbol]) -> bool {
    let mut seen = HashSet::from([(0_usize, 0_usize)]);
    let mut open = vec![(0_usize, 0_usize)];
    while let Some((i, j)) = open.pop() {
        let (next_i, next_j) = (i.saturating_add(1), j.saturating_add(1));
        let steps: [Option<(usize, usize)>; 2] = match (left.get(i), right.get(j)) {
            (None, None) => return true,
            (Some(Symbol::Any), Some(_)) => [Some((next_i, j)), Some((i, next_j))],
            (Some(Symbol::Any), None) => [Some((next_i, j)), None],
            (Some(_), Some(Symbol::Any)) => [Some((i, next_j)), Some((next_i, j))],
            (None, Some(Symbol::Any)) => [Some((i, next_j)), None],
            (Some(Symbol::Char(a)), Some(Symbol::Char(b))) if a != b => [None, None],
            (Some(_), Some(_)) => [Some((next_i, next_j)), None],
            _ => [None, None],
        };
        for step in steps.into_iter().flatten() {
            if seen.insert(step) {
                open.push(step);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wildcards_cross_slashes_and_colons() {
        for (pattern, text, wanted) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("?", "", false),
            ("?", "é", true),
            ("a*", "a", true),
            ("a*b", "a/x:y/b", true),
            ("a*b", "a/x:y/c", false),
            (
                "arn:aws:sagemaker:*:training-job/churn-7",
                "arn:aws:sagemaker:us-east-1:1:training-job/churn-7",
                true,
            ),
            ("ml.c5.*", "ml.c5.xlarge", true),
            ("ml.c5.*", "ml.c5d.xlarge", false),
            ("*-prod-*", "x-prod-prod-y", true),
            ("a?c*", "abcd", true),
            ("a?c*", "acd", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), wanted, "{pattern} {text}");
        }
        assert!(Glob::literal("a*").matches("a*"));
        assert!(!Glob::literal("a*").matches("ab"));
    }

    #[test]
    fn many_stars_against_a_long_text_are_answered_at_once() {
        let text = "a".repeat(20_000);
        assert!(!Glob::new("a*a*a*a*a*a*a*a*b").matches(&text));
    }

    #[test]
    fn inclusion_and_intersection() {
        for (wide, narrow, includes, intersects) in [
            ("*", "a*b", true, true),
            ("a*", "ab*", true, true),
            ("ab*", "a*", false, true),
            ("a*b", "ab", true, true),
            ("a*b*", "ab*c", true, true),
            ("?*", "a*", true, true),
            ("a*", "b*", false, false),
            ("*a", "b*", false, true),
            ("training-job/*", "training-job/*", true, true),
            ("training-job/churn-*", "training-job/*", false, true),
            ("model/*", "training-job/*", false, false),
            ("??", "?*?", false, true),
            ("?*?", "??", true, true),
        ] {
            let (wide_glob, narrow_glob) = (Glob::new(wide), Glob::new(narrow));
            assert_eq!(wide_glob.includes(&narrow_glob), includes, "{narrow} in {wide}");
            assert_eq!(wide_glob.intersects(&narrow_glob), intersects, "{narrow} with {wide}");
            assert_eq!(narrow_glob.intersects(&wide_glob), intersects, "{wide} with {narrow}");
        }
    }

    fn glob() -> impl Strategy<Value = String> {
        "[ab*?]{0,6}"
    }

    /// Every text over `ab` (and `c`, which no glob names) up to five characters.
    fn texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..5 {
            last = last.iter().flat_map(|t| ["a", "b", "c"].map(|c| format!("{t}{c}"))).collect();
            all.extend(last.clone());
        }
        all
    }

    /// The textbook definition, exponential and obviously right.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skip| slow(rest, &text[skip..])),
            Some((wanted, rest)) => text.split_first().is_some_and(|(found, tail)| {
                (*wanted == '?' || wanted == found) && slow(rest, tail)
            }),
        }
    }

    proptest! {
        #[test]
        fn matching_equals_the_textbook(pattern in glob(), text in "[abc]{0,7}") {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            prop_assert_eq!(Glob::new(&pattern).matches(&text), slow(&chars(&pattern), &chars(&text)));
        }

        #[test]
        fn inclusion_and_intersection_equal_enumeration(wide in glob(), narrow in glob()) {
            // Six symbols have no shortest witness longer than five characters that matters here
            // only for inclusion refutations; a claimed inclusion must never be contradicted.
            let (wide, narrow) = (Glob::new(&wide), Glob::new(&narrow));
            let texts = texts();
            let counterexample = texts.iter().any(|t| narrow.matches(t) && !wide.matches(t));
            let common = texts.iter().any(|t| narrow.matches(t) && wide.matches(t));
            prop_assert!(!(wide.includes(&narrow) && counterexample));
            prop_assert!(!common || wide.intersects(&narrow));
            if wide.symbols().iter().chain(narrow.symbols()).count() <= 5 {
                prop_assert_eq!(wide.includes(&narrow), !counterexample);
                prop_assert_eq!(wide.intersects(&narrow), common);
            }
        }
    }
}
