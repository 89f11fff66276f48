use corelet_bench::{Job, Side};
use corelet_board_support::{DEVELOPMENT_FLASH, image_in};

use super::monotonic_clock;

/// How often each job is done: what starting takes is the same for both.
const COUNTS: [u32; 2] = [10, 1_010];

/// Measures with the plugin in the first bank, logs the time of each run, and ends the emulator.
pub(super) fn run(flash: &[u8]) {
    let bank = DEVELOPMENT_FLASH.bank(0);
    let bank = bank.and_then(|region| region.of(flash)).unwrap_or(&[]);
    let Ok(Some(image)) = image_in(bank) else {
        defmt::error!("bench: no image in the first bank");
        semihosting::process::exit(1)
    };
    for job in Job::ALL {
        for side in Side::ALL {
            for count in COUNTS {
                let start = monotonic_clock::now();
                corelet_bench::run(side, job, count, image);
                let time = monotonic_clock::now().saturating_sub(start);
                defmt::info!(
                    "bench {=str} {=str} {}: {} ns",
                    job.name(),
                    side.name(),
                    count,
                    time
                );
            }
        }
    }
    semihosting::process::exit(0)
}
