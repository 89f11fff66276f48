//! What a plugin asks and a firmware allows, met.

use corelet_abi::{List, MeetError, decode, meet_encoded};

use crate::bindings::granted::{Grant, Rights, Window};
use crate::bindings::parts::Unit;
use crate::encoded;

const NIGHT: Window = Window { from: 22, to: 6 };
const NOON: Window = Window { from: 12, to: 13 };

fn asked() -> Grant<'static> {
    Grant {
        limit: 100,
        rate: Some(2.5),
        signed: -3,
        allowed: true,
        rights: Rights::READ | Rights::WRITE,
        channels: &[3, 1, 2],
        windows: const { List::new(&[NOON, NIGHT]) },
        window: Window { from: 1, to: 20 },
        unit: Unit::Lux,
        pair: (9, None),
        fixed: [1, 200],
    }
}

fn meet(asked: &Grant<'_>, allowed: &Grant<'_>) -> Result<Vec<u8>, MeetError> {
    let (asked, allowed) = (
        encoded::<Grant<'static>>(asked),
        encoded::<Grant<'static>>(allowed),
    );
    let mut both = vec![0; 256];
    let length = meet_encoded::<Grant<'static>>(&asked, &allowed, &mut both)?;
    both.truncate(length);
    Ok(both)
}

#[test]
fn both_sides_limits_hold() {
    let allowed = Grant {
        limit: 50,
        rate: None,
        signed: 4,
        allowed: false,
        rights: Rights::WRITE | Rights::ERASE,
        channels: &[1, 2, 5],
        windows: const { List::new(&[NIGHT]) },
        window: Window { from: 2, to: 10 },
        unit: Unit::Lux,
        pair: (10, Some(4)),
        fixed: [2, 100],
    };
    let both = meet(&asked(), &allowed).unwrap();
    let both = decode::<Grant<'static>>(&both).unwrap();
    let expected = Grant {
        limit: 50,
        rate: Some(2.5),
        signed: -3,
        allowed: false,
        rights: Rights::WRITE,
        channels: &[1, 2],
        windows: const { List::new(&[NIGHT]) },
        window: Window { from: 1, to: 10 },
        unit: Unit::Lux,
        pair: (9, Some(4)),
        fixed: [1, 100],
    };
    assert_eq!(both, expected);
}

#[test]
fn what_can_only_be_equal_and_is_not_is_a_conflict() {
    let allowed = Grant {
        unit: Unit::Kelvin,
        ..asked()
    };
    assert_eq!(meet(&asked(), &allowed), Err(MeetError::Conflict));
    assert_eq!(
        meet(&asked(), &asked()),
        Ok(encoded::<Grant<'static>>(&asked()))
    );
}
