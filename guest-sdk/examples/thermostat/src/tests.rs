use super::{ticker::Guest, *};
use corelet_guest::sim;

fn thermostat() -> Thermostat {
    let config = Config {
        set_point_milli: 21_000,
        hysteresis_milli: 1_000,
    };
    Thermostat::init(&config).unwrap()
}

#[test]
fn switches_once_and_remembers() {
    sim::sensor(0, 19_000);
    let mut thermostat = thermostat();
    thermostat.tick().unwrap();
    thermostat.tick().unwrap();
    assert_eq!(sim::storage("switches"), 1);
    assert_eq!(sim::logs(), ["19000 m°C: heating on"]);
}

#[test]
fn stays_on_until_it_is_warm_enough_and_off_until_it_is_cold_enough() {
    let mut thermostat = thermostat();
    for (milli, on) in [
        (20_600, false),
        (20_400, true),
        (21_400, true),
        (21_600, false),
        (20_600, false),
    ] {
        sim::sensor(0, milli);
        thermostat.tick().unwrap();
        assert_eq!(thermostat.on, on, "{milli} m°C");
    }
    assert_eq!(sim::log(), "21600 m°C: heating off");
}

#[test]
fn goes_on_where_it_stopped() {
    sim::store("set-point", 5_000_i32);
    sim::store("switches", 7_u32);
    sim::sensor(0, 19_000);
    let mut thermostat = thermostat();
    thermostat.tick().unwrap();
    assert!(!thermostat.on);
    sim::sensor(0, 4_000);
    thermostat.tick().unwrap();
    assert_eq!(sim::storage("switches"), 8);
}

#[test]
fn a_sensor_that_fails_is_an_error_of_the_tick() {
    sim::sensor_error(0, sensor::Error::DeviceFailed);
    let mut thermostat = thermostat();
    let error = thermostat.tick().unwrap_err();
    assert_eq!((error.message, error.code), ("corelet:host/sensor", 3));
}

#[test]
fn the_grants_of_the_manifest_hold() {
    sim::sensor(1, 19_000);
    assert_eq!(
        sensor::read(1),
        Err(corelet_guest::CallError::Failed(
            sensor::Error::AccessDenied
        ))
    );
}
