//! What the firmware for QEMU's ast1030-evb and its test agree on.
//!
//! Beside its Cortex-M4F the board has a W25Q32, a SPI NOR flash of 4 MiB, which QEMU models as the chip that it is: commands, a
//! write-enable latch, pages, sectors. The firmware keeps [`corelet_store`] in it, by the driver `w25q32jv`, and is sender and
//! device in one. At each start it ends what the start before left; then it installs a version that works, tries one that does not,
//! and has the journal move; and resets the machine, which ends the emulator.
//!
//! If the test ordered a cut of power ([`CUT_OFFSET`]), it stops at that moment, in the middle of whatever it is at, and waits to be killed.
//!
//! Images are [`piece`]s of made-up bytes. The device "runs" one by reading its version from flash, and whether that [`works`].
//!
//! ## The log
//!
//! One line for each step, once it is done, so that it is there for good:
//!
//! ```text
//! start N: V, floor N, N rejected           how often it started, and the version that runs: 0 for none, `trial of V` on trial
//! offer V                                   this comes before what is done for it
//! open V: bank N from OFFSET
//! erase OFFSET                              of the chip
//! receive V: OFFSET                         bytes of the image that are taken
//! verify V
//! try V
//! confirm V
//! reject V
//! refuse V                                  it was rejected before
//! forgive
//! move to OFFSET                            the journal
//! work of V: N written, N erased            bytes, of the whole update
//! end
//! failed: ERROR                             instead of `end`
//! cut                                       the power is to be cut now
//! ```

#![no_std]
#![forbid(unsafe_code)]

use corelet_store::{FlashMap, Layout, Region, Sectors};

/// The firmware's name.
pub const NAME: &str = env!("CARGO_PKG_NAME");

/// How many banks there are: one is for the slot's next image.
pub const BANKS: usize = 2;

/// Bytes of an image: some sectors and pages, the last of each in part.
pub const IMAGE_BYTES: u32 = 10_007;

const KIB: u32 = 1024;

/// The chip: what lies where in it.
pub static MAP: FlashMap<BANKS> = FlashMap::new(Layout {
    sectors: &[Sectors {
        count: 1024,
        size: 4 * KIB,
    }],
    journal: [Region::new(0, 4 * KIB), Region::new(4 * KIB, 4 * KIB)],
    banks: [
        Region::new(64 * KIB, 64 * KIB),
        Region::new(128 * KIB, 64 * KIB),
    ],
    slots: 1,
    factory: None,
    data: None,
});

/// Where the test orders a cut of power, by two `u32`, little-endian: after so many changes of the flash, pages that are written and
/// sectors that are erased, below that offset. That is never if they are erased. The chip's last sector is not the store's.
pub const CUT_OFFSET: u32 = MAP.capacity() - 4 * KIB;

/// The bytes from `offset` on of a version's image. The first four are the version.
pub fn piece(version: u32, offset: u32, bytes: &mut [u8]) {
    let head = version.to_le_bytes();
    for (place, byte) in (offset..).zip(bytes) {
        let mixed = (version ^ place.rotate_left(16)).wrapping_mul(0x9e37_79b1);
        *byte = match head.get(place as usize) {
            Some(byte) => *byte,
            None => (mixed >> 24) as u8,
        };
    }
}

/// Whether a version works: every other one does.
pub const fn works(version: u32) -> bool {
    version % 2 == 1
}
