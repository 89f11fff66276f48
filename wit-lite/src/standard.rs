//! The standard packages, which every contract has unless it brings its own copy.

macro_rules! wit {
    ($($path:literal),* $(,)?) => {
        &[$((concat!("corelet-", $path), include_str!(concat!("../wit/", $path)))),*]
    };
}

/// The files of the packages `corelet:host` and `corelet:plugin`, in this order: for each its path below `wit/deps` of
/// a contract that has a copy, and its text.
pub const STANDARD_FILES: [&[(&str, &str)]; 2] = [HOST, PLUGIN];

const HOST: &[(&str, &str)] = wit![
    "host/logging.wit",
    "host/monotonic-clock.wit",
    "host/sensor.wit",
    "host/storage.wit",
    "host/wall-clock.wit",
];

pub(crate) const PLUGIN: &[(&str, &str)] = wit![
    "plugin/event-handler.wit",
    "plugin/lifecycle.wit",
    "plugin/processor.wit",
    "plugin/ticker.wit",
    "plugin/types.wit",
    "plugin/worlds.wit",
];
