//! serde's derives and the `postcard` crate.
#![cfg_attr(target_family = "wasm", no_std)]

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    key: &'a str,
    value: Option<&'a [u8]>,
}

fn answer(request: &[u8], response: &mut [u8]) -> Option<usize> {
    let ((entry, cursor), rest) =
        postcard::take_from_bytes::<(Entry<'_>, Option<u64>)>(request).ok()?;
    // serde has no bounds; without these checks the module would accept what the contract refuses.
    let bounded = entry.key.len() <= 24 && entry.value.is_none_or(|value| value.len() <= 64);
    if !rest.is_empty() || !bounded {
        return None;
    }
    let answer = match (entry.value, cursor) {
        (Some(value), Some(_)) => Ok(Entry {
            key: core::str::from_utf8(value)
                .ok()
                .filter(|key| key.len() <= 24)?,
            value: Some(entry.key.as_bytes()),
        }),
        _ => Err(entry.key),
    };
    Some(postcard::to_slice(&answer, response).ok()?.len())
}

corelet_codec_size::export!(answer);
