use corelet_host::capability::{logging, monotonic_clock, sensor, storage, wall_clock};
use corelet_host::{Host, Policy, Table};

use crate::Desktop;

macro_rules! with_standard {
    ($to:expr) => {
        $to.with::<logging::Capability>()
            .with::<monotonic_clock::Capability>()
            .with::<wall_clock::Capability>()
            .with::<sensor::Capability>()
            .with::<storage::Capability>()
    };
}

/// A host over the desktop board with all standard interfaces.
///
/// Add a vendor's with [`Host::with`], if the board implements it: a board of one's own may own a [`Desktop`].
pub fn host<const SLOTS: usize>(board: Desktop, policy: Policy<SLOTS>) -> Host<Desktop, SLOTS> {
    with_standard!(Host::new(board, policy))
}

/// The same interfaces without a host: what a plugin is judged by that shall run on it.
pub fn table() -> Table<Desktop> {
    with_standard!(Table::new())
}
