//! What a device says of one plugin.

use corelet_admission::{Reason, Refusal};
use corelet_host::{LoadError, PluginName, Session, SlotId, SlotPolicy, judge};
use corelet_image::{DEVELOPMENT_KEY, GRANTS_MAX, Image, ImageError, KeyId, Manifest};
use corelet_wit::Contract;

use super::device::Device;
use super::figures::Figures;
use super::plugin::{self, Plugin};
use crate::error::Failure;
use crate::output::shown;
use crate::run::explain::Explainer;
use crate::run::refusal;
use crate::verify::{signer, untrusted};

/// What a device says of one file.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// Name and version of the plugin; the name alone for a module.
    pub(crate) plugin: String,
    /// Who signed, in words; none for a module alone, and for an image that is refused before that is known.
    pub(crate) signer: Option<String>,
    /// The slot that takes it, or whose refusal this is; none if no slot was asked.
    pub(crate) slot: Option<SlotId>,
    /// Interfaces of which grant and limit were not compared.
    pub(crate) uncompared: Vec<String>,
    pub(crate) outcome: Result<Figures, Box<Refused>>,
}

/// Why a plugin is refused.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// For a person.
    pub(crate) failure: Failure,
    /// The name of the reason, for instance `Import`.
    pub(crate) reason: String,
    /// The reason in one line.
    pub(crate) sentence: String,
    /// Where in the module.
    pub(crate) offset: Option<u32>,
    /// Whether it is because of what the device offers, and not because of what the plugin is.
    pub(crate) by_offer: bool,
}

/// Judges a file by its bytes. `name` is what a module without a manifest is called; `names` a module with the same functions
/// that may have kept their names.
pub(crate) fn verdict<B: 'static>(
    bytes: &[u8],
    name: &str,
    names: Option<&[u8]>,
    device: &Device<B>,
) -> Verdict {
    if plugin::is_image(bytes) {
        return match plugin::of_image(bytes, &device.keys(), device.host) {
            Ok(plugin) => of_plugin(&plugin, names, device),
            Err(error) => unverified(bytes, name, error, device),
        };
    }
    let imported = plugin::imported(bytes);
    if imported.len() > GRANTS_MAX {
        let sentence = "a module that imports more interfaces than a manifest can ask for";
        let failure = Failure::refused(sentence).found(imported.len(), GRANTS_MAX);
        return Verdict {
            plugin: name.to_owned(),
            signer: None,
            slot: None,
            uncompared: Vec::new(),
            outcome: Err(Box::new(Refused {
                failure,
                reason: "Grants".to_owned(),
                sentence: sentence.to_owned(),
                offset: None,
                by_offer: false,
            })),
        };
    }
    of_plugin(&plugin::of_module(name, bytes, &imported), names, device)
}

/// An image that no device takes that trusts the same keys.
fn unverified<B: 'static>(
    bytes: &[u8],
    name: &str,
    error: ImageError,
    device: &Device<B>,
) -> Verdict {
    let manifest = Image::parse(bytes).and_then(|image| image.unverified_manifest());
    let plugin = manifest.map_or_else(
        |_| name.to_owned(),
        |manifest| format!("{} {}", manifest.name, manifest.version),
    );
    let key = match error {
        ImageError::UnknownKey { found } => Some(found),
        ImageError::DevelopmentKey => Some(KeyId::of(&DEVELOPMENT_KEY)),
        _ => None,
    };
    let failure = match key {
        Some(found) => untrusted(found, &device.keys, device.development),
        None => Failure::refused(format_args!("{plugin}: {error}")),
    };
    Verdict {
        plugin,
        signer: None,
        slot: None,
        uncompared: Vec::new(),
        outcome: Err(Box::new(Refused {
            failure,
            reason: variant(&error),
            sentence: error.to_string(),
            offset: None,
            by_offer: key.is_some(),
        })),
    }
}

/// The first slot that takes the plugin; if none does, what the first one says.
fn of_plugin<B: 'static>(plugin: &Plugin<'_>, names: Option<&[u8]>, device: &Device<B>) -> Verdict {
    let slots = (0..).map(SlotId).zip(&device.slots);
    let mut outcomes = slots.map(|(slot, policy)| {
        let name = PluginName::cut(plugin.manifest.name);
        let mut session = Session::new(slot, name, plugin.id);
        let judged = met(&plugin.manifest, policy, device).and_then(|records| {
            let mut manifest = plugin.manifest.clone();
            for (grant, record) in manifest.grants.iter_mut().zip(&records) {
                grant.parameters = record;
            }
            let table = &device.table;
            judge(&mut session, table, policy, &manifest, plugin.module)
        });
        let outcome = judged.map(|judged| {
            let config = plugin
                .image
                .is_some()
                .then_some(plugin.manifest.config.len());
            let names = names.unwrap_or(plugin.module);
            Figures::of(&judged, device, policy, &session, config, names)
        });
        (
            slot,
            outcome.map_err(|error| refused(slot, plugin, policy.allow, error)),
        )
    });
    let mut first = None;
    let taken = outcomes.find_map(|(slot, outcome)| match outcome {
        Ok(figures) => Some((slot, Ok(figures))),
        Err(refused) => {
            first.get_or_insert((slot, Err(Box::new(refused))));
            None
        }
    });
    drop(outcomes);
    let (slot, outcome) = match taken.or(first) {
        Some((slot, outcome)) => (Some(slot), outcome),
        None => (None, Err(Box::new(no_slot()))),
    };
    let manifest = &plugin.manifest;
    let asked = manifest.grants.iter().map(|grant| grant.interface);
    let name = |interface: &str| interface.split('@').next().unwrap_or_default().to_owned();
    Verdict {
        plugin: match &plugin.image {
            Some(_) => format!("{} {}", manifest.name, manifest.version),
            None => manifest.name.to_owned(),
        },
        signer: plugin.image.as_ref().map(signer),
        slot,
        uncompared: asked
            .map(name)
            .filter(|name| device.opaque.contains(&name.as_str()))
            .collect(),
        outcome,
    }
}

/// The grants that the plugin asks for, within what the policy allows where the contract says how, and not the table.
fn met<B: 'static>(
    manifest: &Manifest<'_>,
    policy: &SlotPolicy,
    device: &Device<B>,
) -> Result<Vec<Vec<u8>>, LoadError> {
    let grants = manifest.grants.iter().map(|asked| {
        let allow = policy.allow.iter().find(|allow| {
            asked.interface.split('@').next() == Some(allow.interface)
                && device.typed.contains(&allow.interface)
        });
        match allow {
            Some(allow) => Ok(device.contracts.meet(asked.parameters, allow)?),
            None => Ok(asked.parameters.to_vec()),
        }
    });
    grants.collect()
}

fn no_slot() -> Refused {
    let sentence = "this firmware has no slots";
    Refused {
        failure: Failure::refused(sentence),
        reason: "NoSuchSlot".to_owned(),
        sentence: sentence.to_owned(),
        offset: None,
        by_offer: true,
    }
}

fn refused(
    slot: SlotId,
    plugin: &Plugin<'_>,
    allow: &[corelet_host::Allow],
    error: LoadError,
) -> Refused {
    // Nothing was called, so there is nothing to explain but the refusal itself.
    let explainer = Explainer {
        contract: &Contract::standard(),
        channels: Vec::new(),
        fuel: u64::MAX,
        is_fuel_asked: false,
    };
    let (manifest, module) = (&plugin.manifest, plugin.module);
    let failure = refusal::failure(slot, manifest, module, allow, error, &explainer);
    let (reason, sentence, offset) = match error {
        LoadError::Refused(Refusal { offset, reason }) => (
            variant(&reason),
            reason.describe(module).to_string(),
            Some(offset),
        ),
        other => (variant(&other), other.to_string(), None),
    };
    let by_offer = matches!(
        error,
        LoadError::Topic(_)
            | LoadError::TickTooShort { .. }
            | LoadError::Grant(_)
            | LoadError::Table(_)
            | LoadError::Refused(Refusal {
                reason: Reason::Import { .. },
                ..
            })
    );
    Refused {
        failure,
        reason,
        sentence: shown(&sentence),
        offset,
        by_offer,
    }
}

/// The name of an error without what was found, for instance `ImportSignature`.
pub(super) fn variant(error: &impl std::fmt::Debug) -> String {
    let debug = format!("{error:?}");
    let end = debug.find(|char: char| !char.is_ascii_alphanumeric());
    debug[..end.unwrap_or(debug.len())].to_owned()
}
