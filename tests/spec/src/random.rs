//! Numbers from a seed: the same on every machine.

/// SplitMix64.
pub struct Random(u64);

impl Random {
    /// The numbers of case `number` under `seed`.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut seeds = Self(seed);
        Self(seeds.number() ^ number.wrapping_mul(0xd134_2543_de82_ef95))
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number under `end`; 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        match end {
            0 => 0,
            end => (self.number() >> 16) as usize % end,
        }
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        self.number() as u8
    }

    /// One of `items`, of which there is one at least.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// One of these bytes, or at times any.
    pub(crate) fn byte_of(&mut self, likely: &[u8]) -> u8 {
        match likely.get(self.below(likely.len() + 1)) {
            Some(byte) => *byte,
            None => self.byte(),
        }
    }

    /// Any bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.byte()).collect()
    }
}
