//! Random contracts: their types nest in each other as they come.
//!
//! Types of Rust exist when a test is compiled, so here the contract is interpreted: messages are made from it
//! (`messages.rs`), read as JSON by `corelet_wit::value`, and what is read is written by `value` and by the `postcard`
//! crate through serde.

use std::fmt::Write;

use corelet_wit::emit::{self, Options};
use corelet_wit::{Contract, Type, TypeDef, TypeId, TypeKind, value};
use serde::ser::{Serialize, SerializeSeq, SerializeTuple, Serializer};
use serde_json::Value;

use crate::messages::{Random, longest, random};

const CONTRACTS: u64 = 30;
const TYPES: u64 = 24;

/// A contract of types `t0`, `t1`, …, each made of those before it.
fn contract(dice: &mut Random) -> Contract {
    let mut text = String::from("package test:random@1.0.0;\ninterface types {\n");
    for index in 0..TYPES {
        definition(&mut text, index, dice);
    }
    text.push_str("}\nworld random { export types; }\n");
    Contract::parse(&[("random.wit", &text)])
        .unwrap_or_else(|refusals| panic!("{refusals}\n{text}"))
}

fn definition(text: &mut String, index: u64, dice: &mut Random) {
    let (a, b, c) = (part(index, dice), part(index, dice), part(index, dice));
    let max = 1 + dice.below(3);
    let of_bound = |what: &str| format!("/// @max({max})\ntype t{index} = {what};");
    let of_type = |what: String| format!("type t{index} = {what};");
    let (cases, count) = (1 + dice.below(200), 1 + dice.below(32));
    let names = |count: u64| {
        (0..count)
            .map(|case| format!("c{case}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let definition = match dice.below(13) {
        0 => of_bound("string"),
        1 => of_bound("list<u8>"),
        2 => of_bound(&format!("list<{a}>")),
        3 => of_type(format!("list<{a}, {max}>")),
        4 => of_type(format!("tuple<{a}, {b}>")),
        5 => of_type(format!("option<{a}>")),
        6 => of_type(format!("result<{a}, {b}>")),
        7 => of_type(format!("result<_, {a}>")),
        8 => format!("record t{index} {{ a: {a}, b: option<{b}>, c: {c} }}"),
        9 => format!("variant t{index} {{ a, b({a}), c(tuple<{b}, {c}>), d(result<{c}>) }}"),
        10 => format!("enum t{index} {{ {} }}", names(cases)),
        11 => format!("/// @open\nenum t{index} {{ {} }}", names(cases)),
        _ => format!("flags t{index} {{ {} }}", names(count)),
    };
    writeln!(text, "{definition}").expect("a string takes all");
}

/// A type without parts, or one of those before `index`; large ones are not used again.
fn part(index: u64, dice: &mut Random) -> String {
    const SCALARS: [&str; 13] = [
        "bool", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "f32", "f64", "char", "bool",
    ];
    if index == 0 || dice.below(3) == 0 {
        SCALARS[dice.below(13) as usize].to_owned()
    } else {
        format!("t{}", dice.below(index.min(10)))
    }
}

#[test]
fn random_types_agree_with_postcard() {
    let mut dice = Random::new(7);
    for _ in 0..CONTRACTS {
        let contract = contract(&mut dice);
        for ty in random_types(&contract) {
            assert_eq!(
                longest(&contract, &ty).len(),
                contract.max_size(&ty) as usize
            );
            for _ in 0..8 {
                let mut message = random(&contract, &ty, &mut dice);
                one_form(&contract, &ty, &message).expect("a message is not refused");
                dice.mutate(&mut message);
                // Refused, or again the one form of its value.
                let _ = one_form(&contract, &ty, &message);
            }
        }
    }
}

/// What is read is written in the same bytes, by us and by postcard.
fn one_form(contract: &Contract, ty: &Type, message: &[u8]) -> Result<(), value::ValueError> {
    let value = value::decode(contract, ty, message)?;
    assert_eq!(value::encode(contract, ty, &value).as_deref(), Ok(message));
    let interpreted = Interpreted {
        contract,
        ty,
        value: &value,
    };
    assert_eq!(postcard::to_allocvec(&interpreted).unwrap(), message);
    Ok(())
}

#[test]
fn random_contracts_become_rust() {
    let mut dice = Random::new(8);
    for _ in 0..CONTRACTS {
        let contract = contract(&mut dice);
        let world = contract.world(None).unwrap();
        let options = Options {
            serde: true,
            ..Options::default()
        };
        for code in [
            emit::guest(&contract, world, &options),
            emit::host(&contract, world, &options),
        ] {
            syn::parse2::<syn::File>(code).expect("generated code parses");
        }
    }
}

fn random_types(contract: &Contract) -> impl Iterator<Item = Type> {
    let is_ours = |def: &TypeDef| def.name.starts_with('t') && def.name[1..].parse::<u64>().is_ok();
    let types = contract.types.iter().zip(0..);
    types
        .filter(move |(def, _)| is_ours(def))
        .map(|(_, index)| Type::Named(TypeId(index)))
}

/// A value of the contract as serde's derives would hand it to a serializer.
struct Interpreted<'a> {
    contract: &'a Contract,
    ty: &'a Type,
    value: &'a Value,
}

impl<'a> Interpreted<'a> {
    fn part(&self, ty: &'a Type, value: &'a Value) -> Self {
        Self {
            contract: self.contract,
            ty,
            value,
        }
    }

    /// The parts of a record, tuple or fixed-length list.
    fn parts<S: Serializer>(&self, parts: &[Self], serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(parts.len())?;
        parts
            .iter()
            .try_for_each(|part| tuple.serialize_element(part))?;
        tuple.end()
    }

    fn case<S: Serializer>(
        &self,
        number: u32,
        payload: Option<Self>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match payload {
            Some(payload) => serializer.serialize_newtype_variant("", number, "", &payload),
            None => serializer.serialize_unit_variant("", number, ""),
        }
    }

    fn option<S: Serializer>(&self, some: &'a Type, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Null => serializer.serialize_none(),
            Value::Object(map) if map.len() == 1 && map.contains_key("some") => {
                serializer.serialize_some(&self.part(some, &map["some"]))
            }
            value => serializer.serialize_some(&self.part(some, value)),
        }
    }

    fn integer(&self) -> i128 {
        let number = self.value.as_i64().map(i128::from);
        number
            .or(self.value.as_u64().map(i128::from))
            .expect("an integer")
    }

    fn float(&self) -> f64 {
        self.value.as_f64().expect("a float")
    }

    fn items(&self) -> &'a [Value] {
        self.value.as_array().expect("a list")
    }

    /// The name and payload of a variant's case.
    fn chosen(&self) -> (&'a str, Option<&'a Value>) {
        match self.value {
            Value::String(name) => (name, None),
            value => {
                let map = value.as_object().expect("a case");
                let (name, payload) = map.iter().next().expect("a case");
                (name, Some(payload))
            }
        }
    }
}

impl Serialize for Interpreted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.ty {
            Type::Bool => serializer.serialize_bool(self.value == &Value::Bool(true)),
            Type::U8 => serializer.serialize_u8(self.integer() as u8),
            Type::U16 => serializer.serialize_u16(self.integer() as u16),
            Type::U32 => serializer.serialize_u32(self.integer() as u32),
            Type::U64 => serializer.serialize_u64(self.integer() as u64),
            Type::S8 => serializer.serialize_i8(self.integer() as i8),
            Type::S16 => serializer.serialize_i16(self.integer() as i16),
            Type::S32 => serializer.serialize_i32(self.integer() as i32),
            Type::S64 => serializer.serialize_i64(self.integer() as i64),
            Type::F32 => serializer.serialize_f32(self.float() as f32),
            Type::F64 => serializer.serialize_f64(self.float()),
            Type::Char => {
                let mut chars = self.value.as_str().expect("a char").chars();
                serializer.serialize_char(chars.next().expect("a char"))
            }
            Type::String { .. } => serializer.serialize_str(self.value.as_str().expect("a string")),
            Type::List { item, .. } => {
                let mut list = serializer.serialize_seq(Some(self.items().len()))?;
                let mut items = self.items().iter();
                items.try_for_each(|value| list.serialize_element(&self.part(item, value)))?;
                list.end()
            }
            Type::FixedList { item, .. } => {
                let parts: Vec<_> = self
                    .items()
                    .iter()
                    .map(|value| self.part(item, value))
                    .collect();
                self.parts(&parts, serializer)
            }
            Type::Tuple(types) => {
                let parts = types.iter().zip(self.items());
                let parts: Vec<_> = parts.map(|(ty, value)| self.part(ty, value)).collect();
                self.parts(&parts, serializer)
            }
            Type::Option(some) => self.option(some, serializer),
            Type::Result { ok, err } => {
                let (name, payload) = self.chosen();
                let (number, ty) = if name == "ok" { (0, ok) } else { (1, err) };
                let payload = ty.as_deref().zip(payload);
                self.case(
                    number,
                    payload.map(|(ty, value)| self.part(ty, value)),
                    serializer,
                )
            }
            Type::Named(id) => match &self.contract.type_def(*id).kind {
                TypeKind::Alias(of) => self.part(of, self.value).serialize(serializer),
                TypeKind::Record(fields) => {
                    let parts = fields.iter().map(|field| {
                        let value = self.value.get(&field.name).unwrap_or(&Value::Null);
                        self.part(&field.ty, value)
                    });
                    self.parts(&parts.collect::<Vec<_>>(), serializer)
                }
                TypeKind::Variant(cases) => {
                    let (name, payload) = self.chosen();
                    let (case, number) = cases
                        .iter()
                        .zip(0..)
                        .find(|(case, _)| case.name == name)
                        .expect("a case");
                    let payload = case.payload.as_ref().zip(payload);
                    self.case(
                        number,
                        payload.map(|(ty, value)| self.part(ty, value)),
                        serializer,
                    )
                }
                TypeKind::Enum { cases, .. } => {
                    let named = cases
                        .iter()
                        .zip(0..)
                        .find(|(case, _)| self.value == &case.name);
                    let number = named.map_or_else(|| self.integer() as u32, |(_, number)| number);
                    serializer.serialize_unit_variant("", number, "")
                }
                TypeKind::Flags(flags) => {
                    let is_set = |name: &str| self.items().iter().any(|flag| flag == name);
                    let set = flags.iter().zip(0..).filter(|(flag, _)| is_set(&flag.name));
                    let bits = set.fold(0_u32, |bits, (_, bit)| bits | 1 << bit);
                    match flags.len() {
                        0..=8 => serializer.serialize_u8(bits as u8),
                        9..=16 => serializer.serialize_u16(bits as u16),
                        _ => serializer.serialize_u32(bits),
                    }
                }
            },
        }
    }
}
