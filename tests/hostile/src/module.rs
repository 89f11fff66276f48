//! Modules byte by byte, for what WebAssembly text does not let one say.

use corelet_spec::{CODE, Parts};
use corelet_tests::{OK, Plugin};

/// The function `run` among the functions of [`good`]; `init` and `alive` stand before it.
const RUN: usize = 2;

/// The custom section; it may stand anywhere, and does at the end.
pub(crate) const CUSTOM: u8 = 0;
/// The number of the data count section, which stands before the code.
pub(crate) const DATA_COUNT: u8 = 12;

/// A module that does nothing, and nothing wrong.
pub(crate) fn good() -> Parts {
    Parts::of(&Plugin::new().export("run", OK).build())
}

/// An unsigned integer in as few bytes as it takes.
pub(crate) fn unsigned(value: u64) -> Vec<u8> {
    let bits = 64 - value.leading_zeros() as usize;
    padded(value, bits.div_ceil(7).max(1))
}

/// An integer in `length` bytes, as many as there may be in its type or more.
pub(crate) fn padded(value: u64, length: usize) -> Vec<u8> {
    let bits = |index: usize| value.checked_shr(index as u32 * 7).unwrap_or(0) as u8 & 0x7f;
    let mut bytes: Vec<u8> = (0..length).map(|index| 0x80 | bits(index)).collect();
    if let Some(last) = bytes.last_mut() {
        *last &= 0x7f;
    }
    bytes
}

/// The good module with this for section `id`, which need not be one: its length is `length`, or that of `contents`.
pub(crate) fn with_section(id: u8, contents: &[u8], length: Option<&[u8]>) -> Vec<u8> {
    let parts = good();
    let mut before = parts.clone();
    before
        .sections
        .retain(|section| place(section.id) < place(id));
    let mut module = before.module();
    module.push(id);
    match length {
        Some(length) => module.extend(length),
        None => module.extend(unsigned(contents.len() as u64)),
    }
    module.extend(contents);
    for section in &parts.sections {
        if place(section.id) > place(id) || section.id == CUSTOM {
            section.put(&mut module);
        }
    }
    module
}

/// Where a section stands among the others.
fn place(id: u8) -> u8 {
    match id {
        CUSTOM => u8::MAX,
        DATA_COUNT => 2 * CODE - 1,
        id => 2 * id,
    }
}

/// The contents of section `id` of the good module.
pub(crate) fn section(id: u8) -> Vec<u8> {
    let parts = good();
    let section = parts.sections.iter().find(|section| section.id == id);
    section.map_or_else(Vec::new, |section| section.bytes.clone())
}

/// The good module whose `run` has these locals and this code, `end` included.
pub(crate) fn with_run(locals: &[u8], code: &[u8]) -> Vec<u8> {
    let mut parts = good();
    for section in &mut parts.sections {
        if let Some(body) = section.bodies.get_mut(RUN) {
            *body = [locals, code].concat();
        }
    }
    parts.module()
}
