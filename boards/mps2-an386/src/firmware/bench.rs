//! Measures, logs what it finds, and ends the emulator: see `cargo xtask bench`.

use corelet_bench::gap;
use corelet_bench::loading::{self, Steps};
use corelet_bench::storage;
use corelet_bench::worst::{self, PROGRAMS, Taken};
use corelet_bench::{Job, Side};
use corelet_image::{Image, ImageError, Keys, Verified};
use corelet_mps2_an386::Bundle;

use super::board::Board;
use super::monotonic_clock;

/// How often each job is done: what starting takes is the same for both.
const COUNTS: [u32; 2] = [10, 1_010];

/// Measures with the benchmark's plugin, the first of the bundle, and the loading of all. With wasmi's own validation,
/// only what that changes.
pub(super) fn run(bundle: &[u8], board: Board) -> ! {
    let images = || Bundle::decode(bundle).map(Image::parse);
    if !cfg!(feature = "validate") {
        match images().next() {
            Some(Ok(image)) => jobs(image),
            _ => {
                defmt::error!("bench: no image");
                semihosting::process::exit(1)
            }
        }
        programs();
        gaps();
        data(board);
    }
    for (number, image) in images().enumerate() {
        let image = verified(image);
        let module = image.module();
        let Steps {
            admission,
            translation,
            instance,
        } = loading::measure(module, monotonic_clock::now);
        defmt::info!(
            "loading {}: {} B, admission {} ns, translation {} ns, instance {} ns",
            number,
            module.len(),
            admission,
            translation,
            instance
        );
    }
    semihosting::process::exit(0)
}

/// The image, or the end.
fn verified(image: Result<Image<'_>, ImageError>) -> Verified<'_> {
    let keys = Keys::NONE.accept_development();
    match image.and_then(|image| image.verify(&keys, corelet_host::VERSION)) {
        Ok(image) => image,
        Err(error) => {
            defmt::error!("bench: {}", error);
            semihosting::process::exit(1)
        }
    }
}

fn jobs(image: Image<'_>) {
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
}

fn programs() {
    for (name, module) in PROGRAMS {
        let Taken { fuel, time, first } = worst::measure(module, monotonic_clock::now);
        defmt::info!(
            "worst {=str}: {} fuel, {} ns, first {} ns",
            name,
            fuel,
            time,
            first
        );
    }
}

fn gaps() {
    for program in gap::PROGRAMS {
        let image = verified(Image::parse(program.image));
        for slice in gap::SLICES {
            let time = gap::measure(&image, slice, monotonic_clock::now);
            defmt::info!("gap {=str}: slice {}, {} ns", program.name, slice, time);
        }
    }
}

fn data(board: Board) {
    storage::measure(board, monotonic_clock::now, |taken| {
        defmt::info!(
            "store {=str}: {} fuel, {} ns, longest {} ns",
            taken.name,
            taken.fuel,
            taken.time,
            taken.longest
        );
    });
}
