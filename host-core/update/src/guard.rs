//! The flash is held against the board's counter.

use corelet_store::Error;
use embedded_storage::nor_flash::NorFlash;

use crate::trial::RETRY_NS;
use crate::{Device, Mapped, Updater};

/// How the flash was found, and when it is looked at next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard {
    /// In nanoseconds of the [`Clock`](crate::clock::Clock); none if nothing rose since.
    at: Option<u64>,
    /// It was not older than the device at the start.
    passed: bool,
    /// What was wrong when it was looked at last.
    error: Option<Error>,
}

impl Guard {
    pub(crate) const NEW: Self = Self {
        at: Some(0),
        passed: false,
        error: None,
    };

    pub(crate) const fn is_passed(self) -> bool {
        self.passed
    }

    /// Why nothing runs.
    pub(crate) const fn forbids(self) -> Option<Error> {
        if self.passed { None } else { self.error }
    }

    pub(crate) const fn is_due(self) -> bool {
        self.at.is_some()
    }

    /// What is wrong with the counter, though all runs.
    pub(crate) const fn warns(self) -> Option<Error> {
        if self.passed { self.error } else { None }
    }

    /// What the counter follows may have risen.
    pub(crate) const fn look_again(&mut self) {
        self.at = Some(0);
    }
}

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: Device + 'static,
    F: NorFlash + Mapped,
{
    /// Holds the flash against the counter if it is time, and returns what is wrong. It is tried again after a second.
    pub(crate) fn look_at_counter(&mut self, now: u64) -> Option<Error> {
        self.guard.at.filter(|at| now >= *at)?;
        let held = self.hold_against_counter();
        self.guard.passed |= !forbids(held);
        self.guard.at = held.is_err().then(|| now.saturating_add(RETRY_NS));
        self.guard.error = held.err();
        held.err()
    }

    /// That nothing rises where the flash is older than the device, or that cannot be told.
    pub(crate) fn check_counter(&mut self) -> Result<(), Error> {
        let held = self.hold_against_counter();
        if forbids(held) { held } else { Ok(()) }
    }

    /// Nothing where the board has no counter.
    fn hold_against_counter(&mut self) -> Result<(), Error> {
        let Self { host, store, .. } = self;
        let counter = host.board_mut().and_then(Device::counter);
        counter.map_or(Ok(()), |counter| store.guard(counter))
    }
}

/// A counter that cannot follow stops nothing: else a device would stand still for having been updated often.
const fn forbids(held: Result<(), Error>) -> bool {
    !matches!(held, Ok(()) | Err(Error::CounterBehind { .. }))
}
