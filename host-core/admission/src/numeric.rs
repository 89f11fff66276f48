//! The types of instructions that name nothing, as tables.

use crate::value::{F32, F64, I32, I64};

/// What a comparison, an arithmetic instruction or a conversion takes and gives, in a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numeric(u8);

const FIRST_NUMERIC: u8 = 0x45;
const FIRST_ACCESS: u8 = 0x28;

/// A type in two bits, and back: the bytes of types differ in no others.
const TYPE: u8 = 0x03;
const BINARY: u8 = 0x10;

static NUMERIC: [u8; 128] = {
    let mut table = [0; 128];
    let mut index = 0;
    while index < table.len() {
        let (arguments, result) = numeric(FIRST_NUMERIC + index as u8);
        let binary = if arguments.len() == 2 { BINARY } else { 0 };
        table[index] = (arguments[0] & TYPE) | ((result & TYPE) << 2) | binary;
        index += 1;
    }
    table
};

static ACCESS: [u8; 23] = {
    let mut table = [0; 23];
    let mut index = 0;
    while index < table.len() {
        let (width, value) = access(FIRST_ACCESS + index as u8);
        table[index] = (value & TYPE) | ((width as u8) << 2);
        index += 1;
    }
    table
};

impl Numeric {
    /// Of the instruction with this opcode, 0x45 to 0xc4.
    pub(crate) fn of(opcode: u8) -> Self {
        Self(entry(&NUMERIC, opcode.wrapping_sub(FIRST_NUMERIC)))
    }

    /// The type of its operands.
    pub(crate) const fn argument(self) -> u8 {
        F64 | (self.0 & TYPE)
    }

    /// Whether it takes two of them, not one.
    pub(crate) const fn binary(self) -> bool {
        self.0 & BINARY != 0
    }

    /// The type of its result.
    pub(crate) const fn result(self) -> u8 {
        F64 | ((self.0 >> 2) & TYPE)
    }

    /// Whether the result has eight bytes.
    pub(crate) const fn wide(self) -> bool {
        matches!(self.result(), I64 | F64)
    }
}

/// The base-2 logarithm of the width of a load or store, 0x28 to 0x3e, and its type.
pub(crate) fn access_type(opcode: u8) -> (u32, u8) {
    let packed = entry(&ACCESS, opcode.wrapping_sub(FIRST_ACCESS));
    (u32::from(packed >> 2), F64 | (packed & TYPE))
}

fn entry(table: &[u8], index: u8) -> u8 {
    table.get(usize::from(index)).copied().unwrap_or(0)
}

const fn numeric(opcode: u8) -> (&'static [u8], u8) {
    match opcode {
        // eqz, and the comparisons of each type
        0x45 => (&[I32], I32),
        0x46..=0x4f => (&[I32, I32], I32),
        0x50 => (&[I64], I32),
        0x51..=0x5a => (&[I64, I64], I32),
        0x5b..=0x60 => (&[F32, F32], I32),
        0x61..=0x66 => (&[F64, F64], I32),
        // Of one operand, then of two, by type
        0x67..=0x69 => (&[I32], I32),
        0x6a..=0x78 => (&[I32, I32], I32),
        0x79..=0x7b => (&[I64], I64),
        0x7c..=0x8a => (&[I64, I64], I64),
        0x8b..=0x91 => (&[F32], F32),
        0x92..=0x98 => (&[F32, F32], F32),
        0x99..=0x9f => (&[F64], F64),
        0xa0..=0xa6 => (&[F64, F64], F64),
        // Conversions to i32
        0xa7 => (&[I64], I32),
        0xa8 | 0xa9 | 0xbc => (&[F32], I32),
        0xaa | 0xab => (&[F64], I32),
        // To i64
        0xac | 0xad => (&[I32], I64),
        0xae | 0xaf => (&[F32], I64),
        0xb0 | 0xb1 | 0xbd => (&[F64], I64),
        // To f32
        0xb2 | 0xb3 | 0xbe => (&[I32], F32),
        0xb4 | 0xb5 => (&[I64], F32),
        0xb6 => (&[F64], F32),
        // To f64
        0xb7 | 0xb8 => (&[I32], F64),
        0xb9 | 0xba | 0xbf => (&[I64], F64),
        0xbb => (&[F32], F64),
        // Sign extension
        0xc0 | 0xc1 => (&[I32], I32),
        _ => (&[I64], I64),
    }
}

const fn access(opcode: u8) -> (u32, u8) {
    match opcode {
        0x28 | 0x36 => (2, I32),
        0x29 | 0x37 => (3, I64),
        0x2a | 0x38 => (2, F32),
        0x2b | 0x39 => (3, F64),
        0x2c | 0x2d | 0x3a => (0, I32),
        0x2e | 0x2f | 0x3b => (1, I32),
        0x30 | 0x31 | 0x3c => (0, I64),
        0x32 | 0x33 | 0x3d => (1, I64),
        _ => (2, I64),
    }
}
