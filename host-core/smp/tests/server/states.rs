use corelet_image::Version;
use corelet_smp_tests::{Device, Op, Request, image, image_for};
use sha2::{Digest, Sha256};

use crate::ask;

const OLD: Version = Version::new(1, 4, 0);
const NEW: Version = Version::new(1, 5, 0);

const SET: Request = Request {
    version: 2,
    op: Op::Write,
    group: 1,
    command: 0,
    sequence: 0,
};

/// `{"hash": …, "confirm": …}`.
fn set(image: &[u8], confirm: bool) -> Vec<u8> {
    let hash = Sha256::digest(image);
    let confirm = [0xf4 + u8::from(confirm)];
    [
        &b"\xa2\x64hash\x58\x20"[..],
        &hash,
        b"\x67confirm",
        &confirm,
    ]
    .concat()
}

fn is_list(answer: &[u8]) -> bool {
    answer.starts_with(b"\xbf\x66images\x9f")
}

/// Both slots run on trial what they have in their other bank.
fn on_trial(device: Device) -> Device {
    let mut device = device;
    let both = Request {
        group: corelet_smp::GROUP,
        command: 5,
        ..SET
    };
    assert_eq!(
        ask(&mut device, both, b"\xa1\x65slots\x82\x00\x01").1,
        b"\xbf\xff"
    );
    device.restart();
    device
}

#[test]
fn a_confirmation_without_a_digest_is_for_all_that_runs() {
    let [one, two] =
        ["pump", "valve"].map(|name| [OLD, NEW].map(|version| image_for(name, version, 10)));
    let mut device = on_trial(
        Device::default()
            .with(0, &one[0])
            .with_staged(0, &one[1])
            .with(1, &two[0])
            .with_staged(1, &two[1]),
    );
    assert!(!device.is_confirmed(0) && !device.is_confirmed(1));
    for _ in 0..2 {
        assert!(is_list(&ask(&mut device, SET, b"\xa1\x67confirm\xf5").1));
        assert!(device.is_confirmed(0) && device.is_confirmed(1));
    }
    assert_eq!(device.running(0), Some(&one[1][..]));
}

#[test]
fn where_nothing_runs_there_is_nothing_to_confirm() {
    let mut device = Device::default().with_staged(0, &image(NEW, 10));
    let answer = ask(&mut device, SET, b"\xa1\x67confirm\xf5").1;
    assert_eq!(answer, b"\xbf\x63err\xbf\x65group\x01\x62rc\x03\xff\xff");
}

#[test]
fn one_image_in_two_slots_is_the_one_with_which_there_is_something_to_do() {
    let (old, new) = (image(OLD, 10), image(NEW, 10));
    let mut device = Device::default()
        .with(0, &new)
        .with(1, &old)
        .with_staged(1, &new);
    assert!(is_list(&ask(&mut device, SET, &set(&new, false)).1));
    device.restart();
    assert_eq!(device.running(1), Some(&new[..]));
    assert!(is_list(&ask(&mut device, SET, &set(&new, true)).1));
    assert!(device.is_confirmed(1));
    // A third time there is nothing to do, which is well.
    assert!(is_list(&ask(&mut device, SET, &set(&new, true)).1));
}

#[test]
fn what_runs_is_not_tried() {
    let old = image(OLD, 10);
    let mut device = Device::default()
        .with(0, &old)
        .with_staged(0, &image(NEW, 10));
    let answer = ask(&mut device, SET, &set(&old, false)).1;
    assert_eq!(
        answer,
        b"\xbf\x63err\xbf\x65group\x01\x62rc\x18\x21\xff\xff"
    );
    device.restart();
    assert_eq!(device.running(0), Some(&old[..]));
}

#[test]
fn what_was_never_tried_is_confirmed_if_the_port_may_do_that() {
    let (old, new) = (image(OLD, 10), image(NEW, 10));
    let mut device = Device::default().with(0, &old).with_staged(0, &new);
    let answer = ask(&mut device, SET, &set(&new, true)).1;
    let flags = b"\x68bootable\xf5\x67pending\xf5\x69permanent\xf5\xff\xff\xff";
    assert!(answer.ends_with(flags), "{answer:?}");
    device.restart();
    assert_eq!(device.running(0), Some(&new[..]));
    assert!(device.is_confirmed(0));
}
