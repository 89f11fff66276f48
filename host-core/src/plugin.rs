//! The standard interfaces that plugins export: the types of their messages, and a struct for each call that
//! [`Host::call`](crate::Host::call) takes.

pub use crate::generated::{event_handler, lifecycle, processor, ticker, types};
