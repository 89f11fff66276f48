//! Instructions of the emulated board for 1 fuel: the programs that take most, of those that admission lets through.

use corelet_cli::Failure;

use super::{check_price, instructions};

/// As many programs are printed.
const SHOWN: usize = 12;
/// What the others are seen beside.
const REFERENCE: &str = "i32.add";
/// The one that moves its memory, which has so many bytes.
const MOVES: (&str, f64) = ("memory.grow by a byte", 16_384.0);

/// What a program took.
pub(super) struct Program {
    name: String,
    /// Instructions for 1 fuel.
    per_fuel: f64,
    /// Instructions that its first call took more than a later one.
    first: f64,
}

/// Reads `worst NAME: FUEL fuel, TIME ns, first TIME ns`.
pub(super) fn program(line: &str) -> Option<Program> {
    let (name, taken) = line.strip_prefix("worst ")?.split_once(": ")?;
    let (fuel, times) = taken.split_once(" fuel, ")?;
    let (time, first) = times.split_once(" ns, first ")?;
    let time = instructions(time.parse().ok()?);
    let fuel: f64 = fuel.parse().ok()?;
    Some(Program {
        name: name.to_owned(),
        per_fuel: time / fuel,
        first: instructions(first.strip_suffix(" ns")?.parse().ok()?),
    })
}

/// Prints those that take most, and compares with what is stated.
///
/// # Errors
/// If one takes more.
pub(super) fn report(mut programs: Vec<Program>) -> Result<(), Failure> {
    programs.sort_by(|a, b| b.per_fuel.total_cmp(&a.per_fuel));
    println!("{:38} {:>9}", "instructions for 1 fuel, mps2-an386", "most");
    let reference = programs.iter().filter(|program| program.name == REFERENCE);
    for Program { name, per_fuel, .. } in programs.iter().take(SHOWN).chain(reference) {
        println!("{name:38} {per_fuel:9.1}");
    }
    if let Some(moves) = programs.iter().find(|program| program.name == MOVES.0) {
        let per_byte = moves.first / MOVES.1;
        println!(
            "{:38} {per_byte:9.1}",
            "a byte of memory that growing moves"
        );
    }
    let Some(worst) = programs.first() else {
        return Err(Failure::tool("the emulated board measured no program"));
    };
    check_price(&worst.name, worst.per_fuel, "`corelet_admission::fuel`")
}
