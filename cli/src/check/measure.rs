//! What calls into a plugin take of its fuel, measured in the simulator.

use corelet_desktop::{Desktop, host};
use corelet_host::abi::{NameKey, decode};
use corelet_host::capability::sensor::Sensors as _;
use corelet_host::plugin::types;
use corelet_host::{Failure as Failed, LoadError, Policy, SlotId, SlotPolicy};
use corelet_image::{Image, Keys, Manifest};
use corelet_wit::Contract;

use super::figures::Figures;
use crate::run::explain::Explainer;

/// The only slot.
const SLOT: SlotId = SlotId(0);

/// How those exports end that `corelet:plugin` has, and that take no request.
type Outcome = Result<(), types::Error<'static>>;

/// What was measured.
pub(super) struct Measured {
    /// The fuel of the call that took most.
    pub(super) fuel: u64,
    /// The functions that were called.
    pub(super) calls: Vec<String>,
}

/// The most fuel of one call: `init`, and every export of the standard contract that takes no request, each called once.
///
/// # Errors
/// Why it was not measured: something that the plugin needs is not there, or it fails.
pub(super) fn fuel(
    image: &[u8],
    figures: &Figures,
    keys: &Keys<'_>,
    policy: SlotPolicy,
    board: Desktop,
) -> Result<Measured, String> {
    let image = Image::parse(image).map_err(|error| error.to_string())?;
    let image = image.verify(keys, corelet_host::VERSION);
    let image = image.map_err(|error| error.to_string())?;
    let manifest = image.manifest();
    let contract = Contract::standard();
    let explainer = Explainer {
        contract: &contract,
        channels: board.channels().iter().map(|c| c.number).collect(),
        fuel: policy.fuel_per_call,
        is_fuel_asked: false,
    };
    let mut host = host::<1>(board, Policy::same(policy));
    host.load(SLOT, &image).map_err(|error| match error {
        LoadError::Init(failure) => explained(&explainer, "init", &failure, manifest),
        error => error.to_string(),
    })?;
    let mut measured = Measured {
        fuel: host.metrics(SLOT).fuel_last,
        calls: vec!["init".to_owned()],
    };
    let mut exports: Vec<_> = figures
        .exports
        .iter()
        .filter(|export| export.bytes.is_some_and(|(request, _)| request == 0))
        .map(|export| export.export.as_str())
        .filter(|name| name.contains('#'))
        .collect();
    // After it there may be nothing left to call.
    exports.sort_by_key(|name| name.ends_with("#shutdown"));
    for name in exports {
        let failed = |failure: &Failed| explained(&explainer, name, failure, manifest);
        let response = host
            .call_encoded(SLOT, NameKey::of_export(name), &[])
            .map_err(|error| failed(&Failed::Call(error)))?;
        if let Ok(Err(error)) = decode::<Outcome>(response) {
            return Err(failed(&Failed::Plugin(error.into())));
        }
        measured.fuel = measured.fuel.max(host.metrics(SLOT).fuel_last);
        measured.calls.push(function(name).to_owned());
    }
    Ok(measured)
}

fn explained(
    explainer: &Explainer<'_>,
    export: &str,
    failure: &Failed,
    manifest: &Manifest<'_>,
) -> String {
    let words = explainer.failure(failure, manifest, None).words;
    format!("`{}`: {words}", function(export))
}

/// `tick` of `corelet:plugin/ticker@0.1.0#tick`.
fn function(export: &str) -> &str {
    export.rsplit('#').next().unwrap_or(export)
}
