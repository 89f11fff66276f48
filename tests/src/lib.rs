//! The whole way, tested.
