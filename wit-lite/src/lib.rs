//! The contract between plugins and firmware: WIT in a bounded profile, and the Rust that is made from it.
