//! Boot, and the life of the store.

mod cut;
#[allow(unsafe_code)]
mod faults;
mod flash;
mod life;
mod sender;
#[allow(unsafe_code)]
mod spi;

use corelet_ast1030_evb::CUT_OFFSET;
use cortex_m::peripheral::SCB;
use defmt_semihosting as _;
use embedded_storage::nor_flash::ReadNorFlash;

use flash::Flash;
use spi::Spi;

#[cortex_m_rt::entry]
fn main() -> ! {
    let flash = Spi::take().and_then(Flash::new);
    let Some(mut flash) = flash else {
        defmt::error!("failed: no flash");
        SCB::sys_reset()
    };
    let mut order = [0; 8];
    if flash.read(CUT_OFFSET, &mut order).is_ok() {
        let [c0, c1, c2, c3, end @ ..] = order;
        cut::after(
            u32::from_le_bytes([c0, c1, c2, c3]),
            u32::from_le_bytes(end),
        );
    }
    match life::run(flash) {
        Ok(()) => defmt::info!("end"),
        Err(error) => defmt::error!("failed: {}", error),
    }
    // Not by semihosting, which ends the emulator before it has written what the flash did last.
    SCB::sys_reset()
}
