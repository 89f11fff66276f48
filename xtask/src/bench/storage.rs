//! Instructions of the emulated board for what plugins do with their data, and for 1 fuel of that.

use corelet_cli::Failure;

use super::{check_price, instructions};

/// Some calls of one kind.
pub(super) struct Stored {
    name: String,
    fuel: f64,
    instructions: f64,
    /// The longest call.
    longest: f64,
}

impl Stored {
    fn per_fuel(&self) -> f64 {
        self.instructions / self.fuel
    }
}

/// Reads `store NAME: FUEL fuel, TIME ns, longest TIME ns`.
pub(super) fn stored(line: &str) -> Option<Stored> {
    let (name, taken) = line.strip_prefix("store ")?.split_once(": ")?;
    let (fuel, times) = taken.split_once(" fuel, ")?;
    let (time, longest) = times.split_once(" ns, longest ")?;
    Some(Stored {
        name: name.to_owned(),
        fuel: fuel.parse().ok()?,
        instructions: instructions(time.parse().ok()?),
        longest: instructions(longest.strip_suffix(" ns")?.parse().ok()?),
    })
}

/// Prints them, and compares with what a unit of fuel stands for.
///
/// # Errors
/// If it stands for more here.
pub(super) fn report(stored: &[Stored]) -> Result<(), Failure> {
    println!(
        "{:38} {:>9} {:>12} {:>9} {:>12}",
        "plugin data, mps2-an386", "fuel", "instructions", "for 1", "longest call"
    );
    for one in stored {
        let (fuel, instructions, longest) = (one.fuel, one.instructions, one.longest);
        println!(
            "{:38} {fuel:9.0} {instructions:12.0} {:9.1} {longest:12.0}",
            one.name,
            one.per_fuel()
        );
    }
    let worst = stored
        .iter()
        .max_by(|one, other| one.per_fuel().total_cmp(&other.per_fuel()));
    let Some(worst) = worst else {
        return Err(Failure::tool("the emulated board measured no store"));
    };
    check_price(
        &worst.name,
        worst.per_fuel(),
        "`boards/support/src/storage.rs`",
    )
}
