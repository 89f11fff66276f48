//! A plugin with something of every kind, cut off, and changed at random.

use corelet_spec::{Parts, Random};
use corelet_tests::{OK, Plugin};

use crate::{Case, Expected};

const CLASS: &str = "damage";

pub(super) fn cases() -> Vec<Case> {
    let rich = rich();
    let mut cases = vec![Case::of_module(CLASS, "none", 0, &rich, Expected::Answers)];
    for length in (0..rich.len()).step_by(7) {
        let refused = Expected::Refused("Refused(Refusal {");
        let module = &rich[..length];
        cases.push(Case::of_module(
            CLASS,
            "cut off",
            length as u64,
            module,
            refused,
        ));
    }
    let parts = Parts::of(&rich);
    for number in 0..400 {
        let mut random = Random::of(3, number);
        let mut changed = parts.clone();
        for _ in 0..=number % 4 {
            changed.change(&parts, &mut random);
        }
        let module = changed.module();
        cases.push(Case::of_module(
            CLASS,
            "changed",
            number,
            &module,
            Expected::Survived,
        ));
    }
    cases
}

/// Something of every section, and code that touches it.
fn rich() -> Vec<u8> {
    Plugin::new()
        .items(
            r#"(type $call (func (param i32 i32) (result i64)))
               (table 4 4 funcref)
               (elem (i32.const 1) func $export0 $helper)
               (data $passive "others")
               (global $count (mut i32) (i32.const 0))
               (global $float f64 (f64.const 1.5))
               (func $helper (type $call) (local f32 i64)
                   (block $out (loop $again
                       (br_if $out (i32.eqz (local.get 1)))
                       (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
                       (br $again)))
                   (memory.init $passive (i32.const 4) (i32.const 0) (i32.const 6))
                   (drop (memory.grow (i32.const 16)))
                   (i64.const 0x0000_0400_0000_000a))"#,
        )
        .export(
            "run",
            &format!(
                "(global.set $count (i32.add (global.get $count) (i32.const 1)))
                 (if (i32.lt_u (global.get $count) (i32.const 2))
                     (then (drop (call_indirect (type $call) (local.get $request) (local.get $length) (i32.const 2))))
                     (else (br_table 0 0 0 (i32.load (local.get $request)))))
                 {OK}"
            ),
        )
        .build()
}
