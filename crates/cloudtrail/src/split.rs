//! From a text to the byte ranges of its records, whatever container they came in.
//!
//! A text is read as JSON values one after another. Only where that fails is it read line by line,
//! which costs each broken line alone; and only if it then looks like lines of records rather than
//! like one broken document, which is refused as a whole.

use std::borrow::Cow;
use std::ops::Range;

use iam_policy::json;
use serde::de::IgnoredAny;

use crate::error::{ObjectError, Reason};
use crate::scan::{Fault, Scanner};

/// So many slices are kept whatever their size. Beyond, they must average
/// [`SMALLEST_SLICE`] bytes, so that a text of `[0,0,0,…]` cannot cost many times its size.
const ALWAYS_KEPT: usize = 4 << 20;

/// No record is shorter.
const SMALLEST_SLICE: usize = 32;

/// What the records of an object were wrapped in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// `{"Records":[…]}`, what CloudTrail writes.
    Records,
    /// Several values one after another, usually one to a line; each may be any container.
    JsonLines,
    /// A list of records, envelopes or entries of `LookupEvents`.
    List,
    /// One record.
    Record,
    /// One EventBridge event, its record in `detail`.
    EventBridge,
    /// `{"Events":[{"CloudTrailEvent":"…"}]}`, the output of `LookupEvents`.
    LookupEvents,
}

impl Container {
    /// The one spelling, in columns.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::JsonLines => "json_lines",
            Self::List => "list",
            Self::Record => "record",
            Self::EventBridge => "event_bridge",
            Self::LookupEvents => "lookup_events",
        }
    }
}

/// Where the slices of a text are.
#[derive(Debug, Default)]
pub(crate) struct Split {
    /// Ranges of the text followed by `extra`.
    pub(crate) slices: Vec<Range<usize>>,
    /// Records that stood inside strings, without their escapes.
    pub(crate) extra: Vec<u8>,
    /// Of the last value read; of all of them, once finished.
    container: Option<Container>,
    values: usize,
    /// Some value is a container by itself, as opposed to a record among others.
    documents: bool,
    /// The single object read is neither a container nor anything like a record.
    stranger: bool,
    overflow: bool,
}

/// Why reading values one after another stops.
#[derive(Debug)]
enum Stop {
    /// The text breaks here; lines may still be readable.
    Fault(Fault),
    /// The text is sound and is not what we read.
    Refused(ObjectError),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Split {
    /// What all of it was wrapped in.
    pub(crate) fn container(&self) -> Container {
        match self.container {
            Some(container) if self.values == 1 => container,
            _ => Container::JsonLines,
        }
    }
}

/// Splits the text from `start` on.
pub(crate) fn split(text: &[u8], start: usize) -> Result<Split, ObjectError> {
    let mut splitter = Splitter { text, split: Split::default() };
    match splitter.values(start..text.len()) {
        Ok(()) => finish(splitter.split),
        Err(Stop::Refused(error)) => Err(error),
        Err(Stop::Fault(fault)) => match lines(text, start) {
            Some(split) => finish(split),
            None => Err(broken(text, fault)),
        },
    }
}

fn finish(split: Split) -> Result<Split, ObjectError> {
    let refusal = match (split.values, split.container) {
        (0, _) => (Reason::EmptyObject, "nothing but white space"),
        (_, None) => (Reason::NotCloudTrail, "neither an object nor a list"),
        (1, _) if split.stranger => {
            (Reason::NotCloudTrail, "an object that has no `Records` and is no record")
        }
        _ if split.overflow => (Reason::NotCloudTrail, "too many values too small to be records"),
        _ => return Ok(split),
    };
    Err(ObjectError::new(refusal.0, refusal.1))
}

fn broken(text: &[u8], fault: Fault) -> ObjectError {
    match std::str::from_utf8(text) {
        Ok(text) => {
            let (line, column) = json::line_and_column(text, fault.at);
            let detail = format!("line {line}, column {column}: expected {}", fault.expected);
            ObjectError::new(Reason::NotJson, detail)
        }
        Err(error) => not_utf8(error.valid_up_to()),
    }
}

fn not_utf8(offset: usize) -> ObjectError {
    ObjectError::new(Reason::NotUtf8, format!("byte {offset} is not UTF-8"))
}

struct Splitter<'t> {
    text: &'t [u8],
    split: Split,
}

impl Splitter<'_> {
    /// Reads all of the range as values, one after another.
    fn values(&mut self, range: Range<usize>) -> Result<(), Stop> {
        let mut scanner = Scanner::new(self.text, range.clone());
        while let Some(first) = scanner.skip_space() {
            match first {
                b'{' => self.object(&mut scanner)?,
                b'[' => self.list(&mut scanner)?,
                _ => self.scalar(&mut scanner)?,
            }
            self.split.values = self.split.values.saturating_add(1);
        }
        if self.split.values > 1 && scanner.newline_in_string() {
            return Err(Fault { expected: "the end of a string", at: range.start }.into());
        }
        Ok(())
    }

    fn object(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Stop> {
        let mut outline = Outline::default();
        let range = scanner.object(|scanner, key| {
            let key = without_escapes(key);
            let value = match (&*key, scanner.peek()) {
                (b"Records", Some(b'[')) => scanner.list(|element| self.keep(element))?,
                (b"Events", Some(b'[')) => scanner.list(|element| self.element(element))?,
                _ => scanner.value()?,
            };
            outline.note(&key, value);
            Ok::<_, Stop>(())
        })?;
        let (list, container) = match (&outline.records, &outline.events) {
            (Some(list), None) => (list, Container::Records),
            (None, Some(list)) => (list, Container::LookupEvents),
            (None, None) => {
                self.lone(range, &outline);
                return Ok(());
            }
            (Some(_), Some(_)) => {
                let detail = "`Records` and `Events` in one object";
                return Err(Stop::Refused(ObjectError::new(Reason::NotCloudTrail, detail)));
            }
        };
        self.document(container);
        self.check_document(&range, list, &outline)
    }

    /// The object around a list of records must be sound: refused as a whole, if not.
    fn check_document(
        &self,
        document: &Range<usize>,
        list: &Range<usize>,
        outline: &Outline,
    ) -> Result<(), Stop> {
        if let Some(key) = outline.repeated {
            let detail = format!("`{key}` stands twice in one object");
            return Err(Stop::Refused(ObjectError::new(Reason::DuplicateKey, detail)));
        }
        if self.text.get(list.start) != Some(&b'[') {
            let detail = format!("byte {}: the value holding the records is no list", list.start);
            return Err(Stop::Refused(ObjectError::new(Reason::RecordsNotAList, detail)));
        }
        let around = [self.bytes(document.start..list.start), self.bytes(list.end..document.end)];
        let shell = around.join(&b"0"[..]);
        if let Err(error) = std::str::from_utf8(&shell) {
            return Err(Stop::Refused(not_utf8(error.valid_up_to())));
        }
        match serde_json::from_slice::<IgnoredAny>(&shell) {
            Ok(_) => Ok(()),
            Err(_) => Err(Fault { expected: "sound JSON", at: document.start }.into()),
        }
    }

    fn list(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Stop> {
        scanner.list(|element| self.element(element))?;
        self.document(Container::List);
        Ok(())
    }

    /// A number or a word between records. It is kept, to be refused as a record is, unless the
    /// text is no JSON at all.
    fn scalar(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Stop> {
        let range = scanner.value()?;
        if serde_json::from_slice::<IgnoredAny>(self.bytes(range.clone())).is_err() {
            return Err(Fault { expected: "a value", at: range.start }.into());
        }
        self.keep(range);
        Ok(())
    }

    fn document(&mut self, container: Container) {
        self.split.container = Some(container);
        self.split.documents = true;
    }

    /// An object that stands by itself: a record, or one in its envelope.
    fn lone(&mut self, range: Range<usize>, outline: &Outline) {
        let wrapped = outline.detail.is_some() || outline.event.is_some();
        let bridged = outline.detail.is_some() && !outline.is_record();
        self.split.container =
            Some(if bridged { Container::EventBridge } else { Container::Record });
        self.split.stranger = !wrapped && !outline.hints;
        self.unwrapped(range, outline);
    }

    /// An element of a list that is not `Records`.
    fn element(&mut self, range: Range<usize>) {
        match Outline::of(self.text, range.clone()) {
            Ok(outline) => self.unwrapped(range, &outline),
            Err(_) => self.keep(range),
        }
    }

    /// Keeps the record inside a wrapper. Where there is none to be had, the wrapper is kept:
    /// reading it as a record fails and says why.
    fn unwrapped(&mut self, range: Range<usize>, outline: &Outline) {
        if outline.is_record() || outline.repeated.is_some() {
            return self.keep(range);
        }
        if let Some(detail) = outline.detail.clone()
            && Outline::of(self.text, detail.clone()).is_ok_and(|inner| inner.is_record())
        {
            return self.keep(detail);
        }
        match outline.event.clone().and_then(|event| string_in(self.bytes(event))) {
            Some(record) => self.keep_extra(&record),
            None => self.keep(range),
        }
    }

    fn keep(&mut self, range: Range<usize>) {
        let kept = self.split.slices.len();
        if kept >= ALWAYS_KEPT && kept >= self.text.len() / SMALLEST_SLICE {
            self.split.overflow = true;
        } else {
            self.split.slices.push(range);
        }
    }

    fn keep_extra(&mut self, record: &str) {
        let start = self.text.len().saturating_add(self.split.extra.len());
        self.split.extra.extend_from_slice(record.as_bytes());
        self.keep(start..start.saturating_add(record.len()));
    }

    fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.text.get(range).unwrap_or_default()
    }
}

/// What the outermost members of an object say it is.
#[derive(Debug, Default)]
struct Outline {
    records: Option<Range<usize>>,
    events: Option<Range<usize>>,
    /// EventBridge's `detail`.
    detail: Option<Range<usize>>,
    /// The `CloudTrailEvent` of `LookupEvents`.
    event: Option<Range<usize>>,
    /// One of the four that stands twice.
    repeated: Option<&'static str>,
    named: bool,
    sourced: bool,
    /// Some member that records have.
    hints: bool,
}

impl Outline {
    fn of(text: &[u8], range: Range<usize>) -> Result<Self, Fault> {
        let mut outline = Self::default();
        Scanner::new(text, range).object(|scanner, key| {
            let value = scanner.value()?;
            outline.note(&without_escapes(key), value);
            Ok::<_, Fault>(())
        })?;
        Ok(outline)
    }

    /// Both names are what a record cannot be without.
    fn is_record(&self) -> bool {
        self.named && self.sourced
    }

    fn note(&mut self, key: &[u8], value: Range<usize>) {
        let (member, name) = match key {
            b"Records" => (&mut self.records, "Records"),
            b"Events" => (&mut self.events, "Events"),
            b"detail" => (&mut self.detail, "detail"),
            b"CloudTrailEvent" => (&mut self.event, "CloudTrailEvent"),
            _ => return self.note_name(key),
        };
        if member.replace(value).is_some() {
            self.repeated = Some(name);
        }
    }

    fn note_name(&mut self, key: &[u8]) {
        match key {
            b"eventName" => self.named = true,
            b"eventSource" => self.sourced = true,
            b"eventTime" | b"eventVersion" | b"eventID" => {}
            _ => return,
        }
        self.hints = true;
    }
}

/// Reads the text as lines of records, if that is what it looks like. Containers are all or
/// nothing, so lines of them are not read beside a broken one.
fn lines(text: &[u8], start: usize) -> Option<Split> {
    let mut splitter = Splitter { text, split: Split::default() };
    let mut tally = Tally::default();
    for line in line_ranges(text, start) {
        let complete = splitter.line(line.clone());
        if splitter.split.documents {
            return None;
        }
        tally.count(complete, text.get(line).unwrap_or_default());
    }
    splitter.split.container = Some(Container::JsonLines);
    splitter.split.values = tally.complete.saturating_add(tally.broken);
    tally.looks_like_lines().then_some(splitter.split)
}

impl Splitter<'_> {
    /// Keeps what the line holds, or the line as it is; whether it holds whole objects.
    fn line(&mut self, line: Range<usize>) -> bool {
        let (slices, extra) = (self.split.slices.len(), self.split.extra.len());
        self.split.container = None;
        if self.values(line.clone()).is_err() {
            self.split.slices.truncate(slices);
            self.split.extra.truncate(extra);
            self.keep(line);
            return false;
        }
        self.split.container.is_some()
    }
}

/// The lines that are not blank, without the white space around them.
fn line_ranges(text: &[u8], start: usize) -> impl Iterator<Item = Range<usize>> {
    let body = text.get(start..).unwrap_or_default();
    let mut next = start;
    body.split(|byte| *byte == b'\n').filter_map(move |line| {
        let begin = next;
        next = next.saturating_add(line.len()).saturating_add(1);
        let trimmed = line.trim_ascii_start();
        let first = begin.saturating_add(line.len().saturating_sub(trimmed.len()));
        let length = trimmed.trim_ascii_end().len();
        (length > 0).then(|| first..first.saturating_add(length))
    })
}

/// Tells lines of records, some of them broken, from one document that is broken.
#[derive(Default)]
struct Tally {
    complete: usize,
    broken: usize,
    first_complete: bool,
    /// The first line ends like one of a document that goes on: `{"Records":[`.
    goes_on: bool,
}

impl Tally {
    fn count(&mut self, complete: bool, line: &[u8]) {
        if self.complete == 0 && self.broken == 0 {
            self.first_complete = complete;
            self.goes_on = matches!(line.last(), Some(b'{' | b'[' | b','));
        }
        let counter = if complete { &mut self.complete } else { &mut self.broken };
        *counter = counter.saturating_add(1);
    }

    /// A document cut short has at most one line that is an object by itself, its last; so lines
    /// of records have such a line first, or more such lines than others.
    fn looks_like_lines(&self) -> bool {
        let even = self.complete > 0 && self.complete == self.broken && !self.goes_on;
        self.first_complete || self.complete > self.broken || even
    }
}

/// A key as it is meant: `"\u0052ecords"` is `Records`.
fn without_escapes(key: &[u8]) -> Cow<'_, [u8]> {
    if !key.contains(&b'\\') {
        return Cow::Borrowed(key);
    }
    let quoted = [b"\"", key, b"\""].concat();
    string_in(&quoted).map_or(Cow::Borrowed(key), |key| Cow::Owned(key.into_bytes()))
}

/// The text inside a JSON string; nothing for other values.
fn string_in(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let node = json::parse(text).ok()?;
    node.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
