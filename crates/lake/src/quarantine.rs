//! What could not be read, kept with the reason.

use cloudtrail::Reason;

/// Most bytes of one record that are kept.
pub const MAX_RAW: usize = 64 << 10;

/// Most bytes of all records of one object that are kept. The object itself has the rest; a
/// hostile one must not fill the memory through the quarantine.
const MAX_RAW_OF_OBJECT: usize = 1 << 20;

/// A record, or a whole object, that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineEntry {
    /// Position of the record in its object; none when it is about the object.
    pub record: Option<u64>,
    /// Why.
    pub reason: Reason,
    /// What is wrong and where, for people.
    pub detail: String,
    /// The text, at most [`MAX_RAW`] bytes of it; what is not UTF-8 is replaced.
    pub raw: String,
    /// Whether `raw` is cut.
    pub truncated: bool,
}

impl QuarantineEntry {
    /// An entry that keeps what it may of the bytes.
    #[must_use]
    pub fn new(record: Option<u64>, reason: Reason, detail: String, raw: &[u8]) -> Self {
        let kept = String::from_utf8_lossy(raw.get(..MAX_RAW).unwrap_or(raw));
        let (kept, truncated) = cut(&kept, MAX_RAW, raw.len() > MAX_RAW);
        Self { record, reason, detail, raw: kept, truncated }
    }

    /// Takes away all that may be text of the record: it is not known what of it names somebody.
    pub(crate) fn hide(&mut self) {
        self.raw.clear();
        self.detail.clear();
        self.truncated = true;
    }
}

/// The entries of one object as JSON Lines, by position.
pub(crate) fn lines(object: &str, mut entries: Vec<QuarantineEntry>) -> Vec<u8> {
    entries.sort_by(|one, other| {
        one.record
            .cmp(&other.record)
            .then_with(|| one.reason.cmp(&other.reason))
            .then_with(|| one.detail.cmp(&other.detail))
            .then_with(|| one.raw.cmp(&other.raw))
    });
    let mut budget = MAX_RAW_OF_OBJECT;
    let mut lines = Vec::new();
    for mut entry in entries {
        (entry.raw, entry.truncated) = cut(&entry.raw, budget.min(MAX_RAW), entry.truncated);
        budget = budget.saturating_sub(entry.raw.len());
        lines.extend_from_slice(line(object, &entry).as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// A text as JSON. Texts always can be.
fn text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// By hand, so that the order of the members does not depend on how others build `serde_json`.
fn line(object: &str, entry: &QuarantineEntry) -> String {
    format!(
        r#"{{"object":{},"record":{},"reason":{},"detail":{},"raw":{},"truncated":{}}}"#,
        text(object),
        entry.record.map_or_else(|| "null".to_owned(), |record| record.to_string()),
        text(entry.reason.as_str()),
        text(&entry.detail),
        text(&entry.raw),
        entry.truncated
    )
}

/// At most so many bytes of a text, cut between characters.
fn cut(text: &str, bytes: usize, already: bool) -> (String, bool) {
    let end = text.floor_char_boundary(bytes);
    (text.get(..end).unwrap_or_default().to_owned(), already || end < text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn entry(record: Option<u64>, raw: &[u8]) -> QuarantineEntry {
        QuarantineEntry::new(record, Reason::NotUtf8, "byte 3: \"oh\"".to_owned(), raw)
    }

    fn parsed(lines: &[u8]) -> Vec<Value> {
        let text = std::str::from_utf8(lines).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_per_entry_in_order() {
        let lines = lines("a\nb.json", vec![entry(Some(2), b"x"), entry(None, b"\xff{\"")]);
        assert_eq!(
            String::from_utf8(lines).unwrap(),
            "{\"object\":\"a\\nb.json\",\"record\":null,\"reason\":\"NOT_UTF8\",\
             \"detail\":\"byte 3: \\\"oh\\\"\",\"raw\":\"\u{fffd}{\\\"\",\"truncated\":false}\n\
             {\"object\":\"a\\nb.json\",\"record\":2,\"reason\":\"NOT_UTF8\",\
             \"detail\":\"byte 3: \\\"oh\\\"\",\"raw\":\"x\",\"truncated\":false}\n"
        );
    }

    #[test]
    fn long_records_are_cut_between_characters() {
        let odd = format!("x{}", "é".repeat(MAX_RAW));
        let lines = lines("o", vec![entry(Some(0), odd.as_bytes())]);
        let raw = parsed(&lines)[0]["raw"].as_str().unwrap().to_owned();
        assert!(raw.len() <= MAX_RAW && raw.len() > MAX_RAW - 4, "{}", raw.len());
        assert_eq!(parsed(&lines)[0]["truncated"], true);
        assert!(!entry(Some(0), b"short").truncated);
    }

    #[test]
    fn one_object_keeps_a_megabyte() {
        let raw = vec![b'x'; MAX_RAW];
        let entries = (0..40).map(|record| entry(Some(record), &raw)).collect();
        let lines = parsed(&lines("o", entries));
        assert_eq!(lines.len(), 40);
        let kept: usize = lines.iter().map(|line| line["raw"].as_str().unwrap().len()).sum();
        assert_eq!(kept, MAX_RAW_OF_OBJECT);
        assert_eq!(lines[0]["truncated"], false);
        assert_eq!(lines[39]["truncated"], true);
        assert_eq!(lines[39]["record"], 39);
    }
}
