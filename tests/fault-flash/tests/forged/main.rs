//! Stores of images and of values come to no harm by what is in their flash: inputs of `tests/fuzz`, which are drawn here, and always the same.

mod board;
mod entries;
mod forgery;
mod found;
#[path = "../store/key_sets.rs"]
mod key_sets;
mod life;
mod record;
mod values;

use fastrand::Rng;

/// How many flashes are forged.
const FLASHES: usize = 100_000;

#[test]
fn a_device_lives_on_whatever_is_in_its_flash() {
    let mut rng = Rng::with_seed(0);
    for number in 0..FLASHES {
        let mut data = vec![0; rng.usize(..1500)];
        rng.fill(&mut data);
        if std::panic::catch_unwind(|| life::live(&data)).is_err() {
            panic!("flash {number}");
        }
    }
}
