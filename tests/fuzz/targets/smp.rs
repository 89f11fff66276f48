//! Arbitrary bytes over a port that is managed, and arbitrary messages in frames that are whole: the server of SMP with its frames
//! and its CBOR.

#![no_main]

use arbitrary::Arbitrary;
use corelet_smp::{Authority, Everything, GROUP, Smp, UploadOnly};
use corelet_smp_tests::{Device, Op, Request, answers, frame, old};
use libfuzzer_sys::fuzz_target;
use minicbor::decode::Decoder;

const BUFFER: usize = 512;
const HEADER_BYTES: usize = 8;
const GROUPS: [u16; 5] = [0, 1, 2, GROUP, 64];

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    /// What comes is no message, or is.
    Bytes(&'a [u8]),
    /// Messages, each in a frame.
    Messages(Vec<Message<'a>>),
}

#[derive(Arbitrary, Debug)]
struct Message<'a> {
    version: bool,
    write: bool,
    group: u8,
    command: u8,
    map: &'a [u8],
}

impl Message<'_> {
    fn framed(&self, sequence: u8) -> Vec<u8> {
        let request = Request {
            version: 1 + u8::from(self.version),
            op: if self.write { Op::Write } else { Op::Read },
            group: GROUPS[usize::from(self.group) % GROUPS.len()],
            command: self.command % 12,
            sequence,
        };
        let most = self.map.len().min(BUFFER - 4 - HEADER_BYTES);
        frame(&request.message(&self.map[..most]), 127)
    }
}

fuzz_target!(|input: Input| {
    let before = device();
    let mut device = before.clone();
    serve(&input, &mut device, UploadOnly);
    // Such a port lets one upload, and read; what nobody signed does not run.
    assert_eq!(device.running(1), before.running(1));
    assert!(device.is_confirmed(1) && !device.wants_reset());
    let mut device = before.clone();
    serve(&input, &mut device, Everything);
    assert_eq!(device.running(0), None);
    assert!(device.running(1) == before.running(1) && device.is_confirmed(1));
});

/// A device with a confirmed plugin in slot 1.
fn device() -> Device {
    thread_local! {
        // Its image is signed and verified once.
        static DEVICE: Device = Device::default().with(1, &old());
    }
    DEVICE.with(Clone::clone)
}

fn serve<A: Authority>(input: &Input<'_>, device: &mut Device, authority: A) {
    let mut smp = Smp::<BUFFER, A>::with_authority(authority);
    match input {
        Input::Bytes(bytes) => {
            told(&feed(&mut smp, device, bytes));
            // A newline ends what was begun, as if it had come late.
            told(&feed(&mut smp, device, b"\n"));
        }
        Input::Messages(messages) => {
            for (sequence, message) in (0..=u8::MAX).zip(messages) {
                let answers = told(&feed(&mut smp, device, &message.framed(sequence)));
                let [answer] = &answers[..] else {
                    panic!("one request, and not one answer: {answers:?}");
                };
                assert_eq!(answer[6], sequence);
            }
        }
    }
    // And it goes on.
    let echo = Message {
        version: true,
        write: true,
        group: 0,
        command: 0,
        map: b"\xa1\x61d\x62hi",
    };
    let answers = told(&feed(&mut smp, device, &echo.framed(7)));
    assert_eq!(answers[0][HEADER_BYTES..], *b"\xbf\x61r\x62hi\xff");
}

fn feed<A: Authority>(smp: &mut Smp<BUFFER, A>, device: &mut Device, mut bytes: &[u8]) -> Vec<u8> {
    let mut sent = Vec::new();
    while let Some(line) = smp.feed(&mut bytes, device) {
        sent.extend(line);
    }
    assert!(bytes.is_empty());
    sent
}

/// The messages that were sent, each a header and one CBOR map.
fn told(sent: &[u8]) -> Vec<Vec<u8>> {
    let answers = answers(sent);
    for answer in &answers {
        assert!(answer.len() <= BUFFER - 4);
        let (header, map) = answer.split_at(HEADER_BYTES);
        assert_eq!(
            usize::from(u16::from_be_bytes([header[2], header[3]])),
            map.len()
        );
        let mut decoder = Decoder::new(map);
        decoder.map().expect("a map");
        let mut decoder = Decoder::new(map);
        decoder.skip().expect("well-formed");
        assert_eq!(decoder.position(), map.len());
    }
    answers
}
