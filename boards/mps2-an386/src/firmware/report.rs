use corelet_host::{Fault, LoadError, Report, SlotId};
use corelet_mps2_an386::SLOTS;
use corelet_update::{Parked, Report as Told};

use super::{Plugins, Updates, heap, stack};

/// Logs what became of the slots.
pub(super) fn log(plugins: &mut Updates, told: Told) {
    match told {
        Told::Host(Report::Suspended { .. } | Report::Finished { .. } | Report::Idle { .. })
        | Told::WantsErase => {}
        Told::Host(report) => log_host(plugins.host(), report),
        Told::Parked { slot, why } => match why {
            Parked::Load(error) => {
                plugins.show_manifest(slot, &mut |m| refused(slot, m.name, error));
            }
            Parked::Image(error) => {
                defmt::error!("slot {}: image refused: {}", slot.0, error);
            }
            why => defmt::error!("slot {}: image refused: {}", slot.0, why),
        },
        Told::Confirmed { slot } => defmt::info!("slot {}: confirmed", slot.0),
        Told::Emptied { slot } => defmt::info!("slot {}: emptied", slot.0),
        Told::RolledBack { slot, reason } => {
            defmt::warn!("slot {}: rolled back: {}", slot.0, reason);
        }
        Told::StoreFailed { slot, error } => defmt::error!("slot {}: store: {}", slot.0, error),
        other => defmt::info!("{}", other),
    }
}

fn refused(slot: SlotId, name: &str, error: LoadError) {
    defmt::error!("slot {}: {=str} refused: {}", slot.0, name, error);
}

/// Logs what the host did.
fn log_host(host: &Plugins, report: Report) {
    match report {
        Report::Faulted {
            slot,
            fault: Fault::NotInitialised(failure),
        } => {
            let name = host.name(slot);
            let name = name.as_ref().map_or("", |name| name.as_str());
            refused(slot, name, failure.into());
        }
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
