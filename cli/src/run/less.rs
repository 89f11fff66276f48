//! What a board's policy gives less of than a manifest asks for.

use corelet_host::SlotPolicy;
use corelet_image::{Manifest, PARAMETERS_MAX};
use corelet_wit::{Contract, Type, value};
use serde_json::{Map, Value};

use crate::units::grouped;

/// A sentence for each number that `manifest` asks for and `policy` cuts.
pub(super) fn than_asked(manifest: &Manifest<'_>, policy: &SlotPolicy) -> Vec<String> {
    let standard = Contract::standard();
    let fuel = cut(
        "fuel-per-call",
        manifest.budgets.fuel_per_call,
        policy.fuel_per_call,
    );
    let mut sentences: Vec<_> = fuel.into_iter().collect();
    for asked in &manifest.grants {
        let mut interfaces = standard.interfaces.iter();
        let Some(interface) = interfaces.find(|interface| interface.id() == asked.interface) else {
            continue;
        };
        let name = interface.unversioned_id();
        let allow = policy.allow.iter().find(|allow| allow.interface == name);
        let fields = |bytes: &[u8]| -> Option<Map<String, Value>> {
            let record = Type::Named(standard.type_in(interface, "grant")?);
            match value::decode(&standard, &record, bytes).ok()? {
                Value::Object(fields) => Some(fields),
                _ => None,
            }
        };
        let mut buffer = [0; PARAMETERS_MAX];
        let allowed = allow.and_then(|allow| fields(allow.limit.record(&mut buffer).ok()?));
        let Some((asked, allowed)) = fields(asked.parameters).zip(allowed) else {
            continue;
        };
        sentences.extend(asked.iter().filter_map(|(field, asked)| {
            let what = format!("{field} of {}", interface.name);
            cut(&what, asked.as_u64()?, allowed.get(field)?.as_u64()?)
        }));
    }
    sentences
}

fn cut(what: &str, asked: u64, allowed: u64) -> Option<String> {
    let (asked_text, allowed_text) = (grouped(asked), grouped(allowed));
    (asked > allowed).then(|| format!("asked {asked_text} {what}, the board allows {allowed_text}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use corelet_host::abi::{Codec, Writer};
    use corelet_host::capability::storage;
    use corelet_image::Grant;
    use corelet_mps2_an386::POLICY;

    #[test]
    fn what_the_board_cuts_is_named() {
        let record = |bytes| {
            let mut buffer = [0; PARAMETERS_MAX];
            let mut writer = Writer::new(&mut buffer);
            let grant = storage::Grant {
                bytes,
                writes_per_day: None,
            };
            storage::Grant::encode(&grant, &mut writer).unwrap();
            let length = writer.length();
            buffer[..length].to_vec()
        };
        let (large, small) = (record(100_000_000), record(64));
        let sentences = |parameters| {
            let interface = "corelet:host/storage@0.1.0";
            let mut manifest = Manifest::default();
            manifest
                .grants
                .push(Grant {
                    interface,
                    parameters,
                })
                .unwrap();
            than_asked(&manifest, &POLICY.slots[0])
        };
        assert_eq!(
            sentences(&large),
            ["asked 100,000,000 bytes of storage, the board allows 480"]
        );
        assert!(sentences(&small).is_empty());
    }
}
