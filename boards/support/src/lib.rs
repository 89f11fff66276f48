//! What boards share: the map of a plugin flash, the images in its banks, key-value storage, and a number that never falls.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod bank;
mod blocking;
mod counter;
mod flash_map;
mod name;
mod storage;

pub use bank::image_in;
pub use counter::FlashCounter;
pub use flash_map::{DEVELOPMENT_FLASH, FlashMap, FlashMapError, Layout, Region};
pub use storage::KeyValueStore;
