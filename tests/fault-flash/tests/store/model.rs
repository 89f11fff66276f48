//! What the store should do: the model, which knows nothing of flash.

use std::collections::{BTreeMap, BTreeSet};

use corelet_store::{BankState, REJECTIONS_MAX};

use super::images::{BANKS, Version};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Open(u8, Version),
    Receive(u8),
    Verify(u8),
    Try(u8),
    /// The trial of both slots, as one.
    TryBoth,
    Withdraw(u8),
    Confirm(u8),
    RollBack(u8),
    Discard(u8),
    Remove(u8),
    Forgive(Version),
    /// The key set of that epoch.
    KeySet(u32),
    /// The erases of the journal that are wanted and not needed yet.
    Idle,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) slots: [Slot; 2],
    /// Whether both are tried as one.
    pub(crate) together: bool,
    pub(crate) floors: BTreeMap<u8, u32>,
    pub(crate) rejected: BTreeSet<Version>,
    /// Of the keys that are trusted.
    pub(crate) epoch: u32,
    /// How many steps raised a floor or the epoch.
    pub(crate) rises: u32,
    /// Whatever does not hold of the banks: nothing.
    pub(crate) wrong: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) staged: Option<(Version, BankState)>,
    pub(crate) trial: Option<Version>,
    pub(crate) confirmed: Option<Version>,
}

impl State {
    /// The state after a step; none if the step is refused.
    pub(crate) fn after(&self, step: &Step) -> Option<Self> {
        let mut state = self.clone();
        let State {
            slots,
            together,
            floors,
            rejected,
            epoch,
            rises,
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
            Step::TryBoth => {
                for slot in &mut *slots {
                    let (version, state) = slot.staged?;
                    if state != BankState::Verified || slot.trial.is_some() || !fit(version) {
                        return None;
                    }
                    slot.trial = Some(version);
                    slot.staged = None;
                }
                *together = true;
            }
            Step::Withdraw(slot) => {
                let slot = &mut slots[usize::from(slot)];
                slot.staged = Some((slot.trial.take()?, BankState::Verified));
                withdraw_others(slots, together);
            }
            Step::Confirm(slot) => {
                slots[usize::from(slot)].trial?;
                for (number, one) in slots.iter_mut().enumerate() {
                    if number != usize::from(slot) && !*together {
                        continue;
                    }
                    let version = one.trial.filter(|version| fit(*version))?;
                    one.trial = None;
                    one.confirmed = Some(version);
                }
                *together = false;
                let mut rose = false;
                let before = self.slots.iter().zip(&*slots);
                let confirmed = before.filter(|(before, now)| before.trial != now.trial);
                for version in confirmed.filter_map(|(_, now)| now.confirmed) {
                    let floor = floors.entry(version.plugin).or_default();
                    rose |= version.security_version > *floor;
                    *floor = version.security_version.max(*floor);
                }
                *rises += u32::from(rose);
            }
            Step::RollBack(slot) => {
                rejected.insert(slots[usize::from(slot)].trial.take()?);
                withdraw_others(slots, together);
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
            Step::KeySet(new) => {
                if new < *epoch {
                    return None;
                }
                *rises += u32::from(new > *epoch);
                *epoch = new;
            }
            Step::Idle => {}
        }
        Some(state)
    }

    /// Whether `found` may be what is left of a step that was cut off.
    pub(crate) fn is_part(&self, step: &Step, found: &Self) -> bool {
        let Step::Receive(slot) = *step else {
            return false;
        };
        // Sectors of the image are in flash, no fewer than before.
        let mut state = self.clone();
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
}

/// What was tried together with something whose trial has ended waits again.
fn withdraw_others(slots: &mut [Slot], together: &mut bool) {
    if std::mem::take(together) {
        for slot in slots {
            if let Some(version) = slot.trial.take() {
                slot.staged = Some((version, BankState::Verified));
            }
        }
    }
}
