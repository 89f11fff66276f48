//! What is judged: an image, or a module alone.

use corelet_host::{PluginId, Version};
use corelet_image::{
    Budgets, GRANTS_MAX, Grant, Image, ImageError, Keys, MAGIC, Manifest, NAME_MAX, Verified,
};

use crate::module::Module;

/// A plugin whose signature, if it has one, was verified.
pub(super) struct Plugin<'a> {
    pub(super) manifest: Manifest<'a>,
    pub(super) module: &'a [u8],
    pub(super) id: PluginId,
    /// The image; none for a module alone, which no device takes.
    pub(super) image: Option<Verified<'a>>,
}

/// Whether a file with these bytes is an image, or wants to be one.
pub(super) fn is_image(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// The image in `bytes`, if a device that trusts `keys` takes it.
pub(super) fn of_image<'a>(
    bytes: &'a [u8],
    keys: &Keys<'_>,
    host: Version,
) -> Result<Plugin<'a>, ImageError> {
    let image = Image::parse(bytes)?.verify(keys, host)?;
    Ok(Plugin {
        manifest: image.manifest().clone(),
        module: image.module(),
        id: image.plugin_id(),
        image: Some(image),
    })
}

/// The interfaces that a module imports, each once; none if it cannot be read, which admission says better.
pub(super) fn imported(module: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for import in Module::read(module).unwrap_or_default().imports {
        if !names.contains(&import.interface) {
            names.push(import.interface);
        }
    }
    names
}

/// A module alone: it is taken to ask for all of what it imports, and for all that a slot gives.
pub(super) fn of_module<'a>(name: &'a str, module: &'a [u8], imported: &'a [String]) -> Plugin<'a> {
    let end = name.floor_char_boundary(NAME_MAX);
    let mut manifest = Manifest {
        name: name.get(..end).unwrap_or_default(),
        budgets: Budgets {
            fuel_per_call: u64::MAX,
            memory: u32::MAX,
            stack: u32::MAX,
            heap: 0,
        },
        ..Manifest::default()
    };
    for interface in imported.iter().take(GRANTS_MAX) {
        let parameters = &[];
        // There is room: no more are taken.
        let _ = manifest.grants.push(Grant {
            interface,
            parameters,
        });
    }
    let id = PluginId::development(manifest.name);
    Plugin {
        manifest,
        module,
        id,
        image: None,
    }
}
