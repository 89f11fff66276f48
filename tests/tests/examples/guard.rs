use corelet_host::capability::logging;
use corelet_host::{Allow, Host, Policy, SlotPolicy};
use corelet_tests::build_example;
use corelet_tests::pump::{Pump, motor};

use crate::board::{ONE, lines, load, tick};

const POLICY: SlotPolicy = SlotPolicy {
    allow: &[
        Allow::all("corelet:host/logging"),
        Allow::all("vendor:pump/motor"),
    ],
    ..SlotPolicy::DEVICE
};

fn host() -> Host<Pump, 1> {
    let mut host = Host::new(Pump::new(), Policy::same(POLICY))
        .with::<logging::Capability>()
        .with::<motor::Capability>();
    load(&mut host, ONE, &build_example("motor-guard")).unwrap();
    host
}

fn next_tick(host: &mut Host<Pump, 1>) {
    let advance = |pump: &mut Pump, instant| pump.desktop.advance_to(instant);
    tick(host, ONE, advance).unwrap();
}

#[test]
fn slows_the_vendors_motor_down_and_stops_it() {
    let mut host = host();
    next_tick(&mut host);
    assert_eq!(host.board().unwrap().rpm, 3_000);

    host.board_mut().unwrap().load = 0.6;
    next_tick(&mut host);
    assert_eq!(host.board().unwrap().rpm, 1_500);
    next_tick(&mut host);
    assert_eq!(host.board().unwrap().rpm, 1_500);

    host.board_mut().unwrap().stalled = true;
    next_tick(&mut host);
    let pump = host.board().unwrap();
    assert_eq!(pump.rpm, 0);
    let expected = [
        "[motor-guard] warn: 1800 mA at 3000 rpm: slower",
        "[motor-guard] warn: stalled: stop",
    ];
    assert_eq!(lines(&pump.desktop), expected);
}
