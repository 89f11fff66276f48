//! Lines of the board's log that tools read: defmt writes an error as `Debug` does; here it becomes a value again, as far as
//! more can be said of it than stands there.

use corelet_abi::Status;
use corelet_host::plugin::types::{self, Origin};
use corelet_host::{CallError, Failure, Stop, Trap};

/// A line that is not shown as it is.
#[derive(Debug, PartialEq)]
pub(super) enum Entry<'a> {
    /// `slot 0: tick failed: ERROR, fuel N`, and events, which have a topic.
    Failed {
        slot: usize,
        /// `tick`, or `event TOPIC`.
        what: &'a str,
        error: &'a str,
        fuel: Option<u64>,
    },
    /// `slot 0: stopped: ERROR`
    Stopped { slot: usize, error: &'a str },
    /// `slot 0: NAME refused: ERROR`
    Refused { slot: usize, error: &'a str },
    /// `call 0: ERROR, to blame: BLAME`
    NoAnswer { call: usize, error: &'a str },
    /// `slot 0: STATE, METRICS`
    Metrics { slot: usize, text: &'a str },
}

impl<'a> Entry<'a> {
    /// The entry in `message`; none for any other line.
    pub(super) fn of(message: &'a str) -> Option<Self> {
        if let Some((call, rest)) = numbered(message, "call ") {
            let (error, _) = rest.split_once(", to blame: ")?;
            return Some(Self::NoAnswer { call, error });
        }
        let (slot, rest) = numbered(message, "slot ")?;
        if let Some((_, text)) = rest.split_once(", Metrics { ") {
            return Some(Self::Metrics { slot, text });
        }
        if let Some(error) = rest.strip_prefix("stopped: ") {
            return Some(Self::Stopped { slot, error });
        }
        if let Some((what, rest)) = rest.split_once(" failed: ") {
            let (error, fuel) = rest.rsplit_once(", fuel ")?;
            let fuel = fuel.parse().ok();
            return Some(Self::Failed {
                slot,
                what,
                error,
                fuel,
            });
        }
        let (name, error) = rest.split_once(" refused: ")?;
        (name != "image").then_some(Self::Refused { slot, error })
    }
}

/// `PREFIXnumber: rest`
fn numbered<'a>(message: &'a str, prefix: &str) -> Option<(usize, &'a str)> {
    let (number, rest) = message.strip_prefix(prefix)?.split_once(": ")?;
    Some((number.parse().ok()?, rest))
}

/// The failure that `text` tells of.
pub(super) fn failure(text: &str) -> Option<Failure> {
    match within(text, "Call") {
        Some(error) => call_error(error).map(Failure::Call),
        None => plugin_error(within(text, "Plugin")?),
    }
}

/// The failure inside of a `LoadError` or a `Fault`, both of which come from a plugin that did not initialise.
pub(super) fn not_initialised(text: &str) -> Option<Failure> {
    failure(within(text, "Init").or_else(|| within(text, "NotInitialised"))?)
}

/// The error of a call that `text` tells of.
pub(super) fn call_error(text: &str) -> Option<CallError> {
    let stop = within(text, "Stopped")?;
    let stop = match stop {
        "OutOfFuel" => Stop::OutOfFuel,
        "OutOfHeap" => Stop::OutOfHeap,
        _ => match within(stop, "Refused") {
            Some(status) => {
                Stop::Refused(Status::from_code(within(status, "Status")?.parse().ok()?)?)
            }
            None => Stop::Trap(trap(within(stop, "Trap")?)?),
        },
    };
    Some(CallError::Stopped(stop))
}

fn trap(text: &str) -> Option<Trap> {
    const ALL: [Trap; 9] = [
        Trap::Unreachable,
        Trap::MemoryOutOfBounds,
        Trap::TableOutOfBounds,
        Trap::CallToNull,
        Trap::CallToOtherType,
        Trap::DivisionByZero,
        Trap::IntegerOverflow,
        Trap::Conversion,
        Trap::StackExhausted,
    ];
    ALL.into_iter().find(|trap| format!("{trap:?}") == text)
}

fn plugin_error(text: &str) -> Option<Failure> {
    let fields = text
        .strip_prefix("PluginError { origin: ")?
        .strip_suffix(" }")?;
    let (origin, rest) = fields.split_once(", code: ")?;
    let (code, message) = rest.split_once(", message: ")?;
    let origin = match origin {
        "plugin" => Origin::Plugin,
        "imported" => Origin::Imported,
        "refused" => Origin::Refused,
        _ => return None,
    };
    let code = code.parse().ok()?;
    Some(Failure::Plugin(
        types::Error {
            origin,
            code,
            message,
        }
        .into(),
    ))
}

/// What stands in `NAME(…)`.
fn within<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.strip_prefix(name)?
        .strip_prefix('(')?
        .strip_suffix(')')
}

/// The number of a field of metrics.
pub(super) fn metric(text: &str, name: &str) -> u64 {
    let mut fields = text.trim_end_matches([' ', '}']).split(", ");
    let value = fields.find_map(|field| field.strip_prefix(name)?.strip_prefix(": "));
    value.and_then(|value| value.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_plugin_failed_with_is_read() {
        let stops = [
            Stop::OutOfFuel,
            Stop::Refused(Status::DENIED),
            Stop::Trap(Trap::StackExhausted),
        ];
        for stop in stops {
            let expected = Failure::Call(CallError::Stopped(stop));
            assert_eq!(failure(&format!("{expected:?}")), Some(expected));
        }
        let text =
            "Plugin(PluginError { origin: imported, code: 0, message: corelet:host/sensor })";
        let found = failure(text).unwrap().to_string();
        assert_eq!(found, "the plugin got error 0 from `corelet:host/sensor`");
        assert_eq!(failure("Call(Malformed(End))"), None);
        assert!(not_initialised(&format!("Init({text})")).is_some());
    }

    #[test]
    fn lines_are_told_apart() {
        assert_eq!(
            Entry::of("slot 1: event button failed: Call(Stopped(OutOfFuel)), fuel 10"),
            Some(Entry::Failed {
                slot: 1,
                what: "event button",
                error: "Call(Stopped(OutOfFuel))",
                fuel: Some(10)
            })
        );
        let metrics =
            Entry::of("slot 0: Running, Metrics { calls: 4, errors: 0, ticks_missed: 7 }");
        let Some(Entry::Metrics { slot: 0, text }) = metrics else {
            panic!("{metrics:?}");
        };
        assert_eq!(
            (metric(text, "calls"), metric(text, "ticks_missed")),
            (4, 7)
        );
        assert_eq!(Entry::of("slot 0: tick, fuel 10"), None);
        assert_eq!(Entry::of("slot 0: image refused: Unsigned"), None);
        assert_eq!(Entry::of("[thermostat] slot 0: stopped: now"), None);
    }
}
