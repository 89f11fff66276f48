//! Instructions of the emulated board for one slice: how long a main loop waits for a plugin, the host's own work included.

use corelet_admission::fuel::{SLICE_INSTRUCTIONS, WORST_INSTRUCTIONS};
use corelet_bench::gap::{PROGRAMS, SLICES};
use corelet_cli::Failure;

use super::instructions;

/// The longest slice of a program.
pub(super) struct Gap {
    name: String,
    slice: u64,
    instructions: f64,
}

/// Reads `gap NAME: slice N, TIME ns`.
pub(super) fn gap(line: &str) -> Option<Gap> {
    let (name, rest) = line.strip_prefix("gap ")?.split_once(": slice ")?;
    let (slice, time) = rest.split_once(", ")?;
    Some(Gap {
        name: name.to_owned(),
        slice: slice.parse().ok()?,
        instructions: instructions(time.strip_suffix(" ns")?.parse().ok()?),
    })
}

/// Prints them, and compares with what is stated.
///
/// # Errors
/// If one is longer.
pub(super) fn report(gaps: &[Gap]) -> Result<(), Failure> {
    print!("{:38}", "instructions of one slice, mps2-an386");
    for slice in SLICES {
        print!(" {slice:>12}");
    }
    println!();
    for program in PROGRAMS {
        let name = program.name;
        print!("{name:38}");
        for slice in SLICES {
            let gap = gaps
                .iter()
                .find(|gap| gap.name == name && gap.slice == slice)
                .ok_or_else(|| Failure::tool(format_args!("no slice of `{name}` was measured")))?;
            print!(" {:12.0}", gap.instructions);
            let fuel = program.fuel(slice);
            let allowed =
                fuel as f64 * f64::from(WORST_INSTRUCTIONS) + f64::from(SLICE_INSTRUCTIONS);
            if gap.instructions > allowed {
                return Err(
                    Failure::refused(format_args!("a slice of `{name}` is too long"))
                        .found(gap.instructions, allowed),
                );
            }
        }
        println!();
    }
    Ok(())
}
