//! A host with two slots that allow everything a manifest asks for.

use corelet_desktop::{Desktop, host};
use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::{Allow, Failure, Host, LoadError, Policy, Report, SlotId, SlotPolicy, Topics};
use corelet_image::{Image, Keys};

pub(crate) const ONE: SlotId = SlotId(0);
pub(crate) const TWO: SlotId = SlotId(1);

pub(crate) const POLICY: SlotPolicy = SlotPolicy {
    allow: Allow::STANDARD,
    topics: Topics::Only(&["button", "door"]),
    ..SlotPolicy::DEVICE
};

pub(crate) fn plugins(board: Desktop) -> Host<Desktop, 2> {
    host(board, Policy::same(POLICY))
}

pub(crate) fn load<B: MonotonicClock, const SLOTS: usize>(
    host: &mut Host<B, SLOTS>,
    slot: SlotId,
    image: &[u8],
) -> Result<(), LoadError> {
    let keys = Keys::NONE.accept_development();
    let image = Image::parse(image).unwrap();
    let image = image.verify(&keys, corelet_host::VERSION).unwrap();
    host.load(slot, &image)
}

/// Lets time pass until `wanted` is ticked.
pub(crate) fn tick<B: MonotonicClock, const SLOTS: usize>(
    host: &mut Host<B, SLOTS>,
    wanted: SlotId,
    advance_to: impl Fn(&mut B, u64),
) -> Result<(), Failure> {
    loop {
        match host.poll() {
            Report::Ticked { slot, result } if slot == wanted => return result,
            Report::Idle { next: Some(next) } => advance_to(host.board_mut().unwrap(), next),
            Report::Idle { next: None } => panic!("nothing is ticked"),
            _ => {}
        }
    }
}

/// The messages that plugins logged since the start.
pub(crate) fn lines(board: &Desktop) -> Vec<String> {
    board.lines().iter().map(ToString::to_string).collect()
}
