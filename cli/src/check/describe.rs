//! Grants of the standard interfaces as corelet.toml writes them.

use std::fmt::{self, Formatter, Write as _};

use corelet_wit::{Contract, Interface, Type, TypeId, value};
use serde_json::Value;

/// The standard interface of this name, with or without a version, and its `grant` record.
pub(super) fn grant_record<'c>(
    contract: &'c Contract,
    name: &str,
) -> Option<(&'c Interface, TypeId)> {
    let name = name.split('@').next().unwrap_or(name);
    let mut interfaces = contract.interfaces.iter();
    let interface = interfaces.find(|interface| interface.unversioned_id() == name)?;
    Some((interface, contract.grant_record(interface)?))
}

/// Writes an encoded grant of a standard interface as a TOML value; none for another one's.
pub(super) fn describe(
    interface: &str,
    record: &[u8],
    f: &mut Formatter<'_>,
) -> Option<fmt::Result> {
    Some(f.write_str(&toml(interface, record)?))
}

/// An encoded grant of a standard interface as a TOML value; none for another one's.
pub(super) fn toml(interface: &str, record: &[u8]) -> Option<String> {
    let contract = Contract::standard();
    let (_, ty) = grant_record(&contract, interface)?;
    let value = value::decode(&contract, &Type::Named(ty), record).ok()?;
    let mut text = String::new();
    write(&value, &mut text);
    Some(text)
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
}
