//! The sections, found and put in their places before any is read.

use corelet_abi::SHAPES_SECTION;

use crate::cursor::Cursor;
use crate::source::Refused;
use crate::validate::Scope;
use crate::{Limits, Quantity, Reason};

const HEADER: [u8; 8] = *b"\0asm\x01\0\0\0";

/// The contents of each section; an empty one where there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'m> {
    pub(crate) types: Option<Cursor<'m>>,
    pub(crate) imports: Option<Cursor<'m>>,
    pub(crate) functions: Option<Cursor<'m>>,
    pub(crate) tables: Option<Cursor<'m>>,
    pub(crate) memories: Option<Cursor<'m>>,
    pub(crate) globals: Option<Cursor<'m>>,
    pub(crate) exports: Option<Cursor<'m>>,
    pub(crate) start: Option<Cursor<'m>>,
    pub(crate) elements: Option<Cursor<'m>>,
    pub(crate) data_count: Option<Cursor<'m>>,
    pub(crate) code: Option<Cursor<'m>>,
    pub(crate) data: Option<Cursor<'m>>,
    /// The custom section of that name.
    pub(crate) shapes: Option<Cursor<'m>>,
    /// Where the module ends.
    pub(crate) end: Cursor<'m>,
}

impl<'m> Layout<'m> {
    pub(crate) fn find(module: Cursor<'m>, scope: Scope, limits: &Limits) -> Result<Self, Refused> {
        let mut rest = module;
        match rest.take(HEADER.len() as u32) {
            Ok(header) if header.bytes() == HEADER => {}
            _ => return module.refuse(Reason::NotAModule),
        }
        let mut layout = Self {
            types: None,
            imports: None,
            functions: None,
            tables: None,
            memories: None,
            globals: None,
            exports: None,
            start: None,
            elements: None,
            data_count: None,
            code: None,
            data: None,
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
            let (rank, place) = match id {
                1 => (1, &mut layout.types),
                2 => (2, &mut layout.imports),
                3 => (3, &mut layout.functions),
                4 => (4, &mut layout.tables),
                5 => (5, &mut layout.memories),
                6 => (6, &mut layout.globals),
                7 => (7, &mut layout.exports),
                8 if scope == Scope::Module => (8, &mut layout.start),
                8 => return start.refuse(Reason::StartFunction),
                9 => (9, &mut layout.elements),
                12 => (10, &mut layout.data_count),
                10 => (11, &mut layout.code),
                11 => (12, &mut layout.data),
                found => return start.refuse(Reason::UnknownSection { found }),
            };
            if rank <= last_rank {
                return start.refuse(Reason::SectionOrder { found: id });
            }
            last_rank = rank;
            *place = Some(contents);
        }
        layout.end = rest;
        Ok(layout)
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
