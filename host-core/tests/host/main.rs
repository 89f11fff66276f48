//! The host against plugins in WebAssembly text: what they may do, what they may not, and what follows.

mod board;
mod module;

mod audit;
mod calls;
mod clocks;
mod events;
mod faults;
mod fuel;
mod grants;
mod init;
mod quarantine;
mod quotas;
mod restarts;
mod sliced;
mod standard;
mod table;
mod ticks;
