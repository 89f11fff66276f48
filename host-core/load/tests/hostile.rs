//! Modules that nobody meant well with, all the way: what admission lets through loads or is refused, and what loads
//! runs or is stopped.

mod common;

use common::{F, Host, IMPORT, ServeAll, export, plugin};
use corelet_admission::{Limits, admit};
use corelet_load::{Budget, Machine};
use proptest::prelude::*;

const BUDGET: Budget = Budget {
    memory: 2 * 65_536,
    stack: 2_048,
    recursion: 16,
    ..Budget::DEVICE
};

/// Loads, calls twice, renews, calls again.
fn use_all(module: &[u8]) -> bool {
    let Ok(admitted) = admit(module, &Limits::DEVICE, &ServeAll) else {
        return false;
    };
    let Ok(mut machine) = Machine::load(&admitted, &BUDGET, Host::default(), &ServeAll) else {
        return false;
    };
    for _ in 0..2 {
        let result = machine.call(F, 5_000, |request| request.bytes(b"1234567890123456"));
        assert!(machine.fuel_used() <= 5_000);
        assert!(machine.memory_bytes() <= BUDGET.memory as usize);
        match result {
            Ok(answer) => assert_eq!(machine.response(answer).len(), answer.length as usize),
            Err(stop) if stop.costs_instance() => break,
            Err(_) => {}
        }
    }
    machine.renew().is_ok()
}

/// A plugin with every kind of section, and code that touches them.
fn rich() -> Vec<u8> {
    let body = format!(
        r#"(table 4 4 funcref)
           (type $call (func (param i32 i32) (result i64)))
           (elem (i32.const 1) $f $helper)
           (data (i32.const 1024) "some bytes")
           (data $passive "others")
           (global $count (mut i32) (i32.const 0))
           (global $float f64 (f64.const 1.5))
           (func $helper (type $call) (local f32 i64)
               (block $out (loop $again
                   (br_if $out (i32.eqz (local.get 1)))
                   (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
                   (br $again)))
               (memory.init $passive (i32.const 4) (i32.const 0) (i32.const 6))
               (drop (memory.grow (i32.const 1)))
               (drop (call $serve (i32.const 1024) (i32.const 10) (i32.const 2048) (i32.const 64)))
               (i64.const 0x0000_0800_0000_000a))
           {}"#,
        export(
            "(global.set $count (i32.add (global.get $count) (i32.const 1)))
             (if (result i64) (i32.lt_u (global.get $count) (i32.const 5))
                 (then (call_indirect (type $call) (local.get $pointer) (local.get $length) (i32.const 2)))
                 (else (select (i64.const 0) (i64.const -5) (i32.load (local.get $pointer)))))"
        )
    );
    plugin(IMPORT, &body)
}

#[test]
fn the_plugin_that_all_others_are_made_from_runs() {
    assert!(use_all(&rich()));
}

#[test]
fn one_changed_byte_anywhere_is_survived() {
    let module = rich();
    let mut loaded = 0;
    for at in 8..module.len() {
        for value in [
            0,
            1,
            0x0b,
            0x20,
            0x41,
            0x6a,
            0x7f,
            0xff,
            module[at] ^ 1,
            module[at] ^ 0x40,
        ] {
            let mut changed = module.clone();
            changed[at] = value;
            loaded += u32::from(use_all(&changed));
        }
    }
    assert!(loaded > 100, "{loaded} still ran");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn mutated_modules_are_survived(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let mut module = rich();
        for (at, value) in edits {
            let at = at.index(module.len());
            module[at] = value;
        }
        use_all(&module);
    }

    #[test]
    fn random_code_is_survived(code in prop::collection::vec(any::<u8>(), ROOM)) {
        use_all(&with_code(&code));
    }

    #[test]
    fn random_instructions_are_survived(
        code in prop::collection::vec(prop::sample::select(INSTRUCTIONS), ROOM / 4)
    ) {
        let mut code = code.concat();
        code.truncate(ROOM);
        use_all(&with_code(&code));
    }
}

/// How many bytes of code [`with_code`] has room for.
const ROOM: usize = 64;

/// Instructions with their operands, which validate often enough in any order.
const INSTRUCTIONS: &[&[u8]] = &[
    &[0x41, 0],                // i32.const 0
    &[0x41, 0x7f],             // i32.const -1
    &[0x42, 5],                // i64.const 5
    &[0x20, 0],                // local.get 0
    &[0x21, 1],                // local.set 1
    &[0x1a],                   // drop
    &[0x6a],                   // i32.add
    &[0x6e],                   // i32.div_u
    &[0x28, 2, 0],             // i32.load
    &[0x36, 2, 0],             // i32.store
    &[0x40, 0],                // memory.grow
    &[0x3f, 0],                // memory.size
    &[0x02, 0x40],             // block
    &[0x03, 0x40],             // loop
    &[0x04, 0x40],             // if
    &[0x0b],                   // end
    &[0x0c, 0],                // br 0
    &[0x0d, 0],                // br_if 0
    &[0x0f],                   // return
    &[0x10, 2],                // call 2
    &[0xfc, 0x0b, 0],          // memory.fill
    &[0xfc, 0x0a, 0, 0],       // memory.copy
    &[0xa8],                   // i32.trunc_f32_s
    &[0xb2],                   // f32.convert_i32_s
    &[0x00],                   // unreachable
    &[0x01],                   // nop
    &[0x05],                   // else
    &[0x04, 0x7f],             // if (result i32)
    &[0x02, 0x7e],             // block (result i64)
    &[0x03, 0x7f],             // loop (result i32)
    &[0x0c, 1],                // br 1
    &[0x0e, 1, 0, 1],          // br_table 0 1
    &[0x1b],                   // select
    &[0x22, 0],                // local.tee 0
    &[0x11, 1, 0],             // call_indirect 1
    &[0x45],                   // i32.eqz
    &[0x48],                   // i32.lt_s
    &[0x76],                   // i32.shr_u
    &[0x7c],                   // i64.add
    &[0xac],                   // i64.extend_i32_s
    &[0xa7],                   // i32.wrap_i64
    &[0x92],                   // f32.add
    &[0x43, 0, 0, 0x80, 0x3f], // f32.const 1
    &[0xfc, 0x00],             // i32.trunc_sat_f32_s
];

/// A plugin whose `f` begins with this code, and goes on with nothing.
fn with_code(code: &[u8]) -> Vec<u8> {
    const NOTHING: u8 = 0x01;
    let body = format!("{} (i64.const 0)", "(nop) ".repeat(ROOM));
    let mut module = plugin(IMPORT, &export(&body));
    let start = module
        .windows(ROOM)
        .position(|window| window == [NOTHING; ROOM])
        .unwrap();
    for (place, byte) in module[start..].iter_mut().zip(code) {
        *place = *byte;
    }
    module
}
