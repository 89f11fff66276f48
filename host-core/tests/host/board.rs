//! A small board, and a host over it.

use std::collections::BTreeMap;

use corelet_host::abi::{Codec, Function, decode, encode};
use corelet_host::capability::logging::{self, Log};
use corelet_host::capability::monotonic_clock::{self, MonotonicClock};
use corelet_host::capability::sensor::{self, Channel, Reading, Sensors, Unit};
use corelet_host::capability::storage::{self, Store, StoreError, StoreFuel, entry_bytes};
use corelet_host::capability::wall_clock::{self, Datetime, WallClock};
use corelet_host::{
    Allow, CallError, Host, LoadError, OnFault, PluginId, Policy, Restarts, SlotId, SlotPolicy,
    Topics,
};
use corelet_image::{
    DEVELOPMENT_KEY, DEVELOPMENT_SEED, Grant, Image, Keys, Manifest, Unsigned, Verified, Version,
};

use crate::module::{Module, relay_key};

pub(crate) const ONE: SlotId = SlotId(0);
pub(crate) const TWO: SlotId = SlotId(1);

pub(crate) const MS: u64 = 1_000_000;
pub(crate) const SECOND: u64 = 1_000 * MS;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const DAY: u64 = 24 * 60 * MINUTE;

#[derive(Default)]
pub(crate) struct Board {
    pub(crate) now: u64,
    pub(crate) date: Option<Datetime>,
    pub(crate) lines: Vec<String>,
    pub(crate) reads: u32,
    pub(crate) store: BTreeMap<(PluginId, String), Vec<u8>>,
    pub(crate) writes: u32,
    /// Calls of the store.
    pub(crate) searches: u32,
}

impl MonotonicClock for Board {
    fn now(&mut self) -> u64 {
        self.now
    }

    fn resolution(&mut self) -> u64 {
        1_000
    }
}

impl WallClock for Board {
    fn now(&mut self) -> Option<Datetime> {
        self.date
    }

    fn resolution(&mut self) -> Datetime {
        Datetime {
            seconds: 1,
            nanoseconds: 0,
        }
    }
}

impl Log for Board {
    fn log(&mut self, plugin: &str, level: logging::Level, context: &str, message: &str) {
        self.lines
            .push(format!("{plugin} {level:?} {context}: {message}"));
    }
}

const CHANNELS: [Channel<'static>; 3] = [
    Channel {
        number: 0,
        name: "inside",
        unit: Unit::Celsius,
    },
    Channel {
        number: 1,
        name: "outside",
        unit: Unit::Celsius,
    },
    Channel {
        number: 7,
        name: "battery",
        unit: Unit::Volt,
    },
];

impl Sensors for Board {
    fn channels(&self) -> &[Channel<'static>] {
        &CHANNELS
    }

    fn read(&mut self, channel: u8) -> Result<Reading, sensor::Error> {
        self.reads += 1;
        let mut channels = CHANNELS.iter();
        let channel = channels
            .find(|known| known.number == channel)
            .ok_or(sensor::Error::NoSuchChannel)?;
        Ok(Reading {
            value: -525,
            scale: 2,
            unit: channel.unit,
            timestamp: self.now,
        })
    }
}

pub(crate) const STORE_FUEL: StoreFuel = StoreFuel {
    search: 200,
    read: 30,
    write: 400,
};

impl Store for Board {
    fn fuel(&self) -> StoreFuel {
        STORE_FUEL
    }

    fn get<'b>(
        &mut self,
        owner: PluginId,
        key: &str,
        buffer: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, StoreError> {
        self.searches += 1;
        let Some(value) = self.store.get(&(owner, key.into())) else {
            return Ok(None);
        };
        let buffer = &mut buffer[..value.len()];
        buffer.copy_from_slice(value);
        Ok(Some(buffer))
    }

    fn set(&mut self, owner: PluginId, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.searches += 1;
        self.writes += 1;
        self.store.insert((owner, key.into()), value.to_vec());
        Ok(())
    }

    fn delete(&mut self, owner: PluginId, key: &str) -> Result<bool, StoreError> {
        self.searches += 1;
        self.writes += 1;
        Ok(self.store.remove(&(owner, key.into())).is_some())
    }

    fn used(&mut self, owner: PluginId) -> Result<u32, StoreError> {
        let mine = self.store.iter().filter(|((of, _), _)| *of == owner);
        self.searches += 1;
        Ok(mine
            .map(|((_, key), value)| entry_bytes(key.len(), value.len()))
            .sum())
    }

    fn keys<'b>(
        &mut self,
        owner: PluginId,
        cursor: u64,
        buffer: &'b mut [u8],
    ) -> Result<Option<(&'b str, u64)>, StoreError> {
        self.searches += 1;
        let mut mine = self.store.keys().filter(|(of, _)| *of == owner);
        let Some((_, key)) = mine.nth(cursor as usize) else {
            return Ok(None);
        };
        let buffer = &mut buffer[..key.len()];
        buffer.copy_from_slice(key.as_bytes());
        Ok(Some((std::str::from_utf8(buffer).unwrap(), cursor + 1)))
    }
}

pub(crate) const LOGGING: &str = "corelet:host/logging@0.1.0";
pub(crate) const SENSOR: &str = "corelet:host/sensor@0.1.0";
pub(crate) const STORAGE: &str = "corelet:host/storage@0.1.0";
pub(crate) const MONOTONIC_CLOCK: &str = "corelet:host/monotonic-clock@0.1.0";
pub(crate) const WALL_CLOCK: &str = "corelet:host/wall-clock@0.1.0";

/// Every standard interface, and more memory and stack than these plugins need.
pub(crate) const POLICY: SlotPolicy = SlotPolicy {
    fuel_per_call: 10_000,
    allow: Allow::STANDARD,
    topics: Topics::All,
    on_fault: OnFault::Restart(Restarts {
        backoff_ms: 0,
        ..Restarts::DEVICE
    }),
    ..SlotPolicy::DEVICE
};

pub(crate) type TestHost = Host<Board, 2>;

pub(crate) fn host() -> TestHost {
    host_of(POLICY)
}

pub(crate) fn host_of(policy: SlotPolicy) -> TestHost {
    Host::new(Board::default(), Policy::same(policy))
        .with::<logging::Capability>()
        .with::<sensor::Capability>()
        .with::<storage::Capability>()
        .with::<monotonic_clock::Capability>()
        .with::<wall_clock::Capability>()
}

/// A manifest that asks for as much as there is, and no grants.
pub(crate) fn manifest(name: &'static str) -> Manifest<'static> {
    let mut manifest = Manifest {
        name,
        ..Manifest::default()
    };
    manifest.budgets.fuel_per_call = u64::MAX;
    manifest.budgets.memory = u32::MAX;
    manifest.budgets.stack = u32::MAX;
    manifest
}

/// The same with grants: interfaces, each with its encoded record.
pub(crate) fn granted<'a>(name: &'static str, grants: &[(&'a str, &'a [u8])]) -> Manifest<'a> {
    let mut manifest: Manifest<'a> = manifest(name);
    for (interface, parameters) in grants {
        let grant = Grant {
            interface,
            parameters,
        };
        manifest.grants.push(grant).unwrap();
    }
    manifest
}

pub(crate) fn record<C: Codec>(value: &C::Value<'_>) -> Vec<u8> {
    let mut buffer = vec![0; C::MAX];
    let length = encode::<C>(value, &mut buffer).unwrap();
    buffer.truncate(length);
    buffer
}

/// Signs and verifies a plugin, and loads it.
pub(crate) fn load<const SLOTS: usize>(
    host: &mut Host<Board, SLOTS>,
    slot: SlotId,
    manifest: &Manifest<'_>,
    module: &Module,
) -> Result<(), LoadError> {
    verified(manifest, module, |image| host.load(slot, image))
}

/// As [`load`], but `init` is left to the host's slices.
pub(crate) fn place<const SLOTS: usize>(
    host: &mut Host<Board, SLOTS>,
    slot: SlotId,
    manifest: &Manifest<'_>,
    module: &Module,
) -> Result<(), LoadError> {
    verified(manifest, module, |image| host.place(slot, image))
}

fn verified<R>(
    manifest: &Manifest<'_>,
    module: &Module,
    take: impl FnOnce(&Verified<'_>) -> R,
) -> R {
    let unsigned = Unsigned::build(manifest, &module.build(), &DEVELOPMENT_KEY).unwrap();
    let bytes = unsigned.sign(&DEVELOPMENT_SEED).unwrap();
    let keys = Keys::NONE.accept_development();
    let image = Image::parse(&bytes).unwrap();
    take(&image.verify(&keys, Version::default()).unwrap())
}

/// Has the plugin call import `F`, which it [relays](Module::relay), and returns what came back.
pub(crate) fn relay<'h, F: Function>(
    host: &'h mut TestHost,
    slot: SlotId,
    request: &<F::Request as Codec>::Value<'_>,
) -> Result<<F::Response as Codec>::Value<'h>, CallError> {
    let request = record::<F::Request>(request);
    let response = host.call_encoded(slot, relay_key::<F>(), &request)?;
    Ok(decode::<F::Response>(response).unwrap())
}
