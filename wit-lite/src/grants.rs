//! What a plugin asks to be granted: `[grants]` of its manifest, typed by its world.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::model::{Contract, Interface, InterfaceId, Type, TypeId, TypeKind, World};
use crate::suggest::nearest;
use crate::value::{self, ValueError};

/// One import of a world that a plugin asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What it may call.
    pub interface: InterfaceId,
    /// The interface's record `grant` as the image carries it; empty if it has none.
    pub record: Vec<u8>,
    /// Whether the manifest names it. What is granted unnamed is worth asking for only if the plugin calls it.
    pub named: bool,
}

impl Contract {
    /// The grants of a plugin of `world` whose manifest has `named`, in the order of the world's imports: each
    /// interface by its name alone, with its package, or with its version too, and a value of its record `grant`. A field that
    /// counts per second, minute, hour or day may be written as a rate: `reads = "60/min"` for `reads-per-minute = 60`, or
    /// `rate = "60/min"` where nothing else is counted per minute.
    ///
    /// Granted without being named are the interfaces of which nothing in particular can be granted, and logging.
    ///
    /// # Errors
    /// A name means no import of the world or several, two mean the same one, or a value is not one of the record.
    ///
    /// ```
    /// use corelet_wit::Contract;
    /// use serde_json::{Map, json};
    ///
    /// let contract = Contract::parse(&[("w.wit", "package a:b; world w { include corelet:plugin/device@0.1.0; }")])?;
    /// let world = contract.world(None)?;
    /// let sensor = json!({ "channels": [0], "rate": "1/s" });
    /// let named = Map::from_iter([("sensor".to_owned(), sensor)]);
    /// let grants = contract.grants(world, &named).unwrap();
    /// let sensor = grants.iter().find(|grant| contract.interface(grant.interface).name == "sensor").unwrap();
    /// assert_eq!(sensor.record, [1, 0, 0, 1, 1]);
    /// assert_eq!(grants.len(), 4, "logging and the clocks need no naming");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn grants(
        &self,
        world: &World,
        named: &Map<String, Value>,
    ) -> Result<Vec<Grant>, GrantError> {
        let mut values: Vec<(InterfaceId, &String, &Value)> = Vec::new();
        for (name, value) in named {
            let id = self.import(world, name)?;
            if values.iter().any(|(other, ..)| *other == id) {
                return Err(GrantError::new(
                    name,
                    GrantProblem::Twice(self.interface(id).id()),
                ));
            }
            values.push((id, name, value));
        }
        let mut grants = Vec::new();
        for id in &world.imports {
            let interface = self.interface(*id);
            let record = self.grant_record(interface);
            let named = values.iter().find(|(other, ..)| other == id);
            let nothing = json!({});
            let (name, value) = match named {
                Some((_, name, value)) => (name.as_str(), *value),
                None if interface.functions.is_empty() => continue,
                None if record.is_some() && !is_logging(interface) => continue,
                None => (interface.name.as_str(), &nothing),
            };
            let problem = |problem| GrantError::new(name, problem);
            let record = match record {
                Some(record) => self
                    .encode_grant(record, value)
                    .map_err(|error| problem(GrantProblem::Value(error)))?,
                None if *value == nothing => Vec::new(),
                None => return Err(problem(GrantProblem::NoRecord(interface.id()))),
            };
            grants.push(Grant {
                interface: *id,
                record,
                named: named.is_some(),
            });
        }
        Ok(grants)
    }

    fn encode_grant(&self, record: TypeId, value: &Value) -> Result<Vec<u8>, ValueError> {
        let ty = Type::Named(record);
        if let Type::Named(id) = self.unaliased(&ty)
            && let TypeKind::Record(fields) = &self.type_def(*id).kind
            && let Value::Object(values) = value
        {
            let values = value::resolve(fields, values)?;
            return value::encode(self, &ty, &Value::Object(values));
        }
        value::encode(self, &ty, value)
    }

    /// The record `grant` of an interface, which holds what can be granted of it.
    pub fn grant_record(&self, interface: &Interface) -> Option<TypeId> {
        let id = self.type_in(interface, "grant")?;
        match self.unaliased(&Type::Named(id)) {
            Type::Named(of) if matches!(self.type_def(*of).kind, TypeKind::Record(_)) => Some(id),
            _ => None,
        }
    }

    fn import(&self, world: &World, name: &str) -> Result<InterfaceId, GrantError> {
        let imports = world.imports.iter().map(|id| (*id, self.interface(*id)));
        let meant: Vec<_> = imports
            .clone()
            .filter(|(_, import)| {
                name == import.name || name == import.unversioned_id() || name == import.id()
            })
            .collect();
        let world = world.name.clone();
        let problem = match meant.as_slice() {
            [(id, _)] => return Ok(*id),
            [] => {
                let imports = imports.map(|(_, import)| import);
                let imports = imports.filter(|import| !import.functions.is_empty());
                let names: Vec<_> = imports.clone().map(|import| import.name.clone()).collect();
                let paths = imports.map(Interface::unversioned_id);
                let near = nearest(name, names.iter().cloned().chain(paths));
                GrantProblem::NoImport { world, names, near }
            }
            several => {
                let ids = several.iter().map(|(_, import)| import.id()).collect();
                GrantProblem::Several { world, ids }
            }
        };
        Err(GrantError::new(name, problem))
    }
}

fn is_logging(interface: &Interface) -> bool {
    interface.unversioned_id() == "corelet:host/logging"
}

/// Why a name and a value are no grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantError {
    /// As the manifest has it.
    pub name: String,
    /// What is wrong with it.
    pub problem: GrantProblem,
}

/// What is wrong with a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantProblem {
    /// The world does not import it.
    NoImport {
        /// The world's name.
        world: String,
        /// What it imports.
        names: Vec<String>,
        /// What was meant, perhaps.
        near: Option<String>,
    },
    /// The world imports several interfaces of this name.
    Several {
        /// The world's name.
        world: String,
        /// The interfaces with their versions.
        ids: Vec<String>,
    },
    /// Another name means this interface too.
    Twice(String),
    /// This interface has no record `grant`, and the value is not empty.
    NoRecord(String),
    /// The value is not one of the record `grant`.
    Value(ValueError),
}

impl GrantError {
    fn new(name: &str, problem: GrantProblem) -> Self {
        Self {
            name: name.to_owned(),
            problem,
        }
    }
}

impl fmt::Display for GrantProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoImport { world, .. } => write!(f, "world {world} does not import it"),
            Self::Several { world, .. } => {
                write!(f, "world {world} imports several interfaces of this name")
            }
            Self::Twice(id) => write!(f, "{id} is granted twice"),
            Self::NoRecord(id) => write!(f, "{id} has no record `grant`"),
            Self::Value(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for GrantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.name, self.problem)?;
        match &self.problem {
            GrantProblem::NoImport { names, near, .. } => {
                write!(f, ", allowed {}", names.join(", "))?;
                near.iter()
                    .try_for_each(|near| write!(f, "; did you mean `{near}`?"))
            }
            GrantProblem::Several { ids, .. } => write!(f, ", allowed {}", ids.join(", ")),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for GrantError {}

#[cfg(test)]
mod tests {
    use super::*;

    const WIT: &str = "package acme:lamp@1.0.0;
interface log-of-lamp { use corelet:host/logging@0.1.0.{level}; blink: func(at: level); }
interface storage { clear: func(); }
world lamp { include corelet:plugin/device@0.1.0; import log-of-lamp; import storage; }
";

    fn grants(named: Value) -> Result<Vec<(String, Vec<u8>, bool)>, String> {
        let contract = Contract::parse(&[("wit/lamp.wit", WIT)]).unwrap();
        let world = contract.world(None).unwrap();
        let grants = contract.grants(world, named.as_object().unwrap());
        let id = |grant: &Grant| contract.interface(grant.interface).unversioned_id();
        grants
            .map(|grants| {
                grants
                    .iter()
                    .map(|grant| (id(grant), grant.record.clone(), grant.named))
                    .collect()
            })
            .map_err(|error| error.to_string())
    }

    fn names(named: Value) -> Vec<String> {
        let names = grants(named).unwrap().into_iter().map(|(name, ..)| name);
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    const UNNAMED: [&str; 5] = [
        "acme:lamp/log-of-lamp",
        "acme:lamp/storage",
        "corelet:host/logging",
        "corelet:host/monotonic-clock",
        "corelet:host/wall-clock",
    ];

    #[test]
    fn what_cannot_be_limited_is_granted_unnamed_and_so_is_logging() {
        assert_eq!(names(json!({})), UNNAMED);
        let unnamed = grants(json!({})).unwrap();
        assert!(unnamed.iter().all(|(_, _, named)| !named));
    }

    #[test]
    fn every_form_of_a_name_will_do() {
        for name in ["corelet:host/storage", "corelet:host/storage@0.1.0"] {
            let named = json!({ name: { "bytes": 64 } });
            let grants = grants(named).unwrap();
            assert!(grants.contains(&("corelet:host/storage".to_owned(), vec![64, 0], true)));
        }
        let named = json!({ "logging": { "bytes-per-minute": 1 }, "wall-clock": {} });
        let grants = grants(named).unwrap();
        assert!(grants.contains(&("corelet:host/logging".to_owned(), vec![1, 1, 0], true)));
        assert!(grants.contains(&("corelet:host/wall-clock".to_owned(), vec![], true)));
    }

    #[test]
    fn what_is_no_grant_is_refused_with_what_was_meant() {
        let text = |named| grants(named).unwrap_err();
        let unknown = text(json!({ "senser": {} }));
        assert!(unknown.starts_with("`senser`: world lamp does not import it, allowed "));
        assert!(unknown.ends_with("; did you mean `sensor`?"), "{unknown}");
        assert_eq!(
            text(json!({ "storage": {} })),
            "`storage`: world lamp imports several interfaces of this name, \
             allowed acme:lamp/storage@1.0.0, corelet:host/storage@0.1.0"
        );
        assert_eq!(
            text(json!({ "logging": {}, "corelet:host/logging": {} })),
            "`logging`: corelet:host/logging@0.1.0 is granted twice"
        );
        assert_eq!(
            text(json!({ "wall-clock": { "seconds": 1 } })),
            "`wall-clock`: corelet:host/wall-clock@0.1.0 has no record `grant`"
        );
        let value = text(json!({ "sensor": { "channels": [256] } }));
        assert!(
            value.starts_with("`sensor`: `channels.0`: found 256"),
            "{value}"
        );
    }
}
