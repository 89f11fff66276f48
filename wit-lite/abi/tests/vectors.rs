//! `vectors.txt` holds for the codecs that `bindgen!` makes, for `corelet_wit::value`, and for the `postcard` crate.

mod runtime {
    pub(crate) use corelet_abi as abi;
}

mod bindings {
    corelet_macros::host_bindgen!({
        path: ".",
        serde: true,
        crate: crate::runtime,
    });
}

use std::collections::{BTreeMap, BTreeSet};

use bindings::types;
use corelet_abi::{Bytes, Codec, CodecError, Seq, Text, decode, encode};
use corelet_wit::{Contract, Type, TypeId, value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One line.
struct Vector<'a> {
    line: usize,
    ty: &'a str,
    value: &'a str,
    bytes: Vec<u8>,
}

fn vectors() -> Vec<Vector<'static>> {
    include_str!("../vectors.txt")
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
        .map(|(text, line)| {
            let parts: Vec<_> = text.splitn(4, '|').map(str::trim).collect();
            let [ty, value, bytes, _] = parts[..] else {
                panic!("line {line}: not four columns");
            };
            let bytes = bytes.split_whitespace();
            let bytes = bytes
                .map(|byte| u8::from_str_radix(byte, 16).unwrap())
                .collect();
            Vector {
                line,
                ty,
                value,
                bytes,
            }
        })
        .collect()
}

/// What the codec `C` makes of the bytes: refused, or encoded again. Its mirror `M` holds postcard to the same.
fn through<C: Codec, M: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<Vec<u8>, CodecError> {
    let value = decode::<C>(bytes)?;
    let mirror: M = postcard::from_bytes(bytes).expect("postcard reads what we read");
    assert_eq!(postcard::to_allocvec(&mirror).unwrap(), bytes);
    let mut buffer = vec![0; C::MAX];
    let length = encode::<C>(&value, &mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}

/// The types of `vectors.wit`.
fn ids(contract: &Contract) -> BTreeMap<&str, TypeId> {
    let mut interfaces = contract.interfaces.iter();
    let ours = interfaces
        .find(|interface| interface.package == contract.main)
        .unwrap();
    let types = ours.types.iter();
    types
        .map(|id| (contract.type_def(*id).name.as_str(), *id))
        .collect()
}

macro_rules! types {
    ($($name:literal => $codec:ty, $mirror:ty;)*) => {
        const NAMES: &[&str] = &[$($name),*];

        fn codec(name: &str) -> fn(&[u8]) -> Result<Vec<u8>, CodecError> {
            match name {
                $($name => through::<$codec, $mirror>,)*
                _ => panic!("no type {name}"),
            }
        }
    };
}

types! {
    "bool" => bool, types::owned::Bool;
    "u8" => u8, types::owned::U8;
    "u16" => u16, types::owned::U16;
    "u32" => u32, types::owned::U32;
    "u64" => u64, types::owned::U64;
    "s8" => i8, types::owned::S8;
    "s16" => i16, types::owned::S16;
    "s32" => i32, types::owned::S32;
    "s64" => i64, types::owned::S64;
    "f32" => f32, types::owned::F32;
    "f64" => f64, types::owned::F64;
    "char" => char, types::owned::Char;
    "text" => Text<5>, types::owned::Text;
    "long-text" => Text<300>, types::owned::LongText;
    "bytes" => Bytes<4>, types::owned::Bytes;
    "numbers" => Seq<u16, 3>, types::owned::Numbers;
    "texts" => Seq<Text<5>, 2>, types::owned::Texts;
    "table" => Seq<(Text<5>, u32), 2>, types::owned::Table;
    "triple" => [i16; 3], types::owned::Triple;
    "octets" => [u8; 2], types::owned::Octets;
    "pair" => (u8, Text<5>), types::owned::Pair;
    "maybe" => Option<u16>, types::owned::Maybe;
    "maybe-twice" => Option<Option<u8>>, types::owned::MaybeTwice;
    "outcome" => Result<u16, Text<5>>, types::owned::Outcome;
    "only-value" => Result<u16, ()>, types::owned::OnlyValue;
    "only-error" => Result<(), Text<5>>, types::owned::OnlyError;
    "neither" => Result<(), ()>, types::owned::Neither;
    "level" => types::Level, types::owned::Level;
    "unit" => types::Unit, types::owned::Unit;
    "rights" => types::Rights, types::owned::Rights;
    "nine" => types::Nine, types::owned::Nine;
    "seventeen" => types::Seventeen, types::owned::Seventeen;
    "point" => types::Point, types::owned::Point;
    "shape" => types::Shape<'static>, types::owned::Shape;
    "all" => types::All<'static>, types::owned::All;
}

#[test]
fn every_message_is_its_value_and_every_other_is_refused() {
    let contract = Contract::load(env!("CARGO_MANIFEST_DIR").as_ref()).unwrap();
    for Vector {
        line,
        ty,
        value,
        bytes,
    } in vectors()
    {
        let found = codec(ty)(&bytes);
        let ty = Type::Named(ids(&contract)[ty]);
        if let Some(error) = value.strip_prefix("refused ") {
            let found = found.map_err(|error| format!("{error:?}"));
            assert_eq!(found, Err(error.to_owned()), "line {line}");
            assert!(
                value::decode(&contract, &ty, &bytes).is_err(),
                "line {line}"
            );
        } else {
            let value = serde_json::from_str(value).unwrap();
            assert_eq!(found.as_ref(), Ok(&bytes), "line {line}");
            assert_eq!(
                value::encode(&contract, &ty, &value).as_ref(),
                Ok(&bytes),
                "line {line}"
            );
            assert_eq!(
                value::decode(&contract, &ty, &bytes),
                Ok(value),
                "line {line}"
            );
        }
    }
}

#[test]
fn every_type_has_a_message_and_every_error_of_decoding_too() {
    let vectors = vectors();
    let types: BTreeSet<_> = vectors.iter().map(|vector| vector.ty).collect();
    assert_eq!(types, NAMES.iter().copied().collect());
    let errors = vectors
        .iter()
        .filter_map(|vector| vector.value.strip_prefix("refused "));
    let errors: BTreeSet<_> = errors.collect();
    // `Full` is the encoder's.
    let all = [
        "End", "Trailing", "Varint", "Tag", "Char", "Utf8", "Case", "Flags", "Bound",
    ];
    assert_eq!(errors, all.into_iter().collect());
}
