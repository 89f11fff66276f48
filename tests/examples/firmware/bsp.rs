//! What a board support package has.

use std::time::Duration;

pub(crate) fn uptime_ns() -> u64 {
    0
}

pub(crate) fn print(plugin: &str, line: &str) {
    println!("[{plugin}] {line}");
}

pub(crate) fn warn(error: &dyn std::fmt::Display) {
    println!("{error}");
}

pub(crate) fn sleep_until_interrupt() {
    std::thread::sleep(Duration::from_millis(100));
}
