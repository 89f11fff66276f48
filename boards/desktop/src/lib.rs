//! The desktop as a board: simulated sensors, real or virtual time, and the storage of a device on a flash in a file.
//!
//! [`Desktop`] implements every trait of a board, so that [`host`] runs plugins on it as a device does. [`Simulator`] is the
//! same board behind the same capability table without WebAssembly, for plugins that are compiled for the desktop.

#![forbid(unsafe_code)]

mod board;
mod flash;
mod host;
mod logging;
mod monotonic_clock;
mod sensor;
mod simulator;
mod storage;
mod wall_clock;

pub use board::Desktop;
pub use flash::Flash;
pub use host::{host, table};
pub use logging::{Line, LogTo, level_name};
pub use monotonic_clock::Clock;
pub use sensor::{Replay, Sensor, Source, SourceError};
pub use simulator::Simulator;
pub use wall_clock::TimeOfDay;
