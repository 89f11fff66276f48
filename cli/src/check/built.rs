//! What `corelet build` says of what it built.

use std::collections::BTreeSet;
use std::fs;

use corelet_desktop::Desktop;
use corelet_image::PublicKey;

use super::device::Device;
use super::figures::Figures;
use super::measure::Call;
use super::{DeviceArgs, measure, offer_file, report, verdict};
use crate::build::Built;
use crate::error::Failure;
use crate::output::{self, shown};
use crate::run::explain::Explained;
use crate::units::{grouped, size};

/// Prints what a device says of `built`, which `key` signed, and the fuel that its calls take in the simulator on such a board.
///
/// # Errors
/// If it is refused. What only the board of this checkout lacks that nobody asked for is no failure.
pub(crate) fn check(
    args: &DeviceArgs,
    built: &Built,
    key: Option<PublicKey>,
    board: &dyn Fn() -> Result<Desktop, Failure>,
) -> Result<(), Failure> {
    match &args.offer {
        Some(path) => judge(args, built, None, offer_file::device(path)?, board),
        None => judge(args, built, key, Device::of(args.board()), board),
    }
}

fn judge<B: 'static>(
    args: &DeviceArgs,
    built: &Built,
    key: Option<PublicKey>,
    mut device: Device<B>,
    board: &dyn Fn() -> Result<Desktop, Failure>,
) -> Result<(), Failure> {
    device.keys.extend(key);
    let image = fs::read(&built.image).map_err(|error| Failure::reading(&built.image, &error))?;
    let linked = fs::read(&built.linked).ok();
    let verdict = verdict(&image, &built.name, linked.as_deref(), &device);
    let title = shown(&device.title);
    let figures = match verdict.outcome {
        Ok(figures) => figures,
        Err(refused) if refused.by_offer && !args.is_named() => {
            output::line(format_args!(
                "  check {title}  not for this board: {}",
                refused.sentence
            ));
            output::line("  check            --for OFFER asks the firmware that it is for");
            return Ok(());
        }
        Err(refused) => return Err(refused.failure),
    };
    let slot = verdict
        .slot
        .and_then(|slot| device.slots.get(usize::from(slot.0)));
    let measured = slot.ok_or_else(|| "no slot".to_owned().into());
    let measured = measured.and_then(|policy| {
        let (contract, keys) = (&built.contract, device.keys());
        measure::fuel(&image, &figures, contract, &keys, *policy, board)
    });
    let fuel = match &measured {
        Ok(calls) => {
            let most = calls.iter().map(|call| call.fuel).max().unwrap_or(0);
            format!("fuel {} of {}", grouped(most), allowed(&figures))
        }
        Err(why) => format!("fuel not measured: {}", shown(&why.words)),
    };
    output::line(format_args!(
        "  check {title}  admitted: {}, {fuel}",
        heap(&figures)
    ));
    for interface in &verdict.uncompared {
        output::line(format_args!("  note  {}", report::uncompared(interface)));
    }
    for call in measured.iter().flatten() {
        output::line(shown(&sentence(call)));
    }
    for help in helps(&measured) {
        for (place, line) in help.lines().enumerate() {
            let title = if place == 0 { "help" } else { "" };
            output::line(format_args!("  {title:<4}  {}", shown(line)));
        }
    }
    Ok(())
}

/// What one call took, and how it ended.
fn sentence(call: &Call) -> String {
    let Call { name, request, .. } = call;
    let mut line = format!("  fuel  {name:<16} {:>9}", grouped(call.fuel));
    if !request.is_empty() {
        line += &format!("  {request}");
    }
    if let Some(failure) = &call.failure {
        line += &format!("  failed: {}", failure.words);
    }
    line
}

/// What helps with what failed, each once.
fn helps(measured: &Result<Vec<Call>, Explained>) -> Vec<&str> {
    let failures: Vec<_> = match measured {
        Ok(calls) => calls.iter().filter_map(|c| c.failure.as_ref()).collect(),
        Err(failure) => vec![failure],
    };
    let mut helps: Vec<_> = failures.iter().filter_map(|f| f.help.as_deref()).collect();
    let mut said = BTreeSet::new();
    helps.retain(|help| said.insert(*help));
    helps
}

fn allowed(figures: &Figures) -> String {
    let figure = figures.get("fuel_per_call");
    figure.map_or_else(String::new, |figure| grouped(figure.found))
}

/// What it may take of the heap that it has.
fn heap(figures: &Figures) -> String {
    let figure = figures.get("heap_bytes");
    figure.map_or_else(String::new, |figure| {
        format!("heap {} of {}", size(figure.found), size(figure.limit))
    })
}
