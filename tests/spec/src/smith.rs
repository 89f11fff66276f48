//! Modules from `wasm-smith`.

use arbitrary::Unstructured;
use wasm_smith::{Config, Module};

use crate::random::Random;

/// A module of the accepted features; every fourth with functions whose code is any bytes.
pub(crate) fn accepted(random: &mut Random) -> Option<Vec<u8>> {
    generate(config(random), random)
}

/// A module that may use every feature there is.
pub(crate) fn any(random: &mut Random) -> Option<Vec<u8>> {
    let mut config = config(random);
    config.max_memories = 1 + random.below(2);
    config.max_tables = 1 + random.below(2);
    config.simd_enabled = random.once_in(2);
    config.relaxed_simd_enabled = config.simd_enabled;
    config.reference_types_enabled = random.once_in(2);
    config.gc_enabled = config.reference_types_enabled && random.once_in(2);
    config.exceptions_enabled = random.once_in(2);
    config.tail_call_enabled = random.once_in(2);
    config.threads_enabled = random.once_in(2);
    config.memory64_enabled = random.once_in(2);
    config.extended_const_enabled = random.once_in(2);
    config.wide_arithmetic_enabled = random.once_in(2);
    generate(config, random)
}

fn config(random: &mut Random) -> Config {
    Config {
        simd_enabled: false,
        relaxed_simd_enabled: false,
        reference_types_enabled: false,
        gc_enabled: false,
        compact_imports_enabled: false,
        exceptions_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        memory64_enabled: false,
        extended_const_enabled: false,
        wide_arithmetic_enabled: false,
        custom_page_sizes_enabled: true,
        generate_custom_sections: random.once_in(4),
        allow_invalid_funcs: random.once_in(4),
        bulk_memory_enabled: !random.once_in(4),
        multi_value_enabled: !random.once_in(4),
        export_everything: random.once_in(4),
        max_memories: 1,
        max_tables: 1,
        max_types: 1 + random.below(8),
        max_imports: random.below(6),
        max_funcs: 1 + random.below(8),
        min_funcs: 1,
        max_globals: random.below(6),
        max_exports: random.below(6),
        max_element_segments: random.below(4),
        max_data_segments: random.below(4),
        max_elements: random.below(8),
        max_instructions: 1 + random.below(100),
        max_memory32_bytes: 1 << 31,
        max_table_elements: 60_000,
        min_uleb_size: if random.once_in(4) { 5 } else { 1 },
        ..Config::default()
    }
}

fn generate(config: Config, random: &mut Random) -> Option<Vec<u8>> {
    let length = 256 + random.below(2_048);
    let bytes = random.bytes(length);
    Module::new(config, &mut Unstructured::new(&bytes))
        .ok()
        .map(|module| module.to_bytes())
}
