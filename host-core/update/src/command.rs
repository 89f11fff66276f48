//! What a person or a fleet asks for.

use corelet_host::SlotId;
use corelet_store::{BankId, BankState, ImageDigest, Reason, Runs};
use embedded_storage::nor_flash::NorFlash;

use crate::updater::insist;
use crate::{Device, Mapped, Refused, Updater};

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: Device + 'static,
    F: NorFlash + Mapped,
{
    /// Begins the trial of what was received for these slots: all of it together, or nothing. Each takes its place when the version before has
    /// come to its end.
    ///
    /// # Errors
    /// [`Refused::NotStaged`], [`Refused::Store`], or why an image that was received is not fit.
    pub fn test(&mut self, slots: &[SlotId]) -> Result<(), Refused> {
        for &slot in slots {
            let (bank, _) = self.staged(slot).ok_or(Refused::NotStaged(slot))?;
            self.finish(bank)?;
        }
        insist(&mut self.store, |store| store.begin_trial_of(slots))?;
        for &slot in slots {
            if let Some(seat) = self.seat_mut(slot) {
                seat.trial.at_once = false;
            }
        }
        Ok(())
    }

    /// Confirms the slot's trial, and what is tried with it. If there is none, what was received for the slot takes its place, and is confirmed as soon as it is
    /// initialised.
    ///
    /// # Errors
    /// [`Refused::NoTrial`], or as [`test`](Self::test).
    pub fn confirm(&mut self, slot: SlotId) -> Result<(), Refused> {
        match self.store.runs(slot) {
            Runs::Trial(_) => Ok(self.confirm_now(slot)?),
            _ if self.staged(slot).is_none() => Err(Refused::NoTrial(slot)),
            _ => {
                self.test(&[slot])?;
                if let Some(seat) = self.seat_mut(slot) {
                    seat.trial.at_once = true;
                }
                Ok(())
            }
        }
    }

    /// Ends the slot's trial: what ran before runs again, and the image that was tried is rejected.
    ///
    /// # Errors
    /// [`Refused::NoTrial`] or [`Refused::Store`].
    pub fn roll_back(&mut self, slot: SlotId) -> Result<(), Refused> {
        let Runs::Trial(bank) = self.store.runs(slot) else {
            return Err(Refused::NoTrial(slot));
        };
        Ok(insist(&mut self.store, |store| {
            store.reject(bank, Reason::Command)
        })?)
    }

    /// Erases what is in a bank of the slot: what runs, with what that plugin kept, or what waits.
    ///
    /// # Errors
    /// [`Refused::Store`].
    pub fn erase(&mut self, bank: BankId) -> Result<(), Refused> {
        self.incoming = None;
        insist(&mut self.store, |store| store.clear(bank))?;
        if let Some(proof) = self.proofs.get_mut(usize::from(bank.0)) {
            *proof = None;
        }
        self.untidy = true;
        Ok(())
    }

    /// Takes back that an image was rejected: it may be tried again.
    ///
    /// # Errors
    /// [`Refused::NotRejected`] or [`Refused::Store`].
    pub fn forgive(&mut self, digest: &ImageDigest) -> Result<(), Refused> {
        let mut rejections = self.store.rejections().iter();
        if !rejections.any(|rejection| rejection.digest == *digest) {
            return Err(Refused::NotRejected(*digest));
        }
        Ok(insist(&mut self.store, |store| store.forgive(digest))?)
    }

    /// The bank that is confirmed for the slot, whatever is on trial.
    pub(crate) fn confirmed(&self, slot: SlotId) -> Option<BankId> {
        let mut banks = self.store.banks();
        let found = banks.find(|(_, bank)| bank.slot == slot && bank.state == BankState::Confirmed);
        found.map(|(id, _)| id)
    }
}
