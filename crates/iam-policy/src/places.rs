//! Lines and columns of many offsets, found in one walk over the text.

use std::collections::BTreeMap;

/// Line and column, both from 1, of the offsets that were asked for.
pub(crate) struct Places(BTreeMap<usize, (usize, usize)>);

impl Places {
    /// An offset inside a character stands for the character's end.
    pub(crate) fn of(text: &str, offsets: impl Iterator<Item = usize>) -> Self {
        let wanted = offsets.map(|offset| (offset.min(text.len()), (1, 1)));
        let mut places: BTreeMap<usize, (usize, usize)> = wanted.collect();
        let (mut line, mut column) = (1_usize, 1_usize);
        let mut characters = text.char_indices().peekable();
        for (offset, place) in &mut places {
            while let Some((_, character)) = characters.next_if(|(at, _)| at < offset) {
                if character == '\n' {
                    (line, column) = (line.saturating_add(1), 1);
                } else {
                    column = column.saturating_add(1);
                }
            }
            *place = (line, column);
        }
        Self(places)
    }

    pub(crate) fn get(&self, offset: usize) -> (usize, usize) {
        let last = || self.0.last_key_value().map_or((1, 1), |(_, place)| *place);
        self.0.get(&offset).copied().unwrap_or_else(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::line_and_column;

    #[test]
    fn one_walk_says_what_a_walk_each_says() {
        let text = "é\"x\n\n  “y”\r\nz";
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([99]).collect();
        let places = Places::of(text, offsets.iter().copied());
        for offset in offsets {
            assert_eq!(places.get(offset), line_and_column(text, offset), "{offset}");
        }
    }
}
