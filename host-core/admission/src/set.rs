/// A set of small numbers: `WORDS` × 32 of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Set<const WORDS: usize> {
    words: [u32; WORDS],
}

impl<const WORDS: usize> Set<WORDS> {
    pub(crate) const EMPTY: Self = Self { words: [0; WORDS] };

    /// Adds `number`; nothing happens if the set has no place for it.
    pub(crate) fn insert(&mut self, number: u32) {
        if let Some(word) = self.words.get_mut((number / 32) as usize) {
            *word |= 1 << (number % 32);
        }
    }

    pub(crate) fn contains(&self, number: u32) -> bool {
        self.words
            .get((number / 32) as usize)
            .is_some_and(|word| word & (1 << (number % 32)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::Set;

    #[test]
    fn holds_what_was_put_in_and_nothing_else() {
        let mut set = Set::<2>::EMPTY;
        for number in [0, 31, 32, 63, 64, u32::MAX] {
            set.insert(number);
        }
        let held = (0..200).filter(|number| set.contains(*number));
        assert!(held.eq([0, 31, 32, 63]));
        assert!(!set.contains(u32::MAX));
    }
}
