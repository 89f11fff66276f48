use corelet_abi::{NameKey, Shape, ShapeEntry};

use crate::cursor::Cursor;
use crate::exports;
use crate::figures::{Figures, Tally};
use crate::fuel::BYTES_PER_FUEL;
use crate::heap::{HeapBound, Stack};
use crate::imports;
use crate::layout::{Layout, Section};
use crate::memory::Memory;
use crate::plugin::{check_exports, check_imports};
use crate::shapes::Shapes;
use crate::source::{Refused, Source};
use crate::validate::{self, Scope};
use crate::workspace::{Space, space};
use crate::{Limits, Offer, Refusal};

/// Proof that a module went through [`admit`]: nothing else makes one.
#[derive(Clone, Copy, Debug)]
pub struct Admitted<'m> {
    module: &'m [u8],
    limits: Limits,
    /// The contents of the sections; nothing if they are missing.
    imports: &'m [u8],
    exports: &'m [u8],
    /// How many types there are, which imports name.
    types: u32,
    shapes: Shapes<'m>,
    memory: Memory,
    table: Option<u32>,
    exchange: u32,
    figures: Figures,
}

/// Checks a module, and what it asks of the host; see the crate's documentation. Limits above [`Limits::DEVICE`] count as
/// that.
///
/// Takes time in proportion to the module and to the squares of its numbers of exports and shapes, 4 KiB of stack, and no
/// heap. Never panics.
///
/// # Errors
/// The first thing that is wrong.
// Not inlined, so that what it takes of the stack is given back before a module is translated.
#[inline(never)]
pub fn admit<'m>(
    module: &'m [u8],
    limits: &Limits,
    offer: &impl Offer,
) -> Result<Admitted<'m>, Refusal> {
    let limits = limits.within(&Limits::DEVICE);
    let source = Source::new(module);
    let admitted = admit_in(module, &source, &limits, offer, space!(Limits::DEVICE));
    admitted.map_err(|refused| source.refusal(refused))
}

/// As [`admit`], with limits as large as [`Limits::LARGEST`]: for tools, since it takes some hundred KiB of stack.
///
/// # Errors
/// The first thing that is wrong.
pub fn admit_large<'m>(
    module: &'m [u8],
    limits: &Limits,
    offer: &impl Offer,
) -> Result<Admitted<'m>, Refusal> {
    let limits = limits.within(&Limits::LARGEST);
    let source = Source::new(module);
    let admitted = admit_in(module, &source, &limits, offer, space!(Limits::LARGEST));
    admitted.map_err(|refused| source.refusal(refused))
}

fn admit_in<'s, 'm>(
    module: &'m [u8],
    source: &'s Source<'s>,
    limits: &Limits,
    offer: &impl Offer,
    space: Space<'_, 's>,
) -> Result<Admitted<'m>, Refused> {
    let mut tally = Tally::new();
    let layout = Layout::find(source.cursor(), Scope::Plugin, limits)?;
    let valid = validate::check(&layout, Scope::Plugin, limits, space, &mut tally)?;
    let shapes = Shapes::check(layout.shapes, limits)?;
    check_imports(&layout, &valid, shapes, limits, offer)?;
    let (memory, exchange) = check_exports(&layout, &valid, shapes, limits)?;
    Ok(Admitted {
        module,
        limits: *limits,
        imports: part(module, layout.section(Section::Imports)),
        exports: part(module, layout.section(Section::Exports)),
        types: valid.types.len() as u32,
        shapes: Shapes::new(part(module, layout.shapes)),
        memory,
        table: valid.table,
        exchange,
        figures: tally.figures(),
    })
}

/// The contents of a section, for as long as the module is there.
fn part<'m>(module: &'m [u8], section: Option<Cursor<'_>>) -> &'m [u8] {
    section
        .and_then(|section| {
            let rest = module.get(section.offset() as usize..)?;
            rest.get(..section.left() as usize)
        })
        .unwrap_or_default()
}

/// A function that the module imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import<'m> {
    /// For instance `corelet:host/storage@0.1.0`.
    pub interface: &'m str,
    /// For instance `get`.
    pub function: &'m str,
    /// The key of both.
    pub key: NameKey,
    /// What the plugin was built for.
    pub shape: Shape,
}

/// A function that the module exports for a host to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export<'m> {
    /// For instance `corelet:plugin/ticker@0.1.0#tick`, or `init`.
    pub name: &'m str,
    /// Its key.
    pub key: NameKey,
    /// What the plugin was built for.
    pub shape: Shape,
}

impl<'m> Admitted<'m> {
    /// What it was held against.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The module's bytes.
    pub const fn module(&self) -> &'m [u8] {
        self.module
    }

    /// The imports, in the order in which an instance wants them.
    pub fn imports(&self) -> impl Iterator<Item = Import<'m>> + use<'m> {
        let limits = self.limits;
        let types = self.types;
        let shapes = self.shapes;
        let imports = self.imports;
        items(imports, move |section| {
            let name = imports::import(section, types, Scope::Plugin, &limits)
                .ok()?
                .name;
            let interface = name.interface.of(imports);
            let function = name.function.of(imports);
            let key = NameKey::of(interface, function);
            Some(Import {
                interface,
                function,
                key,
                shape: shapes.of(key)?,
            })
        })
    }

    /// `init` and the exported functions of interfaces, in the order of the module. No two have one key.
    pub fn exports(&self) -> impl Iterator<Item = Export<'m>> + use<'m> {
        let limits = self.limits;
        let shapes = self.shapes;
        let exports = self.exports;
        items(exports, move |section| {
            let export = exports::export(section, &limits).ok()?;
            Some((export.is_call(), export.place))
        })
        .filter(|(is_call, _)| *is_call)
        .filter_map(move |(_, name)| {
            let name = name.of(exports);
            let key = NameKey::of_export(name);
            Some(Export {
                name,
                key,
                shape: shapes.of(key)?,
            })
        })
    }

    /// The entries of `corelet:shapes`, those included that belong to no import or export.
    pub fn shapes(&self) -> impl Iterator<Item = ShapeEntry> + use<'m> {
        self.shapes.iter()
    }

    /// How many bytes the memory begins with: under 2³¹.
    pub const fn memory_bytes(&self) -> u32 {
        self.memory.bytes
    }

    /// How many bytes the memory may grow to, at most 2³², if the module sets a maximum.
    pub const fn memory_max(&self) -> Option<u64> {
        self.memory.most
    }

    /// The size of a page of memory in bytes: 1 or 65,536.
    pub const fn memory_page_size(&self) -> u32 {
        self.memory.page
    }

    /// How many elements the table begins with; 0 if there is no table.
    pub fn table_elements(&self) -> u32 {
        self.table.unwrap_or(0)
    }

    /// The address of the exchange buffer's size field: a multiple of 4, and the field lies in the memory.
    pub const fn exchange(&self) -> u32 {
        self.exchange
    }

    /// How large the module is where limits are felt.
    pub const fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The most fuel that one step needs at once, where the memory may have `memory` bytes: a region of code, or one instruction on
    /// a range of memory or table. A call that is given as much goes on.
    pub fn required_fuel_max(&self, memory: u32) -> u32 {
        let memory = u64::from(memory).min(self.memory.most.unwrap_or(u64::MAX));
        // A range of the table takes at most eight bytes for an element.
        let table = u64::from(self.table_elements()).saturating_mul(8);
        let range = memory.max(table).div_ceil(u64::from(BYTES_PER_FUEL));
        self.figures.block_fuel.max(range as u32)
    }

    /// The most heap that the module will take, when calls may take what `stack` says.
    pub fn heap(&self, stack: &Stack) -> HeapBound {
        self.figures.heap(stack)
    }
}

/// The items of a section that was checked: `next` cannot fail, and would end the list if it did.
fn items<T>(
    section: &[u8],
    mut next: impl FnMut(&mut Cursor<'_>) -> Option<T>,
) -> impl Iterator<Item = T> {
    let source = Source::new(section);
    let mut start = source.cursor();
    let count = start.u32().unwrap_or(0);
    let mut read = start.offset();
    (0..count).map_while(move |_| {
        let mut rest = source.cursor();
        rest.take(read).ok()?;
        let item = next(&mut rest)?;
        read = rest.offset();
        Some(item)
    })
}
