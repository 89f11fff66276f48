//! `corelet new`: a plugin crate that builds and tests as it is.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use corelet_image::NAME_MAX;
use corelet_wit::STANDARD_FILES;

use crate::error::Failure;
use crate::output;

/// Makes a plugin crate: contract, manifest, code and tests
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// Its name, in kebab case; also the folder that is made
    name: String,
    /// What kind of plugin it is
    #[arg(long, value_enum, default_value_t = Template::Minimal)]
    world: Template,
    /// The checkout of Corelet to build against; by default the one that this command was built from
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,
}

/// The worlds of `corelet:plugin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// Is made, and logs
    Minimal,
    /// Makes one value of many
    Processing,
    /// Is told what happens
    EventHandling,
    /// Looks after a device: sensor, storage, clocks, ticks
    Device,
}

macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../templates/", $path))
    };
}

impl Template {
    /// Path and text of the files that differ from kind to kind, placeholders in them.
    fn files(self) -> [(&'static str, &'static str); 3] {
        let [world, manifest, code] = match self {
            Self::Minimal => [
                template!("minimal/world.wit"),
                template!("minimal/corelet.toml"),
                template!("minimal/lib.rs.in"),
            ],
            Self::Processing => [
                template!("processing/world.wit"),
                template!("processing/corelet.toml"),
                template!("processing/lib.rs.in"),
            ],
            Self::EventHandling => [
                template!("event-handling/world.wit"),
                template!("event-handling/corelet.toml"),
                template!("event-handling/lib.rs.in"),
            ],
            Self::Device => [
                template!("device/world.wit"),
                template!("device/corelet.toml"),
                template!("device/lib.rs.in"),
            ],
        };
        [
            ("wit/world.wit", world),
            ("corelet.toml", manifest),
            ("src/lib.rs", code),
        ]
    }

    /// Arguments of `corelet run` that show such a plugin at work.
    fn run(self) -> &'static str {
        match self {
            Self::Minimal => "",
            Self::EventHandling => "--event button --event button",
            Self::Processing => {
                "--call processor.process --args '[[{\"value\": 21500, \"scale\": 3, \"unit\": \"celsius\", \"timestamp\": 0}]]'"
            }
            Self::Device => "--sensor 0=31.0 --ticks 3",
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    check_name(&args.name)?;
    let folder = Path::new(&args.name);
    if folder.exists() {
        return Err(
            Failure::usage(format_args!("{} exists already", folder.display()))
                .help("name another plugin"),
        );
    }
    let sdk = sdk(args.sdk.as_deref())?;
    write(folder, &args.name, args.world, &sdk)?;
    output::line(format_args!("made {}, a plugin crate", folder.display()));
    output::line(format_args!(
        "next: cd {} && cargo test && corelet build",
        folder.display()
    ));
    Ok(())
}

/// Writes the crate `name` to `folder`, built against the crate `corelet-guest` in `sdk`.
fn write(folder: &Path, name: &str, template: Template, sdk: &Path) -> Result<(), Failure> {
    let fill = |text: &str| {
        text.replace("{{name}}", name)
            .replace("{{Name}}", &upper_camel(name))
            .replace("{{sdk}}", &sdk.display().to_string().replace('\\', "/"))
            .replace(
                "corelet run {{run}}",
                format!("corelet run {}", template.run()).trim_end(),
            )
    };
    let common = [
        ("Cargo.toml", template!("Cargo.toml.in")),
        (".gitignore", template!("gitignore")),
        ("README.md", template!("README.md.in")),
    ];
    for (path, text) in common.into_iter().chain(template.files()) {
        write_file(&folder.join(path), &fill(text))?;
    }
    for (path, text) in STANDARD_FILES.into_iter().flatten() {
        write_file(&folder.join("wit/deps").join(path), text)?;
    }
    Ok(())
}

fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(|error| Failure::writing(parent, &error))?;
    fs::write(path, text).map_err(|error| Failure::writing(path, &error))
}

/// The folder of the crate `corelet-guest`.
fn sdk(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let checkout = named.unwrap_or_else(|| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .unwrap_or(Path::new("/"))
    });
    let candidates = [checkout.join("guest-sdk"), checkout.to_owned()];
    let found = candidates
        .iter()
        .find(|folder| is_guest(folder))
        .and_then(|folder| folder.canonicalize().ok());
    found.ok_or_else(|| {
        Failure::usage(format_args!(
            "{} is no checkout of Corelet",
            checkout.display()
        ))
        .found("no guest-sdk/Cargo.toml", "the folder that has it")
        .help("corelet new NAME --sdk PATH")
    })
}

fn is_guest(folder: &Path) -> bool {
    fs::read_to_string(folder.join("Cargo.toml"))
        .is_ok_and(|text| text.contains("name = \"corelet-guest\""))
}

/// The name becomes a Cargo package, a WIT package and world, and a Rust type.
fn check_name(name: &str) -> Result<(), Failure> {
    /// Words that WIT, Rust or Cargo keep for themselves.
    const TAKEN: &str = "abstract alloc as async await become bool borrow box break char const constructor continue \
        core crate do dyn else enum export extern f32 f64 final flags fn for from func future gen \
        if impl import in include interface let list loop macro match mod move mut option own \
        package plugin priv pub record ref resource result return s32 self static std stream \
        string struct super test trait tuple type use variant while with world";
    let words_are_well = name.split('-').all(|word| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    });
    if words_are_well && name.len() <= NAME_MAX && TAKEN.split(' ').all(|word| word != name) {
        return Ok(());
    }
    Err(
        Failure::usage(format_args!("`{name}` is no name for a plugin"))
            .found(
                name,
                format_args!(
                    "kebab case, a letter first in each word, at most {NAME_MAX} letters, no keyword"
                ),
            )
            .help("for instance room-thermostat"),
    )
}

fn upper_camel(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(1.min(word.len()));
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest_source::ManifestSource;
    use crate::toml_table::SourceFile;
    use corelet_wit::Contract;

    #[test]
    fn every_kind_has_a_contract_and_a_manifest_that_hold() {
        for template in Template::value_variants() {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), "room-sensor", *template, Path::new("/sdk")).unwrap();
            let contract =
                Contract::load(&folder.path().join("wit")).unwrap_or_else(|why| panic!("{why}"));
            let world = contract.world(None).unwrap();
            assert_eq!(world.name, "room-sensor");
            assert!(world.config.is_some());
            let manifest = folder.path().join("corelet.toml");
            let file = SourceFile::read(&manifest).unwrap();
            ManifestSource::parse(&file).unwrap();
            let code = fs::read_to_string(folder.path().join("src/lib.rs")).unwrap();
            assert!(code.contains("impl Plugin for RoomSensor"));
            for path in ["Cargo.toml", "README.md", "src/lib.rs", "wit/world.wit"] {
                let text = fs::read_to_string(folder.path().join(path)).unwrap();
                assert!(!text.contains("{{"), "{path}");
            }
        }
    }

    #[test]
    fn a_name_is_fit_for_cargo_wit_and_rust() {
        for name in ["thermostat", "room-sensor-x2", "a"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in [
            "",
            "Thermostat",
            "room_sensor",
            "-a",
            "a-",
            "a--b",
            "1st",
            "a-1",
            "world",
            "../a",
            "a-name-that-is-far-too-long-for-it",
        ] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert_eq!(upper_camel("room-sensor-x2"), "RoomSensorX2");
    }
}
