//! Generated codecs agree with the `postcard` crate over serde's derives, byte for byte, and take one form of each value
//! only.

mod grants;
mod messages;
mod names;
mod nested;
mod values;

/// Codecs need the ABI of the runtime, and nothing else.
mod runtime {
    pub(crate) use corelet_abi as abi;
}

mod bindings {
    corelet_macros::host_bindgen!({
        path: "tests/agreement/wit",
        serde: true,
        crate: crate::runtime,
    });
}

use corelet_abi::{Codec, decode, encode};
use corelet_wit::{Contract, Owner, Type, TypeDef, TypeId};
use messages::{Random, longest, random};
use serde::Serialize;
use serde::de::DeserializeOwned;

use bindings::{all, granted, parts};

const ROUNDS: u64 = 2_000;

fn contract() -> Contract {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agreement/wit");
    Contract::load(dir.as_ref()).expect("the contract is within the profile")
}

/// A type of the main package.
fn named(contract: &Contract, name: &str) -> Type {
    let is_ours = |def: &TypeDef| match def.owner {
        Owner::Interface(id) => contract.interface(id).package == contract.main,
        Owner::World(_) => false,
    };
    let mut types = contract.types.iter();
    let index = types.position(|def| def.name == name && is_ours(def));
    Type::Named(TypeId(index.expect("the contract has this type")))
}

fn encoded<C: Codec>(value: &C::Value<'_>) -> Vec<u8> {
    let mut buffer = vec![0xee; C::MAX];
    let length = encode::<C>(value, &mut buffer).expect("a value within its bounds fits MAX");
    buffer.truncate(length);
    buffer
}

/// Holds the codec `C` of `ty` to its mirror `M` and to itself.
fn agree<C, M>(ty: &Type, mirrored: impl Fn(C::Value<'_>) -> M)
where
    C: Codec,
    M: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let contract = contract();
    let largest = longest(&contract, ty);
    assert_eq!(
        largest.len(),
        C::MAX,
        "MAX is the longest message of {ty:?}"
    );
    assert_eq!(largest.len(), contract.max_size(ty) as usize);

    let mut dice = Random::new(0);
    for round in 0..ROUNDS {
        let message = match round {
            0 => largest.clone(),
            _ => random(&contract, ty, &mut dice),
        };
        let value = decode::<C>(&message).unwrap_or_else(|error| panic!("{message:02x?}: {error}"));
        assert_eq!(encoded::<C>(&value), message);

        let mirror: M = postcard::from_bytes(&message).expect("postcard reads what we read");
        assert_eq!(mirrored(value), mirror);
        assert_eq!(postcard::to_allocvec(&mirror).unwrap(), message);

        let mut mutant = message;
        dice.mutate(&mut mutant);
        one_form_only::<C, M>(&mutant, &mirrored);
        let noise: Vec<u8> = (0..dice.below(24)).map(|_| dice.byte()).collect();
        one_form_only::<C, M>(&noise, &mirrored);
    }
}

/// Any bytes are refused, or are the one form of their value, which postcard writes too.
fn one_form_only<C, M>(bytes: &[u8], mirrored: &impl Fn(C::Value<'_>) -> M)
where
    C: Codec,
    M: Serialize,
{
    if let Ok(value) = decode::<C>(bytes) {
        assert_eq!(encoded::<C>(&value), bytes);
        assert_eq!(postcard::to_allocvec(&mirrored(value)).unwrap(), bytes);
    }
}

macro_rules! agreement {
    ($($test:ident: $name:literal, $ty:ty => $mirror:ty;)*) => {$(
        #[test]
        fn $test() {
            agree::<$ty, $mirror>(&named(&contract(), $name), |value| <$mirror>::from(value));
        }
    )*};
}

agreement! {
    numbers_and_chars: "scalars", all::Scalars => all::owned::Scalars;
    floats: "floats", all::Floats => all::owned::Floats;
    strings_and_bytes: "texts", all::Texts<'static> => all::owned::Texts;
    a_closed_enum: "closed", all::Closed => all::owned::Closed;
    an_open_enum: "open", all::Open => all::owned::Open;
    three_flags: "three", all::Three => all::owned::Three;
    eight_flags: "flags8", all::Flags8 => all::owned::Flags8;
    nine_flags: "flags9", all::Flags9 => all::owned::Flags9;
    seventeen_flags: "flags17", all::Flags17 => all::owned::Flags17;
    thirty_two_flags: "flags32", all::Flags32 => all::owned::Flags32;
    a_variant: "choice", all::Choice<'static> => all::owned::Choice;
    options: "optional", all::Optional<'static> => all::owned::Optional;
    everything_nested: "nested", all::Nested<'static> => all::owned::Nested;
    a_record_of_another_interface: "label", parts::Label<'static> => parts::owned::Label;
    a_grant: "grant", granted::Grant<'static> => granted::owned::Grant;
}
