//! Clients that nobody here wrote, unmodified, over a pseudo-terminal.
#![cfg(unix)]

mod smpmgr;
mod toolkit;

use corelet_image::Version;
use corelet_smp::Action;
use corelet_smp_tests::{Device, Port, image};

/// What runs at first.
const OLD: Version = Version::new(1, 4, 0);
/// What is uploaded.
const NEW: Version = Version::new(1, 5, 0);

/// The most that an owner's port allows.
fn everything(_: Action) -> bool {
    true
}

/// As [`corelet_smp::UploadOnly`].
fn upload_only(action: Action) -> bool {
    matches!(action, Action::Upload { .. })
}

fn old() -> Vec<u8> {
    image(OLD, 900)
}

fn new() -> Vec<u8> {
    image(NEW, 9_000)
}

/// A device with the old version in slot 1, behind a port.
fn port(allow: fn(Action) -> bool) -> Port {
    let device = Device::default().with(1, &old());
    Port::serve::<512>(device, allow).expect("a pseudo-terminal")
}
