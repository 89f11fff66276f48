use corelet_abi::{NameKey, Shape, ShapeEntry};

use crate::declared::{Declared, Export, declare, items};
use crate::figures::{Figures, Tally};
use crate::fuel::BYTES_PER_FUEL;
use crate::heap::{HeapBound, Stack};
use crate::imports;
use crate::layout::Layout;
use crate::source::{Refused, Source};
use crate::validate::{Scope, check_rest};
use crate::workspace::{Space, space};
use crate::{Limits, Offer, Refusal};

/// Proof that a module went through [`admit`]: nothing else makes one.
#[derive(Clone, Copy, Debug)]
pub struct Admitted<'m> {
    module: &'m [u8],
    declared: Declared<'m>,
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
    let (lists, mut room) = (space.lists, space.room);
    let layout = Layout::find(source.cursor(), Scope::Plugin, limits)?;
    let (valid, declared) = declare(module, &layout, limits, offer, lists, &mut tally.heap)?;
    check_rest(
        &layout,
        Scope::Plugin,
        limits,
        &valid,
        &mut room,
        &mut tally,
    )?;
    Ok(Admitted {
        module,
        declared,
        figures: tally.figures(),
    })
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

impl<'m> Admitted<'m> {
    /// What it was held against.
    pub const fn limits(&self) -> &Limits {
        &self.declared.limits
    }

    /// The module's bytes.
    pub const fn module(&self) -> &'m [u8] {
        self.module
    }

    /// What it declares before its code.
    pub const fn declared(&self) -> &Declared<'m> {
        &self.declared
    }

    /// The imports, in the order in which an instance wants them.
    pub fn imports(&self) -> impl Iterator<Item = Import<'m>> + use<'m> {
        let limits = self.declared.limits;
        let types = self.declared.types;
        let shapes = self.declared.shapes;
        let imports = self.declared.imports;
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
        self.declared.exports()
    }

    /// The entries of `corelet:shapes`, those included that belong to no import or export.
    pub fn shapes(&self) -> impl Iterator<Item = ShapeEntry> + use<'m> {
        self.declared.shapes.iter()
    }

    /// How many bytes the memory begins with: under 2³¹.
    pub const fn memory_bytes(&self) -> u32 {
        self.declared.memory.bytes
    }

    /// How many bytes the memory may grow to, at most 2³², if the module sets a maximum.
    pub const fn memory_max(&self) -> Option<u64> {
        self.declared.memory.most
    }

    /// The size of a page of memory in bytes: 1 or 65,536.
    pub const fn memory_page_size(&self) -> u32 {
        self.declared.memory.page
    }

    /// How many elements the table begins with; 0 if there is no table.
    pub fn table_elements(&self) -> u32 {
        self.declared.table.unwrap_or(0)
    }

    /// The address of the exchange buffer's size field: a multiple of 4, and the field lies in the memory.
    pub const fn exchange(&self) -> u32 {
        self.declared.exchange
    }

    /// How large the module is where limits are felt.
    pub const fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The most fuel that one step needs at once, where the memory may have `memory` bytes: a region of code, or one instruction on
    /// a range of memory or table. A call that is given as much goes on.
    pub fn required_fuel_max(&self, memory: u32) -> u32 {
        let memory = u64::from(memory).min(self.declared.memory.most.unwrap_or(u64::MAX));
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
