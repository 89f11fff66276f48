//! `corelet run`.
mod typed_call;
