//! The section `corelet:shapes`.

use corelet_abi::{NameKey, Shape, ShapeEntry};

use crate::cursor::Cursor;
use crate::source::Refused;
use crate::{Limits, Quantity, Reason};

/// The shapes that the module was built for: no two of one name.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shapes<'m> {
    entries: &'m [[u8; ShapeEntry::SIZE]],
}

impl<'m> Shapes<'m> {
    /// Of a section that was checked.
    pub(crate) fn new(section: &'m [u8]) -> Self {
        Self {
            entries: section.as_chunks().0,
        }
    }

    pub(crate) fn check(section: Option<Cursor<'m>>, limits: &Limits) -> Result<Self, Refused> {
        let Some(section) = section else {
            return Ok(Self::default());
        };
        let (entries, []) = section.bytes().as_chunks() else {
            return section.refuse(Reason::ShapesLength {
                found: section.left(),
            });
        };
        let shapes = Self { entries };
        let count = entries.len() as u32;
        if count > limits.shapes {
            return section.over(Quantity::Shapes, count, limits.shapes);
        }
        // Every pair, of which `Limits::shapes` leaves at most 131,000.
        for (index, entry) in shapes.iter().enumerate() {
            if shapes
                .iter()
                .take(index)
                .any(|other| other.key == entry.key)
            {
                return section.refuse(Reason::ShapeTwice {
                    entry: index as u32,
                });
            }
        }
        Ok(shapes)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = ShapeEntry> + 'm {
        self.entries
            .iter()
            .map(|entry| ShapeEntry::from_bytes(*entry))
    }

    pub(crate) fn of(self, key: NameKey) -> Option<Shape> {
        self.iter()
            .find(|entry| entry.key == key)
            .map(|entry| entry.shape)
    }
}
