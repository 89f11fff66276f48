//! What the journal says, taken together.

use corelet_image::{KEYS_MAX, PluginId};
use embedded_storage::nor_flash::NorFlash;
use heapless::Vec;

use crate::contents::Contents;
use crate::journal::Chain;
use crate::keys::KeyRing;
use crate::record::{Change, Counts, FLOORS_PER_RECORD};
use crate::state::Event;
use crate::{Bank, BankId, BankState, Error, Floor, ImageDigest, Offered, Rejection, SlotId};

/// So many images are remembered as rejected.
pub const REJECTIONS_MAX: usize = 8;

/// Banks, floors, rejections and keys. It changes by records alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ledger<const BANKS: usize, const PLUGINS: usize> {
    banks: [Bank; BANKS],
    floors: Vec<Floor, PLUGINS>,
    rejections: Vec<Rejection, REJECTIONS_MAX>,
    ring: KeyRing,
    counts: Counts,
}

impl<const BANKS: usize, const PLUGINS: usize> Ledger<BANKS, PLUGINS> {
    pub(crate) const fn new() -> Self {
        Self {
            banks: [Bank::EMPTY; BANKS],
            floors: Vec::new(),
            rejections: Vec::new(),
            ring: KeyRing::new(),
            counts: Counts::NONE,
        }
    }

    /// The records of a snapshot at most, without its header.
    pub(crate) const SNAPSHOT_MAX: usize =
        BANKS + PLUGINS.div_ceil(FLOORS_PER_RECORD) + REJECTIONS_MAX + KEYS_MAX + 1;

    pub(crate) fn banks(&self) -> impl Iterator<Item = (BankId, &Bank)> {
        (0..u8::MAX).map(BankId).zip(&self.banks)
    }

    pub(crate) fn bank(&self, bank: BankId) -> Option<&Bank> {
        self.banks.get(usize::from(bank.0))
    }

    pub(crate) const fn ring(&self) -> &KeyRing {
        &self.ring
    }

    pub(crate) const fn counts(&self) -> Counts {
        self.counts
    }

    /// How many banks are behind the one that was opened last and before this one, round the end: the wear is spread by that.
    pub(crate) fn turn(&self, bank: BankId) -> u8 {
        let (next, banks) = (self.counts.next_bank, BANKS as u8);
        match bank.0.checked_sub(next) {
            Some(turn) => turn,
            None => bank.0.saturating_add(banks.saturating_sub(next)),
        }
    }

    /// The least security version that is accepted of `plugin`.
    pub(crate) fn floor(&self, plugin: PluginId) -> u32 {
        let floor = self.floors.iter().find(|floor| floor.plugin == plugin);
        floor.map_or(0, |floor| floor.security_version)
    }

    pub(crate) fn rejections(&self) -> &[Rejection] {
        &self.rejections
    }

    pub(crate) fn rejection(&self, digest: &ImageDigest) -> Option<&Rejection> {
        self.rejections.iter().find(|one| one.digest == *digest)
    }

    /// Whether, with `image` for `slot`, every image on its way can still be confirmed or rejected.
    pub(crate) fn check_room(&self, image: &Offered, slot: SlotId) -> Result<(), Error> {
        let under_way = self.banks.iter().filter(|bank| {
            let trial = matches!(bank.state, BankState::Trial { .. });
            // What the slot has staged gives way to the new image.
            trial || bank.state.is_staged() && bank.slot != slot
        });
        if self.rejections.len() + under_way.clone().count() >= REJECTIONS_MAX {
            return Err(Error::RejectionsFull);
        }
        let floor = floor_of_image(image);
        if !self.is_new(&floor) {
            return Ok(());
        }
        self.check_floors(under_way.map(floor_of).chain([floor]))
    }

    /// Whether there is a place for what a record says. If not, another firmware wrote it, or it is one of values.
    pub(crate) fn check(&self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Bank(id, bank) => {
                if usize::from(id.0) >= BANKS {
                    return Err(Error::OtherMap);
                }
                match bank.state {
                    BankState::Confirmed => {
                        let with = self.tried_with(*id).map(|(_, other)| floor_of(other));
                        self.check_floors(with.chain([floor_of(bank)]))
                    }
                    BankState::Rejected(reason) if reason.is_verdict() => {
                        self.check_rejection(&bank.image.digest)
                    }
                    _ => Ok(()),
                }
            }
            Change::Floors(floors) => self.check_floors(floors.iter().copied()),
            Change::Rejection(rejection) => self.check_rejection(&rejection.digest),
            Change::Nothing
            | Change::Header(_)
            | Change::Forgiven(_)
            | Change::Try { .. }
            | Change::Key(_)
            | Change::Counts(_) => Ok(()),
            Change::Entry(_) | Change::More(_) => Err(Error::OtherMap),
        }
    }

    fn check_floors(&self, floors: impl Iterator<Item = Floor>) -> Result<(), Error> {
        let new = floors.filter(|floor| self.is_new(floor));
        if self.floors.len() + new.count() > PLUGINS {
            return Err(Error::FloorsFull {
                allowed: PLUGINS as u16,
            });
        }
        Ok(())
    }

    fn check_rejection(&self, digest: &ImageDigest) -> Result<(), Error> {
        if self.rejections.is_full() && self.rejection(digest).is_none() {
            return Err(Error::RejectionsFull);
        }
        Ok(())
    }

    fn is_new(&self, floor: &Floor) -> bool {
        floor.security_version > 0 && self.floor(floor.plugin) == 0
    }

    /// Does what a record says.
    ///
    /// # Errors
    /// As [`Ledger::check`]: then nothing is changed.
    pub(crate) fn apply(&mut self, change: &Change) -> Result<(), Error> {
        self.check(change)?;
        let rises = self.counts.rises;
        match change {
            Change::Nothing | Change::Header(_) | Change::Entry(_) | Change::More(_) => {}
            Change::Bank(id, bank) => self.set(*id, *bank),
            Change::Try { since, set, banks } => {
                let event = Event::Try {
                    since: *since,
                    set: *set,
                };
                for (id, bank) in (0..u8::MAX).map(BankId).zip(&mut self.banks) {
                    if banks.contains(id)
                        && let Some(state) = bank.state.after(event)
                    {
                        *bank = bank.with(state);
                    }
                }
            }
            Change::Floors(floors) => {
                for floor in floors {
                    self.raise(*floor);
                }
            }
            Change::Rejection(rejection) => self.reject(*rejection),
            Change::Key(part) => {
                if self.ring.add(part) {
                    self.count_rise();
                }
            }
            Change::Counts(counts) => {
                self.counts = *counts;
                return Ok(());
            }
            Change::Forgiven(digest) => {
                self.rejections.retain(|one| one.digest != *digest);
                for bank in &mut self.banks {
                    if matches!(bank.state, BankState::Rejected(_)) && bank.image.digest == *digest
                    {
                        *bank = Bank::EMPTY;
                    }
                }
            }
        }
        // Counters in hardware are not endless: one record counts once, however many floors it raises.
        self.counts.rises = self.counts.rises.min(rises.saturating_add(1));
        Ok(())
    }

    /// With the bank changes what follows from it, so that one record does all: what is tried together is confirmed together, and if it
    /// comes to anything else with one, the others are withdrawn.
    fn set(&mut self, id: BankId, bank: Bank) {
        let set = self.bank(id).and_then(|before| before.state.set());
        self.put(id, bank);
        let event = match bank.state {
            BankState::Trial { .. } => return,
            BankState::Confirmed => Event::Confirm,
            _ => Event::Withdraw,
        };
        let next = |ledger: &Self| {
            let (other, one) = ledger.of_set(set?).next()?;
            Some((other, one.with(one.state.after(event)?)))
        };
        // Each turn ends the trial of one.
        while let Some((other, one)) = next(self) {
            self.put(other, one);
        }
    }

    fn of_set(&self, set: u8) -> impl Iterator<Item = (BankId, &Bank)> {
        self.banks()
            .filter(move |(_, bank)| bank.state.set() == Some(set))
    }

    /// The banks that are tried together with this one, and it is not among them.
    pub(crate) fn tried_with(&self, bank: BankId) -> impl Iterator<Item = (BankId, &Bank)> {
        let set = self.bank(bank).and_then(|bank| bank.state.set());
        let with = set.map(|set| self.of_set(set)).into_iter().flatten();
        with.filter(move |(id, _)| *id != bank)
    }

    /// A number for a set that is none's.
    pub(crate) fn new_set(&self) -> u8 {
        let free = (1..u8::MAX).find(|set| self.of_set(*set).next().is_none());
        // There are not as many banks.
        free.unwrap_or(u8::MAX)
    }

    fn put(&mut self, id: BankId, bank: Bank) {
        if bank.state.is_staged() {
            self.tell_others(id, bank.slot, Event::Supersede);
        }
        match bank.state {
            BankState::Opening => {
                self.counts.next_bank = id.0.saturating_add(1);
            }
            BankState::Confirmed => {
                self.raise(floor_of(&bank));
                self.tell_others(id, bank.slot, Event::Replace);
            }
            BankState::Rejected(reason) if reason.is_verdict() => self.reject(Rejection {
                digest: bank.image.digest,
                reason,
            }),
            _ => {}
        }
        if let Some(place) = self.banks.get_mut(usize::from(id.0)) {
            *place = bank.with(bank.state);
        }
    }

    /// Lets an event happen to the slot's other banks, where it can.
    fn tell_others(&mut self, id: BankId, slot: SlotId, event: Event) {
        for (other, bank) in (0..u8::MAX).map(BankId).zip(&mut self.banks) {
            if other != id
                && bank.slot == slot
                && let Some(state) = bank.state.after(event)
            {
                *bank = bank.with(state);
            }
        }
    }

    const fn count_rise(&mut self) {
        self.counts.rises = self.counts.rises.saturating_add(1);
    }

    fn raise(&mut self, floor: Floor) {
        if floor.security_version <= self.floor(floor.plugin) {
            return;
        }
        self.count_rise();
        let known = self
            .floors
            .iter_mut()
            .find(|one| one.plugin == floor.plugin);
        if let Some(known) = known {
            known.security_version = floor.security_version;
        } else {
            // There is room, which was checked.
            let _ = self.floors.push(floor);
        }
    }

    fn reject(&mut self, rejection: Rejection) {
        if self.rejection(&rejection.digest).is_none() {
            // There is room, which was checked.
            let _ = self.rejections.push(rejection);
        }
    }

    /// The fewest records that say all of it.
    pub(crate) fn snapshot(&self) -> impl Iterator<Item = Change> {
        let banks = self
            .banks()
            .filter(|(_, bank)| bank.state != BankState::Empty);
        let banks = banks.map(|(id, bank)| Change::Bank(id, *bank));
        let floors = self.floors.chunks(FLOORS_PER_RECORD).map(|chunk| {
            let mut floors = [Floor::NONE; FLOORS_PER_RECORD];
            for (place, floor) in floors.iter_mut().zip(chunk) {
                *place = *floor;
            }
            Change::Floors(floors)
        });
        let rejections = self.rejections.iter().copied().map(Change::Rejection);
        let keys = self.ring.snapshot();
        // The last, since what comes before it counts too when it is read.
        let counts = (self.counts != Counts::NONE).then_some(Change::Counts(self.counts));
        // Rejections first: a bank that is rejected too adds nothing to what is known of its image.
        core::iter::empty()
            .chain(rejections)
            .chain(banks)
            .chain(floors)
            .chain(keys)
            .chain(counts)
    }
}

impl<const BANKS: usize, const PLUGINS: usize> Contents for Ledger<BANKS, PLUGINS> {
    const IN_FLASH: bool = false;

    fn empty() -> Self {
        Self::new()
    }

    fn apply(&mut self, change: &Change) -> Result<(), Error> {
        Self::apply(self, change)
    }

    fn snapshot<F: NorFlash>(
        &self,
        flash: &mut F,
        _: &Chain,
        _: u16,
        write: &mut dyn FnMut(&mut F, Change) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.snapshot().try_for_each(|change| write(flash, change))
    }
}

/// What a confirmation raises the floor of its plugin to.
const fn floor_of(bank: &Bank) -> Floor {
    floor_of_image(&bank.image)
}

const fn floor_of_image(image: &Offered) -> Floor {
    Floor {
        plugin: image.plugin,
        security_version: image.security_version,
    }
}
