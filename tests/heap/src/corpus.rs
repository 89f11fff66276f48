//! The modules that are measured.

use std::error::Error;
use std::path::Path;

use wasm_smith::{Config, MemoryOffsetChoices, Module};

/// A module, and where it is from.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The corpus it is in, and its name there.
    pub name: String,
    /// The module.
    pub module: Vec<u8>,
}

/// The example plugins of the SDK, the plugin of the benchmark, and the one that the loader's tests call.
///
/// # Errors
/// If one does not build.
pub fn plugins() -> Result<Vec<Sample>, Box<dyn Error>> {
    const EXAMPLES: [&str; 6] = [
        "hello",
        "thermostat",
        "moving-average",
        "event-counter",
        "motor-guard",
        "misbehaving",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let examples = EXAMPLES.map(|name| root.join("guest-sdk/examples").join(name));
    let folders = examples.into_iter().chain([root.join("tests/bench/guest")]);
    let sample = |folder: std::path::PathBuf| {
        let built = corelet_cli::build(&folder, None).map_err(|error| error.to_string())?;
        Ok(Sample {
            name: built.name,
            module: std::fs::read(&built.wasm)?,
        })
    };
    let echo = Sample {
        name: "echo.wat".to_owned(),
        module: wat::parse_file(root.join("host-core/load/tests/echo.wat"))?,
    };
    folders.map(sample).chain([Ok(echo)]).collect()
}

/// Modules that wasm-smith makes of `count` fixed seeds, within what admission lets through.
pub fn made_up(count: u64) -> Vec<Sample> {
    let sample = |seed: u64| {
        let bytes = noise(seed);
        let mut source = arbitrary::Unstructured::new(&bytes);
        let module = Module::new(config(seed), &mut source).ok()?;
        Some(Sample {
            name: format!("wasm-smith {seed}"),
            module: module.to_bytes(),
        })
    };
    (1..=count).filter_map(sample).collect()
}

/// Bytes that decide what wasm-smith makes: from a few hundred to some ten thousand.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let length = 512 << (seed % 7);
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn config(seed: u64) -> Config {
    Config {
        available_imports: None,
        max_imports: 0,
        max_types: 40,
        max_funcs: 8 << (seed % 5),
        max_instructions: 60 << (seed % 4),
        max_nesting_depth: 8 + seed as usize % 80,
        max_globals: 20,
        max_exports: 30,
        export_everything: seed.is_multiple_of(2),
        max_data_segments: 8,
        max_element_segments: 6,
        max_elements: 40,
        max_memories: 1,
        max_tables: 1,
        max_table_elements: 100,
        memory_max_size_required: true,
        table_max_size_required: true,
        memory_offset_choices: MemoryOffsetChoices(95, 4, 1),
        allow_start_export: false,
        custom_page_sizes_enabled: true,
        bulk_memory_enabled: true,
        sign_extension_ops_enabled: true,
        saturating_float_to_int_enabled: true,
        multi_value_enabled: seed.is_multiple_of(3),
        reference_types_enabled: false,
        compact_imports_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        extended_const_enabled: false,
        ..Config::default()
    }
}
