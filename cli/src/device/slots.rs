//! What a device says of its slots.

use std::fmt;

use corelet_smp::State;
use serde::Deserialize;
use serde_bytes::ByteBuf;

use crate::error::Failure;
use crate::output::shown;
use crate::units::grouped;

/// One slot, or one of its banks, as the device tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Slot {
    pub(crate) slot: u32,
    state: String,
    plugin: String,
    version: String,
    pub(crate) hash: ByteBuf,
    off: Option<u32>,
    len: Option<u32>,
    reason: String,
}

impl Slot {
    /// Whether it is in this state.
    pub(crate) fn is(&self, state: State) -> bool {
        self.state == state.word()
    }

    /// Whether it may be tried, if it does not run.
    pub(crate) fn waits(&self) -> bool {
        let states = [State::Received, State::Verified, State::Confirmed];
        states.into_iter().any(|state| self.is(state))
    }

    /// Its state, in the device's word, which may be one that this command does not know.
    pub(crate) fn state(&self) -> String {
        shown(&self.state)
    }

    /// The plugin and its version, if the device knows them.
    pub(crate) fn plugin(&self) -> String {
        let text = format!("{} {}", shown(&self.plugin), shown(&self.version));
        text.trim().to_owned()
    }

    /// Why it is in this state, if the device says so.
    pub(crate) fn reason(&self) -> Option<String> {
        (!self.reason.is_empty()).then(|| shown(&self.reason))
    }

    /// Bytes that are there, and of the whole image, while it is being received.
    pub(crate) fn received(&self) -> Option<String> {
        let (there, all) = (self.off?, self.len?);
        Some(format!(
            "{} of {} B",
            grouped(there.into()),
            grouped(all.into())
        ))
    }
}

/// `thermostat 1.4.0, confirmed after 3 good calls, 2 s`, or with a reason after a colon.
impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plugin = self.plugin();
        if !plugin.is_empty() {
            write!(f, "{plugin}, ")?;
        }
        f.write_str(&self.state())?;
        if let Some(received) = self.received() {
            write!(f, ", {received}")?;
        }
        match self.reason() {
            Some(reason) if self.is(State::Confirmed) => write!(f, " {reason}"),
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

/// What a device has in its slots.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    /// All slots, each with what else is in its banks after it.
    pub(super) rows: Vec<Slot>,
    /// The epoch of the keys that it trusts, 0 for those of its firmware; none if they cannot be replaced.
    pub(crate) epoch: Option<u32>,
}

impl Slots {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.rows.iter()
    }

    /// What is in this slot: what runs in it first.
    pub(crate) fn of(&self, slot: u8) -> impl Iterator<Item = &Slot> {
        self.iter().filter(move |row| row.slot == u32::from(slot))
    }

    /// What runs in this slot, or would.
    ///
    /// # Errors
    /// If the device has no such slot.
    pub(crate) fn primary(&self, slot: u8) -> Result<&Slot, Failure> {
        self.of(slot).next().ok_or_else(|| {
            Failure::refused(format_args!("the device has no slot {slot}"))
                .fact("device", self.numbers())
        })
    }

    /// `has slots 0, 1`.
    pub(super) fn numbers(&self) -> String {
        let numbers: Vec<_> = self.primaries().map(|row| row.slot.to_string()).collect();
        format!("has slots {}", numbers.join(", "))
    }

    /// What runs in each slot, or would.
    pub(crate) fn primaries(&self) -> impl Iterator<Item = &Slot> {
        let slots = self.rows.chunk_by(|one, next| one.slot == next.slot);
        slots.filter_map(|rows| rows.first())
    }

    /// What became of the image with this digest in this slot; what was refused of it earlier counts least.
    pub(crate) fn find(&self, slot: u8, hash: &[u8; 32]) -> Option<&Slot> {
        let ours = || self.of(slot).filter(|row| row.hash[..] == hash[..]);
        ours()
            .find(|row| !row.is(State::Rejected))
            .or_else(|| ours().next())
    }

    /// The plugin that runs in this slot: `thermostat 1.4.0`.
    pub(crate) fn still_runs(&self, slot: u8) -> Option<String> {
        let row = self.of(slot).next()?;
        let runs = row.is(State::Confirmed) || row.is(State::Trial);
        runs.then(|| row.plugin())
    }
}
