//! The guests, and what their memory must be.

use corelet_desktop::Desktop;
use corelet_host::abi::{Function, NameKey};
use corelet_host::capability::{logging, monotonic_clock, sensor, storage, wall_clock};
use corelet_host::plugin::processor::functions::Process;
use corelet_host::plugin::ticker::functions::Tick;
use corelet_host::{Host, SlotId};
use corelet_tests::{MEMORY, OK, Plugin, export_key, message, signed};

use super::SLOTS;
use crate::greedy;

/// Where requests are put: the exchange buffer behind its size.
pub(super) const REQUEST: usize = 0x304;
/// The most bytes of a request.
pub(super) const REQUEST_MAX: usize = 256;
/// What follows the four words of a call.
pub(super) const PAYLOAD: usize = REQUEST + 16;
/// Where a guest puts what an import returned.
pub(super) const STATUS: usize = 12;
/// Where it keeps the next result, and the bytes of the next answer.
pub(super) const RESULT: usize = 32;
pub(super) const ANSWER: usize = 0x500;

/// One guest, and its memory as it must be.
pub(super) struct Guest {
    pub(super) slot: SlotId,
    pub(super) memory: Vec<u8>,
    /// What a new instance has.
    first: Vec<u8>,
}

/// A function that can be called through a guest.
pub(super) struct Probe {
    pub(super) slot: SlotId,
    pub(super) export: NameKey,
    pub(super) response_max: u32,
    /// Requests that are well.
    pub(super) requests: Vec<Vec<u8>>,
}

impl Guest {
    pub(super) fn new(host: &mut Host<Desktop, SLOTS>, slot: SlotId) -> Self {
        let mut guest = Self {
            slot,
            memory: Vec::new(),
            first: Vec::new(),
        };
        guest.first = guest.read(host);
        guest.memory = guest.first.clone();
        guest
    }

    /// Its memory as it is.
    pub(super) fn read(&self, host: &mut Host<Desktop, SLOTS>) -> Vec<u8> {
        let answer = host.call_encoded(self.slot, export_key("all"), &[]);
        answer.map(<[u8]>::to_vec).unwrap_or_default()
    }

    /// The host puts a request into its buffer.
    pub(super) fn sent(&mut self, request: &[u8]) {
        self.memory[REQUEST..REQUEST + request.len()].copy_from_slice(request);
    }

    /// It has a new instance.
    pub(super) fn renewed(&mut self) {
        self.memory.clone_from(&self.first);
    }

    /// Whether its memory is as it must be.
    pub(super) fn check(&self, host: &mut Host<Desktop, SLOTS>) -> Result<(), String> {
        self.same_as(&self.read(host))
    }

    /// Whether `other` is the same memory.
    pub(super) fn same_as(&self, other: &[u8]) -> Result<(), String> {
        if self.memory == other {
            return Ok(());
        }
        let pairs = self.memory.iter().zip(other).enumerate();
        let differing = pairs.filter(|(_, (one, other))| one != other);
        let places: Vec<_> = differing.map(|(place, _)| place).take(8).collect();
        Err(format!("the memory differs at {places:?}"))
    }
}

/// An image for each interface, and all functions of them.
pub(super) fn guests() -> (Vec<Vec<u8>>, Vec<Probe>) {
    use logging::functions::Log;
    use monotonic_clock::functions as monotonic;
    use sensor::functions::{Channels, Read};
    use storage::functions::{Delete, Exists, Get, ListKeys, Set};
    use wall_clock::functions as wall;
    let plugins = [
        ("logging", plugin().probe::<Log>()),
        (
            "monotonic",
            plugin()
                .probe::<monotonic::Now>()
                .probe::<monotonic::Resolution>(),
        ),
        (
            "wall",
            plugin().probe::<wall::Now>().probe::<wall::Resolution>(),
        ),
        ("sensor", plugin().probe::<Channels>().probe::<Read>()),
        (
            "storage",
            plugin()
                .probe::<Get>()
                .probe::<Set>()
                .probe::<Delete>()
                .probe::<Exists>()
                .probe::<ListKeys>(),
        ),
    ];
    let images = plugins.map(|(name, plugin)| signed(&greedy(name), &plugin.build()));
    let key = |key: &str| message::<<Get as Function>::Request>(&(key,));
    let set = |key: &str, value: &[u8]| message::<<Set as Function>::Request>(&(key, value));
    let log = |level, context: &str, text: &str| {
        message::<<Log as Function>::Request>(&(level, context, text))
    };
    let list = |cursor| message::<<ListKeys as Function>::Request>(&(cursor,));
    let probes = vec![
        probe::<Log>(
            0,
            vec![
                log(logging::Level::Info, "", "a line"),
                log(logging::Level::Critical, "context", &"x".repeat(120)),
            ],
        ),
        probe::<monotonic::Now>(1, vec![vec![]]),
        probe::<monotonic::Resolution>(1, vec![vec![]]),
        probe::<wall::Now>(2, vec![vec![]]),
        probe::<wall::Resolution>(2, vec![vec![]]),
        probe::<Channels>(3, vec![vec![]]),
        probe::<Read>(3, vec![vec![0], vec![1], vec![255]]),
        probe::<Get>(4, vec![key("a"), key("b"), key(&"k".repeat(24))]),
        probe::<Set>(
            4,
            vec![
                set("a", &[1; 8]),
                set("b", &[2; 128]),
                set(&"k".repeat(24), &[]),
            ],
        ),
        probe::<Delete>(4, vec![key("a"), key("b")]),
        probe::<Exists>(4, vec![key("a"), key(&"k".repeat(24))]),
        probe::<ListKeys>(4, vec![list(None), list(Some(1)), list(Some(u64::MAX))]),
    ];
    (images.into(), probes)
}

fn probe<F: Function>(slot: u8, requests: Vec<Vec<u8>>) -> Probe {
    Probe {
        slot: SlotId(slot),
        export: export_key(F::NAME),
        response_max: F::RESPONSE_MAX as u32,
        requests,
    }
}

/// What every guest can do besides.
fn plugin() -> Plugin {
    let result = format!("(i64.load (i32.const {RESULT}))");
    Plugin::new()
        .export("all", &format!("(i64.const {MEMORY})"))
        .export("answer", "(i64.load (local.get $request))")
        .export(
            "keep",
            &format!(
                "(i64.store (i32.const {RESULT}) (i64.load (local.get $request)))
                 (memory.copy (i32.const {ANSWER}) (i32.add (local.get $request) (i32.const 8))
                   (i32.sub (local.get $length) (i32.const 8)))
                 {OK}"
            ),
        )
        .export_function::<Tick>(&result)
        .export_function::<Process>(&result)
}
