//! For authors of plugins: one impl block against a typed contract.
