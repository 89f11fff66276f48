use corelet_host::SlotId;
use corelet_mps2_an386::BootRecord;

use super::watchdog::Watchdog;
use super::{Plugins, monotonic_clock};

/// Makes the calls of the boot record, and logs what came of each: for tests, which hold it against the desktop, and
/// for measurements.
pub(super) fn run(host: &mut Plugins, record: &BootRecord<'_>, watchdog: &mut Watchdog) {
    for (number, call) in record.calls.iter().enumerate() {
        watchdog.feed();
        let slot = SlotId(call.slot);
        let start = monotonic_clock::now();
        let result = host.call_encoded(slot, call.export, call.request);
        let time = monotonic_clock::now().saturating_sub(start);
        match result {
            Ok(answer) => defmt::info!("call {}: answer {=[u8]:02x}", number, answer),
            Err(error) => defmt::warn!("call {}: {}, to blame: {}", number, error, error.blame()),
        }
        let fuel = host.metrics(slot).fuel_last;
        defmt::info!(
            "call {}: fuel {}, {} ns, slot {}",
            number,
            fuel,
            time,
            host.state(slot)
        );
    }
}
