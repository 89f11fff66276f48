//! The codecs of this crate, against the `postcard` crate and against bytes of any kind.

use std::fmt::Debug;

use corelet_abi::{
    Bytes, Codec, CodecError, List, Reader, Seq, Text, Writer, decode, encode, varint_max,
};
use proptest::prelude::*;
use serde::Serialize;

fn encoded<C: Codec>(value: &C::Value<'_>) -> Vec<u8> {
    let mut buffer = vec![0; C::MAX];
    let length = encode::<C>(value, &mut buffer).unwrap();
    buffer.truncate(length);
    buffer
}

/// `value` is written as postcard writes it, read back, and refused wherever it is cut.
fn agrees<C>(value: C) -> Result<(), TestCaseError>
where
    C: for<'a> Codec<Value<'a> = C> + Copy + Serialize + PartialEq + Debug,
{
    let bytes = encoded::<C>(&value);
    prop_assert_eq!(&bytes, &postcard::to_allocvec(&value).unwrap());
    for end in 0..bytes.len() {
        prop_assert!(decode::<C>(&bytes[..end]).is_err());
    }
    prop_assert_eq!(decode::<C>(&bytes), Ok(value));
    let mut small = vec![0; bytes.len().saturating_sub(1)];
    if !bytes.is_empty() {
        prop_assert_eq!(encode::<C>(&value, &mut small), Err(CodecError::Full));
    }
    Ok(())
}

/// Bytes are refused, or are what their value is written as.
fn has_one_form<C: Codec>(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(value) = decode::<C>(bytes) {
        prop_assert_eq!(encoded::<C>(&value), bytes);
    }
    Ok(())
}

type Everything = (
    bool,
    u16,
    i64,
    char,
    Text<3>,
    Bytes<3>,
    Seq<Option<u32>, 3>,
    Result<(u8, i8), Seq<Text<2>, 2>>,
    [i16; 2],
);

proptest! {
    #[test]
    fn integers(a: u8, b: u16, c: u32, d: u64, e: i8, f: i16, g: i32, h: i64) {
        agrees(a)?;
        agrees(b)?;
        agrees(c)?;
        agrees(d)?;
        agrees(e)?;
        agrees(f)?;
        agrees(g)?;
        agrees(h)?;
        agrees((a, b, c, d, e, f, g, h))?;
    }

    #[test]
    fn other_scalars(a: bool, b: char, c: f32, d: f64) {
        agrees(a)?;
        agrees(b)?;
        agrees(c)?;
        agrees(d)?;
    }

    #[test]
    fn compounds(a: Option<u16>, b: Result<i32, bool>, c: [u16; 3], d: Option<Option<(u8, char)>>) {
        agrees(a)?;
        agrees(b)?;
        agrees(c)?;
        agrees(d)?;
        agrees((a, b, c, d, ()))?;
    }

    #[test]
    fn strings_and_lists(text in ".{0,16}", bytes: Vec<u8>, numbers in prop::collection::vec(any::<i32>(), 0..20)) {
        let expected = postcard::to_allocvec(&text).unwrap();
        prop_assert_eq!(encoded::<Text<64>>(&text.as_str()), expected);
        let expected = postcard::to_allocvec(&bytes).unwrap();
        prop_assert_eq!(encoded::<Bytes<100>>(&bytes.as_slice()), expected);
        let expected = postcard::to_allocvec(&numbers).unwrap();
        prop_assert_eq!(&encoded::<Seq<i32, 20>>(&List::new(&numbers)), &expected);
        let list = decode::<Seq<i32, 20>>(&expected).unwrap();
        prop_assert!(list.iter().eq(numbers.iter().copied()));
        prop_assert_eq!(list, List::new(&numbers));
        prop_assert_eq!(encoded::<Seq<i32, 20>>(&list), expected);
    }

    #[test]
    fn any_bytes_are_refused_or_have_one_form(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
        has_one_form::<Everything>(&bytes)?;
        has_one_form::<u64>(&bytes)?;
        has_one_form::<Text<8>>(&bytes)?;
        has_one_form::<Seq<Seq<u16, 3>, 3>>(&bytes)?;
    }

    #[test]
    fn small_bytes_reach_deeper(bytes in prop::collection::vec(0..4_u8, 0..24)) {
        has_one_form::<Everything>(&bytes)?;
        has_one_form::<Seq<Seq<u16, 3>, 3>>(&bytes)?;
    }
}

#[test]
fn each_error_of_decoding_has_its_bytes() {
    assert_eq!(decode::<u8>(&[]), Err(CodecError::End));
    assert_eq!(decode::<u8>(&[1, 2]), Err(CodecError::Trailing));
    assert_eq!(decode::<u32>(&[0x80, 0]), Err(CodecError::Varint));
    assert_eq!(decode::<bool>(&[2]), Err(CodecError::Tag));
    assert_eq!(decode::<char>(&[0]), Err(CodecError::Char));
    assert_eq!(decode::<Text<4>>(&[1, 0xff]), Err(CodecError::Utf8));
    assert_eq!(decode::<Text<4>>(&[5]), Err(CodecError::Bound));
    assert_eq!(decode::<Seq<u16, 2>>(&[3, 0, 0, 0]), Err(CodecError::Bound));
    // `Case` and `Flags` come from generated types: `vectors.txt` has them.
}

#[test]
fn each_error_of_encoding_has_its_value() {
    let mut buffer = [0; 8];
    assert_eq!(
        encode::<Text<2>>(&"abc", &mut buffer),
        Err(CodecError::Bound)
    );
    assert_eq!(
        encode::<Bytes<2>>(&&[0; 3][..], &mut buffer),
        Err(CodecError::Bound)
    );
    assert_eq!(
        encode::<Seq<u8, 2>>(&List::new(&[0; 3]), &mut buffer),
        Err(CodecError::Bound)
    );
    assert_eq!(encode::<u64>(&u64::MAX, &mut buffer), Err(CodecError::Full));
}

#[test]
fn a_count_of_any_size_reserves_nothing() {
    // Four thousand million items, in five bytes.
    let claim = [0xff, 0xff, 0xff, 0xff, 0x0f];
    assert_eq!(
        decode::<Seq<u64, { usize::MAX }>>(&claim),
        Err(CodecError::End)
    );
    assert_eq!(
        decode::<Bytes<{ usize::MAX }>>(&claim),
        Err(CodecError::End)
    );
}

#[test]
fn a_writer_that_is_full_writes_nothing_more() {
    let mut buffer = [0; 3];
    let mut writer = Writer::new(&mut buffer);
    writer.bytes(&[1, 2]).unwrap();
    assert_eq!(writer.bytes(&[3, 4]), Err(CodecError::Full));
    assert_eq!((writer.length(), writer.written()), (2, &[1, 2][..]));
    writer.byte(3).unwrap();
    assert_eq!(writer.byte(4), Err(CodecError::Full));
    assert_eq!(buffer, [1, 2, 3]);
}

#[test]
fn a_reader_takes_from_the_front() {
    let mut reader = Reader::new(&[1, 2, 3, 4]);
    assert_eq!(reader.byte(), 1);
    assert_eq!(reader.array(), [2, 3]);
    assert_eq!(reader.rest(), [4]);
    assert_eq!(reader.check(), Ok(()));
    assert_eq!(reader.finish(), Err(CodecError::Trailing));
}

#[test]
fn a_reader_that_refused_gives_nothing_more_and_keeps_the_first_error() {
    let mut reader = Reader::new(&[2, 1, 1, b'a', 1]);
    assert!(!reader.tag());
    assert_eq!(reader.rest(), []);
    assert_eq!((reader.byte(), reader.number(), reader.case(3)), (0, 0, 0));
    assert_eq!((reader.text(4), reader.bytes(1)), ("", &[][..]));
    assert_eq!(Option::<u8>::read(&mut reader), None);
    assert_eq!(Seq::<u8, 4>::read(&mut reader), List::EMPTY);
    assert_eq!(reader.check(), Err(CodecError::Tag));
    assert_eq!(reader.finish(), Err(CodecError::Tag));
}

#[test]
fn a_list_is_the_same_on_both_sides() {
    type Pairs = Seq<(u8, Text<3>), 4>;
    let items = [(1, "a"), (2, "bc")];
    let sent = List::from(&items);
    let bytes = encoded::<Pairs>(&sent);
    let received = decode::<Pairs>(&bytes).unwrap();
    assert_eq!(sent, received);
    assert_eq!((received.len(), received.is_empty()), (2, false));
    assert_eq!((received.get(1), received.get(2)), (Some((2, "bc")), None));
    assert_eq!(received.iter().len(), 2);
    assert_eq!(format!("{received:?}"), r#"[(1, "a"), (2, "bc")]"#);
    assert_ne!(received, List::new(&items[..1]));
    assert!(List::<(u8, Text<3>)>::EMPTY.is_empty());
}

#[test]
fn a_varint_of_seven_bits_a_byte() {
    assert_eq!(varint_max(0), 1);
    assert_eq!(varint_max(127), 1);
    assert_eq!(varint_max(128), 2);
    assert_eq!(varint_max(u64::MAX), 10);
}
