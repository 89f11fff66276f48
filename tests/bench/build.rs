//! Assembles the programs of `programs.rs` into modules that admission lets through.

mod programs;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use corelet_abi::{NameKey, SHAPES_SECTION, Shape, ShapeEntry};
use corelet_admission::{Limits, validate};
use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Manifest, Unsigned};
use programs::{PROGRAMS, Program};

/// How often the loop of a program has its code: the first that admission lets through, since the more there is, the less counts
/// what the loop itself takes.
const TIMES: [usize; 4] = [64, 32, 16, 6];

/// The programs whose slices are measured: the worst of each kind, and what they are seen beside.
const LONG: [&str; 4] = [
    "call with the most locals",
    "memory.copy of 4095",
    "f64.sqrt",
    "i32.add",
];

fn main() {
    println!("cargo::rerun-if-changed=programs.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut list = String::from("&[\n");
    let mut images = String::from("&[\n");
    for program in PROGRAMS {
        let module = TIMES
            .iter()
            .map(|times| {
                wat::parse_str(text(program, *times))
                    .unwrap_or_else(|error| panic!("{}: {error}", program.name))
            })
            .find(|module| validate(module, &Limits::DEVICE).is_ok())
            .unwrap_or_else(|| panic!("{} is refused", program.name));
        let path = folder.join(format!("{}.wasm", program.name.replace([' ', ','], "-")));
        if LONG.contains(&program.name) {
            let path = path.with_extension("corelet");
            write(&path, &image(&module));
            writeln!(images, "({:?}, include_bytes!({path:?})),", program.name).expect("text");
        }
        write(&path, &module);
        writeln!(list, "({:?}, include_bytes!({path:?})),", program.name).expect("text");
    }
    for (name, mut list) in [("programs.rs", list), ("images.rs", images)] {
        list.push(']');
        write(&folder.join(name), list.as_bytes());
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("the build's folder can be written");
}

/// The module as a plugin that is signed.
fn image(module: &[u8]) -> Vec<u8> {
    let mut manifest = Manifest {
        name: "program",
        ..Manifest::default()
    };
    manifest.budgets.fuel_per_call = u64::MAX;
    manifest.budgets.memory = u32::MAX;
    manifest.budgets.stack = u32::MAX;
    Unsigned::build(&manifest, module, &DEVELOPMENT_KEY)
        .expect("the program fits an image")
        .sign(&DEVELOPMENT_SEED)
        .expect("the key is that of the manifest")
}

/// A plugin whose export does the program's code over and over: as many rounds as its request has bytes.
fn text(program: &Program, times: usize) -> String {
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
    let items = items.replace("LOCALS", &"i64 ".repeat(Limits::DEVICE.locals as usize));
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
            (memory (export "memory") 16384 (pagesize 1))
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
