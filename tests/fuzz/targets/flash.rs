//! Arbitrary flash contents under the store, and a device's life on them.
//!
//! ```sh
//! cargo install cargo-fuzz --locked
//! cargo +nightly fuzz run --fuzz-dir tests/fuzz flash -- -max_len=2000 -max_total_time=600
//! ```
//!
//! `cargo test -p corelet-fault-flash --test forged` does the same with inputs that are drawn.

#![no_main]

#[path = "../../fault-flash/tests/forged/board.rs"]
mod board;
#[path = "../../fault-flash/tests/forged/forgery.rs"]
mod forgery;
#[path = "../../fault-flash/tests/store/key_sets.rs"]
mod key_sets;
#[path = "../../fault-flash/tests/forged/life.rs"]
mod life;
#[path = "../../fault-flash/tests/forged/record.rs"]
mod record;

libfuzzer_sys::fuzz_target!(|data: &[u8]| life::live(data));
