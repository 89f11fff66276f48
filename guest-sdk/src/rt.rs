//! What generated code and the macros call. Not for authors: names change without notice.

pub use corelet_guest_macros::line;
#[cfg(feature = "alloc")]
pub use talc;

pub use crate::entry::{Buffer, Export, Init, Instance, export, init};
pub use crate::import::{Import, call, flatten};
#[cfg(not(target_family = "wasm"))]
pub use crate::sim::stand_in;

use crate::abi::{Function, ShapeEntry};

/// What an exported function needs of the exchange buffer: its request, and the response behind it.
pub const fn room<F: Function>() -> usize {
    F::REQUEST_MAX.saturating_add(F::RESPONSE_MAX)
}

/// The largest of `sizes`.
pub const fn largest(sizes: &[usize]) -> usize {
    let mut largest = 0;
    let mut rest = sizes;
    while let Some((&size, tail)) = rest.split_first() {
        if size > largest {
            largest = size;
        }
        rest = tail;
    }
    largest
}

/// The entry of `F` in the shapes section.
pub const fn shape<F: Function>() -> ShapeEntry {
    ShapeEntry {
        key: F::KEY,
        shape: F::SHAPE,
    }
}

/// How many functions `entries` name. A function may stand there twice: log lines are written by plugins whose world
/// does not import `logging`, and by others.
pub const fn distinct(entries: &[ShapeEntry]) -> usize {
    let mut count = 0;
    let mut rest = entries;
    while let Some((entry, tail)) = rest.split_first() {
        if !names(tail, entry) {
            count += 1;
        }
        rest = tail;
    }
    count
}

/// The section of `entries`, each function once.
///
/// # Panics
/// If `N` is not [`distinct`] of them; at compile time.
pub const fn shapes<const N: usize>(entries: &[ShapeEntry]) -> [[u8; ShapeEntry::SIZE]; N] {
    let mut section = [[0; ShapeEntry::SIZE]; N];
    let mut count = 0;
    let mut rest = entries;
    while let Some((entry, tail)) = rest.split_first() {
        if !names(tail, entry) {
            section[count] = entry.to_bytes();
            count += 1;
        }
        rest = tail;
    }
    assert!(count == N);
    section
}

const fn names(entries: &[ShapeEntry], entry: &ShapeEntry) -> bool {
    let mut rest = entries;
    while let Some((other, tail)) = rest.split_first() {
        if other.key.0 == entry.key.0 {
            return true;
        }
        rest = tail;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{NameKey, Shape};

    const fn entry(key: u64) -> ShapeEntry {
        ShapeEntry {
            key: NameKey(key),
            shape: Shape(key),
        }
    }

    #[test]
    fn the_section_names_each_function_once() {
        const ENTRIES: &[ShapeEntry] = &[entry(1), entry(2), entry(1), entry(3)];
        let section: [_; distinct(ENTRIES)] = shapes(ENTRIES);
        let keys = section.map(|bytes| ShapeEntry::from_bytes(bytes).key.0);
        assert_eq!(keys, [2, 1, 3]);
    }
}
