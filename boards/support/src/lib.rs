//! What boards share: key-value storage on NOR flash, and the map of a plugin flash.

#![no_std]
#![forbid(unsafe_code)]

mod flash_map;

pub use flash_map::{DEVELOPMENT_FLASH, FlashMap, FlashMapError, Layout, Region};
