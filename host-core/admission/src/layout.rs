//! The sections, found and put in their places before any is read.

use corelet_abi::SHAPES_SECTION;

use crate::cursor::Cursor;
use crate::source::Refused;
use crate::validate::Scope;
use crate::{Limits, Quantity, Reason};

pub(crate) const HEADER: [u8; 8] = *b"\0asm\x01\0\0\0";

/// A section by its number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Section {
    Types = 1,
    Imports = 2,
    Functions = 3,
    Tables = 4,
    Memories = 5,
    Globals = 6,
    Exports = 7,
    Start = 8,
    Elements = 9,
    Code = 10,
    Data = 11,
    DataCount = 12,
}

/// The contents of each section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'m> {
    /// By number.
    sections: [Option<Cursor<'m>>; Section::DataCount as usize + 1],
    /// The custom section of that name.
    pub(crate) shapes: Option<Cursor<'m>>,
    /// Where the module ends.
    pub(crate) end: Cursor<'m>,
}

impl<'m> Layout<'m> {
    pub(crate) fn find(module: Cursor<'m>, scope: Scope, limits: &Limits) -> Result<Self, Refused> {
        let allowed = limits.module_bytes;
        if module.bytes().len() > allowed as usize {
            return module.refuse(Reason::Over {
                what: Quantity::ModuleBytes,
                found: module.bytes().len() as u64,
                allowed,
            });
        }
        let mut rest = module;
        match rest.take(HEADER.len() as u32) {
            Ok(header) if header.bytes() == HEADER => {}
            _ => return module.refuse(Reason::NotAModule),
        }
        let mut layout = Self {
            sections: [None; _],
            shapes: None,
            end: rest,
        };
        let mut last_rank = 0;
        let mut custom_bytes = 0_u64;
        while rest.left() > 0 {
            let start = rest;
            let id = rest.byte()?;
            let length = rest.u32()?;
            let contents = rest.take(length)?;
            if id == 0 {
                custom_bytes = custom_bytes.saturating_add(u64::from(length));
                let allowed = limits.custom_bytes;
                if custom_bytes > u64::from(allowed) {
                    return start.refuse(Reason::Over {
                        what: Quantity::CustomBytes,
                        found: custom_bytes,
                        allowed,
                    });
                }
                layout.custom(contents, scope, limits)?;
                continue;
            }
            // The place of each kind in the order, by its number: the count of data segments stands before the code.
            let rank = match id {
                8 if scope == Scope::Plugin => return start.refuse(Reason::StartFunction),
                1..=9 => id,
                12 => 10,
                10 => 11,
                11 => 12,
                found => return start.refuse(Reason::UnknownSection { found }),
            };
            if rank <= last_rank {
                return start.refuse(Reason::SectionOrder { found: id });
            }
            last_rank = rank;
            if let Some(place) = layout.sections.get_mut(usize::from(id)) {
                *place = Some(contents);
            }
        }
        layout.end = rest;
        Ok(layout)
    }

    /// A section's contents, if it is there.
    pub(crate) fn section(&self, section: Section) -> Option<Cursor<'m>> {
        self.sections.get(section as usize).copied().flatten()
    }

    fn custom(
        &mut self,
        contents: Cursor<'m>,
        scope: Scope,
        limits: &Limits,
    ) -> Result<(), Refused> {
        let mut rest = contents;
        let (name, _) = rest.name(limits)?;
        if scope == Scope::Plugin && name == SHAPES_SECTION {
            if self.shapes.is_some() {
                return contents.refuse(Reason::ShapesTwice);
            }
            self.shapes = Some(rest);
        }
        Ok(())
    }
}
