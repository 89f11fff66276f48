use std::fmt;

/// A change of the flash: what a cut can meet. An erase of several sectors is one change for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A write.
    Write {
        /// Where it begins.
        offset: u32,
        /// Bytes.
        length: u32,
    },
    /// The erase of one sector.
    Erase {
        /// Where it begins.
        offset: u32,
        /// Bytes.
        length: u32,
    },
}

/// How far a change comes, that does not come to its end in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Nothing is changed.
    None,
    /// All is changed: only the answer is missing.
    Whole,
    /// A write: as many bytes are programmed.
    Prefix(u32),
    /// A write: as many units are programmed, and any of the bits of the next.
    Bits(u32),
    /// A write: as many units are programmed. Bits of the next are neither 0 nor 1: for some reads or starts each read
    /// gives another value, and then it stays.
    Weak(u32),
    /// An erase: the first half of the sector is erased.
    Half,
    /// An erase: any of the bits are erased.
    Some,
    /// An erase, which chips begin by programming all bits: they are 0.
    Zeroed,
    /// An erase: any of the bits are erased, and some are weak.
    Unsettled,
}

/// What goes wrong with one access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Power fails at a change. Nothing works until [`Flash::restart`](crate::Flash::restart).
    Cut(Damage),
    /// The driver returns an error for a change, and goes on to work.
    Refused(Damage),
    /// The driver says that all is well, and it is not: the cells are worn out.
    Worn(Damage),
    /// The driver returns an error for a read, and goes on to work.
    Unread,
    /// One of this kind that the access can meet, any of them.
    Any(Kind),
}

/// Which access goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// How many go well before, of those that the fault is for: changes, or reads.
    pub after: usize,
    /// What goes wrong.
    pub fault: Fault,
    /// What is random about the damage follows from this number.
    pub seed: u64,
}

impl Planned {
    /// This fault, once as many accesses went well.
    pub fn after(after: usize, fault: Fault) -> Self {
        Self {
            after,
            fault,
            seed: 0,
        }
    }
}

impl Fault {
    /// Whether it is for reads, and not for changes.
    pub(crate) fn is_for_reads(self) -> bool {
        matches!(self, Self::Unread | Self::Any(Kind::Unread))
    }

    /// Whether its damage is another one with another seed.
    pub(crate) fn is_random(self) -> bool {
        use Damage::{Bits, Some, Unsettled, Weak};
        matches!(
            self,
            Self::Cut(Bits(_) | Weak(_) | Some | Unsettled) | Self::Any(_)
        )
    }
}

/// Kinds of faults, by which sweeps are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Power fails before and after each change.
    Edge,
    /// Power fails at every byte of a write up to [`Kind::BY_BYTE`] long, at every unit of a longer one, and half-way
    /// through an erase.
    Torn,
    /// Power fails at every unit of a write, of which any of the bits are programmed.
    Bits,
    /// Power fails at every unit of a write, of which bits read differently each time, for a while.
    Weak,
    /// Power fails at an erase, and any of the bits are erased.
    PartErased,
    /// Power fails at an erase, and all bits are 0.
    Zeroed,
    /// Power fails at an erase, any of the bits are erased, and some read differently each time, for a while.
    WeakErased,
    /// The driver returns an error for a change of which nothing, half or all is done.
    Refused,
    /// The driver returns an error for a read.
    Unread,
    /// The driver says that all is well, and nothing or half of a write is done.
    Worn,
}

impl Kind {
    /// Every kind but `Worn`: that one only survives who reads back all that is written.
    pub const ALL: [Self; 9] = [
        Self::Edge,
        Self::Torn,
        Self::Bits,
        Self::Weak,
        Self::PartErased,
        Self::Zeroed,
        Self::WeakErased,
        Self::Refused,
        Self::Unread,
    ];

    /// Every kind of cut.
    pub const CUTS: [Self; 7] = [
        Self::Edge,
        Self::Torn,
        Self::Bits,
        Self::Weak,
        Self::PartErased,
        Self::Zeroed,
        Self::WeakErased,
    ];

    /// Every kind of cut, and errors that the driver tells of.
    pub fn cuts_and_errors() -> Vec<Self> {
        [&Self::CUTS[..], &[Self::Refused]].concat()
    }

    /// The longest write that is torn at every byte.
    pub const BY_BYTE: u32 = 256;

    /// Adds the faults of this kind that `change` can meet on a flash with write units of `unit` bytes.
    pub(crate) fn faults(self, change: Change, unit: u32, faults: &mut Vec<Fault>) {
        use Fault::{Cut, Refused};
        match (self, change) {
            (Self::Edge, _) => faults.extend([Damage::None, Damage::Whole].map(Cut)),
            (Self::Torn, Change::Write { length, .. }) => {
                let step = if length <= Self::BY_BYTE { 1 } else { unit };
                let places = (step..length).step_by(step as usize);
                faults.extend(places.map(|bytes| Cut(Damage::Prefix(bytes))));
            }
            (Self::Torn, Change::Erase { .. }) => faults.push(Cut(Damage::Half)),
            (Self::Bits, Change::Write { length, .. }) => {
                faults.extend((0..length / unit).map(|units| Cut(Damage::Bits(units))));
            }
            (Self::Weak, Change::Write { length, .. }) => {
                faults.extend((0..length / unit).map(|units| Cut(Damage::Weak(units))));
            }
            (Self::PartErased, Change::Erase { .. }) => faults.push(Cut(Damage::Some)),
            (Self::Zeroed, Change::Erase { .. }) => faults.push(Cut(Damage::Zeroed)),
            (Self::WeakErased, Change::Erase { .. }) => faults.push(Cut(Damage::Unsettled)),
            (Self::Refused, Change::Write { length, .. }) => {
                let half = Damage::Prefix(length / 2);
                faults.extend([Damage::None, half, Damage::Whole].map(Refused));
            }
            (Self::Refused, Change::Erase { .. }) => {
                faults.extend([Damage::None, Damage::Half, Damage::Whole].map(Refused));
            }
            (Self::Worn, Change::Write { length, .. }) => {
                faults.extend([Damage::None, Damage::Prefix(length / 2)].map(Fault::Worn));
            }
            _ => {}
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { offset, length } => write!(f, "write of {length} bytes at {offset:#x}"),
            Self::Erase { offset, length } => write!(f, "erase of {length} bytes at {offset:#x}"),
        }
    }
}
