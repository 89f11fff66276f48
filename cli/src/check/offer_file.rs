//! An offer file, read: what a firmware's build wrote of itself. Nobody vouches for it.

use std::path::Path;

use corelet_abi::{Shape, Status};
use corelet_host::{
    Allow, Budget, Caller, FirmwareOffer, HostFunction, Interface, Limit, Limits, MeetGrants,
    Quantity, SlotPolicy, Table, Topics, Version,
};
use corelet_image::{DEVELOPMENT_KEY, KeyId, PARAMETERS_MAX, PublicKey};
use corelet_wit::{Contract, MESSAGE_MAX, value};
use toml::Spanned;
use toml::de::DeValue;

use super::contracts::Contracts;
use super::device::Device;
use super::read;
use crate::error::Failure;
use crate::key_file::unhex;
use crate::manifest_source::version as plain;
use crate::toml_table::{self, SourceFile, boolean, integer, string, to_json};

type Toml<'a> = toml_table::Table<'a>;

/// The device that the offer in `path` describes.
///
/// What a table holds has to live as long as the program, so it is not given back.
///
/// # Errors
/// If the file cannot be read, or is no offer; with the place.
pub(crate) fn device(path: &Path) -> Result<Device<()>, Failure> {
    let bytes = read(path, 1).map_err(|error| Failure::reading(path, &error))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::usage(format_args!("{} is no text", path.display())))?;
    let file = SourceFile::new(path, text);
    parse(&file).map_err(Failure::unread)
}

fn parse(file: &SourceFile) -> Result<Device<()>, Failure> {
    let top = file.parse()?.into_inner();
    let root = Toml::new(file, "an offer", &top);
    let format = FirmwareOffer::<()>::FORMAT;
    root.needed("offer", |value| {
        integer(u64::MAX)(value)
            .ok()
            .filter(|found| *found == u64::from(format))
            .ok_or_else(|| format!("{format}, the format that this command reads"))
    })?;
    root.only(&["offer", "firmware", "key", "slot", "interface", "contract"])?;
    let firmware = root.table("firmware", "[firmware]")?.ok_or_else(|| {
        Failure::refused(format_args!("{} has no [firmware]", file.path().display()))
    })?;
    firmware.only(&["name", "version", "board", "target", "host", "release"])?;
    let development = !firmware.needed("release", boolean)?;
    let mut keys = Vec::new();
    for table in root.tables("key", "[[key]]")? {
        let key = key(&table)?;
        if !(development && key == DEVELOPMENT_KEY) {
            keys.push(key);
        }
    }
    let vendors = root.tables("contract", "[[contract]]")?;
    let vendors = vendors.iter().map(contract);
    let interfaces = root.tables("interface", "[[interface]]")?;
    let interfaces = interfaces.iter().map(interface);
    let interfaces = interfaces.collect::<Result<Vec<_>, _>>()?;
    let served = interfaces.iter().map(id).collect();
    let contracts = Contracts::with(vendors.collect::<Result<_, _>>()?, served);
    let slots = root.tables("slot", "[[slot]]")?;
    let slots = slots.iter().map(|table| slot(table, &contracts));
    let slots = slots.collect::<Result<Vec<_>, _>>()?;
    let mut table = Table::new();
    let (mut typed, mut opaque) = (Vec::new(), Vec::new());
    for mut interface in interfaces {
        if interface.meet_grants.is_some() {
            let known = meet(interface.name, interface.version);
            match known {
                Some(_) => {}
                None if contracts.has_grant(&id(&interface)) => typed.push(interface.name),
                None => opaque.push(interface.name),
            }
            interface.meet_grants = known.or(interface.meet_grants);
        }
        table.add(Box::leak(Box::new(interface)));
    }
    if slots.len() > 256 {
        return Err(Failure::refused("more slots than a host has").found(slots.len(), 256));
    }
    table.check().map_err(Failure::refused)?;
    let name = firmware.needed("name", string)?;
    let version = firmware.needed("version", string)?;
    Ok(Device {
        title: format!("{name} {version}"),
        name,
        version,
        board: firmware.needed("board", string)?,
        target: firmware.needed("target", string)?,
        host: firmware.needed("host", plain)?,
        table,
        slots,
        keys,
        development,
        contracts,
        typed,
        opaque,
    })
}

fn key(table: &Toml<'_>) -> Result<PublicKey, Failure> {
    table.only(&["id", "public"])?;
    let public = table.needed("public", |value| {
        let digits = value.as_str().and_then(|digits| unhex(digits.as_bytes()));
        let key = digits.and_then(|bytes| PublicKey::try_from(bytes).ok());
        key.ok_or_else(|| "64 hexadecimal digits".to_owned())
    })?;
    let id = KeyId::of(&public).to_string();
    table.needed("id", |value| match value.as_str() {
        Some(found) if found == id => Ok(()),
        _ => Err(format!("{id}, which is the id of this key")),
    })?;
    Ok(public)
}

/// A vendor's contract.
fn contract(table: &Toml<'_>) -> Result<Contract, Failure> {
    table.only(&["file"])?;
    let mut files = Vec::new();
    for file in table.tables("file", "[[contract.file]]")? {
        file.only(&["path", "text"])?;
        files.push((file.needed("path", string)?, file.needed("text", string)?));
    }
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    Contract::parse(&files).map_err(|refusals| {
        // A build wrote it, and nobody formatted it: its lines may be as long as the file.
        let refusal = refusals.to_string();
        let reason = refusal.lines().next().unwrap_or_default();
        Failure::refused("a [[contract]] of the offer is not a valid contract")
            .fact("contract", reason)
            .help("write the offer anew, with the WIT that the firmware was built with")
    })
}

fn slot(table: &Toml<'_>, contracts: &Contracts) -> Result<SlotPolicy, Failure> {
    table.only(&[
        "memory",
        "stack",
        "recursion",
        "prepaid-fuel",
        "heap",
        "fuel-per-call",
        "tick-ms-min",
        "topics",
        "limits",
        "allow",
    ])?;
    let number = |key| table.needed(key, u32);
    let limits = table.table("limits", "[slot.limits]")?;
    let allow = table.tables("allow", "[[slot.allow]]")?;
    let allow = allow.iter().map(|table| self::allow(table, contracts));
    Ok(SlotPolicy {
        limits: limits.map_or(Ok(Limits::DEVICE), |table| self::limits(&table))?,
        budget: Budget {
            memory: number("memory")?,
            stack: number("stack")?,
            recursion: number("recursion")?,
            prepaid_fuel: number("prepaid-fuel")?,
            heap: number("heap")?,
        },
        fuel_per_call: table.needed("fuel-per-call", integer(u64::MAX))?,
        tick_ms_min: number("tick-ms-min")?,
        allow: allow.collect::<Result<Vec<_>, _>>()?.leak(),
        topics: table.needed("topics", topics)?,
        ..SlotPolicy::DEVICE
    })
}

fn limits(table: &Toml<'_>) -> Result<Limits, Failure> {
    let names: Vec<_> = Quantity::ALL
        .iter()
        .map(|quantity| quantity.field())
        .collect();
    table.only(&names)?;
    let mut limits = Limits::DEVICE;
    for quantity in Quantity::ALL {
        *limits.of_mut(*quantity) = table.needed(quantity.field(), u32)?;
    }
    Ok(limits)
}

fn allow(table: &Toml<'_>, contracts: &Contracts) -> Result<Allow, Failure> {
    table.only(&["interface", "limit"])?;
    let interface: &'static str = table.needed("interface", string)?.leak();
    let limit = table.read("limit", |value| record(contracts, interface, value))?;
    Ok(Allow {
        interface,
        limit: limit.map_or(Limit::None, |record| Limit::Encoded(record.leak())),
    })
}

/// The encoded `grant` record that a limit is, in digits or by its fields.
fn record(contracts: &Contracts, interface: &str, value: &DeValue<'_>) -> Result<Vec<u8>, String> {
    let known = contracts.grant(interface);
    let record = match value {
        DeValue::String(digits) => {
            unhex(digits.as_bytes()).ok_or("hexadecimal digits, or a table")?
        }
        _ => {
            let (contract, ty) = known.as_ref().ok_or_else(|| {
                format!("hexadecimal digits: the contract of {interface} is not at hand")
            })?;
            value::encode(contract, ty, &to_json(value)?).map_err(|error| error.to_string())?
        }
    };
    if record.is_empty() || record.len() > PARAMETERS_MAX {
        return Err(format!("a record of 1 to {PARAMETERS_MAX} bytes"));
    }
    if let Some((contract, ty)) = known {
        value::decode(contract, &ty, &record)
            .map_err(|error| format!("a grant of {interface}: {error}"))?;
    }
    Ok(record)
}

/// An interface. Its grants are taken as they are asked.
fn interface(table: &Toml<'_>) -> Result<Interface<()>, Failure> {
    table.only(&["name", "version", "grant", "functions"])?;
    let name: &'static str = table.needed("name", string)?.leak();
    let version = table.needed("version", plain)?;
    let has_grant = table.needed("grant", boolean)?;
    let functions = table.tables("functions", "a function")?;
    let functions = functions
        .iter()
        .map(function)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Interface {
        name,
        version,
        meet_grants: has_grant.then_some(take_as_asked),
        functions: functions.leak(),
    })
}

/// Its name and version, as plugins import it.
fn id(interface: &Interface<()>) -> String {
    format!("{}@{}", interface.name, interface.version)
}

/// How grants of a standard interface meet.
fn meet(name: &str, version: Version) -> Option<MeetGrants> {
    let table = corelet_desktop::table();
    let mut interfaces = table.interfaces();
    let known = interfaces.find(|known| known.name == name && known.version == version)?;
    known.meet_grants
}

/// In place of what only the firmware knows, or its contract: that was asked before then.
fn take_as_asked(asked: &[u8], _: &[u8], into: &mut [u8]) -> Result<usize, corelet_abi::MeetError> {
    let full = corelet_abi::MeetError::Codec(corelet_abi::CodecError::Full);
    into.get_mut(..asked.len())
        .ok_or(full)?
        .copy_from_slice(asked);
    Ok(asked.len())
}

fn function(table: &Toml<'_>) -> Result<HostFunction<()>, Failure> {
    table.only(&["name", "shape", "request-max", "response-max"])?;
    let bytes = |key| table.needed(key, integer(MESSAGE_MAX.into()));
    let name: &'static str = table.needed("name", string)?.leak();
    Ok(HostFunction {
        name,
        shape: table.needed("shape", |value| {
            let digits = value.as_str().filter(|digits| digits.len() == 16);
            let shape = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
            shape
                .map(Shape)
                .ok_or_else(|| "16 hexadecimal digits".to_owned())
        })?,
        request_max: bytes("request-max")? as usize,
        response_max: bytes("response-max")? as usize,
        call: not_here,
    })
}

/// A function of a board that is not here: a plugin is judged, and not run.
fn not_here(_: &mut (), _: &mut Caller<'_>, _: &[u8], _: &mut [u8]) -> Result<usize, Status> {
    Err(Status::UNAVAILABLE)
}

fn topics(value: &DeValue<'_>) -> Result<Topics, String> {
    let allowed = || "\"all\", or a list of topics".to_owned();
    match value {
        DeValue::String(all) if all == "all" => Ok(Topics::All),
        DeValue::Array(items) => {
            let topic = |item: &Spanned<DeValue<'_>>| -> Result<&'static str, String> {
                let text = item.get_ref().as_str().ok_or_else(allowed)?;
                Ok(text.to_owned().leak())
            };
            let topics = items.iter().map(topic).collect::<Result<Vec<_>, _>>()?;
            Ok(Topics::Only(topics.leak()))
        }
        _ => Err(allowed()),
    }
}

fn u32(value: &DeValue<'_>) -> Result<u32, String> {
    integer(u32::MAX.into())(value).map(|number| number as u32)
}
