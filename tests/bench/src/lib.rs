//! What a message echo and a host call take, through Corelet and by hand: the same code on the desktop and in firmware, and
//! the same plugin, `tests/bench/guest`.
//!
//! [`Side::Corelet`] goes through [`corelet_host::Host`]; [`Side::Raw`] is what one would write by hand with wasmi, postcard
//! and serde derives for the same module, with fuel on and every pointer checked, but without grants, quotas and bounds.
//! The cost of one operation is the difference between many and few, divided by how far they are apart:
//! `cargo xtask bench` does that.
//!
//! Besides, for the emulated board: [`worst`], programs that take as long as they can for their fuel, [`gap`], how long one slice
//! of such a program is, [`storage`], what plugins pay for their data, and [`loading`].

#![no_std]

mod corelet;
pub mod gap;
pub mod loading;
mod nothing;
mod raw;
pub mod storage;
pub mod worst;

use corelet_image::{Image, Keys};

/// One message: two numbers, 16 bytes of text, 64 bytes.
const NAME: &str = "sixteen bytes ok";
const PAYLOAD: [u8; 64] = [7; 64];
const TIME: u64 = 1_000_000_000_000;

/// Fuel of one call: more than any call here takes.
const FUEL: u64 = 1 << 32;

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// By hand.
    Raw,
    /// Corelet.
    Corelet,
}

/// What is done over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// A message is sent to the plugin, which answers with it.
    Echo,
    /// The plugin calls the host, within one call of its own.
    Calls,
}

impl Side {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Raw, Self::Corelet];

    /// The name on the command line, and in the firmware's log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Corelet => "corelet",
        }
    }
}

impl Job {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Echo, Self::Calls];

    /// The name on the command line, and in the firmware's log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Calls => "calls",
        }
    }
}

/// Loads the plugin from its signed image, does the job `count` times, and returns a number that depends on all of it.
///
/// # Panics
/// If anything fails.
pub fn run(side: Side, job: Job, count: u32, image: Image<'_>) -> u32 {
    let image = image
        .verify(&Keys::NONE.accept_development(), corelet_host::VERSION)
        .expect("the image verifies");
    match side {
        Side::Raw => raw::run(image.module(), job, count),
        Side::Corelet => corelet::run(&image, job, count),
    }
}
