//! The device as the server of SMP sees it.

use core::fmt::{self, Write};

use corelet_host::{Metrics, PLUGIN_NAME_MAX, SlotId, SlotState};
use corelet_smp::{Denied, Image, LogLine, Managed, Position, Slot, State, Target, Upload};
use corelet_store::{Bank, BankId, BankState, ImageDigest, Runs};
use embedded_storage::nor_flash::NorFlash;
use heapless::{String, Vec};

use crate::read::Place;
use crate::updater::slots;
use crate::{Device, Mapped, Refused, Said, Updater};

/// Three numbers of 32 bits with points between.
type VersionText = String<32>;

/// What an image says of itself. It was verified when it was accepted.
#[derive(Default)]
struct Label {
    name: String<PLUGIN_NAME_MAX>,
    version: VersionText,
}

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: Device + 'static,
    F: NorFlash + Mapped,
{
    fn label(&mut self, place: Place) -> Label {
        let mut label = Label::default();
        self.show_manifest_of(place, &mut |manifest| {
            // Both have room for every value.
            let _ = label.name.push_str(manifest.name);
            let _ = write!(label.version, "{}", manifest.version);
        });
        label
    }

    /// What runs in a slot, and then what else is there in full.
    fn positions(&self, slot: SlotId) -> Vec<(Position, Place), 2> {
        let runs = self.wanted(slot).map(|installed| installed.place);
        let other = match self.store.runs(slot) {
            Runs::Trial(_) => self.confirmed(slot),
            _ => self.staged(slot).map(|(bank, _)| bank).filter(|bank| {
                let state = self.store.bank(*bank).map(|bank| bank.state);
                matches!(state, Some(BankState::Received | BankState::Verified))
            }),
        };
        let primary = runs.map(|place| (Position::Primary, place));
        let secondary = other.map(|bank| (Position::Secondary, Place::Bank(bank)));
        primary.into_iter().chain(secondary).collect()
    }

    /// What else is in the slot's banks: in part, rejected, or behind a trial.
    fn others(&self, slot: SlotId) -> Vec<(BankId, Bank), BANKS> {
        let runs = self.wanted(slot).map(|installed| installed.place);
        let banks = self.store.banks().filter(|(id, bank)| {
            bank.slot == slot && bank.state != BankState::Empty && runs != Some(Place::Bank(*id))
        });
        banks.map(|(id, bank)| (id, *bank)).collect()
    }

    fn bank(&self, place: Place) -> Option<Bank> {
        match place {
            Place::Bank(bank) => self.store.bank(bank).copied(),
            Place::Factory => None,
        }
    }

    fn slot(slot: u8) -> Result<SlotId, Refused> {
        let id = SlotId(slot);
        if usize::from(slot) < SLOTS {
            Ok(id)
        } else {
            Err(Refused::NoSuchSlot(id))
        }
    }

    /// What confirmed the plugin that has its place in the slot, if that was since it took it.
    fn shown(&self, slot: SlotId) -> Option<impl fmt::Display> {
        let seat = self.seat(slot)?;
        let shown = seat.trial.shown()?;
        (seat.here == self.wanted(slot)).then_some(shown)
    }

    /// The state of what a slot runs.
    fn state(&self, slot: SlotId) -> State {
        match self.host.state(slot) {
            _ if self.parked(slot).is_some() => State::Parked,
            SlotState::Faulted(_) => State::Faulted,
            _ if self.is_on_trial(slot) => State::Trial,
            _ => State::Confirmed,
        }
    }
}

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize> Managed
    for Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: Device + 'static,
    F: NorFlash + Mapped,
{
    type Error = Said;

    fn images(&mut self, show: &mut dyn FnMut(&Image<'_>)) {
        for slot in slots::<SLOTS>() {
            for (position, place) in self.positions(slot) {
                let bank = self.bank(place);
                let label = self.label(place);
                let primary = position == Position::Primary;
                let parked = primary && self.parked(slot).is_some();
                // What came with the device was confirmed by whoever made it.
                let state = bank.map_or(BankState::Confirmed, |bank| bank.state);
                show(&Image {
                    slot: slot.0,
                    position,
                    version: &label.version,
                    hash: &bank.map_or(ImageDigest::default(), |bank| bank.image.digest),
                    bootable: !parked && state != BankState::Received,
                    pending: false,
                    confirmed: state == BankState::Confirmed,
                    active: primary && !parked,
                    permanent: false,
                });
            }
        }
    }

    fn open(&mut self, upload: &Upload<'_>) -> Result<u32, Said> {
        let slot = Self::slot(upload.slot)?;
        let digest = upload.sha.and_then(|sha| sha.try_into().ok());
        let opened = self.open(slot, upload.length, digest, upload.upgrade_only);
        opened.map_err(|refused| self.said(refused, &[]))
    }

    fn write(&mut self, _: u8, offset: u32, data: &[u8]) -> Result<u32, Said> {
        let mut held = alloc::vec::Vec::new();
        let wanted = self.receive_or_leave(offset, data, &mut held);
        wanted.map_err(|refused| self.said(refused, &held))
    }

    fn test(&mut self, image: &Target) -> Result<(), Said> {
        let slot = Self::slot(image.slot)?;
        match self.staged(slot) {
            Some((_, staged)) if staged.digest == image.hash => {
                let tested = self.test(&[slot]);
                tested.map_err(|refused| self.said(refused, &[]))
            }
            _ => Err(Refused::NotStaged(slot).into()),
        }
    }

    fn confirm(&mut self, image: &Target) -> Result<(), Said> {
        Ok(self.confirm(Self::slot(image.slot)?)?)
    }

    fn erase(&mut self, slot: u8, position: Position) -> Result<(), Said> {
        let slot = Self::slot(slot)?;
        let mut positions = self.positions(slot).into_iter();
        let place = match positions.find(|(found, _)| *found == position) {
            Some((_, place)) => Some(place),
            // What came in part, or was rejected.
            None if position == Position::Secondary => {
                let others = self.others(slot);
                others.first().map(|(bank, _)| Place::Bank(*bank))
            }
            None => None,
        };
        match place {
            Some(Place::Bank(bank)) => Ok(self.erase(bank)?),
            Some(Place::Factory) => Err(Refused::Factory(slot).into()),
            None => Err(Refused::NoImage(slot).into()),
        }
    }

    fn reset(&mut self, force: bool) -> Result<(), Said> {
        let board = self.host.board_mut();
        match board.is_some_and(|board| board.reset(force)) {
            true => Ok(()),
            false => Err(Refused::NoReset.into()),
        }
    }

    fn statistics(&mut self, show: &mut dyn FnMut(&str)) {
        for slot in slots::<SLOTS>() {
            let mut name = String::<8>::new();
            let _ = write!(name, "slot{slot}");
            show(&name);
        }
    }

    fn counters(&mut self, group: &str, show: &mut dyn FnMut(&str, u64)) -> bool {
        let number = group
            .strip_prefix("slot")
            .and_then(|slot| slot.parse().ok());
        let Some(slot) = number.and_then(|slot| Self::slot(slot).ok()) else {
            return false;
        };
        let Metrics {
            calls,
            errors,
            failures,
            restarts,
            fuel_last,
            fuel_largest,
            fuel_total,
            bytes_in,
            bytes_out,
            board_errors,
            ticks_missed,
            events_missed,
            ..
        } = self.host.metrics(slot);
        let times = self.times(slot);
        let counters = [
            ("calls", calls.into()),
            ("errors", errors.into()),
            ("failures", failures.into()),
            ("restarts", restarts.into()),
            ("fuel-last", fuel_last),
            ("fuel-largest", fuel_largest),
            ("fuel-total", fuel_total),
            ("bytes-in", bytes_in),
            ("bytes-out", bytes_out),
            ("board-errors", board_errors.into()),
            ("ticks-missed", ticks_missed.into()),
            ("events-missed", events_missed.into()),
            ("memory", self.host.memory_bytes(slot) as u64),
            (
                "rollbacks",
                self.seat(slot).map_or(0, |seat| seat.rollbacks.into()),
            ),
            ("check-us", times.check / 1_000),
            ("activation-us", times.activation / 1_000),
            ("swap-gap-us", times.gap / 1_000),
        ];
        for (name, value) in counters {
            show(name, value);
        }
        true
    }

    fn slots(&mut self, show: &mut dyn FnMut(&Slot<'_>)) {
        for slot in slots::<SLOTS>() {
            match self.wanted(slot).map(|installed| installed.place) {
                Some(place) => {
                    let label = self.label(place);
                    let bank = self.bank(place);
                    let state = self.state(slot);
                    let words = self.parked_words(slot);
                    let parked = self.parked(slot);
                    let shown = match state {
                        State::Confirmed => self.shown(slot),
                        _ => None,
                    };
                    let warning = self.guard.warns();
                    let reason: Option<&dyn fmt::Display> = match (&parked, &warning, &shown) {
                        (Some(_), ..) if !words.is_empty() => Some(&words),
                        (Some(why), ..) => Some(why),
                        (None, Some(warning), _) => Some(warning),
                        (None, None, Some(shown)) => Some(shown),
                        (None, None, None) => None,
                    };
                    show(&Slot {
                        state,
                        plugin: &label.name,
                        version: &label.version,
                        hash: bank.as_ref().map(|bank| &bank.image.digest),
                        reason,
                        ..Slot::empty(slot.0)
                    });
                }
                None => show(&Slot::empty(slot.0)),
            }
            for (id, bank) in self.others(slot) {
                let label = match bank.state {
                    BankState::Opening | BankState::Receiving { .. } => Label::default(),
                    _ => self.label(Place::Bank(id)),
                };
                let (state, received) = match bank.state {
                    BankState::Opening => (State::Opening, Some(0)),
                    BankState::Receiving { offset } => (State::Receiving, Some(offset)),
                    BankState::Received => (State::Received, None),
                    BankState::Verified => (State::Verified, None),
                    BankState::Trial { .. } => (State::Trial, None),
                    BankState::Confirmed => (State::Confirmed, None),
                    BankState::Rejected(_) => (State::Rejected, None),
                    _ => (State::Empty, None),
                };
                let reason = match &bank.state {
                    BankState::Rejected(reason) => {
                        let reason: &dyn fmt::Display = reason;
                        Some(reason)
                    }
                    _ => None,
                };
                show(&Slot {
                    slot: slot.0,
                    state,
                    plugin: &label.name,
                    version: &label.version,
                    hash: Some(&bank.image.digest),
                    received: received.map(|offset| (offset, bank.image.bytes)),
                    reason,
                });
            }
        }
    }

    fn logs(&mut self, from: u32, show: &mut dyn FnMut(&LogLine<'_>) -> bool) {
        if let Some(board) = self.host.board() {
            board.log_lines(from, show);
        }
    }

    fn audit(&mut self, show: &mut dyn FnMut(&Denied<'_>)) {
        for entry in self.host.audit() {
            show(&Denied {
                slot: entry.slot.0,
                plugin: entry.plugin.as_str(),
                interface: entry.interface,
                function: entry.function,
                reason: &entry.denial,
                time: entry.time / 1_000_000,
                count: entry.count,
            });
        }
    }

    fn rollback(&mut self, slot: u8) -> Result<(), Said> {
        Ok(self.roll_back(Self::slot(slot)?)?)
    }

    fn forgive(&mut self, hash: &[u8; 32]) -> Result<(), Said> {
        Ok(self.forgive(hash)?)
    }

    fn test_together(&mut self, slots: &[u8]) -> Result<(), Said> {
        let mut ids = Vec::<SlotId, { corelet_smp::TOGETHER_MAX }>::new();
        for &slot in slots {
            let slot = Self::slot(slot)?;
            ids.push(slot).map_err(|_| Refused::NoSuchSlot(slot))?;
        }
        let tested = self.test(&ids);
        tested.map_err(|refused| self.said(refused, &[]))
    }

    fn key_epoch(&self) -> Option<u32> {
        self.key_epoch()
    }

    fn set_keys(&mut self, set: &[u8]) -> Result<(), Said> {
        Ok(self.set_keys(set)?)
    }
}
