//! Firmware for QEMU's ast1030-evb, a Cortex-M4F with a SPI NOR flash: the store's life in a model of a real chip.
//!
//! It is built for `thumbv7em-none-eabihf`. On any other target this is an empty program, so that the whole workspace
//! can be checked on the host.

#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod firmware;

#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!(
        "this is firmware: `cargo test --package corelet-tests --test store` builds it for its board and runs it there"
    );
}
