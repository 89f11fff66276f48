//! Generated codecs.
#![cfg_attr(target_family = "wasm", no_std)]

mod runtime {
    pub(crate) use corelet_abi as abi;
}

mod bindings {
    corelet_macros::host_bindgen!({ path: "wit", crate: crate::runtime });
}

use bindings::texts::Entry;
use bindings::texts::functions::Swap;
use corelet_abi::{decode_request, encode_response};

fn answer(request: &[u8], response: &mut [u8]) -> Option<usize> {
    let (entry, cursor) = decode_request::<Swap>(request).ok()?;
    let answer = match (entry.value, cursor) {
        (Some(value), Some(_)) => Ok(Entry {
            key: core::str::from_utf8(value).ok()?,
            value: Some(entry.key.as_bytes()),
        }),
        _ => Err(entry.key),
    };
    encode_response::<Swap>(&answer, response).ok()
}

corelet_codec_size::export!(answer);
