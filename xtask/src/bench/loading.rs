//! Instructions of the emulated board for one KiB of module, from its bytes to an instance.

use corelet_cli::Failure;

use super::instructions;

/// What loading one plugin took, in instructions.
pub(super) struct Loading {
    bank: usize,
    bytes: f64,
    admission: f64,
    translation: f64,
    instance: f64,
}

/// Reads `loading BANK: N B, admission N ns, translation N ns, instance N ns`.
pub(super) fn loading(line: &str) -> Option<Loading> {
    let (bank, taken) = line.strip_prefix("loading ")?.split_once(": ")?;
    let number = |name: &str, unit: &str| -> Option<f64> {
        let part = taken
            .split(", ")
            .find_map(|part| part.strip_prefix(name)?.strip_suffix(unit));
        part?.parse().ok()
    };
    let time = |name: &str| Some(instructions(number(name, " ns")?));
    Some(Loading {
        bank: bank.parse().ok()?,
        bytes: number("", " B")?,
        admission: time("admission ")?,
        translation: time("translation ")?,
        instance: time("instance ")?,
    })
}

/// The most instructions for 1 KiB of module that admission and translation may take, as the README has it.
const ADMISSION_MAX: f64 = 120_000.0;
const TRANSLATION_MAX: f64 = 660_000.0;

/// Prints a table; `names` are those of the plugins, by bank. With `validated`, translation includes wasmi's own validation
/// there, and the difference is printed.
///
/// # Errors
/// If nothing was measured, or a step takes more than it may.
pub(super) fn report(
    names: &[String],
    all: &[Loading],
    validated: Option<&[Loading]>,
) -> Result<(), Failure> {
    if all.is_empty() || validated.is_some_and(|validated| validated.len() != all.len()) {
        return Err(Failure::tool("the emulated board measured no loading"));
    }
    print!(
        "{:28} {:>9} {:>9} {:>9} {:>9}",
        "instructions for 1 KiB", "bytes", "admit", "translate", "instance"
    );
    println!(
        "{}",
        if validated.is_some() {
            "   wasmi validates"
        } else {
            ""
        }
    );
    for (place, loading) in all.iter().enumerate() {
        let per_kib = |instructions: f64| instructions / loading.bytes * 1024.0;
        print!(
            "{:28} {:9} {:9.0} {:9.0} {:9.0}",
            names.get(loading.bank).map_or("", String::as_str),
            loading.bytes,
            per_kib(loading.admission),
            per_kib(loading.translation),
            per_kib(loading.instance)
        );
        match validated.and_then(|validated| validated.get(place)) {
            Some(both) => println!("{:18.0}", per_kib(both.translation - loading.translation)),
            None => println!(),
        }
        for (step, found, allowed) in [
            ("admission", loading.admission, ADMISSION_MAX),
            ("translation", loading.translation, TRANSLATION_MAX),
        ] {
            if per_kib(found) > allowed {
                return Err(
                    Failure::refused(format_args!("{step} takes too many instructions"))
                        .found(format_args!("{:.0} for 1 KiB", per_kib(found)), allowed),
                );
            }
        }
    }
    Ok(())
}
