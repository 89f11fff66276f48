use corelet_host::capability::storage::Store;
use corelet_host::{PluginId, SlotState};
use corelet_image::Image;
use corelet_mps2_an386::{Bundle, HOSTILE, KEYS, Stay, Way, neighbour_answers, stay};

use super::watchdog::Watchdog;
use super::{Plugins, heap, report};

/// Runs each image of the bundle in every way beside the good plugin; then ends the emulator.
pub(super) fn run(host: &mut Plugins, bundle: &[u8], watchdog: &mut Watchdog) {
    // The stack that its engine keeps is made with its first call.
    let _ = neighbour_answers(host);
    let stays = Bundle::decode(bundle).flat_map(|image| Way::ON_BOARD.map(|way| (image, way)));
    for (number, (image, way)) in stays.enumerate() {
        watchdog.feed();
        let before = heap::used();
        let mut neighbour = true;
        match Image::parse(image).and_then(|image| image.verify(&KEYS, corelet_host::VERSION)) {
            Ok(image) => {
                let stay = stay(host, &image, way, &mut || watchdog.feed());
                log(number, &stay);
                forget(host, image.plugin_id());
                neighbour = stay.neighbour;
            }
            Err(error) => defmt::info!("hostile {}: refused: {}", number, error),
        }
        watchdog.feed();
        neighbour &= neighbour_answers(host) && host.state(HOSTILE) == SlotState::Empty;
        defmt::info!(
            "hostile {}: neighbour {}, heap {} of {}",
            number,
            neighbour,
            heap::used(),
            before
        );
    }
    report::figures(host);
    semihosting::process::exit(0)
}

fn log(number: usize, stay: &Stay) {
    if let Err(error) = stay.loaded {
        defmt::info!("hostile {}: refused: {}", number, error);
    }
    if stay.interrupted {
        defmt::info!("hostile {}: interrupted", number);
    }
    for (result, fuel) in stay.calls.into_iter().flatten() {
        match result {
            Ok(length) => defmt::info!("hostile {}: answer of {} B, fuel {}", number, length, fuel),
            Err(error) => defmt::info!("hostile {}: stopped: {}, fuel {}", number, error, fuel),
        }
    }
}

/// What a plugin kept is not the next one's.
fn forget(host: &mut Plugins, plugin: PluginId) {
    if let Some(Err(error)) = host.board_mut().map(|board| board.forget(plugin)) {
        defmt::warn!("storage: {}", error);
    }
}
