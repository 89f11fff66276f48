//! The programs whose slices are measured, on the desktop.

use corelet_bench::gap::{PROGRAMS, Program, SLICES, measure};
use corelet_image::{Image, Keys};

#[test]
fn every_program_fills_its_slices() {
    assert!(!PROGRAMS.is_empty());
    for Program { name, image, .. } in PROGRAMS {
        println!("{name}");
        let image = Image::parse(image).unwrap();
        let keys = Keys::NONE.accept_development();
        let image = image.verify(&keys, corelet_host::VERSION).unwrap();
        for slice in SLICES {
            measure(&image, slice, || 0);
        }
    }
}
