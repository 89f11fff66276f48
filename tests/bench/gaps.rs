//! What makes one slice long: much fuel that is needed at once, and much that was taken before.

use corelet_load::Budget;

use crate::programs::{PROGRAMS, Program, with};

/// A program whose slices are measured.
pub(crate) struct Long {
    pub(crate) program: Program,
    /// Its code stands there as often as admission lets it, and no oftener than this.
    pub(crate) times: usize,
    /// How many calls must be able to be open.
    pub(crate) calls: u32,
    /// Bytes of memory.
    pub(crate) memory: u32,
}

/// As many calls as [`Budget::DEVICE`] ever allows, that of the export included.
const MANY: u32 = Budget::DEVICE.recursion;

/// Few of them, each of which has prepaid the more.
const FEW: u32 = 8;

/// A function that calls itself as often as its parameter says, and does its code when that has returned.
const DEEP: &str = "(func $deep (param $n i32)
    (local $d f64)
    local.get $n
    if
        local.get $n
        i32.const 1
        i32.sub
        call $deep
    end
    f64.const 12345.678901234567
    local.set $d
    CODE)
    (func $locals (local LOCALS))";

const COPY: &str = "i32.const 103 i32.const 301 i32.const 31 memory.copy";
const SQRT: &str = "local.get $d f64.sqrt f64.sqrt f64.sqrt local.set $d";

pub(crate) fn all() -> Vec<Long> {
    vec![
        listed("i32.add"),
        listed("f64.sqrt"),
        listed("memory.copy of 4095"),
        listed("call with the most locals"),
        Long {
            times: 1_000,
            ..listed("f64.sqrt").named("f64.sqrt, all at once")
        },
        wide(
            "memory.fill of 65536",
            "i32.const 0 i32.const 7 i32.const 65536 memory.fill",
        ),
        wide(
            "memory.copy of 65409, backwards",
            "i32.const 127 i32.const 0 i32.const 65409 memory.copy",
        ),
        deep("many calls before f64.sqrt", MANY, SQRT),
        deep("many calls before memory.copy of 31", MANY, COPY),
        deep("many calls before calls with locals", MANY, "call $locals"),
        deep("few calls before f64.sqrt", FEW, SQRT),
        deep("few calls before memory.copy of 31", FEW, COPY),
    ]
}

impl Long {
    const fn named(mut self, name: &'static str) -> Self {
        self.program.name = name;
        self
    }
}

/// One that stands in the other list, too.
fn listed(name: &str) -> Long {
    let program = PROGRAMS.iter().find(|program| program.name == name);
    Long {
        program: *program.unwrap_or_else(|| panic!("there is no program `{name}`")),
        times: 64,
        calls: 1,
        memory: 16_384,
    }
}

/// One instruction on all of a page.
const fn wide(name: &'static str, code: &'static str) -> Long {
    Long {
        program: with(name, "", "", "", code, ""),
        times: 1,
        calls: 1,
        memory: 65_536,
    }
}

/// So many calls, that of the export included, each of which has paid for code that stands behind the next.
fn deep(name: &'static str, calls: u32, code: &'static str) -> Long {
    // The export calls the first, and the last calls another, in one of them.
    let first = match calls {
        MANY => "i32.const 29 call $deep",
        _ => "i32.const 5 call $deep",
    };
    const { assert!(MANY == 29 + 3 && FEW == 5 + 3) };
    Long {
        program: with(name, DEEP, "", first, code, ""),
        times: 1_000,
        calls,
        memory: 16_384,
    }
}
