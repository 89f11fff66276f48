//! A device that is managed over SMP: how it is reached, asked, and told. `corelet_smp` specifies what is said.

mod commands;
mod image_file;
mod link;
mod port;
mod refusal;
mod slots;
pub(crate) mod stats;
mod stream;
mod upload;

use std::time::Duration;

use crate::units::parse_duration;

pub(crate) use commands::{
    LogLine, audit, confirm, erase, forgive, logs, reset, rollback, set_keys, slots, test,
    test_together,
};
pub(crate) use image_file::ImageFile;
pub(crate) use link::{Device, Trouble};
pub(crate) use port::Port;
pub(crate) use slots::{Slot, Slots};
pub(crate) use upload::{Sent, upload};

/// Where the device is, and how long it may stay away.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct PortArgs {
    /// Where the device is: a serial port such as /dev/ttyACM0 or COM3, tcp:HOST:PORT, or unix:PATH
    #[arg(long, short, value_name = "PORT")]
    pub(crate) port: Port,
    /// Bits per second of a serial port
    #[arg(long, value_name = "N", default_value_t = 115_200)]
    baud: u32,
    /// How long to wait for a device that went away or does not answer; what was begun goes on when it is back
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    give_up: Duration,
}

/// The slot that is meant.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct SlotArgs {
    /// The slot's number
    #[arg(long, value_name = "N")]
    pub(crate) slot: u8,
}
