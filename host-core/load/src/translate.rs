//! Modules, translated for an engine: the one place where wasmi is told to trust bytes.
#![allow(unsafe_code)]

use corelet_admission::{Admitted, Limits};
use wasmi::errors::ErrorKind;
use wasmi::{Engine, Error, Module};

use crate::MachineError;

/// Translates what was admitted, and leaves nothing in the engine but the translation.
pub(crate) fn translate(engine: &Engine, admitted: &Admitted<'_>) -> Result<Module, MachineError> {
    // SAFETY: the bytes must be a valid module within the engine's configuration. `Admitted` is made by admission alone,
    // and holds the very bytes that it went through. It checks (file of `corelet-admission`):
    // - the header, the order of sections and that each ends with its last item (`layout`, `cursor`);
    // - types, indices and limits of every section (`types`, `imports`, `functions`, `memory`, `globals`, `exports`,
    //   `segments`), so that nothing is named that is not there, and no start function;
    // - every function by the algorithm of the specification (`instructions`, `operands`, `numeric`): types of operands and
    //   branches, locals, alignments, that data segments are announced, and that nothing follows the last `end`;
    // - that only instructions, types and kinds of WebAssembly 1.0 with sign extension, saturating conversions, bulk
    //   memory, multi-value and custom page sizes occur, which `Budget::config` leaves on.
    // Tests hold its verdicts against the specification's own suite and against wasmparser.
    let module = unsafe { module(engine, admitted.module()) };
    release(engine);
    module.map_err(|error| match error.kind() {
        ErrorKind::Translation(_) if frames_fit(admitted.limits()) => MachineError::OutOfHeap,
        _ => MachineError::of(&error),
    })
}

/// Whether wasmi can translate every function within these limits, so that it says no for want of heap alone.
///
/// It has a type for what its translation says, but no name for others. Of what is admitted, one part is want of heap for the
/// code, and the other frames that 16 bits do not count: twice the locals and once the operands in one function, or more than
/// 30,000 locals.
const fn frames_fit(limits: &Limits) -> bool {
    const FIT: u32 = 16_384;
    limits.locals <= FIT && limits.operands <= FIT
}

/// Translates a module.
///
/// # Safety
/// Without the feature `validate`, that of [`Module::new_unchecked`].
unsafe fn module(engine: &Engine, bytes: &[u8]) -> Result<Module, Error> {
    #[cfg(feature = "validate")]
    return Module::new(engine, bytes);
    // SAFETY: the caller's.
    #[cfg(not(feature = "validate"))]
    return unsafe { Module::new_unchecked(engine, bytes) };
}

/// A module with one function whose body is empty: it lacks even its count of locals.
const UNTRANSLATABLE: [u8; 22] = *b"\0asm\x01\0\0\0\
    \x01\x04\x01\x60\0\0\
    \x03\x02\x01\0\
    \x0a\x02\x01\0";

/// Drops the work space of translation. What was translated stays.
///
/// wasmi keeps it in the engine for a next function, as large as the largest function made it: half of the heap that a
/// small plugin would hold. It has no call to drop it. But the work space is taken out of the engine when the translation of a
/// function begins, and put back only when that succeeds. So a function that cannot be translated goes last.
fn release(engine: &Engine) {
    // SAFETY: not a valid module, which is the purpose, and no module comes of it: everything before the only function is
    // valid, and its body has no byte that could be misread. wasmi 2.0.0 takes the work space (`EngineInner::translate_func`),
    // finds no count of locals (`FuncTranslationDriver::translate_locals`), and returns that error.
    let refused = unsafe { module(engine, &UNTRANSLATABLE) };
    debug_assert!(refused.is_err());
}
