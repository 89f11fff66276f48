//! The import section.

use crate::cursor::Cursor;
use crate::heap::{Heap, Item};
use crate::instructions::MUTABLE;
use crate::memory::{Memory, memory_type, table_type};
use crate::source::Refused;
use crate::validate::Scope;
use crate::value::value_type;
use crate::{ImportName, Limits, Quantity, Reason};

const FUNCTION: u8 = 0;
const TABLE: u8 = 1;
const MEMORY: u8 = 2;
const GLOBAL: u8 = 3;

/// One import as it stands in the module.
pub(crate) struct RawImport<'m> {
    pub(crate) interface: &'m str,
    pub(crate) function: &'m str,
    pub(crate) name: ImportName,
    pub(crate) kind: Kind,
}

/// What is imported.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A function of the type with this index.
    Function(u32),
    /// A table that begins with so many elements.
    Table(u32),
    Memory(Memory),
    /// The type, and [`MUTABLE`].
    Global(u8),
}

/// Takes one import off the section: a plugin's is a function.
pub(crate) fn import<'m>(
    section: &mut Cursor<'m>,
    types: u32,
    scope: Scope,
    limits: &Limits,
) -> Result<RawImport<'m>, Refused> {
    let start = *section;
    let (interface, interface_name) = section.name(limits)?;
    let (function, function_name) = section.name(limits)?;
    let name = ImportName {
        interface: interface_name,
        function: function_name,
    };
    let kind = match section.byte()? {
        FUNCTION => Kind::Function(section.index(Quantity::Types, types)?),
        found if scope == Scope::Plugin => {
            return start.refuse(Reason::ImportKind {
                import: name,
                found,
            });
        }
        TABLE => Kind::Table(table_type(section, limits)?),
        MEMORY => Kind::Memory(memory_type(section, limits)?),
        GLOBAL => Kind::Global(global_type(section)?),
        found => {
            return start.refuse(Reason::ImportKind {
                import: name,
                found,
            });
        }
    };
    Ok(RawImport {
        interface,
        function,
        name,
        kind,
    })
}

/// The type of a global, and [`MUTABLE`] if it is.
pub(crate) fn global_type(section: &mut Cursor<'_>) -> Result<u8, Refused> {
    let value = value_type(section)?;
    let start = *section;
    match section.byte()? {
        0 => Ok(value),
        1 => Ok(value | MUTABLE),
        found => start.refuse(Reason::Mutability { found }),
    }
}

/// What a module imports.
#[derive(Clone, Copy, Default)]
pub(crate) struct Imported {
    pub(crate) functions: u32,
    pub(crate) globals: u32,
    pub(crate) table: Option<u32>,
    pub(crate) memory: Option<Memory>,
}

/// Reads the imports; the types of functions and globals go to the front of `functions` and `globals`.
pub(crate) fn check(
    section: Option<Cursor<'_>>,
    types: u32,
    functions: &mut [u16],
    globals: &mut [u8],
    scope: Scope,
    limits: &Limits,
    heap: &mut Heap,
) -> Result<Imported, Refused> {
    let mut imported = Imported::default();
    let Some(mut section) = section else {
        return Ok(imported);
    };
    for _ in 0..section.count(limits, Quantity::Imports)? {
        let start = section;
        let over = |what, found| start.over(what, found, limits.of(what));
        let import = import(&mut section, types, scope, limits)?;
        match import.kind {
            Kind::Function(index) => {
                heap.item(Item::Import {
                    module: import.interface.len() as u32,
                    name: import.function.len() as u32,
                });
                let Some(place) = functions.get_mut(imported.functions as usize) else {
                    return over(Quantity::Functions, imported.functions.saturating_add(1));
                };
                *place = index as u16;
                imported.functions = imported.functions.saturating_add(1);
            }
            Kind::Global(global) => {
                let Some(place) = globals.get_mut(imported.globals as usize) else {
                    return over(Quantity::Globals, imported.globals.saturating_add(1));
                };
                *place = global;
                imported.globals = imported.globals.saturating_add(1);
            }
            Kind::Table(elements) => {
                if imported.table.replace(elements).is_some() {
                    return over(Quantity::Tables, 2);
                }
            }
            Kind::Memory(memory) => {
                if imported.memory.replace(memory).is_some() {
                    return over(Quantity::Memories, 2);
                }
            }
        }
    }
    section.end()?;
    Ok(imported)
}
