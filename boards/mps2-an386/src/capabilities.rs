use corelet_host::capability::logging::{self, Log};
use corelet_host::capability::monotonic_clock::{self, MonotonicClock};
use corelet_host::capability::sensor::{self, Sensors};
use corelet_host::capability::storage::{self, Store};
use corelet_host::capability::wall_clock::{self, WallClock};
use corelet_host::{Host, Policy, Table};

use crate::SLOTS;

/// The interfaces that the firmware offers to plugins.
// The one list: what the firmware runs and what its offer says are made of it.
macro_rules! with_capabilities {
    ($to:expr) => {
        $to.with::<logging::Capability>()
            .with::<monotonic_clock::Capability>()
            .with::<wall_clock::Capability>()
            .with::<sensor::Capability>()
            .with::<storage::Capability>()
    };
}

/// The firmware's host, over the board or over another with the same drivers.
pub fn host<B>(board: B, policy: Policy<SLOTS>) -> Host<B, SLOTS>
where
    B: Log + MonotonicClock + Sensors + Store + WallClock + 'static,
{
    with_capabilities!(Host::new(board, policy))
}

/// The firmware's interfaces without a host: what its offer is written from.
pub fn table<B>() -> Table<B>
where
    B: Log + MonotonicClock + Sensors + Store + WallClock + 'static,
{
    with_capabilities!(Table::new())
}
