//! Key sets, and what reads how often something rose.

use std::sync::LazyLock;

use corelet_image::{
    DEVELOPMENT_KEY, DEVELOPMENT_SEED, KeySet, PublicKey, UnsignedKeySet, VerifiedKeySet,
};
use corelet_store::{Counter, CounterFailed};

/// The sets that there are, by epoch from 1 on, of one to four keys each.
static SETS: LazyLock<Vec<VerifiedKeySet<'static>>> = LazyLock::new(|| {
    let all = (0..=u16::MAX).map(|number| {
        let mut key: PublicKey = [0x5a; 32];
        key[..2].copy_from_slice(&number.to_le_bytes());
        key
    });
    // Every second one is a point of the curve.
    let mut keys = all.filter(|key| UnsignedKeySet::build(1, &[*key]).is_ok());
    let set = |epoch: u32| {
        let keys: Vec<_> = keys.by_ref().take(1 + epoch as usize % 4).collect();
        let unsigned = UnsignedKeySet::build(epoch, &keys).unwrap();
        let bytes = unsigned.sign(&DEVELOPMENT_SEED).unwrap().leak();
        KeySet::parse(bytes)
            .unwrap()
            .verify(&DEVELOPMENT_KEY)
            .unwrap()
    };
    (1..=EPOCHS).map(set).collect()
});

pub(crate) const EPOCHS: u32 = 20;

pub(crate) fn key_set(epoch: u32) -> VerifiedKeySet<'static> {
    SETS[epoch as usize - 1]
}

/// A counter at 0, which a guard raises to the journal's count.
#[derive(Default)]
pub(crate) struct Rises(pub(crate) u32);

impl Counter for Rises {
    fn value(&mut self) -> Result<u32, CounterFailed> {
        Ok(self.0)
    }

    fn raise(&mut self, to: u32) -> Result<(), CounterFailed> {
        self.0 = to;
        Ok(())
    }
}
