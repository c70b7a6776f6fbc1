//! Carrying out an operation, with a kernel or without; booting.

pub mod bare;
pub mod boot;
pub mod names;
mod perform;

pub use names::NAMES;
