use corelet_abi::Codec;
use serde_json::{Map, Value};

use super::ValueError;
use super::json::{float, integer, join, label_names, mismatch, names, position, single, unknown};
use crate::model::{Case, Contract, Field, Function, Label, Type, TypeKind};
use crate::suggest::nearest;

type Encoded = Result<(), ValueError>;

pub(super) fn value(contract: &Contract, ty: &Type, value: &Value, out: &mut Vec<u8>) -> Encoded {
    Encoder { contract, out }.value(ty, value)
}

pub(super) fn request(
    contract: &Contract,
    function: &Function,
    arguments: &Value,
    out: &mut Vec<u8>,
) -> Encoded {
    let mut encoder = Encoder { contract, out };
    let params = &function.params;
    match arguments {
        Value::Array(list) if list.len() == params.len() => params
            .iter()
            .zip(list)
            .try_for_each(|(param, value)| encoder.part(&param.name, &param.ty, value)),
        Value::Null if params.is_empty() => Ok(()),
        Value::Object(map) => encoder.fields(params, map, "a parameter"),
        other => {
            let allowed = format!("{} arguments: {}", params.len(), names(params));
            Err(mismatch(other, allowed))
        }
    }
}

struct Encoder<'e> {
    contract: &'e Contract,
    out: &'e mut Vec<u8>,
}

impl Encoder<'_> {
    /// A type without parts, by the ABI's own codec.
    fn put<C: Codec>(&mut self, value: &C::Value<'_>) -> Encoded {
        // The largest are `u64` with ten bytes and `char` with five.
        let mut buffer = [0; 16];
        let length = corelet_abi::encode::<C>(value, &mut buffer)?;
        self.out.extend_from_slice(&buffer[..length]);
        Ok(())
    }

    fn part(&mut self, name: &str, ty: &Type, value: &Value) -> Encoded {
        self.value(ty, value).map_err(|error| error.within(name))
    }

    fn value(&mut self, ty: &Type, value: &Value) -> Encoded {
        match ty {
            Type::Bool => match value {
                Value::Bool(value) => self.put::<bool>(value),
                other => Err(mismatch(other, "true or false")),
            },
            Type::U8 => self.put::<u8>(&integer(value, u8::MIN, u8::MAX)?),
            Type::U16 => self.put::<u16>(&integer(value, u16::MIN, u16::MAX)?),
            Type::U32 => self.put::<u32>(&integer(value, u32::MIN, u32::MAX)?),
            Type::U64 => self.put::<u64>(&integer(value, u64::MIN, u64::MAX)?),
            Type::S8 => self.put::<i8>(&integer(value, i8::MIN, i8::MAX)?),
            Type::S16 => self.put::<i16>(&integer(value, i16::MIN, i16::MAX)?),
            Type::S32 => self.put::<i32>(&integer(value, i32::MIN, i32::MAX)?),
            Type::S64 => self.put::<i64>(&integer(value, i64::MIN, i64::MAX)?),
            Type::F32 => {
                let wide = float(value)?;
                let narrow = wide as f32;
                if wide.is_finite() && narrow.is_infinite() {
                    let range = format!("a number from {} to {}", f32::MIN, f32::MAX);
                    return Err(mismatch(value, range));
                }
                self.put::<f32>(&narrow)
            }
            Type::F64 => self.put::<f64>(&float(value)?),
            Type::Char => {
                let text = value.as_str().unwrap_or_default();
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(one), None) => self.put::<char>(&one),
                    _ => Err(mismatch(value, "a string of one char")),
                }
            }
            Type::String { max } => match value {
                Value::String(text) => self.bytes(text.as_bytes(), *max),
                other => Err(mismatch(other, format!("a string of at most {max} bytes"))),
            },
            Type::List { item, max } => self.list(item, *max, value),
            Type::FixedList { item, length } => {
                let types = std::iter::repeat_n(&**item, *length as usize);
                self.parts(types, value)
            }
            Type::Tuple(parts) => self.parts(parts.iter(), value),
            Type::Option(some) => self.option(some, value),
            Type::Result { ok, err } => match single(value) {
                Some(("ok", payload)) => self.side(0, "ok", ok.as_deref(), payload),
                Some(("err", payload)) => self.side(1, "err", err.as_deref(), payload),
                _ => Err(mismatch(value, r#"{"ok": …} or {"err": …}"#)),
            },
            Type::Named(id) => {
                let contract = self.contract;
                self.named(&contract.type_def(*id).kind, value)
            }
        }
    }

    fn bytes(&mut self, bytes: &[u8], max: u32) -> Encoded {
        self.count(bytes.len(), max, "bytes")?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn count(&mut self, count: usize, max: u32, what: &str) -> Encoded {
        match u32::try_from(count) {
            Ok(count) if count <= max => self.put::<u32>(&count),
            _ => Err(ValueError::mismatch(
                format!("{count} {what}"),
                format!("at most {max}"),
            )),
        }
    }

    fn list(&mut self, item: &Type, max: u32, value: &Value) -> Encoded {
        let is_bytes = *self.contract.unaliased(item) == Type::U8;
        match value {
            Value::String(text) if is_bytes => self.bytes(text.as_bytes(), max),
            Value::Array(items) => {
                self.count(items.len(), max, "items")?;
                let mut items = items.iter().enumerate();
                items.try_for_each(|(index, value)| self.part(&index.to_string(), item, value))
            }
            other => Err(mismatch(other, format!("a list of at most {max} items"))),
        }
    }

    fn parts<'t>(
        &mut self,
        types: impl ExactSizeIterator<Item = &'t Type>,
        value: &Value,
    ) -> Encoded {
        match value {
            Value::Array(values) if values.len() == types.len() => types
                .zip(values)
                .enumerate()
                .try_for_each(|(index, (ty, value))| self.part(&index.to_string(), ty, value)),
            other => Err(mismatch(other, format!("a list of {} items", types.len()))),
        }
    }

    fn option(&mut self, some: &Type, value: &Value) -> Encoded {
        let nested = matches!(self.contract.unaliased(some), Type::Option(_));
        match (value, single(value)) {
            (Value::Null, _) => self.put::<u8>(&0),
            (_, Some(("some", value))) if nested => {
                self.put::<u8>(&1)?;
                self.part("some", some, value)
            }
            _ if nested => Err(mismatch(value, r#"null or {"some": …}"#)),
            _ => {
                self.put::<u8>(&1)?;
                self.value(some, value)
            }
        }
    }

    /// One side of a result.
    fn side(&mut self, tag: u8, name: &str, ty: Option<&Type>, payload: &Value) -> Encoded {
        self.put::<u8>(&tag)?;
        match (ty, payload) {
            (Some(ty), payload) => self.part(name, ty, payload),
            (None, Value::Null) => Ok(()),
            (None, other) => Err(mismatch(other, "null").within(name)),
        }
    }

    fn named(&mut self, kind: &TypeKind, value: &Value) -> Encoded {
        match kind {
            TypeKind::Alias(ty) => self.value(ty, value),
            TypeKind::Record(fields) => match value {
                Value::Object(map) => self.fields(fields, map, "a field"),
                other => Err(mismatch(other, format!("an object: {}", names(fields)))),
            },
            TypeKind::Variant(cases) => self.variant(cases, value),
            TypeKind::Enum { cases, open } => match value {
                Value::String(name) => {
                    let number = position(cases, name)?;
                    self.put::<u32>(&number)
                }
                Value::Number(_) if *open => self.put::<u32>(&integer(value, 0, u32::MAX)?),
                other => Err(mismatch(other, format!("one of {}", label_names(cases)))),
            },
            TypeKind::Flags(flags) => self.flags(flags, value),
        }
    }

    /// The fields of a record, or the parameters of a function.
    fn fields(&mut self, fields: &[Field], map: &Map<String, Value>, what: &str) -> Encoded {
        let known = |name: &String| fields.iter().any(|field| field.name == *name);
        if let Some(unknown) = map.keys().find(|name| !known(name)) {
            let missing = fields.iter().map(|field| field.name.as_str());
            let missing = missing.filter(|name| !map.contains_key(*name));
            let error = ValueError::mismatch(format!("{what} of this name"), names(fields));
            return Err(error.near(nearest(unknown, missing)).within(unknown));
        }
        for field in fields {
            let optional = matches!(self.contract.unaliased(&field.ty), Type::Option(_));
            match map.get(&field.name) {
                Some(value) => self.part(&field.name, &field.ty, value)?,
                None if optional => self.put::<u8>(&0)?,
                None => {
                    let allowed = self.contract.type_text(&field.ty);
                    return Err(ValueError::mismatch("nothing", allowed).within(&field.name));
                }
            }
        }
        Ok(())
    }

    fn variant(&mut self, cases: &[Case], value: &Value) -> Encoded {
        let all = || cases.iter().map(|case| case.name.as_str());
        let (name, payload) = match value {
            Value::String(name) => (name.as_str(), None),
            other => match single(other) {
                Some((name, payload)) => (name, Some(payload)),
                None => return Err(mismatch(value, format!("one of {}", join(all())))),
            },
        };
        let Some((case, number)) = cases
            .iter()
            .zip(0_u32..)
            .find(|(case, _)| case.name == name)
        else {
            return Err(unknown(name, all()));
        };
        self.put::<u32>(&number)?;
        match (&case.payload, payload) {
            (Some(ty), Some(payload)) => self.part(name, ty, payload),
            (None, None | Some(Value::Null)) => Ok(()),
            (Some(ty), None) => {
                let allowed = format!("{{\"{name}\": {}}}", self.contract.type_text(ty));
                Err(ValueError::mismatch(format!("\"{name}\" alone"), allowed))
            }
            (None, Some(payload)) => Err(mismatch(payload, format!("\"{name}\" alone"))),
        }
    }

    fn flags(&mut self, flags: &[Label], value: &Value) -> Encoded {
        let allowed = || format!("a list of {}", label_names(flags));
        let Value::Array(names) = value else {
            return Err(mismatch(value, allowed()));
        };
        let mut bits = 0_u32;
        for name in names {
            let name = name.as_str().ok_or_else(|| mismatch(name, allowed()))?;
            let bit = 1 << position(flags, name)?;
            if bits & bit != 0 {
                return Err(ValueError::mismatch(format!("\"{name}\" twice"), allowed()));
            }
            bits |= bit;
        }
        match flags.len() {
            // At most 8 bits are set here.
            0..=8 => self.put::<u8>(&(bits as u8)),
            _ => self.put::<u32>(&bits),
        }
    }
}
