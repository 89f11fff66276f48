//! The example plugins, and the sizes that they keep to.

use std::path::PathBuf;

use corelet_cli::{Built, Failure};

use crate::run::root;

/// An example, and the most bytes of WebAssembly and lines of code that it may take.
struct Example {
    name: &'static str,
    wasm_max: u64,
    lines_max: Option<usize>,
}

const fn example(name: &'static str, wasm_max: u64, lines_max: Option<usize>) -> Example {
    Example {
        name,
        wasm_max,
        lines_max,
    }
}

const EXAMPLES: [Example; 6] = [
    example("hello", 1_536, Some(25)),
    example("thermostat", 4_096, Some(40)),
    example("moving-average", 4_096, None),
    example("event-counter", 4_096, None),
    example("motor-guard", 4_096, None),
    example("misbehaving", 4_096, None),
];

/// Builds all examples, prints a table of them, and returns their images in that order.
///
/// # Errors
/// If one does not build, or is larger than it may be.
pub(crate) fn build_all() -> Result<Vec<Built>, Failure> {
    let mut all = Vec::new();
    println!(
        "{:16} {:>7} {:>12} {:>6}",
        "plugin", "wasm B", "memory B", "lines"
    );
    for example in &EXAMPLES {
        let folder = folder(example.name);
        let built = corelet_cli::build(&folder, None)?;
        let lines = lines(&folder)?;
        println!(
            "{:16} {:>7} {:>12} {:>6}",
            built.name, built.wasm_bytes, built.memory_bytes, lines
        );
        check(
            example.name,
            "bytes of WebAssembly",
            built.wasm_bytes,
            example.wasm_max,
        )?;
        if let Some(max) = example.lines_max {
            check(example.name, "lines of code", lines as u64, max as u64)?;
        }
        all.push(built);
    }
    Ok(all)
}

/// The names of all examples, and their images.
///
/// # Errors
/// If one does not build.
pub(crate) fn images() -> Result<Vec<(String, PathBuf)>, Failure> {
    let image = |example: &Example| {
        let image = corelet_cli::build(&folder(example.name), None)?.image;
        Ok((example.name.to_owned(), image))
    };
    EXAMPLES.iter().map(image).collect()
}

fn folder(name: &str) -> PathBuf {
    root().join("guest-sdk/examples").join(name)
}

fn check(name: &str, what: &str, found: u64, allowed: u64) -> Result<(), Failure> {
    if found <= allowed {
        return Ok(());
    }
    Err(Failure::refused(format_args!("{name} has too many {what}")).found(found, allowed))
}

/// Lines of `src/lib.rs` that an author wrote for the device: without its tests, blank lines and comments.
fn lines(folder: &std::path::Path) -> Result<usize, Failure> {
    let path = folder.join("src/lib.rs");
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::reading(&path, &error))?;
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    Ok(code
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count())
}
