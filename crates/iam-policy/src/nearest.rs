//! The known word somebody probably meant.

/// The candidate closest to a word, if it is close enough to be meant.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let length = word.chars().count();
    let limit = (length / 3).clamp(1, 4);
    let lower = word.to_lowercase();
    // Each character too many or too few is a step at least.
    let alike = candidates.into_iter().filter(|c| c.chars().count().abs_diff(length) <= limit);
    let near = alike.map(|c| (distance(&lower, &c.to_lowercase()), c));
    near.filter(|(steps, _)| *steps <= limit).min_by_key(|(steps, _)| *steps).map(|(_, c)| c)
}

/// How many characters must be added, dropped or replaced to get from one word to the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        let mut next = vec![left];
        for (to, above) in b.iter().zip(row.iter().skip(1)) {
            let replaced = diagonal.saturating_add(usize::from(from != *to));
            left = replaced.min(left.saturating_add(1)).min(above.saturating_add(1));
            next.push(left);
            diagonal = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let words = ["Action", "NotAction", "Resource", "Condition"];
        for (word, wanted) in [
            ("Actoin", Some("Action")),
            ("action", Some("Action")),
            ("Ressource", Some("Resource")),
            ("Principal", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, words), wanted, "{word}");
        }
    }
}
