use crate::model::{Contract, Function, Type, TypeKind, World};

/// How many bytes a value takes on the wire: the fewest, and the most.
#[derive(Clone, Copy)]
struct Size {
    min: u64,
    max: u64,
}

impl Size {
    const ZERO: Self = Self::exactly(0);

    const fn exactly(bytes: u64) -> Self {
        Self {
            min: bytes,
            max: bytes,
        }
    }

    /// A varint of 0 to `max`.
    const fn varint(max: u64) -> Self {
        Self {
            min: 1,
            max: corelet_abi::varint_max(max) as u64,
        }
    }

    /// One after the other.
    const fn and(self, other: Self) -> Self {
        Self {
            min: self.min.saturating_add(other.min),
            max: self.max.saturating_add(other.max),
        }
    }

    const fn times(self, min: u32, max: u32) -> Self {
        Self {
            min: self.min.saturating_mul(min as u64),
            max: self.max.saturating_mul(max as u64),
        }
    }

    /// One of the two.
    fn or(self, other: Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

fn narrow(bytes: u64) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

impl Contract {
    /// The most bytes that a value of `ty` takes on the wire; `u32::MAX` if it is more.
    pub fn max_size(&self, ty: &Type) -> u32 {
        narrow(self.size(ty).max)
    }

    /// The fewest bytes that a value of `ty` takes on the wire.
    pub fn min_size(&self, ty: &Type) -> u32 {
        narrow(self.size(ty).min)
    }

    /// The most bytes of a request.
    pub fn request_max(&self, function: &Function) -> u32 {
        let params = function.params.iter().map(|param| self.size(&param.ty));
        narrow(params.fold(Size::ZERO, Size::and).max)
    }

    /// The most bytes of a response, which is what a response buffer must hold.
    pub fn response_max(&self, function: &Function) -> u32 {
        function
            .result
            .as_ref()
            .map_or(0, |result| self.max_size(result))
    }

    /// The most bytes of a world's `config`; 0 if it has none.
    pub fn config_max(&self, world: &World) -> u32 {
        world
            .config
            .map_or(0, |config| self.max_size(&Type::Named(config)))
    }

    fn size(&self, ty: &Type) -> Size {
        match ty {
            Type::Bool | Type::U8 | Type::S8 => Size::exactly(1),
            Type::U16 | Type::S16 => Size::varint(u16::MAX.into()),
            Type::U32 | Type::S32 => Size::varint(u32::MAX.into()),
            Type::U64 | Type::S64 => Size::varint(u64::MAX),
            Type::F32 => Size::exactly(4),
            Type::F64 => Size::exactly(8),
            Type::Char => Size { min: 2, max: 5 },
            Type::String { max } => {
                Size::varint((*max).into()).and(Size::exactly(1).times(0, *max))
            }
            Type::List { item, max } => {
                Size::varint((*max).into()).and(self.size(item).times(0, *max))
            }
            Type::FixedList { item, length } => self.size(item).times(*length, *length),
            Type::Tuple(parts) => self.sum(parts),
            Type::Option(some) => Size::exactly(1).and(Size::ZERO.or(self.size(some))),
            Type::Result { ok, err } => {
                let side =
                    |ty: &Option<Box<Type>>| ty.as_ref().map_or(Size::ZERO, |ty| self.size(ty));
                Size::exactly(1).and(side(ok).or(side(err)))
            }
            Type::Named(id) => self.named_size(&self.type_def(*id).kind),
        }
    }

    fn named_size(&self, kind: &TypeKind) -> Size {
        match kind {
            TypeKind::Alias(ty) => self.size(ty),
            TypeKind::Record(fields) => self.sum(fields.iter().map(|field| &field.ty)),
            TypeKind::Variant(cases) => cases
                .iter()
                .zip(0_u64..)
                .map(|(case, number)| {
                    let tag = Size::exactly(Size::varint(number).max);
                    tag.and(case.payload.as_ref().map_or(Size::ZERO, |ty| self.size(ty)))
                })
                .reduce(Size::or)
                .unwrap_or(Size::ZERO),
            TypeKind::Enum { open: true, .. } => Size::varint(u32::MAX.into()),
            TypeKind::Enum { cases, .. } => Size::varint(cases.len().saturating_sub(1) as u64),
            TypeKind::Flags(flags) if flags.len() <= 8 => Size::exactly(1),
            TypeKind::Flags(flags) => Size::varint((1 << flags.len().min(32)) - 1),
        }
    }

    fn sum<'t>(&self, types: impl IntoIterator<Item = &'t Type>) -> Size {
        types
            .into_iter()
            .map(|ty| self.size(ty))
            .fold(Size::ZERO, Size::and)
    }
}
