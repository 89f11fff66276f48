//! The keys that images are verified with.

use corelet_image::{KeySet, PublicKey};
use embedded_storage::nor_flash::NorFlash;

use crate::updater::insist;
use crate::{Device, Mapped, Refused, Updater};

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: Device + 'static,
    F: NorFlash + Mapped,
{
    /// Takes key sets that this key signed. Without it none is taken, and the firmware's keys stay.
    #[must_use]
    pub const fn with_root_key(mut self, root: PublicKey) -> Self {
        self.root = Some(root);
        self
    }

    /// Trusts the keys of a [key set](KeySet) in place of those that were trusted before: all of them, or nothing happens. Nothing if they are
    /// trusted already. What runs is looked at again, and so is what is parked.
    ///
    /// # Errors
    /// [`Refused::NoRootKey`], [`Refused::KeySet`] or [`Refused::Store`].
    pub fn set_keys(&mut self, set: &[u8]) -> Result<(), Refused> {
        let root = self.root.ok_or(Refused::NoRootKey)?;
        let set = KeySet::parse(set)?.verify(&root)?;
        // Else sets that were signed once would make up for what an older flash lacks.
        self.check_counter()?;
        let before = self.store.key_epoch();
        insist(&mut self.store, |store| store.set_keys(&set))?;
        if self.store.key_epoch() == before {
            return Ok(());
        }
        self.guard.look_again();
        self.proofs = [None; BANKS];
        self.factory = None;
        if let Some(incoming) = &mut self.incoming {
            incoming.proof = None;
        }
        for seat in &mut self.seats {
            seat.doubted = true;
        }
        Ok(())
    }

    /// The epoch of the key set that is in force, 0 for the firmware's own keys; none if this firmware takes no key sets.
    pub fn key_epoch(&self) -> Option<u32> {
        self.root.map(|_| self.store.key_epoch())
    }
}
