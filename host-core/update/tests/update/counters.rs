//! A counter in hardware that is used up.

use corelet_smp::Managed;
use corelet_store::{Error, Runs};
use corelet_update::{Parked, Refused, Report};

use crate::board::*;

fn with_counter(flash: Spi, counter: Hardware) -> Plugins {
    let mut plugins = start(flash);
    plugins.host().board_mut().unwrap().counter = Some(counter);
    plugins
}

fn version(version: u32) -> Vec<u8> {
    let plugin = Plugin {
        version,
        security_version: version,
        ..Plugin::GOOD
    };
    plugin.image()
}

#[test]
fn a_device_that_was_updated_more_often_than_its_counter_counts_goes_on() {
    let mut plugins = with_counter(blank(), Hardware(Some(0), 2));
    let mut copies = Vec::new();
    for number in 1..=3 {
        install(&mut plugins, ONE, &version(number));
        pass(&mut plugins, 5);
        copies.push(plugins.store().flash().0.snapshot());
    }
    let error = Error::CounterBehind {
        found: 3,
        allowed: 2,
    };
    for _ in 0..2 {
        let counter = plugins.host().board().unwrap().counter.unwrap();
        assert_eq!(counter.0, Some(2));
        plugins = with_counter(plugins.store().flash().clone(), counter);
        let told = pass(&mut plugins, 3);
        assert!(ticks(&told, ONE), "{told:?}");
        let said = told
            .iter()
            .filter(|told| **told == Report::Unguarded { error });
        assert!(said.count() >= 3, "{told:?}");
        assert!(matches!(plugins.store().runs(ONE), Runs::Confirmed(_)));
        assert_eq!(plugins.parked(ONE), None);
        let mut words = String::new();
        plugins.slots(&mut |slot| {
            let reason = slot.reason.filter(|_| slot.slot == ONE.0);
            words.extend(reason.map(ToString::to_string));
        });
        assert_eq!(words, error.to_string());
        // It is updated as before.
        let refused = upload(&mut plugins, ONE, &version(2), 200);
        let (found, allowed) = (2, 3);
        let older = Refused::Store(Error::Downgrade { found, allowed });
        assert_eq!(refused, Err(older));
    }

    // What is older than the counter's last number is known to be.
    plugins.store().flash().0.restore(&copies[0]);
    plugins = with_counter(plugins.store().flash().clone(), Hardware(Some(2), 2));
    let told = pass(&mut plugins, 3);
    assert!(!ticks(&told, ONE), "{told:?}");
    let error = Error::OldFlash {
        found: 1,
        allowed: 2,
    };
    assert_eq!(plugins.parked(ONE), Some(Parked::Flash(error)));
}
