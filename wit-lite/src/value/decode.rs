use corelet_abi::{Codec, CodecError, Reader};
use serde_json::{Map, Value};

use super::ValueError;
use crate::model::{Contract, Type, TypeKind};

type Decoded = Result<Value, ValueError>;

pub(super) fn value(contract: &Contract, ty: &Type, reader: &mut Reader<'_>) -> Decoded {
    let part = |name: &str, ty: &Type, reader: &mut Reader<'_>| {
        value(contract, ty, reader).map_err(|error| error.within(name))
    };
    let side = |name: &str, ty: &Option<Box<Type>>, reader: &mut Reader<'_>| {
        let payload = match ty {
            Some(ty) => part(name, ty, reader)?,
            None => Value::Null,
        };
        Ok(object(name, payload))
    };
    match ty {
        Type::Bool => Ok(bool::decode(reader)?.into()),
        Type::U8 => Ok(u8::decode(reader)?.into()),
        Type::U16 => Ok(u16::decode(reader)?.into()),
        Type::U32 => Ok(u32::decode(reader)?.into()),
        Type::U64 => Ok(u64::decode(reader)?.into()),
        Type::S8 => Ok(i8::decode(reader)?.into()),
        Type::S16 => Ok(i16::decode(reader)?.into()),
        Type::S32 => Ok(i32::decode(reader)?.into()),
        Type::S64 => Ok(i64::decode(reader)?.into()),
        Type::F32 => Ok(float(f32::decode(reader)?.into())),
        Type::F64 => Ok(float(f64::decode(reader)?)),
        Type::Char => Ok(char::decode(reader)?.to_string().into()),
        Type::String { max } => Ok(checked(reader, |reader| reader.text(*max as usize))?.into()),
        Type::List { item, max } => {
            let count = checked(reader, |reader| reader.length(*max as usize))?;
            items(count, |index| part(&index.to_string(), item, reader))
        }
        Type::FixedList { item, length } => items(*length as usize, |index| {
            part(&index.to_string(), item, reader)
        }),
        Type::Tuple(parts) => {
            let parts = parts.iter().enumerate();
            parts
                .map(|(index, ty)| part(&index.to_string(), ty, reader))
                .collect()
        }
        Type::Option(some) => match bool::decode(reader)? {
            false => Ok(Value::Null),
            true if matches!(contract.unaliased(some), Type::Option(_)) => {
                Ok(object("some", part("some", some, reader)?))
            }
            true => value(contract, some, reader),
        },
        Type::Result { ok, err } => match bool::decode(reader)? {
            false => side("ok", ok, reader),
            true => side("err", err, reader),
        },
        Type::Named(id) => named(contract, &contract.type_def(*id).kind, reader),
    }
}

fn named(contract: &Contract, kind: &TypeKind, reader: &mut Reader<'_>) -> Decoded {
    let part = |name: &str, ty: &Type, reader: &mut Reader<'_>| {
        value(contract, ty, reader).map_err(|error| error.within(name))
    };
    match kind {
        TypeKind::Alias(ty) => value(contract, ty, reader),
        TypeKind::Record(fields) => {
            let mut map = Map::new();
            for field in fields {
                map.insert(field.name.clone(), part(&field.name, &field.ty, reader)?);
            }
            Ok(map.into())
        }
        TypeKind::Variant(cases) => {
            let number = u32::decode(reader)?;
            let case = cases.get(number as usize).ok_or(CodecError::Case)?;
            match &case.payload {
                Some(payload) => Ok(object(&case.name, part(&case.name, payload, reader)?)),
                None => Ok(case.name.clone().into()),
            }
        }
        TypeKind::Enum { cases, open } => {
            let number = u32::decode(reader)?;
            match cases.get(number as usize) {
                Some(case) => Ok(case.name.clone().into()),
                None if *open => Ok(number.into()),
                None => Err(CodecError::Case.into()),
            }
        }
        TypeKind::Flags(flags) => {
            let bits = match flags.len() {
                0..=8 => u8::decode(reader)?.into(),
                9..=16 => u16::decode(reader)?.into(),
                _ => u32::decode(reader)?,
            };
            if u64::from(bits) >> flags.len() != 0 {
                return Err(CodecError::Flags.into());
            }
            let set = flags.iter().enumerate();
            let set = set.filter(|(bit, _)| bits & (1 << bit) != 0);
            Ok(set.map(|(_, flag)| flag.name.as_str()).collect())
        }
    }
}

/// What `take` takes off the front, if it is there.
fn checked<'a, T>(
    reader: &mut Reader<'a>,
    take: impl FnOnce(&mut Reader<'a>) -> T,
) -> Result<T, CodecError> {
    let value = take(reader);
    reader.check()?;
    Ok(value)
}

fn items(count: usize, item: impl FnMut(usize) -> Decoded) -> Decoded {
    (0..count).map(item).collect()
}

fn object(name: &str, value: Value) -> Value {
    Map::from_iter([(name.to_owned(), value)]).into()
}

/// JSON has numbers for finite floats only.
fn float(value: f64) -> Value {
    if value.is_nan() {
        "nan".into()
    } else if value.is_infinite() {
        if value > 0.0 { "inf" } else { "-inf" }.into()
    } else {
        value.into()
    }
}
