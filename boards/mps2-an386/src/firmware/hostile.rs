use corelet_host::abi::NameKey;
use corelet_host::capability::storage::Store;
use corelet_host::plugin::ticker::Tick;
use corelet_host::{CallError, SlotId, Stop};
use corelet_image::{Image, Verified};
use corelet_mps2_an386::{Bundle, KEYS};

use super::watchdog::Watchdog;
use super::{Plugins, heap, report};

/// Where the good plugin is, and what comes and goes beside it.
const GOOD: SlotId = SlotId(0);
const HOSTILE: SlotId = SlotId(1);

/// What the good plugin answers with its request.
const ECHO: NameKey = NameKey::of("corelet:tests/plugin@1.0.0", "echo");
const RUN: NameKey = NameKey::of("corelet:tests/plugin@1.0.0", "run");
const REQUEST: &[u8] = b"hello";

/// Loads each image of the bundle, calls it, unloads it, and asks the good plugin whether it is well; then ends the emulator.
pub(super) fn run(host: &mut Plugins, flash: &[u8], watchdog: &mut Watchdog) {
    // The stack that its engine keeps is made with its first call.
    let _ = host.call_encoded(GOOD, ECHO, REQUEST);
    let bundle = Bundle::REGION.of(flash).unwrap_or(&[]);
    for (number, image) in Bundle::decode(bundle).enumerate() {
        watchdog.feed();
        let before = heap::used();
        match Image::parse(image).and_then(|image| image.verify(&KEYS, corelet_host::VERSION)) {
            Ok(image) => stay(host, number, &image, watchdog),
            Err(error) => defmt::info!("hostile {}: refused: {}", number, error),
        }
        watchdog.feed();
        let neighbour = host.call_encoded(GOOD, ECHO, REQUEST) == Ok(REQUEST);
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

fn stay(host: &mut Plugins, number: usize, image: &Verified<'_>, watchdog: &mut Watchdog) {
    match host.load(HOSTILE, image) {
        Ok(()) => defmt::info!("hostile {}: loaded", number),
        Err(error) => {
            defmt::info!("hostile {}: refused: {}", number, error);
            return;
        }
    }
    for _ in 0..2 {
        watchdog.feed();
        let answer = host.call_encoded(HOSTILE, RUN, REQUEST);
        let result = answer.map(<[u8]>::len);
        log(host, number, result);
    }
    watchdog.feed();
    let result = host.call(HOSTILE, &Tick {}).map(|_| 0);
    log(host, number, result);
    host.unload(HOSTILE);
    // What it kept is not the next one's.
    let forgotten = host
        .board_mut()
        .map(|board| board.forget(image.plugin_id()));
    for error in forgotten.into_iter().filter_map(Result::err) {
        defmt::warn!("storage: {}", error);
    }
}

/// One call; nothing for an export that the plugin has not.
fn log(host: &Plugins, number: usize, result: Result<usize, CallError>) {
    let fuel = host.metrics(HOSTILE).fuel_last;
    match result {
        Err(CallError::NoSuchExport { .. } | CallError::Stopped(Stop::NoSuchExport)) => {}
        Ok(length) => defmt::info!("hostile {}: answer of {} B, fuel {}", number, length, fuel),
        Err(error) => defmt::info!("hostile {}: stopped: {}, fuel {}", number, error, fuel),
    }
}
