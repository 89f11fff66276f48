//! The corelet command.
