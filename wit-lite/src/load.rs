use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use wit_parser::{PackageId, Resolve, SourceMap, UnresolvedPackageGroup};

use crate::model::Contract;
use crate::refusal::{Refusal, Refusals};
use crate::source::Sources;
use crate::{parse_error, profile, standard};

impl Contract {
    /// The contract in `dir`: its `*.wit` files, which are the main package, and the packages in `dir/deps`, each a
    /// `.wit` file or a directory of them. The standard packages `corelet:host` and `corelet:plugin` are added unless
    /// one of the same version is there.
    ///
    /// # Errors
    /// What could not be read, is not WIT, or is outside the bounded profile.
    pub fn load(dir: &Path) -> Result<Self, Refusals> {
        let mut files = Vec::new();
        read_package(dir, Path::new(""), &mut files)?;
        if files.is_empty() {
            return Err(no_wit_file(dir));
        }
        let deps = Path::new(DEPS);
        if dir.join(deps).is_dir() {
            for entry in entries(&dir.join(deps))? {
                let relative = deps.join(&entry);
                if dir.join(&relative).is_dir() {
                    read_package(dir, &relative, &mut files)?;
                } else if is_wit(&entry) {
                    files.push(read_file(dir, &relative)?);
                }
            }
        }
        from_files(&files)
    }

    /// A contract from texts, each with a path that messages name and that says which package it belongs to: what has
    /// a directory `deps` in its path is part of that dependency, all else of the main package.
    ///
    /// # Errors
    /// As [`Contract::load`].
    ///
    /// ```
    /// let refusals = corelet_wit::Contract::parse(&[(
    ///     "wit/pump.wit",
    ///     "package vendor:pump@1.0.0;\ninterface log {\n  log: func(message: string);\n}\n",
    /// )])
    /// .unwrap_err();
    /// assert!(refusals.to_string().starts_with("error: `message` has no upper bound\n --> wit/pump.wit:3:22"));
    /// ```
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, Refusals> {
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| File::new(*path, Path::new(path), *text))
            .collect();
        from_files(&files)
    }

    /// The standard packages alone.
    ///
    /// # Panics
    /// Never: a test of this crate reads them.
    pub fn standard() -> Self {
        Self::parse(standard::PLUGIN).expect("the standard contract is within the profile")
    }
}

const DEPS: &str = "deps";

struct File {
    /// The dependency it is part of; empty for the main package.
    package: String,
    path: String,
    text: String,
}

impl File {
    fn new(path: impl Into<String>, relative: &Path, text: impl Into<String>) -> Self {
        let mut parts = relative.iter().skip_while(|part| *part != DEPS);
        let package = parts.nth(1).unwrap_or_default();
        Self {
            package: package.to_string_lossy().into_owned(),
            path: path.into(),
            text: text.into(),
        }
    }
}

fn is_wit(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wit")
}

/// The `.wit` files of `dir/relative`, without its directories.
fn read_package(dir: &Path, relative: &Path, files: &mut Vec<File>) -> Result<(), Refusals> {
    for entry in entries(&dir.join(relative))? {
        let relative = relative.join(entry);
        if is_wit(&relative) && !dir.join(&relative).is_dir() {
            files.push(read_file(dir, &relative)?);
        }
    }
    Ok(())
}

/// The names of what is in a directory, sorted, so that every machine reports the same.
fn entries(dir: &Path) -> Result<Vec<PathBuf>, Refusals> {
    let mut names = fs::read_dir(dir)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.file_name().into()))
                .collect::<Result<Vec<PathBuf>, _>>()
        })
        .map_err(|error| unreadable(dir, &error))?;
    names.sort();
    Ok(names)
}

fn read_file(dir: &Path, relative: &Path) -> Result<File, Refusals> {
    let path = dir.join(relative);
    let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
    Ok(File::new(path.to_string_lossy(), relative, text))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Refusals {
    Refusal::new(format!("cannot read {}: {error}", path.display())).into()
}

fn no_wit_file(dir: &Path) -> Refusals {
    Refusal::new(format!("{} holds no contract", dir.display()))
        .found("no .wit file", "at least one")
        .help("name the directory that holds the world, usually `wit`")
        .into()
}

fn from_files(files: &[File]) -> Result<Contract, Refusals> {
    let mut sources = Sources::default();
    let (resolve, main) = resolve(files, &mut sources)?;
    profile::check(&resolve, main, &sources)
}

fn resolve(files: &[File], sources: &mut Sources) -> Result<(Resolve, PackageId), Refusals> {
    let mut packages: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::from([("", Vec::new())]);
    for file in files {
        packages
            .entry(&file.package)
            .or_default()
            .push((&file.path, &file.text));
    }
    let mut groups = Vec::new();
    let mut refusals = Vec::new();
    for files in packages.values() {
        match parse_package(files, sources) {
            Ok(group) => groups.push(group),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if let Some(refusals) = Refusals::of(refusals) {
        return Err(refusals);
    }
    for files in standard::STANDARD_FILES {
        let group = parse_package(files, sources)?;
        let brought = groups
            .iter()
            .flat_map(|group| group.nested.iter().chain([&group.main]))
            .any(|package| package.name == group.main.name);
        if !brought {
            groups.push(group);
        }
    }
    // The main package has the empty name, so it is the first.
    let main = groups.remove(0);
    let mut resolve = Resolve::new();
    let pushed = resolve.push_groups(main, groups);
    sources.set_spans(resolve.source_map.clone());
    match pushed {
        Ok(main) => Ok((resolve, main)),
        Err(error) => Err(parse_error::of_resolve(&error, &resolve, sources).into()),
    }
}

fn parse_package(
    files: &[(&str, &str)],
    sources: &mut Sources,
) -> Result<UnresolvedPackageGroup, Refusal> {
    let mut map = SourceMap::new();
    for (path, text) in files {
        map.push_str(path, *text);
        sources.add(path, text);
    }
    map.parse()
        .map_err(|(map, error)| parse_error::of_parse(&error, &map, sources))
}
