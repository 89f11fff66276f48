//! The proposals that instructions and types beyond the accepted ones come from, by the binary format of the specification.

/// The proposal of an instruction, by its opcode; behind `0xfc` for those that have this prefix.
pub(crate) const fn of_instruction(opcode: u64) -> Option<&'static str> {
    Some(match opcode {
        0x06..=0x0a | 0x18 | 0x19 | 0x1f => EXCEPTIONS,
        0x12 | 0x13 => "tail calls",
        0x14 | 0x15 | 0xd4..=0xd6 => FUNCTION_REFERENCES,
        0x1c | 0x25 | 0x26 | 0xd0..=0xd2 | 0xfc0f..=0xfc11 => REFERENCES,
        0xd3 | 0xfb => GARBAGE,
        0xe0..=0xe6 => STACKS,
        0xfc12 => "memory control",
        0xfc13..=0xfc16 => "wide arithmetic",
        0xfd => SIMD,
        0xfe => "threads",
        _ => return None,
    })
}

/// The proposal of a value type, by its byte.
pub(crate) const fn of_value_type(byte: u8) -> Option<&'static str> {
    Some(match byte {
        0x7b => SIMD,
        0x6f | 0x70 => REFERENCES,
        0x63 | 0x64 => FUNCTION_REFERENCES,
        0x69 | 0x74 => EXCEPTIONS,
        0x68 | 0x75 => STACKS,
        0x6a..=0x6e | 0x71..=0x73 | 0x77 | 0x78 => GARBAGE,
        _ => return None,
    })
}

const EXCEPTIONS: &str = "exception handling";
const FUNCTION_REFERENCES: &str = "typed function references";
const GARBAGE: &str = "garbage collection";
const REFERENCES: &str = "reference types";
const SIMD: &str = "SIMD";
const STACKS: &str = "stack switching";
