//! `corelet.toml`: what a plugin's manifest is made from, beside its Cargo.toml.
//!
//! ```toml
//! events = ["button"]             # topics for `event-handler`
//!
//! [plugin]                        # by default from Cargo.toml
//! name = "thermostat"
//! version = "0.1.0"
//! security-version = 0            # a device never goes back below one that it confirmed
//! world = "thermostat"            # needed only if wit/ has several
//! min-host = "0.1.0"              # the oldest Corelet that runs it; by default that of this command
//!
//! [config]                        # the world's `config` record
//! set-point-milli = 21_000
//!
//! [budget]
//! fuel-per-call = 20_000
//! tick = "1s"                     # with `ticker` only
//! stack = 1024                    # in linear memory; bytes, or "1 KiB"
//! memory = "4 KiB"                # the most linear memory; by default what the module starts with
//! value-stack = "1 KiB"           # operands and locals of open calls, outside of the linear memory
//! heap = "16 KiB"                 # the most heap of loading and running it, beside memory; by default what the slot allows
//!
//! [grants]                        # by interface, typed by its `grant` record
//! sensor = { channels = [0], rate = "60/min" }      # the same as reads-per-minute = 60
//! "acme:hvac/relay" = { max-switches-per-hour = 12 }
//!
//! [confirm]                       # what an update must do to stay
//! good-calls = 10
//! seconds = 60
//! health = true
//! ```

use corelet_image::{Confirm, TOPIC_MAX, TOPICS_MAX, Version};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::Failure;
use crate::toml_table::{SourceFile, Table, boolean, integer, string};
use crate::units;

/// Its name.
pub(crate) const FILE: &str = "corelet.toml";

/// `corelet.toml`, its keys checked. Config and grants wait for the contract that types them.
#[derive(Debug)]
pub(crate) struct ManifestSource<'a> {
    /// Where it was read from.
    pub(crate) file: &'a SourceFile,
    /// `[plugin]`.
    pub(crate) plugin: Plugin,
    /// `[budget]`.
    pub(crate) budget: Budget,
    /// `[confirm]`.
    pub(crate) confirm: Confirm,
    /// The topics of the events that the plugin wants.
    pub(crate) events: Vec<String>,
    /// `[config]`, if it is there.
    pub(crate) config: Option<Spanned<DeValue<'a>>>,
    /// `[grants]`, if it is there.
    pub(crate) grants: Option<Spanned<DeValue<'a>>>,
}

/// `[plugin]`: what differs from Cargo.toml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plugin {
    /// In place of the package's name.
    pub(crate) name: Option<String>,
    /// In place of the package's version.
    pub(crate) version: Option<Version>,
    /// A device never goes back below one that it confirmed.
    pub(crate) security_version: u32,
    /// The world, where the contract has several.
    pub(crate) world: Option<String>,
    /// The oldest host that runs it.
    pub(crate) min_host: Version,
}

impl Default for Plugin {
    fn default() -> Self {
        Self {
            name: None,
            version: None,
            security_version: 0,
            world: None,
            min_host: corelet_host::VERSION,
        }
    }
}

/// `[budget]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Fuel for each call.
    pub(crate) fuel_per_call: u64,
    /// The most linear memory in bytes.
    pub(crate) memory: Option<u32>,
    /// Bytes of the plugin's stack in its linear memory.
    pub(crate) stack: u32,
    /// Bytes of the interpreter's stack.
    pub(crate) value_stack: u32,
    /// Bytes of heap that loading and running it may take beside linear memory; 0 for what the slot allows.
    pub(crate) heap: u32,
    /// Milliseconds between two ticks.
    pub(crate) tick_ms: Option<u32>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            fuel_per_call: 100_000,
            memory: None,
            stack: 1024,
            value_stack: 1024,
            heap: 0,
            tick_ms: None,
        }
    }
}

impl<'a> ManifestSource<'a> {
    /// Reads `file`.
    ///
    /// # Errors
    /// If it is not TOML, has a key that is not named above, or a value of another kind or out of its range; each with
    /// its place.
    pub(crate) fn parse(file: &'a SourceFile) -> Result<Self, Failure> {
        let top = file.parse()?.into_inner();
        let root = Table::new(file, "the top of corelet.toml", &top);
        root.only(&["events", "plugin", "config", "budget", "grants", "confirm"])
            .map_err(|failure| beyond_the_top(failure, &top))?;
        let (plugin, budget, confirm) = (plugin(&root)?, budget(&root)?, confirm(&root)?);
        let events = root.read("events", topics)?.unwrap_or_default();
        root.table("config", "[config]")?;
        root.table("grants", "[grants]")?;
        let (mut config, mut grants) = (None, None);
        for (key, value) in top {
            match key.get_ref().as_ref() {
                "config" => config = Some(value),
                "grants" => grants = Some(value),
                _ => {}
            }
        }
        Ok(Self {
            file,
            plugin,
            budget,
            confirm,
            events,
            config,
            grants,
        })
    }
}

fn plugin(root: &Table<'_>) -> Result<Plugin, Failure> {
    let default = Plugin::default();
    let Some(table) = root.table("plugin", "[plugin]")? else {
        return Ok(default);
    };
    table.only(&["name", "version", "security-version", "world", "min-host"])?;
    Ok(Plugin {
        name: table.read("name", string)?,
        version: table.read("version", version)?,
        security_version: read_u32(&table, "security-version")?.unwrap_or(default.security_version),
        world: table.read("world", string)?,
        min_host: table.read("min-host", version)?.unwrap_or(default.min_host),
    })
}

const BUDGET: [&str; 6] = [
    "fuel-per-call",
    "memory",
    "stack",
    "value-stack",
    "heap",
    "tick",
];

fn budget(root: &Table<'_>) -> Result<Budget, Failure> {
    let default = Budget::default();
    let Some(table) = root.table("budget", "[budget]")? else {
        return Ok(default);
    };
    table.only(&BUDGET)?;
    let fuel = table.read("fuel-per-call", fuel)?;
    Ok(Budget {
        fuel_per_call: fuel.unwrap_or(default.fuel_per_call),
        memory: table.read("memory", size)?,
        stack: table.read("stack", size)?.unwrap_or(default.stack),
        value_stack: table
            .read("value-stack", size)?
            .unwrap_or(default.value_stack),
        heap: table.read("heap", size)?.unwrap_or(default.heap),
        tick_ms: table.read("tick", milliseconds)?,
    })
}

/// Without fuel no call begins.
fn fuel(value: &DeValue<'_>) -> Result<u64, String> {
    let max = i64::MAX.unsigned_abs();
    let fuel = integer(max)(value).ok().filter(|fuel| *fuel > 0);
    fuel.ok_or_else(|| format!("a whole number from 1 to {max}"))
}

fn confirm(root: &Table<'_>) -> Result<Confirm, Failure> {
    let Some(table) = root.table("confirm", "[confirm]")? else {
        return Ok(Confirm::default());
    };
    table.only(&["good-calls", "seconds", "health"])?;
    Ok(Confirm {
        good_calls: read_u32(&table, "good-calls")?.unwrap_or(0),
        seconds: read_u32(&table, "seconds")?.unwrap_or(0),
        health: table.read("health", boolean)?.unwrap_or(false),
    })
}

fn read_u32(table: &Table<'_>, key: &str) -> Result<Option<u32>, Failure> {
    let number = table.read(key, integer(u32::MAX.into()))?;
    Ok(number.and_then(|number| u32::try_from(number).ok()))
}

/// A plain version, for [`Table::read`].
pub(crate) fn version(value: &DeValue<'_>) -> Result<Version, String> {
    let version = value
        .as_str()
        .and_then(|text| semver::Version::parse(text).ok());
    version
        .as_ref()
        .and_then(plain_version)
        .ok_or_else(|| "a version of three numbers, such as \"1.2.3\"".to_owned())
}

/// A version without pre-release and build parts, which manifests do not have.
pub(crate) fn plain_version(version: &semver::Version) -> Option<Version> {
    let part = |number: u64| u32::try_from(number).ok();
    let plain = version.pre.is_empty() && version.build.is_empty();
    plain.then_some(Version::new(
        part(version.major)?,
        part(version.minor)?,
        part(version.patch)?,
    ))
}

/// A number of bytes that a plugin's memory can have: below 2³¹, as the ABI has it.
fn size(value: &DeValue<'_>) -> Result<u32, String> {
    let max = u32::MAX >> 1;
    let bytes = match value.as_str() {
        Some(text) => units::parse_size(text)?,
        None => integer(max.into())(value).map_err(|number| format!("{number}, or \"16 KiB\""))?,
    };
    u32::try_from(bytes)
        .ok()
        .filter(|bytes| *bytes <= max)
        .ok_or_else(|| format!("at most {max} bytes"))
}

/// A time of at least a millisecond, in whole ones.
fn milliseconds(value: &DeValue<'_>) -> Result<u32, String> {
    let text = value.as_str().ok_or("a time such as \"250ms\" or \"1s\"")?;
    let time = units::parse_duration(text)?;
    let whole = time.subsec_nanos() % 1_000_000 == 0;
    let count = u32::try_from(time.as_millis())
        .ok()
        .filter(|count| whole && *count > 0);
    count.ok_or_else(|| "whole milliseconds, from 1 ms to 49 days".to_owned())
}

fn topics(value: &DeValue<'_>) -> Result<Vec<String>, String> {
    let allowed = || {
        format!(
            "a list of at most {TOPICS_MAX} topics of 1 to {TOPIC_MAX} bytes, such as [\"button\"]"
        )
    };
    let items = value
        .as_array()
        .filter(|items| items.len() <= TOPICS_MAX)
        .ok_or_else(allowed)?;
    let topic = |item: &DeValue<'_>| {
        let topic = item
            .as_str()
            .filter(|topic| (1..=TOPIC_MAX).contains(&topic.len()));
        topic.map(str::to_owned).ok_or_else(allowed)
    };
    items.iter().map(|item| topic(item.get_ref())).collect()
}

/// TOML takes a key that stands below a table's header for one of that table; the other slip is a table's key without its
/// header. Says so where an unknown key of the top is a key of a table.
fn beyond_the_top(failure: Failure, top: &DeTable<'_>) -> Failure {
    match top
        .keys()
        .find(|key| BUDGET.contains(&key.get_ref().as_ref()))
    {
        Some(key) => failure.help(format_args!("`{}` stands below [budget]", key.get_ref())),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn file(text: &str) -> SourceFile {
        SourceFile::new(Path::new(FILE), text)
    }

    fn refusal(text: &str) -> String {
        ManifestSource::parse(&file(text)).unwrap_err().to_string()
    }

    #[test]
    fn everything_is_read() {
        let file = file(
            "events = [\"button\"]\n[plugin]\nname = \"t\"\nversion = \"1.2.3\"\nsecurity-version = 4\nworld = \"w\"\n\
             [config]\na = 1\n[budget]\nfuel-per-call = 20_000\nmemory = \"4 KiB\"\nstack = 512\nvalue-stack = 2048\nheap = 16384\ntick = \"1s\"\n\
             [grants]\nsensor = { channels = [0] }\n[confirm]\ngood-calls = 10\nseconds = 60\nhealth = true\n",
        );
        let source = ManifestSource::parse(&file).unwrap();
        assert_eq!(source.events, ["button"]);
        assert_eq!(source.plugin.version, Some(Version::new(1, 2, 3)));
        assert_eq!(
            (
                source.plugin.security_version,
                source.plugin.world.as_deref()
            ),
            (4, Some("w"))
        );
        let budget = Budget {
            fuel_per_call: 20_000,
            memory: Some(4096),
            stack: 512,
            value_stack: 2048,
            heap: 16_384,
            tick_ms: Some(1000),
        };
        assert_eq!(source.budget, budget);
        assert_eq!(
            (
                source.confirm.good_calls,
                source.confirm.seconds,
                source.confirm.health
            ),
            (10, 60, true)
        );
        assert!(source.config.is_some() && source.grants.is_some());
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        let file = file("");
        let source = ManifestSource::parse(&file).unwrap();
        assert_eq!(source.budget, Budget::default());
        assert_eq!(source.plugin, Plugin::default());
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_key_that_was_meant() {
        assert_eq!(
            refusal("[budget]\nfuel-per-cal = 20_000\n"),
            "error: unknown key `fuel-per-cal`\n --> corelet.toml:2:1\n2 | fuel-per-cal = 20_000\n  \
             | ^^^^^^^^^^^^ not a key of [budget]\n  = found: fuel-per-cal   allowed: fuel-per-call, memory, stack, value-stack, heap, tick\n\
             help: did you mean `fuel-per-call`?"
        );
        assert!(refusal("[bugdet]\n").ends_with("help: did you mean `budget`?"));
        assert!(refusal("tick = \"1s\"\n").ends_with("help: `tick` stands below [budget]"));
    }

    #[test]
    fn a_value_out_of_its_range_is_refused_with_its_place() {
        assert_eq!(
            refusal("[budget]\ntick = \"1 week\"\n"),
            "error: `tick` in [budget] cannot be this\n --> corelet.toml:2:8\n2 | tick = \"1 week\"\n  \
             |        ^^^^^^^^ here\n  = found: \"1 week\"   allowed: a time such as 250ms, 1s, 5 min, 1 h"
        );
        for text in [
            "[budget]\nfuel-per-call = -1",
            "[budget]\nfuel-per-call = \"1\"",
            "[budget]\nstack = 4_294_967_296",
            "[budget]\nmemory = \"3 GiB\"",
            "[budget]\ntick = \"0s\"",
            "[plugin]\nversion = \"1\"",
            "[confirm]\nhealth = 1",
            "events = [1]",
            "grants = 1",
            "[budget",
        ] {
            assert!(refusal(text).contains(" --> corelet.toml:"), "{text}");
        }
    }
}
