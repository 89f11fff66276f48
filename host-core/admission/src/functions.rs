//! Function declarations and their code.

use crate::constants::Operand;
use crate::cursor::Cursor;
use crate::figures::{Most, Tally};
use crate::heap::{Heap, Item};
use crate::instructions::{self, Names};
use crate::operands::{Frame, Operands};
use crate::source::Refused;
use crate::types::Signature;
use crate::value::value_type;
use crate::{Limits, Quantity, Reason};

/// Reads the declarations behind the `imported` types that `space` begins with; returns the types of all functions.
pub(crate) fn check<'a>(
    section: Option<Cursor<'_>>,
    imported: u32,
    types: u32,
    space: &'a mut [u16],
    limits: &Limits,
    heap: &mut Heap,
) -> Result<&'a [u16], Refused> {
    let mut count = imported;
    if let Some(mut section) = section {
        let start = section;
        let declared = section.count(limits, Quantity::Functions)?;
        count = imported.saturating_add(declared);
        let over = || start.over(Quantity::Functions, count, limits.functions);
        if count > limits.functions {
            return over();
        }
        for place in imported..count {
            let found = section.index(Quantity::Types, types)?;
            heap.item(Item::Function);
            match space.get_mut(place as usize) {
                // The number of types fits, since the space for them is smaller.
                Some(place) => *place = found as u16,
                None => return over(),
            }
        }
        section.end()?;
    }
    Ok(space.get(..count as usize).unwrap_or_default())
}

/// Where the books on one function are kept.
pub(crate) struct Room<'a> {
    pub(crate) locals: &'a mut [u8],
    pub(crate) operands: &'a mut [Operand],
    pub(crate) frames: &'a mut [Frame],
}

/// Checks the code section: one body for each declared function.
pub(crate) fn check_code<'m>(
    code: Option<Cursor<'m>>,
    end: Cursor<'m>,
    names: &Names<'_, 'm>,
    room: &mut Room<'_>,
    limits: &Limits,
    tally: &mut Tally,
) -> Result<(), Refused> {
    let declared = names.functions.get(names.imported as usize..);
    let declared = declared.unwrap_or_default();
    let start = code.unwrap_or(end);
    let (mut code, bodies) = match code {
        Some(mut code) => {
            let bodies = code.u32()?;
            (code, bodies)
        }
        None => (end, 0),
    };
    let allowed = declared.len() as u32;
    if bodies != allowed {
        return start.refuse(Reason::Count {
            what: Quantity::Functions,
            found: bodies,
            allowed,
        });
    }
    for (index, type_index) in (names.imported..).zip(declared) {
        let length = code.bounded(limits, Quantity::FunctionBytes)?;
        let heap = &mut tally.heap;
        let most = body(code.take(length)?, *type_index, names, room, limits, heap)?;
        tally.function(index, length, &most);
    }
    code.end()
}

fn body<'m>(
    mut body: Cursor<'m>,
    index: u16,
    names: &Names<'_, 'm>,
    room: &mut Room<'_>,
    limits: &Limits,
    heap: &mut Heap,
) -> Result<Most, Refused> {
    let start = body;
    let signature = names.types.get(usize::from(index));
    let params = signature.map_or(&[][..], |signature: &Signature<'_>| signature.params);
    let mut locals = Locals {
        types: room.locals,
        count: 0,
        limits,
    };
    for value in params {
        locals.add(&start, 1, *value)?;
    }
    heap.function_starts(params.len() as u32);
    let groups = body.u32()?;
    for _ in 0..groups {
        let start = body;
        let count = body.u32()?;
        let value = value_type(&mut body)?;
        locals.add(&start, count, value)?;
        heap.locals(count);
    }
    let (types, count) = (&*locals.types, locals.count as usize);
    let names = Names {
        locals: types.get(..count).unwrap_or_default(),
        ..*names
    };
    let mut operands = Operands::new(names.types, limits, room.operands, room.frames, body);
    operands.enter_function(index)?;
    instructions::check(body, &names, &mut operands, limits, heap)?;
    let regions = operands.regions();
    let (nesting, operands) = operands.most();
    Ok(Most {
        regions,
        locals: names.locals.len() as u32,
        nesting,
        operands,
    })
}

/// The locals of a function, while they are declared.
struct Locals<'a> {
    types: &'a mut [u8],
    count: u32,
    limits: &'a Limits,
}

impl Locals<'_> {
    fn add(&mut self, at: &Cursor<'_>, count: u32, value: u8) -> Result<(), Refused> {
        let found = u64::from(self.count).saturating_add(u64::from(count));
        let allowed = self.limits.locals;
        let places = self
            .types
            .get_mut(self.count as usize..)
            .and_then(|rest| rest.get_mut(..count as usize));
        match places {
            Some(places) if found <= u64::from(allowed) => {
                places.fill(value);
                self.count = self.count.saturating_add(count);
                Ok(())
            }
            _ => at.refuse(Reason::Over {
                what: Quantity::Locals,
                found,
                allowed,
            }),
        }
    }
}
