//! Instructions by the look of them: of the right form, whatever they name and take.

use wasmparser::{BinaryReader, FunctionBody};

use crate::random::Random;

/// An integer as code has it: mostly small, at times long or longer than it need be.
fn integer(random: &mut Random, code: &mut Vec<u8>) {
    match random.below(16) {
        0 => code.extend([0x80 | random.byte(), random.byte() & 0x7f]),
        1 => code.extend([0x80 | random.byte(), 0x80, 0x80, 0x80, random.byte() & 0x0f]),
        2 => code.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]),
        3 => code.push(random.byte()),
        _ => code.push(random.below(4) as u8),
    }
}

fn block_type(random: &mut Random, code: &mut Vec<u8>) {
    match random.below(8) {
        0..=2 => code.push(0x40),
        3..=5 => code.push(0x7c + random.below(4) as u8),
        _ => integer(random, code),
    }
}

/// Puts one instruction at the end of `code`.
pub(crate) fn instruction(random: &mut Random, code: &mut Vec<u8>) {
    let opcode = match random.below(24) {
        0..=5 => 0x45 + random.below(0x80) as u8,
        6 => random.below(0x12) as u8,
        7 | 8 => 0x1a + random.below(3) as u8,
        9..=11 => 0x20 + random.below(3) as u8,
        12 => 0x23 + random.below(4) as u8,
        13 | 14 => 0x28 + random.below(0x19) as u8,
        15..=18 => 0x41 + random.below(4) as u8,
        19 => 0xfc,
        20 => random.pick(&[0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f]),
        21 => 0x0b,
        _ => random.byte(),
    };
    code.push(opcode);
    match opcode {
        0x02..=0x04 => block_type(random, code),
        0x0c | 0x0d | 0x10 | 0x20..=0x26 | 0x3f..=0x42 | 0xd2 => integer(random, code),
        0x0e => {
            let targets = random.below(4);
            code.push(targets as u8);
            (0..=targets).for_each(|_| integer(random, code));
        }
        0x11 | 0x28..=0x3e => {
            integer(random, code);
            integer(random, code);
        }
        0x1c => code.extend([0x01, 0x7c + random.below(4) as u8]),
        0x43 => code.extend(random.bytes(4)),
        0x44 => code.extend(random.bytes(8)),
        0xfc => {
            code.push(random.below(20) as u8);
            (0..random.below(3)).for_each(|_| integer(random, code));
        }
        _ => {}
    }
}

/// Puts some instructions at the end of `code` which leave the operands as they were, or do not matter to them: what is
/// behind `unreachable` or a branch finds operands of every type.
pub(crate) fn neutral(random: &mut Random, code: &mut Vec<u8>) {
    const DROP: u8 = 0x1a;
    const END: u8 = 0x0b;
    match random.below(6) {
        0 => {
            let local = random.below(4) as u8;
            code.extend([0x20, local, DROP]);
        }
        1 => {
            let block = 0x02 + random.below(2) as u8;
            code.extend([block, 0x40]);
            instruction(random, code);
            code.push(END);
        }
        2 => {
            let label = random.below(3) as u8;
            code.extend([0x41, 0, 0x0d, label]);
        }
        3 => {
            let value = 0x7c + random.below(4) as u8;
            code.extend([0x02, value, 0x00]);
            (0..random.below(5)).for_each(|_| instruction(random, code));
            code.extend([END, DROP]);
        }
        _ => {
            code.push(random.pick(&[0x00, 0x0f]));
            (0..random.below(6)).for_each(|_| instruction(random, code));
        }
    }
}

/// Where the instructions of a function body begin, as far as they can be read, and where the last of them ends.
pub(crate) fn boundaries(body: &[u8]) -> Vec<usize> {
    let body = FunctionBody::new(BinaryReader::new(body, 0));
    let Ok(mut operators) = body.get_operators_reader() else {
        return Vec::new();
    };
    let mut found = vec![operators.original_position() as usize];
    while operators.read().is_ok() {
        found.push(operators.original_position() as usize);
        if operators.eof() {
            break;
        }
    }
    found
}
