//! The standard packages, which every contract has unless it brings its own copy.

macro_rules! wit {
    ($path:literal) => {
        (
            concat!("corelet/wit/", $path),
            include_str!(concat!("../wit/", $path)),
        )
    };
}

/// Path and text of each file; those of one package stand together.
pub(crate) const PACKAGES: &[&[(&str, &str)]] = &[HOST, PLUGIN];

pub(crate) const HOST: &[(&str, &str)] = &[
    wit!("host/logging.wit"),
    wit!("host/monotonic-clock.wit"),
    wit!("host/sensor.wit"),
    wit!("host/storage.wit"),
    wit!("host/wall-clock.wit"),
];

pub(crate) const PLUGIN: &[(&str, &str)] = &[
    wit!("plugin/event-handler.wit"),
    wit!("plugin/lifecycle.wit"),
    wit!("plugin/processor.wit"),
    wit!("plugin/ticker.wit"),
    wit!("plugin/types.wit"),
    wit!("plugin/worlds.wit"),
];
