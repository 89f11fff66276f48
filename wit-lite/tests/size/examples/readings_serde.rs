//! serde's derives and the `postcard` crate.
#![cfg_attr(target_family = "wasm", no_std)]

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Reading {
    value: i32,
    scale: u8,
    /// An open enum: its number.
    unit: u32,
    timestamp: u64,
}

#[derive(Serialize)]
#[allow(dead_code)]
enum Origin {
    Plugin,
    Imported,
    Refused,
}

#[derive(Serialize)]
struct Error {
    origin: Origin,
    code: i32,
    message: &'static str,
}

fn answer(request: &[u8], response: &mut [u8]) -> Option<usize> {
    let (readings, rest) = postcard::take_from_bytes::<heapless::Vec<Reading, 32>>(request).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let sum = readings
        .iter()
        .fold(0_i32, |sum, reading| sum.wrapping_add(reading.value));
    let count = i32::try_from(readings.len()).ok()?;
    let answer = match (sum.checked_div(count), readings.first()) {
        (Some(value), Some(first)) => Ok(Reading { value, ..*first }),
        _ => Err(Error {
            origin: Origin::Plugin,
            code: 1,
            message: "no readings",
        }),
    };
    Some(postcard::to_slice(&answer, response).ok()?.len())
}

corelet_codec_size::export!(answer);
