//! `cargo xtask size`: flash and RAM of the emulated board's firmware, and what each crate takes of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use corelet_cli::Failure;
use corelet_cli::{build, firmware};
use corelet_mps2_an386::BootRecord;
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind, SymbolKind};
use serde::{Deserialize, Serialize};

use crate::emulator::{Images, run_to_end};
use crate::run::root;

/// Where the most that the firmware may take stands.
const BUDGET: &str = "boards/mps2-an386/budget.toml";
/// The plugins of the run that is measured, by slot.
const PLUGINS: [&str; 2] = ["thermostat", "moving-average"];
/// Long enough for ticks and for calls of every kind.
const RUN_MS: u32 = 5_000;
/// Where the machine's RAM begins.
const RAM: u64 = 0x2000_0000;

/// Which form the figures take.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Link wasmi's own validation besides admission
    #[arg(long)]
    validate: bool,
}

/// The figures.
#[derive(Debug, Serialize)]
struct Size {
    board: &'static str,
    /// Vectors, code, constants, and what initialised variables begin with.
    flash_bytes: u64,
    /// Variables, without the heap's memory.
    static_ram_bytes: u64,
    heap_peak_bytes: u64,
    stack_peak_bytes: u64,
    /// Heap of each loaded plugin, its linear memory included.
    plugin_heap_bytes: Vec<u64>,
    /// The most heap while each plugin was loaded, what the ones before it hold included.
    plugin_load_peak_bytes: Vec<u64>,
    sections: BTreeMap<String, u64>,
    /// Bytes in flash.
    crates: BTreeMap<String, u64>,
}

/// The most that each figure may be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    flash_bytes: u64,
    static_ram_bytes: u64,
    heap_peak_bytes: u64,
    stack_peak_bytes: u64,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let features: &[&str] = if args.validate { &["validate"] } else { &[] };
    let size = measure(features)?;
    if args.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&size).map_err(Failure::tool)?
        );
    } else {
        print(&size);
    }
    Ok(())
}

/// Measures, prints, and compares with the budget.
///
/// # Errors
/// If a figure is above its budget.
pub(crate) fn check_budget() -> Result<(), Failure> {
    let size = measure(&[])?;
    print(&size);
    let path = root().join(BUDGET);
    let text = fs::read_to_string(&path).map_err(|error| Failure::reading(&path, &error))?;
    let budget: Budget = toml::from_str(&text).map_err(Failure::usage)?;
    for (what, found, allowed) in [
        ("flash", size.flash_bytes, budget.flash_bytes),
        ("static RAM", size.static_ram_bytes, budget.static_ram_bytes),
        ("heap", size.heap_peak_bytes, budget.heap_peak_bytes),
        ("stack", size.stack_peak_bytes, budget.stack_peak_bytes),
    ] {
        if found > allowed {
            return Err(
                Failure::refused(format_args!("the firmware takes too much {what}"))
                    .found(found, allowed)
                    .help(format_args!("mend it, or raise the budget in {BUDGET}")),
            );
        }
    }
    Ok(())
}

fn print(size: &Size) {
    println!("{}", size.board);
    for (what, bytes) in [
        ("flash", size.flash_bytes),
        ("static RAM", size.static_ram_bytes),
        ("heap peak", size.heap_peak_bytes),
        ("stack peak", size.stack_peak_bytes),
    ] {
        println!("  {what:22} {bytes:>8}");
    }
    let plugins = size.plugin_heap_bytes.iter();
    let plugins = plugins.zip(&size.plugin_load_peak_bytes);
    for (plugin, (bytes, peak)) in PLUGINS.iter().zip(plugins) {
        println!("  heap of {plugin:14} {bytes:>8}, {peak} at most while it was loaded");
    }
    println!("sections");
    for (name, bytes) in &size.sections {
        println!("  {name:22} {bytes:>8}");
    }
    println!("crates, in flash");
    let mut crates: Vec<_> = size.crates.iter().collect();
    crates.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
    for (name, bytes) in crates {
        println!("  {name:22} {bytes:>8}");
    }
}

fn measure(features: &[&str]) -> Result<Size, Failure> {
    let elf = firmware::build(features)?;
    let data = fs::read(&elf).map_err(|error| Failure::reading(&elf, &error))?;
    let file = object::File::parse(&*data).map_err(Failure::tool)?;
    let mut size = Size {
        board: "mps2-an386",
        flash_bytes: 0,
        static_ram_bytes: 0,
        heap_peak_bytes: 0,
        stack_peak_bytes: 0,
        plugin_heap_bytes: Vec::new(),
        plugin_load_peak_bytes: Vec::new(),
        sections: BTreeMap::new(),
        crates: crates(&file),
    };
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else {
            continue;
        };
        let name = section.name().unwrap_or_default();
        // What is not allocated is debug information, or a log format that stays with the tools.
        if sh_flags & u64::from(object::elf::SHF_ALLOC) == 0 || section.size() == 0 {
            continue;
        }
        size.sections.insert(name.to_owned(), section.size());
        let in_ram = section.address() >= RAM;
        let in_flash = !in_ram || section.kind() == SectionKind::Data;
        if in_flash {
            size.flash_bytes += section.size();
        }
        // The heap's memory is what `.uninit` holds; how much of it is used is measured.
        if in_ram && name != ".uninit" {
            size.static_ram_bytes += section.size();
        }
    }
    run_machine(&elf, &mut size)?;
    Ok(size)
}

/// Bytes of code and constants by the crate that their symbols name.
fn crates(file: &object::File<'_>) -> BTreeMap<String, u64> {
    let mut crates = BTreeMap::new();
    let symbols = file.symbols().filter(|symbol| {
        matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Data) && symbol.address() < RAM
    });
    for symbol in symbols {
        let name = format!(
            "{:#}",
            rustc_demangle::demangle(symbol.name().unwrap_or_default())
        );
        *crates.entry(crate_of(&name)).or_default() += symbol.size();
    }
    crates.retain(|_, bytes| *bytes > 0);
    crates
}

/// The crate that a demangled name begins with: `wasmi` of `<wasmi::Store<T> as …>::drop`.
fn crate_of(name: &str) -> String {
    let start = name.trim_start_matches(['<', '&', '(', '[', '*']);
    let start = start.trim_start_matches("mut ").trim_start_matches("dyn ");
    match start.split_once("::") {
        Some((first, _)) if first.chars().all(|c| c.is_alphanumeric() || c == '_') => {
            first.to_owned()
        }
        _ => "(no crate)".to_owned(),
    }
}

/// Runs the firmware with two plugins, and reads the figures that it logs at its end.
fn run_machine(elf: &Path, size: &mut Size) -> Result<(), Failure> {
    let mut images = Vec::new();
    for plugin in PLUGINS {
        images.push(build(&root().join("guest-sdk/examples").join(plugin), None)?.image);
    }
    let record = BootRecord {
        run_milliseconds: RUN_MS,
        ..BootRecord::FOR_EVER
    };
    run_to_end(elf, Images::Slots(&images), &record, |line| {
        read(line, size)
    })?;
    if size.plugin_load_peak_bytes.len() == PLUGINS.len() && size.stack_peak_bytes > 0 {
        Ok(())
    } else {
        Err(Failure::tool("the firmware did not run to its end"))
    }
}

/// Reads `figures: heap N heap-peak N stack-peak N`, and `slot N: loaded …, heap N B, at most …`.
fn read(line: &str, size: &mut Size) {
    let after = |key: &str| {
        let (_, rest) = line.split_once(key)?;
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse::<u64>().ok()
    };
    if line.starts_with("figures: ") {
        size.heap_peak_bytes = after(" heap-peak ").unwrap_or(0);
        size.stack_peak_bytes = after(" stack-peak ").unwrap_or(0);
    } else if line.contains(": loaded ") {
        size.plugin_heap_bytes.extend(after(" B, heap "));
        size.plugin_load_peak_bytes.extend(after(" B, at most "));
    }
}
