use corelet_host::capability::sensor::{Reading, Sensors, Unit};
use corelet_host::plugin::processor;
use corelet_host::{CallError, SlotId};
use corelet_mps2_an386::SLOTS;

use super::sensor::TEMPERATURE;
use super::watchdog::Watchdog;
use super::{Plugins, monotonic_clock};

/// Readings in one call.
const BATCH: usize = 4;
/// Nanoseconds between two readings.
const PERIOD: u64 = 250_000_000;

/// What the firmware itself does: it measures, and has the plugins that export `processor` make one value of many.
pub(super) struct Processing {
    readings: [Reading; BATCH],
    count: usize,
    due: u64,
}

impl Processing {
    pub(super) const fn new() -> Self {
        const NOTHING: Reading = Reading {
            value: 0,
            scale: 0,
            unit: Unit::None,
            timestamp: 0,
        };
        Self {
            readings: [NOTHING; BATCH],
            count: 0,
            due: 0,
        }
    }

    /// Measures if it is time to, and calls the plugins when a batch is full.
    pub(super) fn poll(&mut self, host: &mut Plugins, watchdog: &mut Watchdog) {
        let now = monotonic_clock::now();
        if now < self.due {
            return;
        }
        self.due = now.saturating_add(PERIOD);
        let Some(Ok(reading)) = host.board_mut().map(|board| board.read(TEMPERATURE)) else {
            defmt::warn!("the thermometer does not answer");
            return;
        };
        if let Some(place) = self.readings.get_mut(self.count) {
            *place = reading;
            self.count += 1;
        }
        if self.count == BATCH {
            self.count = 0;
            self.process(host, watchdog);
        }
    }

    fn process(&self, host: &mut Plugins, watchdog: &mut Watchdog) {
        for slot in (0_u8..).map(SlotId).take(SLOTS) {
            let call = processor::Process {
                readings: (&self.readings).into(),
            };
            watchdog.feed();
            match host.call(slot, &call) {
                Ok(Ok(reading)) => {
                    defmt::info!("slot {}: processed {} to {}", slot.0, BATCH, reading.value);
                }
                Ok(Err(error)) => defmt::warn!("slot {}: processor: error {}", slot.0, error.code),
                // Not every plugin is a processor, and a slot may be empty.
                Err(
                    CallError::NoSuchExport { .. } | CallError::Empty(_) | CallError::Faulted(_),
                ) => {}
                Err(error) => defmt::warn!("slot {}: processor: {}", slot.0, error),
            }
        }
    }
}
