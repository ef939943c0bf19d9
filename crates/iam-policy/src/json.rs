//! Strict JSON with places: the reader behind policies, and behind request parameters of logs.
//!
//! General JSON readers keep the last of two equal keys. For a policy that silently drops a
//! condition (AWS's own `sagemaker:Search` sample repeats one), for a log record it lets the
//! attacker choose what the auditor reads. Here a repeated key is an error that names both places.
//! Numbers stay text (`1e400` and `2^70` are somebody else's problem), strings borrow the input
//! unless they hold escapes, and depth is bounded, so hostile input cannot exhaust the stack.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Deepest nesting of arrays and objects that is read; deeper input is an error.
pub const MAX_DEPTH: usize = 128;

/// Above this many members a set finds the repeated key; below, comparing each with each is faster.
const FEW_MEMBERS: usize = 16;

/// A half-open range of byte offsets into the text that was parsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

/// A JSON value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'a> {
    /// Where the value stands, quotes and brackets included.
    pub span: Span,
    /// The value.
    pub value: Value<'a>,
}

/// A JSON value. Objects keep the order of their members.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as written.
    Number(&'a str),
    /// A string without its quotes and escapes.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Node<'a>>),
    /// An object; no key occurs twice, unless [`parse_keeping_repeats`] read it.
    Object(Vec<Member<'a>>),
}

/// One member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member<'a> {
    /// The key without its quotes and escapes.
    pub key: Cow<'a, str>,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value behind it.
    pub node: Node<'a>,
}

impl<'a> Node<'a> {
    /// The member of that exact name, when this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.members().iter().find(|member| member.key == key).map(|member| &member.node)
    }

    /// The members of an object; none for any other value.
    #[must_use]
    pub fn members(&self) -> &[Member<'a>] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of an array; none for any other value.
    #[must_use]
    pub fn elements(&self) -> &[Node<'a>] {
        match &self.value {
            Value::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value this is, for error messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

/// Why a text is not the JSON this module accepts, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Byte offset of the fault.
    pub offset: usize,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// The grammar wants something else here.
    Expected(&'static str),
    /// The text ends inside a value.
    UnexpectedEnd,
    /// Something follows the value.
    TrailingText,
    /// The key stands twice in one object.
    DuplicateKey {
        /// The key.
        key: String,
        /// Byte offset of its first occurrence.
        first: usize,
    },
    /// More than [`MAX_DEPTH`] arrays and objects inside each other.
    TooDeep,
    /// A `\u` escape that is half of a surrogate pair.
    LoneSurrogate,
    /// A backslash before a character that cannot be escaped.
    BadEscape,
    /// A control character that must be escaped.
    ControlCharacter,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            JsonErrorKind::Expected(what) => write!(f, "expected {what}"),
            JsonErrorKind::UnexpectedEnd => f.write_str("the text ends too early"),
            JsonErrorKind::TrailingText => f.write_str("text follows the end of the value"),
            JsonErrorKind::DuplicateKey { key, .. } => {
                write!(f, "the key `{}` stands twice in one object", key.escape_debug())
            }
            JsonErrorKind::TooDeep => write!(f, "nested deeper than {MAX_DEPTH} levels"),
            JsonErrorKind::LoneSurrogate => f.write_str("half of a surrogate pair"),
            JsonErrorKind::BadEscape => f.write_str("unknown escape sequence"),
            JsonErrorKind::ControlCharacter => f.write_str("unescaped control character"),
        }
    }
}

impl std::error::Error for JsonError {}

/// Parses one JSON value that is the whole text (white space around it aside).
///
/// # Errors
/// A [`JsonError`] at the first fault.
pub fn parse(text: &str) -> Result<Node<'_>, JsonError> {
    Parser { text, position: 0, depth: 0, repeats: None }.whole().map(|(node, _)| node)
}

/// The same for a reader that wants to go on: repeated keys are kept and told, each a
/// [`JsonErrorKind::DuplicateKey`], in the order of the text. Such an object has its members all.
///
/// # Errors
/// A [`JsonError`] at the first other fault.
pub fn parse_keeping_repeats(text: &str) -> Result<(Node<'_>, Vec<JsonError>), JsonError> {
    Parser { text, position: 0, depth: 0, repeats: Some(Vec::new()) }.whole()
}

/// Line and column (both from 1, columns in characters) of a byte offset.
#[must_use]
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
    let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
    let column = before.get(line_start..).unwrap_or_default().chars().count().saturating_add(1);
    (line, column)
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
    depth: usize,
    /// Where repeated keys are gathered; without it they are refused.
    repeats: Option<Vec<JsonError>>,
}

impl<'a> Parser<'a> {
    fn whole(mut self) -> Result<(Node<'a>, Vec<JsonError>), JsonError> {
        self.skip_space();
        let node = self.value()?;
        self.skip_space();
        if self.position < self.text.len() {
            return Err(self.error(JsonErrorKind::TrailingText));
        }
        let mut repeats = self.repeats.unwrap_or_default();
        repeats.sort_by_key(|repeat| repeat.offset);
        Ok((node, repeats))
    }

    fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { kind, offset: self.position }
    }

    fn expected(&self, what: &'static str) -> JsonError {
        match self.peek() {
            Some(_) => self.error(JsonErrorKind::Expected(what)),
            None => self.error(JsonErrorKind::UnexpectedEnd),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn advance(&mut self, bytes: usize) {
        self.position = self.position.saturating_add(bytes);
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn span_from(&self, start: usize) -> Span {
        Span { start, end: self.position }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.advance(1);
        }
    }

    fn value(&mut self) -> Result<Node<'a>, JsonError> {
        let start = self.position;
        let value = match self.peek() {
            Some(b'"') => Value::String(self.string()?),
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            _ => return Err(self.expected("a value")),
        };
        Ok(Node { span: self.span_from(start), value })
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value<'a>, JsonError>,
    ) -> Result<Value<'a>, JsonError> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(JsonErrorKind::TooDeep));
        }
        self.depth = self.depth.saturating_add(1);
        self.advance(1);
        self.skip_space();
        let value = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(value)
    }

    fn object(&mut self) -> Result<Value<'a>, JsonError> {
        let mut members: Vec<Member<'a>> = Vec::new();
        if self.peek() == Some(b'}') {
            self.advance(1);
            return Ok(Value::Object(members));
        }
        loop {
            members.push(self.member()?);
            match self.peek() {
                Some(b',') => self.advance(1),
                Some(b'}') => break,
                _ => return Err(self.expected("`,` or `}`")),
            }
            self.skip_space();
        }
        self.advance(1);
        match &mut self.repeats {
            Some(repeats) => repeats.extend(every_repeated_key(&members)),
            None => refuse_repeated_key(&members)?,
        }
        Ok(Value::Object(members))
    }

    fn member(&mut self) -> Result<Member<'a>, JsonError> {
        let start = self.position;
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in double quotes"));
        }
        let key = self.string()?;
        let key_span = self.span_from(start);
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.advance(1);
        self.skip_space();
        let node = self.value()?;
        self.skip_space();
        Ok(Member { key, key_span, node })
    }

    fn array(&mut self) -> Result<Value<'a>, JsonError> {
        let mut elements = Vec::new();
        if self.peek() == Some(b']') {
            self.advance(1);
            return Ok(Value::Array(elements));
        }
        loop {
            elements.push(self.value()?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.advance(1),
                Some(b']') => break,
                _ => return Err(self.expected("`,` or `]`")),
            }
            self.skip_space();
        }
        self.advance(1);
        Ok(Value::Array(elements))
    }

    fn word(&mut self, word: &'static str, value: Value<'a>) -> Result<Value<'a>, JsonError> {
        let end = self.position.saturating_add(word.len());
        if self.slice(self.position, end) != word {
            return Err(self.expected("a value"));
        }
        self.advance(word.len());
        Ok(value)
    }

    fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.position;
        if self.peek() == Some(b'-') {
            self.advance(1);
        }
        match self.peek() {
            Some(b'0') => self.advance(1),
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.advance(1);
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.advance(1);
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.advance(1);
            }
            self.digits()?;
        }
        Ok(self.slice(start, self.position))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.expected("a digit"));
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.advance(1);
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.advance(1);
        let start = self.position;
        let mut owned: Option<String> = None;
        let mut run = start;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let text = owned.get_or_insert_with(String::new);
                    text.push_str(self.slice(run, self.position));
                    let character = self.escape()?;
                    owned.get_or_insert_with(String::new).push(character);
                    run = self.position;
                }
                Some(0..=0x1f) => return Err(self.error(JsonErrorKind::ControlCharacter)),
                Some(_) => self.advance(1),
                None => return Err(self.error(JsonErrorKind::UnexpectedEnd)),
            }
        }
        let tail = self.slice(run, self.position);
        self.advance(1);
        Ok(match owned {
            Some(mut text) => {
                text.push_str(tail);
                Cow::Owned(text)
            }
            None => Cow::Borrowed(tail),
        })
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        self.advance(1);
        let character = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            Some(_) => return Err(self.error(JsonErrorKind::BadEscape)),
            None => return Err(self.error(JsonErrorKind::UnexpectedEnd)),
        };
        self.advance(1);
        Ok(character)
    }

    /// Stands on the `u`; a high surrogate wants its low half right behind it.
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let place = self.position;
        let lone = JsonError { kind: JsonErrorKind::LoneSurrogate, offset: place };
        let first = self.hex_digits()?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first).ok_or(lone);
        }
        if first >= 0xdc00 || self.slice(self.position, self.position.saturating_add(2)) != "\\u" {
            return Err(lone);
        }
        self.advance(1);
        let second = self.hex_digits()?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(lone);
        }
        let high = (first & 0x3ff) << 10_u32;
        let code = 0x1_0000_u32.saturating_add(high | (second & 0x3ff));
        char::from_u32(code).ok_or(lone)
    }

    fn hex_digits(&mut self) -> Result<u32, JsonError> {
        self.advance(1);
        let digits = self.slice(self.position, self.position.saturating_add(4));
        let valid = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code = if valid { u32::from_str_radix(digits, 16).ok() } else { None };
        let code = code.ok_or_else(|| self.expected("four hexadecimal digits"))?;
        self.advance(4);
        Ok(code)
    }
}

fn refuse_repeated_key(members: &[Member<'_>]) -> Result<(), JsonError> {
    let Some(repeated) = repeated_key(members) else { return Ok(()) };
    let first = members.iter().find(|member| member.key == repeated.key);
    Err(duplicate_key(first.unwrap_or(repeated), repeated))
}

fn every_repeated_key(members: &[Member<'_>]) -> Vec<JsonError> {
    let mut seen: HashMap<&str, &Member<'_>> = HashMap::with_capacity(members.len());
    let mut repeats = Vec::new();
    for member in members {
        match seen.entry(member.key.as_ref()) {
            Entry::Occupied(first) => repeats.push(duplicate_key(first.get(), member)),
            Entry::Vacant(place) => {
                place.insert(member);
            }
        }
    }
    repeats
}

fn duplicate_key(first: &Member<'_>, repeated: &Member<'_>) -> JsonError {
    let (key, first) = (repeated.key.to_string(), first.key_span.start);
    let kind = JsonErrorKind::DuplicateKey { key, first };
    JsonError { kind, offset: repeated.key_span.start }
}

fn repeated_key<'m, 'a>(members: &'m [Member<'a>]) -> Option<&'m Member<'a>> {
    if members.len() <= FEW_MEMBERS {
        return members.iter().enumerate().find_map(|(index, member)| {
            let earlier = members.iter().take(index);
            earlier.into_iter().any(|other| other.key == member.key).then_some(member)
        });
    }
    let mut seen = HashSet::with_capacity(members.len());
    members.iter().find(|member| !seen.insert(member.key.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (JsonErrorKind, usize) {
        let error = parse(text).expect_err(text);
        (error.kind, error.offset)
    }

    #[test]
    fn values_keep_their_places_and_numbers_their_text() {
        let node = parse(r#" {"a": [1e400, -0, 1180591620717411303424], "b": null}"#).unwrap();
        let numbers = node.get("a").unwrap();
        assert_eq!(numbers.span, Span { start: 7, end: 42 });
        let text: Vec<_> = numbers.elements().iter().map(|n| n.value.clone()).collect();
        let wanted = ["1e400", "-0", "1180591620717411303424"].map(Value::Number);
        assert_eq!(text, wanted);
        assert_eq!(node.get("b").unwrap().value, Value::Null);
    }

    #[test]
    fn strings_borrow_unless_they_hold_escapes() {
        let node = parse(r#"["plain", "a\u00e9\n\ud83d\ude00"]"#).unwrap();
        let texts: Vec<_> = node.elements().iter().map(|n| n.as_str().unwrap()).collect();
        assert_eq!(texts, ["plain", "aé\n😀"]);
        assert!(matches!(&node.elements()[0].value, Value::String(Cow::Borrowed(_))));
    }

    #[test]
    fn a_repeated_key_names_both_places_at_any_depth_and_size() {
        let kind = JsonErrorKind::DuplicateKey { key: "k".into(), first: 6 };
        assert_eq!(fault(r#"{"a":{"k":1,"k":2}}"#), (kind, 12));
        let escaped = JsonErrorKind::DuplicateKey { key: "k".into(), first: 1 };
        assert_eq!(fault(r#"{"k":1,"\u006b":2}"#), (escaped, 7));
        let many: Vec<String> = (0..40).map(|n| format!("\"{}\":0", n % 39)).collect();
        let error = parse(&format!("{{{}}}", many.join(","))).map(|_| ()).unwrap_err();
        assert!(matches!(error.kind, JsonErrorKind::DuplicateKey { key, .. } if key == "0"));
    }

    #[test]
    fn repeated_keys_can_be_kept_and_told() {
        let text = r#"{"k":1,"a":{"x":1,"x":2},"k":2,"k":3}"#;
        let (node, repeats) = parse_keeping_repeats(text).unwrap();
        assert_eq!(node.members().len(), 4);
        let told: Vec<(usize, usize)> = repeats
            .iter()
            .map(|repeat| match repeat.kind {
                JsonErrorKind::DuplicateKey { first, .. } => (first, repeat.offset),
                ref other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told, [(12, 18), (1, 25), (1, 31)]);
        assert!(parse_keeping_repeats(r#"{"k":1,"k":}"#).is_err());
    }

    #[test]
    fn depth_is_bounded() {
        let nest = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&nest(MAX_DEPTH)).is_ok());
        assert_eq!(fault(&nest(MAX_DEPTH + 1)).0, JsonErrorKind::TooDeep);
        assert_eq!(fault(&"[".repeat(1_000_000)).0, JsonErrorKind::TooDeep);
    }

    #[test]
    fn what_is_not_json_is_refused_where_it_goes_wrong() {
        for (text, offset) in [
            ("", 0),
            ("[1,]", 3),
            ("{\"a\":1,}", 7),
            ("// c\n1", 0),
            ("[1 2]", 3),
            ("01", 1),
            ("1.", 2),
            ("tru", 0),
            ("\"a", 2),
            ("\"\\x\"", 2),
            ("\"\u{1}\"", 1),
            ("\"\\ud800\"", 2),
            ("\"\\ud800\\u0041\"", 2),
            ("\"\\udc00\"", 2),
            ("\"\\u12\"", 3),
            ("{\u{201c}Sid\u{201d}: 1}", 1),
            ("1 1", 2),
        ] {
            assert_eq!(fault(text).1, offset, "{text}");
        }
    }

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        assert_eq!(line_and_column("ab\ncd", 4), (2, 2));
        assert_eq!(line_and_column("é\"x", 3), (1, 3));
        assert_eq!(line_and_column("a", 99), (1, 2));
    }
}
