//! The firmware behind a port: what it does between reading and writing.

use std::sync::Mutex;

use corelet_smp::{Action, Smp};

use crate::Device;

/// The device, and what befalls it.
#[derive(Debug, Default)]
pub struct PortDevice {
    /// The device.
    pub device: Device,
    /// Its power goes when so many bytes were written into banks, after the answer that says so left the port.
    pub cut_after: Option<usize>,
    /// Its power goes before that answer leaves.
    pub cut_before: Option<usize>,
    /// The cable is pulled when this holds, before the answer leaves, and put in again: the port is closed, and then there is another
    /// one of that name.
    pub unplug_when: Option<fn(&Device) -> bool>,
    /// Bytes that clients sent.
    pub received: usize,
}

/// A firmware with nothing to do but to be managed.
pub(crate) struct Firmware<const N: usize> {
    smp: Smp<N, fn(Action) -> bool>,
    allow: fn(Action) -> bool,
}

/// What comes of bytes that were received.
pub(crate) struct Outcome {
    /// What leaves the port.
    pub(crate) sent: Vec<u8>,
    /// The cable is pulled instead.
    pub(crate) unplugged: bool,
}

impl<const N: usize> Firmware<N> {
    pub(crate) fn new(allow: fn(Action) -> bool) -> Self {
        Self {
            smp: Smp::with_authority(allow),
            allow,
        }
    }

    pub(crate) fn take(&mut self, shared: &Mutex<PortDevice>, mut received: &[u8]) -> Outcome {
        let mut shared = shared.lock().expect("the test did not panic");
        shared.received += received.len();
        let PortDevice {
            device,
            cut_after,
            cut_before,
            unplug_when,
            ..
        } = &mut *shared;
        let mut sent = Vec::new();
        while let Some(line) = self.smp.feed(&mut received, device) {
            sent.extend(line);
        }
        let written = device.written;
        let cut = |at: &mut Option<usize>| at.take_if(|at| written >= *at).is_some();
        let unplugged = unplug_when.take_if(|when| when(device)).is_some();
        let lost = cut(cut_before);
        if lost {
            sent.clear();
        }
        if lost || cut(cut_after) || device.wants_reset() {
            device.restart();
            self.smp = Smp::with_authority(self.allow);
            sent.extend(b"*** Booting \x06 Corelet ***\r\n");
        }
        Outcome { sent, unplugged }
    }
}
