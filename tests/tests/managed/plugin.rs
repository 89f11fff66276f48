//! A plugin that counts its ticks in storage.

use corelet_host::abi::Function;
use corelet_host::capability::storage::functions::{Get, Set};
use corelet_host::plugin::ticker::functions::Tick;
use corelet_image::{Confirm, Unsigned, Version};
use corelet_tests::{Plugin, manifest, signed, with_grant};
use ed25519_dalek::SigningKey;

/// Its name.
pub(crate) const NAME: &str = "counter";
/// The key that it counts under.
pub(crate) const KEY: &str = "n";

/// Nobody but a command confirms it.
pub(crate) const BY_COMMAND: Confirm = Confirm {
    good_calls: 0,
    seconds: 100_000,
    health: false,
};

/// Reads the count, an `u32`, adds one, and writes it back.
fn body() -> String {
    let (get, set) = (Get::RESPONSE_MAX, Set::RESPONSE_MAX);
    format!(
        "(drop (call $import0 (i32.const 0x500) (i32.const 2) (i32.const 0x510) (i32.const {get})))
         (i32.store align=1 (i32.const 0x5c3) (i32.add (i32.const 1)
           (if (result i32) (i32.load8_u (i32.const 0x511))
             (then (i32.load align=1 (i32.const 0x513)))
             (else (i32.const 0)))))
         (drop (call $import1 (i32.const 0x5c0) (i32.const 7) (i32.const 0x5d0) (i32.const {set})))
         (i64.const 1)"
    )
}

/// Version 0.`minor`.0, with `padding` bytes that say nothing, confirmed as `confirm` has it.
pub(crate) fn image(minor: u32, padding: usize, confirm: Confirm) -> Vec<u8> {
    image_of(NAME, minor, padding, confirm)
}

/// The same under another name.
pub(crate) fn image_of(name: &str, minor: u32, padding: usize, confirm: Confirm) -> Vec<u8> {
    let module = Plugin::new()
        .import(Get::INTERFACE, Get::NAME, Get::SHAPE)
        .import(Set::INTERFACE, Set::NAME, Set::SHAPE)
        .items(r#"(data (i32.const 0x500) "\01n") (data (i32.const 0x5c0) "\01n\04")"#)
        .items(&format!(r#"(@custom "padding" "{}")"#, "p".repeat(padding)))
        .export_function::<Tick>(&body())
        .build();
    let mut manifest = with_grant(manifest(name), Get::INTERFACE, &[]);
    manifest.version = Version::new(0, minor, 0);
    manifest.tick_ms = Some(50);
    manifest.confirm = confirm;
    signed(&manifest, &module)
}

/// The same image, signed by another key than the development key.
pub(crate) fn signed_by(image: &[u8], key: &SigningKey) -> Vec<u8> {
    let unsigned = Unsigned::from_image(image, &key.verifying_key().to_bytes()).unwrap();
    unsigned.sign(key.as_bytes()).unwrap()
}

/// A version that traps.
pub(crate) fn bad(name: &str, minor: u32) -> Vec<u8> {
    let module = Plugin::new()
        .export_function::<Tick>("(unreachable)")
        .build();
    let mut manifest = manifest(name);
    manifest.version = Version::new(0, minor, 0);
    manifest.tick_ms = Some(50);
    signed(&manifest, &module)
}
