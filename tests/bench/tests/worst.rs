//! The worst programs, on the desktop.

use corelet_bench::worst::{PROGRAMS, measure};

#[test]
fn every_program_ends_and_takes_fuel() {
    for (name, module) in PROGRAMS {
        println!("{name}");
        let taken = measure(module, || 0);
        assert!(taken.fuel > 100, "{name}: {taken:?}");
    }
}
