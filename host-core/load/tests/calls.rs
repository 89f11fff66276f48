//! Calls into a plugin: requests, answers, and what else a plugin may return.

mod common;

use common::{F, export, function, load, plugin};
use corelet_abi::{Answer, CodecError, NameKey, Status};
use corelet_load::{Blame, Machine, Stop};

const FUEL: u64 = 10_000;

fn call(machine: &mut Machine<common::Host>, request: &[u8]) -> Result<Vec<u8>, Stop> {
    let answer = machine.call(F, FUEL, |writer| writer.bytes(request))?;
    Ok(machine.response(answer).to_vec())
}

/// What a plugin that returns this constant is answered with.
fn returns(code: &str) -> Result<Vec<u8>, Stop> {
    call(&mut load(&function(code)), b"")
}

const ECHO: &str = "(i64.or (i64.shl (i64.extend_i32_u (local.get $pointer)) (i64.const 32))
                            (i64.extend_i32_u (local.get $length)))";

#[test]
fn a_request_reaches_the_plugin_and_its_answer_comes_back() {
    let mut machine = load(&function(ECHO));
    for request in [&b""[..], b"x", b"hello", &[7; 256]] {
        assert_eq!(call(&mut machine, request), Ok(request.to_vec()));
    }
}

#[test]
fn a_request_larger_than_the_exchange_buffer_never_reaches_the_plugin() {
    let mut machine = load(&function("(unreachable)"));
    let refused = call(&mut machine, &[7; 257]);
    assert_eq!(refused, Err(Stop::RequestTooLarge { allowed: 256 }));
    let refused = machine.call(F, FUEL, |_| Err(CodecError::Bound));
    assert_eq!(refused, Err(Stop::Request(CodecError::Bound)));
    assert_eq!(machine.fuel_used(), 0);
    assert!(matches!(call(&mut machine, b""), Err(Stop::Trap(_))));
}

#[test]
fn an_export_that_is_not_there_is_the_callers_mistake() {
    let mut machine = load(&function(ECHO));
    let other = NameKey::of("t:t/t", "g");
    let refused = machine.call(other, FUEL, |_| Ok(()));
    assert_eq!(refused, Err(Stop::NoSuchExport));
    assert_eq!(Stop::NoSuchExport.blame(), Blame::Host);
    assert_eq!(call(&mut machine, b"x"), Ok(b"x".to_vec()));
}

#[test]
fn other_exported_functions_cannot_be_called() {
    let mut machine = load(&plugin(
        "",
        r#"(func (export "aside") (result i32) (i32.const 1))"#,
    ));
    let refused = machine.call(NameKey::of_export("aside"), FUEL, |_| Ok(()));
    assert_eq!(refused, Err(Stop::NoSuchExport));
}

#[test]
fn a_status_is_passed_on_and_costs_nothing() {
    let mut machine = load(&function("(i64.const -5)"));
    assert_eq!(call(&mut machine, b""), Err(Stop::Refused(Status::BUSY)));
    assert_eq!(call(&mut machine, b""), Err(Stop::Refused(Status::BUSY)));
    let lowest = Status::from_code(i32::MIN).unwrap();
    assert_eq!(
        returns("(i64.const -2147483648)"),
        Err(Stop::Refused(lowest))
    );
}

#[test]
fn what_is_neither_answer_nor_status_is_malformed() {
    for found in [-2_147_483_649, i64::MIN, -1 << 32] {
        assert_eq!(
            returns(&format!("(i64.const {found})")),
            Err(Stop::MalformedResult { found })
        );
    }
}

#[test]
fn an_empty_answer_may_point_anywhere() {
    for pointer in [0_i64, 65_536, 0x7fff_ffff] {
        let code = format!("(i64.const {})", pointer << 32);
        assert_eq!(returns(&code), Ok(vec![]));
    }
}

#[test]
fn an_answer_may_touch_the_end_of_memory_and_not_pass_it() {
    let answer =
        |pointer: i64, length: i64| returns(&format!("(i64.const {})", pointer << 32 | length));
    assert_eq!(answer(65_535, 1), Ok(vec![0]));
    assert_eq!(answer(0, 65_536).map(|bytes| bytes.len()), Ok(65_536));
    for (pointer, length) in [
        (65_536, 1),
        (65_535, 2),
        (0, 65_537),
        (1, 0xffff_ffff),
        (0x7fff_ffff, 0xffff_ffff),
        (0x7fff_ffff, 1),
    ] {
        let stop = Stop::AnswerOutOfBounds {
            pointer: pointer as u32,
            length: length as u32,
            memory: 65_536,
        };
        assert_eq!(answer(pointer, length), Err(stop));
        assert_eq!(stop.blame(), Blame::Guest);
    }
}

#[test]
fn an_answer_in_memory_that_the_plugin_grew_is_found() {
    let module = common::module(
        r#"(module
            (memory (export "memory") 128 (pagesize 1))
            (data (i32.const 0) "\08\00\00\00")
            (global (export "corelet:abi/exchange@1") i32 (i32.const 0))
            (func (export "init") (param i32 i32) (result i64) (i64.const 0))
            (func (export "t:t/t#f") (param i32 i32) (result i64)
                (drop (memory.grow (i32.const 64)))
                (i32.store8 (i32.const 190) (i32.const 9))
                (i64.const 0xbe_0000_0001)))"#,
    );
    let mut machine = load(&module);
    assert_eq!(machine.memory_bytes(), 128);
    assert_eq!(call(&mut machine, b""), Ok(vec![9]));
    assert_eq!(machine.memory_bytes(), 192);
}

#[test]
fn the_bytes_of_a_forged_answer_are_none() {
    let machine = load(&function(ECHO));
    for (pointer, length) in [(65_536, 1), (u32::MAX, u32::MAX), (0, u32::MAX)] {
        assert_eq!(machine.response(Answer { pointer, length }), b"");
    }
}

#[test]
fn a_lost_instance_is_not_entered_again_and_a_new_one_starts_afresh() {
    // Counts calls in memory, and traps on the third.
    let mut machine = load(&plugin(
        "",
        &export(
            "(i32.store (i32.const 1024) (i32.add (i32.load (i32.const 1024)) (i32.const 1)))
             (if (i32.eq (i32.load (i32.const 1024)) (i32.const 3)) (then (unreachable)))
             (i64.const 0x400_0000_0001)",
        ),
    ));
    assert_eq!(call(&mut machine, b""), Ok(vec![1]));
    assert_eq!(call(&mut machine, b""), Ok(vec![2]));
    assert!(matches!(call(&mut machine, b""), Err(Stop::Trap(_))));
    for _ in 0..3 {
        assert_eq!(call(&mut machine, b""), Err(Stop::Spent));
        assert_eq!(machine.fuel_used(), 0);
    }
    machine.data_mut().calls = 41;
    for _ in 0..20 {
        machine = machine.renew().unwrap();
        assert_eq!(call(&mut machine, b""), Ok(vec![1]));
    }
    assert_eq!(machine.data().calls, 41);
}
