//! What a device must be able to do to be managed.

use core::fmt;

use crate::Refusal;

/// A device with plugins in slots, as its managers see it: for a firmware, the host over its store.
///
/// A list is shown item by item, in the same order each time it is asked for while nothing changes, since one that is
/// longer than an answer is gone through again for each answer.
pub trait Managed {
    /// Why something was refused.
    type Error: Refusal;

    /// Shows every image that is there in full, with what is to happen to it: [`Primary`](Position::Primary) before
    /// [`Secondary`](Position::Secondary), slot after slot.
    fn images(&mut self, show: &mut dyn FnMut(&Image<'_>));

    /// An upload begins, or begins again. Answers with the offset that is wanted next: 0 for a new one, more for one that
    /// was interrupted, the length for one that is there already. 0 will do as well while it is not known which it is.
    ///
    /// With a digest an interrupted upload is the same one if the digest is. Without one only the bytes tell, so the device
    /// keeps none of them in place of what is there before it has seen by enough of them that they begin another image.
    fn open(&mut self, upload: &Upload<'_>) -> Result<u32, Self::Error>;

    /// Takes `data` of the upload that was [opened](Self::open) for `slot`, at the offset that was wanted. Answers with the
    /// offset that is wanted next, whichever that is:
    ///
    /// - that after `data`, as a rule;
    /// - the offset of `data` itself: the client sends the same once more. So a device that has to erase first, or to check
    ///   for long, does that in slices;
    /// - one before it: what was there in memory is not in flash;
    /// - one behind it: what is between is there from an upload that was interrupted;
    /// - the length: all is there, read back, and what was signed; nothing less is acknowledged.
    fn write(&mut self, slot: u8, offset: u32, data: &[u8]) -> Result<u32, Self::Error>;

    /// Starts `image` as a trial: now, or with the next reset.
    fn test(&mut self, image: &Target) -> Result<(), Self::Error>;

    /// Confirms `image`, which runs on trial or, if the port may do that, was never tried.
    fn confirm(&mut self, image: &Target) -> Result<(), Self::Error>;

    /// Erases what is at this position of the slot: an image, or the part of one that was received.
    fn erase(&mut self, slot: u8, position: Position) -> Result<(), Self::Error>;

    /// Notes that a reset is wanted. The answer has to leave the port first: reset when
    /// [`Smp::feed`](crate::Smp::feed) has no more lines and the port has sent them.
    ///
    /// `force` says that the manager does not mind what is interrupted.
    fn reset(&mut self, force: bool) -> Result<(), Self::Error>;

    /// Shows the names of the groups of statistics.
    fn statistics(&mut self, show: &mut dyn FnMut(&str));

    /// Shows the counters of one group. False if there is no such group.
    fn counters(&mut self, group: &str, show: &mut dyn FnMut(&str, u64)) -> bool;

    /// Shows every slot, and after each what else is in its banks.
    fn slots(&mut self, show: &mut dyn FnMut(&Slot<'_>));

    /// Shows the lines that were logged from number `from` on, as far as they are kept, until `show` answers false. A number
    /// that no line and not the next one has is from before a reset: then from the oldest on.
    fn logs(&mut self, from: u32, show: &mut dyn FnMut(&LogLine<'_>) -> bool);

    /// Shows what plugins were denied.
    fn audit(&mut self, show: &mut dyn FnMut(&Denied<'_>));

    /// Goes back to what was confirmed before.
    fn rollback(&mut self, slot: u8) -> Result<(), Self::Error>;

    /// Forgets that the image with this digest was rejected: it may be tried again.
    fn forgive(&mut self, hash: &[u8; 32]) -> Result<(), Self::Error>;

    /// Starts what was received for these slots as one trial, or none of it.
    fn test_together(&mut self, slots: &[u8]) -> Result<(), Self::Error>;

    /// The epoch of the keys that are trusted, 0 for the firmware's own; none if they cannot be replaced.
    fn key_epoch(&self) -> Option<u32>;

    /// Trusts the keys of this set in place of those before, if the root key signed it and its epoch is higher. A set that is trusted
    /// already may come again, since its answer can be lost.
    fn set_keys(&mut self, set: &[u8]) -> Result<(), Self::Error>;
}

/// Where in its slot an image stands, in MCUboot's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Position {
    /// What runs, or would run if it were not parked.
    Primary,
    /// The other one: what was received, or what a trial falls back to.
    Secondary,
}

impl Position {
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Primary => 0,
            Self::Secondary => 1,
        }
    }
}

/// One image, in the terms in which clients show it.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    /// The slot that it is for.
    pub slot: u8,
    /// Which of the slot's images it is.
    pub position: Position,
    /// Its version, for instance `1.4.0`.
    pub version: &'a str,
    /// What tells it from all others, and is what [`Managed::test`] and [`Managed::confirm`] are called with: the SHA-256 of all
    /// its bytes.
    pub hash: &'a [u8; 32],
    /// It was checked, and may run.
    pub bootable: bool,
    /// It takes the place of the active one with the next reset.
    pub pending: bool,
    /// It was confirmed.
    pub confirmed: bool,
    /// It runs.
    pub active: bool,
    /// It stays after the next reset, without a trial.
    pub permanent: bool,
}

/// The image that a request means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Target {
    /// The slot that it is for.
    pub slot: u8,
    /// Which of the slot's images it is.
    pub position: Position,
    /// Its digest.
    pub hash: [u8; 32],
    /// It runs.
    pub active: bool,
    /// It was confirmed.
    pub confirmed: bool,
}

/// How an upload begins.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'a> {
    /// The slot that it is for.
    pub slot: u8,
    /// Bytes of the whole image.
    pub length: u32,
    /// What the client says that the SHA-256 of all these bytes is; some clients send fewer than 32 bytes of it.
    pub sha: Option<&'a [u8]>,
    /// Refuse it if what runs is not older.
    pub upgrade_only: bool,
    /// The first bytes, which [`Managed::write`] gets next if offset 0 is wanted.
    pub data: &'a [u8],
}

/// What state a slot or one of its banks is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum State {
    /// Nothing is in it.
    Empty,
    /// Its flash is being erased for what comes.
    Opening,
    /// Part of an image is there.
    Receiving,
    /// All of an image is there.
    Received,
    /// An image was checked, and may be tried.
    Verified,
    /// The plugin runs on trial.
    Trial,
    /// The plugin runs, and is confirmed.
    Confirmed,
    /// An image was refused, or did not pass its trial.
    Rejected,
    /// The plugin does not fit to this firmware.
    Parked,
    /// The plugin stopped, and is not started again.
    Faulted,
}

impl State {
    /// The word that stands for it in a list of slots.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Opening => "opening",
            Self::Receiving => "receiving",
            Self::Received => "received",
            Self::Verified => "verified",
            Self::Trial => "trial",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Parked => "parked",
            Self::Faulted => "faulted",
        }
    }
}

/// One slot, or one of its banks.
#[derive(Clone, Copy)]
pub struct Slot<'a> {
    /// Its number.
    pub slot: u8,
    /// Its state.
    pub state: State,
    /// The plugin's name; empty if it is not known.
    pub plugin: &'a str,
    /// The plugin's version; empty if it is not known.
    pub version: &'a str,
    /// What tells its image from all others, if there is one.
    pub hash: Option<&'a [u8; 32]>,
    /// Bytes that are there, and bytes of the whole image: of one that is being received.
    pub received: Option<(u32, u32)>,
    /// Why it is in this state: why it was rejected or parked, or after what it was confirmed.
    pub reason: Option<&'a dyn fmt::Display>,
}

impl Slot<'static> {
    /// A slot with nothing in it.
    pub const fn empty(slot: u8) -> Self {
        Self {
            slot,
            state: State::Empty,
            plugin: "",
            version: "",
            hash: None,
            received: None,
            reason: None,
        }
    }
}

/// A line that a plugin logged.
#[derive(Clone, Copy, Debug)]
pub struct LogLine<'a> {
    /// Which line it is since the device was reset: each has the next number.
    pub number: u32,
    /// When, in milliseconds since the reset.
    pub time: u64,
    /// Who.
    pub plugin: &'a str,
    /// How bad, as in `corelet:host/logging`: 0 (trace) to 5 (critical).
    pub level: u8,
    /// What.
    pub text: &'a str,
}

/// Something that a plugin was denied.
#[derive(Clone, Copy)]
pub struct Denied<'a> {
    /// Where the plugin ran.
    pub slot: u8,
    /// Which it was.
    pub plugin: &'a str,
    /// What it called, for instance `corelet:host/sensor`.
    pub interface: &'a str,
    /// What it called there, for instance `read`.
    pub function: &'a str,
    /// Why not.
    pub reason: &'a dyn fmt::Display,
    /// When it last happened, in milliseconds since the reset.
    pub time: u64,
    /// How often it happened.
    pub count: u32,
}
