//! What a board support package has.

use std::time::Duration;

pub(crate) fn uptime_ns() -> u64 {
    0
}

pub(crate) fn print(plugin: &str, line: &str) {
    println!("[{plugin}] {line}");
}

pub(crate) fn warn(slot: corelet_host::SlotId, what: &dyn std::fmt::Display) {
    println!("slot {slot}: {what}");
}

/// A serial port on which nobody is.
pub(crate) struct Uart;

impl Uart {
    pub(crate) fn read<'b>(&mut self, buffer: &'b mut [u8]) -> &'b [u8] {
        &buffer[..0]
    }

    pub(crate) fn write(&mut self, line: &[u8]) {
        println!("{} bytes", line.len());
    }
}

pub(crate) fn sleep_until_interrupt() {
    std::thread::sleep(Duration::from_millis(100));
}
