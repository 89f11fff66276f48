//! Grants by the names of their fields, of every interface whose contract is at hand.

use std::fmt::{self, Formatter, Write as _};

use corelet_abi::{CodecError, MeetError};
use corelet_host::{Allow, GrantError};
use corelet_image::PARAMETERS_MAX;
use corelet_wit::{Contract, Interface, Type, value};
use serde_json::Value;

/// The standard contract, and those of vendors that an offer carries.
pub(crate) struct Contracts {
    standard: Contract,
    vendors: Vec<Contract>,
    served: Vec<String>,
}

impl Contracts {
    /// The standard contract, and these. `served` are the interfaces of the firmware, with their versions.
    pub(super) fn with(vendors: Vec<Contract>, served: Vec<String>) -> Self {
        Self {
            standard: Contract::standard(),
            vendors,
            served,
        }
    }

    fn record(&self, is_meant: impl Fn(&Interface) -> bool) -> Option<(&Contract, Type)> {
        let mut contracts = std::iter::once(&self.standard).chain(&self.vendors);
        contracts.find_map(|contract| {
            let mut interfaces = contract.interfaces.iter();
            let record = contract.grant_record(interfaces.find(|known| is_meant(known))?)?;
            Some((contract, Type::Named(record)))
        })
    }

    /// The `grant` record of an interface, named with or without a version, in the version that the firmware serves: in that
    /// one grants are kept, whatever a plugin was built for.
    pub(super) fn grant(&self, name: &str) -> Option<(&Contract, Type)> {
        let name = unversioned(name);
        match self.served.iter().find(|id| unversioned(id) == name) {
            Some(id) => self.record(|interface| interface.id() == *id),
            // Nobody is granted it, but a policy may have a limit of it.
            None => self.record(|interface| interface.unversioned_id() == name),
        }
    }

    /// Whether the `grant` record is known of the interface with this name and version.
    pub(super) fn has_grant(&self, id: &str) -> bool {
        self.record(|interface| interface.id() == id).is_some()
    }

    /// An encoded grant as JSON, by the names of its fields; none if its contract is not at hand.
    pub(super) fn json(&self, interface: &str, record: &[u8]) -> Option<Value> {
        let (contract, ty) = self.grant(interface)?;
        value::decode(contract, &ty, record).ok()
    }

    /// An encoded grant as a TOML value, as corelet.toml has it; none if its contract is not at hand.
    pub(super) fn toml(&self, interface: &str, record: &[u8]) -> Option<String> {
        let mut text = String::new();
        write(&self.json(interface, record)?, &mut text);
        Some(text)
    }

    /// Writes an encoded grant as a TOML value; none if its contract is not at hand.
    pub(super) fn describe(
        &self,
        interface: &str,
        record: &[u8],
        f: &mut Formatter<'_>,
    ) -> Option<fmt::Result> {
        Some(f.write_str(&self.toml(interface, record)?))
    }

    /// What is within both what is `asked` of an interface and what is allowed, as the code of its firmware would have it; what is
    /// asked itself if there is no limit, or the contract is not at hand.
    ///
    /// # Errors
    /// If there is nothing within both, or one is no such grant.
    pub(super) fn meet(&self, asked: &[u8], allow: &Allow) -> Result<Vec<u8>, GrantError> {
        let interface = allow.interface;
        let of_both = |error| GrantError::Meet { interface, error };
        let mut buffer = [0; PARAMETERS_MAX];
        let allowed = allow.limit.record(&mut buffer).unwrap_or_default();
        let Some((contract, ty)) = self.grant(interface).filter(|_| !asked.is_empty()) else {
            return Ok(asked.to_vec());
        };
        let allowed = if allowed.is_empty() { asked } else { allowed };
        let malformed = |error: value::ValueError| {
            of_both(MeetError::Codec(error.codec().unwrap_or(CodecError::End)))
        };
        let asked = value::decode(contract, &ty, asked).map_err(malformed)?;
        // The reader of the offer has decoded it before.
        let allowed = value::decode(contract, &ty, allowed).map_err(malformed)?;
        let both = value::meet(contract, &ty, &asked, &allowed);
        let both = both.ok_or(of_both(MeetError::Conflict))?;
        value::encode(contract, &ty, &both).map_err(malformed)
    }
}

fn unversioned(id: &str) -> &str {
    id.split('@').next().unwrap_or(id)
}

/// Writes what is there; a field that is `none` is left out, as in corelet.toml.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            text.push('{');
            for (place, (name, value)) in fields.enumerate() {
                let comma = if place == 0 { "" } else { "," };
                let _ = write!(text, "{comma} {name} = ");
                write(value, text);
            }
            text.push_str(" }");
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { ", " });
                write(item, text);
            }
            text.push(']');
        }
        // Numbers, strings and booleans are written alike in both.
        other => {
            let _ = write!(text, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toml(interface: &str, record: &[u8]) -> Option<String> {
        Contracts::with(Vec::new(), Vec::new()).toml(interface, record)
    }

    #[test]
    fn a_grant_is_read_in_the_version_that_is_served() {
        let motor = |version: &str, field: &str| {
            let text = format!(
                "package vendor:pump@{version};\ninterface motor {{\n  record grant {{ {field}: u8 }}\n}}\n"
            );
            Contract::parse(&[("motor.wit", &text)]).unwrap()
        };
        for (served, grant) in [
            ("1.0.0", Some("{ max-rpm = 7 }")),
            ("2.0.0", Some("{ gear = 7 }")),
            ("3.0.0", None),
        ] {
            let vendors = vec![motor("1.0.0", "max-rpm"), motor("2.0.0", "gear")];
            let id = format!("vendor:pump/motor@{served}");
            let contracts = Contracts::with(vendors, vec![id.clone()]);
            for name in [&*id, "vendor:pump/motor@1.0.0", "vendor:pump/motor"] {
                assert_eq!(contracts.toml(name, &[7]).as_deref(), grant, "{name}");
            }
            assert_eq!(contracts.has_grant(&id), grant.is_some());
        }
    }

    #[test]
    fn a_standard_grant_is_written_as_in_corelet_toml() {
        assert_eq!(
            toml("corelet:host/sensor@0.1.0", &[2, 0, 1, 1, 60, 0]).unwrap(),
            "{ channels = [0, 1], reads-per-minute = 60 }"
        );
        assert_eq!(
            toml("corelet:host/sensor", &[1, 7, 0, 0]).unwrap(),
            "{ channels = [7] }"
        );
        assert_eq!(toml("vendor:pump/motor", &[1]), None);
        assert_eq!(toml("corelet:host/sensor", &[1]), None, "no such record");
    }

    #[test]
    fn grants_meet_as_in_the_code_that_is_generated_for_them() {
        let contracts = Contracts::with(Vec::new(), Vec::new());
        let records: [(&str, &[&[u8]]); 3] = [
            (
                "corelet:host/sensor",
                &[
                    &[2, 0, 1, 1, 60, 0],
                    &[2, 1, 2, 0, 1, 5],
                    &[0, 0, 0],
                    &[1, 7],
                ],
            ),
            (
                "corelet:host/storage",
                &[&[64, 0], &[100, 1, 3], &[0, 1, 200, 1], &[]],
            ),
            (
                "corelet:host/logging",
                &[&[0, 0], &[1, 9, 0], &[1, 200, 1, 1, 8], &[2]],
            ),
        ];
        for (interface, records) in records {
            let table = corelet_desktop::table();
            let known = table
                .interfaces()
                .find(|known| known.name == interface)
                .unwrap();
            let meet = known.meet_grants.unwrap();
            for asked in records {
                // A limit is well-formed: whoever reads an offer sees to it.
                for limit in &records[..3] {
                    let mut into = [0; 64];
                    let expected = match *asked {
                        [] => Ok(Vec::new()),
                        _ => meet(asked, limit, &mut into).map(|length| into[..length].to_vec()),
                    };
                    let allow = Allow {
                        interface: known.name,
                        limit: corelet_host::Limit::Encoded(limit),
                    };
                    let expected = expected.map_err(|error| GrantError::Meet {
                        interface: known.name,
                        error,
                    });
                    assert_eq!(
                        contracts.meet(asked, &allow),
                        expected,
                        "{asked:?} {limit:?}"
                    );
                }
            }
        }
    }
}
