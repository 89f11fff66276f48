//! Generated codecs.
#![cfg_attr(target_family = "wasm", no_std)]

mod runtime {
    pub(crate) use corelet_abi as abi;
}

mod bindings {
    corelet_macros::host_bindgen!({ path: "wit", crate: crate::runtime });
}

use bindings::readings::functions::Average;
use bindings::readings::{Error, Origin, Reading};
use corelet_abi::{decode_request, encode_response};

fn answer(request: &[u8], response: &mut [u8]) -> Option<usize> {
    let (readings,) = decode_request::<Average>(request).ok()?;
    let sum = readings
        .iter()
        .fold(0_i32, |sum, reading| sum.wrapping_add(reading.value));
    let count = i32::try_from(readings.len()).ok()?;
    let answer = match (sum.checked_div(count), readings.get(0)) {
        (Some(value), Some(first)) => Ok(Reading { value, ..first }),
        _ => Err(Error {
            origin: Origin::Plugin,
            code: 1,
            message: "no readings",
        }),
    };
    encode_response::<Average>(&answer, response).ok()
}

corelet_codec_size::export!(answer);
