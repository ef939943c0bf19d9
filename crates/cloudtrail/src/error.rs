//! Why an object or a record is refused, in codes that stay and words for people.

use std::fmt;

use iam_policy::json::{JsonError, JsonErrorKind};

/// Longest detail, in characters: a key of a megabyte must not become a message of a megabyte.
const MAX_DETAIL: usize = 240;

/// Longest piece of the input repeated in a detail, in characters.
const MAX_QUOTED: usize = 80;

/// Why an object or a record is refused. The codes are a promise: they stand in ledgers,
/// quarantine files and tests of users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// No bytes, a gzip of no bytes, or nothing but white space.
    EmptyObject,
    /// The gzip member ends too early.
    TruncatedGzip,
    /// The gzip header, the deflate stream, its checksum or its length is wrong.
    CorruptGzip,
    /// Inflating goes past [`Limits::max_inflated`](crate::Limits) or
    /// [`Limits::max_ratio`](crate::Limits).
    GzipBomb,
    /// A text that is not compressed is longer than [`Limits::max_inflated`](crate::Limits).
    ObjectTooLarge,
    /// Compressed, but not once and with gzip.
    UnsupportedCompression,
    /// Bytes that are not UTF-8, in a record or around the records.
    NotUtf8,
    /// UTF-16 text.
    Utf16,
    /// Not JSON, or JSON that breaks outside of a record.
    NotJson,
    /// Good JSON that is not a CloudTrail record and holds none.
    NotCloudTrail,
    /// `Records` (or `Events`) is there and is not a list.
    RecordsNotAList,
    /// The record is not a JSON object, or lacks what makes a record.
    MalformedRecord,
    /// A key stands twice in one object, or, in request parameters, twice but for its case.
    DuplicateKey,
    /// Nested deeper than [`iam_policy::json::MAX_DEPTH`].
    TooDeep,
    /// A `\u` escape that is half of a surrogate pair.
    LoneSurrogate,
    /// The record is longer than [`Limits::max_record`](crate::Limits).
    RecordTooLarge,
    /// The major number of `eventVersion` is not 1.
    UnsupportedVersion,
    /// `eventTime` is missing, unreadable, before 2013, or later than its file allows.
    BadTime,
    /// An account that is not twelve digits.
    BadAccount,
    /// A region that is not 3 to 25 of `a-z`, `0-9` and `-`.
    BadRegion,
    /// The name of the object is not that of a log file.
    BadKey,
    /// The bytes of the object could not be had.
    Unreadable,
}

impl Reason {
    /// Every reason, in the order of the declaration.
    pub const ALL: [Self; 22] = [
        Self::EmptyObject,
        Self::TruncatedGzip,
        Self::CorruptGzip,
        Self::GzipBomb,
        Self::ObjectTooLarge,
        Self::UnsupportedCompression,
        Self::NotUtf8,
        Self::Utf16,
        Self::NotJson,
        Self::NotCloudTrail,
        Self::RecordsNotAList,
        Self::MalformedRecord,
        Self::DuplicateKey,
        Self::TooDeep,
        Self::LoneSurrogate,
        Self::RecordTooLarge,
        Self::UnsupportedVersion,
        Self::BadTime,
        Self::BadAccount,
        Self::BadRegion,
        Self::BadKey,
        Self::Unreadable,
    ];

    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmptyObject => "EMPTY_OBJECT",
            Self::TruncatedGzip => "TRUNCATED_GZIP",
            Self::CorruptGzip => "CORRUPT_GZIP",
            Self::GzipBomb => "GZIP_BOMB",
            Self::ObjectTooLarge => "OBJECT_TOO_LARGE",
            Self::UnsupportedCompression => "UNSUPPORTED_COMPRESSION",
            Self::NotUtf8 => "NOT_UTF8",
            Self::Utf16 => "UTF16",
            Self::NotJson => "NOT_JSON",
            Self::NotCloudTrail => "NOT_CLOUDTRAIL",
            Self::RecordsNotAList => "RECORDS_NOT_A_LIST",
            Self::MalformedRecord => "MALFORMED_RECORD",
            Self::DuplicateKey => "DUPLICATE_KEY",
            Self::TooDeep => "TOO_DEEP",
            Self::LoneSurrogate => "LONE_SURROGATE",
            Self::RecordTooLarge => "RECORD_TOO_LARGE",
            Self::UnsupportedVersion => "UNSUPPORTED_VERSION",
            Self::BadTime => "BAD_TIME",
            Self::BadAccount => "BAD_ACCOUNT",
            Self::BadRegion => "BAD_REGION",
            Self::BadKey => "BAD_KEY",
            Self::Unreadable => "UNREADABLE",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is odd about an object that was read all the same. Nothing of it is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Warning {
    /// The bytes are not compressed. Only the caller knows whether the name said so.
    PlainJson,
    /// The text begins with a UTF-8 byte order mark.
    ByteOrderMark,
    /// Bytes follow the first gzip member. They are not read: CloudTrail writes one member, and
    /// its own validation calls such a file tampered with.
    TrailingData,
}

impl Warning {
    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PlainJson => "PLAIN_JSON",
            Self::ByteOrderMark => "BYTE_ORDER_MARK",
            Self::TrailingData => "TRAILING_DATA",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An object that is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct ObjectError {
    /// The code.
    pub reason: Reason,
    /// What is wrong and where, on one line, pieces of the input escaped.
    pub detail: String,
}

/// A record that is refused; its neighbours are not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct RecordError {
    /// The code.
    pub reason: Reason,
    /// What is wrong and where, on one line, pieces of the input escaped.
    pub detail: String,
}

impl ObjectError {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: cut(&detail.into(), MAX_DETAIL) }
    }
}

impl RecordError {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: cut(&detail.into(), MAX_DETAIL) }
    }
}

impl From<JsonError> for RecordError {
    fn from(error: JsonError) -> Self {
        let reason = match error.kind {
            JsonErrorKind::DuplicateKey { .. } => Reason::DuplicateKey,
            JsonErrorKind::TooDeep => Reason::TooDeep,
            JsonErrorKind::LoneSurrogate => Reason::LoneSurrogate,
            _ => Reason::MalformedRecord,
        };
        Self::new(reason, format!("byte {} of the record: {error}", error.offset))
    }
}

/// A piece of the input for a detail: in backticks, escaped, cut.
pub(crate) fn quote(text: &str) -> String {
    format!("`{}`", cut(text, MAX_QUOTED).escape_debug())
}

fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
