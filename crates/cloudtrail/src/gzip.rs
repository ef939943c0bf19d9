//! From the bytes of an object to its text: gzip told by its magic, never by a name.

use std::borrow::Cow;
use std::io::{ErrorKind, Read};

use flate2::bufread::GzDecoder;

use crate::Limits;
use crate::error::{ObjectError, Reason};

const GZIP: &[u8] = &[0x1f, 0x8b];

/// The formats people really try, so that the refusal can name them.
const OTHER_FORMATS: [(&[u8], &str); 5] = [
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd"),
    (b"BZh", "bzip2"),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], "xz"),
    (b"PK\x03\x04", "zip"),
    (&[0x04, 0x22, 0x4d, 0x18], "lz4"),
];

/// The limits are looked at after each piece of this size, so an overrun costs at most one.
const PIECE: usize = 1 << 20;

/// Up to here the ratio says nothing: a small text of repetitions is no bomb.
const RATIO_GRACE: usize = 1 << 20;

/// Log files inflate to 4 to 20 times their size; more is reserved only when it is needed.
const USUAL_RATIO: usize = 20;

/// The text of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inflated<'a> {
    /// The inflated bytes, or the object itself when it is not compressed.
    pub text: Cow<'a, [u8]>,
    /// Whether the object was compressed.
    pub compressed: bool,
    /// How many bytes follow the gzip member. They are not read.
    pub trailing: usize,
}

/// Inflates an object, if it is a gzip: completely, checksum and length verified, or not at all.
///
/// # Errors
/// [`Reason::EmptyObject`], [`Reason::TruncatedGzip`], [`Reason::CorruptGzip`],
/// [`Reason::GzipBomb`], [`Reason::ObjectTooLarge`], [`Reason::UnsupportedCompression`].
pub fn inflate<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Inflated<'a>, ObjectError> {
    // A file cut after its first byte is a truncated gzip like any other.
    let inflated = if bytes.starts_with(GZIP) || (bytes.len() == 1 && GZIP.starts_with(bytes)) {
        inflate_member(bytes, limits)?
    } else {
        plain(bytes, limits)?
    };
    if inflated.text.is_empty() {
        return Err(ObjectError::new(Reason::EmptyObject, "no bytes to read"));
    }
    refuse_other_formats(&inflated)?;
    Ok(inflated)
}

fn plain<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Inflated<'a>, ObjectError> {
    if bytes.len() > limits.max_inflated {
        let detail = format!("{} bytes, at most {} are read", bytes.len(), limits.max_inflated);
        return Err(ObjectError::new(Reason::ObjectTooLarge, detail));
    }
    Ok(Inflated { text: Cow::Borrowed(bytes), compressed: false, trailing: 0 })
}

fn inflate_member<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Inflated<'a>, ObjectError> {
    let mut decoder = GzDecoder::new(bytes);
    let mut text = Vec::with_capacity(expected_length(bytes, limits));
    loop {
        let room = limits.max_inflated.saturating_sub(text.len()).saturating_add(1);
        let piece = u64::try_from(room.min(PIECE)).unwrap_or(u64::MAX);
        let read = decoder.by_ref().take(piece).read_to_end(&mut text).map_err(damaged)?;
        let consumed = bytes.len().saturating_sub(decoder.get_ref().len());
        refuse_bomb(text.len(), consumed, limits)?;
        if u64::try_from(read).unwrap_or(u64::MAX) < piece {
            break;
        }
    }
    let trailing = decoder.into_inner().len();
    Ok(Inflated { text: Cow::Owned(text), compressed: true, trailing })
}

/// What the trailer of the file says, as far as it can be believed.
fn expected_length(bytes: &[u8], limits: &Limits) -> usize {
    let claimed = bytes.last_chunk::<4>().map_or(0, |length| u32::from_le_bytes(*length));
    let believable = bytes.len().saturating_mul(USUAL_RATIO).min(limits.max_inflated);
    usize::try_from(claimed).unwrap_or(usize::MAX).min(believable)
}

fn refuse_bomb(inflated: usize, consumed: usize, limits: &Limits) -> Result<(), ObjectError> {
    let detail = if inflated > limits.max_inflated {
        format!("inflates to more than {} bytes", limits.max_inflated)
    } else if inflated > RATIO_GRACE && inflated > consumed.saturating_mul(limits.max_ratio) {
        format!("{consumed} bytes inflate to {inflated}, over {} times as much", limits.max_ratio)
    } else {
        return Ok(());
    };
    Err(ObjectError::new(Reason::GzipBomb, detail))
}

/// The decoder reports an early end by its kind, and everything else as bad input or bad data.
#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
fn damaged(error: std::io::Error) -> ObjectError {
    if error.kind() == ErrorKind::UnexpectedEof {
        ObjectError::new(Reason::TruncatedGzip, "the gzip member ends too early")
    } else {
        ObjectError::new(Reason::CorruptGzip, error.to_string())
    }
}

fn refuse_other_formats(inflated: &Inflated<'_>) -> Result<(), ObjectError> {
    if inflated.compressed && inflated.text.starts_with(GZIP) {
        let detail = "a gzip inside a gzip: the object was compressed twice";
        return Err(ObjectError::new(Reason::UnsupportedCompression, detail));
    }
    match OTHER_FORMATS.iter().find(|(magic, _)| inflated.text.starts_with(magic)) {
        Some((_, format)) => {
            let detail = format!("compressed with {format}, only gzip is read");
            Err(ObjectError::new(Reason::UnsupportedCompression, detail))
        }
        None => Ok(()),
    }
}
