use corelet_desktop::Desktop;
use corelet_host::abi::List;
use corelet_host::capability::sensor::{Reading, Unit};
use corelet_host::plugin::processor::Process;
use corelet_image::{Image, Manifest};
use corelet_tests::{build_example, signed};

use crate::board::{ONE, TWO, load, plugins};

/// Twelve days after the device started, in nanoseconds.
const NOW: u64 = 1_000_000_000_000_000;

fn reading(value: i32, scale: u8) -> Reading {
    Reading {
        value,
        scale,
        unit: Unit::Celsius,
        timestamp: NOW,
    }
}

/// Two plugins of one name do not run at a time.
fn renamed(image: &[u8], name: &str) -> Vec<u8> {
    let image = Image::parse(image).unwrap();
    let manifest = image.unverified_manifest().unwrap();
    signed(&Manifest { name, ..manifest }, image.unverified_module())
}

#[test]
fn averages_what_it_is_given_and_each_slot_its_own() {
    let image = build_example("moving-average");
    let mut host = plugins(Desktop::in_virtual_time());
    load(&mut host, ONE, &image).unwrap();
    load(&mut host, TWO, &renamed(&image, "other-average")).unwrap();
    let mut process = |slot, values: &[Reading]| {
        let readings = List::new(values);
        let answer = host.call(slot, &Process { readings }).unwrap();
        answer
            .map(|reading| (reading.value, reading.scale, reading.timestamp))
            .ok()
    };
    let four = [
        reading(20, 0),
        reading(210, 1),
        reading(-22, 0),
        reading(23_000, 3),
    ];
    assert_eq!(process(ONE, &four), Some((10_500, 3, NOW)));
    assert_eq!(process(ONE, &[reading(20, 0)]), Some((10_500, 3, NOW)));
    assert_eq!(process(TWO, &[reading(7, 0)]), Some((7_000, 3, NOW)));
    assert_eq!(process(TWO, &[]), None);
    assert_eq!(process(ONE, &[reading(1, 0); 32]), Some((1_000, 3, NOW)));
}

#[test]
fn more_readings_than_the_contract_allows_are_refused_before_the_plugin_is_entered() {
    let mut host = plugins(Desktop::in_virtual_time());
    load(&mut host, ONE, &build_example("moving-average")).unwrap();
    let calls = host.metrics(ONE).calls;
    let readings = [reading(1, 0); 33];
    let readings = List::new(&readings);
    assert!(host.call(ONE, &Process { readings }).is_err());
    assert_eq!(host.metrics(ONE).calls, calls);
}
