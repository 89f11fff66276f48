//! The Cargo package of a plugin.

use std::path::{Path, PathBuf};
use std::process::Command;

use semver::Version;
use serde_json::Value;

use crate::error::Failure;

/// What Cargo says of a plugin's package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: Version,
    /// Where its Cargo.toml is.
    pub(crate) folder: PathBuf,
    /// The file name of its library, without extension.
    pub(crate) library: String,
    /// Where Cargo puts what it builds.
    pub(crate) target_folder: PathBuf,
}

impl Package {
    /// The package whose Cargo.toml is in `folder` or in a folder above it.
    ///
    /// # Errors
    /// If there is none, if Cargo refuses it, or if it has no library.
    pub(crate) fn find(folder: &Path) -> Result<Self, Failure> {
        let folder = folder
            .canonicalize()
            .map_err(|error| Failure::reading(folder, &error))?;
        let found = folder
            .ancestors()
            .map(|folder| folder.join("Cargo.toml"))
            .find(|file| file.is_file());
        let manifest = found.ok_or_else(|| {
            Failure::usage(format_args!(
                "no Cargo.toml in {} or above it",
                folder.display()
            ))
            .help("corelet new NAME makes a plugin crate")
        })?;
        let output = Command::new("cargo")
            .args([
                "metadata",
                "--no-deps",
                "--format-version",
                "1",
                "--manifest-path",
            ])
            .arg(&manifest)
            .output()
            .map_err(|error| {
                Failure::tool(format_args!("cargo does not start: {error}"))
                    .help("https://rustup.rs")
            })?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            return Err(
                Failure::tool(format_args!("Cargo refuses {}", manifest.display()))
                    .fact("reason", reason.trim()),
            );
        }
        Self::of_metadata(&output.stdout, &manifest)
    }

    fn of_metadata(metadata: &[u8], manifest: &Path) -> Result<Self, Failure> {
        let odd = || Failure::tool("`cargo metadata` prints something unknown");
        let metadata: Value = serde_json::from_slice(metadata).map_err(|_| odd())?;
        let packages = metadata["packages"].as_array().ok_or_else(odd)?;
        let package = packages
            .iter()
            .find(|package| package["manifest_path"].as_str().map(Path::new) == Some(manifest))
            .ok_or_else(|| {
                Failure::usage(format_args!(
                    "{} is a workspace, not a plugin",
                    manifest.display()
                ))
                .help("go to the plugin's folder")
            })?;
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(odd);
        let targets = package["targets"].as_array().ok_or_else(odd)?;
        let library = targets.iter().find(|target| {
            let kinds = target["kind"].as_array();
            kinds.is_some_and(|kinds| {
                kinds
                    .iter()
                    .any(|kind| kind == "lib" || kind == "cdylib" || kind == "rlib")
            })
        });
        let library = library.ok_or_else(|| {
            Failure::usage(format_args!("{} has no library", manifest.display()))
                .help("a plugin begins at src/lib.rs")
        })?;
        Ok(Self {
            name: text(&package["name"])?,
            version: Version::parse(&text(&package["version"])?).map_err(|_| odd())?,
            folder: manifest.parent().unwrap_or(manifest).to_owned(),
            library: text(&library["name"])?.replace('-', "_"),
            target_folder: text(&metadata["target_directory"])?.into(),
        })
    }

    /// The path of one of its files as a reader shall see it: short if it is below the current folder.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        let current = std::env::current_dir()
            .and_then(|folder| folder.canonicalize())
            .unwrap_or_default();
        self.folder
            .strip_prefix(current)
            .unwrap_or(&self.folder)
            .join(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_package_is_found_from_a_folder_below_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let package = Package::find(&folder.join("src")).unwrap();
        assert_eq!(package.name, "corelet-cli");
        assert_eq!(package.library, "corelet_cli");
        assert_eq!(package.folder, folder);
    }

    #[test]
    fn a_folder_without_a_package_and_a_workspace_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = Package::find(folder.path()).unwrap_err().to_string();
        assert!(text.starts_with("error: no Cargo.toml in "), "{text}");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let text = Package::find(root).unwrap_err().to_string();
        assert!(text.contains("is a workspace, not a plugin"), "{text}");
    }
}
