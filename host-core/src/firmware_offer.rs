use core::fmt::{self, Formatter};

use corelet_admission::Quantity;
use corelet_image::{DEVELOPMENT_KEY, KeyId, Keys, PARAMETERS_MAX, PublicKey};

use crate::{Allow, Interface, SlotPolicy, Table, Topics, VERSION};

/// What a firmware offers to plugins, to be written to an *offer* file: `corelet check --for FILE` judges any plugin by it as the
/// firmware would, without the board.
///
/// It says what table, policy and keys say, in TOML that is the same for the same firmware, so that two versions can be
/// compared. A firmware's author writes it in a test, which runs on the desktop; nothing of the board is needed but its
/// type, or any other that implements the interfaces:
///
/// ```
/// use corelet_host::capability::{logging, monotonic_clock};
/// use corelet_host::{Allow, FirmwareOffer, Policy, SlotPolicy, Table};
/// use corelet_image::Keys;
/// # use corelet_host::capability::logging::{Level, Log};
/// # struct Board;
/// # impl Log for Board { fn log(&mut self, _: &str, _: Level, _: &str, _: &str) {} }
/// # const POLICY: Policy<2> = Policy::same(SlotPolicy { allow: &[Allow::all("corelet:host/logging")], ..SlotPolicy::DEVICE });
/// # const KEYS: Keys<'static> = Keys::NONE.accept_development();
///
/// let offer = FirmwareOffer {
///     name: "pump-fw",
///     version: "3.1.0",
///     board: "pump",
///     target: "thumbv7em-none-eabihf",
///     table: &Table::<Board>::new().with::<logging::Capability>(),
///     slots: &POLICY.slots,
///     keys: KEYS,
///     contracts: &[], // of each vendor's `bindgen!`, its `WIT`
///     describe: FirmwareOffer::<Board>::PLAIN,
/// };
/// let text = offer.to_string(); // for instance to target/pump.offer
/// assert!(text.contains("name = \"corelet:host/logging\""));
/// ```
///
/// # The file
///
/// `offer = 1` is the format. Keys of tables are in kebab case, but for the limits, which are named as the fields of
/// [`Limits`](crate::Limits) are. Shapes and keys are in hexadecimal. The most that can be granted of an interface stands in `limit`: in
/// hexadecimal, or as corelet.toml writes it where [`describe`](Self::describe) knows how; one that the policy cannot
/// encode is written as `"malformed"`, which no reader takes. A `[[contract]]` has the files of a vendor's contract as they are.
pub struct FirmwareOffer<'a, B: 'static> {
    /// The firmware's name.
    pub name: &'a str,
    /// The firmware's version.
    pub version: &'a str,
    /// The board that it runs on.
    pub board: &'a str,
    /// The target that it is built for.
    pub target: &'a str,
    /// The interfaces that it registers.
    pub table: &'a Table<B>,
    /// The policy of each slot.
    pub slots: &'a [SlotPolicy],
    /// Who may sign.
    pub keys: Keys<'a>,
    /// The contracts of vendors' interfaces, `WIT` of the bindings of each. Without its contract the grants of an interface are
    /// known to the firmware alone, and `corelet check` does not compare them.
    pub contracts: &'a [&'a [(&'a str, &'a str)]],
    /// Writes an encoded `grant` record of an interface, named without its version, as a TOML value; none if it does not know how.
    pub describe: &'a DescribeGrant<'a>,
}

/// See [`FirmwareOffer::describe`].
pub type DescribeGrant<'a> = dyn Fn(&str, &[u8], &mut Formatter<'_>) -> Option<fmt::Result> + 'a;

impl<B: 'static> FirmwareOffer<'_, B> {
    /// The format of the file.
    pub const FORMAT: u32 = 1;

    /// Describes no grant: all stand in hexadecimal.
    pub const PLAIN: &'static DescribeGrant<'static> = &|_, _, _| None;

    fn key(&self, f: &mut Formatter<'_>, key: &PublicKey) -> fmt::Result {
        let id = KeyId::of(key);
        writeln!(f, "\n[[key]]\nid = \"{id}\"\npublic = \"{}\"", Hex(key))
    }

    fn slot(&self, f: &mut Formatter<'_>, slot: &SlotPolicy) -> fmt::Result {
        writeln!(f, "\n[[slot]]")?;
        writeln!(f, "memory = {}", slot.budget.memory)?;
        writeln!(f, "stack = {}", slot.budget.stack)?;
        writeln!(f, "recursion = {}", slot.budget.recursion)?;
        writeln!(f, "prepaid-fuel = {}", slot.budget.prepaid_fuel)?;
        writeln!(f, "heap = {}", slot.budget.heap)?;
        // TOML's integers have 63 bits, and this is as good as no limit.
        let fuel = slot.fuel_per_call.min(i64::MAX as u64);
        writeln!(f, "fuel-per-call = {fuel}")?;
        writeln!(f, "tick-ms-min = {}", slot.tick_ms_min)?;
        match slot.topics {
            Topics::All => writeln!(f, "topics = \"all\"")?,
            Topics::Only(topics) => {
                f.write_str("topics = [")?;
                for (place, topic) in topics.iter().enumerate() {
                    let comma = if place == 0 { "" } else { ", " };
                    write!(f, "{comma}{}", Quoted(topic))?;
                }
                writeln!(f, "]")?;
            }
        }
        writeln!(f, "\n[slot.limits]")?;
        for quantity in Quantity::ALL {
            writeln!(f, "{} = {}", quantity.field(), slot.limits.of(*quantity))?;
        }
        slot.allow.iter().try_for_each(|allow| self.allow(f, allow))
    }

    fn allow(&self, f: &mut Formatter<'_>, allow: &Allow) -> fmt::Result {
        writeln!(
            f,
            "\n[[slot.allow]]\ninterface = {}",
            Quoted(allow.interface)
        )?;
        let mut buffer = [0; PARAMETERS_MAX];
        let Ok(record) = allow.limit.record(&mut buffer) else {
            return writeln!(f, "limit = \"malformed\"");
        };
        if record.is_empty() {
            return Ok(());
        }
        f.write_str("limit = ")?;
        match (self.describe)(allow.interface, record, f) {
            Some(result) => result?,
            None => write!(f, "\"{}\"", Hex(record))?,
        }
        writeln!(f)
    }

    fn contract(f: &mut Formatter<'_>, files: &[(&str, &str)]) -> fmt::Result {
        writeln!(f, "\n[[contract]]")?;
        for (path, text) in files {
            writeln!(f, "\n[[contract.file]]\npath = {}", Quoted(path))?;
            // As it is, where TOML lets it stand so.
            let odd = |char: char| char.is_control() && !matches!(char, '\n' | '\t');
            if text.contains(odd) || text.contains("'''") {
                writeln!(f, "text = {}", Quoted(text))?;
            } else {
                writeln!(f, "text = '''\n{text}'''")?;
            }
        }
        Ok(())
    }

    fn interface(f: &mut Formatter<'_>, interface: &Interface<B>) -> fmt::Result {
        writeln!(f, "\n[[interface]]")?;
        writeln!(f, "name = {}", Quoted(interface.name))?;
        writeln!(f, "version = \"{}\"", interface.version)?;
        writeln!(f, "grant = {}", interface.meet_grants.is_some())?;
        writeln!(f, "functions = [")?;
        for function in interface.functions {
            writeln!(
                f,
                "  {{ name = {}, shape = \"{:016x}\", request-max = {}, response-max = {} }},",
                Quoted(function.name),
                function.shape.0,
                function.request_max,
                function.response_max
            )?;
        }
        writeln!(f, "]")
    }
}

impl<B: 'static> fmt::Display for FirmwareOffer<'_, B> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let release = !self.keys.accepts_development();
        writeln!(f, "# What this firmware offers to plugins.")?;
        writeln!(f, "offer = {}", Self::FORMAT)?;
        writeln!(f, "\n[firmware]")?;
        writeln!(f, "name = {}", Quoted(self.name))?;
        writeln!(f, "version = {}", Quoted(self.version))?;
        writeln!(f, "board = {}", Quoted(self.board))?;
        writeln!(f, "target = {}", Quoted(self.target))?;
        writeln!(f, "host = \"{VERSION}\"")?;
        writeln!(f, "release = {release}")?;
        let development = (!release).then_some(&DEVELOPMENT_KEY);
        for key in self.keys.trusted().iter().chain(development) {
            self.key(f, key)?;
        }
        for slot in self.slots {
            self.slot(f, slot)?;
        }
        for interface in self.table.interfaces() {
            Self::interface(f, interface)?;
        }
        self.contracts
            .iter()
            .try_for_each(|files| Self::contract(f, files))
    }
}

/// Bytes in hexadecimal.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A TOML string.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for char in self.0.chars() {
            match char {
                '"' | '\\' => write!(f, "\\{char}")?,
                _ if char.is_control() => write!(f, "\\u{:04x}", u32::from(char))?,
                _ => write!(f, "{char}")?,
            }
        }
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::Quoted;

    #[test]
    fn strings_are_quoted_as_toml_has_them() {
        assert_eq!(format!("{}", Quoted("a\"\\\n")), r#""a\"\\\u000a""#);
    }
}
