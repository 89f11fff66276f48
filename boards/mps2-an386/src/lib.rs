//! What the firmware for QEMU's mps2-an386 and the tools that start it agree on.
//!
//! The flash lies in PSRAM, as [`DEVELOPMENT_FLASH`](corelet_board_support::DEVELOPMENT_FLASH) maps it: plugin images
//! in its banks, bank *n* for slot *n*; plugin data; and a [`BootRecord`], which lets tests and measurements drive the
//! firmware that a user runs.

#![no_std]
#![forbid(unsafe_code)]

mod boot_record;

pub use boot_record::{BootRecord, ScriptedCall, ScriptedCalls};
