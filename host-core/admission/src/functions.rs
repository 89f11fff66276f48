//! Types, imports, function declarations and their code.

use corelet_abi::NameKey;

use crate::cursor::Cursor;
use crate::instructions;
use crate::set::Set;
use crate::shapes::Shapes;
use crate::{ImportName, Limits, Offer, Quantity, Reason, Refusal};

const MOST_TYPES: usize = Limits::LARGEST.types as usize;
const I32: u8 = 0x7f;
const I64: u8 = 0x7e;
const FUNCTION: u8 = 0;

/// A value type, of which the four of WebAssembly 1.0 are allowed.
pub(crate) fn value_type(section: &mut Cursor<'_>) -> Result<u8, Refusal> {
    let start = *section;
    match section.byte()? {
        found @ 0x7c..=0x7f => Ok(found),
        found => start.refuse(Reason::ValueType { found }),
    }
}

/// What is kept of the type section.
#[derive(Debug)]
pub(crate) struct Types {
    count: u32,
    /// How many parameters each has: at most `Limits::LARGEST.params`, which fits.
    params: [u8; MOST_TYPES],
    /// Those of an import: (i32, i32, i32, i32) -> i32.
    import: Set<{ MOST_TYPES / 32 }>,
    /// Those of an export: (i32, i32) -> i64.
    export: Set<{ MOST_TYPES / 32 }>,
}

impl Types {
    pub(crate) fn check(section: Option<Cursor<'_>>, limits: &Limits) -> Result<Self, Refusal> {
        let mut types = Self {
            count: 0,
            params: [0; MOST_TYPES],
            import: Set::EMPTY,
            export: Set::EMPTY,
        };
        let Some(mut section) = section else {
            return Ok(types);
        };
        types.count = section.count(limits, Quantity::Types)?;
        for index in 0..types.count {
            let start = section;
            let found = section.byte()?;
            if found != 0x60 {
                return start.refuse(Reason::TypeForm { found });
            }
            let params = values(&mut section, limits, Quantity::Params)?;
            let results = values(&mut section, limits, Quantity::Results)?;
            if let Some(place) = types.params.get_mut(index as usize) {
                *place = params.len() as u8;
            }
            match (params, results) {
                ([I32, I32, I32, I32], [I32]) => types.import.insert(index),
                ([I32, I32], [I64]) => types.export.insert(index),
                _ => {}
            }
        }
        section.end()?;
        Ok(types)
    }

    /// The index of a type that there is.
    fn index(&self, section: &mut Cursor<'_>) -> Result<u32, Refusal> {
        section.index(Quantity::Types, self.count)
    }

    /// How many parameters the type has; none if there is no such type.
    pub(crate) fn params_of(&self, index: u32) -> Option<u32> {
        if index >= self.count {
            return None;
        }
        self.params
            .get(index as usize)
            .map(|params| u32::from(*params))
    }
}

fn values<'m>(
    section: &mut Cursor<'m>,
    limits: &Limits,
    what: Quantity,
) -> Result<&'m [u8], Refusal> {
    let count = section.count(limits, what)?;
    let bytes = section.take(count)?;
    let mut each = bytes;
    for _ in 0..count {
        value_type(&mut each)?;
    }
    Ok(bytes.bytes())
}

/// One import as it stands in the module.
pub(crate) struct RawImport<'m> {
    pub(crate) interface: &'m str,
    pub(crate) function: &'m str,
    pub(crate) name: ImportName,
}

/// Takes one import off the section, but for its type.
pub(crate) fn import<'m>(
    section: &mut Cursor<'m>,
    limits: &Limits,
) -> Result<RawImport<'m>, Refusal> {
    let start = *section;
    let (interface, interface_name) = section.name(limits)?;
    let (function, function_name) = section.name(limits)?;
    let name = ImportName {
        interface: interface_name,
        function: function_name,
    };
    let found = section.byte()?;
    if found != FUNCTION {
        return start.refuse(Reason::ImportKind {
            import: name,
            found,
        });
    }
    Ok(RawImport {
        interface,
        function,
        name,
    })
}

/// Checks every import against the ABI and the offer; returns how many there are.
pub(crate) fn check_imports(
    section: Option<Cursor<'_>>,
    types: &Types,
    shapes: Shapes<'_>,
    limits: &Limits,
    offer: &impl Offer,
) -> Result<u32, Refusal> {
    let Some(mut section) = section else {
        return Ok(0);
    };
    let count = section.count(limits, Quantity::Imports)?;
    for _ in 0..count {
        let start = section;
        let RawImport {
            interface,
            function,
            name,
        } = import(&mut section, limits)?;
        let index = types.index(&mut section)?;
        if !types.import.contains(index) {
            return start.refuse(Reason::ImportSignature { import: name });
        }
        let shape = shapes.of(NameKey::of(interface, function));
        // The offer is asked first: that an import is not granted says more than that it has no shape.
        if let Err(refusal) = offer.import(interface, function, shape) {
            return start.refuse(Reason::Import {
                import: name,
                refusal,
            });
        }
        if shape.is_none() {
            return start.refuse(Reason::ImportWithoutShape { import: name });
        }
    }
    section.end()?;
    Ok(count)
}

/// What is kept of the function section.
#[derive(Debug)]
pub(crate) struct Functions<'m> {
    imported: u32,
    declared: u32,
    /// The types of the declared ones, after the count.
    section: Option<Cursor<'m>>,
    /// Those that have the type of an export.
    export: Set<{ Limits::LARGEST.functions as usize / 32 }>,
}

impl<'m> Functions<'m> {
    pub(crate) fn check(
        section: Option<Cursor<'m>>,
        imported: u32,
        types: &Types,
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        let mut functions = Self {
            imported,
            declared: 0,
            section: None,
            export: Set::EMPTY,
        };
        let Some(mut section) = section else {
            return Ok(functions);
        };
        let start = section;
        functions.declared = section.count(limits, Quantity::Functions)?;
        if functions.count() > limits.functions {
            return start.refuse(Reason::over(
                Quantity::Functions,
                functions.count(),
                limits.functions,
            ));
        }
        functions.section = Some(section);
        for index in 0..functions.declared {
            if types.export.contains(types.index(&mut section)?) {
                functions.export.insert(imported.saturating_add(index));
            }
        }
        section.end()?;
        Ok(functions)
    }

    /// How many there are, imported ones included.
    pub(crate) const fn count(&self) -> u32 {
        self.imported.saturating_add(self.declared)
    }

    /// Whether function `index` can be called as an export.
    pub(crate) fn is_export(&self, index: u32) -> bool {
        self.export.contains(index)
    }

    /// Checks the code section: one body for each declared function, with bounded locals, length and nesting.
    pub(crate) fn check_code(
        &self,
        code: Option<Cursor<'_>>,
        end: Cursor<'_>,
        types: &Types,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        let start = code.unwrap_or(end);
        let (mut code, bodies) = match code {
            Some(mut code) => {
                let bodies = code.u32()?;
                (code, bodies)
            }
            None => (end, 0),
        };
        if bodies != self.declared {
            return start.refuse(Reason::Count {
                what: Quantity::Functions,
                found: bodies,
                allowed: self.declared,
            });
        }
        let mut declarations = self.section.unwrap_or(end);
        for _ in 0..bodies {
            let index = types.index(&mut declarations)?;
            let params = types.params_of(index).unwrap_or(0);
            let length = code.bounded(limits, Quantity::FunctionBytes)?;
            body(code.take(length)?, params, types, limits)?;
        }
        code.end()
    }
}

fn body(mut body: Cursor<'_>, params: u32, types: &Types, limits: &Limits) -> Result<(), Refusal> {
    let start = body;
    let mut locals = u64::from(params);
    let groups = body.u32()?;
    for _ in 0..groups {
        locals = locals.saturating_add(u64::from(body.u32()?));
        value_type(&mut body)?;
        if locals > u64::from(limits.locals) {
            return start.refuse(Reason::Over {
                what: Quantity::Locals,
                found: locals,
                allowed: limits.locals,
            });
        }
    }
    instructions::check(body, types, limits)
}
