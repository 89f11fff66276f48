//! Uploads in whose midst the cable, the device or the command goes away.

use corelet_smp_tests::Port;

use crate::{Bench, device, everything, new, passing};

/// Bytes on the wire of one request with a chunk, in base64 and with the ends of lines.
const REQUEST: usize = 4 * 512 / 3 + 24;

/// Uploads undisturbed, and then so that `disturb` was done to the port. Both arrive, and the second sent no more than so many
/// requests twice.
fn arrives(make: impl Fn() -> Bench, disturb: impl FnOnce(&Bench), twice: usize) -> Bench {
    let calm = make();
    calm.corelet(&["upload", "new.corelet", "--slot", "1"])
        .well();
    let bench = make();
    disturb(&bench);
    let outcome = bench
        .corelet(&["upload", "new.corelet", "--slot", "1"])
        .well();
    assert!(
        outcome.stdout.ends_with("thermostat 1.5.0, verified\n"),
        "{outcome:?}"
    );
    let (sent, needed) = (bench.port.device().received, calm.port.device().received);
    assert!(sent > needed, "it was disturbed: {outcome:?}");
    assert!(
        sent <= needed + twice * REQUEST,
        "{sent} bytes, {needed} were needed"
    );
    {
        let device = &bench.port.device().device;
        assert_eq!(device.staged(1), Some(&new()[..]));
        assert_eq!(device.written, new().len());
    }
    bench
}

fn serial() -> Bench {
    Bench::new(device(), everything)
}

fn tcp() -> Bench {
    let port = Port::listen::<512>(device(), everything).expect("a port");
    let name = format!("tcp:{}", port.address());
    Bench::of(port, name)
}

fn unplugged(bench: &Bench) {
    bench.port.device().unplug_after = Some(4_000);
}

/// The image goes on where it was: its offsets say so.
fn went_on_once(bench: &Bench) {
    let opened = &bench.port.device().device.opened;
    assert_eq!(opened.len(), 2, "{opened:?}");
    assert!(opened[0] == 0 && opened[1] >= 4_000, "{opened:?}");
}

#[test]
fn a_cable_is_pulled_and_put_in_again() {
    // The chunk whose answer was lost, the parameters, and the first chunk, which asks where it stands; and what was repeated before
    // the port was found to be gone.
    went_on_once(&arrives(serial, unplugged, 3));
}

#[test]
fn a_connection_ends_and_is_made_again() {
    went_on_once(&arrives(tcp, unplugged, 3));
}

#[test]
fn a_device_starts_anew_and_knows_of_no_upload() {
    let bench = arrives(
        serial,
        |bench| {
            bench.port.device().cut_after = Some(3_000);
            bench.port.device().cut_before = Some(6_000);
        },
        6,
    );
    let device = &bench.port.device().device;
    assert_eq!((device.resets, device.opened.len()), (2, 3));
}

#[test]
fn the_command_is_given_again() {
    let bench = serial();
    let half = new();
    // What another command had sent: the same image, as far as it came.
    bench.port.device().unplug_after = Some(half.len() / 2);
    let args = ["upload", "new.corelet", "--slot", "1", "--give-up", "0s"];
    let text = bench.refused(&args, 3);
    assert!(
        text.contains("goes on where it was when the command is given again"),
        "{text}"
    );
    let slots = bench.corelet(&["slots"]).well().stdout;
    assert!(slots.contains("slot 1  receiving  "), "{slots}");
    let there = bench.port.device().device.received(1);
    assert!(there >= half.len() / 2);

    bench
        .corelet(&["upload", "new.corelet", "--slot", "1"])
        .well();
    let device = &bench.port.device().device;
    assert_eq!(device.opened, [0, there as u32]);
    assert_eq!(device.written, half.len());
}

#[test]
fn a_trial_is_seen_to_its_end_over_an_interruption() {
    let bench = Bench::new(passing(), everything);
    bench.port.device().unplug_after = Some(new().len());
    let outcome = bench
        .corelet(&["install", "new.corelet", "--slot", "1"])
        .well();
    assert!(
        outcome
            .stdout
            .ends_with("→  trial  →  confirmed after 3 good calls\n"),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("no answer from "), "{outcome:?}");
}
