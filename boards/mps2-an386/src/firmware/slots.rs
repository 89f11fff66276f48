use corelet_board_support::{DEVELOPMENT_FLASH, image_in};
use corelet_host::SlotId;
use corelet_image::{ImageError, Verified};
use corelet_mps2_an386::{KEYS, SLOTS};

use super::watchdog::Watchdog;
use super::{Plugins, heap, kept};

/// Loads each slot from its bank: slot *n* from bank *n*. What cannot be loaded is logged, and its slot stays empty.
pub(super) fn load_all(host: &mut Plugins, flash: &[u8], watchdog: &mut Watchdog) {
    for (slot, bank) in (0_u8..).map(SlotId).zip(0..SLOTS) {
        watchdog.feed();
        let bank = DEVELOPMENT_FLASH.bank(bank);
        let bank = bank.and_then(|region| region.of(flash)).unwrap_or(&[]);
        match verified(bank) {
            Ok(Some(image)) => load(host, slot, &image),
            Ok(None) => {}
            Err(error) => defmt::error!("slot {}: image refused: {}", slot.0, error),
        }
    }
}

/// The image in a bank; none if the bank is empty.
fn verified(bank: &[u8]) -> Result<Option<Verified<'_>>, ImageError> {
    let image = image_in(bank)?;
    image
        .map(|image| image.verify(&KEYS, corelet_host::VERSION))
        .transpose()
}

fn load(host: &mut Plugins, slot: SlotId, image: &Verified<'_>) {
    let manifest = image.manifest();
    let version = manifest.version;
    if let Some(strikes) = kept::quarantine().strikes(image) {
        defmt::warn!("slot {}: {=str} ran at {}", slot.0, manifest.name, strikes);
    }
    let before = heap::used();
    heap::forget_peak();
    match host.load(slot, image) {
        Ok(()) => defmt::info!(
            "slot {}: loaded {=str} {}.{}.{}: module {} B, memory {} B, heap {} B, at most {} B",
            slot.0,
            manifest.name,
            version.major,
            version.minor,
            version.patch,
            image.module().len(),
            host.memory_bytes(slot),
            heap::used().saturating_sub(before),
            heap::recent_peak().saturating_sub(before),
        ),
        Err(error) => defmt::error!("slot {}: {=str} refused: {}", slot.0, manifest.name, error),
    }
}
