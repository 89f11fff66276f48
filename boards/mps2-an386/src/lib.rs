//! What the firmware for QEMU's mps2-an386 and the tools that start it agree on.
//!
//! The flash lies in PSRAM: a store with plugin images, as [`FLASH_MAP`] maps it; plugin data; perhaps an image that the device came with
//! ([`FACTORY`]); and a [`BootRecord`], which lets tests and measurements drive the firmware that a user runs. Beside it is a [`COUNTER`]. What plugins find there say [`host`] and [`table`], what they may do [`policy`], who may sign
//! them [`KEYS`]: the firmware and its offer take all of it from here.
//!
//! ## The log
//!
//! Besides what plugins log, as `[PLUGIN] CONTEXT: MESSAGE`, tools read these lines:
//!
//! ```text
//! start after RESET
//! slot 0: loaded NAME VERSION: module N B, memory N B, heap N B, at most N B, check N ns, activation N ns, gap N ns
//! slot 0: ran at STRIKES                    resets that came while it ran
//! slot 0: on trial
//! slot 0: confirmed
//! slot 0: rolled back: REASON
//! slot 0: image refused: ERROR
//! slot 0: NAME refused: ERROR
//! call 0: answer [HEX, HEX]                  a call of the boot record
//! call 0: ERROR, to blame: BLAME
//! call 0: fuel N, N ns, slot STATE
//! slot 0: tick, fuel N
//! slot 0: tick failed: ERROR, fuel N
//! slot 0: event TOPIC, fuel N
//! slot 0: event TOPIC failed: ERROR, fuel N
//! slot 0: processed N to VALUE               readings, to one by the plugin
//! slot 0: STATE, METRICS                     at the end
//! bench JOB SIDE COUNT: N ns                 firmware with the feature `bench`
//! worst NAME: N fuel, N ns, first N ns       likewise
//! gap NAME: slice N, N ns                    likewise
//! store NAME: N fuel, N ns, longest N ns     likewise
//! loading IMAGE: N B, admission N ns, translation N ns, instance N ns
//! hostile N: refused: ERROR                  firmware with the feature `hostile`: its images in all ways, counted
//! hostile N: interrupted                     it was within a call when that was cancelled or it was unloaded
//! hostile N: answer of N B, fuel N
//! hostile N: stopped: ERROR, fuel N
//! hostile N: neighbour BOOL, heap N of N     whether the good plugin answers; bytes in use, of as many before
//! figures: heap N heap-peak N stack-peak N   at the end; bytes
//! ```

#![no_std]
#![forbid(unsafe_code)]

mod boot_record;
mod bundle;
mod capabilities;
mod flash;
mod hostile;
mod policy;

pub use boot_record::{BootRecord, ScriptedCall, ScriptedCalls};
pub use bundle::Bundle;
pub use capabilities::{host, table};
pub use flash::{
    BANKS, BOOT_RECORD, COUNTER, DATA, DATA_MAP, FACTORY, FACTORY_MAP, FLASH_BYTES, FLASH_MAP,
};
pub use hostile::{GOOD, HOSTILE, Stay, Way, neighbour_answers, stay};
pub use policy::{
    HOSTILE_POLICY, KEYS, POLICY, ROOT_KEY, SECOND, SLICE, SLOTS, UPDATE_POLICY, policy,
};

/// The firmware's name.
pub const NAME: &str = env!("CARGO_PKG_NAME");

/// The firmware's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Seconds that the watchdog is content without being fed; as many later it resets the machine.
///
/// A plugin must not trip it by what it may do. Between two feedings lies a `Host::call` at most, which is three calls with a million
/// fuel each: one more of `init` may go before it, and another after a fault. A unit of fuel is 150 instructions at most
/// (`WORST_INSTRUCTIONS`), and a million of these take 32 ms: 4.8 seconds a call. That is without drivers.
pub const WATCHDOG_SECONDS: u32 = 30;

/// The sensor channel whose driver waits for ever, in firmware with the feature `hang`.
pub const HANGING_CHANNEL: u8 = 254;

/// The sensor channel whose driver panics, in firmware with the feature `hang`.
pub const PANICKING_CHANNEL: u8 = 255;
