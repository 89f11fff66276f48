//! # A flash that fails where it is told
//!
//! [`Flash`] is a NOR flash in memory that keeps the rules of its [`Chip`] and remembers who breaks one. What a cut of power
//! can do to a real one, it does on demand, and the same from the same seed ([`Damage`]):
//!
//! | | a write | the erase of a sector |
//! |---|---|---|
//! | before, after | nothing, or all but the answer | nothing, or all but the answer |
//! | torn | a prefix: to the byte, or to the unit in a sweep's writes above [`Kind::BY_BYTE`] | the first half |
//! | any of the bits | of the unit that was under way | of the sector |
//! | weak | bits of that unit that read differently each time, until they settle | of some units, the rest any |
//! | zeroed | | all bits: chips begin an erase by programming |
//!
//! A driver that returns an error, and goes on, can do so after nothing, half or all was done; and one that returns none, after
//! nothing or half.
//!
//! [`Sweep`] does the steps of a script, and then does them again with each of these at every place where it can be, drops
//! what was in memory, builds the [`Subject`] again from the flash, and holds it against the subject's model:
//!
//! - what was acknowledged is there, and of a step that was cut off all, nothing, or what the model says is part of it;
//! - building it a second time finds the same;
//! - the step can be done again, and those that follow;
//! - nobody asked of the flash what its chip does not do.
//!
//! With two faults or more in a history, each fault but the first is in the recovery from the one before. [`Walk`] does
//! random steps with random faults among them, and [`Flips`] makes one bit wrong, each in turn.
//!
//! ```
//! use corelet_fault_flash::{Chip, Flash, FlashError, Kind, Subject, Sweep};
//! use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
//!
//! /// A number that is kept by erasing the one before: as wrong as it gets.
//! struct Number(Flash<4, 64>);
//!
//! impl Subject<4, 64> for Number {
//!     type Step = u32;
//!     type State = u32;
//!     type Error = FlashError;
//!
//!     fn open(flash: Flash<4, 64>) -> Result<Self, FlashError> {
//!         Ok(Self(flash))
//!     }
//!     fn step(&mut self, number: &u32) -> Result<(), FlashError> {
//!         self.0.erase(0, 64)?;
//!         self.0.write(0, &number.to_le_bytes())
//!     }
//!     fn observe(&mut self) -> Result<u32, FlashError> {
//!         let mut bytes = [0; 4];
//!         self.0.read(0, &mut bytes)?;
//!         Ok(u32::from_le_bytes(bytes))
//!     }
//!     fn after(_: &u32, number: &u32) -> Option<u32> {
//!         Some(*number)
//!     }
//! }
//!
//! let sweep = Sweep { kinds: vec![Kind::Edge], ..Sweep::default() };
//! let violation = sweep.run::<Number, _, _>(&Chip::uniform(64, 1), &[1, 2]).unwrap_err();
//! assert_eq!(violation.what, "after a restart: 2 was begun on 1, and found is 4294967295");
//! ```

mod cells;
mod chip;
mod error;
mod fault;
mod flash;
mod flips;
mod held;
mod history;
mod subject;
mod sweep;
mod walk;
mod work;

pub use chip::{Chip, Programming};
pub use error::{FlashError, Misuse};
pub use fault::{Change, Damage, Fault, Kind, Planned};
pub use flash::{Flash, Snapshot};
pub use flips::Flips;
pub use held::{EveryUnit, as_many_as_wanted, held};
pub use history::Violation;
pub use subject::Subject;
pub use sweep::{Report, Sweep};
pub use walk::Walk;
pub use work::Work;
