use crate::model::{Contract, Function, Type, TypeKind};

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
        narrow(self.request_size(function).max)
    }

    /// The fewest bytes of a request.
    pub fn request_min(&self, function: &Function) -> u32 {
        narrow(self.request_size(function).min)
    }

    /// The most bytes of a response, which is what a response buffer must hold.
    pub fn response_max(&self, function: &Function) -> u32 {
        function
            .result
            .as_ref()
            .map_or(0, |result| self.max_size(result))
    }

    /// The fewest bytes of a response.
    pub fn response_min(&self, function: &Function) -> u32 {
        let result = function.result.as_ref();
        result.map_or(0, |result| self.min_size(result))
    }

    fn request_size(&self, function: &Function) -> Size {
        self.sum(function.params.iter().map(|param| &param.ty))
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

    /// The most bytes that a value of a named type takes on the wire.
    pub(crate) fn kind_max(&self, kind: &TypeKind) -> u32 {
        narrow(self.named_size(kind).max)
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

#[cfg(test)]
mod tests {
    use crate::Contract;

    /// Fewest and most bytes of the type that `definition` names `t`.
    fn sizes(definition: &str) -> (u32, u32) {
        let text = format!("package test:sizes@1.0.0;\ninterface i {{\n{definition}\n}}");
        let contract = Contract::parse(&[("sizes.wit", &text)]).unwrap();
        let interface = contract
            .interfaces
            .iter()
            .find(|interface| interface.name == "i")
            .unwrap();
        let ty = crate::Type::Named(contract.type_in(interface, "t").unwrap());
        (contract.min_size(&ty), contract.max_size(&ty))
    }

    #[test]
    fn scalars_take_what_the_codec_says() {
        let one = |ty: &str| sizes(&format!("type t = {ty};"));
        assert_eq!(one("bool"), (1, 1));
        assert_eq!(one("s8"), (1, 1));
        assert_eq!(one("u16"), (1, 3));
        assert_eq!(one("s32"), (1, 5));
        assert_eq!(one("u64"), (1, 10));
        assert_eq!(one("f32"), (4, 4));
        assert_eq!(one("f64"), (8, 8));
        assert_eq!(one("char"), (2, 5));
    }

    #[test]
    fn bounds_count_and_so_does_their_length() {
        let bounded = |max: u32, ty: &str| sizes(&format!("/// @max({max})\ntype t = {ty};"));
        assert_eq!(bounded(127, "string"), (1, 128));
        assert_eq!(bounded(128, "string"), (1, 130));
        assert_eq!(bounded(16_384, "list<u8>"), (1, 16_387));
        assert_eq!(bounded(10, "list<u32>"), (1, 51));
        assert_eq!(bounded(3_000, "list<tuple<u64, u64>>"), (1, 60_002));
        assert_eq!(sizes("type t = list<u16, 4>;"), (4, 12));
    }

    #[test]
    fn compounds_add_up_and_choices_take_the_larger() {
        assert_eq!(sizes("type t = tuple<u8, f32>;"), (5, 5));
        assert_eq!(sizes("type t = option<f64>;"), (1, 9));
        assert_eq!(sizes("type t = result<f64, u8>;"), (2, 9));
        assert_eq!(sizes("type t = result<_, u16>;"), (1, 4));
        assert_eq!(sizes("type t = result;"), (1, 1));
        assert_eq!(sizes("record t { a: u16, b: option<u16> }"), (2, 7));
        assert_eq!(sizes("variant t { a(f32), b, c(f64) }"), (1, 9));
        assert_eq!(sizes("enum t { a, b }"), (1, 1));
        assert_eq!(sizes("/// @open\nenum t { a, b }"), (1, 5));
    }

    #[test]
    fn flags_and_many_cases_grow_by_varints() {
        let flags = |count: u32| {
            let names: Vec<_> = (0..count).map(|flag| format!("flag{flag}")).collect();
            sizes(&format!("flags t {{ {} }}", names.join(", ")))
        };
        assert_eq!(flags(8), (1, 1));
        assert_eq!(flags(9), (1, 2));
        assert_eq!(flags(16), (1, 3));
        assert_eq!(flags(17), (1, 3));
        assert_eq!(flags(32), (1, 5));
        let cases: Vec<_> = (0..129).map(|case| format!("case{case}")).collect();
        assert_eq!(sizes(&format!("enum t {{ {} }}", cases.join(", "))), (1, 2));
        assert_eq!(
            sizes(&format!("variant t {{ {}(u8) }}", cases.join(", "))),
            (1, 3)
        );
    }
}
