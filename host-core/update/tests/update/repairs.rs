//! What comes back after the flash failed, or somebody else wrote to it.

use corelet_fault_flash::{Damage, Fault, Planned};
use corelet_image::ImageError;
use corelet_store::{BankId, BankState, Factory, FlashMap, Layout, Reason, Region, Runs, Start};
use corelet_update::{Fuel, Parked, Refused, Report, SlotId, UpdatePolicy};

use crate::board::*;

const OTHER: Plugin = Plugin {
    name: "motor-guard",
    ..Plugin::GOOD
};

const NEW: Plugin = Plugin {
    version: 2,
    ..Plugin::GOOD
};

fn bank(plugins: &Plugins, slot: SlotId) -> BankId {
    match plugins.store().runs(slot) {
        Runs::Trial(bank) | Runs::Confirmed(bank) => bank,
        other => panic!("{other:?}"),
    }
}

fn parked(told: &[Report]) -> Option<Parked> {
    told.iter().find_map(|report| match report {
        Report::Parked { why, .. } => Some(*why),
        _ => None,
    })
}

#[test]
fn a_verdict_that_cannot_be_written_holds_up_nothing_else() {
    let mut plugins = confirmed(&Plugin::GOOD.image());
    install(&mut plugins, TWO, &OTHER.image());
    pass(&mut plugins, 5);
    install(&mut plugins, ONE, &Plugin { tick: TRAP, ..NEW }.image());
    let mut told = Vec::new();
    for _ in 0..100 {
        plugins.host().board_mut().unwrap().now += SECOND / 10;
        for _ in 0..10 {
            let refused = Planned::after(0, Fault::Refused(Damage::None));
            plugins.store().flash().0.plan(refused);
            told.push(plugins.run(Fuel::ALL));
        }
    }
    let failed = |report: &&Report| matches!(report, Report::StoreFailed { .. });
    let failed = told.iter().filter(failed).count();
    assert!((1..=12).contains(&failed), "{failed}");
    assert!(ticks(&told, TWO));
    plugins.store().flash().0.cancel();
    let told = pass(&mut plugins, 3);
    let reason = Reason::Trapped;
    let rolled_back = Report::RolledBack { slot: ONE, reason };
    assert!(told.contains(&rolled_back), "{told:?}");
    assert!(ticks(&told, ONE), "{told:?}");
}

#[test]
fn an_image_that_was_damaged_in_flash_is_sent_again_and_runs() {
    let image = Plugin::GOOD.image();
    let plugins = confirmed(&image);
    let offset = MAP.bank(bank(&plugins, ONE)).unwrap().offset() as usize + image.len() - 1;
    plugins.store().flash().0.flip(offset * 8);
    let mut plugins = restart(plugins);
    let told = settle(&mut plugins);
    let why = Parked::Image(ImageError::ModuleDigest);
    assert_eq!(parked(&told), Some(why), "{told:?}");
    install(&mut plugins, ONE, &image);
    let told = pass(&mut plugins, 5);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    assert!(ticks(&told, ONE), "{told:?}");
}

#[test]
fn a_flash_that_cannot_be_read_for_a_while_parks_nothing_for_ever() {
    let mut plugins = restart(confirmed(&Plugin::GOOD.image()));
    let down = plugins.store().flash().1.clone();
    down.set(true);
    let told = pass(&mut plugins, 3);
    let reports = told.iter().filter(|report| parked(&[**report]).is_some());
    assert_eq!(reports.count(), 1, "{told:?}");
    down.set(false);
    let told = pass(&mut plugins, 12);
    assert!(ticks(&told, ONE), "{told:?}");
    assert_eq!(plugins.parked(ONE), None);
}

#[test]
fn a_version_that_could_not_be_read_is_not_to_blame_and_may_be_tried_again() {
    let mut plugins = confirmed(&Plugin::GOOD.image());
    let new = NEW.image();
    upload(&mut plugins, ONE, &new, 500).unwrap();
    let down = plugins.store().flash().1.clone();
    let known = plugins.store().staged(ONE);
    // The record is read back, so the bus is not down before.
    plugins.test(&[ONE]).unwrap();
    down.set(true);
    for _ in 0..10 {
        let _ = plugins.run(Fuel(1_000));
    }
    down.set(false);
    let told = pass(&mut plugins, 12);
    assert!(ticks(&told, ONE), "{told:?}");
    assert_eq!(plugins.store().staged(ONE), known);
    plugins.test(&[ONE]).unwrap();
    let told = pass(&mut plugins, 5);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
}

#[test]
fn another_image_that_was_signed_once_does_not_run_in_place_of_the_confirmed_one() {
    let old = Plugin::GOOD.image();
    let mut plugins = confirmed(&old);
    let new = NEW.image();
    assert_eq!(old.len(), new.len());
    install(&mut plugins, ONE, &new);
    pass(&mut plugins, 5);
    let offset = MAP.bank(bank(&plugins, ONE)).unwrap().offset();
    plugins.store().flash().0.put(offset, &old);
    let mut plugins = restart(plugins);
    let told = settle(&mut plugins);
    assert_eq!(parked(&told), Some(Parked::OtherImage), "{told:?}");
}

pub(crate) static WITH_FACTORY: FlashMap<4> = FlashMap::new(Layout {
    factory: Some(Factory {
        region: Region::new(0xa000, 0x2000),
        slot: ONE,
    }),
    ..LAYOUT
});

fn start_factory(flash: Spi) -> Plugins {
    start_on(flash, &WITH_FACTORY, Start::Ordinary, UpdatePolicy::DEVICE)
}

#[test]
fn what_the_device_came_with_runs_and_not_below_what_was_confirmed() {
    let flash = blank();
    flash.0.put(0xa000, &Plugin::GOOD.image());
    let mut plugins = start_factory(flash);
    let told = pass(&mut plugins, 2);
    assert!(ticks(&told, ONE), "{told:?}");
    for (security_version, runs) in [(0, true), (2, false)] {
        let new = Plugin {
            security_version,
            ..NEW
        };
        install(&mut plugins, ONE, &new.image());
        pass(&mut plugins, 5);
        let bank = bank(&plugins, ONE);
        plugins.erase(bank).unwrap();
        let told = pass(&mut plugins, 3);
        assert_eq!(ticks(&told, ONE), runs, "{told:?}");
        plugins = start_factory(plugins.store().flash().clone());
        let told = pass(&mut plugins, 3);
        assert_eq!(ticks(&told, ONE), runs, "{told:?}");
    }
}

#[test]
fn data_is_forgotten_where_an_update_runs_in_place_of_what_the_device_came_with() {
    let flash = blank();
    flash.0.put(0xa000, &Plugin::GOOD.image());
    let mut plugins = start_factory(flash);
    install(&mut plugins, ONE, &NEW.image());
    pass(&mut plugins, 5);
    let factory = plugins
        .store()
        .bank(bank(&plugins, ONE))
        .unwrap()
        .image
        .plugin;
    let mut plugins = start_factory(plugins.store().flash().clone());
    let data = &mut plugins.host().board_mut().unwrap().data;
    data.extend([factory.0, [7; 8]]);
    settle(&mut plugins);
    let data = &plugins.host().board().unwrap().data;
    assert_eq!(data.iter().collect::<Vec<_>>(), [&factory.0]);
}

#[test]
fn one_plugin_is_not_tried_in_two_slots() {
    let image = Plugin::GOOD.image();
    let mut plugins = start(blank());
    upload(&mut plugins, ONE, &image, 500).unwrap();
    upload(&mut plugins, TWO, &image, 500).unwrap();
    assert_eq!(plugins.test(&[ONE, TWO]), Err(Refused::InOtherSlot(ONE)));
    plugins.test(&[ONE]).unwrap();
    assert_eq!(plugins.test(&[TWO]), Err(Refused::InOtherSlot(ONE)));
    let told = pass(&mut plugins, 5);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    assert!(plugins.store().rejections().is_empty());
    let staged = plugins.store().staged(TWO).unwrap();
    assert_eq!(
        plugins.store().bank(staged).unwrap().state,
        BankState::Verified
    );
}
