//! What a module declares before its code: all that the ABI asks of it.

use corelet_abi::{NameKey, Shape};

use crate::cursor::Cursor;
use crate::exports;
use crate::heap::Heap;
use crate::layout::{Layout, Section};
use crate::memory::Memory;
use crate::plugin::{check_exports, check_imports};
use crate::shapes::Shapes;
use crate::source::{Refused, Source};
use crate::validate::{self, Scope, Valid};
use crate::workspace::Lists;
use crate::{Limits, Offer};

/// What a module declares, which was checked as [`admit`](crate::admit) does. Of its code nothing is known.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'m> {
    pub(crate) limits: Limits,
    /// The contents of the sections; nothing if they are missing.
    pub(crate) imports: &'m [u8],
    pub(crate) exports: &'m [u8],
    /// How many types there are, which imports name.
    pub(crate) types: u32,
    pub(crate) shapes: Shapes<'m>,
    pub(crate) memory: Memory,
    pub(crate) table: Option<u32>,
    pub(crate) exchange: u32,
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

impl<'m> Declared<'m> {
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
}

/// Checks everything but code, and what stands behind it. `module` is what `layout` was found in.
// One function, whether all of the module is there or its beginning.
#[inline(never)]
pub(crate) fn declare<'a, 's, 'm>(
    module: &'m [u8],
    layout: &Layout<'s>,
    limits: &Limits,
    offer: &impl Offer,
    space: Lists<'a, 's>,
    heap: &mut Heap,
) -> Result<(Valid<'a, 's>, Declared<'m>), Refused> {
    let valid = validate::check_declarations(layout, Scope::Plugin, limits, space, heap)?;
    let shapes = Shapes::check(layout.shapes, limits)?;
    check_imports(layout, &valid, shapes, limits, offer)?;
    let (memory, exchange) = check_exports(layout, &valid, shapes, limits)?;
    let declared = Declared {
        limits: *limits,
        imports: part(module, layout.section(Section::Imports)),
        exports: part(module, layout.section(Section::Exports)),
        types: valid.types.len() as u32,
        shapes: Shapes::new(part(module, layout.shapes)),
        memory,
        table: valid.table,
        exchange,
    };
    Ok((valid, declared))
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

/// The items of a section that was checked: `next` cannot fail, and would end the list if it did.
pub(crate) fn items<T>(
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
