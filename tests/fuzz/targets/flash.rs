//! Arbitrary flash contents under the store of images and under that of values, and a device's life on them.
//!
//! `cargo xtask fuzz --target flash --seconds 600` runs it, and `cargo test -p corelet-fault-flash --test forged` does the
//! same with inputs that are drawn.

#![no_main]

#[path = "../../fault-flash/tests/forged/board.rs"]
mod board;
#[path = "../../fault-flash/tests/forged/entries.rs"]
mod entries;
#[path = "../../fault-flash/tests/forged/forgery.rs"]
mod forgery;
#[path = "../../fault-flash/tests/store/key_sets.rs"]
mod key_sets;
#[path = "../../fault-flash/tests/forged/life.rs"]
mod life;
#[path = "../../fault-flash/tests/forged/record.rs"]
mod record;
#[path = "../../fault-flash/tests/forged/values.rs"]
mod values;

libfuzzer_sys::fuzz_target!(|data: &[u8]| life::live(data));
