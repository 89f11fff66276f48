//! What a module must be before an interpreter sees it.
