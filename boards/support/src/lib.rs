//! What boards share: key-value storage on NOR flash, and the map of a plugin flash.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod blocking;
mod flash_map;
mod name;
mod storage;

pub use flash_map::{DEVELOPMENT_FLASH, FlashMap, FlashMapError, Layout, Region};
pub use storage::KeyValueStore;
