//! Seeded chance: the same label always gives the same numbers, on every machine.
//!
//! Each part of the samples (one role on one day, one planted call) draws from a stream of its own,
//! so that a change in one place leaves the event ids of all others alone.

use std::sync::OnceLock;

/// What tells this company's month from another's; set once, before the first stream.
static SEED: OnceLock<u64> = OnceLock::new();

/// Makes all streams those of another company.
pub(super) fn seed(seed: u64) {
    SEED.get_or_init(|| seed);
}

/// SplitMix64 (Steele, Lea and Flood, 2014): a counter and a mixer, small enough to read whole.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// The stream that belongs to a label.
    pub(super) fn stream(label: &str) -> Self {
        // FNV-1a: any spread of the labels over the seeds will do.
        let seed = label.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(seed ^ SEED.get_or_init(|| 0))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        let width = high.saturating_sub(low).saturating_add(1);
        low.saturating_add(self.below(width))
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the choices; the default of the type when there is none to choose from.
    pub(super) fn pick<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let index = self.below(u64::try_from(choices.len()).unwrap_or(0));
        usize::try_from(index)
            .ok()
            .and_then(|index| choices.get(index))
            .copied()
            .unwrap_or_default()
    }

    fn letters(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(self.pick(alphabet))).collect()
    }

    pub(super) fn hex(&mut self, length: usize) -> String {
        self.letters(b"0123456789abcdef", length)
    }

    /// What the names of log files end in.
    pub(super) fn alphanumeric(&mut self, length: usize) -> String {
        self.letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length)
    }

    /// What follows the four-letter prefix of an access key or a principal id.
    pub(super) fn base32(&mut self, length: usize) -> String {
        self.letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length)
    }

    /// A version 4 UUID, the form of event and request ids.
    pub(super) fn uuid(&mut self) -> String {
        let variant = self.letters(b"89ab", 1);
        let [a, b, c, d, e] = [8, 4, 3, 3, 12].map(|length| self.hex(length));
        format!("{a}-{b}-4{c}-{variant}{d}-{e}")
    }
}
