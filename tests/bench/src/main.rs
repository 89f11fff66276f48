//! Does one thing many times over, so that its instructions can be counted from outside:
//! `corelet-bench (corelet|raw) (echo|calls|idle) COUNT MODULE`.
//!
//! `corelet` goes through [`corelet_host::Host`]; `raw` is what one would write by hand with wasmi, postcard and serde
//! derives for the same module, with fuel on and every pointer checked, but without grants, quotas and bounds.
//! `cargo xtask bench` runs both under callgrind.

mod corelet;
mod raw;

use std::process::ExitCode;

/// Bytes of one message, as the measurement in peers has it: two numbers, 16 bytes of text, 64 bytes.
const NAME: &str = "sixteen bytes ok";
const PAYLOAD: [u8; 64] = [7; 64];
const TIME: u64 = 1_000_000_000_000;

/// Fuel of one call: more than any call here takes.
const FUEL: u64 = 1 << 32;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [side, what, count, module] = arguments.as_slice() else {
        eprintln!("usage: corelet-bench (corelet|raw) (echo|calls|idle) COUNT MODULE");
        return ExitCode::from(2);
    };
    let count: u32 = count.parse().expect("COUNT is a number");
    let module = std::fs::read(module).expect("MODULE can be read");
    let answer = match side.as_str() {
        "corelet" => corelet::run(&module, what, count),
        "raw" => raw::run(&module, what, count),
        _ => panic!("no side {side}"),
    };
    println!("{answer}");
    ExitCode::SUCCESS
}
