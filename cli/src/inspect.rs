//! `corelet inspect`: what an image or a module says of itself. Nobody need have vouched for that: no text of it reaches a terminal
//! with control characters.

use std::fs;
use std::path::PathBuf;

use corelet_abi::{NameKey, Shape};
use corelet_image::{
    DEVELOPMENT_KEY, Grant, Image, ImageError, KeyId, Keys, Manifest, PublicKey, Version,
};
use corelet_wit::{Contract, Type, value};
use serde_json::{Value, json};

use crate::error::Failure;
use crate::key_file::hex;
use crate::module::Module;
use crate::output::{self, shown};
use crate::units::{grouped, size};
use crate::verify;

/// Shows manifest, imports, exports, sizes and memory of a .corelet or .wasm file
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// A .corelet image or a .wasm module
    file: PathBuf,
    /// A public key that the image may be signed with; may be named several times
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let bytes = fs::read(&args.file).map_err(|error| Failure::reading(&args.file, &error))?;
    let refused = |error: &dyn std::fmt::Display| {
        Failure::refused(format_args!("{}: {error}", args.file.display()))
    };
    if !bytes.starts_with(&corelet_image::MAGIC) {
        if !bytes.starts_with(b"\0asm") {
            return Err(refused(&"neither a Corelet image nor a WebAssembly module"));
        }
        let module = Module::read(&bytes).map_err(|error| refused(&error))?;
        if args.json {
            output::json(&format_args!("{:#}", module_json(&module, bytes.len())));
        } else {
            print_module(&module, bytes.len());
        }
        return Ok(());
    }
    let image = Image::parse(&bytes).map_err(|error| refused(&error))?;
    let manifest = image
        .unverified_manifest()
        .map_err(|error| refused(&error))?;
    let keys = verify::public_keys(&args.key)?;
    let checked = check(&image, &keys);
    let wasm = image.unverified_module();
    let module = Module::read(wasm).map_err(|error| refused(&error))?;
    if args.json {
        let object = json!({
            "bytes": bytes.len(),
            "signed": image.is_signed(),
            "verified": checked.is_ok(),
            "digest": hex(&image.digest()),
            "manifest": manifest_json(&manifest),
            "module": module_json(&module, wasm.len()),
        });
        output::json(&format_args!("{object:#}"));
    } else {
        print_manifest(&image, &manifest, checked, bytes.len());
        print_module(&module, wasm.len());
    }
    Ok(())
}

/// Whether one of `keys` signed, or the development key, and the image is whole. Whether a host is new enough is another question.
fn check(image: &Image<'_>, keys: &[PublicKey]) -> Result<(), ImageError> {
    let any_host = Version::new(u32::MAX, u32::MAX, u32::MAX);
    let keys = Keys::new(keys).accept_development();
    image.verify(&keys, any_host).map(drop)
}

fn manifest_json(manifest: &Manifest<'_>) -> Value {
    let standard = Contract::standard();
    let grants = manifest.grants.iter().map(|grant| {
        json!({
            "interface": grant.interface,
            "parameters": hex(grant.parameters),
            "grant": grant_json(&standard, grant),
        })
    });
    json!({
        "key": manifest.key_id.to_string(),
        "name": manifest.name,
        "version": manifest.version.to_string(),
        "security_version": manifest.security_version,
        "world": manifest.world,
        "module_sha256": hex(&manifest.module_digest),
        "min_host": manifest.min_host.to_string(),
        "grants": grants.collect::<Vec<_>>(),
        "budgets": {
            "fuel_per_call": manifest.budgets.fuel_per_call,
            "memory": manifest.budgets.memory,
            "stack": manifest.budgets.stack,
            "heap": manifest.budgets.heap,
        },
        "tick_ms": manifest.tick_ms,
        "confirm": {
            "good_calls": manifest.confirm.good_calls,
            "seconds": manifest.confirm.seconds,
            "health": manifest.confirm.health,
        },
        "config": hex(manifest.config),
        "events": manifest.topics.as_slice(),
    })
}

fn print_manifest(
    image: &Image<'_>,
    manifest: &Manifest<'_>,
    checked: Result<(), ImageError>,
    bytes: usize,
) {
    let line = |name: &str, what: &dyn std::fmt::Display| {
        output::line(format_args!("{name:<9} {}", shown(&what.to_string())));
    };
    let development = KeyId::of(&DEVELOPMENT_KEY) == manifest.key_id;
    let key = if development {
        ", the development key"
    } else {
        ""
    };
    let signed = match checked {
        Ok(()) if development => {
            "verified, which proves nothing: everybody has this key".to_owned()
        }
        Ok(()) => "verified".to_owned(),
        Err(ImageError::Unsigned) => "not yet".to_owned(),
        Err(ImageError::UnknownKey { .. }) if !image.is_signed() => "not yet".to_owned(),
        Err(ImageError::UnknownKey { .. }) => {
            "not verified: name its key with --key FILE".to_owned()
        }
        Err(error) => format!("not verified: {error}"),
    };
    line(
        "plugin",
        &format_args!("{} {}", manifest.name, manifest.version),
    );
    line("world", &manifest.world);
    line("image", &format_args!("{} B", grouped(bytes as u64)));
    line("key", &format_args!("{}{key}", manifest.key_id));
    line("signed", &signed);
    line("digest", &hex(&image.digest()));
    line(
        "security",
        &format_args!("version {}", manifest.security_version),
    );
    line("host", &format_args!("{} or later", manifest.min_host));
    let budgets = &manifest.budgets;
    line(
        "fuel",
        &format_args!("{} for each call", grouped(budgets.fuel_per_call)),
    );
    line(
        "budget",
        &format_args!(
            "memory {}, value stack {}, heap {}",
            size(budgets.memory.into()),
            size(budgets.stack.into()),
            match budgets.heap {
                0 => "not stated".to_owned(),
                heap => size(heap.into()),
            }
        ),
    );
    if let Some(period) = manifest.tick_ms {
        line("tick", &format_args!("every {} ms", grouped(period.into())));
    }
    if !manifest.topics.is_empty() {
        line("events", &manifest.topics.join(", "));
    }
    let confirm = &manifest.confirm;
    let health = if confirm.health { ", health" } else { "" };
    line(
        "confirm",
        &format_args!(
            "{} good calls, {} seconds{health}",
            confirm.good_calls, confirm.seconds
        ),
    );
    line(
        "config",
        &format_args!("{} B {}", manifest.config.len(), hex(manifest.config)),
    );
    let standard = Contract::standard();
    table(
        "grants",
        manifest
            .grants
            .iter()
            .map(|grant| (grant.interface.to_owned(), granted(&standard, grant))),
    );
}

/// What a grant of a standard interface says; another one's record in hexadecimal.
fn granted(standard: &Contract, grant: &Grant<'_>) -> String {
    match grant_json(standard, grant) {
        Some(record) => record.to_string(),
        None => hex(grant.parameters),
    }
}

fn grant_json(standard: &Contract, grant: &Grant<'_>) -> Option<Value> {
    let mut interfaces = standard.interfaces.iter();
    let interface = interfaces.find(|interface| interface.id() == grant.interface)?;
    let record = standard.type_in(interface, "grant")?;
    value::decode(standard, &Type::Named(record), grant.parameters).ok()
}

fn module_json(module: &Module, bytes: usize) -> Value {
    let imports = module.imports.iter().map(|import| {
        let key = NameKey::of(&import.interface, &import.function);
        json!({ "interface": import.interface, "function": import.function, "shape": shape(module, key) })
    });
    let exports = module.exports.iter().map(|export| {
        let shape = shape(module, NameKey::of_export(&export.name));
        json!({ "name": export.name, "shape": export.is_function.then_some(shape).flatten() })
    });
    let memory = module.memory.map(|memory| {
        json!({ "bytes": memory.bytes, "max_bytes": memory.max_bytes, "page_bytes": memory.page_bytes })
    });
    let sections = module
        .sections
        .iter()
        .map(|section| json!({ "name": section.name, "bytes": section.bytes }));
    json!({
        "bytes": bytes,
        "imports": imports.collect::<Vec<_>>(),
        "exports": exports.collect::<Vec<_>>(),
        "memory": memory,
        "sections": sections.collect::<Vec<_>>(),
    })
}

fn print_module(module: &Module, bytes: usize) {
    output::line(format_args!("module    {} B", grouped(bytes as u64)));
    if let Some(memory) = module.memory {
        let most = match memory.max_bytes {
            Some(max) => format!("at most {}", size(max)),
            None => "no limit of its own".to_owned(),
        };
        output::line(format_args!(
            "memory    {} in pages of {}, {most}",
            size(memory.bytes),
            size(memory.page_bytes)
        ));
    }
    table(
        "imports",
        module.imports.iter().map(|import| {
            let key = NameKey::of(&import.interface, &import.function);
            (
                format!("{} `{}`", import.interface, import.function),
                shape(module, key).unwrap_or_default(),
            )
        }),
    );
    table(
        "exports",
        module.exports.iter().map(|export| {
            let shape = shape(module, NameKey::of_export(&export.name)).unwrap_or_default();
            let name = match export.name.split_once('#') {
                Some((interface, function)) => format!("{interface} `{function}`"),
                None => format!("`{}`", export.name),
            };
            (name, shape)
        }),
    );
    table(
        "sections",
        module.sections.iter().map(|section| {
            (
                section.name.clone(),
                format!("{} B", grouped(section.bytes)),
            )
        }),
    );
}

/// Lines of two columns under a title; nothing for no lines.
fn table(title: &str, rows: impl Iterator<Item = (String, String)>) {
    let rows: Vec<_> = rows
        .map(|(first, second)| (shown(&first), second))
        .collect();
    let width = rows
        .iter()
        .map(|(first, _)| first.chars().count())
        .max()
        .unwrap_or(0);
    for (number, (first, second)) in rows.iter().enumerate() {
        let title = if number == 0 { title } else { "" };
        output::line(format!("{title:<9} {first:<width$}  {second}").trim_end());
    }
}

/// The shape of a function, in the digits that `corelet wit show` prints too.
fn shape(module: &Module, key: NameKey) -> Option<String> {
    module
        .shapes
        .get(&key)
        .map(|Shape(shape)| format!("{shape:016x}"))
}
