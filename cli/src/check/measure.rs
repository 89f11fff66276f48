//! What calls into a plugin take of its fuel, measured in the simulator.

use corelet_desktop::{Desktop, host, table};
use corelet_host::abi::{Function as _, NameKey};
use corelet_host::capability::sensor::Sensors as _;
use corelet_host::plugin::event_handler::functions::Handle;
use corelet_host::{CallError, Failure as Failed, Host, LoadError, OnFault, Policy};
use corelet_host::{SlotId, SlotPolicy};
use corelet_image::{Image, Keys, Verified};
use corelet_wit::Contract;
use corelet_wit::value::Extent;
use serde_json::{Value, json};

use super::figures::{Figures, Imported};
use crate::contract_check;
use crate::error::Failure;
use crate::module::Module;
use crate::run::explain::{Explained, Explainer};
use crate::run::typed_call::TypedCall;
use crate::units::grouped;

/// The only slot.
const SLOT: SlotId = SlotId(0);

/// One call that was made.
pub(super) struct Call {
    /// The function, and the topic of its event if it takes one.
    pub(super) name: String,
    /// What it was called with; empty if it takes nothing.
    pub(super) request: String,
    pub(super) fuel: u64,
    /// How it ended, if it did not end well.
    pub(super) failure: Option<Explained>,
}

/// The fuel of `init` and of every export. One with a request is called with each [`Extent`] of it, and an event handler so for
/// each topic that the manifest names: here stands the call that took most of those that went well, and every one that
/// failed. Each call is made to an instance of its own.
///
/// # Errors
/// Why nothing was measured: something that the plugin needs is not there, or `init` fails.
pub(super) fn fuel(
    image: &[u8],
    figures: &Figures,
    contract: &Contract,
    keys: &Keys<'_>,
    policy: SlotPolicy,
    board: &dyn Fn() -> Result<Desktop, Failure>,
) -> Result<Vec<Call>, Explained> {
    if let Some(import) = figures.imports.iter().find(|import| is_missing(import)) {
        let Imported {
            interface,
            function,
            ..
        } = import;
        return Err(format!("the simulator has no {interface} `{function}`").into());
    }
    let image = Image::parse(image).map_err(|error| error.to_string())?;
    let image = image.verify(keys, corelet_host::VERSION);
    let simulator = Simulator {
        image: image.map_err(|error| error.to_string())?,
        contract,
        policy: SlotPolicy {
            // The figures stay those of the call that was asked for.
            on_fault: OnFault::Stop,
            ..policy
        },
        board,
    };
    let (host, _) = simulator.load()?;
    let mut calls = vec![Call {
        name: "init".to_owned(),
        request: String::new(),
        fuel: host.metrics(SLOT).fuel_last,
        failure: None,
    }];
    let exports = figures.exports.iter().map(|export| export.export.as_str());
    for export in exports.filter(|name| name.contains('#')) {
        simulator.export(export, &mut calls)?;
    }
    Ok(calls)
}

/// Whether the simulator has nothing of this name: a vendor's.
fn is_missing(import: &Imported) -> bool {
    let name = import.interface.split('@').next();
    table().interfaces().all(|known| Some(known.name) != name)
}

struct Simulator<'a> {
    image: Verified<'a>,
    contract: &'a Contract,
    policy: SlotPolicy,
    board: &'a dyn Fn() -> Result<Desktop, Failure>,
}

impl Simulator<'_> {
    /// The plugin, just made, and who explains what it does.
    fn load(&self) -> Result<(Host<Desktop, 1>, Explainer<'_>), Explained> {
        let board = (self.board)().map_err(|failure| failure.to_string())?;
        let explainer = Explainer {
            contract: self.contract,
            channels: board.channels().iter().map(|c| c.number).collect(),
            fuel: self.policy.fuel_per_call,
            is_fuel_asked: false,
        };
        let mut host = host::<1>(board, Policy::same(self.policy));
        host.load(SLOT, &self.image).map_err(|error| match error {
            LoadError::Init(failure) => {
                let Explained { words, help } = self.explained(&explainer, &failure, None);
                let words = format!("`init`: {words}");
                Explained { words, help }
            }
            error => error.to_string().into(),
        })?;
        Ok((host, explainer))
    }

    /// Calls an export with every kind of request that there is.
    fn export(&self, export: &str, calls: &mut Vec<Call>) -> Result<(), Explained> {
        let (_, function) = contract_check::function(self.contract, export)
            .ok_or_else(|| format!("the contract has no {export}"))?;
        if NameKey::of_export(export) != Handle::KEY {
            return self.requests(export, &function.name, calls, |extent| {
                extent.arguments(self.contract, function)
            });
        }
        for topic in &self.image.manifest().topics {
            let name = format!("{} `{topic}`", function.name);
            self.requests(export, &name, calls, |extent| {
                let mut arguments = extent.arguments(self.contract, function);
                if let Some(event) = arguments.get_mut(0) {
                    event["topic"] = json!(topic);
                }
                arguments
            })?;
        }
        Ok(())
    }

    fn requests(
        &self,
        export: &str,
        name: &str,
        calls: &mut Vec<Call>,
        arguments: impl Fn(Extent) -> Value,
    ) -> Result<(), Explained> {
        let module = Module::read(self.image.module())?;
        let mut sent: Vec<Vec<u8>> = Vec::new();
        let mut made = Vec::new();
        for extent in Extent::ALL {
            let call = TypedCall::new(self.contract, &module, export, &arguments(extent))
                .map_err(|failure| failure.to_string())?;
            if sent.contains(&call.request) {
                continue;
            }
            let (fuel, failure) = self.call(&call)?;
            made.push(Call {
                name: name.to_owned(),
                request: described(extent, call.request.len()),
                fuel,
                failure,
            });
            sent.push(call.request);
        }
        made.sort_by_key(|call| std::cmp::Reverse(call.fuel));
        let mut is_first = true;
        made.retain(|call| call.failure.is_some() || std::mem::take(&mut is_first));
        calls.extend(made);
        Ok(())
    }

    /// The fuel of a call, and how it ended if not well.
    fn call(&self, call: &TypedCall<'_>) -> Result<(u64, Option<Explained>), Explained> {
        let (mut host, explainer) = self.load()?;
        let result = match host.call_encoded(SLOT, call.key, &call.request) {
            Ok(response) => call
                .failure(response)
                .map(|error| error.map(Failed::Plugin)),
            Err(error @ CallError::Stopped(_)) => Some(Ok(Failed::Call(error))),
            Err(error) => return Err(format!("`{}`: {error}", call.name()).into()),
        };
        let fuel = host.metrics(SLOT).fuel_last;
        let failure = result.map(|failure| match failure {
            Ok(failure) => self.explained(&explainer, &failure, Some(fuel)),
            Err(words) => words.into(),
        });
        Ok((fuel, failure))
    }

    fn explained(
        &self,
        explainer: &Explainer<'_>,
        failure: &Failed,
        fuel: Option<u64>,
    ) -> Explained {
        let manifest = self.image.manifest();
        explainer.failure(failure, manifest, fuel)
    }
}

fn described(extent: Extent, bytes: usize) -> String {
    let request = match extent {
        _ if bytes == 0 => return String::new(),
        Extent::Largest => "largest request",
        Extent::Longest => "largest request of zeros",
        Extent::Least => "least request",
    };
    format!("{request}, {} B", grouped(bytes as u64))
}
