/// What kind of flash there is: its sectors, and how often a unit may be programmed.
///
/// ```
/// use corelet_fault_flash::{Chip, Programming};
/// let chip = Chip::uneven(&[16 << 10, 16 << 10, 64 << 10]).programmed(Programming::Checked);
/// assert_eq!(chip.capacity(), 96 << 10);
/// ```
#[derive(Clone, Debug)]
pub struct Chip {
    sectors: Vec<u32>,
    programming: Programming,
}

/// How often a write unit may be programmed after an erase, and what comes of reading one that was not programmed whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Programming {
    /// As often as one likes, if no bit is to become 1: what `MultiwriteNorFlash` promises.
    Multiwrite,
    /// Once. What was not written whole reads as it came to be.
    Once,
    /// Once, and the chip keeps a checksum of each unit: one that was not written whole cannot be read.
    Checked,
    /// As `Checked`, and a unit that is erased cannot be read either. Since nobody can tell, one that was not written whole may be
    /// written again, and then cannot be read still.
    CheckedWhenErased,
}

impl Programming {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Multiwrite,
        Self::Once,
        Self::Checked,
        Self::CheckedWhenErased,
    ];
}

impl Chip {
    /// `count` sectors of `size` bytes; each unit may be programmed once.
    pub fn uniform(size: u32, count: usize) -> Self {
        Self::uneven(&vec![size; count])
    }

    /// Sectors of these sizes in bytes, one behind the other; each unit may be programmed once.
    pub fn uneven(sectors: &[u32]) -> Self {
        Self {
            sectors: sectors.to_vec(),
            programming: Programming::Once,
        }
    }

    /// Runs of sectors, one behind the other: how many, and of how many bytes each; each unit may be programmed once.
    pub fn runs(runs: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let runs = runs.into_iter();
        let sectors = runs.flat_map(|(count, size)| vec![size; count as usize]);
        Self::uneven(&sectors.collect::<Vec<_>>())
    }

    /// The same with units that may be programmed like that.
    #[must_use]
    pub fn programmed(self, programming: Programming) -> Self {
        Self {
            programming,
            ..self
        }
    }

    /// The sizes of the sectors, in bytes.
    pub fn sectors(&self) -> &[u32] {
        &self.sectors
    }

    /// How often a unit may be programmed.
    pub fn programming(&self) -> Programming {
        self.programming
    }

    /// How many bytes there are.
    pub fn capacity(&self) -> u32 {
        self.sectors.iter().sum()
    }
}
