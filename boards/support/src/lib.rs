//! What boards share: the map of a plugin flash, the images in its banks, and key-value storage.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod bank;
mod blocking;
mod flash_map;
mod name;
mod storage;

pub use bank::image_in;
pub use flash_map::{DEVELOPMENT_FLASH, FlashMap, FlashMapError, Layout, Region};
pub use storage::KeyValueStore;
