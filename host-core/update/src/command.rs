//! What a person or a fleet asks for.

use corelet_host::SlotId;
use corelet_store::{BankId, BankState, ImageDigest, Reason, Runs};
use embedded_storage::nor_flash::NorFlash;

use crate::updater::{insist, slots};
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
    /// [`Refused::NotStaged`], [`Refused::InOtherSlot`], [`Refused::Store`], or why an image that was received is not fit.
    pub fn test(&mut self, slots: &[SlotId]) -> Result<(), Refused> {
        for &slot in slots {
            let (bank, _) = self.staged(slot).ok_or(Refused::NotStaged(slot))?;
            self.finish(bank)?;
        }
        self.check_one_slot(slots)?;
        insist(&mut self.store, |store| store.begin_trial_of(slots))?;
        let asked = self.now();
        for &slot in slots {
            let wanted = self.wanted(slot);
            if let Some(seat) = self.seat_mut(slot) {
                seat.asked = Some(asked);
                seat.trial = seat.trial.anew();
                seat.verdict = None;
                if seat.here == wanted {
                    // It was erased and sent again while it ran.
                    seat.here = None;
                }
            }
        }
        Ok(())
    }

    /// That no plugin comes to run in two slots: what is said of an image in one would hold in the other.
    fn check_one_slot(&self, slots: &[SlotId]) -> Result<(), Refused> {
        for (index, &slot) in slots.iter().enumerate() {
            let before = slots.get(..index).unwrap_or_default();
            let Some((_, image)) = self.staged(slot) else {
                continue;
            };
            let mut banks = self.store.banks().map(|(_, bank)| bank);
            let other = banks.find(|bank| {
                let runs = match bank.state {
                    BankState::Confirmed | BankState::Trial { .. } => true,
                    BankState::Verified => before.contains(&bank.slot),
                    _ => false,
                };
                runs && bank.slot != slot && bank.image.plugin == image.plugin
            });
            if let Some(other) = other {
                return Err(Refused::InOtherSlot(other.slot));
            }
        }
        Ok(())
    }

    /// Confirms the slot's trial, and what is tried with it. What is not initialised yet is confirmed as soon as it is: so is what was
    /// received for the slot, if there is no trial. A reset before that leaves it on trial.
    ///
    /// # Errors
    /// [`Refused::NoTrial`], or as [`test`](Self::test).
    pub fn confirm(&mut self, slot: SlotId) -> Result<(), Refused> {
        match self.store.runs(slot) {
            Runs::Trial(_) => {
                let mut all = true;
                for one in slots::<SLOTS>() {
                    if (one == slot || self.store.tried_with(slot).any(|with| with == one))
                        && let Some(seat) = self.seat_mut(one)
                    {
                        seat.trial.at_once = true;
                        all &= seat.trial.has_begun();
                    }
                }
                if all {
                    self.confirm_now(slot)?;
                }
                Ok(())
            }
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
        insist(&mut self.store, |store| store.reject(bank, Reason::Command))?;
        if let Some(seat) = self.seat_mut(slot) {
            seat.verdict = None;
            seat.rollbacks = seat.rollbacks.saturating_add(1);
        }
        self.untidy = true;
        Ok(())
    }

    /// Erases what is in a bank of the slot: what runs, with what that plugin kept, or what waits.
    ///
    /// # Errors
    /// [`Refused::Store`].
    pub fn erase(&mut self, bank: BankId) -> Result<(), Refused> {
        let slot = self.store.bank(bank).map(|bank| bank.slot);
        self.incoming
            .take_if(|incoming| Some(incoming.slot) == slot);
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
