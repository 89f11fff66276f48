//! Sizes of messages: what the contract sends through the exchange buffer.

use corelet_abi::{INIT_EXPORT, NameKey, Shape};
use corelet_admission::Admitted;
use corelet_wit::Contract;

/// An export's messages, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The export's name.
    pub(crate) export: String,
    /// The most bytes of request and response; none for a contract that is not at hand.
    pub(crate) bytes: Option<(u32, u32)>,
}

impl Message {
    /// Request and response together, which the exchange buffer holds.
    pub(crate) fn sum(&self) -> Option<u64> {
        let (request, response) = self.bytes?;
        Some(u64::from(request) + u64::from(response))
    }
}

/// The messages of every export that a host calls. `config` is the length of what `init` is called with, if that is known.
pub(crate) fn of_exports(admitted: &Admitted<'_>, config: Option<usize>) -> Vec<Message> {
    let contract = Contract::standard();
    admitted
        .exports()
        .map(|export| Message {
            export: export.name.to_owned(),
            bytes: match export.name {
                INIT_EXPORT => config.map(|config| (config as u32, init_response(&contract))),
                _ => known(&contract, export.key, export.shape),
            },
        })
        .collect()
}

fn init_response(contract: &Contract) -> u32 {
    let world = contract.worlds.first();
    world.map_or(0, |world| contract.response_max(&contract.init(world)))
}

/// The sizes of a function of the standard contract.
fn known(contract: &Contract, key: NameKey, shape: Shape) -> Option<(u32, u32)> {
    contract.interfaces.iter().find_map(|interface| {
        let function = interface.functions.iter().find(|function| {
            NameKey::of(&interface.id(), &function.name) == key
                && contract.shape(interface, function) == shape.0
        })?;
        Some((
            contract.request_max(function),
            contract.response_max(function),
        ))
    })
}
