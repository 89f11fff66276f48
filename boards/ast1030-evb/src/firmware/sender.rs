//! What sends images to the device: here, the same firmware.

use corelet_ast1030_evb::{IMAGE_BYTES, piece};
use corelet_image::PluginId;
use corelet_store::Offered;
use sha2::{Digest, Sha256};

/// The plugin that all images are versions of.
pub(super) const PLUGIN: PluginId = PluginId([1; 8]);

/// Bytes that are sent at once: neither a page nor a divisor of a sector.
pub(super) const PIECE: usize = 1_000;

/// An image on its way from `offset` on: its next piece.
pub(super) fn next_piece(version: u32, offset: u32, buffer: &mut [u8; PIECE]) -> &[u8] {
    let left = IMAGE_BYTES.saturating_sub(offset) as usize;
    let bytes = buffer.get_mut(..left.min(PIECE)).unwrap_or_default();
    piece(version, offset, bytes);
    bytes
}

/// What is said of a version before it comes. Its number is its security version.
pub(super) fn offer(version: u32) -> Offered {
    let mut hash = Sha256::new();
    let mut offset = 0;
    let mut buffer = [0; PIECE];
    while offset < IMAGE_BYTES {
        let bytes = next_piece(version, offset, &mut buffer);
        hash.update(bytes);
        offset = offset.saturating_add(bytes.len() as u32);
    }
    Offered {
        digest: hash.finalize().into(),
        bytes: IMAGE_BYTES,
        plugin: PLUGIN,
        security_version: version,
    }
}
