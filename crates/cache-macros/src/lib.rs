//! The attribute macros of `miorai-cache`.
