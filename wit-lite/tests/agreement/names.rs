//! Names that Rust keeps for itself, or that Corelet uses.

use corelet_abi::{Function, decode};

use crate::bindings::all;
use crate::{contract, encoded};

#[test]
fn keywords_and_names_of_the_prelude_are_names_of_fields_and_types() {
    let value = all::Type {
        r#match: 1,
        self_: 2,
        super_: "3",
        crate_: true,
    };
    let bytes = encoded::<all::Type<'static>>(&value);
    assert_eq!(bytes, [1, 2, 1, b'3', 1]);
    assert_eq!(decode::<all::Type<'static>>(&bytes), Ok(value));

    let string = all::String {
        option: Some(1),
        result: Err(2),
    };
    let option: all::Option = Some(string);
    assert_eq!(encoded::<Option<all::String>>(&option), [1, 1, 1, 1, 2]);
    assert_eq!(encoded::<all::Self_>(&all::Self_::Ok), [1]);
    assert_eq!(
        encoded::<all::ResultOf<'static>>(&all::ResultOf::Err("e")),
        [1, 1, b'e']
    );
    assert_eq!(encoded::<all::Clone>(&all::Clone { copy: 4 }), [4]);
}

#[test]
fn a_type_named_like_an_item_of_corelets_own_gives_way() {
    let host = all::Host_ {
        capability: 1,
        guest: 2,
    };
    assert_eq!(encoded::<all::Host_>(&host), [1, 2]);
}

#[test]
fn a_function_stands_for_what_the_contract_says() {
    use all::functions::Move;

    let contract = contract();
    let all = contract
        .interfaces
        .iter()
        .find(|interface| interface.name == "all")
        .unwrap();
    let function = all
        .functions
        .iter()
        .find(|function| function.name == Move::NAME)
        .unwrap();
    assert_eq!(Move::INTERFACE, all.id());
    assert_eq!(Move::SHAPE.0, contract.shape(all, function));
    assert_eq!(Move::REQUEST_MAX, contract.request_max(function) as usize);
    assert_eq!(Move::RESPONSE_MAX, contract.response_max(function) as usize);
}
