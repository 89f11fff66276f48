//! The plugin in the other slot, which must be served whatever the first one does.

use corelet_host::abi::NameKey;
use corelet_host::plugin::ticker::functions::Tick;

use crate::{OK, Plugin, manifest, signed};

/// An export that answers with its request.
pub const ECHO: NameKey = NameKey::of("corelet:tests/plugin@1.0.0", "echo");

/// Milliseconds between two ticks, if there are any.
pub const TICK_MS: u32 = 10;

/// Its image.
pub fn image(is_ticked: bool) -> Vec<u8> {
    let module = Plugin::new()
        .export(
            "echo",
            "(i64.or
               (i64.shl (i64.extend_i32_u (local.get $request)) (i64.const 32))
               (i64.extend_i32_u (local.get $length)))",
        )
        .export_function::<Tick>(OK)
        .build();
    let mut manifest = manifest("neighbour");
    manifest.tick_ms = is_ticked.then_some(TICK_MS);
    signed(&manifest, &module)
}
