//! Everything that a host must survive, each thing once: an image, and what shall come of it on every board.

mod answers;
mod execution;
mod grants;
mod images;
mod pointers;
mod requests;
mod structure;

use corelet_host::abi::{NameKey, Status};

use crate::{Call, Case, Expected, Plugin, export_key, manifest, signed};

/// The whole list.
pub fn cases() -> Vec<Case> {
    let mut cases = execution::cases();
    cases.extend(pointers::cases());
    cases.extend(answers::cases());
    cases.extend(requests::cases());
    cases.extend(grants::cases());
    cases.extend(structure::cases());
    cases.extend(images::cases());
    cases
}

/// A plugin without grants, and calls into it.
fn calls(name: &str, plugin: &Plugin, calls: Vec<Call>) -> Case {
    Case {
        name: name.into(),
        image: signed(&manifest("misbehaving"), &plugin.build()),
        expected: Expected::Calls(calls),
    }
}

/// A module that is refused.
fn refused(name: &str, plugin: &Plugin, words: &'static str) -> Case {
    Case {
        name: name.into(),
        image: signed(&manifest("misbehaving"), &plugin.build()),
        expected: Expected::Refused(words),
    }
}

/// A call of a test export that ends with an error.
fn fails(export: &str, words: &'static str) -> Call {
    Call {
        name: "",
        export: export_key(export),
        request: Vec::new(),
        expected: Err(words),
    }
}

/// A call of a test export that has an answer.
fn answers(export: NameKey, request: &[u8], answer: &[u8]) -> Call {
    Call {
        name: "",
        export,
        request: request.into(),
        expected: Ok(answer.into()),
    }
}

/// What a plugin sees of an import that was refused.
fn status(status: Status) -> Vec<u8> {
    status.code().to_le_bytes().into()
}
