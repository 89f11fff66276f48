//! What a plugin cannot get past: fuel, stack and memory.

mod common;

use common::{F, Host, IMPORT, ServeAll, export, function, load, load_with, module, plugin};
use corelet_abi::Status;
use corelet_admission::{Limits, admit};
use corelet_load::{Blame, Budget, Machine, MachineError, Stop, Trap};

fn run(machine: &mut Machine<Host>, fuel: u64) -> Result<u32, Stop> {
    machine
        .call(F, fuel, |_| Ok(()))
        .map(|answer| answer.length)
}

fn trap(code: &str) -> Stop {
    run(&mut load(&function(code)), 10_000).unwrap_err()
}

#[test]
fn every_trap_is_told_apart() {
    let divide = "(drop (i32.div_s (i32.const -2147483648) (i32.load (i32.const 512))))";
    for (code, expected) in [
        ("(unreachable)", Trap::Unreachable),
        (
            "(drop (i32.load (i32.const 65536)))",
            Trap::MemoryOutOfBounds,
        ),
        (
            "(drop (i32.load offset=4294967295 (i32.const -1)))",
            Trap::MemoryOutOfBounds,
        ),
        (
            "(memory.fill (i32.const 1) (i32.const 0) (i32.const 65536))",
            Trap::MemoryOutOfBounds,
        ),
        (divide, Trap::DivisionByZero),
        (
            "(i32.store (i32.const 512) (i32.const -1)) (drop (i32.div_s (i32.const -2147483648) (i32.load (i32.const 512))))",
            Trap::IntegerOverflow,
        ),
        ("(drop (i32.trunc_f32_s (f32.const nan)))", Trap::Conversion),
    ] {
        let stop = trap(&format!("{code} (i64.const 0)"));
        assert_eq!(stop, Stop::Trap(expected));
        assert_eq!(stop.blame(), Blame::Guest);
        assert!(stop.costs_instance());
    }
}

#[test]
fn indirect_calls_trap_on_what_is_not_there_or_of_another_type() {
    let call = |index: u32| {
        let body = format!(
            r#"(type $nothing (func)) (table 3 funcref) (elem (i32.const 1) $f)
               {}"#,
            export(&format!(
                "(call_indirect (type $nothing) (i32.const {index})) (i64.const 0)"
            ))
        );
        run(&mut load(&plugin("", &body)), 10_000).unwrap_err()
    };
    assert_eq!(call(0), Stop::Trap(Trap::CallToNull));
    assert_eq!(call(1), Stop::Trap(Trap::CallToOtherType));
    assert_eq!(call(3), Stop::Trap(Trap::TableOutOfBounds));
}

#[test]
fn an_endless_loop_ends_with_its_fuel() {
    let mut machine = load(&function("(loop $again (br $again)) (i64.const 0)"));
    let stop = run(&mut machine, 5_000).unwrap_err();
    assert_eq!(stop, Stop::OutOfFuel);
    assert!(machine.fuel_used() > 4_900 && machine.fuel_used() <= 5_000);
    assert_eq!(run(&mut machine, 5_000), Err(Stop::Spent));
}

#[test]
fn no_fuel_is_no_call() {
    let mut machine = load(&function("(i64.const 0)"));
    assert_eq!(run(&mut machine, 0), Err(Stop::OutOfFuel));
    assert_eq!(machine.fuel_used(), 0);
}

/// Loops as often as the request says, and answers nothing.
const COUNTED: &str = "(local $n i32)
    (local.set $n (i32.load8_u (local.get $pointer)))
    (loop $again
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $again (local.get $n)))
    (i64.const 0)";

#[test]
fn fuel_is_exact_and_the_same_every_time() {
    let mut machine = load(&function(COUNTED));
    let mut used = |turns: u8, fuel: u64| {
        let result = machine
            .call(F, fuel, |request| request.byte(turns))
            .map(|_| ());
        let used = machine.fuel_used();
        (result, used)
    };
    let (result, ten) = used(10, 10_000);
    assert_eq!(result, Ok(()));
    let (_, twenty) = used(20, 10_000);
    let (_, again) = used(10, 77_777);
    assert_eq!(ten, again, "the fuel given does not matter");
    // These numbers are the same on every target; a new wasmi may change them, and with them every plugin's budget.
    assert_eq!((ten, twenty), (75, 145));
    let (result, exactly) = used(10, ten);
    assert_eq!((result, exactly), (Ok(()), ten));
    let (result, less) = used(10, ten - 1);
    assert_eq!(result, Err(Stop::OutOfFuel));
    assert!(less < ten);
}

#[test]
fn fuel_is_counted_anew_for_each_call() {
    let mut machine = load(&function(COUNTED));
    for _ in 0..100 {
        machine.call(F, 80, |request| request.byte(10)).unwrap();
        assert_eq!(machine.fuel_used(), 75);
    }
}

#[test]
fn bulk_operations_pay_for_their_length() {
    let fill = |bytes: u32| {
        let code =
            format!("(memory.fill (i32.const 0) (i32.const 0) (i32.const {bytes})) (i64.const 0)");
        let mut machine = load(&function(&code));
        run(&mut machine, 100_000).unwrap();
        machine.fuel_used()
    };
    assert!(fill(65_536) >= fill(64) + 1_000);
}

#[test]
fn a_request_pays_for_being_decoded_whatever_comes_of_it() {
    let fuel = |length: u32, served: bool| {
        let call = format!(
            "(drop (call $serve (i32.const 1024) (i32.const {length}) (i32.const 16384) (i32.const 64))) (i64.const 0)"
        );
        let module = plugin(IMPORT, &export(&call));
        let mut machine = load(&module);
        if !served {
            machine.data_mut().answer = Some(Err(Status::MALFORMED));
        }
        run(&mut machine, 100_000).unwrap();
        machine.fuel_used()
    };
    for served in [true, false] {
        assert_eq!(fuel(7, served), fuel(0, served));
        assert_eq!(fuel(4_096, served), fuel(0, served) + 512);
    }
}

#[test]
fn recursion_and_values_exhaust_the_stack_and_nothing_else() {
    let recurse = function("(call $f (local.get $pointer) (local.get $length))");
    let stop = |recursion, stack| {
        let budget = Budget {
            recursion,
            stack,
            heap: u32::MAX,
            ..Budget::DEVICE
        };
        let mut machine = load_with(&recurse, &budget).unwrap();
        let stop = run(&mut machine, 1_000_000).unwrap_err();
        (stop, machine.fuel_used())
    };
    let (deep, fuel) = stop(32, 1 << 20);
    assert_eq!(deep, Stop::Trap(Trap::StackExhausted));
    let (deeper, more) = stop(64, 1 << 20);
    assert_eq!(deeper, Stop::Trap(Trap::StackExhausted));
    assert!(more > fuel, "{more} {fuel}");
    let (values, less) = stop(1 << 20, 64);
    assert_eq!(values, Stop::Trap(Trap::StackExhausted));
    assert!(less < fuel, "{less} {fuel}");
    // No stack at all: not even the parameters fit.
    assert_eq!(stop(1, 0).0, Stop::Trap(Trap::StackExhausted));
    assert_eq!(stop(0, 4_096).0, Stop::Trap(Trap::StackExhausted));
}

#[test]
fn as_many_calls_may_be_open_as_have_room_for_what_they_paid() {
    // Answers with as many bytes as calls of it were open, and has code for 200 fuel behind each.
    let deep = |calls: u32| {
        let module = format!(
            "(global $left (mut i32) (i32.const {calls})) {}",
            export(&format!(
                "(global.set $left (i32.sub (global.get $left) (i32.const 1)))
                 (if (global.get $left) (then (drop (call $f (local.get $pointer) (local.get $length)))))
                 {} (i64.const 0)",
                "(global.set $left (i32.const 0))".repeat(100)
            ))
        );
        plugin("", &module)
    };
    let budget = Budget {
        prepaid_fuel: 2_000,
        ..Budget::DEVICE
    };
    let module = deep(1);
    let admitted = admit(&module, &Limits::DEVICE, &ServeAll).unwrap();
    let each = admitted.figures().prepaid_fuel;
    assert!((200..220).contains(&each), "{each}");
    let calls = budget.calls(admitted.figures());
    assert_eq!(calls, 2_000 / each);
    // A step may fill all of a page, and what is prepaid comes on top.
    let (step, prepaid) = (65_536 / 32, u64::from(calls * each));
    assert_eq!(budget.slice_fuel(&admitted, 1), step + prepaid);
    assert_eq!(budget.slice_fuel(&admitted, 10_000), 10_000 + prepaid);
    let run = |calls| run(&mut load_with(&deep(calls), &budget).unwrap(), 100_000);
    assert!(run(calls).is_ok());
    assert_eq!(run(calls + 1), Err(Stop::Trap(Trap::StackExhausted)));
    // What pays for nothing before may be as deep as the budget says.
    let flat = function("(i64.const 0)");
    let admitted = admit(&flat, &Limits::DEVICE, &ServeAll).unwrap();
    assert_eq!(budget.calls(admitted.figures()), budget.recursion);
}

#[test]
fn memory_grows_to_the_budget_and_not_beyond() {
    // Grows by the pages in the request; answers with as many bytes as `memory.grow` returned, or traps.
    let grow = |memory: u32, pages: u8| {
        let module = function(
            "(local $old i32)
             (local.set $old (memory.grow (i32.load8_u (local.get $pointer))))
             (if (i32.eq (local.get $old) (i32.const -1)) (then (return (i64.const -7))))
             (i64.extend_i32_u (local.get $old))",
        );
        let budget = Budget {
            memory,
            ..Budget::DEVICE
        };
        let mut machine = load_with(&module, &budget).unwrap();
        let result = machine.call(F, 1_000_000, |request| request.byte(pages));
        (result.map(|answer| answer.length), machine.memory_bytes())
    };
    assert_eq!(grow(3 * 65_536, 2), (Ok(1), 3 * 65_536));
    let (refused, bytes) = grow(3 * 65_536, 3);
    assert!(matches!(refused, Err(Stop::Refused(_))));
    assert_eq!(bytes, 65_536);
    assert_eq!(grow(3 * 65_536 - 1, 2).1, 65_536);
    assert_eq!(grow(u32::MAX, 255).1, 256 * 65_536);
}

#[test]
fn memory_above_the_budget_does_not_load() {
    let budget = Budget {
        memory: 65_535,
        ..Budget::DEVICE
    };
    let error = load_with(&function("(i64.const 0)"), &budget).err();
    let expected = MachineError::Memory {
        found: 65_536,
        allowed: 65_535,
    };
    assert_eq!(error, Some(expected));
    assert_eq!(expected.blame(), Blame::Guest);
}

#[test]
fn an_exchange_buffer_that_leaves_memory_does_not_load() {
    let with = |address: u32, size: &str| {
        load_with(
            &module(&format!(
                r#"(module
                    (memory (export "memory") 256 (pagesize 1))
                    (data (i32.const {address}) "{size}")
                    (global (export "corelet:abi/exchange@1") i32 (i32.const {address}))
                    (func (export "init") (param i32 i32) (result i64) (i64.const 0)))"#
            )),
            &Budget::DEVICE,
        )
        .err()
    };
    assert_eq!(with(128, r"\7c\00\00\00"), None);
    assert_eq!(with(252, r"\00\00\00\00"), None);
    for (size, bytes) in [
        (r"\7d\00\00\00", 125),
        (r"\ff\ff\ff\ff", u32::MAX),
        (r"\fc\ff\ff\ff", u32::MAX - 3),
    ] {
        let expected = MachineError::Exchange {
            address: 132,
            size: bytes,
            memory: 256,
        };
        assert_eq!(with(128, size), Some(expected));
    }
}

#[test]
fn the_baseline_loads() {
    let mut machine = load(&function(
        "(drop (i32.extend8_s (i32.const 200)))
         (drop (i32.trunc_sat_f32_s (f32.const nan)))
         (memory.copy (i32.const 0) (i32.const 8) (i32.const 8))
         (memory.fill (i32.const 0) (i32.const 8) (i32.const 8))
         (i64.const 0)",
    ));
    assert_eq!(run(&mut machine, 10_000), Ok(0));
}

#[test]
fn an_indirect_call_in_the_padded_form_of_linkers_loads() {
    let body = format!(
        "(type $f (func (param i32 i32) (result i64))) (table 1 funcref) (elem (i32.const 0) $g)
         (func $g (type $f) (i64.const 3))
         {}",
        export("(call_indirect (type $f) (local.get $pointer) (local.get $length) (i32.const 0))")
    );
    let module = plugin("", &body);
    assert_eq!(run(&mut load(&module), 10_000), Ok(3));
    // The same with the table's index in five bytes: body, section and so on grow by four.
    let padded = pad_call_indirect(&module);
    assert_eq!(run(&mut load(&padded), 10_000), Ok(3));
}

/// Writes the table index of the one `call_indirect` in five bytes instead of one, and the lengths around it too.
fn pad_call_indirect(module: &[u8]) -> Vec<u8> {
    const CODE: u8 = 10;
    let mut padded = module[..8].to_vec();
    let mut rest = &module[8..];
    while let [id, after @ ..] = rest {
        let length_bytes = 1 + after.iter().take_while(|byte| **byte >= 0x80).count();
        let length = (0..length_bytes)
            .map(|n| usize::from(after[n] & 0x7f) << (7 * n))
            .sum();
        let (contents, next) = after[length_bytes..].split_at(length);
        let contents = match *id {
            CODE => pad_bodies(contents),
            _ => contents.to_vec(),
        };
        padded.push(*id);
        padded.extend(common::padded(contents.len()));
        padded.extend(contents);
        rest = next;
    }
    padded
}

fn pad_bodies(code: &[u8]) -> Vec<u8> {
    let mut padded = vec![code[0]];
    let mut rest = &code[1..];
    while let [length, after @ ..] = rest {
        let (body, next) = after.split_at(usize::from(*length));
        let mut body = body.to_vec();
        if let Some(at) = body.iter().position(|byte| *byte == 0x11) {
            body.splice(at + 2..at + 3, common::padded(0));
        }
        padded.extend(common::padded(body.len()));
        padded.extend(body);
        rest = next;
    }
    padded
}
