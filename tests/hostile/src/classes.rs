//! The set, class by class. Most cases of a class are one kind of thing at many sizes, on both sides of the limit.

mod answers;
mod claims;
mod code;
mod damage;
mod execution;
mod floods;
mod functions;
mod host_calls;
mod integers;
mod memories;
mod names;
mod segments;
mod storms;

use crate::Case;

/// All of them.
pub fn cases() -> Vec<Case> {
    [
        claims::cases(),
        integers::cases(),
        functions::cases(),
        code::cases(),
        names::cases(),
        segments::cases(),
        memories::cases(),
        execution::cases(),
        storms::cases(),
        host_calls::cases(),
        floods::cases(),
        answers::cases(),
        damage::cases(),
    ]
    .concat()
}

/// What shall come of `found` things where `allowed` may be.
fn at_most(found: u64, allowed: u32) -> crate::Expected {
    if found <= u64::from(allowed) {
        crate::Expected::Answers
    } else {
        crate::Expected::Refused("Refused(Refusal {")
    }
}
