//! What people see: text that cannot fool a terminal, and errors with their causes.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use chrono::{DateTime, Utc};
pub(crate) use iam_policy::visible;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A message of several lines, each made visible.
pub(crate) fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// JSON whose text cannot fool a terminal either: what `visible` would show as an escape is one of
/// JSON's, which means the same to programs.
pub(crate) fn visible_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        // Control characters of ASCII are escaped or white space between tokens.
        let printable = character.is_ascii() && character != '\u{7f}';
        if printable || visible(character.encode_utf8(&mut [0; 4])).chars().eq([character]) {
            shown.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    }
    shown
}

/// Prints an error and its causes to standard error.
pub(crate) fn error(error: &dyn Error) {
    let mut text = format!("error: {}\n", visible_lines(&error.to_string()));
    let mut cause = error.source();
    while let Some(source) = cause {
        let _ = writeln!(text, "  because {}", visible_lines(&source.to_string()));
        cause = source.source();
    }
    note(text.trim_end());
}

/// Prints a line to standard error.
pub(crate) fn note(text: &str) {
    // When standard error is gone there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints text to standard output. Whoever reads it may stop reading, as `head` does.
///
/// # Errors
/// When it cannot be written for another reason.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// A progress bar over some files: on a terminal only, on standard error.
pub(crate) fn progress(files: usize) -> ProgressBar {
    let length = u64::try_from(files).unwrap_or(u64::MAX);
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:40} {pos}/{len} files, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A time as CloudTrail writes it.
pub(crate) fn time(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_shown_as_an_escape() {
        assert_eq!(visible("it's \"é\""), "it's \"é\"");
        assert_eq!(visible("\u{1b}[31mred\n\u{202e}x"), "\\u{1b}[31mred\\n\\u{202e}x");
    }

    #[test]
    fn json_escapes_it_too_and_means_the_same() {
        let text = "it's \u{1b}[31m \u{9b} \u{7f} \u{202e} \u{e0001} \n é";
        let json = serde_json::to_string_pretty(&[text]).expect("text is JSON");
        let shown = visible_json(&json);
        for hidden in ['\u{9b}', '\u{7f}', '\u{202e}', '\u{e0001}'] {
            assert!(!shown.contains(hidden), "{hidden:?}");
        }
        assert!(shown.contains('é'));
        assert_eq!(serde_json::from_str::<Vec<String>>(&shown).expect("it is JSON"), [text]);
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
