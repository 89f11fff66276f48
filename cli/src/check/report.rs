//! A verdict for a person, and for a program.

use std::fmt::Display;
use std::io;

use corelet_admission::fuel::{SLICE_INSTRUCTIONS, WORST_INSTRUCTIONS};
use corelet_admission::heap::HeapBound;
use serde_json::{Map, Value, json};

use super::device::Device;
use super::figures::{Figure, Figures, Imported, SLICE};
use super::tally::Outcome;
use super::verdict::{Refused, Verdict};
use crate::key_file::hex;
use crate::output::{self, shown};
use crate::units::grouped;

/// Prints the verdict: what is admitted with its figures, what is refused with the reason on standard error.
pub(super) fn print<B: 'static>(file: &str, verdict: &Verdict, device: &Device<B>) {
    let slot = verdict
        .slot
        .map_or_else(String::new, |slot| format!(", slot {slot}"));
    let (plugin, board) = (shown(&verdict.plugin), shown(&device.title));
    let figures = match &verdict.outcome {
        Ok(figures) => figures,
        Err(refused) => {
            output::line(format_args!(
                "{}: {plugin}: refused by {board}{slot}",
                shown(file)
            ));
            output::failure(&refused.failure);
            return;
        }
    };
    output::line(format_args!(
        "{}: {plugin}: admitted by {board}{slot}",
        shown(file)
    ));
    let line = |name: &str, what: &dyn Display| output::line(format_args!("  {name:<10} {what}"));
    match &verdict.signer {
        Some(signer) => line("signed", signer),
        None => line(
            "signed",
            &"not: a module alone, taken to ask for all of what it imports",
        ),
    }
    for figure in &figures.list {
        line(title(figure), &sentence(figure, figures));
    }
    line("slice", &slice(figures.slice));
    for message in &figures.exports {
        let sizes = match message.bytes {
            Some((request, response)) => format!("request {request} B, response {response} B"),
            None => "of a contract that is not at hand".to_owned(),
        };
        line(
            "export",
            &format_args!("{}: {sizes}", shown(&message.export)),
        );
    }
    for import in &figures.imports {
        line("import", &imported(import, device));
    }
    for interface in &verdict.uncompared {
        line("note", &uncompared(interface));
    }
}

/// What was not judged.
pub(super) fn uncompared(interface: &str) -> String {
    let interface = shown(interface);
    format!(
        "the grant of {interface} is known to the firmware alone, and was not compared: put its contract in the offer \
         (`FirmwareOffer::contracts`)"
    )
}

/// What a person calls a figure.
fn title(figure: &Figure) -> &str {
    match figure.name {
        "function_bytes" => "largest",
        "fuel_per_call" => "fuel",
        "block_fuel" => "block",
        "prepaid_fuel" => "prepaid",
        name => name.strip_suffix("_bytes").unwrap_or(name),
    }
}

fn sentence(figure: &Figure, figures: &Figures) -> String {
    let [found, limit] = [figure.found, figure.limit]
        .map(|number| bounded(number).map_or_else(|| "no limit".to_owned(), grouped));
    let unit = match figure.unit {
        "" => String::new(),
        unit => format!(" {unit}"),
    };
    let what = match (figure.name, &figures.largest) {
        ("function_bytes", Some(largest)) => format!(
            "  `{}`, costs {} B of heap",
            shown(&largest.name),
            grouped(largest.heap.into())
        ),
        ("block_fuel", _) => "  fuel that code needs at once".to_owned(),
        ("prepaid_fuel", _) => {
            "  fuel of one function for code behind its calls and loops".to_owned()
        }
        ("calls", _) => {
            "  may be open, one inside another; fewer where functions prepay much".to_owned()
        }
        ("heap_bytes", _) => phases(&figures.heap),
        ("exchange_bytes", _) => "  the largest request and response together".to_owned(),
        ("stack_bytes", _) => "  values of the interpreter".to_owned(),
        _ => String::new(),
    };
    format!("{found} of {limit}{unit}{what}")
}

/// What heap is taken for, each with what was taken before.
fn phases(bound: &HeapBound) -> String {
    let bytes = |bytes: u32| grouped(bytes.into());
    format!(
        "  translate {}, instantiate {}, call {}; memory {} besides",
        bytes(bound.translate),
        bytes(bound.instantiate),
        bytes(bound.call),
        bytes(bound.memory)
    )
}

/// How long the firmware's main loop may wait.
fn slice(used: u64) -> String {
    format!(
        "{} fuel at most in one of {}, which are {} instructions of a Cortex-M4F; drivers besides",
        grouped(used),
        grouped(SLICE),
        grouped(instructions(used))
    )
}

/// As many as a slice may take that uses up this fuel.
fn instructions(fuel: u64) -> u64 {
    fuel.saturating_mul(WORST_INSTRUCTIONS.into())
        .saturating_add(SLICE_INSTRUCTIONS.into())
}

fn imported<B: 'static>(import: &Imported, device: &Device<B>) -> String {
    let Imported {
        interface,
        function,
        grant,
        request,
        response,
    } = import;
    let granted = match device.contracts.toml(interface, grant) {
        _ if grant.is_empty() => "granted".to_owned(),
        Some(grant) if grant == "{ }" => "granted".to_owned(),
        Some(grant) => format!("granted {grant}"),
        None => format!("granted {}", hex(grant)),
    };
    format!(
        "{} `{}`: request {request} B, response {response} B, {granted}",
        shown(interface),
        shown(function)
    )
}

/// The verdict as one object.
pub(super) fn json<B: 'static>(file: &str, verdict: &Verdict, device: &Device<B>) -> Value {
    let outcome = match &verdict.outcome {
        Ok(_) => Outcome::Admitted,
        Err(_) => Outcome::Refused,
    };
    let mut object = json!({
        "file": file,
        "verdict": outcome.words(),
        "device": {
            "firmware": device.name,
            "version": device.version,
            "board": device.board,
        },
        "plugin": verdict.plugin,
        "slot": verdict.slot.map(|slot| slot.0),
        "signer": verdict.signer,
    });
    let more = match &verdict.outcome {
        Ok(figures) => figures_json(figures, verdict, device),
        Err(refused) => Map::from_iter([("refusal".to_owned(), refusal_json(refused))]),
    };
    if let Value::Object(object) = &mut object {
        object.extend(more);
    }
    object
}

fn refusal_json(refused: &Refused) -> Value {
    json!({
        "reason": refused.reason,
        "sentence": refused.sentence,
        "offset": refused.offset,
    })
}

fn figures_json<B: 'static>(
    figures: &Figures,
    verdict: &Verdict,
    device: &Device<B>,
) -> Map<String, Value> {
    let list = figures.list.iter().map(|figure| {
        let [found, limit] = [figure.found, figure.limit].map(bounded);
        (
            figure.name.to_owned(),
            json!({ "found": found, "limit": limit }),
        )
    });
    let exports = figures.exports.iter().map(|message| {
        let (request, response) = message.bytes.unzip();
        json!({ "name": message.export, "request": request, "response": response })
    });
    let imports = figures.imports.iter().map(|import| {
        json!({
            "interface": import.interface,
            "function": import.function,
            "grant": hex(&import.grant),
            "granted": device.contracts.json(&import.interface, &import.grant),
            "request": import.request,
            "response": import.response,
        })
    });
    let largest = figures.largest.as_ref();
    let largest = largest.map_or(
        Value::Null,
        |largest| json!({ "name": largest.name, "heap": largest.heap }),
    );
    Map::from_iter([
        ("figures".to_owned(), Value::Object(list.collect())),
        ("heap".to_owned(), heap_json(&figures.heap)),
        (
            "slice".to_owned(),
            json!({
                "fuel": SLICE,
                "used": figures.slice,
                "instructions": instructions(figures.slice),
            }),
        ),
        ("largest_function".to_owned(), largest),
        ("exports".to_owned(), exports.collect()),
        ("imports".to_owned(), imports.collect()),
        ("uncompared".to_owned(), json!(verdict.uncompared)),
    ])
}

fn heap_json(bound: &HeapBound) -> Value {
    json!({
        "translate": bound.translate,
        "instantiate": bound.instantiate,
        "call": bound.call,
        "memory": bound.memory,
        "total": bound.total(),
        "largest_block": bound.largest_block,
    })
}

/// None for no limit.
fn bounded(number: u64) -> Option<u64> {
    (number != u64::MAX).then_some(number)
}

/// A file that could not be read as one object.
pub(super) fn unread(file: &str, error: &io::Error) -> Value {
    json!({
        "file": file,
        "verdict": Outcome::NotRead.words(),
        "error": error.to_string(),
    })
}
