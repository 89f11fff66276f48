use corelet_image::Version;
use corelet_smp::{Action, Smp};
use corelet_smp_tests::{Op, Request, answers, frame, image};

use crate::{BUFFER, HI, ask, ask_server, device, echo, feed};

fn request(op: Op, group: u16, command: u8) -> Request {
    Request {
        version: 2,
        op,
        group,
        command,
        sequence: 200,
    }
}

/// `{"rc": N}`.
fn rc(number: u8) -> Vec<u8> {
    [b"\xbf\x62rc", &[number][..], b"\xff"].concat()
}

/// `{"err": {"group": G, "rc": N}}`.
fn err(group: u8, number: &[u8]) -> Vec<u8> {
    [
        b"\xbf\x63err\xbf\x65group",
        &[group][..],
        b"\x62rc",
        number,
        b"\xff\xff",
    ]
    .concat()
}

#[test]
fn an_answer_has_the_requests_header() {
    let mut device = device();
    let (header, _) = ask(&mut device, echo(77), HI);
    assert_eq!(header, [0x0b, 0, 0, 7, 0, 0, 77, 0]);
    let old = Request {
        version: 1,
        op: Op::Read,
        ..request(Op::Read, 0x1234, 9)
    };
    let (header, map) = ask(&mut device, old, b"");
    assert_eq!(header, [0x01, 0, 0, 6, 0x12, 0x34, 200, 9]);
    assert_eq!(map, rc(8));
}

#[test]
fn an_error_of_a_group_is_told_in_the_requests_version() {
    let mut device = device();
    // No image has this digest.
    let map = [&b"\xa1\x64hash\x58\x20"[..], &[9; 32]].concat();
    let set = request(Op::Write, 1, 0);
    assert_eq!(ask(&mut device, set, &map).1, err(1, &[8]));
    assert_eq!(
        ask(&mut device, Request { version: 1, ..set }, &map).1,
        rc(5)
    );
    // No group of statistics has this name.
    let show = request(Op::Read, 2, 0);
    let map = b"\xa1\x64name\x63foo";
    assert_eq!(ask(&mut device, show, map).1, err(2, &[2]));
    assert_eq!(
        ask(&mut device, Request { version: 1, ..show }, map).1,
        rc(5)
    );
}

#[test]
fn what_is_not_there_is_not_supported() {
    let mut device = device();
    for (op, group, command) in [
        (Op::Read, 0, 1),
        (Op::Read, 0, 5),
        (Op::Write, 0, 6),
        (Op::Read, 1, 1),
        (Op::Write, 2, 0),
        (Op::Read, 3, 0),
        (Op::Read, 64, 0),
        (Op::Write, corelet_smp::GROUP, 0),
        (Op::Read, corelet_smp::GROUP, 3),
        (Op::Read, corelet_smp::GROUP, 99),
        (Op::Read, 0xffff, 0xff),
    ] {
        let answer = ask(&mut device, request(op, group, command), b"\xa0");
        assert_eq!(answer.1, rc(8), "{op:?} {group} {command}");
    }
}

#[test]
fn malformed_maps_are_told_so() {
    let mut device = device();
    for map in [
        &b"\xa1"[..],
        b"\xff",
        b"\x80",
        b"\x01",
        b"\xa1\x61d",
        b"\xa1\x61d\x62h",
        b"\xa1\x61d\x7f\x61h\xff",
        b"\xa1\x61d\x01",
        b"\xa1\x01\x01",
        b"\xa1\x61d\x62\xff\xfe",
        b"\xa1\x61d\x62hi\x00",
        b"\xa1\x61d\x62hi\xff",
        b"\xa0",
        b"\xbf\x61d\x62hi",
        b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x61d\x62hi",
        b"\xa1\x61d\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa2\x61d\x62hi\x61x\x1c",
    ] {
        assert_eq!(ask(&mut device, echo(1), map).1, rc(3), "{map:?}");
    }
}

#[test]
fn unknown_keys_are_passed_over() {
    let mut device = device();
    for map in [
        &b"\xa2\x61a\x82\x01\x02\x61d\x62hi"[..],
        b"\xa2\x61d\x62hi\x61z\xf6",
        b"\xbf\x61a\xa1\x01\x02\x61d\x62hi\xff",
        b"\xa2\x61a\x9f\x01\x02\xff\x61d\x62hi",
        b"\xa2\x61a\xc1\x01\x61d\x62hi",
    ] {
        assert_eq!(
            ask(&mut device, echo(1), map).1,
            b"\xbf\x61r\x62hi\xff",
            "{map:?}"
        );
    }
}

#[test]
fn a_later_version_and_a_cut_message_are_told_so() {
    let mut device = device();
    let mut smp = Smp::<BUFFER>::new();
    let later = Request {
        version: 3,
        ..echo(1)
    };
    assert_eq!(ask_server(&mut smp, &mut device, later, HI).1, rc(13));

    let mut cut = echo(1).message(HI);
    cut.truncate(10);
    let sent = feed(&mut smp, &mut device, &frame(&cut, 127));
    assert_eq!(answers(&sent)[0][8..], rc(9));
}

#[test]
fn what_is_no_request_is_not_answered() {
    let mut device = device();
    let mut smp = Smp::<BUFFER>::new();
    for op in [1, 3, 4, 5, 6, 7] {
        let mut message = echo(1).message(HI);
        message[0] = 0x08 | op;
        assert_eq!(feed(&mut smp, &mut device, &frame(&message, 127)), b"");
    }
    // Nor is an answer of our own, if the line ends in a loop.
    let sent = feed(&mut smp, &mut device, &frame(&echo(1).message(HI), 127));
    assert_eq!(feed(&mut smp, &mut device, &sent), b"");
}

#[test]
fn a_list_that_does_not_fit_goes_on_later_or_is_refused() {
    let version = Version::new(1, 0, 0);
    let mut device = device().with(0, &image(version, 10));
    let mut read = |group, command, map: &[u8]| {
        let mut smp = Smp::<256>::new();
        let request = frame(&request(Op::Read, group, command).message(map), 127);
        let (mut bytes, mut sent) = (&request[..], Vec::new());
        while let Some(line) = smp.feed(&mut bytes, &mut device) {
            sent.extend(line);
        }
        answers(&sent).remove(0).split_off(8)
    };
    let audit = read(corelet_smp::GROUP, 2, b"\xa0");
    assert!(audit.ends_with(b"\xff\x64next\x01\xff"), "{audit:?}");
    let audit = read(corelet_smp::GROUP, 2, b"\xa1\x64from\x01");
    assert!(audit.ends_with(b"\xff\x64next\x02\xff"), "{audit:?}");
    let audit = read(corelet_smp::GROUP, 2, b"\xa1\x64from\x02");
    assert!(audit.ends_with(b"\xff\xff"), "{audit:?}");
    // Clients know nothing of the rest of a list of images: two have room, and three have not.
    assert!(read(1, 0, b"").starts_with(b"\xbf\x66images\x9f\xbf\x65image\x00"));
    device = device.with_staged(1, &image(version, 10));
    let mut smp = Smp::<256>::new();
    let mut bytes = &frame(&request(Op::Read, 1, 0).message(b""), 127)[..];
    let line = smp.feed(&mut bytes, &mut device).unwrap();
    assert_eq!(answers(line)[0][8..], rc(7));
}

#[test]
fn the_firmware_is_asked_each_time_and_for_each_slot() {
    let mut device = device();
    let mut asked = Vec::new();
    let mut locked = true;
    let denied = b"\xbf\x62rc\x0b\x63rsn\x7f\x78\x1anot allowed over this port\xff\xff";
    let new = image(Version::new(1, 5, 0), 10);
    for _ in 0..2 {
        let authority = |action| {
            asked.push(action);
            !locked
        };
        let mut smp = Smp::<BUFFER, _>::with_authority(authority);
        let mut ask = |group, command, map: &[u8]| {
            ask_server(
                &mut smp,
                &mut device,
                request(Op::Write, group, command),
                map,
            )
            .1
        };
        let mut first = b"\xa4\x63off\x00\x65image\x01\x63len\x19".to_vec();
        first.extend((new.len() as u16).to_be_bytes());
        first.extend(b"\x64data\x59");
        first.extend((new.len() as u16).to_be_bytes());
        first.extend(&new);
        let hash = [&b"\xa1\x64hash\x58\x20"[..], &[9; 32]].concat();
        let all = [
            ask(1, 1, &first),
            ask(1, 5, b"\xa1\x64slot\x03"),
            ask(1, 0, b"\xa1\x67confirm\xf5"),
            ask(corelet_smp::GROUP, 3, b"\xa1\x64slot\x01"),
            ask(corelet_smp::GROUP, 4, &hash),
            ask(corelet_smp::GROUP, 5, b"\xa1\x65slots\x82\x00\x01"),
            ask(corelet_smp::GROUP, 6, b"\xa1\x63set\x40"),
            ask(0, 5, b"\xa0"),
        ];
        for (number, answer) in all.iter().enumerate() {
            assert_eq!(answer == denied, locked, "{number}");
        }
        locked = false;
    }
    let confirm = Action::Confirm {
        slot: 1,
        active: true,
    };
    let first = [
        Action::Upload { slot: 1 },
        Action::Erase { slot: 1 },
        confirm,
        Action::Rollback { slot: 1 },
        Action::Forgive,
        Action::Test { slot: 0 },
        Action::Keys,
        Action::Reset,
    ];
    assert_eq!(asked[..8], first);
    // Now the second slot of those that are tested together, too.
    assert_eq!(asked[8 + 6], Action::Test { slot: 1 });
    assert!(device.wants_reset());
}
