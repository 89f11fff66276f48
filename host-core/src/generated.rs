//! The standard contract, as `bindgen!` makes it for every other.

corelet_macros::host_bindgen!({ standard: true });
