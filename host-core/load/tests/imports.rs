//! The door, entered by a plugin.

mod common;

use common::{F, Host, IMPORT, export, load, plugin};
use corelet_abi::{Shape, Status};
use corelet_admission::{ImportRefusal, Limits, Offer, admit};
use corelet_load::{Blame, Budget, Imports, Machine, MachineError, Stop};

/// A plugin that passes four numbers from its request to the import, and returns what that returned.
fn caller() -> Machine<Host> {
    let argument = |n: u32| format!("(i32.load offset={n} (local.get $pointer))");
    let code = format!(
        "(i64.extend_i32_s (call $serve {} {} {} {}))",
        argument(0),
        argument(4),
        argument(8),
        argument(12)
    );
    let data = r#"(data (i32.const 1024) "hello, host")"#;
    load(&plugin(IMPORT, &format!("{data} {}", export(&code))))
}

/// The status or the length that the import gave.
fn serve(machine: &mut Machine<Host>, claim: [u32; 4]) -> Result<u32, Status> {
    let result = machine.call(F, 10_000, |request| {
        claim
            .iter()
            .try_for_each(|number| request.bytes(&number.to_le_bytes()))
    });
    match result {
        Ok(answer) => Ok(answer.length),
        Err(Stop::Refused(status)) => Err(status),
        Err(stop) => panic!("{stop}"),
    }
}

#[test]
fn a_host_function_sees_the_request_and_fills_the_response() {
    let mut machine = caller();
    assert_eq!(serve(&mut machine, [1024, 5, 2048, 16]), Ok(5));
    assert_eq!(machine.data().request, b"hello");
    let response = machine.response(corelet_abi::Answer {
        pointer: 2048,
        length: 6,
    });
    assert_eq!(response, b"olleh\0");
}

#[test]
fn claims_are_checked_before_the_host_function_runs() {
    let mut machine = caller();
    machine.data_mut().response_max = 16;
    const END: u32 = 65_536;
    for (claim, status) in [
        ([END, 1, 2048, 16], Status::OUT_OF_BOUNDS),
        ([END - 1, 2, 2048, 16], Status::OUT_OF_BOUNDS),
        ([0, END + 1, 2048, 16], Status::OUT_OF_BOUNDS),
        ([u32::MAX, 1, 2048, 16], Status::OUT_OF_BOUNDS),
        ([u32::MAX, u32::MAX, 2048, 16], Status::OUT_OF_BOUNDS),
        ([1024, u32::MAX, 2048, 16], Status::OUT_OF_BOUNDS),
        ([1024, 5, END - 15, 16], Status::OUT_OF_BOUNDS),
        ([1024, 5, u32::MAX - 15, 16], Status::OUT_OF_BOUNDS),
        ([1024, 5, 2048, u32::MAX], Status::OUT_OF_BOUNDS),
        ([1024, 5, 0x8000_0000, 0x8000_0000], Status::OUT_OF_BOUNDS),
        ([1024, 5, 1028, 16], Status::OVERLAP),
        ([1024, 5, 1009, 16], Status::OVERLAP),
        ([1024, 5, 1024, 16], Status::OVERLAP),
        ([0, END, 1024, 16], Status::OVERLAP),
        ([1024, 5, 2048, 15], Status::RESPONSE_BUFFER),
        ([1024, 5, 2048, 0], Status::RESPONSE_BUFFER),
    ] {
        assert_eq!(serve(&mut machine, claim), Err(status), "{claim:?}");
    }
    assert_eq!(machine.data().calls, 0);
    for claim in [
        [END - 5, 5, END - 21, 16],
        [END - 21, 5, END - 16, 16],
        [1024, 5, 1008, 16],
        [1024, 5, 1029, 16],
        [u32::MAX, 0, 2048, 16],
        [0, END - 16, END - 16, 16],
    ] {
        assert!(serve(&mut machine, claim).is_ok(), "{claim:?}");
    }
    machine.data_mut().response_max = 0;
    assert_eq!(serve(&mut machine, [u32::MAX, 0, u32::MAX, 0]), Ok(0));
}

#[test]
fn a_status_of_the_host_function_reaches_the_plugin() {
    let mut machine = caller();
    machine.data_mut().answer = Some(Err(Status::DENIED));
    assert_eq!(
        serve(&mut machine, [1024, 5, 2048, 16]),
        Err(Status::DENIED)
    );
}

#[test]
fn a_host_function_that_claims_too_long_a_response_is_found_out() {
    let mut machine = caller();
    for (claimed, given) in [
        (16, Ok(16)),
        (17, Err(Status::LOGIC_BUG)),
        (usize::MAX, Err(Status::LOGIC_BUG)),
    ] {
        machine.data_mut().answer = Some(Ok(claimed));
        assert_eq!(serve(&mut machine, [1024, 5, 2048, 16]), given);
    }
}

#[test]
fn the_debt_of_a_host_function_is_fuel_of_the_call() {
    let mut machine = caller();
    serve(&mut machine, [1024, 5, 2048, 16]).unwrap();
    let without = machine.fuel_used();
    machine.data_mut().debt = 1_000;
    serve(&mut machine, [1024, 5, 2048, 16]).unwrap();
    assert_eq!(machine.fuel_used(), without + 1_000);
    // A debt is paid once, and by refused calls too.
    serve(&mut machine, [1024, 5, 2048, 16]).unwrap();
    assert_eq!(machine.fuel_used(), without);
    machine.data_mut().debt = 1_000;
    machine.data_mut().answer = Some(Err(Status::QUOTA));
    assert_eq!(serve(&mut machine, [1024, 5, 2048, 16]), Err(Status::QUOTA));
    assert_eq!(machine.fuel_used(), without + 1_000);
}

#[test]
fn a_debt_beyond_the_fuel_ends_the_call() {
    let mut machine = caller();
    machine.data_mut().debt = 10_000;
    let claim = [1024_u32, 5, 2048, 16];
    let result = machine.call(F, 10_000, |request| {
        claim
            .iter()
            .try_for_each(|number| request.bytes(&number.to_le_bytes()))
    });
    assert_eq!(result, Err(Stop::OutOfFuel));
    assert_eq!(machine.fuel_used(), 10_000);
    assert_eq!(machine.data().calls, 1);
    let mut machine = machine.renew().unwrap();
    assert_eq!(serve(&mut machine, claim), Ok(5));
    machine.data_mut().debt = u64::MAX;
    assert_eq!(
        machine.call(F, u64::MAX, |_| Ok(())).map(|_| ()),
        Err(Stop::OutOfFuel)
    );
}

/// Serves `a` as entry 3 and `b` as entry 900, in which order a module imports them or not.
struct TwoEntries {
    closed: bool,
}

impl Offer for TwoEntries {
    fn import(&self, _: &str, function: &str, _: Option<Shape>) -> Result<u16, ImportRefusal> {
        match function {
            _ if self.closed => Err(ImportRefusal::NotGranted),
            "a" => Ok(3),
            _ => Ok(900),
        }
    }
}

/// Answers with as many bytes as the entry's number.
struct Entries;

impl Imports for Entries {
    fn import(&mut self, entry: u16, _: &[u8], _: &mut [u8]) -> Result<usize, Status> {
        Ok(usize::from(entry))
    }

    fn response_max(&self, entry: u16) -> usize {
        usize::from(entry)
    }

    fn take_debt(&mut self) -> u64 {
        0
    }
}

const TWO_IMPORTS: &str = r#"
    (import "t:t/host" "b" (func $b (param i32 i32 i32 i32) (result i32)))
    (import "t:t/host" "a" (func $a (param i32 i32 i32 i32) (result i32)))"#;

#[test]
fn each_import_comes_to_its_own_entry() {
    let call = |function, capacity| {
        let code = format!(
            "(i64.extend_i32_s (call ${function} (i32.const 0) (i32.const 0) (i32.const 2048) (i32.const {capacity})))"
        );
        let module = plugin(TWO_IMPORTS, &export(&code));
        let offer = TwoEntries { closed: false };
        let admitted = admit(&module, &Limits::DEVICE, &offer).unwrap();
        let machine = Machine::load(&admitted, &Budget::DEVICE, Entries, &offer).unwrap();
        // The same after the instance is made anew.
        let mut machine = machine.renew().unwrap();
        machine
            .call(F, 10_000, |_| Ok(()))
            .map(|answer| answer.length)
    };
    assert_eq!(call("a", 3), Ok(3));
    assert_eq!(call("b", 900), Ok(900));
    assert_eq!(call("b", 899), Err(Stop::Refused(Status::RESPONSE_BUFFER)));
}

#[test]
fn an_offer_that_changed_after_admission_is_noticed() {
    let module = plugin(TWO_IMPORTS, "");
    let admitted = admit(&module, &Limits::DEVICE, &TwoEntries { closed: false }).unwrap();
    let closed = TwoEntries { closed: true };
    let error = Machine::load(&admitted, &Budget::DEVICE, Entries, &closed).err();
    let expected = MachineError::Import {
        index: 0,
        refusal: ImportRefusal::NotGranted,
    };
    assert_eq!(error, Some(expected));
    assert_eq!(expected.blame(), Blame::Host);
}
