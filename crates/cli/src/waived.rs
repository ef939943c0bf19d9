//! What waivers and a baseline keep out of a list of findings, in lines.

use analyzer::summary::{Summary, Tally};

use crate::output::{grouped, visible};

/// A line each for what is waived, what came back when its waiver expired, and what was known.
pub(crate) fn lines(summary: &Summary) -> String {
    let mut text = String::new();
    for (waived, tally) in summary.expired() {
        let (id, day) = (visible(&waived.id), waived.expires);
        text.push_str(&format!("Expired  waiver {id} on {day}: {} since\n", counted(tally)));
    }
    for (word, tally) in [("Waived ", summary.waived()), ("Known  ", summary.known())] {
        if tally != Tally::default() {
            text.push_str(&format!("{word}  {}\n", counted(tally)));
        }
    }
    text
}

fn counted(tally: Tally) -> String {
    let plural = |count: u64, word: &str| {
        format!("{} {word}{}", grouped(count), if count == 1 { "" } else { "s" })
    };
    format!("{}, {}", plural(tally.findings, "finding"), plural(tally.calls, "call"))
}
