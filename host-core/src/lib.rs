//! # Plugin slots for firmware
//!
//! A [`Host`] runs signed WebAssembly modules in slots over one board: each in its own memory, with its own fuel, and
//! with no way to the world but the interfaces that it was granted.
//!
//! ```
//! use corelet_host::capability::logging::{self, Level, Log};
//! use corelet_host::capability::monotonic_clock::MonotonicClock;
//! use corelet_host::{Allow, Host, Policy, Report, SlotId, SlotPolicy};
//! # use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Grant, Image, Keys, Manifest, Unsigned};
//!
//! struct Board { uptime: u64, lines: u32 }
//!
//! impl MonotonicClock for Board {
//!     fn now(&mut self) -> u64 { self.uptime }
//!     fn resolution(&mut self) -> u64 { 1_000 }
//! }
//! impl Log for Board {
//!     fn log(&mut self, plugin: &str, level: Level, context: &str, message: &str) {
//!         println!("{level:?} [{plugin}] {context}: {message}");
//!         # assert_eq!((plugin, message), ("hello", "hi"));
//!         self.lines += 1;
//!     }
//! }
//!
//! const POLICY: SlotPolicy = SlotPolicy {
//!     allow: &[Allow::all("corelet:host/logging")],
//!     ..SlotPolicy::DEVICE
//! };
//!
//! let board = Board { uptime: 0, lines: 0 };
//! let mut host = Host::<_, 2>::new(board, Policy::same(POLICY)).with::<logging::Capability>();
//! # let shapes: String = {
//! #     use corelet_host::abi::{Function, NameKey, Shape, ShapeEntry};
//! #     use logging::functions::Log;
//! #     let init = ShapeEntry { key: NameKey::of_export("init"), shape: Shape(0) };
//! #     let log = ShapeEntry { key: Log::KEY, shape: Log::SHAPE };
//! #     [init, log].iter().flat_map(|entry| entry.to_bytes()).map(|byte| format!("\\{byte:02x}")).collect()
//! # };
//! # let module = wat::parse_str(format!(r#"(module
//! #     (import "corelet:host/logging@0.1.0" "log" (func $log (param i32 i32 i32 i32) (result i32)))
//! #     (memory (export "memory") 1)
//! #     (global (export "corelet:abi/exchange@1") i32 (i32.const 16))
//! #     (data (i32.const 0) "\02\00\02hi")
//! #     (data (i32.const 16) "\10\00\00\00")
//! #     (func (export "init") (param i32 i32) (result i64)
//! #         (drop (call $log (i32.const 0) (i32.const 5) (i32.const 0) (i32.const 0)))
//! #         (i64.const 0x0800000001))
//! #     (@custom "corelet:shapes" "{shapes}"))"#))?;
//! # let mut manifest = Manifest { name: "hello", ..Manifest::default() };
//! # manifest.grants.push(Grant { interface: "corelet:host/logging@0.1.0", parameters: &[] }).unwrap();
//! # manifest.budgets.fuel_per_call = 10_000;
//! # manifest.budgets.memory = 65_536;
//! # manifest.budgets.stack = 1_024;
//! # let bytes = Unsigned::build(&manifest, &module, &DEVELOPMENT_KEY)?.sign(&DEVELOPMENT_SEED)?;
//! # const KEYS: Keys = Keys::NONE.accept_development();
//!
//! let image = Image::parse(&bytes)?.verify(&KEYS, corelet_host::VERSION)?;
//! host.load(SlotId(0), &image)?; // Info [hello] : hi
//! # assert_eq!(host.board().unwrap().lines, 1);
//! loop {
//!     match host.poll() {
//!         // A device sleeps until the next interrupt.
//!         Report::Idle { .. } => break,
//!         report => println!("{report:?}"),
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ## Capabilities
//!
//! An interface is described by a constant that [`bindgen!`](bindgen) makes from WIT, and registered with [`Host::with`].
//! A board serves the standard ones by the traits in [`capability`]'s modules (`MonotonicClock`, `Log`, …), a vendor's by
//! the `Host` trait that is generated with it. There is nothing that the standard interfaces can and a vendor's cannot.
//!
//! An import is served by the first registered function of its name whose interface has a compatible version (the same
//! major, below 1.0 the same minor) and whose shape is that of the import. So several versions of an interface, and
//! several shapes of one version, may stand side by side.
//!
//! ## Grants and quotas
//!
//! A plugin may import an interface that its manifest asks for *and* the slot's [`SlotPolicy`] allows; any other import
//! makes [`Host::load`] fail, with the import's name. Where the interface has a `grant` record, its common part holds: the
//! smaller number, the items in both lists. A host function reads it with [`Caller::grant`], counts with
//! [`Caller::spend`], of several quotas at once with [`Caller::spend_each`], and makes the plugin pay for slow drivers with
//! [`Caller::charge`]. What was denied stands in [`Host::audit`].
//!
//! What is used of a quota is kept by plugin, interface and period: unloading a plugin, loading it again, in another slot or another
//! version, and whatever `init` did in a load that failed, change nothing about it. It stands in RAM, so a reset clears it.
//!
//! ## Fuel
//!
//! A call into a plugin ends when its fuel is used up. A driver uses none while it works, so each standard function charges
//! what stands beside it: [`sensor::READ_FUEL`](capability::sensor::READ_FUEL), and so on. What the slowest of them cost, those that
//! look for values in flash, the store says by its size ([`StoreFuel`](capability::storage::StoreFuel)). The charge is taken when the function returns, so a call
//! of a plugin lasts at most one host function longer than its fuel. A vendor's functions charge what their drivers are worth.
//! Before that, and even if it is no message, a request costs 1 for every 8 bytes.
//!
//! ## Slices
//!
//! [`Host::call`] and [`Host::poll`] block until the plugin is done. A main loop that must not wait that long calls
//! [`Host::run`], which gives one slot one slice of fuel: of a call that [`Host::start`] began, of `init`, of an event or a tick.
//! [`Host::take`] fetches the answer, [`Host::cancel`] ends the call.
//!
//! ```
//! # use corelet_host::capability::monotonic_clock::MonotonicClock;
//! # use corelet_host::{abi, CallError, Fuel, Host, Report, SlotId, Ticket};
//! # fn example<B: MonotonicClock, C: abi::Call>(host: &mut Host<B, 2>, request: &C) -> Result<(), CallError> {
//! let mut job: Option<Ticket<C::Function>> = Some(host.start(SlotId(1), request)?);
//! # while job.is_some() {
//! # /*
//! loop {
//! # */
//!     match host.run(Fuel(5_000)) {
//!         Report::Faulted { slot, fault } => println!("slot {slot}: {fault}"),
//!         Report::Idle { .. } => { /* sleep until the next interrupt */ }
//!         _ => {}
//!     }
//!     if let Some(answer) = job.and_then(|ticket| host.take(ticket)) {
//!         let answer = answer?;
//!         # drop(answer);
//!         job = None;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A slot is in the middle of one call at a time; any other is refused as [busy](CallError::Busy) until the answer is taken. Slots
//! take turns. A slice is as long as its fuel, or as the plugin's next step requires, which admission bounds; and a driver that
//! costs more than is left of it is paid for by the slices after it, in which the plugin stands still. All slices of a
//! call together have the fuel of one call.
//!
//! The interpreter takes the fuel of a function, a loop or an `if` when it comes to it, with that of the code behind an inner call,
//! loop or `if`. That code runs without being stopped when the inner one has ended, in the slice in which that happens. Admission
//! knows the most that is prepaid so in one open function, and as many may be open as [`Budget::prepaid_fuel`] has room for. So
//! one slice of `n` fuel takes at most
//!
//! > (max(`n`, the fuel of the next step) + `prepaid_fuel`) × [`WORST_INSTRUCTIONS`] + [`SLICE_INSTRUCTIONS`]
//!
//! instructions of a Cortex-M4F, the second figure for entering and leaving the plugin. Not in it are the last host function; the
//! answer of a call that ends, which is decoded once to be checked; a new instance after a fault, which is made in the slice of the
//! fault, and takes as long as the plugin's memory and segments are large; and a `memory.grow` that has to move the memory, as long
//! as that is. The next step costs at most `block_fuel` of [`Limits`], or 1 for every 32 bytes of memory: 2,000 or 2,048 for
//! [`SlotPolicy::DEVICE`], whose `prepaid_fuel` is 8,000. [`Budget::slice_fuel`] is the fuel of a plugin at hand, and `corelet check`
//! tells it to the author.
//!
//! ## Faults
//!
//! A call ends with an answer or a [`CallError`]. After a trap, used-up fuel, or an answer that is out of bounds or no message
//! of its type, the instance is discarded with all its memory; a new one is made from the same translated module and
//! initialised with the same configuration: at once for the first time, and ever later when it happens again ([`Restarts`]). If
//! that fails, or happens too often, or the policy says [`OnFault::Stop`], the slot is [`SlotState::Faulted`] with the reason
//! until it is unloaded. Quotas and metrics outlive instances. Other slots notice nothing.
//!
//! An error of the plugin's own, the `err` of its `result`, is an answer like any other.
//!
//! Every error says by `blame()` whether the guest, the host or the board is at fault.
//!
//! ## The offer
//!
//! [`FirmwareOffer`] writes what a firmware offers to a file, by which `corelet check --for` judges plugins as [`Host::load`] would:
//! what stands behind [`judge`] is what `load` calls.
//!
//! ## What you must own
//!
//! - A global allocator, initialised before [`Host::new`]: that takes heap for the board, and has no error to say that there is
//!   none.
//! - An implementation of `critical-section`, for [`EventQueue`].
//! - A monotonic clock of 64 bits: [`MonotonicClock`](capability::monotonic_clock::MonotonicClock).
//! - A stack that holds the interpreter, and drivers within it; a stack that overflows should fault, not write on.
//! - A watchdog, if a driver can hang: fuel bounds the plugin, not the driver. Feed it once a round. Its period is longer than the
//!   longest of what a round has: a slice and a new instance; a `load` or `place`, which takes as long as the module is; an `unload`, which
//!   is a call; a `call`, which is up to three with all the fuel of the slot, since `init` of a new instance may go before it and
//!   another after; a `poll`, which is up to two.
//! - For [`Host::with_quarantine`]: a [`Quarantine`] in memory that start-up leaves alone, and why the device was reset. Without it, a
//!   plugin that brings the device down does so at every start.
//!
//! ## Events and ticks
//!
//! Interrupts push events to an [`EventQueue`]; [`Host::deliver`] takes them over, and [`Host::poll`] hands each to the plugins whose
//! manifests name its topic, and ticks those that are due; so does [`Host::run`], in slices. A plugin that asks for a topic which the slot's [`Topics`] do not
//! allow is not loaded. What finds no room is counted and reported.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
// Generated code says `::corelet_host`, also in here.
extern crate self as corelet_host;
#[cfg(test)]
extern crate std;

pub mod capability;
pub mod plugin;

mod audit;
mod error;
mod event;
mod examine;
mod exports;
mod firmware_offer;
mod generated;
mod grants;
mod host;
mod inbox;
mod inline_str;
mod interface_name;
mod job;
mod judge;
mod load;
mod metrics;
mod policy;
mod poll;
mod quarantine;
mod quota;
mod report;
mod restart;
mod schedule;
mod session;
mod slot;
mod start;

pub use corelet_abi as abi;
pub use corelet_admission::fuel::{SLICE_INSTRUCTIONS, WORST_INSTRUCTIONS};
pub use corelet_admission::{Beginning, ImportRefusal, Limits, Quantity, Refusal};
pub use corelet_image::{PluginId, SlotId, Version};
pub use corelet_load::{Budget, MachineError, Stop, Trap};
pub use corelet_macros::host_bindgen as bindgen;

pub use audit::{AUDIT_ENTRIES, AuditEntry, Denial};
pub use capability::{
    Caller, Capability, HostCall, HostFunction, Interface, MAX_INTERFACES, MeetGrants, Table,
    TableError,
};
pub use error::{Blame, CallError, Failure, Fault, LoadError, PluginError};
pub use event::{EventError, EventQueue, PAYLOAD_MAX, TOPIC_MAX};
pub use firmware_offer::{DescribeGrant, FirmwareOffer};
pub use grants::GrantError;
pub use host::Host;
pub use inbox::INBOX;
pub use inline_str::InlineStr;
pub use judge::{Judged, judge};
pub use metrics::Metrics;
pub use policy::{Allow, EncodeGrant, Limit, OnFault, Policy, Restarts, SlotPolicy, Topics};
pub use poll::Fuel;
pub use quarantine::{Quarantine, Reset, STRIKES_MAX, Strikes};
pub use report::Report;
pub use session::Session;
pub use slot::SlotState;
pub use start::Ticket;

/// The version of this host, which images are verified for.
pub const VERSION: Version = Version::new(0, 1, 0);

/// The most bytes of a plugin's name.
pub const PLUGIN_NAME_MAX: usize = corelet_image::NAME_MAX;

/// A plugin's name.
pub type PluginName = InlineStr<PLUGIN_NAME_MAX>;

/// The topic of an event.
pub type Topic = InlineStr<TOPIC_MAX>;

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_that_of_the_package() {
        let package = env!("CARGO_PKG_VERSION");
        assert_eq!(std::format!("{}", crate::VERSION), package);
    }
}
