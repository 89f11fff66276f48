//! A board, a chip that a power cut leaves as it is, and the updater over both.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use corelet_fault_flash::{Chip, Flash, FlashError};
use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::plugin::lifecycle::functions::{Health, Shutdown};
use corelet_host::plugin::ticker::functions::Tick;
use corelet_host::{Host, PluginId, Policy, Quarantine, Reset, SlotPolicy};
use corelet_image::{
    Confirm, DEVELOPMENT_KEY, DEVELOPMENT_SEED, Keys, Manifest, Unsigned, Version,
};
use corelet_smp::LogLine;
use corelet_store::{
    Counter, CounterFailed, FlashMap, ImageDigest, Layout, Region, Sectors, Start, Store,
};
use corelet_update::{Device, Fuel, LogRing, Mapped, Report, SlotId, UpdatePolicy, Updater};
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use sha2::{Digest, Sha256};

use crate::module::{Module, OK, SAD};

pub(crate) const ONE: SlotId = SlotId(0);
pub(crate) const TWO: SlotId = SlotId(1);
pub(crate) const SECOND: u64 = 1_000_000_000;

pub(crate) static MAP: FlashMap<4> = FlashMap::new(LAYOUT);

pub(crate) const LAYOUT: Layout<4> = Layout {
    sectors: &[Sectors {
        count: 16,
        size: 4096,
    }],
    journal: [Region::new(0, 4096), Region::new(4096, 4096)],
    banks: [
        Region::new(0x2000, 0x2000),
        Region::new(0x4000, 0x2000),
        Region::new(0x6000, 0x2000),
        Region::new(0x8000, 0x2000),
    ],
    slots: 2,
    factory: None,
    data: None,
};

/// A chip on a bus that may be down. Its bytes are not in memory, or all of them are.
pub(crate) struct Spi(
    pub(crate) Flash<4, 4096>,
    pub(crate) Rc<Cell<bool>>,
    Option<Vec<u8>>,
);

impl Spi {
    /// The same chip, where the processor sees it as memory.
    pub(crate) fn mapped(mut self) -> Self {
        self.2 = Some(Vec::new());
        self.look();
        self
    }

    /// What memory shows is what is in the chip now.
    fn look(&mut self) {
        if let Some(seen) = &mut self.2 {
            self.0.with_bytes(|bytes| bytes.clone_into(seen));
        }
    }
}

impl Clone for Spi {
    fn clone(&self) -> Self {
        let mut clone = Self(self.0.clone(), self.1.clone(), self.2.clone());
        clone.look();
        clone
    }
}

impl Mapped for Spi {
    fn mapped(&self) -> &[u8] {
        self.2.as_deref().unwrap_or_default()
    }
}

impl ErrorType for Spi {
    type Error = <Flash<4, 4096> as ErrorType>::Error;
}

impl ReadNorFlash for Spi {
    const READ_SIZE: usize = Flash::<4, 4096>::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        if self.1.get() {
            return Err(FlashError::Driver);
        }
        self.0.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl NorFlash for Spi {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        let result = self.0.erase(from, to);
        self.look();
        result
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        let result = self.0.write(offset, bytes);
        self.look();
        result
    }
}

#[derive(Default)]
pub(crate) struct Board {
    pub(crate) now: u64,
    /// Whose data is there.
    pub(crate) data: BTreeSet<[u8; 8]>,
    pub(crate) log: LogRing<2>,
    pub(crate) resets: u32,
    pub(crate) counter: Option<Hardware>,
    /// After so many looks at the clock the next one brings the device down.
    pub(crate) fails: Option<(u32, &'static Quarantine)>,
}

impl MonotonicClock for Board {
    fn now(&mut self) -> u64 {
        if let Some((looks, _)) = &mut self.fails
            && *looks > 0
        {
            *looks -= 1;
        } else if let Some((_, quarantine)) = self.fails.take() {
            let again = Host::<Self, 1>::new(Self::default(), Policy::same(SlotPolicy::DEVICE));
            let _ = again.with_quarantine(quarantine, Reset::Watchdog);
        }
        self.now
    }

    fn resolution(&mut self) -> u64 {
        1
    }
}

/// A counter in hardware, which does not answer if it is none, and how far it counts.
#[derive(Clone, Copy)]
pub(crate) struct Hardware(pub(crate) Option<u32>, pub(crate) u32);

impl Counter for Hardware {
    fn value(&mut self) -> Result<u32, CounterFailed> {
        self.0.ok_or(CounterFailed)
    }

    fn raise(&mut self, to: u32) -> Result<(), CounterFailed> {
        assert!(to > self.value()?);
        if to > self.1 {
            return Err(CounterFailed);
        }
        self.0 = Some(to);
        Ok(())
    }
}

impl Device for Board {
    fn counter(&mut self) -> Option<&mut dyn Counter> {
        Some(self.counter.as_mut()?)
    }

    fn log_lines(&self, from: u32, show: &mut dyn FnMut(&LogLine<'_>) -> bool) {
        self.log.show(from, show);
    }

    fn reset(&mut self, _: bool) -> bool {
        self.resets += 1;
        true
    }

    fn retain_data(&mut self, is_installed: &dyn Fn(PluginId) -> bool) {
        self.data.retain(|plugin| is_installed(PluginId(*plugin)));
    }
}

pub(crate) type Plugins = Updater<Board, Spi, 2, 4>;

/// A plugin that ticks every second.
pub(crate) struct Plugin {
    pub(crate) name: &'static str,
    pub(crate) version: u32,
    pub(crate) security_version: u32,
    pub(crate) confirm: Confirm,
    /// The bodies of its exports.
    pub(crate) init: &'static str,
    pub(crate) tick: &'static str,
    pub(crate) health: Option<&'static str>,
    pub(crate) shutdown: Option<&'static str>,
    /// Its module has its shapes in front, so that it can be looked at before all of it is there.
    pub(crate) shapes_first: bool,
}

impl Plugin {
    pub(crate) const GOOD: Self = Self {
        name: "thermostat",
        version: 1,
        security_version: 0,
        confirm: Confirm {
            good_calls: 0,
            seconds: 0,
            health: false,
        },
        init: OK,
        tick: OK,
        health: None,
        shutdown: None,
        shapes_first: true,
    };

    pub(crate) fn image(&self) -> Vec<u8> {
        let mut module = Module::with_init(self.init).export::<Tick>(self.tick);
        if let Some(health) = self.health {
            module = module.export::<Health>(health);
        }
        if let Some(shutdown) = self.shutdown {
            module = module.export::<Shutdown>(shutdown);
        }
        if !self.shapes_first {
            module = module.with_shapes_last();
        }
        let mut manifest = Manifest {
            name: self.name,
            version: Version::new(0, self.version, 0),
            security_version: self.security_version,
            confirm: self.confirm,
            tick_ms: Some(1_000),
            ..Manifest::default()
        };
        manifest.budgets.fuel_per_call = 10_000;
        manifest.budgets.memory = 65_536;
        manifest.budgets.stack = 1_024;
        let unsigned = Unsigned::build(&manifest, &module.build(), &DEVELOPMENT_KEY).unwrap();
        unsigned.sign(&DEVELOPMENT_SEED).unwrap()
    }
}

/// A body that traps.
pub(crate) const TRAP: &str = "(unreachable)";
/// A body that never ends.
pub(crate) const SPIN: &str = "(loop $again (br $again)) (i64.const 0)";
/// A body with an error of the plugin's own.
pub(crate) const ERROR: &str = SAD;
/// A body that takes many slices.
pub(crate) const LONG: &str = "(global.set $count (i32.const 0))
    (loop $again
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (br_if $again (i32.lt_u (global.get $count) (i32.const 500))))
    (i64.const 0)";
/// The answer of `shutdown`, which has none.
pub(crate) const NOTHING: &str = "(i64.const 0)";

pub(crate) fn digest(image: &[u8]) -> ImageDigest {
    Sha256::digest(image).into()
}

pub(crate) fn blank() -> Spi {
    Spi(Flash::new(&Chip::uniform(4096, 16)), Rc::default(), None)
}

pub(crate) const KEYS: Keys<'static> = Keys::NONE.accept_development();

pub(crate) fn start_with(flash: Spi, start: Start, policy: UpdatePolicy) -> Plugins {
    start_on(flash, &MAP, start, policy)
}

pub(crate) fn start_on(
    flash: Spi,
    map: &'static FlashMap<4>,
    start: Start,
    policy: UpdatePolicy,
) -> Plugins {
    over(Store::mount(flash, map, start).unwrap(), policy)
}

pub(crate) fn over(store: Store<Spi, 4>, policy: UpdatePolicy) -> Plugins {
    Updater::new(host(), store, KEYS, policy)
}

pub(crate) fn host() -> Host<Board, 2> {
    let slots = SlotPolicy {
        budget: corelet_host::Budget {
            memory: 65_536,
            ..SlotPolicy::DEVICE.budget
        },
        ..SlotPolicy::DEVICE
    };
    Host::new(Board::default(), Policy::same(slots))
}

pub(crate) fn start(flash: Spi) -> Plugins {
    start_with(flash, Start::Ordinary, UpdatePolicy::DEVICE)
}

/// The device loses its power and gets it back.
pub(crate) fn restart(plugins: Plugins) -> Plugins {
    start(plugins.store().flash().clone())
}

/// Runs until nothing is due, and returns what was told but for slices and idling.
pub(crate) fn settle(plugins: &mut Plugins) -> Vec<Report> {
    let mut told = Vec::new();
    for _ in 0..10_000 {
        match plugins.run(Fuel(1_000)) {
            Report::Host(corelet_host::Report::Idle { .. }) => return told,
            Report::Host(corelet_host::Report::Suspended { .. }) => {}
            Report::WantsErase => plugins.erase_now().unwrap(),
            report => told.push(report),
        }
    }
    panic!("it does not come to rest: {told:?}");
}

/// So many seconds pass.
pub(crate) fn pass(plugins: &mut Plugins, seconds: u64) -> Vec<Report> {
    let mut told = settle(plugins);
    for _ in 0..seconds {
        plugins.host().board_mut().unwrap().now += SECOND;
        told.extend(settle(plugins));
    }
    told
}

/// Whether a tick of the slot's plugin went well.
pub(crate) fn ticks(told: &[Report], of: SlotId) -> bool {
    told.iter().any(|report| {
        matches!(report, Report::Host(corelet_host::Report::Ticked { slot, result: Ok(()) }) if *slot == of)
    })
}

/// A device with this plugin confirmed in its first slot.
pub(crate) fn confirmed(image: &[u8]) -> Plugins {
    let mut plugins = start(blank());
    install(&mut plugins, ONE, image);
    let told = pass(&mut plugins, 5);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    plugins
}

/// Sends an image in pieces of so many bytes.
pub(crate) fn upload(
    plugins: &mut Plugins,
    slot: SlotId,
    image: &[u8],
    piece: usize,
) -> Result<(), corelet_update::Refused> {
    let length = image.len() as u32;
    let mut offset = plugins.open(slot, length, Some(digest(image)), false)?;
    for _ in 0..10_000 {
        if offset == length {
            return Ok(());
        }
        let rest = &image[offset as usize..];
        offset = plugins.receive(offset, &rest[..piece.min(rest.len())])?;
        if let Report::WantsErase = plugins.run(Fuel(1_000)) {
            plugins.erase_now().unwrap();
        }
    }
    panic!("the upload does not end");
}

/// Sends an image and begins its trial.
pub(crate) fn install(plugins: &mut Plugins, slot: SlotId, image: &[u8]) -> Vec<Report> {
    upload(plugins, slot, image, 200).unwrap();
    plugins.test(&[slot]).unwrap();
    settle(plugins)
}
