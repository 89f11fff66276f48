//! The server, byte by byte.

mod arbitrary;
mod errors;
mod framing;
mod golden;
mod keys;
mod states;
mod upload;

use std::sync::LazyLock;

use corelet_image::Version;
use corelet_smp::{Authority, Everything, Smp};
use corelet_smp_tests::{Device, Op, Request, answers, frame, image};

/// Bytes of the buffers.
const BUFFER: usize = 512;

fn echo(sequence: u8) -> Request {
    Request {
        version: 2,
        op: Op::Write,
        group: 0,
        command: 0,
        sequence,
    }
}

/// `{"d": "hi"}`, and the answer's `{"r": "hi"}`.
const HI: &[u8] = b"\xa1\x61d\x62hi";
const HI_BACK: &[u8] = b"\xbf\x61r\x62hi\xff";

/// A device with a confirmed plugin in slot 1.
fn device() -> Device {
    // Its image is signed and verified once.
    static DEVICE: LazyLock<Device> =
        LazyLock::new(|| Device::default().with(1, &image(Version::new(1, 4, 0), 900)));
    DEVICE.clone()
}

/// All that the server sends when it receives `bytes`.
fn feed<A: Authority>(smp: &mut Smp<BUFFER, A>, device: &mut Device, mut bytes: &[u8]) -> Vec<u8> {
    let mut sent = Vec::new();
    while let Some(line) = smp.feed(&mut bytes, device) {
        sent.extend(line);
    }
    assert!(bytes.is_empty());
    sent
}

/// The one answer of a server that allows everything: its header, and its map.
fn ask(device: &mut Device, request: Request, map: &[u8]) -> ([u8; 8], Vec<u8>) {
    let mut smp = Smp::with_authority(Everything);
    ask_server(&mut smp, device, request, map)
}

fn ask_server<A: Authority>(
    smp: &mut Smp<BUFFER, A>,
    device: &mut Device,
    request: Request,
    map: &[u8],
) -> ([u8; 8], Vec<u8>) {
    let sent = feed(smp, device, &frame(&request.message(map), 127));
    let [answer] = &answers(&sent)[..] else {
        panic!("{sent:?}");
    };
    let (header, map) = answer.split_first_chunk().unwrap();
    (*header, map.to_vec())
}

#[test]
fn a_server_is_its_buffers_and_little_more() {
    let besides = size_of::<Smp<BUFFER>>() - 2 * BUFFER;
    assert!(besides < 200, "{besides}");
}
