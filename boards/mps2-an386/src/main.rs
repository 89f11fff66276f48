//! Firmware for QEMU's mps2-an386, a Cortex-M4F: plugin slots beside a real sensor driver, flash and timers.
//!
//! It is built for `thumbv7em-none-eabihf`. On any other target this is an empty program, so that the whole workspace
//! can be checked on the host.

#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod firmware;

#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("this is firmware: `cargo xtask demo` builds it for its board and runs it there");
}
