//! One object: its bytes, its text, and the slices of the text that should be records.

use std::ops::Range;

use crate::Limits;
use crate::error::{ObjectError, Reason, Warning};
use crate::gzip::inflate;
use crate::split::{Container, split};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The beginnings of UTF-16 text: the byte order marks, and what stands for `{` and `[`.
const UTF16: [&[u8]; 6] = [b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{", b"[\0", b"\0["];

/// An object that was read as a whole: inflated, verified and split, but its records not parsed.
///
/// ```
/// use cloudtrail::{Container, Limits, Object};
///
/// let object = Object::open(br#"{"Records":[{"eventName":"a"}, {]"#, &Limits::default());
/// assert_eq!(object.unwrap_err().reason.as_str(), "NOT_JSON");
///
/// let object = Object::open(br#"{"Records":[{"eventName":"a"}, {]]}"#, &Limits::default())?;
/// assert_eq!((object.len(), object.container()), (2, Container::Records));
/// # Ok::<(), cloudtrail::ObjectError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Object {
    // INVARIANT: every range of `slices` lies in `text`.
    text: Vec<u8>,
    slices: Vec<Range<usize>>,
    container: Container,
    warnings: Vec<Warning>,
}

impl Object {
    /// Inflates and splits an object. All or nothing: after this, only single records can fail.
    ///
    /// # Errors
    /// An [`ObjectError`] when the object cannot be inflated or split into records.
    pub fn open(bytes: &[u8], limits: &Limits) -> Result<Self, ObjectError> {
        let inflated = inflate(bytes, limits)?;
        refuse_utf16(&inflated.text)?;
        let marked = inflated.text.starts_with(BYTE_ORDER_MARK);
        let split = split(&inflated.text, if marked { BYTE_ORDER_MARK.len() } else { 0 })?;
        let warnings = [
            (!inflated.compressed).then_some(Warning::PlainJson),
            marked.then_some(Warning::ByteOrderMark),
            (inflated.trailing > 0).then_some(Warning::TrailingData),
        ];
        let mut text = inflated.text.into_owned();
        let container = split.container();
        text.extend_from_slice(&split.extra);
        let warnings = warnings.into_iter().flatten().collect();
        Ok(Self { text, slices: split.slices, container, warnings })
    }

    /// The slices, in the order of the text. Each is a record, or something else in the place of
    /// one, for [`parse_record`](crate::parse_record) to refuse.
    pub fn slices(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.slices.iter().map(|range| self.text.get(range.clone()).unwrap_or_default())
    }

    /// How many slices there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slices.len()
    }

    /// Whether there is no slice, as in `{"Records":[]}`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }

    /// What is odd about the object, and harmless.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What the records were wrapped in.
    #[must_use]
    pub fn container(&self) -> Container {
        self.container
    }
}

fn refuse_utf16(text: &[u8]) -> Result<(), ObjectError> {
    if UTF16.iter().any(|beginning| text.starts_with(beginning)) {
        return Err(ObjectError::new(Reason::Utf16, "UTF-16 text, only UTF-8 is read"));
    }
    Ok(())
}
