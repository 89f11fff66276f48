//! Plugin slots for firmware: signed WebAssembly modules under budgets and grants.
