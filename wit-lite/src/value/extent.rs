//! Requests for whoever calls a function to see what it takes, and has nothing to say.

use corelet_abi::varint_max;
use serde_json::{Map, Value, json};

use crate::model::{Contract, Field, Function, Type, TypeKind};

/// How much a request says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// As many bytes as the contract has room for: every list and string is full, every number the largest of its type.
    Largest,
    /// As many items and choices as the largest, and zeros where that has large numbers.
    Longest,
    /// As few bytes as it can have: nothing in lists, no options, zeros.
    Least,
}

impl Extent {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Largest, Self::Longest, Self::Least];

    /// The arguments of such a request of `function`, as [`encode_request`](super::encode_request) takes them.
    ///
    /// ```
    /// use corelet_wit::{Contract, value::{Extent, encode_request}};
    ///
    /// let contract = Contract::standard();
    /// let process = contract.interfaces.iter().flat_map(|interface| &interface.functions);
    /// let process = process.clone().find(|function| function.name == "process").unwrap();
    /// let arguments = Extent::Largest.arguments(&contract, process);
    /// let request = encode_request(&contract, process, &arguments)?;
    /// assert_eq!(request.len(), contract.request_max(process) as usize);
    /// # Ok::<(), corelet_wit::value::ValueError>(())
    /// ```
    pub fn arguments(self, contract: &Contract, function: &Function) -> Value {
        self.all(contract, &function.params).into()
    }

    fn all(self, contract: &Contract, fields: &[Field]) -> Vec<Value> {
        let values = fields.iter().map(|field| self.value(contract, &field.ty));
        values.collect()
    }

    /// A number, or zero where it shall be small.
    fn number(self, largest: impl Into<Value>) -> Value {
        match self {
            Self::Largest => largest.into(),
            Self::Longest | Self::Least => 0.into(),
        }
    }

    fn value(self, contract: &Contract, ty: &Type) -> Value {
        let items = |item: &Type, count: u32| vec![self.value(contract, item); count as usize];
        let room = |max: u32| if self == Self::Least { 0 } else { max };
        match ty {
            Type::Bool => (self == Self::Largest).into(),
            Type::U8 => self.number(u8::MAX),
            Type::U16 => self.number(u16::MAX),
            Type::U32 => self.number(u32::MAX),
            Type::U64 => self.number(u64::MAX),
            Type::S8 => self.number(i8::MAX),
            Type::S16 => self.number(i16::MAX),
            Type::S32 => self.number(i32::MAX),
            Type::S64 => self.number(i64::MAX),
            Type::F32 => self.number(f32::MAX),
            Type::F64 => self.number(f64::MAX),
            Type::Char if self == Self::Largest => "\u{10ffff}".into(),
            Type::Char => "\0".into(),
            Type::String { max } => "a".repeat(room(*max) as usize).into(),
            Type::List { item, max } => items(item, room(*max)).into(),
            Type::FixedList { item, length } => items(item, *length).into(),
            Type::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.value(contract, part));
                parts.collect()
            }
            Type::Option(_) if self == Self::Least => Value::Null,
            Type::Option(some) => {
                let value = self.value(contract, some);
                match contract.unaliased(some) {
                    Type::Option(_) => json!({ "some": value }),
                    _ => value,
                }
            }
            Type::Result { ok, err } => {
                let sides = [ok.as_deref(), err.as_deref()];
                let side = self.choice(contract, &sides);
                let name = ["ok", "err"][side];
                json!({ name: sides[side].map(|ty| self.value(contract, ty)) })
            }
            Type::Named(id) => self.named(contract, &contract.type_def(*id).kind),
        }
    }

    /// Which of several payloads makes the value that is wanted, behind its own number.
    fn choice(self, contract: &Contract, payloads: &[Option<&Type>]) -> usize {
        let payload = |index: &usize| payloads[*index];
        let number = |index: &usize| varint_max(*index as u64) as u32;
        let all = 0..payloads.len();
        let chosen = match self {
            Self::Least => all.min_by_key(|index| {
                number(index) + payload(index).map_or(0, |ty| contract.min_size(ty))
            }),
            Self::Longest | Self::Largest => all.max_by_key(|index| {
                number(index) + payload(index).map_or(0, |ty| contract.max_size(ty))
            }),
        };
        chosen.unwrap_or_default()
    }

    fn named(self, contract: &Contract, kind: &TypeKind) -> Value {
        match kind {
            TypeKind::Alias(ty) => self.value(contract, ty),
            TypeKind::Record(fields) => {
                let names = fields.iter().map(|field| field.name.clone());
                Map::from_iter(names.zip(self.all(contract, fields))).into()
            }
            TypeKind::Variant(cases) => {
                let payloads: Vec<_> = cases.iter().map(|case| case.payload.as_ref()).collect();
                let case = &cases[self.choice(contract, &payloads)];
                match &case.payload {
                    Some(ty) => json!({ &case.name: self.value(contract, ty) }),
                    None => case.name.as_str().into(),
                }
            }
            TypeKind::Enum { open: true, .. } if self == Self::Largest => u32::MAX.into(),
            TypeKind::Enum { cases, .. } => {
                let case = match self {
                    Self::Largest => cases.last(),
                    Self::Longest | Self::Least => cases.first(),
                };
                case.map(|case| case.name.as_str()).into()
            }
            TypeKind::Flags(flags) => {
                let set = if self == Self::Largest {
                    &flags[..]
                } else {
                    &[]
                };
                set.iter().map(|flag| flag.name.as_str()).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::encode_request;

    const EVERY_KIND: &str = "package test:extents@1.0.0;
interface i {
  enum few { a, b }
  /// @open
  enum many { a, b }
  flags set { a, b, c, d, e, f, g, h, i, j }
  variant one { none, wide(f64), narrow(u8) }
  record all {
    numbers: tuple<bool, u8, u16, u32, u64, s8, s16, s32, s64, f32, f64, char>,
    few: few, many: many, set: set, one: one,
    /// @max(3, item: 200)
    texts: list<string>,
    fixed: list<u16, 3>,
    some: option<option<u32>>,
    well: result<u8, u64>,
    empty: result,
  }
  /// @max(bytes: 130)
  f: func(all: all, bytes: list<u8>);
  g: func();
}";

    #[test]
    fn the_largest_and_the_least_have_the_sizes_that_the_contract_has() {
        let contract = Contract::parse(&[("i.wit", EVERY_KIND)]).unwrap();
        let mut count = 0;
        for interface in &contract.interfaces {
            for function in &interface.functions {
                let length = |extent: Extent| {
                    let arguments = extent.arguments(&contract, function);
                    let request = encode_request(&contract, function, &arguments);
                    request
                        .unwrap_or_else(|error| panic!("{}: {error}", function.name))
                        .len() as u32
                };
                let [largest, longest, least] = Extent::ALL.map(length);
                assert_eq!(largest, contract.request_max(function), "{}", function.name);
                assert_eq!(least, contract.request_min(function), "{}", function.name);
                assert!((least..=largest).contains(&longest), "{}", function.name);
                count += 1;
            }
        }
        assert!(count > 10, "the standard contract is in it");
    }
}
