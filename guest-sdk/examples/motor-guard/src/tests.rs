use std::cell::Cell;
use std::rc::Rc;

use super::{ticker::Guest, *};
use corelet_guest::sim;

/// A motor that does as told, and takes half a milliampere for each revolution per minute.
fn motor() -> Rc<Cell<u16>> {
    let speed = Rc::new(Cell::new(0));
    let (set, get) = (speed.clone(), speed.clone());
    motor::sim::set_speed(move |rpm| {
        set.set(rpm);
        Ok(())
    });
    motor::sim::measure(move || {
        let rpm = get.get();
        Ok(motor::Status {
            rpm,
            milliamps: u32::from(rpm) / 2,
        })
    });
    speed
}

fn guard(rpm: u16, max_milliamps: u32) -> MotorGuard {
    MotorGuard::init(&Config { rpm, max_milliamps }).unwrap()
}

#[test]
fn a_motor_that_takes_too_much_current_is_slowed_until_it_does_not() {
    let speed = motor();
    let mut guard = guard(3_000, 500);
    assert_eq!(speed.get(), 3_000);
    for rpm in [1_500, 750, 750] {
        guard.tick().unwrap();
        assert_eq!(speed.get(), rpm);
    }
    assert_eq!(
        sim::logs(),
        ["1500 mA at 3000 rpm: slower", "750 mA at 1500 rpm: slower"]
    );
}

#[test]
fn a_stalled_motor_is_stopped() {
    let speed = motor();
    let mut guard = guard(3_000, 5_000);
    motor::sim::measure(|| Err(motor::Error::Stalled));
    guard.tick().unwrap();
    assert_eq!(speed.get(), 0);
    assert_eq!(sim::log(), "stalled: stop");
}

#[test]
fn a_speed_that_the_firmware_refuses_keeps_the_plugin_from_starting() {
    motor::sim::set_speed(|_| Err(motor::Error::OutOfRange));
    let error = MotorGuard::init(&Config {
        rpm: 9_000,
        max_milliamps: 1,
    })
    .unwrap_err();
    assert_eq!((error.message, error.code), ("vendor:pump/motor", 0));
}
