//! A simulated board for tests on the desktop, one per test thread.
//!
//! A plugin that is compiled natively calls the same functions of the host, through the same grants and quotas, on
//! the desktop board's own simulation. Time stands still until [`advance`] moves it. What a plugin is granted stands in the
//! `corelet.toml` of the crate under test, and is what `corelet build` makes of it; without that file everything is
//! granted, without limits.
//!
//! ```
//! use corelet_guest::{info, sensor, sim, storage};
//!
//! sim::sensor(0, 21_500);
//! assert_eq!(sensor::read(0)?.milli(), 21_500);
//!
//! storage::set_u32("switches", 3)?;
//! assert_eq!(sim::storage("switches"), 3);
//!
//! info!("{} switches", 3);
//! assert_eq!(sim::log(), "3 switches");
//! # Ok::<(), corelet_guest::Error>(())
//! ```

mod grants;
mod stored;

pub use stored::{Stored, Value};

use std::boxed::Box;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::string::String;
use std::time::Duration;
use std::vec::Vec;
use std::{env, thread_local};

use corelet_desktop::{Desktop, Sensor, Simulator, Source};
use corelet_host::PluginId;
use corelet_host::capability::{sensor as host, storage::Store, wall_clock::Datetime};

use crate::abi::{self, Function, NameKey, Status};
use crate::sensor::Error;

/// Sets what a channel measures from now on, in m°C. The board has the channels that were set.
pub fn sensor(channel: u8, milli: i32) {
    let source = Source::Constant(f64::from(milli) / 1000.0);
    board(|board| board.set_sensor(Sensor::new(channel, source)));
}

/// Makes a channel answer with `error` from now on.
pub fn sensor_error(channel: u8, error: Error) {
    let mut number = [0; 5];
    // The plugin's type and the host's are generated from one contract.
    let error = abi::encode::<Error>(&error, &mut number)
        .and_then(|length| abi::decode::<host::Error>(number.get(..length).unwrap_or_default()));
    let source = Source::Failing(error.unwrap_or(host::Error::DeviceFailed));
    board(|board| board.set_sensor(Sensor::new(channel, source)));
}

/// The time on the monotonic clock.
pub fn time() -> Duration {
    Duration::from_nanos(board(|board| board.clock.now()))
}

/// Lets time pass.
pub fn advance(duration: Duration) {
    board(|board| board.advance(duration));
}

/// Sets the wall clock to a time since 1970-01-01T00:00:00Z; none for one that was never set.
pub fn set_wall_clock(to: Option<Duration>) {
    let to = to.map(|to| Datetime {
        seconds: to.as_secs(),
        nanoseconds: to.subsec_nanos(),
    });
    board(|board| board.set_time_of_day(to));
}

/// What the plugin keeps under `key`.
///
/// # Panics
/// If the simulated flash fails.
pub fn storage(key: &str) -> Stored {
    with(|sim| {
        let plugin = String::from(sim.simulator.plugin());
        let stored = sim.simulator.board_mut().stored(&plugin, key);
        Stored(stored.unwrap_or_else(|error| panic!("{error}")))
    })
}

/// Puts `value` under `key` before the plugin starts, whatever its quota.
///
/// # Panics
/// If the simulated flash fails or is full.
pub fn store(key: &str, value: impl Value) {
    with(|sim| {
        let plugin = PluginId::development(sim.simulator.plugin());
        let board = sim.simulator.board_mut();
        board
            .set(plugin, key, &value.to_bytes())
            .unwrap_or_else(|error| panic!("{error}"));
    });
}

/// The line that was logged last; empty if none was.
pub fn log() -> String {
    board(|board| {
        board
            .lines()
            .last()
            .map(|line| line.message.clone())
            .unwrap_or_default()
    })
}

/// All lines that were logged, the oldest first.
pub fn logs() -> Vec<String> {
    board(|board| {
        board
            .lines()
            .iter()
            .map(|line| line.message.clone())
            .collect()
    })
}

/// Runs `change` on the simulated board itself, for what the functions here do not offer, such as a sensor that
/// replays a file.
pub fn board<T>(change: impl FnOnce(&mut Desktop) -> T) -> T {
    with(|sim| change(sim.simulator.board_mut()))
}

/// Starts afresh: an empty board, no stand-ins, and the grants of the manifest. Every test thread starts like this.
pub fn reset() {
    with(|sim| *sim = Sim::new());
}

/// How a test answers one imported function.
type StandIn = Box<dyn FnMut(&[u8], &mut [u8]) -> Result<usize, Status>>;

/// Answers `F` on this thread from now on, in place of the board.
#[doc(hidden)]
pub fn stand_in<F: Function>(
    answer: impl FnMut(&[u8], &mut [u8]) -> Result<usize, Status> + 'static,
) {
    with(|sim| sim.stand_ins.insert(F::KEY, Box::new(answer)));
}

/// Answers a call of `F`.
pub(crate) fn answer<F: Function>(request: &[u8], response: &mut [u8]) -> Result<usize, Status> {
    if !with(|sim| sim.is_granted(F::INTERFACE)) {
        return Err(Status::DENIED);
    }
    // Outside while it runs: a stand-in may call the simulator itself.
    if let Some(mut stand_in) = with(|sim| sim.stand_ins.remove(&F::KEY)) {
        let answer = stand_in(request, response);
        with(|sim| {
            sim.stand_ins.entry(F::KEY).or_insert(stand_in);
        });
        return answer;
    }
    with(|sim| {
        let simulator = &mut sim.simulator;
        simulator.call(F::INTERFACE, F::NAME, F::SHAPE, request, response)
    })
}

struct Sim {
    simulator: Simulator,
    stand_ins: BTreeMap<NameKey, StandIn>,
    /// Interfaces without versions; none if all are granted, for want of a manifest.
    granted: Option<BTreeSet<String>>,
}

thread_local! {
    static SIM: RefCell<Sim> = RefCell::new(Sim::new());
}

fn with<T>(run: impl FnOnce(&mut Sim) -> T) -> T {
    SIM.with(|sim| run(&mut sim.borrow_mut()))
}

impl Sim {
    fn new() -> Self {
        let name = env::var("CARGO_PKG_NAME");
        let mut simulator = Simulator::new(name.as_deref().unwrap_or("plugin"));
        let granted = grants::of_manifest();
        let done = match &granted {
            Some(granted) => granted
                .iter()
                .try_for_each(|grant| simulator.grant(&grant.interface, &grant.record)),
            None => simulator.grant_all(),
        };
        done.unwrap_or_else(|error| panic!("{error}"));
        Self {
            simulator,
            stand_ins: BTreeMap::new(),
            granted: granted
                .map(|granted| granted.into_iter().map(|grant| grant.interface).collect()),
        }
    }

    fn is_granted(&self, interface: &str) -> bool {
        let name = interface.split('@').next().unwrap_or(interface);
        self.granted
            .as_ref()
            .is_none_or(|granted| granted.contains(name))
    }
}
