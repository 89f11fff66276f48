//! How long programs take for their fuel.

use corelet_abi::NameKey;
use corelet_admission::{Limits, admit};
use corelet_load::{Budget, Machine};

use crate::nothing::Nothing;

/// What a program took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Fuel of 100 rounds.
    pub fuel: u64,
    /// Their time, as `now` counts.
    pub time: u64,
    /// How much longer the first call took than one like it.
    pub first: u64,
}

/// Name and module of each program, which admission lets through.
pub const PROGRAMS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/programs.rs"));

const ROUNDS: NameKey = NameKey::of("corelet:bench/rounds@0.1.0", "rounds");

/// Does a program for many rounds more than few, so that what begins and ends a call does not count.
///
/// # Panics
/// If it is not admitted, or fails.
pub fn measure(module: &[u8], now: impl Fn() -> u64) -> Taken {
    const FEW: u8 = 10;
    const MANY: u8 = 110;
    let admitted = admit(module, &Limits::DEVICE, &Nothing).expect("the program is admitted");
    // As a policy may allow, for functions with many locals, and many calls among much code.
    let budget = Budget {
        stack: 8_192,
        heap: 65_536,
        prepaid_fuel: u32::MAX,
        ..Budget::DEVICE
    };
    let mut machine =
        Machine::load(&admitted, &budget, Nothing, &Nothing).expect("the program is loaded");
    let mut call = |rounds: u8| {
        let start = now();
        machine
            .call(ROUNDS, 1 << 32, |request| {
                (0..rounds).try_for_each(|_| request.bytes(&[0]))
            })
            .expect("the program ends");
        (machine.fuel_used(), now().wrapping_sub(start))
    };
    let (first, few, many) = (call(FEW), call(FEW), call(MANY));
    Taken {
        fuel: many.0.saturating_sub(few.0),
        time: many.1.saturating_sub(few.1),
        first: first.1.saturating_sub(few.1),
    }
}
