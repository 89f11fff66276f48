//! Plugins are updated, tried, confirmed and rolled back over a flash.

#[path = "../../../tests/host/module.rs"]
#[allow(dead_code)]
mod module;

mod board;
mod cuts;
mod firmware;
mod histories;
mod keys;
mod managed;
mod manager;
mod repairs;
mod sets;
mod swaps;
mod trials;
mod uploads;
