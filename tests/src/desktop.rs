use corelet_desktop::{Desktop, Sensor, Source};
use corelet_host::{Fault, Host, LoadError, Report, SlotId, SlotState};
use corelet_image::{Image, Keys};
use corelet_mps2_an386::{POLICY, SLOTS, host};

use crate::transcript::error_text;
use crate::{Case, Outcome, Transcript, neighbour};

type Plugins = Host<Desktop, SLOTS>;

/// Puts a case to the test on the desktop board, in virtual time and under the policy of the emulated board.
///
/// # Panics
/// If the neighbour does not load, which no case is an excuse for.
pub fn run_on_desktop(case: &Case) -> Transcript {
    let thermometer = Sensor::new(0, Source::Constant(21.5));
    let board = Desktop::in_virtual_time().with_sensor(thermometer);
    let mut plugins = host(board, POLICY);
    let mut transcript = Transcript {
        refused: load(&mut plugins, SlotId(0), &case.image).err(),
        ..Transcript::default()
    };
    load(&mut plugins, SlotId(1), &neighbour::image(case.is_ticked())).expect("it behaves well");
    for call in case.script() {
        let slot = SlotId(call.slot);
        let result = plugins.call_encoded(slot, call.export, call.request);
        let result = result
            .map(<[u8]>::to_vec)
            .map_err(|error| error_text(&format!("{error:?}")));
        let fuel = plugins.metrics(slot).fuel_last;
        transcript.calls.push(Outcome { result, fuel });
    }
    if case.is_ticked() {
        for slot in [SlotId(0), SlotId(1)] {
            transcript.ticks.push(next_tick(&mut plugins, slot));
        }
    }
    transcript
}

/// Puts an image into its slot, as the firmware does.
fn load(plugins: &mut Plugins, slot: SlotId, image: &[u8]) -> Result<(), String> {
    let keys = Keys::NONE.accept_development();
    let image = Image::parse(image).and_then(|image| image.verify(&keys, corelet_host::VERSION));
    let image = image.map_err(|error| error_text(&format!("{error:?}")))?;
    let refused = |error: LoadError| error_text(&format!("{error:?}"));
    plugins.place(slot, &image).map_err(refused)?;
    while let SlotState::Starting { .. } = plugins.state(slot) {
        let _ = plugins.poll();
    }
    match plugins.state(slot) {
        SlotState::Faulted(Fault::NotInitialised(failure)) => Err(refused(failure.into())),
        _ => Ok(()),
    }
}

/// Lets time pass until `slot` is ticked.
fn next_tick(plugins: &mut Plugins, wanted: SlotId) -> Outcome<()> {
    loop {
        match plugins.poll() {
            Report::Ticked { slot, result } if slot == wanted => {
                let fuel = plugins.metrics(slot).fuel_last;
                let result = result.map_err(|failure| error_text(&format!("{failure:?}")));
                return Outcome { result, fuel };
            }
            Report::Idle { next: Some(next) } => {
                plugins
                    .board_mut()
                    .expect("no driver panics")
                    .advance_to(next);
            }
            Report::Idle { next: None } => panic!("nothing is ticked any more"),
            _ => {}
        }
    }
}
