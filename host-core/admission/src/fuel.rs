//! What instructions cost in fuel: the one table that admission and the interpreter go by.
//!
//! Fuel is not time. Most instructions cost 1, and take some ten to thirty instructions of a Cortex-M4F; an add with its
//! operand, 25 for 2 fuel. What takes far more than the others costs more, so that fuel bounds time from above:
//! [`WORST_INSTRUCTIONS`].
//!
//! | instruction | fuel | why |
//! |---|---|---|
//! | `nop`, `drop`, `block`, `loop`, `else`, `end`, `return`, `unreachable` | 0 | no code, or none but what a region takes |
//! | `call` | 8 | a frame, and zeros for the locals of the function that is called |
//! | `call_indirect` | 9 | besides, types are compared |
//! | `memory.grow` | 255 | the heap is asked, and the memory may be moved as a whole |
//! | `i64.div_*`, `i64.rem_*`, `f32.sqrt` | 2 | a function of some hundred instructions |
//! | `f64` to an integer, `i64` to `f64` | 2 | likewise |
//! | `f64.nearest`, `f64.sqrt` | 3 | likewise |
//! | all others | 1 | |
//!
//! Instructions on ranges of memory or table cost 1 more for every [`BYTES_PER_FUEL`] whole bytes.
//!
//! Fuel is taken once for a *region*: the code of a function, of a `loop`, of an `if` or of an `else`, without the regions
//! inside. That costs [`REGION`] besides. As much must be there at once, so [`Limits::block_fuel`](crate::Limits) bounds it.
//! What stands in a region behind a call or behind a region inside is taken before that, and runs for nothing afterwards: such
//! *prepaid* fuel adds up over the functions that are open. The most of one function is bounded by
//! [`Limits::prepaid_fuel`](crate::Limits).

/// What a region costs besides its instructions.
pub const REGION: u32 = 1;

/// As many bytes are filled, copied or added to a memory for 1 fuel.
pub const BYTES_PER_FUEL: u32 = 32;

/// No program that admission lets through with [`Limits::DEVICE`](crate::Limits::DEVICE) takes more instructions of a
/// Cortex-M4F for 1 fuel, but for host functions, and for memory that is moved when it grows beyond twice its size.
/// `cargo xtask bench` tries the worst.
pub const WORST_INSTRUCTIONS: u32 = 150;

/// What entering and leaving a plugin for one slice takes beside its fuel, in instructions of a Cortex-M4F at the most, the host's
/// own work for a slice included. `cargo xtask bench` tries that, too.
pub const SLICE_INSTRUCTIONS: u32 = 10_000;

/// The fuel of one instruction, by its opcode; behind `0xfc00` for those that have this prefix.
pub const fn cost(opcode: u16) -> u8 {
    match opcode {
        // unreachable, nop, block, loop, else, end, return, drop; the prefix alone
        0x00..=0x03 | 0x05 | 0x0b | 0x0f | 0x1a | 0xfc => 0,
        // call, call_indirect
        0x10 => 8,
        0x11 => 9,
        // memory.grow
        0x40 => 255,
        // i64.div_s, i64.div_u, i64.rem_s, i64.rem_u, f32.sqrt
        0x7f..=0x82 | 0x91 => 2,
        // f64.nearest, f64.sqrt
        0x9e | 0x9f => 3,
        // f64 to i32 and i64, i64 to f64, and the conversions that saturate
        0xaa | 0xab | 0xb0 | 0xb1 | 0xb9 | 0xba | 0xfc02 | 0xfc03 | 0xfc06 | 0xfc07 => 2,
        _ => 1,
    }
}

/// `call`, `call_indirect` and `memory.grow`, at which the interpreter may suspend a call, cost as much or more; all others
/// without prefix, less.
pub(crate) const SUSPENDING: u8 = cost(0x10);

const _: () = {
    let mut opcode = 0;
    while opcode <= 0xff {
        let suspends = matches!(opcode, 0x10 | 0x11 | 0x40);
        assert!((cost(opcode) >= SUSPENDING) == suspends);
        opcode += 1;
    }
};

/// [`cost`] of the opcodes without prefix: every instruction of a module asks for one.
static COSTS: [u8; 256] = {
    let mut table = [0; 256];
    let mut opcode = 0;
    while opcode < table.len() {
        table[opcode] = cost(opcode as u16);
        opcode += 1;
    }
    table
};

/// As [`cost`], of an opcode without prefix.
pub(crate) fn plain_cost(opcode: u8) -> u8 {
    COSTS.get(usize::from(opcode)).copied().unwrap_or(1)
}
