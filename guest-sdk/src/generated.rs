//! The bindings of the standard contract.
#![allow(unsafe_code)]

corelet_macros::guest_bindgen!({ standard: true });
