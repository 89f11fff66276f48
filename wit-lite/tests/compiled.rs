//! The goldens of `tests/generated` compile as they stand there, with a doc comment on every item. In a file of its own,
//! so that `UPDATE_GOLDEN=1 cargo test --test generated` can write those that do not.

/// `motor` for a plugin.
#[rustfmt::skip]
#[path = "generated/motor.guest.rs"]
pub mod motor_guest;
/// `motor` for a firmware.
#[rustfmt::skip]
#[path = "generated/motor.host.rs"]
pub mod motor_host;
/// `types` for a plugin.
#[rustfmt::skip]
#[path = "generated/types.guest.rs"]
pub mod types_guest;
/// `types` for a firmware.
#[rustfmt::skip]
#[path = "generated/types.host.rs"]
pub mod types_host;
/// `versions` for a plugin.
#[rustfmt::skip]
#[path = "generated/versions.guest.rs"]
pub mod versions_guest;
/// `versions` for a firmware.
#[rustfmt::skip]
#[path = "generated/versions.host.rs"]
pub mod versions_host;
