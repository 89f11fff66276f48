//! # Plugins that are updated while they work
//!
//! An [`Updater`] is a [host](corelet_host) over a [store](corelet_store): its slots have what the store says. A new version is received while
//! the old one works, takes its place on trial, and is confirmed or rolled back. The store says what a power cut can do to
//! that: nothing. This page says when which version serves.
//!
//! ```
//! use corelet_smp::Smp;
//! use corelet_store::{FlashMap, Start, Store};
//! use corelet_update::{Device, Fuel, Mapped, Report, UpdatePolicy, Updater};
//! # use corelet_host::Host;
//! # use corelet_image::Keys;
//! # use embedded_storage::nor_flash::NorFlash;
//! # trait Port { fn read(&mut self, buffer: &mut [u8]) -> usize; fn write(&mut self, line: &[u8]); }
//!
//! # const KEYS: Keys<'static> = Keys::NONE;
//! fn run<B: Device, F: NorFlash + Mapped>(
//!     host: Host<B, 2>, flash: F, map: &'static FlashMap<4>, mut port: impl Port, suits: impl Fn() -> bool,
//! ) -> Result<(), corelet_store::Error> {
//!     let store = Store::mount(flash, map, Start::Ordinary)?;
//!     let mut plugins: Updater<B, F, 2, 4> = Updater::new(host, store, KEYS, UpdatePolicy::DEVICE);
//!     let (mut smp, mut buffer) = (Smp::<512>::new(), [0; 64]);
//!     loop {
//!         let count = port.read(&mut buffer);
//!         let mut received = &buffer[..count];
//!         while let Some(line) = smp.feed(&mut received, &mut plugins) {
//!             port.write(line);
//!         }
//!         match plugins.run(Fuel(5_000)) {
//!             Report::RolledBack { slot, reason } => println!("slot {slot}: {reason}"),
//!             Report::WantsErase if suits() => plugins.erase_now()?,
//!             _ => {}
//!         }
//!     }
//! }
//! ```
//!
//! ## Receiving
//!
//! [`open`](Updater::open) and [`receive`](Updater::receive) take an image in pieces; over a serial line [`Smp`](corelet_smp::Smp)
//! calls them, since an `Updater` is [`Managed`](corelet_smp::Managed). Before anything is erased or written, the head of the image is there,
//! and its signature, key, lengths and versions were checked, the manifest against the slot's policy, and the store asked whether it was
//! rejected or is older than it may be. So is the [beginning](corelet_host::Beginning) of its module: imports, exports, the shapes of both, and
//! memory were held against what the firmware offers in this slot. Where that cannot be told from the beginning, or the heap has no room to hold it,
//! the image is taken, and refused at the end if it does not fit. Behind a head that was not verified nothing is held, and an
//! upload that is held and goes silent is given up after [`upload_ms`](UpdatePolicy::upload_ms). When all is there, it is read back from flash, and the module admitted as
//! [`Host::load`](corelet_host::Host::load) does. What does not pass is rejected; what runs has not noticed.
//!
//! An image is known by the SHA-256 of all its bytes, which comes before the first of them. An upload without it is one that goes on after
//! a cut: the head tells which.
//!
//! ## One version takes another's place
//!
//! [`test`](Updater::test) begins a trial in the store, of one slot or of several together. Then, for each slot:
//!
//! 1. The new image's signature is checked, if it was not since the device started, and its module admitted. The old version works.
//! 2. The old version has its last call, `shutdown`, in slices, with [`shutdown_fuel`](UpdatePolicy::shutdown_fuel) and
//!    [`shutdown_ms`](UpdatePolicy::shutdown_ms) at most. One that faulted has none.
//! 3. It is removed, and the new one is placed: module and manifest are hashed, admitted and translated. That is one call of
//!    [`run`](Updater::run).
//! 4. `init`, in slices. When it is done the new version serves: [`times`](Updater::times) says how long that took since 3, and
//!    since the command.
//!
//! There is heap for one version at a time, so nothing serves meanwhile. The way back is the same, but that a version which trapped goes
//! at once, without step 2.
//!
//! ## Trials
//!
//! A trial is confirmed when all holds that the manifest and the [`UpdatePolicy`] ask for, the stricter of both: so many good calls
//! in a row, so many seconds, and that `health` says it is well. Or by [command](Updater::confirm). What it had shown then is told to managers
//! as long as it stays in its place. It is rolled back:
//!
//! | | reason |
//! |---|---|
//! | it traps, or answers nonsense, by its own fault | `Trapped` |
//! | it uses up the fuel of a call | `OutOfFuel` |
//! | `health` answers with an error, or `init` does | `Unhealthy` |
//! | it ticks or is asked for its health, and answers nothing for [`heartbeat_ms`](UpdatePolicy::heartbeat_ms); or it cannot be initialised for as long | `Silent` |
//! | it ran when the watchdog or a panic reset the device; without a quarantine, after [`failures`](UpdatePolicy::failures) of them | `ResetDevice` |
//! | it is not confirmed after [`trial_ms`](UpdatePolicy::trial_ms), or [`starts`](UpdatePolicy::starts) | `NotConfirmed` |
//! | it is damaged in flash | `Damaged` |
//! | this firmware does not take it | `Refused` |
//! | by [command](Updater::roll_back) | `Command` |
//!
//! Such an image is not tried again until it is [forgiven](Updater::forgive), but one that was damaged, which may be sent again, and one that
//! did not find heap, or whose flash could not be read, when it was to take its place: that one waits, and may be tested again.
//!
//! An error of its own puts confirmation off, and is no reason. Power that goes is nobody's fault: the trial goes on, its calls and
//! seconds counted anew. What is tried together is confirmed together, when each has passed, and if one fails, none stays. A plugin is in one
//! slot at most.
//!
//! Time is what passes while [`run`](Updater::run) is called: between two calls a second at most. A device that slept has made no plugin
//! silent. A verdict that cannot be written down is tried again every second; until then nothing runs in the slot that failed in it.
//!
//! ## Parked
//!
//! At the start each slot's image is verified, its bytes are held against the digest that was accepted, its security version against the highest that was
//! confirmed of the plugin, and its shapes against what this firmware offers. What was confirmed, or came with the device, and does not
//! fit is [parked](Report::Parked), with the reason: it stays in its bank, and its data in storage, and it is looked at again at the next start;
//! where heap or flash failed, every ten seconds. What is damaged is mended by sending the same image again.
//! So a firmware update keeps plugins, and the next one brings back what this one could not run.
//!
//! ## Keys
//!
//! Images are verified with the firmware's keys, until a firmware with a [root key](Updater::with_root_key) is given a key set
//! ([`set_keys`](Updater::set_keys)); then with the keys of the latest one. Every slot is looked at again then, also what runs. What a key signed
//! that is not trusted any more has no last call: it is parked, with its data kept, and comes back with a set that trusts its key
//! again. A trial of it is rolled back as `Refused`. What is still trusted does not notice, but where the heap has no room for a copy of
//! it beside it: then it is placed anew.
//!
//! Where the board has a [counter](Device::counter), the flash is held against it before anything runs, and after each confirmation and each key
//! set. If the flash is older than the device, or the counter does not answer at the start, nothing runs, and
//! [`run`](Updater::run) says so ([`Report::Unguarded`]). A counter that is used up, or cannot be raised, stops nothing: what is
//! older than its number is refused as before, and of what rises from then on older copies pass. `run` says that every second, and
//! managers read it of each slot.
//!
//! ## Data
//!
//! What a plugin keeps in storage outlives its versions, forward and back. When no bank has the plugin any more, or only one in which it was
//! rejected, the board is [told](Device::retain_data): after [`erase`](Updater::erase), a confirmation, a trial that failed or an upload in
//! the place of what waited, when nothing is about to go, and after each start. An image that came with the device keeps its
//! plugin's data. So one plugin more than there are banks has data at most.
//!
//! ## Erases
//!
//! [`run`](Updater::run) asks for them ([`Report::WantsErase`]), and [`erase_now`](Updater::erase_now) does one sector. Only if the
//! journal is full, and an image is complete, or a trial is to begin or to end, it is moved at once.
//!
//! ## What it takes
//!
//! Memory: the host, the store, some 300 bytes for each slot and 33 for each bank. Heap: the head of an image that is coming, 4,176
//! bytes at most, and if there is room the beginning of its module, 2,048 at most, and one piece; where the flash is not [`Mapped`], a copy of an image while it is checked or placed.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod clock;
mod command;
mod device;
mod guard;
mod incoming;
mod keys;
mod log_ring;
mod managed;
mod on_bus;
mod policy;
mod read;
mod refused;
mod report;
mod said;
mod seat;
mod settle;
mod times;
mod trial;
mod updater;

pub use corelet_host::{Fuel, SlotId};
pub use corelet_store::Reason;

pub use device::Device;
pub use log_ring::{LINE_MAX, LogRing};
pub use on_bus::OnBus;
pub use policy::UpdatePolicy;
pub use read::Mapped;
pub use refused::Refused;
pub use report::{Parked, Report};
pub use said::Said;
pub use times::Times;
pub use updater::Updater;
