//! How long it takes to load a plugin.

use corelet_admission::{Limits, admit};
use corelet_load::{Budget, Machine};

use crate::nothing::Nothing;

/// How long each step took, as `now` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// The check of its bytes.
    pub admission: u64,
    /// Making an engine and code, and with the feature `validate` wasmi's own check.
    pub translation: u64,
    /// Making an instance.
    pub instance: u64,
}

/// Loads a module that asks for anything.
///
/// # Panics
/// If it is not admitted, or cannot be loaded.
pub fn measure(module: &[u8], now: impl Fn() -> u64) -> Steps {
    let start = now();
    let admitted = admit(module, &Limits::DEVICE, &Nothing).expect("the plugin is admitted");
    let after_admission = now();
    let machine = Machine::load(&admitted, &Budget::DEVICE, Nothing, &Nothing);
    let machine = machine.expect("the plugin is loaded");
    let after_loading = now();
    // The code stays.
    let machine = machine.renew().expect("an instance is made again");
    let instance = now().wrapping_sub(after_loading);
    drop(machine);
    Steps {
        admission: after_admission.wrapping_sub(start),
        translation: after_loading
            .wrapping_sub(after_admission)
            .saturating_sub(instance),
        instance,
    }
}
