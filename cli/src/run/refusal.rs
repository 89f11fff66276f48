//! A plugin that a slot refuses, in words.

use corelet_admission::heap::HeapBound;
use corelet_admission::{ImportName, ImportRefusal, Limits, Reason, Refusal, validate};
use corelet_host::{Allow, LoadError, MachineError, SlotId};
use corelet_image::Manifest;

use super::explain::Explainer;
use crate::error::Failure;
use crate::function_name::function_name;
use crate::output::shown;
use crate::units::grouped;

/// What is wrong with the plugin, who would have to change what, and how. `allow` is the slot's policy.
pub(crate) fn failure(
    slot: SlotId,
    manifest: &Manifest<'_>,
    module: &[u8],
    allow: &[Allow],
    error: LoadError,
    explainer: &Explainer<'_>,
) -> Failure {
    let refuses = |why: &str| {
        Failure::refused(format_args!(
            "slot {slot} refuses {} {}{why}",
            manifest.name, manifest.version
        ))
    };
    match error {
        LoadError::Refused(Refusal {
            reason: Reason::Import { import, refusal },
            ..
        }) => {
            let what = match refusal {
                ImportRefusal::Unknown => ": import not offered",
                ImportRefusal::NotGranted => ": import not granted",
                ImportRefusal::WrongShape { .. } => ": import of another signature",
                _ => ": import refused",
            };
            imported(refuses(what), manifest, module, allow, import, refusal)
        }
        LoadError::Refused(refusal) => {
            refuses("").fact("reason", shown(&refusal.describe(module).to_string()))
        }
        LoadError::Machine(MachineError::HeapBudget { bound, allowed }) => {
            heap(slot, manifest, module, &bound, allowed)
        }
        LoadError::Init(cause) => {
            let explained = explainer
                .failure(&cause, manifest, None)
                .caused(&error, &cause);
            let failure = refuses("").fact("reason", explained.words);
            match explained.help {
                Some(help) => failure.help(help),
                None => failure,
            }
        }
        other => refuses("").fact("reason", other),
    }
}

/// What the plugin may take of the heap, step by step: each adds to what was taken before.
fn heap(
    slot: SlotId,
    manifest: &Manifest<'_>,
    module: &[u8],
    bound: &HeapBound,
    allowed: u32,
) -> Failure {
    let bytes = |bytes: u32| grouped(bytes.into());
    let total = bound.without_memory();
    let made = bound.translate.max(bound.instantiate);
    let failure = Failure::refused(format_args!(
        "{} {} needs more heap than slot {slot} gives",
        manifest.name, manifest.version
    ))
    .fact(
        "heap",
        format_args!(
            "translate {} + instantiate {} + first call {} = {} B",
            bytes(bound.translate),
            bytes(made.saturating_sub(bound.translate)),
            bytes(total.saturating_sub(made)),
            bytes(total)
        ),
    )
    .fact(
        "allowed",
        format_args!(
            "{} B: {} B too many",
            bytes(allowed),
            bytes(total.saturating_sub(allowed))
        ),
    );
    let figures = validate(module, &Limits::LARGEST);
    let failure = match figures.ok().and_then(|figures| figures.largest) {
        Some(largest) => failure.fact(
            "largest",
            format_args!(
                "{}, {} B of code, costs {} B",
                shown(&function_name(module, largest.index)),
                bytes(largest.bytes),
                bytes(largest.heap)
            ),
        ),
        None => failure,
    };
    if manifest.budgets.heap == allowed {
        failure.help("raise [budget] heap in corelet.toml, or leave it to the slot")
    } else {
        failure.help("split the largest function, or raise `budget.heap` in the slot's policy")
    }
}

fn imported(
    failure: Failure,
    manifest: &Manifest<'_>,
    module: &[u8],
    allow: &[Allow],
    import: ImportName,
    refusal: ImportRefusal,
) -> Failure {
    let interface = import.interface.of(module);
    let name = without_version(interface);
    let asked = manifest
        .grants
        .iter()
        .any(|grant| without_version(grant.interface) == name);
    let allowed = allow.iter().any(|allow| allow.interface == name);
    let offered: Vec<_> = allow.iter().map(|allow| allow.interface).collect();
    let failure = failure
        .fact(
            "import",
            shown(&format!("{interface} `{}`", import.function.of(module))),
        )
        .fact(
            "asked",
            format_args!("{}: corelet.toml [grants]", yes_or_no(asked)),
        )
        .fact(
            "policy",
            format_args!(
                "{}: the slot offers {}",
                yes_or_no(allowed),
                offered.join(", ")
            ),
        );
    match refusal {
        ImportRefusal::NotGranted if !asked => failure.help(format_args!(
            "name it in corelet.toml:\n[grants]\n\"{}\" = {{}}",
            shown(name)
        )),
        ImportRefusal::NotGranted => {
            failure.help("use a slot that grants it, or add it to the policy of this one")
        }
        ImportRefusal::WrongShape { .. } => {
            failure.help("rebuild the plugin against the contract of this firmware")
        }
        _ => failure.help("use a firmware that has this interface, in this version"),
    }
}

/// `corelet:host/sensor` of `corelet:host/sensor@0.1.0`.
fn without_version(interface: &str) -> &str {
    interface.split('@').next().unwrap_or(interface)
}

const fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_heap_is_told_step_by_step_with_the_largest_function() {
        let text = format!("(module (func) (func {}))", "nop ".repeat(99));
        let module = wat::parse_str(text).unwrap();
        let bound = HeapBound {
            translate: 11_240,
            instantiate: 14_344,
            call: 17_144,
            memory: 65_536,
            largest_block: 65_536,
        };
        let manifest = Manifest {
            name: "thermostat",
            ..Manifest::default()
        };
        let failure = heap(SlotId(1), &manifest, &module, &bound, 16_384);
        let cost = validate(&module, &Limits::LARGEST)
            .unwrap()
            .largest
            .unwrap()
            .heap;
        assert_eq!(
            failure.to_string(),
            format!(
                "error: thermostat 0.0.0 needs more heap than slot 1 gives\n\
                 \x20 heap     translate 11,240 + instantiate 3,104 + first call 2,800 = 17,144 B\n\
                 \x20 allowed  16,384 B: 760 B too many\n\
                 \x20 largest  function 1, 101 B of code, costs {cost} B\n\
                 help: split the largest function, or raise `budget.heap` in the slot's policy"
            )
        );
    }
}
