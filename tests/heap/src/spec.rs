//! The modules that `corelet-spec` judges, as far as admission lets them through.

use std::collections::BTreeSet;

use corelet_admission::{Limits, validate};
use corelet_spec::{Cases, Origin};
use wasmparser::{Parser, Payload, TypeRef};

use crate::Sample;

/// The modules of the specification's tests.
pub fn specification() -> Vec<Sample> {
    let modules = corelet_spec::modules().into_iter().enumerate();
    modules
        .filter(|(_, module)| is_measurable(module))
        .map(|(index, module)| Sample {
            name: format!("specification {index}"),
            module,
        })
        .collect()
}

/// Of the first `cases` of seed 0: one mutant of each, and all modules of any bytes.
pub fn fuzzed(cases: u64) -> (Vec<Sample>, Vec<Sample>) {
    let all = Cases::new(0);
    let mut known = BTreeSet::new();
    let (mut mutants, mut bytes) = (Vec::new(), Vec::new());
    for number in 0..cases {
        // The mutants of one module are much alike.
        let mut wanted = true;
        for (index, (module, origin)) in all.modules(number).into_iter().enumerate() {
            let samples = match origin {
                Origin::Mutant if wanted => &mut mutants,
                Origin::Bytes => &mut bytes,
                _ => continue,
            };
            if !is_measurable(&module) || !known.insert(module.clone()) {
                continue;
            }
            wanted &= origin != Origin::Mutant;
            samples.push(Sample {
                name: format!("case {number}, module {index}"),
                module,
            });
        }
    }
    (mutants, bytes)
}

/// Whether the meter can run it as a slot runs a plugin: admission takes it, it has no start function, and imports functions alone.
fn is_measurable(module: &[u8]) -> bool {
    validate(module, &Limits::DEVICE).is_ok()
        && Parser::new(0)
            .parse_all(module)
            .all(|payload| match payload {
                Ok(Payload::StartSection { .. }) | Err(_) => false,
                Ok(Payload::ImportSection(section)) => section
                    .into_imports()
                    .all(|import| import.is_ok_and(|import| matches!(import.ty, TypeRef::Func(_)))),
                Ok(_) => true,
            })
}
