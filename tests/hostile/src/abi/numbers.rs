//! Numbers and bytes that are often almost right.

use corelet_spec::Random;
use corelet_tests::MEMORY;

use super::guest::{PAYLOAD, REQUEST, REQUEST_MAX};

/// Any 32 bits; mostly some at which something ends.
fn word(random: &mut Random) -> u32 {
    let edge = random.pick(&[0, 1, MEMORY / 2, MEMORY, 0x7fff_ffff, 0x8000_0000, u32::MAX]);
    match random.below(4) {
        0 => edge,
        1 => edge.wrapping_add(random.below(9) as u32).wrapping_sub(4),
        2 => random.below(MEMORY as usize + 2) as u32,
        _ => random.number() as u32 >> random.below(32),
    }
}

/// `right`, almost that, or any.
fn near(right: u32, random: &mut Random) -> u32 {
    match random.below(8) {
        0..=4 => right,
        5 => right.wrapping_add(random.below(5) as u32).wrapping_sub(2),
        _ => word(random),
    }
}

/// A request that is well, almost that, or any bytes.
pub(super) fn payload(requests: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = requests[random.below(requests.len())].clone();
    match random.below(8) {
        0..=3 => {}
        4 => bytes.truncate(random.below(bytes.len() + 1)),
        5 => bytes.push(random.byte()),
        6 => {
            let place = random.below(bytes.len());
            if let Some(byte) = bytes.get_mut(place) {
                *byte = random.byte();
            }
        }
        _ => bytes = random_bytes(REQUEST_MAX - (PAYLOAD - REQUEST), random),
    }
    bytes
}

/// Pointer and length of a request, pointer and capacity for a response.
pub(super) fn claim(payload: u32, response_max: u32, random: &mut Random) -> [u32; 4] {
    [
        near(PAYLOAD as u32, random),
        near(payload, random),
        match random.below(4) {
            0 => word(random),
            1 => near(MEMORY - response_max, random),
            _ => random.below((MEMORY - response_max) as usize + 1) as u32,
        },
        near(response_max, random),
    ]
}

/// What an export returns.
pub(super) fn result(random: &mut Random) -> i64 {
    match random.below(8) {
        0 => random.number() as i64,
        1 => -i64::from(word(random)),
        2 => i64::from(word(random) as i32),
        _ => (u64::from(word(random)) << 32 | u64::from(word(random))) as i64,
    }
}

/// Bytes that may be a `result<_, error>`.
pub(super) fn answer(random: &mut Random) -> Vec<u8> {
    let text = random.below(34);
    let mut bytes = match random.below(4) {
        0 => vec![0],
        1 => [
            &[1, random.below(4) as u8, random.byte(), text as u8][..],
            &vec![b'a'; text],
        ]
        .concat(),
        2 => [&[1, 0, 4, text as u8][..], &random.bytes(text)].concat(),
        _ => random_bytes(200, random),
    };
    if random.below(8) == 0 {
        bytes.push(random.byte());
    }
    bytes
}

/// Up to `most` bytes, mostly few.
fn random_bytes(most: usize, random: &mut Random) -> Vec<u8> {
    let length = random.below(most + 1) >> random.below(6);
    random.bytes(length)
}
