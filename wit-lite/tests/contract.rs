//! What is within the profile, and what the model says of it.

use std::fs;
use std::path::Path;

use corelet_wit::{Contract, Interface, TypeKind};

fn contract(body: &str) -> Contract {
    let text = format!("package vendor:pump@1.0.0;\n{body}");
    Contract::parse(&[("pump.wit", &text)]).unwrap_or_else(|refusals| panic!("{refusals}"))
}

fn interface<'c>(contract: &'c Contract, id: &str) -> &'c Interface {
    let mut interfaces = contract.interfaces.iter();
    interfaces
        .find(|interface| interface.id() == id)
        .unwrap_or_else(|| panic!("no {id}"))
}

/// The signature of the only function of `interface i { … }`.
fn signature(body: &str) -> String {
    let contract = contract(&format!("interface i {{ {body} }}"));
    contract.signature(&interface(&contract, "vendor:pump/i@1.0.0").functions[0])
}

#[test]
fn every_type_of_values_nests_in_every_other() {
    let found = signature(
        "
        flags wheels { left, right }
        enum level { low, high }
        /// @open
        enum fault { hot }
        record pair { a: u8, b: option<pair-of-chars> }
        type pair-of-chars = tuple<char, char>;
        /// @max(4)
        type name = string;
        variant shape {
            point,
            circle(f32),
            /// @max(2, item.1: 3)
            polygon(list<tuple<s16, string>>),
        }
        /// @max(wheels: 2, words.some.ok: 5, words.some.ok.item.0: 6, result: 7)
        all: func(
            wheels: list<wheels>,
            levels: list<level, 3>,
            words: option<result<list<tuple<string, f64>>, fault>>,
            pair: pair,
        ) -> result<list<u8>, shape>;
        ",
    );
    let shape = "variant { point, circle(f32), polygon(list<tuple<s16, string<max 3>>, max 2>) }";
    assert_eq!(
        found,
        format!(
            "all(wheels: list<flags {{ left, right }}, max 2>, levels: list<enum {{ low, high }}, 3>, \
             words: option<result<list<tuple<string<max 6>, f64>, max 5>, open enum fault>>, \
             pair: record {{ a: u8, b: option<tuple<char, char>> }}) \
             -> result<list<u8, max 7>, {shape}>"
        ),
    );
}

#[test]
fn a_bound_is_of_the_outermost_string_or_list() {
    assert_eq!(
        signature("/// @max(3)\ntype t = option<result<_, string>>; f: func(t: t);"),
        "f(t: option<result<_, string<max 3>>>)"
    );
    assert_eq!(
        signature("/// @max(2, item: 9)\ntype t = list<string>; f: func(t: t);"),
        "f(t: list<string<max 9>, max 2>)"
    );
    assert_eq!(
        signature(
            "/// @max(item.1: 8)\n/// @max(2)\ntype t = list<tuple<u8, string>>; f: func(t: t);"
        ),
        "f(t: list<tuple<u8, string<max 8>>, max 2>)",
    );
    assert_eq!(
        signature("/// @max(a: 1, b.0: 2, b.1: 3)\nf: func(a: string, b: tuple<string, string>);"),
        "f(a: string<max 1>, b: tuple<string<max 2>, string<max 3>>)"
    );
}

#[test]
fn attributes_leave_the_docs() {
    let contract = contract(
        "
        interface motor {
            /// What is known.
            ///
            /// @max(4)
            ///
            /// In English.
            type name = string;

            /// @max(name: 9)
            rename: func(name: string);
        }
        ",
    );
    let motor = interface(&contract, "vendor:pump/motor@1.0.0");
    assert_eq!(
        contract.type_def(motor.types[0]).docs,
        "What is known.\n\nIn English."
    );
    assert_eq!(motor.functions[0].docs, "");
}

#[test]
fn gates_of_wit_stand_beside_attributes() {
    let contract = contract(
        "
        @since(version = 1.0.0)
        interface motor {
            /// @max(4)
            @since(version = 1.0.0)
            type name = string;
            @unstable(feature = later)
            later: func() -> string;
            @since(version = 1.0.0)
            @deprecated(version = 1.0.0)
            stop: func();
        }
        ",
    );
    let motor = interface(&contract, "vendor:pump/motor@1.0.0");
    let names: Vec<_> = motor
        .functions
        .iter()
        .map(|function| function.name.as_str())
        .collect();
    assert_eq!(names, ["stop"]);
}

#[test]
fn a_world_includes_another_and_takes_what_its_types_need() {
    let contract = contract(
        "
        interface motor { type rpm = u16; }
        world base {
            include corelet:plugin/processing@0.1.0;
            use motor.{rpm};
            record config { limit: rpm }
        }
        world pump { include base; }
        ",
    );
    let world = contract.world(Some("pump")).unwrap();
    let ids = |side: &[corelet_wit::InterfaceId]| -> Vec<String> {
        side.iter().map(|id| contract.interface(*id).id()).collect()
    };
    assert_eq!(ids(&world.exports), ["corelet:plugin/processor@0.1.0"]);
    let imports = ids(&world.imports);
    for needed in [
        "corelet:host/logging@0.1.0",
        "corelet:host/sensor@0.1.0",
        "corelet:plugin/types@0.1.0",
        "vendor:pump/motor@1.0.0",
    ] {
        assert!(
            imports.iter().any(|id| id == needed),
            "{needed} is not in {imports:?}"
        );
    }
    assert!(matches!(
        contract.type_def(world.config.unwrap()).kind,
        TypeKind::Record(_)
    ));
    assert_eq!(
        contract.init_shape_text(world),
        "init(config: record { limit: u16 }) -> result<_, \
         record { origin: enum { plugin, imported, refused }, code: s32, message: string<max 32> }>",
    );
}

#[test]
fn types_stand_behind_those_that_they_are_made_of() {
    let contract = contract("interface i { record b { a: a } record a { c: c } type c = u8; }");
    let position = |name: &str| {
        let i = interface(&contract, "vendor:pump/i@1.0.0");
        contract.type_in(i, name).unwrap().0
    };
    assert!(position("c") < position("a") && position("a") < position("b"));
    let i = interface(&contract, "vendor:pump/i@1.0.0");
    let in_file: Vec<_> = i
        .types
        .iter()
        .map(|id| contract.type_def(*id).name.as_str())
        .collect();
    assert_eq!(in_file, ["b", "a", "c"]);
}

#[test]
fn renaming_a_type_changes_no_shape_and_a_bound_does() {
    let shape = |name: &str, max: u32| {
        let contract = contract(&format!(
            "interface i {{ /// @max({max})\n type {name} = string; f: func(t: {name}); }}"
        ));
        let i = interface(&contract, "vendor:pump/i@1.0.0");
        contract.shape(i, &i.functions[0])
    };
    assert_eq!(shape("one", 8), shape("other", 8));
    assert_ne!(shape("one", 8), shape("one", 9));
}

#[test]
fn the_only_world_needs_no_name_and_a_misspelt_one_is_refused() {
    let one = contract("world pump {}");
    assert_eq!(one.world(None).unwrap().name, "pump");
    assert_eq!(
        one.world(Some("pumps")).unwrap_err().to_string(),
        "error: vendor:pump@1.0.0 has no world `pumps`\n  = found: pumps   allowed: pump\nhelp: did you mean `pump`?",
    );
    let two = contract("world pump {} world valve {}");
    assert_eq!(
        two.world(None).unwrap_err().to_string(),
        "error: vendor:pump@1.0.0 has several worlds\n  = found: no name   allowed: pump, valve\nhelp: name one of them",
    );
    assert!(
        contract("")
            .world(None)
            .unwrap_err()
            .to_string()
            .starts_with("error: vendor:pump@1.0.0 has no world\n")
    );
}

/// Writes files below a new directory, and loads the contract in its `wit`.
fn load(files: &[(&str, &str)]) -> Contract {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join("wit").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Contract::load(&dir.path().join("wit")).unwrap_or_else(|refusals| panic!("{refusals}"))
}

const RELAY: &str = "package acme:hvac@1.0.0; interface relay { set: func(on: bool); }";

#[test]
fn dependencies_are_files_or_directories_beside_the_package() {
    let world = "package a:b; world w { import acme:hvac/relay@1.0.0; import acme:valve/valve; }";
    let contract = load(&[
        ("world.wit", world),
        ("README.md", "not WIT"),
        ("deps/hvac/relay.wit", RELAY),
        (
            "deps/hvac/fan.wit",
            "package acme:hvac@1.0.0; interface fan { spin: func(); }",
        ),
        (
            "deps/valve.wit",
            "package acme:valve; interface valve { open: func(); }",
        ),
        ("deps/notes.txt", "not WIT"),
    ]);
    let world = contract.world(None).unwrap();
    assert_eq!(world.imports.len(), 2);
    interface(&contract, "acme:hvac/fan@1.0.0");
    interface(&contract, "acme:valve/valve");
    interface(&contract, "corelet:host/storage@0.1.0");
}

#[test]
fn several_versions_of_one_interface_stand_side_by_side() {
    let contract = load(&[
        (
            "world.wit",
            "package a:b; world w { import acme:hvac/relay@1.0.0; import acme:hvac/relay@2.0.0; }",
        ),
        ("deps/hvac-1.wit", RELAY),
        (
            "deps/hvac-2.wit",
            "package acme:hvac@2.0.0; interface relay { set: func(on: bool, after: u8); }",
        ),
    ]);
    assert_eq!(contract.world(None).unwrap().imports.len(), 2);
    let (one, two) = (
        interface(&contract, "acme:hvac/relay@1.0.0"),
        interface(&contract, "acme:hvac/relay@2.0.0"),
    );
    assert_ne!(
        contract.shape(one, &one.functions[0]),
        contract.shape(two, &two.functions[0])
    );
}

#[test]
fn a_copy_in_deps_takes_the_place_of_a_standard_package() {
    let mine = "package corelet:host@0.1.0;
        interface logging { log: func(code: u8); }
        interface monotonic-clock { type instant = u64; }
        interface sensor { record reading { value: u8 } }
        interface storage {}
        interface wall-clock {}";
    let contract = load(&[
        (
            "world.wit",
            "package a:b; world w { include corelet:plugin/minimal@0.1.0; }",
        ),
        ("deps/host.wit", mine),
    ]);
    let logging = interface(&contract, "corelet:host/logging@0.1.0");
    assert_eq!(contract.signature(&logging.functions[0]), "log(code: u8)");
    assert!(contract.world(None).is_ok());
}

#[test]
fn the_path_in_a_message_begins_with_the_directory_as_it_was_named() {
    let refusals = Contract::load(Path::new("tests/refused/refused-in-deps")).unwrap_err();
    let place = refusals.iter().next().unwrap().place().unwrap().clone();
    assert_eq!(place.path, "tests/refused/refused-in-deps/deps/hvac.wit");
    assert_eq!((place.line, place.column, place.width), (4, 19, 6));
}
