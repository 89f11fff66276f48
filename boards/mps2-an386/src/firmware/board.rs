use corelet_board_support::{FlashCounter, KeyValueStore, Region};
use corelet_host::capability::storage::StoreError;
use corelet_mps2_an386::{COUNTER, DATA};
use corelet_smp::LogLine;
use corelet_store::Counter;
use corelet_update::{Device, LogRing};

use super::flash::Flash;
use super::i2c::BitBang;
use super::peripherals::Registers;
use super::sensor::Thermometer;

/// The drivers that plugins share. What they do for plugins stands in the file of each capability.
pub(super) struct Board {
    pub(super) thermometer: Thermometer,
    /// None if the flash map does not fit the flash: the firmware runs on without it.
    pub(super) store: Option<KeyValueStore<Flash>>,
    /// What plugins logged.
    pub(super) lines: LogRing<6>,
    /// Somebody asked for a reset.
    pub(super) resets: bool,
    counter: FlashCounter<Flash>,
}

impl Device for Board {
    fn log_lines(&self, from: u32, show: &mut dyn FnMut(&LogLine<'_>) -> bool) {
        self.lines.show(from, show);
    }

    fn reset(&mut self, _: bool) -> bool {
        self.resets = true;
        true
    }

    fn counter(&mut self) -> Option<&mut dyn Counter> {
        Some(&mut self.counter)
    }
}

impl Board {
    pub(super) fn new(i2c: Registers, flash: Flash, counter: Flash) -> Self {
        let mut store = KeyValueStore::new(flash, Region::new(DATA.offset(), DATA.size()));
        match &mut store {
            Ok(store) => mend(store),
            Err(error) => defmt::error!("no storage: {}", error),
        }
        Self {
            thermometer: Thermometer::new(BitBang::new(i2c)),
            store: store.ok(),
            lines: LogRing::new(),
            resets: false,
            counter: FlashCounter::new(counter, COUNTER),
        }
    }
}

/// Erases a store that is damaged beyond repair: its data is lost rather than the device.
fn mend(store: &mut KeyValueStore<Flash>) {
    let Err(error) = store.check() else {
        return;
    };
    if error != StoreError::Corrupted {
        defmt::error!("storage: {}", error);
        return;
    }
    match store.erase_all() {
        Ok(()) => defmt::error!("storage: {}; erased, what plugins kept is lost", error),
        Err(error) => defmt::error!("storage: damaged, and not erased: {}", error),
    }
}
