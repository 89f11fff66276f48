use corelet_host::abi::Function;
use corelet_host::capability::{logging, monotonic_clock, sensor, storage, wall_clock};
use corelet_image::Manifest;
use corelet_tests::{Plugin, manifest, signed, with_grant};

/// The name of every hostile plugin.
pub const NAME: &str = "hostile";

/// One image that nobody meant well with.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is made to do.
    pub class: &'static str,
    /// How it does that.
    pub kind: String,
    /// How much of it: what the class counts.
    pub size: u64,
    /// The image, signed with the development key.
    pub image: Vec<u8>,
    /// What shall come of it.
    pub expected: Expected,
}

/// What shall come of a [`Case`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It is not loaded, with an error that says this.
    Refused(&'static str),
    /// It is loaded, and its first call has an answer.
    Answers,
    /// It is loaded, and its first call ends with an error that says this.
    Stops(&'static str),
    /// It is left to the board, which only must outlive it.
    Survived,
}

impl Case {
    /// The image of a module, with a manifest that asks for all that there is.
    pub fn of_module(
        class: &'static str,
        kind: impl Into<String>,
        size: u64,
        module: &[u8],
        expected: Expected,
    ) -> Self {
        Self {
            class,
            kind: kind.into(),
            size,
            image: signed(&greedy(NAME), module),
            expected,
        }
    }

    /// The same of a plugin in WebAssembly text.
    pub fn of_plugin(
        class: &'static str,
        kind: impl Into<String>,
        size: u64,
        plugin: &Plugin,
        expected: Expected,
    ) -> Self {
        Self::of_module(class, kind, size, &plugin.build(), expected)
    }

    /// What it is called in a report.
    pub fn name(&self) -> String {
        format!("{}: {} {}", self.class, self.kind, self.size)
    }
}

/// A manifest that asks for every standard interface without a limit, and for 20,000 fuel a call.
pub fn greedy(name: &str) -> Manifest<'_> {
    [
        logging::functions::Log::INTERFACE,
        monotonic_clock::functions::Now::INTERFACE,
        wall_clock::functions::Now::INTERFACE,
        sensor::functions::Read::INTERFACE,
        storage::functions::Get::INTERFACE,
    ]
    .into_iter()
    .fold(manifest(name), |manifest, interface| {
        with_grant(manifest, interface, &[])
    })
}
