//! Shapes: one 64-bit number for the whole signature of a function, and the custom section that carries them.

/// Name of the custom section: [`ShapeEntry`] after [`ShapeEntry`], in any order, 16 bytes each.
pub const SHAPES_SECTION: &str = "corelet:shapes";

/// The shape of one function: equal on both sides if and only if they agree on its name, its parameters, its result,
/// and every name, type and bound in them. `corelet-wit` computes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shape(pub u64);

/// The name of one function in 64 bits, for tables that are searched on the device: FNV-1a over
/// `interface ‖ "#" ‖ function`, or over the function's name alone where it stands in no interface.
///
/// Two names with one key are an error where a table is made, so a hit is the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameKey(pub u64);

impl NameKey {
    /// The key of `function` in `interface`, for instance `corelet:host/sensor@0.1.0` and `read`.
    pub const fn of(interface: &str, function: &str) -> Self {
        let hash = fnv1a(FNV_OFFSET, interface.as_bytes());
        let hash = fnv1a(hash, b"#");
        Self(fnv1a(hash, function.as_bytes()))
    }

    /// The key of an export's whole name, for instance `corelet:plugin/ticker@0.1.0#tick` or `init`.
    pub const fn of_export(name: &str) -> Self {
        Self(fnv1a(FNV_OFFSET, name.as_bytes()))
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

const fn fnv1a(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        hash = (hash ^ byte as u64).wrapping_mul(FNV_PRIME);
        rest = tail;
    }
    hash
}

/// One entry of the section: which function, and its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapeEntry {
    /// The import's or export's name.
    pub key: NameKey,
    /// What the plugin was built for.
    pub shape: Shape,
}

impl ShapeEntry {
    /// Bytes of one entry.
    pub const SIZE: usize = 16;

    /// Key and shape, each little-endian.
    pub const fn to_bytes(self) -> [u8; Self::SIZE] {
        let both = (self.key.0 as u128) | ((self.shape.0 as u128) << 64);
        both.to_le_bytes()
    }

    /// The entry that `bytes` hold.
    pub const fn from_bytes(bytes: [u8; Self::SIZE]) -> Self {
        let both = u128::from_le_bytes(bytes);
        Self {
            key: NameKey(both as u64),
            shape: Shape((both >> 64) as u64),
        }
    }
}
