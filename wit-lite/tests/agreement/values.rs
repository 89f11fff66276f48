//! Values that a program makes, in place of those that come out of a message.

use corelet_abi::{Call, CodecError, List, Text, Writer, encode};

use crate::bindings::all::{self, Choice, Closed, Nested, Open, Optional, Scalars, Texts, Three};
use crate::bindings::parts::{Label, Point, Unit};
use crate::encoded;

const SCALARS: Scalars = Scalars {
    a_bool: true,
    a_u8: 200,
    a_u16: 300,
    a_u32: 70_000,
    a_u64: u64::MAX,
    a_s8: -1,
    a_s16: -300,
    a_s32: i32::MIN,
    a_s64: i64::MIN,
    a_char: '°',
};

const TEXTS: Texts<'static> = Texts {
    text: "abc",
    long: "",
    bytes: &[1, 2, 3],
    octets: &[],
    words: List::new(&["one", "two"]),
};

const ROWS: &[List<'static, Text<5>>] = &[List::new(&["a", "b"]), List::EMPTY];

fn nested() -> Nested<'static> {
    Nested {
        optional: Some(Optional {
            point: Some(Point { x: 1, y: -1 }),
            text: None,
            twice: Some(None),
        }),
        outcome: Err("no"),
        no_value: Ok(()),
        no_error: Err(()),
        neither: Ok(()),
        table: List::new(&[("k", "v"), ("", "")]),
        rows: List::new(ROWS),
        grid: [[1, 2], [3, 4], [5, 6]],
        tags: const {
            [Label {
                text: "t",
                points: List::new(&[Point { x: 5, y: 6 }]),
            }; 2]
        },
        choices: const {
            List::new(&[
                Choice::Pair((7, "p")),
                Choice::Inner(Some(Err(Unit::Unknown(99)))),
            ])
        },
        twelve: (
            1,
            2,
            3,
            4,
            -5,
            -6,
            -7,
            -8,
            true,
            'x',
            Unit::Lux,
            Three::READ | Three::EXECUTE,
        ),
        single: ("one",),
    }
}

#[test]
fn lists_of_slices_are_written_as_postcard_writes_vectors() {
    let mirror = all::owned::Nested::from(nested());
    assert_eq!(mirror.rows, [vec!["a", "b"], vec![]]);
    assert_eq!(
        encoded::<Nested<'static>>(&nested()),
        postcard::to_allocvec(&mirror).unwrap()
    );
}

#[test]
fn a_call_is_its_arguments_in_order() {
    let choice = Choice::Fixed([1, -2, 3]);
    let call = all::Everything {
        scalars: SCALARS,
        texts: TEXTS,
        closed: Closed::Three,
        open: Open::UnknownCase(300),
        choice,
        nested: nested(),
    };
    let mut buffer = [0; 4096];
    let mut writer = Writer::new(&mut buffer);
    call.encode(&mut writer).unwrap();
    let mirror = (
        all::owned::Scalars::from(SCALARS),
        all::owned::Texts::from(TEXTS),
        all::owned::Closed::Three,
        all::owned::Open::UnknownCase(300),
        all::owned::Choice::from(choice),
        all::owned::Nested::from(nested()),
    );
    assert_eq!(writer.written(), postcard::to_allocvec(&mirror).unwrap());
}

#[test]
fn a_call_without_parameters_is_empty() {
    let mut writer = Writer::new(&mut []);
    all::Nothing.encode(&mut writer).unwrap();
    assert_eq!(writer.length(), 0);
}

#[test]
fn what_is_over_its_bound_is_not_written() {
    let mut buffer = [0; 4096];
    let mut refused = |texts: Texts<'_>| encode::<Texts<'static>>(&texts, &mut buffer);
    assert_eq!(
        refused(Texts {
            text: "abcd",
            ..TEXTS
        }),
        Err(CodecError::Bound)
    );
    assert_eq!(
        refused(Texts {
            octets: &[0; 5],
            ..TEXTS
        }),
        Err(CodecError::Bound)
    );
    assert_eq!(
        refused(Texts {
            words: List::new(&["a"; 4]),
            ..TEXTS
        }),
        Err(CodecError::Bound)
    );
    assert_eq!(
        refused(Texts {
            words: List::new(&["sixsix"]),
            ..TEXTS
        }),
        Err(CodecError::Bound)
    );
    assert!(refused(TEXTS).is_ok());
}

#[test]
fn flags_are_sets() {
    let both = Three::READ | Three::WRITE;
    assert!(both.contains(Three::READ) && !both.contains(Three::EXECUTE));
    assert!(both.contains(Three::empty()) && Three::empty().is_empty());
    assert_eq!(both & Three::WRITE, Three::WRITE);
    assert_eq!(both | Three::EXECUTE, Three::all());
    assert_eq!(Three::from_bits(0b1000), None);
    assert_eq!(Three::from_bits(0b011), Some(both));
    assert_eq!(all::Flags32::all().bits(), u32::MAX);
    assert_eq!(all::Flags32::D7.bits(), 1 << 31);
}
