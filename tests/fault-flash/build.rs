//! Copies of the store, each with one bug that somebody might make, for `tests/seeded.rs`.
//!
//! A bug is a text of the store's source and what takes its place. If the text is not there any more, the test does not compile,
//! and whoever changed the store says how the bug looks now.

use std::fs;
use std::path::{Path, PathBuf};

/// A bug: its name, what finds it, and where which text gives way to which.
struct Bug {
    name: &'static str,
    model: &'static Model,
    file: &'static str,
    text: &'static str,
    instead: &'static str,
}

include!("tests/seeded/bugs.rs");

/// A model, which tests the copies: its folder and the files there.
struct Model {
    folder: &'static str,
    parts: &'static [&'static str],
}

/// The model of a device with banks.
const BANKS: &Model = &Model {
    folder: "store",
    parts: &[
        "device", "geometry", "images", "key_sets", "model", "script",
    ],
};

/// The model of one that keeps values.
const VALUES: &Model = &Model {
    folder: "values",
    parts: &["geometry", "keeper", "script"],
};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let store = root.join("../../host-core/store/src");
    let tests = root.join("tests");
    let models = [BANKS, VALUES].map(|model| tests.join(model.folder));
    for watched in models.iter().chain([&store, &tests.join("seeded")]) {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    let mut modules = String::new();
    for bug in BUGS {
        let folder = out.join(bug.name);
        let copied = copy(bug, &store, &folder.join("corelet_store"))
            .and_then(|found| copy_model(bug, &tests, &folder).map(|()| found));
        let Bug {
            name, text, file, ..
        } = bug;
        match copied {
            Ok(1) => {
                let module = |name: &str| format!("{}/{name}.rs", folder.display());
                modules += &format!("#[allow(warnings)]\nmod {name} {{\n");
                modules += &format!(
                    "#[path = {:?}] pub(crate) mod corelet_store;\n",
                    module("corelet_store/lib")
                );
                for part in bug.model.parts {
                    modules += &format!("#[path = {:?}] pub(crate) mod {part};\n", module(part));
                }
                modules += "}\n";
            }
            Ok(found) => {
                let error = format!("{name}: this is {found} times in {file}: {text}");
                modules += &format!("compile_error!({error:?});\n");
            }
            Err(error) => modules += &format!("compile_error!({:?});\n", error.to_string()),
        }
    }
    if let Err(error) = fs::write(out.join("seeded.rs"), modules) {
        panic!("{error}");
    }
}

/// Copies the store with the bug, and says how often its text was there.
fn copy(bug: &Bug, from: &Path, to: &Path) -> std::io::Result<usize> {
    fs::create_dir_all(to)?;
    let mut found = 0;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if path.is_dir() {
            found += copy(bug, &path, &to.join(path.file_name().unwrap_or_default()))?;
            continue;
        }
        let mut source = fs::read_to_string(&path)?;
        if path.ends_with(bug.file) {
            found += source.matches(bug.text).count();
            source = source.replace(bug.text, bug.instead);
        }
        // A module now, without the attributes of a crate, and without its tests.
        let source = source
            .lines()
            .filter(|line| !line.starts_with("#![") && !line.starts_with("//!"))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
            .replace("#[cfg(test)]", "#[cfg(any())]")
            .replace("feature = \"defmt\"", "any()")
            .replace("feature = \"table\"", "true")
            .replace("crate::", &format!("crate::{}::corelet_store::", bug.name));
        fs::write(to.join(path.file_name().unwrap_or_default()), source)?;
    }
    Ok(found)
}

/// Copies the model, and has it test the store with the bug.
fn copy_model(bug: &Bug, tests: &Path, to: &Path) -> std::io::Result<()> {
    for part in bug.model.parts {
        let name = format!("{part}.rs");
        let source = fs::read_to_string(tests.join(bug.model.folder).join(&name))?;
        let source = source
            .lines()
            .filter(|line| !line.starts_with("#![") && !line.starts_with("//!"))
            .map(|line| format!("{line}\n"))
            .collect::<String>();
        let here = format!("use crate::{}::corelet_store::", bug.name);
        fs::write(to.join(name), source.replace("use corelet_store::", &here))?;
    }
    Ok(())
}
