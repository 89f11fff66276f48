//! Plugins are updated, tried, confirmed and rolled back over a flash.

// An allocator that refuses has to be one.
#![allow(unsafe_code)]

#[path = "../../../tests/host/module.rs"]
#[allow(dead_code)]
mod module;

mod board;
mod counters;
mod cuts;
mod data;
mod firmware;
mod heap;
mod histories;
mod keys;
mod managed;
mod manager;
mod openings;
mod repairs;
mod sets;
mod swaps;
mod trials;
mod uploads;
