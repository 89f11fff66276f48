//! Two grants, and what both allow.

use std::fmt::Debug;

use corelet_abi::{
    Bytes, Codec, CodecError, List, Meet, MeetError, Seq, Text, Writer, decode, encode,
    meet_encoded,
};

fn encoded<C: Codec>(value: &C::Value<'_>) -> Vec<u8> {
    let mut buffer = vec![0; C::MAX];
    let length = encode::<C>(value, &mut buffer).unwrap();
    buffer.truncate(length);
    buffer
}

/// Both ways around, where the order does not matter.
#[track_caller]
fn meets<C>(one: C, two: C, both: C)
where
    C: for<'a> Meet<Value<'a> = C> + Copy + PartialEq + Debug,
{
    for (asked, allowed) in [(&one, &two), (&two, &one)] {
        let mut buffer = vec![0; C::MAX];
        let mut writer = Writer::new(&mut buffer);
        C::meet(asked, allowed, &mut writer).unwrap();
        assert_eq!(decode::<C>(writer.written()), Ok(both));
    }
}

fn meet<C: Meet>(asked: &C::Value<'_>, allowed: &C::Value<'_>) -> Result<Vec<u8>, MeetError> {
    let (asked, allowed) = (encoded::<C>(asked), encoded::<C>(allowed));
    let mut both = vec![0; C::MAX];
    let length = meet_encoded::<C>(&asked, &allowed, &mut both)?;
    both.truncate(length);
    Ok(both)
}

#[test]
fn of_numbers_the_smaller() {
    meets(3_u8, 4, 3);
    meets(300_u16, 40, 40);
    meets(-1_i64, 1, -1);
    meets(0.5_f32, 0.25, 0.25);
}

#[test]
fn nan_is_no_limit() {
    let conflict = Err(MeetError::Conflict);
    for (asked, allowed) in [(f32::NAN, 1.0), (1.0, f32::NAN), (f32::NAN, f32::NAN)] {
        assert_eq!(meet::<f32>(&asked, &allowed), conflict);
        assert_eq!(meet::<f64>(&asked.into(), &allowed.into()), conflict);
    }
    // Nor where the other side sets none.
    assert_eq!(meet::<Option<f32>>(&Some(f32::NAN), &None), conflict);
    assert_eq!(meet::<Option<f32>>(&None, &Some(f32::NAN)), conflict);
    meets(f32::NEG_INFINITY, f32::MAX, f32::NEG_INFINITY);
}

#[test]
fn a_permission_needs_both() {
    meets(true, true, true);
    meets(true, false, false);
}

#[test]
fn no_limit_leaves_the_others() {
    meets(Some(3_u8), None, Some(3));
    meets(Some(3_u8), Some(2), Some(2));
    meets(None::<u8>, None, None);
}

#[test]
fn parts_meet_one_by_one() {
    meets((1_u8, 9_u16, true), (2, 3, false), (1, 3, false));
    meets([1_u8, 9], [2, 3], [1, 3]);
}

#[test]
fn of_lists_what_stands_in_both_in_the_order_asked() {
    assert_eq!(
        meet::<Bytes<4>>(&&[3, 1, 2][..], &&[1, 3, 4][..]),
        Ok(vec![2, 3, 1])
    );
    let (asked, allowed) = ([300, 5, 7], [7, 300]);
    assert_eq!(
        meet::<Seq<u16, 4>>(&List::new(&asked), &List::new(&allowed)),
        Ok(vec![2, 0xac, 2, 7])
    );
    assert_eq!(meet::<Bytes<4>>(&&[1][..], &&[2][..]), Ok(vec![0]));
}

#[test]
fn what_can_only_be_equal_must_be() {
    assert_eq!(meet::<Text<4>>(&"a", &"a"), Ok(vec![1, b'a']));
    assert_eq!(meet::<Text<4>>(&"a", &"b"), Err(MeetError::Conflict));
    assert_eq!(meet::<char>(&'a', &'b'), Err(MeetError::Conflict));
    assert_eq!(
        meet::<Result<u8, u8>>(&Ok(1), &Err(1)),
        Err(MeetError::Conflict)
    );
    // An exclusion deep inside excludes the whole.
    assert_eq!(
        meet::<(u8, Option<char>)>(&(1, Some('a')), &(1, Some('b'))),
        Err(MeetError::Conflict)
    );
}

#[test]
fn malformed_grants_are_no_grants() {
    let mut both = [0; 8];
    let malformed = MeetError::Codec(CodecError::Tag);
    assert_eq!(meet_encoded::<bool>(&[2], &[1], &mut both), Err(malformed));
    assert_eq!(meet_encoded::<bool>(&[1], &[2], &mut both), Err(malformed));
    assert_eq!(
        meet_encoded::<u32>(&[0xac, 2], &[0xac, 2], &mut both[..1]),
        Err(MeetError::Codec(CodecError::Full))
    );
}
