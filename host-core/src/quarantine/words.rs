//! The words that survive, each a value of its own: one bit more or less anywhere makes a record empty, and never another.

use core::sync::atomic::{AtomicU32, Ordering, compiler_fence};

use corelet_image::Verified;

use super::{Reset, Strikes};

/// What check words begin with: other numbers in a firmware that lays the words out in another way, which then finds all empty.
const MARK_SEED: u32 = 0x434d_0001;
const PLACE_SEED: u32 = 0x4350_0001;

/// An image, by the first eight bytes of its digest; and the check word of its mark, so that a call need not compute it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ImageId {
    words: [u32; 2],
    check: u32,
}

impl ImageId {
    /// What stands for the firmware itself.
    pub(super) const NONE: Self = Self::new([0; 2]);

    pub(super) const fn new(words: [u32; 2]) -> Self {
        let [first, second] = words;
        Self {
            words,
            check: check(MARK_SEED, &[first, second]),
        }
    }

    pub(super) fn of(image: &Verified<'_>) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *image.digest();
        Self::new([
            u32::from_le_bytes([a, b, c, d]),
            u32::from_le_bytes([e, f, g, h]),
        ])
    }
}

// Zeros mark nobody.
const _: () = assert!(ImageId::NONE.check != 0);

/// Who runs.
#[repr(C)]
pub(super) struct MarkWords {
    image: [AtomicU32; 2],
    /// The image's check word while it runs, and its complement after.
    check: AtomicU32,
}

impl MarkWords {
    pub(super) const fn new() -> Self {
        Self {
            image: [const { AtomicU32::new(0) }; 2],
            check: AtomicU32::new(0),
        }
    }

    /// The check word stands right last, so that a reset between the words blames nobody.
    #[inline]
    pub(super) fn set(&self, image: ImageId) {
        let ([first, second], [a, b]) = (&self.image, image.words);
        first.store(a, Ordering::Relaxed);
        second.store(b, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        self.check.store(image.check, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn clear(&self, image: ImageId) {
        self.check.store(!image.check, Ordering::Relaxed);
        // The image's words stay until the next mark, which must not come first.
        compiler_fence(Ordering::SeqCst);
    }

    pub(super) fn read(&self) -> Option<ImageId> {
        let image = ImageId::new(load(&self.image));
        (self.check.load(Ordering::Relaxed) == image.check).then_some(image)
    }

    pub(super) fn erase(&self) {
        self.set(ImageId::NONE);
        self.clear(ImageId::NONE);
    }

    #[cfg(test)]
    pub(super) const fn words(&self) -> [&AtomicU32; 3] {
        let [first, second] = &self.image;
        [first, second, &self.check]
    }
}

/// The strikes of one image.
#[repr(C)]
pub(super) struct Place {
    image: [AtomicU32; 2],
    /// The count, and the code of the last reset behind it.
    strikes: AtomicU32,
    check: AtomicU32,
}

impl Place {
    pub(super) const fn new() -> Self {
        Self {
            image: [const { AtomicU32::new(0) }; 2],
            strikes: AtomicU32::new(0),
            check: AtomicU32::new(0),
        }
    }

    pub(super) fn read(&self) -> Option<(ImageId, Strikes)> {
        let [a, b] = load(&self.image);
        let strikes = self.strikes.load(Ordering::Relaxed);
        if self.check.load(Ordering::Relaxed) != check(PLACE_SEED, &[a, b, strikes]) {
            return None;
        }
        let [count, code, ..] = strikes.to_le_bytes();
        let last = match code {
            1 => Reset::Watchdog,
            2 => Reset::Panic,
            _ => return None,
        };
        Some((ImageId::new([a, b]), Strikes { count, last }))
    }

    pub(super) fn write(&self, image: ImageId, strikes: Strikes) {
        let code = match strikes.last {
            Reset::Watchdog => 1,
            Reset::Panic => 2,
            Reset::PowerOn | Reset::Requested => 0,
        };
        let strikes = u32::from_le_bytes([strikes.count, code, 0, 0]);
        let [a, b] = image.words;
        self.store([a, b, strikes, check(PLACE_SEED, &[a, b, strikes])]);
    }

    pub(super) fn copy(&self, from: &Self) {
        self.store(from.words().map(|word| word.load(Ordering::Relaxed)));
    }

    /// With no code of a reset, zeros are no record.
    pub(super) fn erase(&self) {
        self.store([0; 4]);
    }

    fn store(&self, values: [u32; 4]) {
        for (word, value) in self.words().into_iter().zip(values) {
            word.store(value, Ordering::Relaxed);
        }
    }

    pub(super) const fn words(&self) -> [&AtomicU32; 4] {
        let [first, second] = &self.image;
        [first, second, &self.strikes, &self.check]
    }
}

fn load(words: &[AtomicU32; 2]) -> [u32; 2] {
    words.each_ref().map(|word| word.load(Ordering::Relaxed))
}

/// Each step is one to one in its word and in what came before: another value of any single word is another check word.
const fn check(seed: u32, words: &[u32]) -> u32 {
    let mut check = seed;
    let mut rest = words;
    while let [word, behind @ ..] = rest {
        check = (check ^ *word).wrapping_mul(0x9e37_79b1);
        check ^= check >> 15;
        rest = behind;
    }
    check
}
