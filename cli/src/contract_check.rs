//! Whether a module is what its contract says: the same functions, the same shapes.

use corelet_abi::{INIT_EXPORT, NameKey, Shape};
use corelet_wit::{Contract, Function, Interface, World, nearest};

use crate::error::Failure;
use crate::module::Module;

/// Compares `module` with `world`.
///
/// # Errors
/// For the first function that the world does not name, that has no shape or another one, or that is missing.
pub(crate) fn check(module: &Module, contract: &Contract, world: &World) -> Result<(), Failure> {
    for import in &module.imports {
        let imports = world.imports.iter().map(|id| contract.interface(*id));
        let (interface, function) =
            find(imports, &import.interface, &import.function).ok_or_else(|| {
                unknown(
                    "import",
                    &import.interface,
                    &import.function,
                    contract,
                    world,
                )
            })?;
        let key = NameKey::of(&import.interface, &import.function);
        same_shape(
            module,
            key,
            &import.interface,
            function,
            Shape(contract.shape(interface, function)),
        )?;
    }
    for export in module.exports.iter().filter(|export| export.is_of_abi()) {
        let Some((interface, name)) = export.name.split_once('#') else {
            continue;
        };
        let exports = world.exports.iter().map(|id| contract.interface(*id));
        if find(exports, interface, name).is_none() {
            return Err(unknown("export", interface, name, contract, world));
        }
    }
    let exported = |name: &str| {
        module
            .exports
            .iter()
            .any(|export| export.is_function && export.name == name)
    };
    for interface in world.exports.iter().map(|id| contract.interface(*id)) {
        for function in &interface.functions {
            let name = format!("{}#{}", interface.id(), function.name);
            if !exported(&name) {
                return Err(missing(&interface.id(), &function.name));
            }
            let shape = Shape(contract.shape(interface, function));
            same_shape(
                module,
                NameKey::of_export(&name),
                &interface.id(),
                function,
                shape,
            )?;
        }
    }
    if !exported(INIT_EXPORT) {
        return Err(missing(&format!("world {}", world.name), INIT_EXPORT));
    }
    let init = contract.init(world);
    same_shape(
        module,
        NameKey::of_export(INIT_EXPORT),
        &world.name,
        &init,
        Shape(contract.init_shape(world)),
    )
}

/// The function of the contract that `export` is, for instance `corelet:plugin/processor@0.1.0#process`.
pub(crate) fn function<'c>(
    contract: &'c Contract,
    export: &str,
) -> Option<(&'c Interface, &'c Function)> {
    let (interface, function) = export.split_once('#')?;
    find(contract.interfaces.iter(), interface, function)
}

fn find<'c>(
    mut interfaces: impl Iterator<Item = &'c Interface>,
    interface: &str,
    function: &str,
) -> Option<(&'c Interface, &'c Function)> {
    let interface = interfaces.find(|candidate| candidate.id() == interface)?;
    let function = interface
        .functions
        .iter()
        .find(|candidate| candidate.name == function)?;
    Some((interface, function))
}

fn same_shape(
    module: &Module,
    key: NameKey,
    interface: &str,
    function: &Function,
    contract: Shape,
) -> Result<(), Failure> {
    let name = &function.name;
    match module.shapes.get(&key) {
        Some(shape) if *shape == contract => Ok(()),
        Some(shape) => Err(Failure::refused(format_args!("{interface} `{name}` was built for another contract"))
            .fact("module", format_args!("shape {:016x}", shape.0))
            .fact("contract", format_args!("shape {:016x}", contract.0))
            .help("bindgen! and corelet build have to read the same wit folder")),
        None => Err(Failure::refused(format_args!("{interface} `{name}` has no shape"))
            .help("make the plugin's functions with corelet_guest::bindgen! and corelet_guest::export!")),
    }
}

fn unknown(
    verb: &str,
    interface: &str,
    function: &str,
    contract: &Contract,
    world: &World,
) -> Failure {
    let side = if verb == "import" {
        &world.imports
    } else {
        &world.exports
    };
    let names: Vec<_> = side.iter().map(|id| contract.interface(*id).id()).collect();
    let failure = Failure::refused(format_args!(
        "the plugin {verb}s what world {} does not",
        world.name
    ))
    .found(format_args!("{interface} `{function}`"), names.join(", "));
    let standard = Contract::standard();
    let is_standard = standard.interfaces.iter().any(|i| i.id() == interface);
    // A standard interface is no slip of the pen, however near another one's name is.
    let near = nearest(interface, names.iter().map(String::as_str));
    match near.filter(|near| !is_standard && *near != interface) {
        Some(near) => failure.help(format_args!("did you mean {near}?")),
        None => failure.help(format_args!(
            "add to world {}:\n{verb} {interface};",
            world.name
        )),
    }
}

fn missing(interface: &str, function: &str) -> Failure {
    Failure::refused(format_args!(
        "the plugin does not export {interface} `{function}`"
    ))
    .help("implement it, and name the plugin in corelet_guest::export!")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::{Export, Import};

    const CONTRACT: &str =
        "package local:t@0.1.0;\nworld t {\n  include corelet:plugin/device@0.1.0;\n}\n";
    const TICK: &str = "corelet:plugin/ticker@0.1.0#tick";
    const SENSOR: &str = "corelet:host/sensor@0.1.0";

    /// A module that is as the contract has it, changed by `change`, and the refusal that follows.
    fn refusal(change: impl FnOnce(&mut Module)) -> Option<String> {
        let contract = Contract::parse(&[("wit/world.wit", CONTRACT)]).unwrap();
        let world = contract.world(None).unwrap();
        let export = |name: &str| Export {
            name: name.to_owned(),
            is_function: true,
        };
        let mut module = Module {
            imports: vec![Import {
                interface: SENSOR.to_owned(),
                function: "read".to_owned(),
            }],
            exports: vec![export(INIT_EXPORT), export(TICK)],
            ..Module::default()
        };
        for interface in &contract.interfaces {
            for function in &interface.functions {
                let key = NameKey::of(&interface.id(), &function.name);
                module
                    .shapes
                    .insert(key, Shape(contract.shape(interface, function)));
            }
        }
        module.shapes.insert(
            NameKey::of_export(INIT_EXPORT),
            Shape(contract.init_shape(world)),
        );
        change(&mut module);
        check(&module, &contract, world)
            .err()
            .map(|failure| failure.to_string())
    }

    #[test]
    fn a_module_as_its_contract_says_is_taken() {
        assert_eq!(refusal(|_| ()), None);
    }

    #[test]
    fn another_shape_is_refused_by_name() {
        let text = refusal(|module| {
            module.shapes.insert(NameKey::of(SENSOR, "read"), Shape(1));
        });
        let text = text.unwrap();
        assert!(text.starts_with("error: corelet:host/sensor@0.1.0 `read` was built for another contract\n  module   shape 0000000000000001\n"), "{text}");
    }

    #[test]
    fn a_function_without_a_shape_is_refused() {
        let text = refusal(|module| {
            module.shapes.remove(&NameKey::of_export(TICK));
        });
        assert!(
            text.unwrap()
                .starts_with("error: corelet:plugin/ticker@0.1.0 `tick` has no shape")
        );
    }

    #[test]
    fn what_the_world_does_not_name_is_refused() {
        let text =
            refusal(|module| module.imports[0].interface = "corelet:host/sensors@0.1.0".to_owned())
                .unwrap();
        assert!(text.starts_with("error: the plugin imports what world t does not\n  = found: corelet:host/sensors@0.1.0 `read`"), "{text}");
        assert!(
            text.ends_with("help: did you mean corelet:host/sensor@0.1.0?"),
            "{text}"
        );
        let text = refusal(|module| {
            module.exports[1].name = "corelet:plugin/processor@0.1.0#process".to_owned()
        });
        let text = text.unwrap();
        assert!(
            text.starts_with("error: the plugin exports what world t does not"),
            "{text}"
        );
        let help = "help: add to world t:\n      export corelet:plugin/processor@0.1.0;";
        assert!(text.ends_with(help), "{text}");
    }

    #[test]
    fn an_export_that_is_missing_is_refused() {
        let text = refusal(|module| module.exports.truncate(1)).unwrap();
        assert!(
            text.starts_with(
                "error: the plugin does not export corelet:plugin/ticker@0.1.0 `tick`"
            ),
            "{text}"
        );
        let text = refusal(|module| {
            module.exports.remove(0);
        });
        assert!(
            text.unwrap()
                .starts_with("error: the plugin does not export world t `init`")
        );
    }
}
