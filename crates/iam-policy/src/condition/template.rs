//! Texts of a policy that may hold wildcards and variables.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use crate::choice::{Choice, Choices};
use crate::condition::pass::Pass;
use crate::document::Version;
use crate::logic::Match;
use crate::pattern::{Symbol, strip_start, symbols_match};
use crate::request::{ContextValue, KeyValue, RequestContext};

/// More combinations of possible variable values than this are treated as unknown.
const MAX_EXPANSIONS: usize = 64;

/// A text of a policy: literal characters, wildcards, variables.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Template {
    pieces: Box<[Piece]>,
    /// The plain characters before the first wildcard or variable.
    head: Box<str>,
    /// How many pieces the head is.
    head_pieces: usize,
    /// Whether `*` and `?` are more than characters here.
    wildcards: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Piece {
    Symbol(Symbol),
    /// A key, as written and in lower case, and what stands for it when the request lacks it.
    Variable {
        key: Box<str>,
        lower: Box<str>,
        default: Option<Box<str>>,
    },
}

/// What became of a template whose variables are all known.
enum Filled {
    /// The text is in the scratch memory.
    Text(Choices),
    /// A variable has no value: such a text matches nothing.
    NoValue(Choices),
    /// Some value is not known.
    Open,
}

/// What a template may stand for in one request.
struct Expansion {
    /// `None` where a variable has no value: such a text matches nothing.
    alternatives: Vec<Option<Vec<Symbol>>>,
    /// Whether a variable's value is unknown; a `*` stands in its place.
    uncertain: bool,
    choices: Choices,
}

impl Template {
    /// Reads a text. Variables exist from version 2012-10-17 on; `wildcards` says whether `*` and
    /// `?` are more than characters.
    pub(crate) fn new(text: &str, version: Version, wildcards: bool) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        // Behind the last brace nothing is a variable, and need not be looked through for one.
        let behind_last = text.rfind('}').map_or(text, |at| text.get(at..).unwrap_or_default());
        while let Some(character) = rest.chars().next() {
            let may_close = version == Version::V2012 && rest.len() > behind_last.len();
            let variable = if may_close { variable(rest) } else { None };
            if let Some((piece, tail)) = variable {
                pieces.push(piece);
                rest = tail;
                continue;
            }
            pieces.push(Piece::Symbol(match character {
                '*' if wildcards => Symbol::Any,
                '?' if wildcards => Symbol::One,
                other => Symbol::Char(other),
            }));
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        Self::of(pieces.into(), wildcards)
    }

    fn of(pieces: Box<[Piece]>, wildcards: bool) -> Self {
        let plain = pieces.iter().map_while(|piece| match piece {
            Piece::Symbol(Symbol::Char(character)) => Some(*character),
            _ => None,
        });
        let head: Box<str> = plain.collect();
        Self { head_pieces: head.chars().count(), head, pieces, wildcards }
    }

    /// The symbols of a template without variables.
    pub(crate) fn fixed(&self) -> Option<Vec<Symbol>> {
        let symbol = |piece: &Piece| match piece {
            Piece::Symbol(symbol) => Some(*symbol),
            Piece::Variable { .. } => None,
        };
        self.pieces.iter().map(symbol).collect()
    }

    /// The template with more symbols behind it.
    pub(crate) fn followed_by(&self, symbols: &[Symbol]) -> Self {
        let tail = symbols.iter().copied().map(Piece::Symbol);
        Self::of(self.pieces.iter().cloned().chain(tail).collect(), self.wildcards)
    }

    /// Whether what the template stands for in this request passes the test; the flag says that a
    /// `*` stands for a value that is not known.
    pub(crate) fn test(
        &self,
        request: &RequestContext,
        pass: &mut Pass,
        passes: impl FnMut(&[Symbol], bool) -> Match,
    ) -> Match {
        Self::test_pieces(&self.pieces, self.wildcards, request, pass, passes)
    }

    /// Whether the text is what the template stands for in this request.
    pub(crate) fn matches(&self, text: &str, request: &RequestContext, pass: &mut Pass) -> Match {
        let Some(rest) = strip_start(text, &self.head) else {
            // Whatever the variables are; who wants to know all choices must look at them.
            return match pass.thorough {
                true => self.test(request, pass, |_, _| Match::No),
                false => Match::No,
            };
        };
        let behind = self.pieces.get(self.head_pieces..).unwrap_or_default();
        Self::test_pieces(behind, self.wildcards, request, pass, |symbols, uncertain| {
            let found = Match::from(symbols_match(symbols, rest));
            if uncertain { found.and(Match::Unknown) } else { found }
        })
    }

    fn test_pieces(
        pieces: &[Piece],
        wildcards: bool,
        request: &RequestContext,
        pass: &mut Pass,
        mut passes: impl FnMut(&[Symbol], bool) -> Match,
    ) -> Match {
        match fill(pieces, wildcards, request, &mut pass.scratch) {
            Filled::Text(choices) => {
                let answer = passes(&pass.scratch, false);
                pass.chosen_all(choices, answer)
            }
            Filled::NoValue(choices) => pass.chosen_all(choices, Match::No),
            Filled::Open => {
                let expansion = expand(pieces, wildcards, request);
                let each = expansion.alternatives.iter().map(|alternative| match alternative {
                    None => Match::No,
                    Some(symbols) => passes(symbols, expansion.uncertain),
                });
                let answer = Match::one_of(each);
                pass.chosen_all(expansion.choices, answer)
            }
        }
    }

    /// Keys of variables that have no known value in this request.
    pub(crate) fn unsettled<'t>(
        &'t self,
        request: &'t RequestContext,
    ) -> impl Iterator<Item = &'t str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, lower, .. } => {
                let value = request.get(lower);
                let known = matches!(value, ContextValue::Known(_) | ContextValue::Absent);
                (!known).then_some(&**key)
            }
            Piece::Symbol(_) => None,
        })
    }

    /// Keys of variables that may have no value in this request. A list is none.
    pub(crate) fn valueless<'t>(
        &'t self,
        request: &'t RequestContext,
    ) -> impl Iterator<Item = &'t str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, lower, default } => {
                let candidates = candidates(request.get(lower));
                let some = candidates.is_some_and(|mut candidates| {
                    candidates.all(|candidate| text_of(candidate, default.as_deref()).is_some())
                });
                (!some).then_some(&**key)
            }
            Piece::Symbol(_) => None,
        })
    }
}

/// Fills in the variables without asking for memory, where each has one value.
fn fill(
    pieces: &[Piece],
    wildcards: bool,
    request: &RequestContext,
    into: &mut Vec<Symbol>,
) -> Filled {
    into.clear();
    let mut choices = Choices::default();
    let mut valueless = false;
    for piece in pieces {
        match piece {
            Piece::Symbol(symbol) => into.push(*symbol),
            Piece::Variable { lower, default, .. } => {
                let candidate = match request.get(lower) {
                    ContextValue::Known(value) => Some(value),
                    ContextValue::Absent => None,
                    _ => return Filled::Open,
                };
                choices.add(choices_of(candidate, default.as_deref(), wildcards));
                match text_of(candidate, default.as_deref()) {
                    Some(text) => into.extend(text.chars().map(Symbol::Char)),
                    None => valueless = true,
                }
            }
        }
    }
    if valueless { Filled::NoValue(choices) } else { Filled::Text(choices) }
}

fn expand(pieces: &[Piece], wildcards: bool, request: &RequestContext) -> Expansion {
    let mut expansion = Expansion {
        alternatives: vec![Some(Vec::new())],
        uncertain: false,
        choices: Choices::default(),
    };
    for piece in pieces {
        match piece {
            Piece::Symbol(symbol) => expansion.push(*symbol),
            Piece::Variable { lower, default, .. } => {
                let Some(candidates) = candidates(request.get(lower)) else {
                    expansion.uncertain = true;
                    expansion.append(&[Some(vec![Symbol::Any])]);
                    continue;
                };
                let mut texts = Vec::new();
                for candidate in candidates {
                    expansion.choices.add(choices_of(candidate, default.as_deref(), wildcards));
                    let text = text_of(candidate, default.as_deref());
                    texts.push(text.map(|text| text.chars().map(Symbol::Char).collect()));
                }
                expansion.append(&texts);
            }
        }
    }
    expansion
}

/// What is ours by choice when this value stands for a variable.
fn choices_of(candidate: Option<&KeyValue>, default: Option<&str>, wildcards: bool) -> Choices {
    match candidate {
        Some(KeyValue::Many(texts)) if texts.is_empty() => Choices::of(Choice::NullOfEmptyList),
        Some(KeyValue::Many(_)) => Choices::of(Choice::ListAsVariable),
        Some(KeyValue::One(text)) if text.is_empty() => Choices::of(Choice::EmptyVariableValue),
        Some(KeyValue::One(text)) if wildcards && text.contains(['*', '?']) => {
            Choices::of(Choice::WildcardInVariableValue)
        }
        None if default == Some("") => Choices::of(Choice::EmptyDefault),
        _ => Choices::default(),
    }
}

impl Expansion {
    fn push(&mut self, symbol: Symbol) {
        for alternative in self.alternatives.iter_mut().flatten() {
            alternative.push(symbol);
        }
    }

    fn append(&mut self, texts: &[Option<Vec<Symbol>>]) {
        let count = self.alternatives.len().saturating_mul(texts.len());
        if let ([Some(only)], false) = (texts, count > MAX_EXPANSIONS) {
            for alternative in self.alternatives.iter_mut().flatten() {
                alternative.extend_from_slice(only);
            }
            return;
        }
        if count > MAX_EXPANSIONS {
            self.uncertain = true;
            self.alternatives = vec![Some(vec![Symbol::Any])];
            return;
        }
        let join = |left: &Option<Vec<Symbol>>, right: &Option<Vec<Symbol>>| {
            let (Some(left), Some(right)) = (left, right) else { return None };
            Some([left.as_slice(), right.as_slice()].concat())
        };
        let joined = self.alternatives.iter().flat_map(|l| texts.iter().map(move |r| join(l, r)));
        self.alternatives = joined.collect();
    }
}

/// What a key may hold, `None` for absence; nothing at all when that is not known.
fn candidates(value: &ContextValue) -> Option<impl Iterator<Item = Option<&KeyValue>>> {
    let (one, many) = match value {
        ContextValue::Known(value) => (Some(Some(value)), [].as_slice()),
        ContextValue::Absent => (Some(None), [].as_slice()),
        ContextValue::OneOf(candidates) if !candidates.is_empty() => (None, candidates.as_slice()),
        ContextValue::OneOf(_) | ContextValue::Present | ContextValue::Unknown => return None,
    };
    Some(one.into_iter().chain(many.iter().map(Option::as_ref)))
}

/// The text that stands for a variable; a multivalued key cannot be one, and one without values is
/// missing.
fn text_of<'v>(candidate: Option<&'v KeyValue>, default: Option<&'v str>) -> Option<&'v str> {
    match candidate {
        Some(KeyValue::One(text)) => Some(text),
        Some(KeyValue::Many(texts)) if texts.is_empty() => default,
        Some(KeyValue::Many(_)) => None,
        None => default,
    }
}

/// A `${…}` at the head of the text, and what follows it.
fn variable(text: &str) -> Option<(Piece, &str)> {
    let (inside, rest) = text.strip_prefix("${")?.split_once('}')?;
    if let "*" | "?" | "$" = inside {
        let escaped = inside.chars().next()?;
        return Some((Piece::Symbol(Symbol::Char(escaped)), rest));
    }
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => (key, Some(default.trim().trim_matches('\'').into())),
        None => (inside, None),
    };
    let key = key.trim();
    let lower = key.to_lowercase().into();
    Some((Piece::Variable { key: key.into(), lower, default }, rest))
}
