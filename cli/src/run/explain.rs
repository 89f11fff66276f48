//! What a failure of a plugin means: its numbers by their names in the contract, and what can be done.

use std::fmt::Display;

use corelet_abi::Status;
use corelet_host::plugin::types::Origin;
use corelet_host::{CallError, Failure, Fault, PluginError, Stop, Trap};
use corelet_image::Manifest;
use corelet_wit::{Contract, Interface, Type, TypeKind};

use crate::units::grouped;

/// What is known of a run.
pub(crate) struct Explainer<'a> {
    /// The contract that names errors.
    pub(crate) contract: &'a Contract,
    /// The sensor's channels that measure something.
    pub(crate) channels: Vec<u8>,
    /// The most fuel of one call, whatever a manifest asks for.
    pub(crate) fuel: u64,
    /// Whether `--fuel` says so.
    pub(crate) is_fuel_asked: bool,
}

/// A failure in words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Explained {
    /// What went wrong.
    pub(crate) words: String,
    /// What the reader can do, if it is known.
    pub(crate) help: Option<String>,
}

impl From<String> for Explained {
    fn from(words: String) -> Self {
        Self { words, help: None }
    }
}

impl Explained {
    /// What `error` says, which ends with what `cause` says, and that in these words.
    pub(crate) fn caused(mut self, error: &impl Display, cause: &impl Display) -> Self {
        let error = error.to_string();
        if let Some(start) = error.strip_suffix(&cause.to_string()) {
            self.words.insert_str(0, start);
        }
        self
    }
}

impl Explainer<'_> {
    /// What `failure` of the plugin means. `fuel` is what the call took, if it is known.
    pub(crate) fn failure(
        &self,
        failure: &Failure,
        manifest: &Manifest<'_>,
        fuel: Option<u64>,
    ) -> Explained {
        match failure {
            Failure::Plugin(error) => self.plugin(error),
            Failure::Call(error) => self.call(error, manifest, fuel),
            other => plain(other),
        }
    }

    /// What it means that the plugin stopped for good.
    pub(crate) fn fault(&self, fault: &Fault, manifest: &Manifest<'_>) -> Explained {
        match fault {
            Fault::NotInitialised(failure) => {
                self.failure(failure, manifest, None).caused(fault, failure)
            }
            Fault::Stopped(error) => self.call(error, manifest, None).caused(fault, error),
            other => plain(other),
        }
    }

    /// What it means that a call has no answer.
    pub(crate) fn call(
        &self,
        error: &CallError,
        manifest: &Manifest<'_>,
        fuel: Option<u64>,
    ) -> Explained {
        let CallError::Stopped(stop) = error else {
            return plain(error);
        };
        match stop {
            Stop::OutOfFuel => self.out_of_fuel(manifest, fuel),
            Stop::Trap(trap) => Explained {
                words: trap.to_string(),
                help: trapped(*trap, manifest),
            },
            stop => plain(stop),
        }
    }

    fn out_of_fuel(&self, manifest: &Manifest<'_>, used: Option<u64>) -> Explained {
        let asked = manifest.budgets.fuel_per_call;
        let allowed = grouped(asked.min(self.fuel));
        let used = used.map_or_else(|| allowed.clone(), grouped);
        let help = if self.fuel >= asked {
            "do less in one call, or raise [budget] fuel-per-call in corelet.toml".to_owned()
        } else if self.is_fuel_asked {
            let (asked, fuel) = (grouped(asked), self.fuel);
            format!("raise `--fuel {fuel}`; corelet.toml asks for {asked}")
        } else {
            let asked = grouped(asked);
            format!("do less in one call: corelet.toml asks for {asked}, this board allows less")
        };
        Explained {
            words: format!("the plugin used up its fuel: {used} of {allowed}"),
            help: Some(help),
        }
    }

    fn plugin(&self, error: &PluginError) -> Explained {
        let interface = error.message.as_str();
        let case = match error.origin {
            Origin::Plugin => return plain(error),
            Origin::Refused => {
                return match Status::from_code(error.code) {
                    Some(status) if !interface.is_empty() => Explained {
                        words: format!("{interface} refused a call: {status}"),
                        help: grant_help(interface),
                    },
                    _ => plain(error),
                };
            }
            Origin::Imported => case(self.contract, interface, error.code),
        };
        let Some((name, docs)) = case else {
            return plain(error);
        };
        let docs = docs.lines().next().unwrap_or("").trim_end_matches('.');
        let colon = if docs.is_empty() { "" } else { ": " };
        Explained {
            words: format!("the plugin got `{name}` from {interface}{colon}{docs}"),
            help: self.imported_help(interface, name),
        }
    }

    fn imported_help(&self, interface: &str, case: &str) -> Option<String> {
        match (interface, case) {
            ("corelet:host/sensor", "no-such-channel") => {
                let channels: Vec<_> = self.channels.iter().map(u8::to_string).collect();
                Some(match channels.as_slice() {
                    [] => "--sensor 0=19.0; no channel is set".to_owned(),
                    set => format!("--sensor 0=19.0; channels that are set: {}", set.join(", ")),
                })
            }
            (_, "access-denied" | "quota-exceeded" | "too-many-writes") => grant_help(interface),
            _ => None,
        }
    }
}

fn plain(error: &impl Display) -> Explained {
    error.to_string().into()
}

/// The line of corelet.toml that allows more of a standard interface.
fn grant_help(interface: &str) -> Option<String> {
    let line = match interface {
        "corelet:host/sensor" => "sensor = { channels = [0], rate = \"120/min\" }",
        "corelet:host/storage" => "storage = { bytes = 64, writes-per-day = 1_000 }",
        "corelet:host/logging" => "logging = { bytes-per-minute = 4_096 }",
        _ => return None,
    };
    Some(format!("ask for more in corelet.toml:\n[grants]\n{line}"))
}

fn trapped(trap: Trap, manifest: &Manifest<'_>) -> Option<String> {
    match trap {
        Trap::Unreachable => Some(
            "the feature `panic-location` of corelet-guest logs file and line of a panic".to_owned(),
        ),
        Trap::StackExhausted => {
            let value_stack = grouped(manifest.budgets.stack.into());
            Some(format!(
                "recurse less: `corelet check` says how many calls may be open; or raise [budget] value-stack in corelet.toml, which is {value_stack} B"
            ))
        }
        Trap::MemoryOutOfBounds => Some(
            "if large values are on the plugin's stack, raise [budget] stack in corelet.toml, 1,024 B by default"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Name and documentation of case `code` of the errors of an interface, which is named without its version.
fn case<'c>(contract: &'c Contract, interface: &str, code: i32) -> Option<(&'c str, &'c str)> {
    let mut interfaces = contract.interfaces.iter();
    let interface = interfaces.find(|candidate| candidate.unversioned_id() == interface)?;
    let index = usize::try_from(code).ok()?;
    match error_type(contract, interface)? {
        TypeKind::Enum { cases, .. } => cases.get(index).map(|case| (&*case.name, &*case.docs)),
        TypeKind::Variant(cases) => cases.get(index).map(|case| (&*case.name, &*case.docs)),
        _ => None,
    }
}

/// The type that the functions of an interface fail with; none if there is not exactly one.
fn error_type<'c>(contract: &'c Contract, interface: &'c Interface) -> Option<&'c TypeKind> {
    let results = interface.functions.iter().filter_map(|f| f.result.as_ref());
    let errors = results.filter_map(|result| match contract.unaliased(result) {
        Type::Result { err: Some(err), .. } => Some(contract.unaliased(err)),
        _ => None,
    });
    let mut errors = errors.collect::<Vec<_>>();
    errors.dedup();
    match errors.as_slice() {
        [Type::Named(id)] => Some(&contract.type_def(*id).kind),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corelet_host::plugin::types;

    fn explained(failure: &Failure, channels: Vec<u8>, fuel: u64) -> Explained {
        let contract = Contract::standard();
        let mut manifest = Manifest::default();
        manifest.budgets.fuel_per_call = 20_000;
        let explainer = Explainer {
            contract: &contract,
            channels,
            fuel,
            is_fuel_asked: true,
        };
        explainer.failure(failure, &manifest, Some(fuel))
    }

    fn imported(interface: &'static str, code: i32) -> Failure {
        let origin = Origin::Imported;
        let message = interface;
        Failure::Plugin(
            types::Error {
                origin,
                code,
                message,
            }
            .into(),
        )
    }

    #[test]
    fn an_error_of_an_import_has_its_name_in_the_contract() {
        let no_channel = explained(&imported("corelet:host/sensor", 0), vec![2, 3], 20_000);
        assert_eq!(
            no_channel.words,
            "the plugin got `no-such-channel` from corelet:host/sensor: The board has no channel of this number"
        );
        assert_eq!(
            no_channel.help.unwrap(),
            "--sensor 0=19.0; channels that are set: 2, 3"
        );
        let full = explained(&imported("corelet:host/storage", 2), Vec::new(), 20_000);
        assert!(
            full.words
                .starts_with("the plugin got `quota-exceeded` from ")
        );
        assert!(full.help.unwrap().contains("storage = { bytes = "));
    }

    #[test]
    fn an_error_that_the_contract_does_not_know_keeps_its_number() {
        for (interface, code) in [("corelet:host/sensor", 99), ("acme:hvac/relay", 1)] {
            let unknown = explained(&imported(interface, code), Vec::new(), 20_000);
            assert_eq!(
                unknown.words,
                format!("the plugin got error {code} from `{interface}`")
            );
            assert_eq!(unknown.help, None);
        }
    }

    #[test]
    fn used_up_fuel_says_how_much_and_who_allows_it() {
        let stopped = Failure::Call(CallError::Stopped(Stop::OutOfFuel));
        let own = explained(&stopped, Vec::new(), 20_000);
        assert_eq!(own.words, "the plugin used up its fuel: 20,000 of 20,000");
        assert!(own.help.unwrap().contains("fuel-per-call"));
        let flag = explained(&stopped, Vec::new(), 5);
        assert_eq!(flag.words, "the plugin used up its fuel: 5 of 5");
        assert_eq!(
            flag.help.unwrap(),
            "raise `--fuel 5`; corelet.toml asks for 20,000"
        );
    }
}
