//! What a firmware asks of a new version before that one stays.

use corelet_host::Fuel;
use corelet_image::Confirm;

/// What a firmware asks of a new version before that one stays. Start from [`UpdatePolicy::DEVICE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UpdatePolicy {
    /// The least that confirms a trial: a manifest can ask for more, and not for less.
    pub confirm: Confirm,
    /// Whether a trial that has shown all of it is confirmed without a command.
    pub confirms_itself: bool,
    /// A trial that is not confirmed after so many milliseconds of running is rolled back.
    pub trial_ms: u32,
    /// A plugin that ticks or says how it is, and comes to no answer for so many milliseconds of its trial, is rolled back. One that
    /// ticks less often has twice its period.
    pub heartbeat_ms: u32,
    /// How often a plugin on trial that is to say how it is is asked, in milliseconds.
    pub health_ms: u32,
    /// A trial that is not confirmed after so many starts of the device is rolled back: each for want of power, or on request.
    pub starts: u16,
    /// The same for starts after the watchdog or a panic, where there is no [quarantine](corelet_host::Quarantine) that knows who
    /// ran. Where there is one, a plugin on trial that ran is rolled back after the first.
    pub failures: u16,
    /// Fuel of a plugin's last call, before another version takes its place.
    pub shutdown_fuel: Fuel,
    /// A plugin that is in the middle of a call when another version is to take its place has so many milliseconds to come to its end, its last
    /// call included.
    pub shutdown_ms: u32,
    /// An upload of which nothing comes for so many milliseconds while it is held on the heap, before its head and its beginning were checked,
    /// is given up.
    pub upload_ms: u32,
}

impl UpdatePolicy {
    /// Three good calls at least, without a command; an hour at most, sixteen starts, or three after failures; half a minute without
    /// an answer; health once a second; for the last call 100,000 fuel and a second;
    /// half a minute for an upload.
    pub const DEVICE: Self = Self {
        confirm: Confirm {
            good_calls: 3,
            seconds: 0,
            health: false,
        },
        confirms_itself: true,
        trial_ms: 3_600_000,
        heartbeat_ms: 30_000,
        health_ms: 1_000,
        starts: 16,
        failures: 3,
        shutdown_fuel: Fuel(100_000),
        shutdown_ms: 1_000,
        upload_ms: 30_000,
    };

    /// What confirms a trial of an image with this manifest.
    pub(crate) fn confirm(&self, asked: Confirm) -> Confirm {
        Confirm {
            good_calls: self.confirm.good_calls.max(asked.good_calls),
            seconds: self.confirm.seconds.max(asked.seconds),
            health: self.confirm.health || asked.health,
        }
    }
}
