//! A plugin that a slot refuses, in words.

use corelet_admission::{ImportName, ImportRefusal, Reason, Refusal};
use corelet_host::{Allow, LoadError, SlotId};
use corelet_image::{Manifest, Verified};

use super::explain::Explainer;
use crate::error::Failure;

/// What is wrong with the plugin, who would have to change what, and how. `allow` is the slot's policy.
pub(super) fn failure(
    slot: SlotId,
    image: &Verified<'_>,
    allow: &[Allow],
    error: LoadError,
    explainer: &Explainer<'_>,
) -> Failure {
    let manifest = image.manifest();
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
            imported(
                refuses(what),
                manifest,
                image.module(),
                allow,
                import,
                refusal,
            )
        }
        LoadError::Refused(refusal) => refuses("").fact("reason", refusal.describe(image.module())),
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
            format_args!("{interface} `{}`", import.function.of(module)),
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
            "name it in corelet.toml:\n[grants]\n\"{name}\" = {{}}"
        )),
        ImportRefusal::WrongShape { .. } => {
            failure.help("rebuild the plugin against the contract of this firmware")
        }
        _ => failure.help(
            "use a firmware that has this interface, in this version; this board has the standard ones",
        ),
    }
}

/// `corelet:host/sensor` of `corelet:host/sensor@0.1.0`.
fn without_version(interface: &str) -> &str {
    interface.split('@').next().unwrap_or(interface)
}

const fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}
