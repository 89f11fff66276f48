//! Blocks of heap, as Rust's collections ask for them.

/// Blocks of the heap are whole multiples of this many bytes.
const GRAIN: u32 = 8;

/// The heap that a block of `bytes` takes, in bytes.
pub(super) const fn block(bytes: u32) -> u32 {
    bytes.saturating_add(GRAIN - 1) & !(GRAIN - 1)
}

/// The heap that `count` items of `item` bytes take in one block, in bytes.
pub(super) const fn items(count: u32, item: u32) -> u32 {
    block(count.saturating_mul(item))
}

/// A vector that grows by doubling, and is used again and again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Growing {
    /// Bytes of an item.
    item: u32,
    /// Items that there is room for.
    room: u32,
    /// The most items since [`Growing::clear`].
    used: u32,
}

impl Growing {
    pub(super) const fn new(item: u32) -> Self {
        Self {
            item,
            room: 0,
            used: 0,
        }
    }

    /// Has `count` items at least, which came one by one.
    #[inline(never)]
    pub(super) fn hold(&mut self, count: u32) {
        while self.room < count {
            self.room = self.doubled();
        }
        self.used = self.used.max(count);
    }

    /// Takes `more` items one by one.
    pub(super) fn push(&mut self, more: u32) {
        self.hold(self.used.saturating_add(more));
    }

    /// Takes `more` items at once.
    #[inline(never)]
    pub(super) fn extend(&mut self, more: u32) {
        self.used = self.used.saturating_add(more);
        if self.used > self.room {
            self.room = self.doubled().max(self.used);
        }
    }

    fn doubled(&self) -> u32 {
        let least = if self.item == 1 { 8 } else { 4 };
        self.room.saturating_mul(2).max(least)
    }

    /// Forgets its items, and keeps the room.
    pub(super) fn clear(&mut self) {
        self.used = 0;
    }

    /// The heap that it takes, in bytes.
    pub(super) const fn bytes(&self) -> u32 {
        items(self.room, self.item)
    }

    /// The heap that it may have taken besides while it grew, since [`Growing::clear`], in bytes.
    pub(super) const fn old(&self) -> u32 {
        if self.used > self.room / 2 {
            items(self.room / 2, self.item)
        } else {
            0
        }
    }
}

/// The heap of a vector of `count` items of `item` bytes to which items were added one by one, and what its growing took
/// besides, in bytes.
pub(super) fn grown(count: u32, item: u32) -> (u32, u32) {
    let mut vector = Growing::new(item);
    vector.hold(count);
    (vector.bytes(), vector.old())
}

/// The heap of buckets of 32, 64, 128… items that hold `count` items of `item` bytes, and the largest of them, in bytes.
pub(super) fn buckets(count: u32, item: u32) -> (u32, u32) {
    let (mut sum, mut size, mut room) = (0_u32, 32_u32, 0_u32);
    let mut largest = 0;
    while room < count {
        largest = items(size, item);
        sum = sum.saturating_add(largest);
        room = room.saturating_add(size);
        size = size.saturating_mul(2);
    }
    (sum, largest)
}

/// The heap of an ordered map of `count` entries, of which each leaf but the last holds at least `fill`, in bytes.
///
/// A node has room for 11 entries of `entry` bytes, and an inner one for 12 children besides.
pub(super) fn tree(count: u32, entry: u32, fill: u32) -> u32 {
    const ROOM: u32 = 11;
    if count == 0 {
        return 0;
    }
    let leaf = block(entry.saturating_mul(ROOM).saturating_add(8));
    let inner = block(entry.saturating_mul(ROOM).saturating_add(8 + 48));
    let mut nodes = if count <= ROOM {
        1
    } else {
        // Between two leaves lies an entry of the node above.
        1 + (count - ROOM).div_ceil(fill + 1)
    };
    let mut sum = nodes.saturating_mul(leaf);
    while nodes > 1 {
        nodes = if nodes <= ROOM + 1 {
            1
        } else {
            1 + (nodes - (ROOM + 1)).div_ceil(6)
        };
        sum = sum.saturating_add(nodes.saturating_mul(inner));
    }
    sum
}
