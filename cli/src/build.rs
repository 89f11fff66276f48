//! `corelet build`: from a plugin's crate to a signed image.

use std::fs;
use std::path::{Path, PathBuf};

use corelet_admission::{ImportRefusal, Limits, Offer, admit};
use corelet_desktop::Desktop;
use corelet_image::{
    Budgets, DEVELOPMENT_SEED, GRANTS_MAX, Grant, KeyId, Manifest, TOPICS_MAX, Unsigned, Version,
};
use corelet_wit::{Contract, World};
use ed25519_dalek::SigningKey;

use crate::check::{self, DeviceArgs};
use crate::compile::compile;
use crate::contract_check;
use crate::error::Failure;
use crate::manifest_source::{FILE, ManifestSource, plain_version};
use crate::manifest_values::Values;
use crate::module::Module;
use crate::package::Package;
use crate::run::desktop::with_sensors;
use crate::slim::slim;
use crate::toml_table::SourceFile;
use crate::units::{grouped, size};
use crate::{key_file, output, wit};

/// Builds a plugin crate into a signed image
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
The image goes to corelet/NAME.corelet in Cargo's target folder, the module beside it. Then it is checked as by
`corelet check`, and what `init` and each export take of the fuel is measured on the desktop: an export that takes a
request with the largest that its contract has room for, one as long whose numbers are 0, and the least; an event handler
with each topic of corelet.toml. What only the board of Corelet's own checkout does not offer is told, and is no failure unless --board names it.")]
pub(crate) struct Args {
    /// The plugin's folder
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// The secret key to sign with; without one, the development key, which everybody has
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceArgs,
    /// What a sensor measures while the fuel of calls is measured, as for `corelet run`
    #[arg(long, value_name = "CHANNEL=SIGNAL")]
    sensor: Vec<String>,
}

/// What was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The plugin's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The signed image.
    pub image: PathBuf,
    /// The module alone.
    pub wasm: PathBuf,
    /// The module as the linker left it, where functions may have names.
    pub linked: PathBuf,
    /// Bytes of the module.
    pub wasm_bytes: u64,
    /// Bytes of linear memory at the start.
    pub memory_bytes: u64,
    /// Who signed, in words.
    pub signer: String,
    /// The contract that it was built for.
    pub(crate) contract: Contract,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let board = || with_sensors(Desktop::in_virtual_time(), &args.sensor);
    // What is wrong with a sensor is said before anything is compiled.
    board()?;
    let built = build(&args.folder, args.key.as_deref())?;
    output::line(format_args!(
        "  {} {}  {} B wasm  {} memory  signed: {}",
        built.name,
        built.version,
        grouped(built.wasm_bytes),
        size(built.memory_bytes),
        built.signer
    ));
    let key = args.key.as_deref().map(key_file::read_secret).transpose()?;
    let key = key.map(|key| key.verifying_key().to_bytes());
    check::built(&args.device, &built, key, &board)
}

/// Builds the plugin crate in `folder` and signs it with the secret key in the file `key`, or with the development key. What the
/// compiler says goes to standard error.
///
/// # Errors
/// If something is missing, does not compile, or is not as contract, manifest and admission have it.
pub fn build(folder: &Path, key: Option<&Path>) -> Result<Built, Failure> {
    // What costs little and can fail comes before the compiler.
    let package = Package::find(folder)?;
    let signer = Signer::new(key)?;
    let file = manifest_file(&package)?;
    let source = ManifestSource::parse(&file)?;
    let folder = package.path(wit::FOLDER);
    if !folder.is_dir() {
        return Err(Failure::usage(format_args!("{} is not there", folder.display())).help(
            "the plugin's contract stands in wit/world.wit, as in a crate that `corelet new NAME` makes",
        ));
    }
    let contract = wit::load(&folder)?;
    let world = contract
        .world(source.plugin.world.as_deref())
        .map_err(Failure::refused)?;
    check_schedule(&source, &contract, world)?;
    let name = source.plugin.name.as_ref().unwrap_or(&package.name);
    let world_name = world_name(world);
    let values = Values {
        source: &source,
        contract: &contract,
        world,
    };
    let config = values.config()?;
    let grants = values.asked_grants()?;
    let mut manifest = Manifest {
        name,
        version: version(&source, &package)?,
        security_version: source.plugin.security_version,
        world: &world_name,
        min_host: source.plugin.min_host,
        tick_ms: source.budget.tick_ms,
        confirm: source.confirm,
        config: &config,
        ..Manifest::default()
    };
    for topic in &source.events {
        manifest
            .topics
            .push(topic)
            .map_err(|_| too_many("events", source.events.len(), TOPICS_MAX))?;
    }
    manifest.check().map_err(unfit)?;

    let linked = compile(&package, source.budget.stack)?;
    let wasm = link(&linked)?;
    let module = Module::read(&wasm).map_err(Failure::refused)?;
    contract_check::check(&module, &contract, world)?;
    let grants = values.grants(grants, &module)?;
    let interfaces: Vec<_> = grants
        .iter()
        .map(|grant| contract.interface(grant.interface).id())
        .collect();
    let memory_bytes = module.memory.map_or(0, |memory| memory.bytes);
    let budgets = Budgets {
        fuel_per_call: source.budget.fuel_per_call,
        memory: memory_budget(source.budget.memory, memory_bytes)?,
        stack: source.budget.value_stack,
        heap: source.budget.heap,
    };
    let mut manifest = Manifest {
        budgets,
        ..manifest
    };
    for (grant, interface) in grants.iter().zip(&interfaces) {
        let grant = Grant {
            interface,
            parameters: &grant.record,
        };
        manifest
            .grants
            .push(grant)
            .map_err(|_| too_many("grants", grants.len(), GRANTS_MAX))?;
    }
    let image = Unsigned::build(&manifest, &wasm, signer.key.verifying_key().as_bytes())
        .and_then(|unsigned| unsigned.sign(signer.key.as_bytes()))
        .map_err(unfit)?;

    let folder = package.target_folder.join("corelet");
    let built = Built {
        name: name.clone(),
        version: manifest.version.to_string(),
        image: folder.join(format!("{name}.corelet")),
        wasm: folder.join(format!("{name}.wasm")),
        linked,
        wasm_bytes: wasm.len() as u64,
        memory_bytes,
        signer: signer.name,
        contract,
    };
    fs::create_dir_all(&folder).map_err(|error| Failure::writing(&folder, &error))?;
    fs::write(&built.wasm, &wasm).map_err(|error| Failure::writing(&built.wasm, &error))?;
    fs::write(&built.image, &image).map_err(|error| Failure::writing(&built.image, &error))?;
    Ok(built)
}

/// The plugin's module as a device gets it: compiled, rid of what a device has no use for, and admitted.
fn link(linked: &Path) -> Result<Vec<u8>, Failure> {
    let linked = fs::read(linked).map_err(|error| Failure::reading(linked, &error))?;
    let wasm = slim(&linked)
        .map_err(|error| Failure::tool(format_args!("the linker made something odd: {error}")))?;
    admit(&wasm, &Limits::DEVICE, &Everything).map_err(|refusal| {
        Failure::refused(format_args!(
            "no device takes this module: {}",
            refusal.describe(&wasm)
        ))
    })?;
    Ok(wasm)
}

/// Who signs.
struct Signer {
    key: SigningKey,
    /// In words.
    name: String,
}

impl Signer {
    /// The key in the file `path`, or the development key.
    fn new(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self {
                key: SigningKey::from_bytes(&DEVELOPMENT_SEED),
                name: "development key".to_owned(),
            });
        };
        let key = key_file::read_secret(path)?;
        let name = format!("key {}", KeyId::of(key.verifying_key().as_bytes()));
        Ok(Self { key, name })
    }
}

fn unfit(error: impl std::fmt::Display) -> Failure {
    Failure::refused(format_args!("no image can be made of this: {error}"))
}

/// An offer of everything: whether a device grants it is for the device to say.
struct Everything;

impl Offer for Everything {
    fn import(
        &self,
        _: &str,
        _: &str,
        _: Option<corelet_abi::Shape>,
    ) -> Result<u16, ImportRefusal> {
        Ok(0)
    }
}

fn manifest_file(package: &Package) -> Result<SourceFile, Failure> {
    let path = package.path(FILE);
    if path.is_file() {
        return SourceFile::read(&path);
    }
    Err(
        Failure::usage(format_args!("{} is not there", path.display()))
            .help("an empty one will do for a plugin that asks for nothing"),
    )
}

fn world_name(world: &World) -> String {
    let package = &world.package;
    let version = package
        .version
        .as_ref()
        .map(|version| format!("@{version}"))
        .unwrap_or_default();
    format!(
        "{}:{}/{}{version}",
        package.namespace, package.name, world.name
    )
}

fn version(source: &ManifestSource<'_>, package: &Package) -> Result<Version, Failure> {
    if let Some(version) = source.plugin.version {
        return Ok(version);
    }
    plain_version(&package.version).ok_or_else(|| {
        Failure::refused(format_args!(
            "{} cannot be the version of a plugin",
            package.version
        ))
        .found(&package.version, "three numbers, such as 1.2.3")
        .help("[plugin]\nversion = \"1.2.3\"")
    })
}

/// A plugin that is ticked, or takes events, says when and which; another has no use for it.
fn check_schedule(
    source: &ManifestSource<'_>,
    contract: &Contract,
    world: &World,
) -> Result<(), Failure> {
    let exports = |name| {
        world
            .exports
            .iter()
            .any(|id| contract.interface(*id).unversioned_id() == name)
    };
    let (ticker, handler) = (
        exports("corelet:plugin/ticker"),
        exports("corelet:plugin/event-handler"),
    );
    let (ticks, events) = (source.budget.tick_ms.is_some(), !source.events.is_empty());
    let refused =
        |missing, has| Failure::refused(format_args!("world {} {has}, and {missing}", world.name));
    match () {
        () if ticker && !ticks => Err(refused("corelet.toml names no period", "exports ticker")
            .help("[budget]\ntick = \"1s\"")),
        () if ticks && !ticker => Err(refused(
            "corelet.toml names a period",
            "does not export ticker",
        )
        .help("export corelet:plugin/ticker; or delete `tick`")),
        () if handler && !events => Err(refused(
            "corelet.toml names no events",
            "exports event-handler",
        )
        .help("events = [\"button\"], at the top of corelet.toml")),
        () if events && !handler => Err(refused(
            "corelet.toml names events",
            "does not export event-handler",
        )
        .help("export corelet:plugin/event-handler; or delete `events`")),
        () => Ok(()),
    }
}

/// The memory that the manifest asks for: what `[budget]` names, or what the module begins with.
fn memory_budget(named: Option<u32>, needed: u64) -> Result<u32, Failure> {
    let needed = u32::try_from(needed)
        .map_err(|_| Failure::refused("the module has 4 GiB of memory or more"))?;
    match named {
        Some(named) if named < needed => Err(Failure::refused(
            "the plugin needs more memory than [budget] allows",
        )
        .found(
            format_args!("{} B", grouped(needed.into())),
            format_args!("{} B", grouped(named.into())),
        )
        .help(format_args!("[budget]\nmemory = {needed}"))),
        Some(named) => Ok(named),
        None => Ok(needed),
    }
}

fn too_many(what: &str, found: usize, allowed: usize) -> Failure {
    Failure::refused(format_args!("too many {what}")).found(found, allowed)
}
