//! What a person calls a function of a module.

use wasmparser::{Export, ExternalKind, KnownCustom, Name, Parser, Payload};

/// The name of function `index` of a module: as the compiler called it, or as it is exported, or its number.
pub(crate) fn function_name(module: &[u8], index: u32) -> String {
    named(module, index)
        .or_else(|| exported(module, index))
        .unwrap_or_else(|| format!("function {index}"))
}

fn named(module: &[u8], index: u32) -> Option<String> {
    let payloads = Parser::new(0).parse_all(module).flatten();
    let mut sections = payloads.filter_map(|payload| match payload {
        Payload::CustomSection(section) => match section.as_known() {
            KnownCustom::Name(names) => Some(names),
            _ => None,
        },
        _ => None,
    });
    let parts = sections.next()?.flatten();
    let mut names = parts.filter_map(|part| match part {
        Name::Function(names) => Some(names),
        _ => None,
    });
    let mut naming = names.next()?.flatten();
    let found = naming.find(|naming| naming.index == index)?;
    Some(format!("{:#}", rustc_demangle::demangle(found.name)))
}

fn exported(module: &[u8], index: u32) -> Option<String> {
    let payloads = Parser::new(0).parse_all(module).flatten();
    let mut exports = payloads
        .filter_map(|payload| match payload {
            Payload::ExportSection(section) => Some(section),
            _ => None,
        })
        .flatten()
        .flatten();
    let is_it = |export: &Export<'_>| export.kind == ExternalKind::Func && export.index == index;
    exports.find(is_it).map(|export| export.name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_the_name_of_the_compiler_or_of_the_export_or_its_number() {
        let text = r#"(module (import "a" "b" (func)) (func $_ZN5crate4tick17h0123456789abcdefE)
            (func (export "init")) (func))"#;
        let module = wat::parse_str(text).unwrap();
        let names = [0, 1, 2, 3].map(|index| function_name(&module, index));
        assert_eq!(names, ["function 0", "crate::tick", "init", "function 3"]);
        assert_eq!(function_name(b"no module", 7), "function 7");
    }
}
