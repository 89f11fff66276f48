//! Whatever comes, the server goes on, and the device is as it was.

use corelet_smp::{Everything, GROUP, Smp};
use corelet_smp_tests::{Op, Request, answers, frame};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{BUFFER, HI, HI_BACK, device, echo, feed};

/// Bytes of which frames are made, more often than others.
fn line_byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        select(b"\x06\x09\x04\x14\n\r=+/A".to_vec()),
        select(b"AaBbZz09".to_vec()),
        any::<u8>()
    ]
}

/// CBOR, well-formed or not: items of every kind, in any order, with keys that commands know.
fn map() -> impl Strategy<Value = Vec<u8>> {
    let key = select(vec![
        "d", "off", "data", "len", "sha", "image", "upgrade", "hash", "confirm", "slot", "name",
        "from", "slots", "force", "query",
    ])
    .prop_map(|key| [&[0x60 + key.len() as u8], key.as_bytes()].concat());
    let value = prop_oneof![
        (0..24_u8).prop_map(|n| vec![n]),
        any::<u64>().prop_map(|n| [&[0x1b][..], &n.to_be_bytes()].concat()),
        vec(any::<u8>(), 0..40).prop_map(|b| [&[0x58, b.len() as u8][..], &b].concat()),
        Just([&[0x58, 32][..], &[7; 32]].concat()),
        "[a-z0-9]{0,20}".prop_map(|t| [&[0x60 + t.len() as u8][..], t.as_bytes()].concat()),
        Just(b"\x44CRLT".to_vec()),
        Just(b"\x65slot1".to_vec()),
        select(vec![
            b"\xf4".to_vec(),
            b"\xf5".to_vec(),
            b"\xf6".to_vec(),
            b"\x82\x00\x01".to_vec()
        ]),
        vec(any::<u8>(), 0..12),
    ];
    let head = prop_oneof![Just(None), Just(Some(0xbf)), any::<u8>().prop_map(Some)];
    (vec((key, value), 0..7), head, any::<bool>()).prop_map(|(fields, head, end)| {
        let mut map = vec![head.unwrap_or(0xa0 + fields.len() as u8)];
        for (key, value) in fields {
            map.extend(key);
            map.extend(value);
        }
        if end || head == Some(0xbf) {
            map.push(0xff);
        }
        map
    })
}

fn request() -> impl Strategy<Value = Request> {
    (
        1..=4_u8,
        select(vec![Op::Read, Op::Write]),
        select(vec![0, 1, 2, 3, 64, GROUP]),
        0..10_u8,
        any::<u8>(),
    )
        .prop_map(|(version, op, group, command, sequence)| Request {
            version,
            op,
            group,
            command,
            sequence,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_bytes(bytes in vec(line_byte(), 0..300)) {
        let mut smp = Smp::<BUFFER>::new();
        let mut device = device();
        answers(&feed(&mut smp, &mut device, &bytes));
        // A newline ends what was begun, as if it had come late.
        answers(&feed(&mut smp, &mut device, b"\n"));
        let sent = feed(&mut smp, &mut device, &frame(&echo(1).message(HI), 127));
        prop_assert_eq!(&answers(&sent)[0][8..], HI_BACK);
    }

    #[test]
    fn any_message(message in vec(any::<u8>(), 0..600), line in 8..200_usize) {
        let mut smp = Smp::<BUFFER>::new();
        let mut device = device();
        answers(&feed(&mut smp, &mut device, &frame(&message, line)));
        let sent = feed(&mut smp, &mut device, &frame(&echo(1).message(HI), 127));
        prop_assert_eq!(&answers(&sent)[0][8..], HI_BACK);
    }

    #[test]
    fn any_map(requests in vec((request(), map()), 1..8)) {
        let mut smp = Smp::<BUFFER>::new();
        let mut device = device();
        let before = device.running(1).map(<[u8]>::to_vec);
        for (request, map) in requests {
            let message = request.message(&map);
            prop_assume!(message.len() <= BUFFER - 4);
            let sent = feed(&mut smp, &mut device, &frame(&message, 127));
            let [answer] = &answers(&sent)[..] else {
                panic!("one request, and not one answer: {sent:?}");
            };
            let op = request.op as u8 + 1;
            prop_assert_eq!(answer[0] & 0b111, op);
            prop_assert_eq!(&answer[4..8], &message[4..8]);
            prop_assert_eq!(answer[8..].len(), usize::from(u16::from_be_bytes([answer[2], answer[3]])));
            prop_assert_eq!((answer[8], answer.last()), (0xbf, Some(&0xff)));
        }
        // Such a port lets one upload, and read.
        prop_assert_eq!(device.running(1).map(<[u8]>::to_vec), before);
        prop_assert!(device.is_confirmed(1) && !device.wants_reset());
    }

    #[test]
    fn any_map_of_an_owner(requests in vec((request(), map()), 1..8)) {
        let mut smp = Smp::<BUFFER, _>::with_authority(Everything);
        let mut device = device();
        for (request, map) in requests {
            answers(&feed(&mut smp, &mut device, &frame(&request.message(&map), 127)));
        }
        // Nothing that was not signed came in.
        prop_assert!(device.running(1).is_some() && device.is_confirmed(1));
        prop_assert_eq!(device.running(0), None);
    }

    #[test]
    fn in_any_pieces(
        requests in vec((request(), map()), 1..5),
        pieces in vec(1..90_usize, 1..60),
    ) {
        let bytes: Vec<u8> = requests
            .iter()
            .flat_map(|(request, map)| frame(&request.message(map), 127))
            .collect();
        let whole = feed(&mut Smp::<BUFFER>::new(), &mut device(), &bytes);
        let (mut smp, mut device, mut sent) = (Smp::<BUFFER>::new(), device(), Vec::new());
        let mut rest = &bytes[..];
        for length in pieces.iter().cycle() {
            let (piece, after) = rest.split_at((*length).min(rest.len()));
            sent.extend(feed(&mut smp, &mut device, piece));
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(sent, whole);
    }
}
