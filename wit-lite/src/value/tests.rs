use corelet_abi::{Bytes, Codec, Seq, Text};
use serde_json::{Value, json};

use super::{decode, decode_response, encode, encode_request};
use crate::model::{Contract, Interface, Type};

const CONTRACT: &str = "
package test:values@1.0.0;
interface values {
    enum level { low, high }
    /// @open
    enum growing { one, two }
    flags few { a, b, c }
    flags many { f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16 }
    record pair { left: u16, right: option<s32> }
    variant shape { point, circle(f32), box(tuple<u8, u8>) }
    /// @max(4)
    type name = string;
    /// @max(3)
    type data = list<u8>;
    /// @max(2)
    type pairs = list<pair>;
    type nested = option<option<u8>>;
    type either = result<name, level>;
    type done = result<_, u8>;
    type four = list<s8, 4>;
    type signs = tuple<s64, char, bool, f64>;

    set: func(name: name, level: level) -> done;
    stop: func();
}
";

fn contract() -> Contract {
    Contract::parse(&[("values.wit", CONTRACT)]).unwrap()
}

fn values(contract: &Contract) -> &Interface {
    let mut interfaces = contract.interfaces.iter();
    interfaces
        .find(|interface| interface.name == "values")
        .unwrap()
}

fn named(contract: &Contract, name: &str) -> Type {
    Type::Named(contract.type_in(values(contract), name).unwrap())
}

/// JSON and bytes are the same value, both ways, and the ABI's own codec reads the bytes.
#[track_caller]
fn same<C: Codec>(name: &str, value: Value, native: C::Value<'_>) {
    let contract = contract();
    let ty = named(&contract, name);
    let bytes = encode(&contract, &ty, &value).unwrap();
    let mut expected = vec![0; C::MAX];
    let length = corelet_abi::encode::<C>(&native, &mut expected).unwrap();
    assert_eq!(bytes, expected[..length]);
    assert_eq!(decode(&contract, &ty, &bytes).unwrap(), value);
    assert_eq!(contract.max_size(&ty) as usize, C::MAX, "{name}");
}

#[test]
fn values_have_the_bytes_of_the_abi() {
    same::<Text<4>>("name", json!("näh"), "näh");
    same::<Bytes<3>>("data", json!([0, 255]), &[0, 255]);
    same::<(u16, Option<i32>)>("pair", json!({ "left": 300, "right": -1 }), (300, Some(-1)));
    same::<(u16, Option<i32>)>("pair", json!({ "left": 1, "right": null }), (1, None));
    same::<Seq<(u16, Option<i32>), 2>>(
        "pairs",
        json!([{ "left": 1, "right": null }, { "left": 2, "right": 3 }]),
        (&[(1, None), (2, Some(3))]).into(),
    );
    same::<Option<Option<u8>>>("nested", json!(null), None);
    same::<Option<Option<u8>>>("nested", json!({ "some": null }), Some(None));
    same::<Option<Option<u8>>>("nested", json!({ "some": 7 }), Some(Some(7)));
    same::<Result<Text<4>, u8>>("either", json!({ "ok": "a" }), Ok("a"));
    same::<Result<Text<4>, u8>>("either", json!({ "err": "high" }), Err(1));
    same::<Result<(), u8>>("done", json!({ "ok": null }), Ok(()));
    same::<[i8; 4]>("four", json!([-128, 0, 1, 127]), [-128, 0, 1, 127]);
    same::<(i64, char, bool, f64)>(
        "signs",
        json!([i64::MIN, "ß", true, -0.5]),
        (i64::MIN, 'ß', true, -0.5),
    );
    same::<(i64, char, bool, f64)>(
        "signs",
        json!([0, "x", false, "-inf"]),
        (0, 'x', false, f64::NEG_INFINITY),
    );
    same::<u8>("level", json!("high"), 1);
    same::<u32>("growing", json!("two"), 1);
    same::<u32>("growing", json!(70_000), 70_000);
    same::<u8>("few", json!(["a", "c"]), 5);
}

#[test]
fn variants_and_many_flags_have_their_bytes() {
    let contract = contract();
    let round = |name: &str, value: Value, bytes: &[u8]| {
        let ty = named(&contract, name);
        assert_eq!(encode(&contract, &ty, &value).unwrap(), bytes);
        assert_eq!(decode(&contract, &ty, bytes).unwrap(), value);
    };
    round("shape", json!("point"), &[0]);
    round("shape", json!({ "circle": 1.0 }), &[1, 0, 0, 0x80, 0x3f]);
    round("shape", json!({ "box": [1, 2] }), &[2, 1, 2]);
    round("many", json!(["f0", "f16"]), &[0x81, 0x80, 0x04]);
}

#[test]
fn what_may_be_written_in_another_way_is_taken() {
    let contract = contract();
    let bytes = |name: &str, value| encode(&contract, &named(&contract, name), &value).unwrap();
    assert_eq!(bytes("data", json!("abc")), [3, b'a', b'b', b'c']);
    assert_eq!(bytes("pair", json!({ "left": 1 })), [1, 0]);
    assert_eq!(bytes("few", json!(["c", "a"])), [5]);
}

#[test]
fn errors_name_the_part_and_what_is_allowed() {
    let contract = contract();
    let error = |name: &str, value| {
        encode(&contract, &named(&contract, name), &value)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error("pairs", json!([{ "left": 1 }, { "left": 70_000 }])),
        "`1.left`: found 70000, allowed a whole number from 0 to 65535",
    );
    assert_eq!(
        error("pair", json!({ "right": 1 })),
        "`left`: found nothing, allowed u16"
    );
    assert_eq!(
        error("pair", json!({ "lfet": 1 })),
        "`lfet`: found a field of this name, allowed left, right; did you mean `left`?",
    );
    assert_eq!(
        error("level", json!("hihg")),
        "found \"hihg\", allowed low, high; did you mean `high`?"
    );
    assert_eq!(
        error("level", json!(1)),
        "found 1, allowed one of low, high"
    );
    assert_eq!(
        error("name", json!("hello")),
        "found 5 bytes, allowed at most 4"
    );
    assert_eq!(
        error("data", json!([1, 2, 3, 4])),
        "found 4 items, allowed at most 3"
    );
    assert_eq!(
        error("four", json!([1])),
        "found a list of 1, allowed a list of 4 items"
    );
    assert_eq!(
        error("few", json!(["a", "a"])),
        "found \"a\" twice, allowed a list of a, b, c"
    );
    assert_eq!(
        error("shape", json!("circle")),
        "found \"circle\" alone, allowed {\"circle\": f32}"
    );
    assert_eq!(
        error("nested", json!(3)),
        "found 3, allowed null or {\"some\": …}"
    );
    assert!(
        error("shape", json!({ "circle": 1e300 }))
            .starts_with("`circle`: found 1e+300, allowed a number from -340")
    );
}

#[test]
fn bytes_that_are_not_canonical_are_refused_with_their_part() {
    let contract = contract();
    let error = |name: &str, bytes: &[u8]| {
        decode(&contract, &named(&contract, name), bytes)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error("pairs", &[2, 1, 0, 2]),
        "`1.right`: it ends inside a value"
    );
    assert_eq!(error("pair", &[1, 0, 0]), "bytes follow its end");
    assert_eq!(error("level", &[2]), "an enum or variant has no such case");
    assert_eq!(error("few", &[8]), "an unnamed flag is set");
    assert_eq!(error("many", &[0x80, 0x80, 0x08]), "an unnamed flag is set");
    assert_eq!(error("name", &[5]), "a string or list is over its bound");
    assert_eq!(error("name", &[1, 0xff]), "a string is not UTF-8");
    assert_eq!(
        error("growing", &[0x80, 0]),
        "an integer is not in its shortest form or out of range"
    );
}

#[test]
fn requests_and_responses_follow_the_signature() {
    let contract = contract();
    let [set, stop] = &values(&contract).functions[..] else {
        panic!("two functions");
    };
    let request = |arguments| encode_request(&contract, set, &arguments);
    assert_eq!(
        request(json!({ "level": "high", "name": "a" })).unwrap(),
        [1, b'a', 1]
    );
    assert_eq!(request(json!(["a", "high"])).unwrap(), [1, b'a', 1]);
    assert_eq!(
        request(json!({ "name": "a" })).unwrap_err().to_string(),
        "`level`: found nothing, allowed enum { low, high }",
    );
    assert_eq!(
        request(json!([1])).unwrap_err().to_string(),
        "found a list of 1, allowed 2 arguments: name, level",
    );
    assert!(
        encode_request(&contract, stop, &Value::Null)
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        decode_response(&contract, set, &[1, 4]).unwrap(),
        json!({ "err": 4 })
    );
    assert_eq!(decode_response(&contract, stop, &[]).unwrap(), Value::Null);
    assert!(decode_response(&contract, stop, &[0]).is_err());
}
