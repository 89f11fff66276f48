//! Clients that nobody here wrote, unmodified, over a pseudo-terminal.
#![cfg(unix)]

mod smpmgr;
mod toolkit;

use corelet_smp::Action;
use corelet_smp_tests::{Device, NEW, OLD, Port, everything, new, old, upload_only};

/// A device with the old version in slot 1, behind a port.
fn port(allow: fn(Action) -> bool) -> Port {
    let device = Device::default().with(1, &old());
    Port::serve::<512>(device, allow).expect("a pseudo-terminal")
}
