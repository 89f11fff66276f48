//! How plugins come into their slots, and what that takes.

use corelet_host::{Report as HostReport, SlotId};
use corelet_store::Error;
use corelet_update::{Fuel, Report, Times};

use super::watchdog::Watchdog;
use super::{Updates, heap, report};

/// Watches what a plugin takes of the heap while it comes into its slot.
pub(super) struct Loading {
    /// Bytes in use before; none while no plugin is on its way.
    before: Option<usize>,
}

impl Loading {
    pub(super) const fn new() -> Self {
        Self { before: None }
    }

    /// Does one thing that is due, and logs it.
    pub(super) fn run(&mut self, plugins: &mut Updates, slice: Fuel) -> Report {
        let used = heap::used();
        if self.before.is_none() {
            heap::forget_peak();
        }
        let told = plugins.run(slice);
        match told {
            Report::Placed {
                slot,
                trial,
                strikes,
            } => {
                self.before = Some(used);
                if let Some(strikes) = strikes {
                    defmt::warn!("slot {}: ran at {}", slot.0, strikes);
                }
                if trial {
                    defmt::info!("slot {}: on trial", slot.0);
                }
            }
            Report::Host(HostReport::Initialised { slot }) => {
                let before = self.before.take();
                initialised(plugins, slot, before.unwrap_or(used));
            }
            told => report::log(plugins, told),
        }
        told
    }

    /// Puts what the store says into all slots. What cannot run is logged, and its slot stays empty.
    pub(super) fn start_all(&mut self, plugins: &mut Updates, watchdog: &mut Watchdog) {
        while !plugins.is_settled() {
            watchdog.feed();
            match self.run(plugins, Fuel::ALL) {
                Report::WantsErase => {
                    if let Err(error) = plugins.erase_now() {
                        defmt::error!("store: {}", error);
                    }
                }
                Report::Unguarded {
                    error: Error::CounterBehind { .. },
                } => {}
                // Nothing will come into any slot.
                Report::Unguarded { .. } => return,
                _ => {}
            }
        }
    }
}

fn initialised(plugins: &mut Updates, slot: SlotId, before: usize) {
    let memory = plugins.host().memory_bytes(slot);
    let Times {
        check,
        activation,
        gap,
    } = plugins.times(slot);
    plugins.show_manifest(slot, &mut |manifest| {
        let version = manifest.version;
        defmt::info!(
            "slot {}: loaded {=str} {}.{}.{}: module {} B, memory {} B, heap {} B, at most {} B, check {} ns, activation {} ns, gap {} ns",
            slot.0,
            manifest.name,
            version.major,
            version.minor,
            version.patch,
            manifest.module_bytes,
            memory,
            heap::used().saturating_sub(before),
            heap::recent_peak().saturating_sub(before),
            check,
            activation,
            gap,
        );
    });
}
