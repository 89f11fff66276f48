//! Two verdicts on one module.

use corelet_admission::{Beginning, Limits, Reason, Refusal, admit, admit_beginning, validate};
use wasmparser::{Validator, WasmFeatures};

/// What the other validator is told to let through: what admission lets through.
pub const fn profile() -> WasmFeatures {
    WasmFeatures::MVP
        .union(WasmFeatures::MUTABLE_GLOBAL)
        .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
        .union(WasmFeatures::SIGN_EXTENSION)
        .union(WasmFeatures::MULTI_VALUE)
        .union(WasmFeatures::BULK_MEMORY)
        .union(WasmFeatures::CUSTOM_PAGE_SIZES)
        // The table of an indirect call as an integer in any form, as compilers write it.
        .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
}

/// What both say about one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both let it through.
    Valid,
    /// Both refuse it; why admission does.
    Refused(Refusal),
    /// Admission alone refuses it, for a limit or feature that is stated.
    Limit(Refusal),
    /// One of them is wrong.
    Disagreement {
        /// What admission says.
        ours: Result<(), Refusal>,
        /// What the other validator says.
        theirs: Result<(), String>,
    },
}

/// What `wasmparser` says, with these features.
///
/// # Errors
/// Its message.
pub fn other_verdict(module: &[u8], features: WasmFeatures) -> Result<(), String> {
    Validator::new_with_features(features)
        .validate_all(module)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Judges a module twice.
pub fn compare(module: &[u8]) -> Outcome {
    let ours = validate(module, &Limits::LARGEST).map(drop);
    let theirs = Validator::new_with_features(profile()).validate_all(module);
    match (ours, theirs) {
        (Ok(()), Ok(_)) => Outcome::Valid,
        (Err(refusal), Err(_)) => Outcome::Refused(refusal),
        (Err(refusal), Ok(_)) if is_stated(refusal.reason) => Outcome::Limit(refusal),
        (ours, theirs) => Outcome::Disagreement {
            ours,
            theirs: theirs.map(drop).map_err(|error| error.to_string()),
        },
    }
}

/// Whether a refusal of a module that is valid is a limit or a feature. Features are the same on both sides, so that no
/// instruction belongs here, and one type only.
const fn is_stated(reason: Reason) -> bool {
    // Typed function references brought this byte; behind it, wasmparser takes `func` with that feature off as well.
    const NULLABLE_REFERENCE: u8 = 0x63;
    matches!(
        reason,
        Reason::Over { .. }
            | Reason::TableType {
                found: NULLABLE_REFERENCE
            }
    )
}

/// Whether the beginning of a module, with shapes put in front of it, is refused for nothing that all of it would not be refused for, and can be
/// told of every part of it.
pub fn is_refused_alike(module: &[u8]) -> bool {
    const SHAPES: &[u8] = b"\0\x0f\x0ecorelet:shapes";
    let Some((header, rest)) = module.split_at_checked(8) else {
        return true;
    };
    let module = [header, SHAPES, rest].concat();
    let found = Beginning::of(&module);
    let alike = (0..module.len()).all(|length| match Beginning::of(&module[..length]) {
        Beginning::Needs(needed) => needed as usize > length,
        other => other == found,
    });
    let Beginning::Whole(beginning) = found else {
        return alike;
    };
    let begins = admit_beginning(beginning, &Limits::DEVICE, &());
    alike && (begins.is_ok() || admit(&module, &Limits::DEVICE, &()).is_err())
}

/// The name of a reason, with the quantity if it is a limit: what refusals are counted by.
pub fn reason_name(reason: Reason) -> String {
    match reason {
        Reason::Over { what, .. } => format!("more {}", what.words()),
        reason => {
            let debug = format!("{reason:?}");
            let end = debug.find([' ', '{', '(']).unwrap_or(debug.len());
            debug[..end].to_owned()
        }
    }
}
