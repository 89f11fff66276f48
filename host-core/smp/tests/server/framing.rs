use base64ct::{Base64, Encoding};
use corelet_smp::Smp;
use corelet_smp_tests::{Device, answers, frame};
use crc::{CRC_16_XMODEM, Crc};

use crate::{BUFFER, HI, HI_BACK, echo, feed};

/// The sequence numbers of the answers, which are all that an echo of `HI` has.
fn echoed(sent: &[u8]) -> Vec<u8> {
    answers(sent)
        .iter()
        .map(|message| {
            assert_eq!(message[8..], *HI_BACK);
            message[6]
        })
        .collect()
}

fn echoed_of(bytes: &[u8]) -> Vec<u8> {
    let mut smp = Smp::<BUFFER>::new();
    echoed(&feed(&mut smp, &mut Device::default(), bytes))
}

fn hi(sequence: u8) -> Vec<u8> {
    frame(&echo(sequence).message(HI), 127)
}

/// What a frame with a right check carries, with this length.
fn frame_with_length(message: &[u8], length: u16) -> Vec<u8> {
    let check = Crc::<u16>::new(&CRC_16_XMODEM).checksum(message);
    [&length.to_be_bytes(), message, &check.to_be_bytes()].concat()
}

/// As one line.
fn lines(bytes: &[u8]) -> Vec<u8> {
    ["\x06\x09", &Base64::encode_string(bytes), "\n"]
        .concat()
        .into_bytes()
}

/// A request of more than one line.
fn long() -> Vec<u8> {
    let mut map = b"\xa1\x61d\x78\xc8".to_vec();
    map.extend([b'x'; 200]);
    frame(&echo(9).message(&map), 127)
}

#[test]
fn the_bytes_are_those_of_the_protocol() {
    // From the documentation of `smp.packet`, of PyPI: what "Hello, world!" is in frames.
    assert_eq!(
        frame(b"Hello, world!", 127),
        b"\x06\x09AA9IZWxsbywgd29ybGQhet4=\n"
    );
    assert_eq!(
        frame(b"Hello, world!", 8),
        b"\x06\x09AA9I\n\x04\x14ZWxs\n\x04\x14bywg\n\x04\x14d29y\n\x04\x14bGQh\n\x04\x14et4=\n"
    );
    let mut smp = Smp::<BUFFER>::new();
    let sent = feed(&mut smp, &mut Device::default(), &hi(7));
    assert_eq!(
        sent,
        frame(b"\x0b\0\0\x07\0\0\x07\0\xbf\x61r\x62hi\xff", 127)
    );
}

#[test]
fn one_byte_at_a_time_is_as_good() {
    let mut smp = Smp::<BUFFER>::new();
    let mut device = Device::default();
    let mut sent = Vec::new();
    for byte in hi(1) {
        sent.extend(feed(&mut smp, &mut device, &[byte]));
    }
    assert_eq!(echoed(&sent), [1]);
}

#[test]
fn several_requests_come_at_once() {
    let bytes: Vec<u8> = (0..5).flat_map(hi).collect();
    assert_eq!(echoed_of(&bytes), [0, 1, 2, 3, 4]);
}

#[test]
fn a_frame_carries_several_messages() {
    let mut messages = echo(1).message(HI);
    messages.extend(echo(2).message(HI));
    messages.extend(b"\0\0\0");
    assert_eq!(echoed_of(&frame(&messages, 127)), [1, 2]);
}

#[test]
fn lines_of_any_length_will_do() {
    for line in [8, 60, 127, 128, 1_000] {
        let mut smp = Smp::<BUFFER>::new();
        let mut map = b"\xa1\x61d\x79\x01\x2c".to_vec();
        map.extend([b'x'; 300]);
        let sent = feed(
            &mut smp,
            &mut Device::default(),
            &frame(&echo(3).message(&map), line),
        );
        assert_eq!(answers(&sent).len(), 1, "lines of {line}");
    }
}

#[test]
fn what_is_no_frame_is_passed_over() {
    for garbage in [
        &b"*** Booting ***\r\n"[..],
        b"no newline",
        b"\x06",
        b"\x06\x06",
        b"\x04",
        b"\x04\x14AAAA\n",
        b"\x06\x09\n",
        b"\x06\x09AAAA\n",
        b"\x06\x09AAAA",
        b"\x06\x09AA",
        b"\x06\x09AA==AAAA\n",
        b"\x06\x09!!!!\n",
        b"\x06\x09//////\n",
        b"\x06\x09AAoAAA",
        b"\x06\x09AAAAAAAAAAAAAAAAAAAA\x06\x09",
        &[0xff; 2_000],
        &[b'A'; 2_000],
        &long()[..150],
    ] {
        let mut bytes = garbage.to_vec();
        bytes.extend(hi(4));
        assert_eq!(echoed_of(&bytes), [4], "{garbage:?}");
    }
}

#[test]
fn text_and_carriage_returns_may_come_between_the_lines_of_a_frame() {
    let mut bytes = Vec::new();
    for line in long().split_inclusive(|byte| *byte == b'\n') {
        bytes.extend(b"[thermostat] 21.5 C\r\n");
        bytes.extend(&line[..line.len() - 1]);
        bytes.extend(b"\r\n");
    }
    let mut smp = Smp::<BUFFER>::new();
    assert_eq!(
        answers(&feed(&mut smp, &mut Device::default(), &bytes)).len(),
        1
    );
}

#[test]
fn a_frame_is_as_long_as_it_says() {
    let message = echo(1).message(HI);
    for (claimed, taken) in [(0, true), (-1, false), (1, false), (-11, false)] {
        let bytes = frame_with_length(&message, (message.len() as isize + 2 + claimed) as u16);
        let sent = echoed_of(&[lines(&bytes), hi(2)].concat());
        assert_eq!(sent.len(), 1 + usize::from(taken), "{claimed}");
    }
}

#[test]
fn nothing_follows_padding_in_a_line() {
    let bytes = frame_with_length(&echo(1).message(HI), 16);
    let (start, rest) = bytes.split_at(4);
    let [start, rest] = [start, rest].map(Base64::encode_string);
    assert!(start.ends_with("=="));
    let one = ["\x06\x09", &start, &rest, "\n"].concat();
    assert_eq!(echoed_of(&[one.as_bytes(), &hi(2)].concat()), [2]);
    // Which some clients send so: each line is base64 of its own.
    let two = ["\x06\x09", &start, "\n\x04\x14", &rest, "\n"].concat();
    assert_eq!(echoed_of(two.as_bytes()), [1]);
}

#[test]
fn a_damaged_frame_is_passed_over() {
    let good = long();
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone();
            bytes[place] ^= 1 << bit;
            // The last newline may be what is damaged.
            bytes.push(b'\n');
            bytes.extend(hi(5));
            assert_eq!(echoed_of(&bytes), [5], "bit {bit} of byte {place}");
        }
    }
}

#[test]
fn a_frame_that_ends_too_early_is_passed_over() {
    let good = long();
    for end in 0..good.len() {
        let mut bytes = good[..end].to_vec();
        bytes.extend(hi(6));
        assert_eq!(echoed_of(&bytes), [6], "{end} bytes");
    }
}

#[test]
fn a_lost_line_loses_its_frame_alone() {
    let good = long();
    let lines: Vec<_> = good.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), 3);
    for lost in 0..lines.len() {
        let mut bytes: Vec<u8> = lines
            .iter()
            .enumerate()
            .filter(|(number, _)| *number != lost)
            .flat_map(|(_, line)| line.to_vec())
            .collect();
        bytes.extend(hi(7));
        assert_eq!(echoed_of(&bytes), [7], "line {lost}");
    }
}

#[test]
fn the_longest_message_is_what_the_parameters_announce() {
    let mut device = Device::default();
    // The header, and what it takes to say that a text comes.
    let text = |message: usize| {
        let length = message - 8 - 6;
        let mut map = b"\xa1\x61d\x79".to_vec();
        map.extend((length as u16).to_be_bytes());
        map.extend(vec![b'x'; length]);
        frame(&echo(8).message(&map), 127)
    };
    let mut smp = Smp::<BUFFER>::new();
    // It is taken, but the answer would be longer by the end of its map.
    let sent = feed(&mut smp, &mut device, &text(BUFFER - 4));
    assert_eq!(answers(&sent)[0][8..], *b"\xbf\x62rc\x07\xff");
    let sent = feed(&mut smp, &mut device, &text(BUFFER - 3));
    assert_eq!(answers(&sent).len(), 0);
    let sent = feed(&mut smp, &mut device, &text(BUFFER - 40));
    assert_eq!(answers(&sent)[0].len(), BUFFER - 40 + 1);
}
