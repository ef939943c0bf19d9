//! The text of a policy, repaired so far that it can be read, with every byte in its place.

use std::borrow::Cow;

use crate::json::{self, JsonError, Node, Span};

/// So many commas too many are mended; each costs a reading.
const MAX_COMMAS: usize = 32;

/// A text and what had to be done to it.
pub(super) struct Source<'t> {
    original: &'t str,
    text: Cow<'t, str>,
    /// Typographic quotes that stand for straight ones.
    pub(super) quotes: Vec<Span>,
    /// Commas behind the last entry of a list or object.
    pub(super) commas: Vec<Span>,
}

impl<'t> Source<'t> {
    /// Blanks a byte order mark, straightens typographic quotes if the text is no JSON with them, and
    /// blanks commas behind the last entry.
    pub(super) fn new(original: &'t str) -> Self {
        let text = Cow::Borrowed(original);
        let mut source = Self { original, text, quotes: Vec::new(), commas: Vec::new() };
        if let Some(rest) = original.strip_prefix('\u{feff}') {
            source.text = Cow::Owned(format!("   {rest}"));
        }
        if source.text.contains(is_typographic) && source.parse().is_err() {
            let (text, quotes) = straighten(&source.text);
            (source.text, source.quotes) = (Cow::Owned(text), quotes);
        }
        while source.commas.len() < MAX_COMMAS
            && let Some(comma) = source.trailing_comma()
        {
            source.text.to_mut().replace_range(comma.start..comma.end, " ");
            source.commas.push(comma);
        }
        source
    }

    /// The comma that makes the text no JSON.
    fn trailing_comma(&self) -> Option<Span> {
        let offset = self.parse().err()?.offset;
        let (before, rest) = self.text.split_at_checked(offset)?;
        let before = before.trim_end();
        let is_one = rest.starts_with(['}', ']']) && before.ends_with(',');
        is_one.then(|| Span { start: before.len().saturating_sub(1), end: before.len() })
    }

    /// The text as it is read. Offsets into it are offsets into the original.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn original(&self) -> &'t str {
        self.original
    }

    /// The JSON, and its repeated keys.
    pub(super) fn parse(&self) -> Result<(Node<'_>, Vec<JsonError>), JsonError> {
        json::parse_keeping_repeats(&self.text)
    }
}

/// The quotes that word processors make.
pub(super) fn is_typographic(character: char) -> bool {
    matches!(character, '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ff02}') || is_single(character)
}

/// The single ones among them. One of those is an apostrophe where it does not begin or end a string.
fn is_single(character: char) -> bool {
    matches!(character, '\u{2018}'..='\u{201b}')
}

/// Straight quotes in the place of typographic ones that begin or end a string. All are three bytes
/// long; spaces outside the string fill what a straight one leaves.
fn straighten(text: &str) -> (String, Vec<Span>) {
    let (mut straight, mut quotes) = (String::with_capacity(text.len()), Vec::new());
    // The quote that a string began with, and whether the last character escapes the next one.
    let (mut inside, mut escaped) = (None, false);
    for (start, character) in text.char_indices() {
        let ends = match inside {
            Some('"') => character == '"',
            Some(open) if is_typographic(character) => is_single(open) == is_single(character),
            Some(_) => character == '"',
            None => false,
        };
        let quote = character == '"' || is_typographic(character);
        if escaped || !quote || (inside.is_some() && !ends) {
            straight.push(character);
            escaped = inside.is_some() && character == '\\' && !escaped;
            continue;
        }
        let typographic = character != '"';
        if typographic {
            let end = start.saturating_add(character.len_utf8());
            quotes.push(Span { start, end });
        }
        straight.push_str(match (typographic, inside) {
            (false, _) => "\"",
            (true, None) => "  \"",
            (true, Some(_)) => "\"  ",
        });
        inside = if inside.is_none() { Some(character) } else { None };
    }
    (straight, quotes)
}

/// Whether a text is meant to be a policy: an object with `Statement` or `Effect`, or something
/// broken that has the word.
#[must_use]
pub fn looks_like_policy(text: &str) -> bool {
    let words = ["Statement", "Effect"];
    match json::parse_keeping_repeats(text) {
        Ok((root, _)) => words.iter().any(|word| root.get(word).is_some()),
        Err(_) => words.iter().any(|word| text.contains(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straightened_text_keeps_every_byte_in_its_place() {
        for (text, straight) in [
            ("{“a”: “b”}", "{  \"a\"  :   \"b\"  }"),
            ("{“a\": \"b”\"}", "{  \"a\": \"b”\"}"),
            ("{“a\\”b”:1}", "{  \"a\\”b\"  :1}"),
            ("{‘a’: “it’s”}", "{  \"a\"  :   \"it’s\"  }"),
        ] {
            let (got, quotes) = straighten(text);
            assert_eq!(got, straight);
            assert_eq!(got.len(), text.len());
            assert!(quotes.iter().all(|quote| text.is_char_boundary(quote.start)));
        }
    }

    #[test]
    fn a_policy_is_known_by_its_words() {
        for (text, wanted) in [
            ("{\"Statement\": 1}", true),
            ("{\"Effect\": 1}", true),
            ("{\"a\": {\"Statement\": 1}}", false),
            ("{“Effect”: 1}", true),
            ("[1", false),
            ("", false),
        ] {
            assert_eq!(looks_like_policy(text), wanted, "{text}");
        }
    }
}
