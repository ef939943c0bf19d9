//! Wildcards: `*` is any run of characters, also none; `?` is exactly one.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

use std::iter::once;

/// One piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// This character, even if it is `*` or `?`.
    Char(char),
    /// Any one character.
    One,
    /// Any run of characters.
    Many,
}

/// A text in which `*` and `?` are wildcards.
pub(crate) fn wildcards(text: &str) -> Vec<Piece> {
    text.chars()
        .map(|letter| match letter {
            '*' => Piece::Many,
            '?' => Piece::One,
            letter => Piece::Char(letter),
        })
        .collect()
}

/// A text in which every character stands for itself.
pub(crate) fn literal(text: &str) -> Vec<Piece> {
    text.chars().map(Piece::Char).collect()
}

/// The text that was written, for operators to which `*` is a character.
pub(crate) fn as_written(pattern: &[Piece]) -> String {
    pattern
        .iter()
        .map(|piece| match piece {
            Piece::Char(letter) => *letter,
            Piece::One => '?',
            Piece::Many => '*',
        })
        .collect()
}

/// Whether the pattern matches the whole text.
pub(crate) fn matches(pattern: &[Piece], text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    // `reached` has a place before each letter and one at the end: the pieces so far can end there.
    let mut reached: Vec<bool> = once(true).chain(letters.iter().map(|_| false)).collect();
    for piece in pattern {
        let from = reached.iter().zip(&letters);
        reached = match piece {
            Piece::Char(wanted) => {
                once(false).chain(from.map(|(here, letter)| *here && letter == wanted)).collect()
            }
            Piece::One => once(false).chain(from.map(|(here, _)| *here)).collect(),
            Piece::Many => {
                let mut before = false;
                let any = reached.iter().map(|here| {
                    before |= here;
                    before
                });
                any.collect()
            }
        };
    }
    reached.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::{matches, wildcards};

    #[test]
    fn a_star_is_any_run_and_a_question_mark_one_character() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(matches(&wildcards(pattern), text), expected, "`{pattern}` on `{text}`");
        };
        check("", "", true);
        check("", "a", false);
        check("*", "", true);
        check("a*c", "abbc", true);
        check("a*c", "abbcd", false);
        check("a?c", "abc", true);
        check("a?c", "ac", false);
        check("*b*", "abc", true);
        check("arn:*:x", "arn:a:b/c:x", true);
    }
}
