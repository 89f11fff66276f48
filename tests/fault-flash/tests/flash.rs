//! The flash keeps the rules of its chip, and does the damage that it is told to do.

use corelet_fault_flash::{
    Change, Chip, Damage, Fault, Flash, FlashError, Kind, Misuse, Planned, Programming,
};
use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
use fastrand::Rng;

const SECTOR: u32 = 64;

fn flash(programming: Programming) -> Flash<8, 64> {
    Flash::new(&Chip::uniform(SECTOR, 4).programmed(programming))
}

fn bytes<const W: usize, const E: usize>(flash: &mut Flash<W, E>, offset: u32) -> [u8; 8] {
    let mut bytes = [0; 8];
    flash.read(offset, &mut bytes).unwrap();
    bytes
}

fn plan<const W: usize, const E: usize>(flash: &Flash<W, E>, after: usize, fault: Fault) {
    flash.plan(Planned::after(after, fault));
}

#[test]
fn what_breaks_a_rule_is_refused_and_remembered() {
    let mut flash = flash(Programming::Multiwrite);
    let misuses = [
        (
            flash.read(255, &mut [0; 2]),
            Misuse::OutOfBounds {
                offset: 255,
                length: 2,
            },
        ),
        (
            flash.write(256, &[0; 8]),
            Misuse::OutOfBounds {
                offset: 256,
                length: 8,
            },
        ),
        (
            flash.erase(0, 320),
            Misuse::OutOfBounds {
                offset: 0,
                length: 320,
            },
        ),
        (
            flash.write(4, &[0; 8]),
            Misuse::NotWholeUnits {
                offset: 4,
                length: 8,
            },
        ),
        (
            flash.write(0, &[0; 4]),
            Misuse::NotWholeUnits {
                offset: 0,
                length: 4,
            },
        ),
        (
            flash.erase(0, 32),
            Misuse::NotWholeSectors { from: 0, to: 32 },
        ),
    ];
    for (found, misuse) in misuses {
        assert_eq!(found, Err(FlashError::Misuse(misuse)));
    }
    assert_eq!(
        flash.take_misuse(),
        Some(Misuse::OutOfBounds {
            offset: 255,
            length: 2
        })
    );
    assert_eq!(flash.take_misuse(), None);
    assert_eq!(bytes(&mut flash, 0), [0xff; 8]);
}

#[test]
#[should_panic(expected = "the flash was misused: a write of 3 bytes at 0x0 is not whole units")]
fn a_misuse_that_nobody_looked_at_fails_the_test() {
    let _ = flash(Programming::Once).write(0, &[0; 3]);
}

#[test]
fn bits_are_cleared_by_writes_and_set_by_erases() {
    let mut flash = flash(Programming::Multiwrite);
    flash.write(8, &[0xf0; 8]).unwrap();
    flash.write(8, &[0x30; 8]).unwrap();
    assert_eq!(bytes(&mut flash, 8), [0x30; 8]);
    let sets = Misuse::SetsBit { offset: 10 };
    let write = flash.write(8, &[0x30, 0x30, 0x31, 0, 0, 0, 0, 0]);
    assert_eq!(write, Err(FlashError::Misuse(sets)));
    assert_eq!(flash.take_misuse(), Some(sets));
    flash.erase(0, 64).unwrap();
    assert_eq!(bytes(&mut flash, 8), [0xff; 8]);
    assert_eq!(flash.erases(), [1, 0, 0, 0]);
}

#[test]
fn a_unit_is_programmed_once_where_the_chip_says_so() {
    for programming in [Programming::Once, Programming::Checked] {
        let mut flash = flash(programming);
        flash.write(8, &[0xff; 16]).unwrap();
        let twice = Misuse::ProgrammedTwice { offset: 16 };
        assert_eq!(flash.write(16, &[0; 16]), Err(FlashError::Misuse(twice)));
        assert_eq!(flash.take_misuse(), Some(twice));
        flash.erase(0, 64).unwrap();
        flash.write(16, &[0; 16]).unwrap();
    }
}

#[test]
fn uneven_sectors_are_erased_whole() {
    let mut flash = Flash::<4, 64>::new(&Chip::uneven(&[64, 64, 128, 256]));
    flash.write(0, &[0; 512]).unwrap();
    for (from, to) in [(0, 192), (192, 256), (128, 384)] {
        let misuse = Misuse::NotWholeSectors { from, to };
        assert_eq!(flash.erase(from, to), Err(FlashError::Misuse(misuse)));
        assert_eq!(flash.take_misuse(), Some(misuse));
    }
    flash.take_trace();
    flash.erase(64, 256).unwrap();
    let erase = |offset, length| Change::Erase { offset, length };
    assert_eq!(flash.take_trace(), [erase(64, 64), erase(128, 128)]);
    flash.with_bytes(|bytes| {
        assert!(bytes[..64].iter().all(|byte| *byte == 0));
        assert!(bytes[64..256].iter().all(|byte| *byte == 0xff));
        assert!(bytes[256..].iter().all(|byte| *byte == 0));
    });
}

#[test]
fn after_a_cut_nothing_works_until_the_restart() {
    let mut flash = flash(Programming::Once);
    plan(&flash, 1, Fault::Cut(Damage::Prefix(11)));
    flash.write(0, &[1; 8]).unwrap();
    assert_eq!(flash.write(8, &[2; 16]), Err(FlashError::NoPower));
    assert_eq!(flash.write(64, &[3; 8]), Err(FlashError::NoPower));
    assert_eq!(flash.erase(0, 64), Err(FlashError::NoPower));
    assert_eq!(flash.read(0, &mut [0]), Err(FlashError::NoPower));
    flash.restart();
    assert_eq!(bytes(&mut flash, 0), [1; 8]);
    assert_eq!(bytes(&mut flash, 8), [2; 8]);
    assert_eq!(bytes(&mut flash, 16), [2, 2, 2, 255, 255, 255, 255, 255]);
    assert_eq!(bytes(&mut flash, 64), [0xff; 8]);
}

#[test]
fn any_of_the_bits_are_programmed() {
    let mut seen = [0_u64; 2];
    for seed in 0..100 {
        let mut flash = flash(Programming::Once);
        flash.plan(Planned {
            seed,
            ..Planned::after(0, Fault::Cut(Damage::Bits(1)))
        });
        flash.write(0, &[0x0f; 24]).unwrap_err();
        flash.restart();
        assert_eq!(bytes(&mut flash, 0), [0x0f; 8]);
        let torn = u64::from_le_bytes(bytes(&mut flash, 8));
        assert_eq!(torn & 0x0f0f_0f0f_0f0f_0f0f, 0x0f0f_0f0f_0f0f_0f0f);
        assert_eq!(bytes(&mut flash, 8), torn.to_le_bytes());
        assert_eq!(bytes(&mut flash, 16), [0xff; 8]);
        seen = [seen[0] | torn, seen[1] | !torn];
    }
    assert_eq!(seen, [u64::MAX, 0xf0f0_f0f0_f0f0_f0f0]);
}

#[test]
fn weak_bits_read_differently_for_a_while_and_then_stay() {
    let mut differ = 0;
    for seed in 0..100 {
        let mut flash = flash(Programming::Once);
        flash.plan(Planned {
            seed,
            ..Planned::after(0, Fault::Cut(Damage::Weak(0)))
        });
        flash.write(0, &[0; 8]).unwrap_err();
        flash.restart();
        let first = bytes(&mut flash, 0);
        differ += u32::from((0..8).any(|_| bytes(&mut flash, 0) != first));
        (0..5).for_each(|_| flash.restart());
        (0..32).for_each(|_| assert_eq!(bytes(&mut flash, 0).len(), 8));
        let settled = bytes(&mut flash, 0);
        assert!((0..10).all(|_| bytes(&mut flash, 0) == settled));
        flash.erase(0, 64).unwrap();
        assert_eq!(bytes(&mut flash, 0), [0xff; 8]);
    }
    assert!(differ > 50, "{differ} of 100");
}

#[test]
fn an_erase_ends_anywhere() {
    let of = |damage| {
        let mut flash = flash(Programming::Once);
        flash.write(0, &[0; 128]).unwrap();
        plan(&flash, 0, Fault::Cut(damage));
        flash.erase(0, 128).unwrap_err();
        flash.restart();
        assert!(flash.with_bytes(|bytes| bytes[64..128].iter().all(|byte| *byte == 0)));
        flash
    };
    let of = |damage| of(damage).with_bytes(|bytes| bytes[..64].to_vec());
    assert_eq!(of(Damage::None), [0; 64]);
    assert_eq!(of(Damage::Zeroed), [0; 64]);
    assert_eq!(of(Damage::Whole), [0xff; 64]);
    assert_eq!(of(Damage::Half), [[0xff; 32], [0; 32]].concat());
    let some = of(Damage::Some);
    let ones: u32 = some.iter().map(|byte| byte.count_ones()).sum();
    assert!((150..350).contains(&ones), "{ones} of 512");
}

#[test]
fn a_sector_is_zeroed_where_it_was_erased() {
    let mut flash = flash(Programming::Once);
    plan(&flash, 0, Fault::Cut(Damage::Zeroed));
    flash.erase(64, 128).unwrap_err();
    flash.restart();
    assert_eq!(bytes(&mut flash, 120), [0; 8]);
    assert_eq!(bytes(&mut flash, 128), [0xff; 8]);
}

#[test]
fn a_chip_with_checksums_does_not_read_what_is_torn() {
    let mut flash = flash(Programming::Checked);
    plan(&flash, 0, Fault::Cut(Damage::Prefix(12)));
    flash.write(0, &[0; 24]).unwrap_err();
    flash.restart();
    assert_eq!(flash.read(0, &mut [0; 8]), Ok(()));
    assert_eq!(flash.read(0, &mut [0; 9]), Err(FlashError::Checksum));
    assert_eq!(flash.read(15, &mut [0; 1]), Err(FlashError::Checksum));
    assert_eq!(bytes(&mut flash, 16), [0xff; 8]);
    flash.erase(0, 64).unwrap();
    assert_eq!(flash.read(0, &mut [0; 64]), Ok(()));
}

#[test]
fn some_chips_with_checksums_do_not_read_what_is_erased() {
    let mut flash = flash(Programming::CheckedWhenErased);
    assert_eq!(flash.read(8, &mut [0]), Err(FlashError::Checksum));
    flash.write(8, &[0xff; 8]).unwrap();
    assert_eq!(bytes(&mut flash, 8), [0xff; 8]);
    assert_eq!(flash.read(8, &mut [0; 9]), Err(FlashError::Checksum));
}

#[test]
fn the_driver_fails_and_goes_on() {
    let mut flash = flash(Programming::Once);
    plan(&flash, 1, Fault::Unread);
    assert_eq!(bytes(&mut flash, 0), [0xff; 8]);
    assert_eq!(flash.read(0, &mut [0]), Err(FlashError::Driver));
    assert!(flash.take_fired() && !flash.take_fired());
    plan(&flash, 0, Fault::Refused(Damage::Whole));
    assert_eq!(flash.write(0, &[7; 8]), Err(FlashError::Driver));
    assert_eq!(bytes(&mut flash, 0), [7; 8]);
    plan(&flash, 0, Fault::Any(Kind::Torn));
    assert_eq!(flash.write(8, &[7; 8]), Err(FlashError::NoPower));
}

#[test]
fn a_snapshot_brings_back_what_was_in_the_flash() {
    let all = |flash: &Flash<8, 64>| (flash.with_bytes(<[u8]>::to_vec), flash.erases());
    for programming in Programming::ALL {
        let mut rng = Rng::with_seed(programming as u64);
        let mut flash = flash(programming);
        let mut kept = vec![(flash.snapshot(), all(&flash))];
        for turn in 0..1_000 {
            flash.plan(Planned {
                seed: rng.u64(..),
                ..Planned::after(rng.usize(..3), Fault::Any(*rng.choice(&Kind::ALL).unwrap()))
            });
            let sector = rng.u32(..4) * SECTOR;
            let _ = match rng.bool() {
                true => flash.erase(sector, sector + SECTOR),
                false => flash.write(sector + rng.u32(..4) * 8, &[rng.u8(..); 32]),
            };
            flash.take_misuse();
            flash.restart();
            match turn % 20 {
                0 => kept.push((flash.snapshot(), all(&flash))),
                7 => {
                    let (snapshot, bytes) = rng.choice(&mut kept).unwrap();
                    flash.snapshot_into(snapshot);
                    *bytes = all(&flash);
                }
                2 | 12 => {
                    let (snapshot, bytes) = rng.choice(&kept).unwrap();
                    flash.restore(snapshot);
                    assert_eq!(all(&flash), *bytes);
                }
                _ => {}
            }
        }
    }
}
