//! The emulated board over its UART, managed by clients that nobody here wrote, and killed while it is.
#![cfg(unix)]

mod board;
mod command;
mod data;
mod factory;
mod gap;
mod interrupted;
mod keys;
mod killed;
mod plugin;
mod refused;
mod smpmgr;
mod together;
mod toolkit;
