//! What becomes of plugins when the firmware is another one.

use corelet_host::abi::Function;
use corelet_host::abi::Shape;
use corelet_host::capability::monotonic_clock::{self, functions::Now};
use corelet_host::plugin::ticker::functions::Tick;
use corelet_host::{Allow, Budget, Host, LoadError, Policy, SlotPolicy, SlotState};
use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Grant, Manifest, Unsigned};
use corelet_smp::{Managed, State, Upload};
use corelet_store::{Runs, Start, Store};
use corelet_update::{Fuel, Parked, Report, UpdatePolicy, Updater};

use crate::board::*;
use crate::manager::Manager;
use crate::module::{Module, OK};

/// The manifest of a plugin that ticks and asks for the clock.
pub(crate) fn manifest() -> Manifest<'static> {
    let grant = Grant {
        interface: Now::INTERFACE,
        parameters: &[],
    };
    let mut manifest = Manifest {
        name: "clock",
        tick_ms: Some(1_000),
        grants: [grant].into_iter().collect(),
        ..Manifest::default()
    };
    manifest.budgets.fuel_per_call = 10_000;
    manifest.budgets.memory = 65_536;
    manifest.budgets.stack = 1_024;
    manifest
}

pub(crate) fn signed(manifest: &Manifest<'_>, module: &[u8]) -> Vec<u8> {
    let unsigned = Unsigned::build(manifest, module, &DEVELOPMENT_KEY);
    unsigned.unwrap().sign(&DEVELOPMENT_SEED).unwrap()
}

/// A plugin that imports the clock, in this shape.
pub(crate) fn image(shape: Shape) -> Vec<u8> {
    importing(Now::INTERFACE, Now::NAME, shape)
}

/// A plugin that may use the clock, and imports this.
fn importing(interface: &str, function: &str, shape: Shape) -> Vec<u8> {
    let module = Module::new().import_named(interface, function, shape);
    signed(&manifest(), &module.export::<Tick>(OK).build())
}

/// A firmware that offers the clock, or does not.
pub(crate) fn firmware(flash: Spi, clock: bool) -> Plugins {
    let slots = SlotPolicy {
        budget: Budget {
            memory: 65_536,
            ..SlotPolicy::DEVICE.budget
        },
        allow: if clock { Allow::STANDARD } else { &[] },
        ..SlotPolicy::DEVICE
    };
    let mut host = Host::new(Board::default(), Policy::same(slots));
    if clock {
        host = host.with::<monotonic_clock::Capability>();
    }
    let store = Store::mount(flash, &MAP, Start::Ordinary).unwrap();
    Updater::new(host, store, KEYS, UpdatePolicy::DEVICE)
}

fn state(plugins: &mut Plugins) -> (State, Option<String>) {
    let mut found = None;
    plugins.slots(&mut |slot| {
        if slot.slot == 0 && found.is_none() {
            found = Some((slot.state, slot.reason.map(ToString::to_string)));
        }
    });
    found.unwrap()
}

#[test]
fn a_plugin_that_the_next_firmware_does_not_take_is_parked_and_runs_again_with_the_one_after() {
    let mut plugins = firmware(blank(), true);
    install(&mut plugins, ONE, &image(Now::SHAPE));
    let told = pass(&mut plugins, 5);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    let flash = plugins.store().flash().clone();

    let mut plugins = firmware(flash.clone(), false);
    let Runs::Confirmed(bank) = plugins.store().runs(ONE) else {
        panic!("it is confirmed");
    };
    let plugin = plugins.store().bank(bank).unwrap().image.plugin;
    let board = plugins.host().board_mut().unwrap();
    board.data.insert(plugin.0);
    let told = settle(&mut plugins);
    let why = plugins.parked(ONE).unwrap();
    assert!(matches!(why, Parked::Load(LoadError::Refused(_))), "{why}");
    assert!(
        told.contains(&Report::Parked { slot: ONE, why }),
        "{told:?}"
    );
    assert_eq!(plugins.host().state(ONE), SlotState::Empty);
    let (state_of, reason) = state(&mut plugins);
    let reason = reason.unwrap();
    assert_eq!(state_of, State::Parked);
    assert!(
        reason.contains("corelet:host/monotonic-clock@0.1.0 `now`"),
        "{reason}"
    );
    // What it kept stays, and the other slot works.
    assert!(plugins.host().board().unwrap().data.contains(&plugin.0));
    let other = Plugin {
        name: "other",
        ..Plugin::GOOD
    };
    install(&mut plugins, TWO, &other.image());
    let told = pass(&mut plugins, 5);
    assert!(told.contains(&Report::Confirmed { slot: TWO }), "{told:?}");

    let mut plugins = firmware(flash, true);
    settle(&mut plugins);
    assert_eq!(plugins.parked(ONE), None);
    assert_eq!(plugins.host().state(ONE), SlotState::Running);
    assert_eq!(state(&mut plugins), (State::Confirmed, None));
}

#[test]
fn a_plugin_of_another_shape_is_refused_and_what_runs_goes_on() {
    let mut plugins = firmware(blank(), true);
    install(&mut plugins, ONE, &image(Now::SHAPE));
    pass(&mut plugins, 5);
    let other = image(Shape(Now::SHAPE.0 ^ 1));
    let open = Upload {
        slot: 0,
        length: other.len() as u32,
        sha: Some(&digest(&other)),
        upgrade_only: false,
        data: &[],
    };
    let mut offset = Managed::open(&mut plugins, &open).unwrap();
    // A manager hears which function it is.
    let refused = loop {
        match plugins.write(0, offset, &other[offset as usize..]) {
            Ok(wanted) => offset = wanted,
            Err(refused) => break refused.to_string(),
        }
        if let Report::WantsErase = plugins.run(Fuel(1_000)) {
            plugins.erase_now().unwrap();
        }
    };
    for words in [
        "corelet:host/monotonic-clock@0.1.0 `now`",
        "another signature",
    ] {
        assert!(refused.contains(words), "{refused}");
    }
    settle(&mut plugins);
    assert_eq!(plugins.host().state(ONE), SlotState::Running);
}

#[test]
fn the_longest_names_are_told_in_full_where_they_have_room_and_visibly_cut_where_not() {
    // As many bytes as a name may have.
    let [interface, function] = ["i", "f"].map(|letter| letter.repeat(128));
    let image = importing(&interface, &function, Now::SHAPE);
    let mut manager = Manager::new(firmware(blank(), true));
    let refused = manager.upload(0, &image).unwrap_err();
    let whole = format!("import {interface} `{function}`: ");
    assert!(refused.contains(&whole), "{refused}");
    assert!(
        refused.contains("does the firmware implement this interface"),
        "{refused}"
    );
    assert!(!refused.contains('…'), "{refused}");

    let mut manager = Manager::<256>::with_buffers(firmware(blank(), true));
    let refused = manager.upload(0, &image).unwrap_err();
    let cut = format!("import {interface} `");
    assert!(refused.contains(&cut), "{refused}");
    assert!(refused.contains(r#"ff", "…")"#), "{refused}");
}
