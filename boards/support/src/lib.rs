//! What boards share: key-value storage for plugins, and a number that never falls.

#![no_std]
#![forbid(unsafe_code)]

mod counter;
mod storage;

pub use counter::FlashCounter;
pub use storage::{KeyValueStore, storage_capacity};
