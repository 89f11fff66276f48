use corelet_host::capability::sensor::{Reading, Sensors, Unit};
use corelet_host::plugin::processor;
use corelet_host::{CallError, SlotId, Ticket};
use corelet_mps2_an386::SLOTS;

use super::sensor::TEMPERATURE;
use super::{Plugins, monotonic_clock};

/// Readings in one call.
const BATCH: usize = 4;
/// Nanoseconds between two readings.
const PERIOD: u64 = 250_000_000;

type Function = processor::functions::Process;

/// What the firmware itself does: it measures, and has the plugins that export `processor` make one value of many.
pub(super) struct Processing {
    readings: [Reading; BATCH],
    count: usize,
    due: u64,
    /// Which plugins have not been asked yet about the batch that is full.
    wanted: [bool; SLOTS],
    /// Which have been, and have not answered.
    asked: [Option<Ticket<Function>>; SLOTS],
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
            wanted: [false; SLOTS],
            asked: [None; SLOTS],
        }
    }

    /// Measures if it is time to, begins the calls when a batch is full, and takes the answers.
    pub(super) fn poll(&mut self, host: &mut Plugins) {
        let slots = (0_u8..).map(SlotId);
        for ((slot, wanted), asked) in slots.zip(&mut self.wanted).zip(&mut self.asked) {
            if *wanted {
                *wanted = ask(host, slot, &self.readings, asked);
            }
            if let Some(answer) = asked.and_then(|ticket| host.take(ticket)) {
                *asked = None;
                tell(slot, answer);
            }
        }
        let now = monotonic_clock::now();
        if now >= self.due {
            self.due = now.saturating_add(PERIOD);
            self.measure(host);
        }
    }

    fn measure(&mut self, host: &mut Plugins) {
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
            self.wanted = [true; SLOTS];
        }
    }
}

/// Begins a call. Returns whether that is still to be done.
fn ask(
    host: &mut Plugins,
    slot: SlotId,
    readings: &[Reading; BATCH],
    asked: &mut Option<Ticket<Function>>,
) -> bool {
    let call = processor::Process {
        readings: readings.into(),
    };
    match host.start(slot, &call) {
        Ok(ticket) => *asked = Some(ticket),
        Err(CallError::Busy(_) | CallError::Starting { .. }) => return true,
        // Not every plugin is a processor, and a slot may be empty.
        Err(CallError::NoSuchExport { .. } | CallError::Empty(_) | CallError::Faulted(_)) => {}
        Err(error) => defmt::warn!("slot {}: processor: {}", slot.0, error),
    }
    false
}

fn tell(slot: SlotId, answer: Result<Result<Reading, processor::Error<'_>>, CallError>) {
    match answer {
        Ok(Ok(reading)) => {
            defmt::info!("slot {}: processed {} to {}", slot.0, BATCH, reading.value);
        }
        Ok(Err(error)) => defmt::warn!("slot {}: processor: error {}", slot.0, error.code),
        Err(error) => defmt::warn!("slot {}: processor: {}", slot.0, error),
    }
}
