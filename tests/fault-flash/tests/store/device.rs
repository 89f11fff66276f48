//! The store as something that is tested.

use std::marker::PhantomData;

use corelet_fault_flash::{Flash, Subject};
use corelet_image::{Keys, PublicKey};
use corelet_store::{BankState, Error, Reason, Runs, SlotId, Start};

use super::geometry::Geometry;
use super::images::{ERASE, Opened, Version, holds, receive, version, with_erases};
use super::key_sets::{Rises, key_set};
use super::model::{State, Step};

/// A device with two slots whose flash is laid out like that.
pub(crate) struct Device<G, const WRITE: usize> {
    store: Opened<WRITE>,
    /// Whether the start erased no more than it may.
    bounded: bool,
    geometry: PhantomData<G>,
}

impl<G: Geometry, const WRITE: usize> Subject<WRITE, ERASE> for Device<G, WRITE> {
    type Step = Step;
    type State = State;
    type Error = Error;

    fn open(flash: Flash<WRITE, ERASE>) -> Result<Self, Error> {
        let before = flash.work().erases;
        let store = Opened::mount(flash.clone(), G::map(), Start::Ordinary)?;
        let bounded = flash.work().erases - before <= G::JOURNAL_SECTORS;
        Ok(Self {
            store,
            bounded,
            geometry: PhantomData,
        })
    }

    fn step(&mut self, step: &Step) -> Result<(), Error> {
        let store = &mut self.store;
        match *step {
            Step::Open(slot, version) => {
                with_erases(store, |store| store.open(SlotId(slot), version.offered()))?;
            }
            Step::Receive(slot) => {
                let slot = SlotId(slot);
                let staged = store.staged(slot).ok_or(Error::NoneInSlot(slot))?;
                let image = store.bank(staged).unwrap().image;
                receive(store, slot, Version::of(&image.digest).unwrap(), 1500)?;
            }
            Step::Verify(slot) => {
                let slot = SlotId(slot);
                let staged = store.staged(slot).ok_or(Error::NoneInSlot(slot))?;
                let image = store.bank(staged).unwrap().image;
                with_erases(store, |store| {
                    store.verify(staged, image.plugin, image.security_version)
                })?;
            }
            Step::Try(slot) => with_erases(store, |store| store.begin_trial(SlotId(slot)))?,
            Step::TryBoth => {
                with_erases(store, |store| store.begin_trial_of(&[SlotId(0), SlotId(1)]))?;
            }
            Step::Withdraw(slot) => with_erases(store, |store| store.withdraw(SlotId(slot)))?,
            Step::Confirm(slot) => with_erases(store, |store| store.confirm(SlotId(slot)))?,
            Step::RollBack(slot) => {
                let Runs::Trial(bank) = store.runs(SlotId(slot)) else {
                    return Err(Error::NoneInSlot(SlotId(slot)));
                };
                with_erases(store, |store| store.reject(bank, Reason::Trapped))?;
            }
            Step::Discard(slot) => {
                let staged = store
                    .staged(SlotId(slot))
                    .ok_or(Error::NoneInSlot(SlotId(slot)))?;
                with_erases(store, |store| store.clear(staged))?;
            }
            Step::Remove(slot) => {
                let Runs::Confirmed(bank) = store.runs(SlotId(slot)) else {
                    return Err(Error::NoneInSlot(SlotId(slot)));
                };
                with_erases(store, |store| store.clear(bank))?;
            }
            Step::Forgive(version) => {
                let digest = version.offered().digest;
                with_erases(store, |store| store.forgive(&digest))?;
            }
            Step::KeySet(epoch) => {
                with_erases(store, |store| store.set_keys(&key_set(epoch)))?;
            }
            Step::Idle => {
                while store.wants_erase().is_some() {
                    store.erase_step()?;
                }
            }
        }
        Ok(())
    }

    fn observe(&mut self) -> Result<State, Error> {
        let mut state = State::default();
        if !self.bounded {
            state.wrong.push("too many erases".into());
        }
        let banks: Vec<_> = self.store.banks().map(|(id, bank)| (id, *bank)).collect();
        for (id, bank) in banks {
            let nothing = matches!(bank.state, BankState::Empty | BankState::Rejected(_));
            let whole = !bank.state.is_under_way() && !nothing;
            let damaged = bank.state == BankState::Rejected(Reason::Damaged);
            let version = Version::of(&bank.image.digest);
            if damaged || whole && !holds(&mut self.store, id, version)? {
                state
                    .wrong
                    .push(format!("bank {id} is {}, and damaged", bank.state));
            }
            let Some(slot) = state.slots.get_mut(usize::from(bank.slot.0)) else {
                state
                    .wrong
                    .push(format!("bank {id} is for slot {}", bank.slot));
                continue;
            };
            let before = match bank.state {
                BankState::Empty | BankState::Rejected(_) => continue,
                BankState::Trial { .. } => std::mem::replace(&mut slot.trial, version),
                BankState::Confirmed => std::mem::replace(&mut slot.confirmed, version),
                staged => {
                    let staged = version.map(|version| (version, staged));
                    std::mem::replace(&mut slot.staged, staged).map(|(version, _)| version)
                }
            };
            if before.is_some() || version.is_none() {
                state.wrong.push(format!("bank {id} is {}", bank.state));
            }
        }
        for slot in [SlotId(0), SlotId(1)] {
            let with = self.store.tried_with(slot).count() > 0;
            state.together |= with;
            if with != state.together {
                state.wrong.push(format!("slot {slot} is tried alone"));
            }
        }
        for plugin in 1..=3 {
            let floor = self.store.floor(version(plugin, 0).id());
            if floor > 0 {
                state.floors.insert(plugin, floor);
            }
        }
        state.epoch = self.store.key_epoch();
        let keys = self.store.keys(Keys::NONE).trusted();
        let expected: &[PublicKey] = match state.epoch {
            0 => &[],
            epoch => key_set(epoch).keys(),
        };
        if keys != expected {
            state.wrong.push(format!("other keys: {keys:02x?}"));
        }
        let mut rises = Rises::default();
        self.store.guard(&mut rises)?;
        state.rises = rises.0;
        let rejected = self.store.rejections().iter();
        state.rejected = rejected
            .map(|one| Version::of(&one.digest).unwrap())
            .collect();
        Ok(state)
    }

    fn after(before: &State, step: &Step) -> Option<State> {
        before.after(step)
    }

    fn is_part(before: &State, step: &Step, found: &State) -> bool {
        before.is_part(step, found)
    }

    fn finish(&mut self, state: &State) -> Result<(), String> {
        let store = &mut self.store;
        let slot = SlotId(0);
        // What is under way gives way, and verdicts are taken back.
        for slot in [SlotId(0), SlotId(1)] {
            let trial = match store.runs(slot) {
                Runs::Trial(bank) => Some(bank),
                _ => None,
            };
            for bank in [trial, store.staged(slot)].into_iter().flatten() {
                with_erases(store, |store| store.clear(bank)).map_err(|error| error.to_string())?;
            }
        }
        for rejection in store.rejections().to_vec() {
            with_erases(store, |store| store.forgive(&rejection.digest))
                .map_err(|error| error.to_string())?;
        }
        let fresh = version(1, 12);
        let update = |store: &mut Opened<WRITE>| {
            let bank = receive(store, slot, fresh, 1500)?;
            with_erases(store, |store| {
                store.verify(bank, fresh.id(), fresh.security_version)
            })?;
            with_erases(store, |store| store.begin_trial(slot))?;
            with_erases(store, |store| store.confirm(slot))?;
            Ok(bank)
        };
        let bank =
            update(store).map_err(|error: Error| format!("no update: {error} in {state:?}"))?;
        match (store.runs(slot), holds(store, bank, Some(fresh))) {
            (Runs::Confirmed(runs), Ok(true)) if runs == bank => Ok(()),
            other => Err(format!("after an update: {other:?}")),
        }
    }
}

/// Sends an image, makes each of its bits wrong in turn, and has the store verify it.
pub(crate) fn verifies_nothing_that_is_damaged<G: Geometry>() -> Result<(), String> {
    let flash = Flash::<8, ERASE>::new(&G::chip());
    let (slot, image) = (SlotId(0), version(1, 3));
    let mount = || Opened::mount(flash.clone(), G::map(), Start::Ordinary);
    let sent = mount().and_then(|mut store| receive(&mut store, slot, image, 1500));
    let bank = sent.map_err(|error| error.to_string())?;
    let snapshot = flash.snapshot();
    let start = G::map().bank(bank).map_or(0, |region| region.offset()) as usize * 8;
    for bit in start..start + image.bytes().len() * 8 {
        flash.restore(&snapshot);
        flash.flip(bit);
        let mut store = mount().map_err(|error| error.to_string())?;
        let verified = store.verify(bank, image.id(), image.security_version);
        let state = store.bank(bank).map(|bank| bank.state);
        if verified != Err(Error::Digest)
            || state != Some(BankState::Rejected(Reason::Damaged))
            || !store.rejections().is_empty()
        {
            return Err(format!("bit {bit} is wrong: {verified:?}, {state:?}"));
        }
        // It says nothing about the image.
        if bit % 64 == 0 {
            let again = receive(&mut store, slot, image, 1500);
            let again = again.and_then(|bank| store.digest_ok(bank));
            if again != Ok(true) {
                return Err(format!("bit {bit} was wrong, and sent again: {again:?}"));
            }
        }
    }
    Ok(())
}
