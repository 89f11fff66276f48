//! A number that never falls, whatever befalls its flash.

use corelet_board_support::FlashCounter;
use corelet_fault_flash::{Chip, Flash, Kind, Misuse, Programming, Subject, Sweep};
use corelet_store::{Counter, CounterFailed, Region};

const SECTOR: u32 = 64;
/// Beside a sector that is another's.
const REGION: Region = Region::new(SECTOR, SECTOR);

struct Number<const WRITE: usize> {
    counter: FlashCounter<Flash<WRITE, 64>>,
    flash: Flash<WRITE, 64>,
}

impl<const WRITE: usize> Number<WRITE> {
    /// What it is after a start. To program a unit again is refused where it may be programmed once.
    fn value(&mut self) -> Result<u32, CounterFailed> {
        let value = self.counter.value();
        if let Some(misuse) = self.flash.take_misuse() {
            assert!(matches!(misuse, Misuse::ProgrammedTwice { offset } if offset >= SECTOR));
        }
        value
    }
}

impl<const WRITE: usize> Subject<WRITE, 64> for Number<WRITE> {
    type Step = u32;
    type State = u32;
    type Error = CounterFailed;

    fn open(flash: Flash<WRITE, 64>) -> Result<Self, CounterFailed> {
        let counter = FlashCounter::new(flash.clone(), REGION);
        Ok(Self { counter, flash })
    }

    fn step(&mut self, to: &u32) -> Result<(), CounterFailed> {
        // As the store does.
        match self.value()? < *to {
            true => self.counter.raise(*to),
            false => Ok(()),
        }
    }

    fn observe(&mut self) -> Result<u32, CounterFailed> {
        self.value()
    }

    fn after(number: &u32, to: &u32) -> Option<u32> {
        Some(*number.max(to))
    }
}

fn sweep<const WRITE: usize>(programming: Programming) {
    let chip = Chip::uniform(SECTOR, 2).programmed(programming);
    let kinds = vec![
        Kind::Edge,
        Kind::Torn,
        Kind::Bits,
        Kind::Weak,
        Kind::Refused,
        Kind::Unread,
        Kind::Worn,
    ];
    let sweep = Sweep {
        kinds,
        // That all bits of a unit are weak is rare.
        repeat: 2000,
        ..Sweep::default()
    };
    let last = SECTOR / WRITE as u32;
    sweep
        .run::<Number<WRITE>, WRITE, 64>(&chip, &[1, last / 2 + 1, last])
        .unwrap_or_else(|violation| panic!("{violation:?}"));
}

#[test]
fn a_cut_loses_no_number_that_was_acknowledged() {
    for programming in [Programming::Once, Programming::Multiwrite] {
        sweep::<1>(programming);
        sweep::<4>(programming);
        sweep::<8>(programming);
        sweep::<16>(programming);
        sweep::<32>(programming);
    }
}

#[test]
fn a_counter_that_is_used_up_says_so_and_stays() {
    let flash = Flash::<4, 64>::new(&Chip::uniform(SECTOR, 2));
    let mut counter = FlashCounter::new(flash.clone(), REGION);
    assert_eq!(counter.value(), Ok(0));
    for to in [1, 3, 16] {
        counter.raise(to).unwrap();
        assert_eq!(counter.value(), Ok(to));
    }
    assert_eq!(counter.raise(17), Err(CounterFailed));
    assert_eq!(counter.value(), Ok(16));
    let written = |offset| flash.is_written(offset);
    assert!((0..SECTOR).all(|offset| !written(offset)));
    assert_eq!(flash.erases().iter().sum::<u32>(), 0);
    flash.cut();
    assert_eq!(counter.value(), Err(CounterFailed));
}
