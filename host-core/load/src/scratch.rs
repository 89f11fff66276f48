//! Gives back what translation leaves in an engine.
//!
//! wasmi keeps the work space of its translator in the engine for a next function, as large as the largest function made
//! it: half of the heap that a small plugin would hold. It has no call to drop it. But the work space is taken out of the engine when
//! the translation of a function begins, and put back only when that succeeds. So a function that cannot be translated goes last.

use wasmi::{Engine, Module};

/// A module with one function, whose body has no locals, no instructions, and not the `end` that every body must have.
const UNTRANSLATABLE: [u8; 22] = *b"\0asm\x01\0\0\0\
    \x01\x04\x01\x60\0\0\
    \x03\x02\x01\0\
    \x0a\x02\x01\0";

/// Drops the engine's work space. What was translated stays.
pub(crate) fn release(engine: &Engine) {
    let refused = Module::new(engine, UNTRANSLATABLE);
    debug_assert!(refused.is_err());
}
