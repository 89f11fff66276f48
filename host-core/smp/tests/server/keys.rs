use corelet_image::{DEVELOPMENT_SEED, UnsignedKeySet};
use corelet_smp::{GROUP, Smp, UploadOnly};
use corelet_smp_tests::{Device, Op, Request};

use crate::{ask_server, device};

const SLOTS: Request = Request {
    version: 2,
    op: Op::Read,
    group: GROUP,
    command: 0,
    sequence: 0,
};

const KEYS: Request = Request {
    op: Op::Write,
    command: 6,
    ..SLOTS
};

/// What a port answers over which nothing but what is signed is taken.
fn ask(device: &mut Device, request: Request, map: &[u8]) -> Vec<u8> {
    let mut smp = Smp::with_authority(UploadOnly);
    ask_server(&mut smp, device, request, map).1
}

/// `{"set": …}`, of as many keys as there can be.
fn set(epoch: u32) -> Vec<u8> {
    let keys = [(); corelet_image::KEYS_MAX].map(|()| {
        // The base point.
        let mut key = [0x66; 32];
        key[0] = 0x58;
        key
    });
    let unsigned = UnsignedKeySet::build(epoch, &keys).unwrap();
    let set = unsigned.sign(&DEVELOPMENT_SEED).unwrap();
    [&b"\xa1\x63set\x58"[..], &[set.len() as u8], &set].concat()
}

#[test]
fn a_key_set_is_one_message_and_its_epoch_is_told() {
    let mut device = device();
    device.key_epoch = Some(0);
    let told = |device: &mut Device| ask(device, SLOTS, b"\xa0")[..8].to_vec();
    assert_eq!(told(&mut device), b"\xbf\x65epoch\x00");
    assert_eq!(ask(&mut device, KEYS, &set(3)), b"\xbf\xff");
    assert_eq!(told(&mut device), b"\xbf\x65epoch\x03");
    // The smallest buffer holds the largest set.
    let mut smp = Smp::<256>::new();
    let message = corelet_smp_tests::frame(&KEYS.message(&set(4)), 127);
    let mut received = &message[..];
    assert!(smp.feed(&mut received, &mut device).is_some());
    assert_eq!(told(&mut device), b"\xbf\x65epoch\x04");
}

#[test]
fn a_refused_key_set_changes_nothing() {
    let mut device = device();
    let refused = |answer: &[u8], rc: u8, reason: &str| {
        let text = String::from_utf8_lossy(answer);
        assert_eq!(answer[..6], [&b"\xbf\x62rc"[..], &[rc], b"\x63"].concat());
        assert!(text.contains(reason), "{text}");
    };
    refused(&ask(&mut device, KEYS, &set(1)), 8, "it has no root key");
    assert!(ask(&mut device, SLOTS, b"\xa0").starts_with(b"\xbf\x65slots"));

    device.key_epoch = Some(2);
    refused(&ask(&mut device, KEYS, &set(2)), 6, " is not later");
    let mut changed = set(3);
    *changed.last_mut().unwrap() ^= 1;
    refused(
        &ask(&mut device, KEYS, &changed),
        11,
        "the signature is not the root key's",
    );
    assert_eq!(ask(&mut device, KEYS, b"\xa0"), b"\xbf\x62rc\x03\xff");
    assert_eq!(
        ask(&mut device, KEYS, b"\xa1\x63set\x01"),
        b"\xbf\x62rc\x03\xff"
    );
    assert_eq!(device.key_epoch, Some(2));
}
