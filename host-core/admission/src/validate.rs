//! The validation of the specification, section by section, for the accepted instructions and types.

use crate::cursor::Cursor;
use crate::figures::Tally;
use crate::functions::{self, Room};
use crate::heap::{Heap, Item};
use crate::imports::Imported;
use crate::instructions::Names;
use crate::layout::{Layout, Section};
use crate::memory::{Memory, memory_type, only, table_type};
use crate::segments::{self, Targets};
use crate::source::{Refused, Source};
use crate::types::Signature;
use crate::workspace::{Lists, space};
use crate::{Figures, Limits, Quantity, Reason, Refusal, exports, globals, imports, types};

/// What a module is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The specification alone.
    Module,
    /// Besides, no start function, and active segments that fit, so that an instance can be made.
    Plugin,
}

/// What a module declares before its code.
pub(crate) struct Valid<'a, 'm> {
    pub(crate) types: &'a [Signature<'m>],
    /// The type of each function, by index.
    pub(crate) functions: &'a [u16],
    /// Those of a module's own among them, behind the imported ones.
    pub(crate) globals: &'a [u8],
    pub(crate) imported: Imported,
    pub(crate) memory: Option<Memory>,
    pub(crate) table: Option<u32>,
}

/// Checks a module by the specification alone: no ABI, no grants, and a start function is allowed.
///
/// For tools, since it takes some hundred KiB of stack: its limits may be as large as [`Limits::LARGEST`]. Returns what was
/// learned besides.
///
/// # Errors
/// The first thing that is wrong.
///
/// ```
/// use corelet_admission::{Limits, validate};
/// assert!(validate(b"\0asm\x01\0\0\0", &Limits::LARGEST).is_ok());
/// ```
pub fn validate(module: &[u8], limits: &Limits) -> Result<Figures, Refusal> {
    let limits = limits.within(&Limits::LARGEST);
    let mut tally = Tally::new();
    let space = space!(Limits::LARGEST);
    let source = Source::new(module);
    Layout::find(source.cursor(), Scope::Module, &limits)
        .and_then(|layout| {
            let heap = &mut tally.heap;
            let valid = check_declarations(&layout, Scope::Module, &limits, space.lists, heap)?;
            let mut room = space.room;
            check_rest(
                &layout,
                Scope::Module,
                &limits,
                &valid,
                &mut room,
                &mut tally,
            )
        })
        .map_err(|refused| source.refusal(refused))?;
    Ok(tally.figures())
}

/// Checks a module up to and with its exports, within `limits`, which are no larger than `space`.
pub(crate) fn check_declarations<'a, 'm>(
    layout: &Layout<'m>,
    scope: Scope,
    limits: &Limits,
    space: Lists<'a, 'm>,
    heap: &mut Heap,
) -> Result<Valid<'a, 'm>, Refused> {
    let types = types::check(layout.section(Section::Types), space.types, limits, heap)?;
    let type_count = types.len() as u32;
    let imported = imports::check(
        layout.section(Section::Imports),
        type_count,
        space.functions,
        space.globals,
        scope,
        limits,
        heap,
    )?;
    let functions = functions::check(
        layout.section(Section::Functions),
        imported.functions,
        type_count,
        space.functions,
        limits,
        heap,
    )?;
    let table = only(
        layout.section(Section::Tables),
        imported.table,
        Quantity::Tables,
        limits,
        table_type,
    )?;
    if let (Some(_), Some(elements)) = (layout.section(Section::Tables), table) {
        heap.item(Item::Table { elements });
    }
    let memory = only(
        layout.section(Section::Memories),
        imported.memory,
        Quantity::Memories,
        limits,
        memory_type,
    )?;
    if let (Some(_), Some(memory)) = (layout.section(Section::Memories), memory) {
        let most = memory.most.unwrap_or(u64::MAX);
        heap.item(Item::Memory {
            bytes: memory.bytes,
            max: u32::try_from(most).unwrap_or(u32::MAX),
        });
    }
    let globals = globals::check(
        layout.section(Section::Globals),
        imported.globals,
        space.globals,
        limits,
        heap,
    )?;
    let counts = exports::Counts {
        functions: functions.len() as u32,
        tables: u32::from(table.is_some()),
        memories: u32::from(memory.is_some()),
        globals: globals.len() as u32,
    };
    exports::check(
        layout.section(Section::Exports),
        &counts,
        space.exports,
        limits,
        heap,
    )?;
    Ok(Valid {
        types,
        functions,
        globals,
        imported,
        memory,
        table,
    })
}

/// Checks what stands behind the exports, and keeps its books in `tally`.
pub(crate) fn check_rest<'m>(
    layout: &Layout<'m>,
    scope: Scope,
    limits: &Limits,
    valid: &Valid<'_, 'm>,
    room: &mut Room<'_>,
    tally: &mut Tally,
) -> Result<(), Refused> {
    let Valid {
        types,
        functions,
        globals,
        imported,
        memory,
        table,
    } = *valid;
    let heap = &mut tally.heap;
    let end = layout.end;
    if let Some(start) = layout.section(Section::Start) {
        check_start(start, functions, types)?;
    }
    let count = functions.len() as u32;
    let targets = Targets {
        functions: count,
        table,
        memory,
        globals: globals.get(..imported.globals as usize).unwrap_or_default(),
        fit: scope == Scope::Plugin,
    };
    let elements =
        segments::check_elements(layout.section(Section::Elements), &targets, limits, heap)?;
    let data = segments::check_data_count(layout.section(Section::DataCount), limits)?;
    let names = Names {
        types,
        functions,
        imported: imported.functions,
        globals,
        tables: u32::from(table.is_some()),
        memories: u32::from(memory.is_some()),
        elements,
        data,
        locals: &[],
    };
    tally.functions(imported.functions, count);
    functions::check_code(
        layout.section(Section::Code),
        end,
        &names,
        room,
        limits,
        tally,
    )?;
    let heap = &mut tally.heap;
    segments::check_data(
        layout.section(Section::Data),
        end,
        data,
        &targets,
        limits,
        heap,
    )
}

/// The start function takes and gives nothing.
fn check_start(
    mut section: Cursor<'_>,
    functions: &[u16],
    types: &[Signature<'_>],
) -> Result<(), Refused> {
    let start = section;
    let index = section.index(Quantity::Functions, functions.len() as u32)?;
    let signature = functions
        .get(index as usize)
        .and_then(|index| types.get(usize::from(*index)));
    if signature != Some(&Signature::NOTHING) {
        return start.refuse(Reason::StartFunction);
    }
    section.end()
}
