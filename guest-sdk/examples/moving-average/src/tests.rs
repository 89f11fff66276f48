use super::{processor::Guest, *};
use corelet_guest::sensor::Unit;

fn reading(value: i32, scale: u8) -> Reading {
    Reading {
        value,
        scale,
        unit: Unit::Celsius,
        timestamp: 5,
    }
}

fn average(window: u8) -> MovingAverage {
    MovingAverage::init(&Config { window }).unwrap()
}

#[test]
fn averages_readings_of_different_scales() {
    let mut average = average(4);
    let readings = [reading(20, 0), reading(205, 1), reading(21_000, 3)];
    assert_eq!(
        average.process(List::new(&readings)),
        Ok(reading(20_500, 3))
    );
}

#[test]
fn forgets_what_is_older_than_the_window() {
    let mut average = average(2);
    let first = [reading(100, 0), reading(1, 0), reading(2, 0)];
    assert_eq!(average.process(List::new(&first)).unwrap().value, 1_500);
    let second = [reading(4, 0)];
    assert_eq!(average.process(List::new(&second)).unwrap().value, 3_000);
}

#[test]
fn the_ends_of_the_range_do_not_overflow() {
    let mut average = average(16);
    let readings = [reading(i32::MIN, 0); 16];
    assert_eq!(
        average.process(List::new(&readings)).unwrap().value,
        i32::MIN
    );
}

#[test]
fn nothing_to_average_and_a_window_out_of_range_are_errors() {
    assert_eq!(
        average(1).process(List::EMPTY).unwrap_err().message,
        "no readings"
    );
    for window in [0, 17] {
        assert!(MovingAverage::init(&Config { window }).is_err());
    }
}
