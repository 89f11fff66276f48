//! What the beginning of a module is refused for, before anything is erased or written.

use corelet_host::abi::{Function, Shape};
use corelet_host::capability::monotonic_clock::functions::Now;
use corelet_host::plugin::ticker::functions::Tick;
use corelet_host::{LoadError, SlotState, VERSION};
use corelet_image::{Confirm, Image};
use corelet_smp::{Managed, Upload};
use corelet_update::{Fuel, Refused, Report};

use crate::board::*;
use crate::firmware::{firmware, image, manifest, signed};
use crate::module::{Module, OK};

/// What the firmware with the clock does not take, and a part of what it says of each.
fn unfit() -> Vec<(Vec<u8>, &'static str)> {
    let clock = || Module::new().import::<Now>();
    let ticking = || clock().export::<Tick>(OK).build();
    let tick = format!("{}#{}", Tick::INTERFACE, Tick::NAME);
    let other_tick = clock().export_named(&tick, Shape(Tick::SHAPE.0 ^ 1), OK);
    let unknown = Module::new().import_named(Now::INTERFACE, "then", Now::SHAPE);
    let ungranted = corelet_image::Manifest {
        grants: [].into_iter().collect(),
        ..manifest()
    };
    let mut small = manifest();
    small.budgets.memory = 65_535;
    let healthy = corelet_image::Manifest {
        confirm: Confirm {
            health: true,
            ..Confirm::default()
        },
        ..manifest()
    };
    // Behind its beginning it is as long as one likes.
    let long = Module::new().export_named(
        "corelet:tests/plugin@1.0.0#long",
        Shape(0),
        &format!("{}{OK}", "(drop (i32.const 1))".repeat(1_000)),
    );
    vec![
        (image(Shape(Now::SHAPE.0 ^ 1)), "another signature"),
        (
            signed(&manifest(), &unknown.export::<Tick>(OK).build()),
            "`then`: the host has no such function",
        ),
        (signed(&ungranted, &ticking()), "not granted"),
        (
            signed(&small, &ticking()),
            "65536 bytes of memory, 65535 are allowed",
        ),
        (signed(&manifest(), &other_tick.build()), "tick"),
        (signed(&manifest(), &long.build()), "tick"),
        (signed(&healthy, &ticking()), "health"),
    ]
}

/// A device whose plugin is confirmed, at rest.
fn device() -> Plugins {
    let mut plugins = firmware(blank(), true);
    install(&mut plugins, ONE, &image(Now::SHAPE));
    let told = pass(&mut plugins, 5);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    plugins
}

#[test]
fn what_does_not_fit_changes_nothing_in_flash_however_it_comes() {
    let mut plugins = device();
    let before = plugins.store().flash().0.changes();
    for (image, words) in unfit() {
        // What is said when all of it is there.
        let whole = Image::parse(&image).unwrap();
        let whole = whole.verify(&KEYS, VERSION).unwrap();
        let error = plugins.host().examine(ONE, &whole).unwrap_err();
        for piece in [1, 7, 150, image.len()] {
            let refused = upload(&mut plugins, ONE, &image, piece);
            assert_eq!(refused, Err(Refused::Load(error)), "{words} {piece}");
            assert_eq!(plugins.store().flash().0.changes(), before, "{words}");
            // It is given up.
            assert_eq!(plugins.receive(0, &image), Err(Refused::NotOpen));
        }
    }
    assert_eq!(plugins.store().staged(ONE), None);
    pass(&mut plugins, 2);
    assert_eq!(plugins.host().state(ONE), SlotState::Running);
}

#[test]
fn a_manager_hears_the_names_though_the_image_is_nowhere() {
    let mut plugins = device();
    // Also where an image lies that was rejected for something else.
    let rejected = Plugin {
        shapes_first: false,
        confirm: Confirm {
            health: true,
            ..Confirm::default()
        },
        ..Plugin::GOOD
    };
    upload(&mut plugins, ONE, &rejected.image(), 300).unwrap_err();
    for (image, words) in unfit() {
        let open = Upload {
            slot: 0,
            length: image.len() as u32,
            sha: Some(&digest(&image)),
            upgrade_only: false,
            data: &[],
        };
        let mut offset = Managed::open(&mut plugins, &open).unwrap();
        let refused = loop {
            let rest = &image[offset as usize..];
            match plugins.write(0, offset, &rest[..rest.len().min(150)]) {
                Ok(wanted) => offset = wanted,
                Err(refused) => break refused.to_string(),
            }
        };
        assert!(refused.contains(words), "{refused}");
        if words.contains('\u{60}') || words.contains("signature") {
            assert!(refused.contains(Now::INTERFACE), "{refused}");
        }
    }
}

#[test]
fn what_went_through_its_opening_and_was_cut_is_not_held_again() {
    let image = image(Now::SHAPE);
    let length = image.len() as u32;
    let mut plugins = firmware(blank(), true);
    let known = Some(digest(&image));
    let mut offset = plugins.open(ONE, length, known, false).unwrap();
    while plugins.store().staged(ONE).is_none() {
        offset = plugins
            .receive(offset, &image[offset as usize..][..50])
            .unwrap();
    }
    let flash = plugins.store().flash().clone();
    let mut again = firmware(flash, true);
    assert_eq!(again.open(ONE, length, known, false), Ok(0));
    if let Report::WantsErase = again.run(Fuel(1_000)) {
        again.erase_now().unwrap();
    }
    assert_eq!(again.receive(0, &image[..10]), Ok(10));

    upload(&mut again, ONE, &image, 100).unwrap();
}

#[test]
fn a_module_of_more_bytes_than_a_device_takes_is_refused_by_its_manifest() {
    let mut plugins = start(blank());
    let mut slots = corelet_host::SlotPolicy::DEVICE;
    slots.budget.memory = 65_536;
    slots.limits.module_bytes = 100;
    let host = corelet_host::Host::new(Board::default(), corelet_host::Policy::same(slots));
    let store = corelet_store::Store::mount(
        plugins.store().flash().clone(),
        &MAP,
        corelet_store::Start::Ordinary,
    );
    let policy = corelet_update::UpdatePolicy::DEVICE;
    plugins = corelet_update::Updater::new(host, store.unwrap(), KEYS, policy);
    // Whether its beginning tells anything or not.
    for shapes_first in [true, false] {
        let image = Plugin {
            shapes_first,
            ..Plugin::GOOD
        };
        let before = plugins.store().flash().0.changes();
        let refused = upload(&mut plugins, ONE, &image.image(), 100).unwrap_err();
        assert!(matches!(refused, Refused::Load(LoadError::Refused(_))));
        assert!(
            refused
                .to_string()
                .contains("bytes of module, 100 are allowed"),
            "{refused}"
        );
        assert_eq!(plugins.store().flash().0.changes(), before);
    }
}
