//! Uploads in whose midst the cable, the device or the command goes away.

use corelet_smp_tests::{Device, Port};

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
    bench.port.device().unplug_when = Some(|device| device.written >= 4_000);
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
    unplugged(&bench);
    let args = ["upload", "new.corelet", "--slot", "1", "--give-up", "0s"];
    let text = bench.refused(&args, 3);
    assert!(
        text.contains("goes on where it was when the command is given again"),
        "{text}"
    );
    let slots = bench.corelet(&["slots"]).well().stdout;
    assert!(slots.contains("slot 1  receiving  "), "{slots}");
    let there = bench.port.device().device.received(1);
    assert!(there >= 4_000);

    bench
        .corelet(&["upload", "new.corelet", "--slot", "1"])
        .well();
    let device = &bench.port.device().device;
    assert_eq!(device.opened, [0, there as u32]);
    assert_eq!(device.written, new().len());
}

#[test]
fn a_trial_is_seen_to_its_end_whichever_answer_is_lost() {
    fn is_staged(device: &Device) -> bool {
        device.staged(1) == Some(&new()[..])
    }
    fn is_tried(device: &Device) -> bool {
        device.running(1) == Some(&new()[..])
    }
    fn is_confirmed(device: &Device) -> bool {
        is_tried(device) && device.is_confirmed(1)
    }
    for lost in [is_staged, is_tried, is_confirmed] {
        let bench = Bench::new(passing(), everything);
        bench.port.device().unplug_when = Some(lost);
        let outcome = bench
            .corelet(&["install", "new.corelet", "--slot", "1"])
            .well();
        let end = "→  trial  →  confirmed after 3 good calls\n";
        assert!(outcome.stdout.ends_with(end), "{outcome:?}");
        let port = bench.port.device();
        assert!(port.unplug_when.is_none(), "it was disturbed");
        assert_eq!(port.device.written, new().len());
    }
}

#[test]
fn what_was_told_once_is_not_told_again() {
    let staged = device().with_staged(1, &new());
    let bench = Bench::new(staged, everything);
    bench.port.device().unplug_when = Some(|device| device.staged(1).is_none());
    let text = bench.refused(&["erase", "--slot", "1"], 3);
    let (what, help) = text.split_once('\n').unwrap();
    assert!(
        what.starts_with("error: the device at PORT was told, and its answer was lost: "),
        "{text}"
    );
    assert_eq!(
        help,
        "help: corelet slots --port PORT says whether it was done\n"
    );
    let slots = bench.corelet(&["slots"]).well().stdout;
    assert!(!slots.contains("1.5.0"), "{slots}");
}
