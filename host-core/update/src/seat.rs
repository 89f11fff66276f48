//! What the host has in a slot, beside what the store says that it is to have.

use corelet_host::Ticket;
use corelet_host::plugin::lifecycle;
use corelet_image::Confirm;
use corelet_store::{ImageDigest, Reason};

use crate::read::Place;
use crate::trial::Trial;
use crate::{Parked, Times};

/// An image in its place. The digest of what came with the device is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Installed {
    pub place: Place,
    pub digest: ImageDigest,
}

/// A plugin that makes room for another version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaving {
    /// Its last call; none while it is in the middle of another.
    pub call: Option<Ticket<lifecycle::functions::Shutdown>>,
    /// When it goes without more words, in nanoseconds of the [`Clock`](crate::clock::Clock).
    pub until: u64,
}

/// How a trial ended that failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    pub reason: Reason,
    /// The image is not to blame, and waits.
    pub innocent: bool,
}

impl Verdict {
    pub(crate) const fn guilty(reason: Reason) -> Self {
        let innocent = false;
        Self { reason, innocent }
    }
}

/// What the host has in a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    /// What was given to the host, or refused by it.
    pub here: Option<Installed>,
    /// Why the host does not have it.
    pub parked: Option<Parked>,
    pub leaving: Option<Leaving>,
    /// What the trial failed at, until the store knows.
    pub verdict: Option<Verdict>,
    /// When what could not be done is tried again, in nanoseconds of the [`Clock`](crate::clock::Clock).
    pub retry_at: u64,
    /// What confirms the trial.
    pub confirm: Confirm,
    pub tick_ms: Option<u32>,
    pub trial: Trial,
    /// The keys changed since what is here was verified.
    pub doubted: bool,
    /// What is here was on trial when it was last looked at.
    pub tried: bool,
    /// When the version before was gone, in nanoseconds of the board's clock; none once the new one works.
    pub gone: Option<u64>,
    pub times: Times,
    /// When the command came to test what takes its place, in nanoseconds of the board's clock; none once it works.
    pub asked: Option<u64>,
    pub rollbacks: u32,
}

impl Seat {
    pub(crate) const EMPTY: Self = Self {
        here: None,
        parked: None,
        leaving: None,
        verdict: None,
        retry_at: 0,
        confirm: Confirm {
            good_calls: 0,
            seconds: 0,
            health: false,
        },
        tick_ms: None,
        trial: Trial::NONE,
        doubted: false,
        tried: false,
        gone: None,
        times: Times {
            check: 0,
            activation: 0,
            gap: 0,
        },
        asked: None,
        rollbacks: 0,
    };
}
