use corelet_host::{Report, SlotId};
use corelet_mps2_an386::SLOTS;

use super::{Plugins, heap, stack};

/// Logs what the host did.
pub(super) fn log(host: &Plugins, report: Report) {
    match report {
        Report::Ticked { slot, result } => {
            let fuel = host.metrics(slot).fuel_last;
            match result {
                Ok(()) => defmt::info!("slot {}: tick, fuel {}", slot.0, fuel),
                Err(failure) => {
                    defmt::warn!("slot {}: tick failed: {}, fuel {}", slot.0, failure, fuel);
                }
            }
        }
        Report::Handled {
            slot,
            topic,
            result,
        } => {
            let fuel = host.metrics(slot).fuel_last;
            match result {
                Ok(()) => defmt::info!("slot {}: event {=str}, fuel {}", slot.0, topic, fuel),
                Err(failure) => defmt::warn!(
                    "slot {}: event {=str} failed: {}, fuel {}",
                    slot.0,
                    topic,
                    failure,
                    fuel
                ),
            }
        }
        Report::EventsDropped { count } => defmt::warn!("{} events found no room", count),
        Report::Faulted { slot, fault } => defmt::error!("slot {}: stopped: {}", slot.0, fault),
        other => defmt::info!("{}", other),
    }
}

/// Logs what the run took: of the slots, of the heap and of the stack. `cargo xtask size` reads the last line.
pub(super) fn figures(host: &Plugins) {
    for slot in (0_u8..).map(SlotId).take(SLOTS) {
        defmt::info!(
            "slot {}: {}, {}",
            slot.0,
            host.state(slot),
            host.metrics(slot)
        );
    }
    for entry in host.audit() {
        defmt::info!("denied: {}", entry);
    }
    defmt::info!(
        "figures: heap {} heap-peak {} stack-peak {}",
        heap::used(),
        heap::peak(),
        stack::peak()
    );
}
