//! Chance that can be repeated: splitmix64.
//! <https://prng.di.unimi.it/splitmix64.c>

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream for one index of a seed.
    pub(crate) fn new(seed: u64, index: u64) -> Self {
        let mut of_seed = Self(seed);
        let mut stream = Self(of_seed.next() ^ index);
        stream.next();
        stream
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30_u32)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27_u32)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31_u32)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    /// A number from `first` to `last`.
    pub(crate) fn between(&mut self, first: u64, last: u64) -> u64 {
        let count = last.saturating_sub(first).saturating_add(1);
        first.saturating_add(self.below(count))
    }

    /// Whether something happens that happens so often in a hundred times.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// An index into something of this length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        let end = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(end)).unwrap_or(0)
    }

    /// One of some texts.
    pub(crate) fn pick<'a>(&mut self, pool: &[&'a str]) -> &'a str {
        pool.get(self.index(pool.len())).copied().unwrap_or_default()
    }

    /// The text with its letters in another case.
    pub(crate) fn recased(&mut self, text: &str) -> String {
        match self.below(3) {
            0 => text.to_lowercase(),
            1 => text.to_uppercase(),
            _ => text
                .chars()
                .map(|c| if self.chance(50) { c.to_ascii_uppercase() } else { c })
                .collect(),
        }
    }
}
