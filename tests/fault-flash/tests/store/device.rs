//! The store as something that is tested, and what it should do: the model, which knows nothing of flash.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use corelet_fault_flash::{Flash, Subject};
use corelet_store::{BankState, Error, REJECTIONS_MAX, Reason, Runs, SlotId, Start};

use super::geometry::Geometry;
use super::images::{BANKS, ERASE, Opened, Version, receive, version, with_erases};

/// A device with two slots whose flash is laid out like that.
pub(crate) struct Device<G, const WRITE: usize> {
    store: Opened<WRITE>,
    /// Whether the start erased no more than it may.
    bounded: bool,
    geometry: PhantomData<G>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Open(u8, Version),
    Receive(u8),
    Verify(u8),
    Try(u8),
    Confirm(u8),
    RollBack(u8),
    Discard(u8),
    Remove(u8),
    Forgive(Version),
    /// The erases of the journal that are wanted and not needed yet.
    Idle,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) slots: [Slot; 2],
    pub(crate) floors: BTreeMap<u8, u32>,
    pub(crate) rejected: BTreeSet<Version>,
    /// Whatever does not hold of the banks: nothing.
    pub(crate) wrong: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) staged: Option<(Version, BankState)>,
    pub(crate) trial: Option<Version>,
    pub(crate) confirmed: Option<Version>,
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
            if damaged || whole && !self.store.digest_ok(id)? {
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
            let version = Version::of(&bank.image.digest);
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
        for plugin in 1..=3 {
            let floor = self.store.floor(version(plugin, 0).id());
            if floor > 0 {
                state.floors.insert(plugin, floor);
            }
        }
        let rejected = self.store.rejections().iter();
        state.rejected = rejected
            .map(|one| Version::of(&one.digest).unwrap())
            .collect();
        Ok(state)
    }

    fn after(before: &State, step: &Step) -> Option<State> {
        let mut state = before.clone();
        let State {
            slots,
            floors,
            rejected,
            ..
        } = &mut state;
        let used = slots.iter().flat_map(|slot| {
            [
                slot.staged.map(|(version, _)| version),
                slot.trial,
                slot.confirmed,
            ]
        });
        let used = used.flatten().count();
        // Every image on its way may be rejected.
        let under_way = |(number, other): (usize, &Slot)| {
            let staged = other.staged.is_some()
                && !matches!(*step, Step::Open(slot, _) if usize::from(slot) == number);
            usize::from(other.trial.is_some()) + usize::from(staged)
        };
        let under_way: usize = slots.iter().enumerate().map(under_way).sum();
        let rejectable = rejected.len() + under_way < REJECTIONS_MAX;
        let floor = |version: Version| floors.get(&version.plugin).copied().unwrap_or(0);
        let fit = |version: Version| {
            version.security_version >= floor(version) && !rejected.contains(&version)
        };
        match *step {
            Step::Open(slot, version) => {
                let slot = &mut slots[usize::from(slot)];
                let known = slot.staged.is_some_and(|(staged, _)| staged == version);
                let room = (used < BANKS || slot.staged.is_some()) && rejectable;
                if slot.trial.is_some() || !fit(version) || !(known || room) {
                    return None;
                }
                if slot.staged.is_none_or(|(staged, _)| staged != version) {
                    slot.staged = Some((version, BankState::Opening));
                }
            }
            Step::Receive(slot) => {
                let (version, state) = slots[usize::from(slot)].staged.as_mut()?;
                if !fit(*version) || slots[usize::from(slot)].trial.is_some() {
                    return None;
                }
                if state.is_under_way() {
                    *state = BankState::Received;
                }
            }
            Step::Verify(slot) => {
                let (_, state) = slots[usize::from(slot)].staged.as_mut()?;
                if *state != BankState::Received {
                    return None;
                }
                *state = BankState::Verified;
            }
            Step::Try(slot) => {
                let slot = &mut slots[usize::from(slot)];
                let (version, state) = slot.staged?;
                if state != BankState::Verified || slot.trial.is_some() || !fit(version) {
                    return None;
                }
                slot.trial = Some(version);
                slot.staged = None;
            }
            Step::Confirm(slot) => {
                let slot = &mut slots[usize::from(slot)];
                let version = slot.trial.filter(|version| fit(*version))?;
                slot.trial = None;
                slot.confirmed = Some(version);
                floors.insert(version.plugin, version.security_version);
            }
            Step::RollBack(slot) => {
                rejected.insert(slots[usize::from(slot)].trial.take()?);
            }
            Step::Discard(slot) => {
                slots[usize::from(slot)].staged.take()?;
            }
            Step::Remove(slot) => {
                let slot = &mut slots[usize::from(slot)];
                if slot.trial.is_some() {
                    return None;
                }
                slot.confirmed.take()?;
            }
            Step::Forgive(version) => {
                rejected.remove(&version);
            }
            Step::Idle => {}
        }
        Some(state)
    }

    fn is_part(before: &State, step: &Step, found: &State) -> bool {
        let Step::Receive(slot) = *step else {
            return false;
        };
        // Sectors of the image are in flash, no fewer than before.
        let mut state = before.clone();
        let (Some((_, staged)), Some((_, now))) = (
            &mut state.slots[usize::from(slot)].staged,
            found.slots[usize::from(slot)].staged,
        ) else {
            return false;
        };
        let offset = |state| match state {
            BankState::Opening => Some(0),
            BankState::Receiving { offset } => Some(offset),
            _ => None,
        };
        let further = offset(*staged)
            .zip(offset(now))
            .is_some_and(|(before, now)| before <= now);
        *staged = now;
        further && state == *found
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
        match (store.runs(slot), store.digest_ok(bank)) {
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
