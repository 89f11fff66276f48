//! Assembles the programs of `programs.rs` into modules that admission lets through.

mod gaps;
mod keeper;
mod programs;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use corelet_abi::{NameKey, SHAPES_SECTION, Shape, ShapeEntry};
use corelet_admission::{Limits, validate};
use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Manifest, Unsigned};
use corelet_load::Budget;
use gaps::Long;
use programs::{PROGRAMS, Program};

/// How often the loop of a program has its code: the first that admission lets through, since the more there is, the less counts
/// what the loop itself takes.
const TIMES: [usize; 5] = [64, 32, 16, 6, 3];

fn main() {
    println!("cargo::rerun-if-changed=programs.rs");
    println!("cargo::rerun-if-changed=gaps.rs");
    println!("cargo::rerun-if-changed=keeper.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut list = String::from("&[\n");
    for program in PROGRAMS {
        let module = TIMES
            .iter()
            .map(|times| module(program, *times, 16_384))
            .find(|module| validate(module, &Limits::DEVICE).is_ok())
            .unwrap_or_else(|| panic!("{} is refused", program.name));
        let path = write(&folder, program.name, "wasm", &module);
        writeln!(list, "({:?}, include_bytes!({path:?})),", program.name).expect("text");
    }
    list.push(']');
    write(&folder, "programs", "rs", list.as_bytes());

    let mut list = String::from("&[\n");
    for long in gaps::all() {
        let (name, calls) = (long.program.name, long.calls);
        let path = write(&folder, name, "corelet", &image(&longest(&long)));
        writeln!(
            list,
            "Program {{ name: {name:?}, image: include_bytes!({path:?}), calls: {calls} }},"
        )
        .expect("text");
    }
    list.push(']');
    write(&folder, "gaps", "rs", list.as_bytes());

    let image = signed(keeper::manifest(), &keeper::module());
    write(&folder, "keeper", "corelet", &image);
}

/// The module with as much code as admission lets through.
fn longest(long: &Long) -> Vec<u8> {
    (1..=long.times)
        .rev()
        .map(|times| module(&long.program, times, long.memory))
        .find(|module| {
            validate(module, &Limits::DEVICE)
                .is_ok_and(|figures| Budget::DEVICE.calls(&figures) >= long.calls)
        })
        .unwrap_or_else(|| panic!("{} is refused", long.program.name))
}

/// Returns the file that was written.
fn write(folder: &Path, name: &str, extension: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(format!("{}.{extension}", name.replace([' ', ','], "-")));
    fs::write(&path, bytes).expect("the build's folder can be written");
    path
}

/// The module as a plugin that is signed.
fn image(module: &[u8]) -> Vec<u8> {
    let manifest = Manifest {
        name: "program",
        ..Manifest::default()
    };
    signed(manifest, module)
}

/// The same with a manifest of its own, which asks for as much as there is.
fn signed(mut manifest: Manifest<'_>, module: &[u8]) -> Vec<u8> {
    manifest.budgets.fuel_per_call = u64::MAX;
    manifest.budgets.memory = u32::MAX;
    manifest.budgets.stack = u32::MAX;
    Unsigned::build(&manifest, module, &DEVELOPMENT_KEY)
        .expect("the program fits an image")
        .sign(&DEVELOPMENT_SEED)
        .expect("the key is that of the manifest")
}

/// A plugin whose export does the program's code over and over: as many rounds as its request has bytes.
fn module(program: &Program, times: usize, memory: u32) -> Vec<u8> {
    let text = text(program, times, memory);
    wat::parse_str(text).unwrap_or_else(|error| panic!("{}: {error}", program.name))
}

fn text(program: &Program, times: usize, memory: u32) -> String {
    let Program {
        imports,
        items,
        locals,
        first,
        code,
        last,
        ..
    } = program;
    let code = format!("{code} ").repeat(times);
    let inside = items.replace("CODE", &code);
    let code = if inside == *items {
        code
    } else {
        String::new()
    };
    let items = inside.replace("LOCALS", &"i64 ".repeat(Limits::DEVICE.locals as usize));
    let mut shapes = String::new();
    for key in [
        NameKey::of("corelet:bench/host@0.1.0", "serve"),
        NameKey::of_export("init"),
        NameKey::of_export("corelet:bench/rounds@0.1.0#rounds"),
    ] {
        let shape = Shape(1);
        for byte in (ShapeEntry { key, shape }).to_bytes() {
            write!(shapes, "\\{byte:02x}").expect("text");
        }
    }
    format!(
        r#"(module
            {imports}
            (memory (export "memory") {memory} (pagesize 1))
            (data (i32.const 64) "\00\04\00\00")
            (global (export "corelet:abi/exchange@1") i32 (i32.const 64))
            {items}
            (func (export "init") (param i32 i32) (result i64) (i64.const 0x020000000001))
            (func (export "corelet:bench/rounds@0.1.0#rounds") (param $p i32) (param $n i32) (result i64)
                (local $i i32) (local $j i32) (local $l i64) (local $m i64)
                (local $f f32) (local $g f32) (local $d f64) (local $e f64)
                {locals}
                loop $again
                    {first} {code} {last}
                    local.get $n
                    i32.const 1
                    i32.sub
                    local.tee $n
                    br_if $again
                end
                i64.const 0)
            (@custom "{SHAPES_SECTION}" "{shapes}"))"#
    )
}
